/*
 * block/private.c - blocks from the allocator of a pool.
 *
 * The extent of such a pool has no room (pool/foreign.h). So the inline path of own_alloc finds
 * none, and only the functions behind it have to ask whether a pool is private.
 */
#include "block/block.h"

#include <string.h>

/* Makes what the allocator returned a block. NULL: that is not possible, and the allocator has got
   it back, unless it is a live block already. */
static void *take(own_pool *pool, const own_allocator *allocator, void *memory, size_t alignment,
                  size_t bytes)
{
    bool aligned = !((uintptr_t)memory & (alignment - 1));
    pool_enter_part(&pool->part);
    bool known = foreign_find(pool, memory);
    bool added = !known && aligned &&
                 foreign_add(pool, KIND_BLOCK, bytes, &(struct released){.memory = memory});
    int error = aligned && !known ? errno : EINVAL;
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    if (added)
        return memory;
    if (OWN_UNLIKELY(known))
        misuse("own_alloc: the allocator of pool '%.50s' returned %p, which is a live block of it",
               pool_name(pool), memory);
    else
        allocator->free(allocator->ctx, memory);
    return fail_pointer(error);
}

void *private_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero)
{
    size_t bytes;
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    /* If a limit has no room, the allocator is not called. The block is charged after the call, so
       that the allocator, which may use the library, finds nothing half done. */
    if (limit_room(pool_limit(pool)) < bytes) {
        limit_refused(pool_limit(pool), bytes);
        return fail_pointer(EDQUOT);
    }
    const own_allocator allocator = private_memory(pool)->allocator;
    struct checks *checks = pool_checks(pool);
    int saved = errno;
    void *memory = checks ? check_alloc(checks, alignment, bytes)
                          : allocator.alloc(allocator.ctx, bytes + !bytes);
    void *block = memory ? take(pool, &allocator, memory, alignment, bytes) : fail_pointer(ENOMEM);
    if (!block)
        return NULL;
    errno = saved;
    if (zero)
        memset(block, 0, bytes + (!bytes && !checks));
    return block;
}

/* The block at that address, if it is private; the part is entered. */
static struct foreign *find_private(own_pool *pool, const void *block)
{
    struct foreign *foreign = foreign_find(pool, block);
    return foreign && entry_kind(&foreign->node.entry) == KIND_BLOCK ? foreign : NULL;
}

bool private_can_resize(own_pool *pool, const void *block)
{
    if (!(pool_flags(pool) & POOL_PRIVATE) || !private_memory(pool)->allocator.realloc)
        return false;
    pool_enter_part(&pool->part);
    bool found = find_private(pool, block);
    pool_leave(&pool->part);
    return found;
}

/* The block has become what the allocator returned: the limits that count the pool by now count the
   difference, even if they have no room any more. False: it is not the pool's any more, or the
   address is that of another block. */
static bool change(own_pool *pool, const void *block, size_t old_size, void *resized, size_t size)
{
    pool_enter_part(&pool->part);
    struct foreign *foreign = find_private(pool, block);
    bool right =
        foreign && foreign->size == old_size && (resized == block || !foreign_find(pool, resized));
    if (right) {
        limits_lock();
        limit_uncount(pool_limit(pool), old_size);
        limit_count(pool_limit(pool), size);
        limits_unlock();
        foreign_change(&pool->part, foreign, resized, size);
    }
    pool_leave(&pool->part);
    return right;
}

/* The reason not to make a block larger: an errno. 0: there is none. */
static int refuse_growth(own_pool *pool, size_t size, size_t more)
{
    if (size > PTRDIFF_MAX)
        return ENOMEM;
    pool_enter_part(&pool->part);
    bool overflows = more > PTRDIFF_MAX - foreign_counts(pool).foreign_bytes;
    pool_leave(&pool->part);
    if (overflows)
        return EOVERFLOW;
    if (limit_room(pool_limit(pool)) >= more)
        return 0;
    limit_refused(pool_limit(pool), more);
    return EDQUOT;
}

void *private_resize(own_pool *pool, void *address, size_t old_size, size_t size, bool zero)
{
    char *block = address;
    const own_allocator allocator = private_memory(pool)->allocator;
    size_t more = size > old_size ? size - old_size : 0;
    int error = more ? refuse_growth(pool, size, more) : 0;
    int saved = errno;
    if (error)
        return fail_pointer(error);
    char *resized = allocator.realloc(allocator.ctx, block, old_size + !old_size, size + !size);
    if (!resized && more)
        return fail_pointer(ENOMEM);
    if (!resized) { /* becoming smaller does not fail: the block stays as large as it is */
        if (zero)
            memset(block + size, 0, old_size - size);
        errno = saved;
        return block;
    }
    if (OWN_UNLIKELY(!change(pool, block, old_size, resized, size))) {
        misuse("own_realloc: the allocator of pool '%.50s' returned %p for block %p",
               pool_name(pool), (void *)resized, address);
        return fail_pointer(EINVAL);
    }
    if (zero && more)
        memset(resized + old_size, 0, more);
    errno = saved;
    return resized;
}
