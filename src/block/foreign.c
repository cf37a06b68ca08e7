/*
 * block/foreign.c - adopted and private blocks: own_adopt, own_disown, and the rest of own_free,
 * own_realloc and their like.
 *
 * Code of users, a free function or an allocator, runs before the first change of a call or after
 * the last.
 */
#include "block/block.h"

#include <string.h>

static bool has_any(const own_pool *pool)
{
    return OWN_UNLIKELY(pool_flags(pool) & POOL_FOREIGN);
}

bool foreign_has(own_pool *pool, const void *block)
{
    if (!has_any(pool))
        return false;
    pool_enter_part(&pool->part);
    bool found = foreign_find(pool, block);
    pool_leave(&pool->part);
    return found;
}

/* Fails with EINVAL, after checks have said why. */
static __attribute__((noinline)) int refuse(const own_pool *pool, const char *call,
                                            const void *block)
{
    if (pool_checks(pool))
        check_refuse(pool_checks(pool), call, block);
    return fail_with(EINVAL);
}

int foreign_free_block(own_pool *pool, void *block)
{
    struct released released = {.memory = NULL};
    if (!has_any(pool))
        return fail_with(EINVAL);
    pool_enter_part(&pool->part);
    struct foreign *foreign = foreign_find(pool, block);
    if (foreign)
        released = foreign_take(pool, foreign);
    pool_leave(&pool->part);
    if (!foreign)
        return refuse(pool, "own_free", block);
    foreign_give_back(&released);
    return 0;
}

/* Whether there is such a block, and its size. */
static bool find_size(own_pool *pool, const void *block, size_t *size)
{
    if (!has_any(pool))
        return false;
    pool_enter_part(&pool->part);
    const struct foreign *foreign = foreign_find(pool, block);
    *size = foreign ? foreign->size : 0;
    pool_leave(&pool->part);
    return foreign;
}

size_t foreign_size(own_pool *pool, const void *block)
{
    size_t size = 0;
    if (!find_size(pool, block, &size))
        errno = EINVAL;
    return size;
}

/* Makes a block smaller where it is. NULL: it is not there any more. */
static void *shrink_here(own_pool *pool, void *block, size_t old_size, size_t bytes)
{
    pool_enter_part(&pool->part);
    struct foreign *foreign = foreign_find(pool, block);
    bool found = foreign && foreign->size == old_size;
    if (found)
        foreign_shrink(&pool->part, foreign, bytes);
    if (found && pool_checks(pool) && entry_kind(&foreign->node.entry) == KIND_BLOCK)
        check_shrink(block, bytes);
    pool_leave(&pool->part);
    return found ? block : fail_pointer(EINVAL);
}

void *foreign_realloc(own_pool *pool, void *block, size_t count, size_t size, bool zero)
{
    size_t old_size;
    size_t now;
    size_t bytes;
    if (!find_size(pool, block, &old_size)) {
        refuse(pool, "own_realloc", block);
        return NULL;
    }
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes == old_size)
        return block;
    if (private_can_resize(pool, block))
        return private_resize(pool, block, old_size, bytes, zero);
    size_t kept = min_size(old_size, bytes);
    int saved = errno;
    void *fresh = block_alloc_untold(pool, bytes);
    if (!fresh && bytes > old_size)
        return NULL;
    if (!fresh) {
        errno = saved;
        return shrink_here(pool, block, old_size, bytes);
    }
    if (OWN_UNLIKELY(!find_size(pool, block, &now) || now != old_size)) {
        own_free(pool, fresh); /* the allocator has freed the block meanwhile */
        return fail_pointer(EINVAL);
    }
    memcpy(fresh, block, kept);
    if (zero)
        memset((char *)fresh + kept, 0, bytes - kept);
    own_free(pool, block);
    return fresh;
}

/* Whether memory lies where the pool's own blocks do, or is one of these. */
static bool is_in_pool(own_pool *pool, const void *memory)
{
    struct parts *parts = pool_parts(pool);
    if ((uintptr_t)memory - (uintptr_t)pool < sizeof(*pool))
        return true;
    return exact_covers(pool, memory) || sampled_covers(pool, memory) ||
           (parts ? parts_covers(parts, memory) : memory_covers(&pool->part.memory, memory));
}

/* Adopts memory for a call of that name. */
static int adopt(own_pool *pool, size_t size, const struct released *freed, const char *call)
{
    if (!freed->memory || (!freed->free && !freed->free_with) || size > PTRDIFF_MAX ||
        !pool_check(pool, call) || is_in_pool(pool, freed->memory))
        return fail_with(EINVAL);
    int result = -1;
    pool_enter_part(&pool->part);
    if (foreign_find(pool, freed->memory))
        errno = EINVAL;
    else if (foreign_add(pool, KIND_ADOPTED, size, freed))
        result = 0;
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    return result;
}

/* The same, and `failed` of the pool is told where it fails. */
static int adopt_or_tell(own_pool *pool, size_t size, const struct released *freed,
                         const char *call)
{
    int result = adopt(pool, size, freed, call);
    if (OWN_UNLIKELY(result < 0))
        side_tell_failed(pool, size);
    return result;
}

int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    const struct released freed = {.memory = memory, .free = free_fn};
    return adopt_or_tell(pool, size, &freed, "own_adopt");
}

int own_adopt_with(own_pool *pool, void *memory, size_t size,
                   void (*free_fn)(void *memory, void *ctx), void *ctx)
{
    const struct released freed = {.memory = memory, .free_with = free_fn, .ctx = ctx};
    return adopt_or_tell(pool, size, &freed, "own_adopt_with");
}

static struct foreign *find_adopted(own_pool *pool, const void *block)
{
    struct foreign *foreign = foreign_find(pool, block);
    return foreign && entry_kind(&foreign->node.entry) == KIND_ADOPTED ? foreign : NULL;
}

int own_disown(own_pool *pool, void *memory)
{
    if (!memory || !pool_check(pool, "own_disown"))
        return fail_with(EINVAL);
    pool_enter_part(&pool->part);
    struct foreign *foreign = find_adopted(pool, memory);
    if (foreign)
        foreign_remove(&pool->part, foreign);
    pool_leave(&pool->part);
    return foreign ? 0 : fail_with(EINVAL);
}

enum handover foreign_hand_over(own_pool *from, own_pool *to, void *block)
{
    struct released freed = {.memory = NULL};
    size_t size = 0;
    if (!has_any(from))
        return HANDOVER_NONE;
    pool_enter_part(&from->part);
    struct foreign *foreign = find_adopted(from, block);
    if (foreign) {
        freed = foreign_freed(from, foreign);
        size = foreign->size;
    }
    pool_leave(&from->part);
    if (!foreign)
        return HANDOVER_NONE;
    if (adopt(to, size, &freed, "own_block_move") < 0)
        return HANDOVER_FAILED;
    if (own_disown(from, block) == 0)
        return HANDOVER_DONE;
    (void)own_disown(to, block); /* another thread has freed it meanwhile */
    errno = EINVAL;
    return HANDOVER_FAILED;
}
