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
    bool added = !known && aligned && foreign_add(pool, KIND_BLOCK, memory, bytes, NULL);
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
    if (limit_room(pool_limit(pool)) < bytes)
        return fail_pointer(EDQUOT);
    const own_allocator allocator = private_memory(pool)->allocator;
    int saved = errno;
    void *memory = allocator.alloc(allocator.ctx, bytes + !bytes);
    void *block = memory ? take(pool, &allocator, memory, alignment, bytes) : fail_pointer(ENOMEM);
    if (!block)
        return NULL;
    errno = saved;
    if (zero)
        memset(block, 0, bytes + !bytes);
    return block;
}
