/*
 * pool/private.c - pools with an allocator of their own.
 *
 * The memory of such a pool has one extent, which ends where its first block would be; there lies
 * the record of the allocator. So the inline path of own_alloc finds no room, and only the
 * functions behind it have to ask whether a pool is private.
 */
#include "pool/pool.h"

#include <string.h>

struct private_memory *private_memory(const own_pool *pool)
{
    return (struct private_memory *)memory_behind(&pool->first);
}

void private_begin(own_pool *pool, const own_allocator *allocator)
{
    memory_cut(&pool->part.memory);
    pool_set_flags(pool, POOL_PRIVATE | POOL_FOREIGN);
    struct private_memory *memory = private_memory(pool);
    mark_undefined(memory, sizeof(*memory));
    *memory = (struct private_memory){.allocator = *allocator};
}

const struct ledger *private_ledger(const own_pool *pool)
{
    return pool_flags(pool) & POOL_PRIVATE ? &private_memory(pool)->blocks : NULL;
}

size_t private_bytes(const own_pool *pool)
{
    const struct ledger *blocks = private_ledger(pool);
    return blocks ? ledger_bytes(blocks) : 0;
}

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
               pool->name, memory);
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

bool private_release(own_pool *pool)
{
    struct released released = {.memory = NULL};
    if (!(pool_flags(pool) & POOL_PRIVATE))
        return false;
    pool_enter_part(&pool->part);
    struct entry *newest = private_memory(pool)->blocks.newest;
    if (newest)
        released = foreign_take(pool, node_foreign(entry_node(newest)));
    pool_leave(&pool->part);
    if (newest)
        foreign_give_back(&released);
    return newest;
}
