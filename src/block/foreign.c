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
        return fail_with(EINVAL);
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

void *foreign_realloc(own_pool *pool, void *block, size_t count, size_t size, bool zero)
{
    size_t old_size;
    size_t now;
    size_t bytes;
    if (!find_size(pool, block, &old_size))
        return fail_pointer(EINVAL);
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes == old_size)
        return block;
    size_t kept = min_size(old_size, bytes);
    void *fresh = own_alloc_raw(pool, 1, bytes);
    if (!fresh)
        return NULL;
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
    return exact_covers(pool, memory) ||
           (parts ? parts_covers(parts, memory) : memory_covers(&pool->part.memory, memory));
}

int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    if (!memory || !free_fn || size > PTRDIFF_MAX || !pool_check(pool, "own_adopt") ||
        is_in_pool(pool, memory))
        return fail_with(EINVAL);
    int result = -1;
    pool_enter_part(&pool->part);
    if (foreign_find(pool, memory))
        errno = EINVAL;
    else if (foreign_add(pool, KIND_ADOPTED, memory, size, free_fn))
        result = 0;
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    return result;
}

int own_disown(own_pool *pool, void *memory)
{
    if (!memory || !pool_check(pool, "own_disown"))
        return fail_with(EINVAL);
    pool_enter_part(&pool->part);
    struct foreign *foreign = foreign_find(pool, memory);
    bool adopted = foreign && entry_kind(&foreign->node.entry) == KIND_ADOPTED;
    if (adopted)
        foreign_remove(&pool->part, foreign);
    pool_leave(&pool->part);
    return adopted ? 0 : fail_with(EINVAL);
}
