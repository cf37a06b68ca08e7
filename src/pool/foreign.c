/*
 * pool/foreign.c - blocks whose memory is not of the pool's chunks: adopted or private.
 *
 * Each has a record, which is a node of the ledger's hash: that finds it by its address. Adopted
 * ones are entries of the ledger, private ones of a ring of their own. The pool counts them among
 * its blocks, and its limits count their size.
 *
 * Code of users, a free function or an allocator, runs only between changes: before the first, or
 * after the last.
 */
#include "pool/shared.h"

#include <errno.h>
#include <string.h>

static bool is_private(const struct foreign *foreign)
{
    return !foreign->free;
}

/* The ring that its entry is in. */
static struct entry **ring_of(own_pool *pool, const struct foreign *foreign)
{
    return is_private(foreign) ? &private_memory(pool)->newest : &pool->newest;
}

bool foreign_add(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *))
{
    size_t granted;
    struct foreign *foreign = account_get(&pool->account, sizeof(*foreign), &granted);
    if (!foreign)
        return false;
    if (!limit_add(pool->account.limit, size)) {
        account_put(&pool->account, foreign, sizeof(*foreign));
        return false;
    }
    foreign->size = size;
    foreign->free = free_fn;
    index_add(pool, &foreign->node, memory, FOREIGN);
    ring_enter(ring_of(pool, foreign), &foreign->node.entry);
    foreign->node.entry.parent = is_private(foreign) ? ENTRY_PRIVATE : ENTRY_ADOPTED;
    if (pool->shared)
        foreign->node.entry.time = shared_time(pool);
    pool->flags |= POOL_FOREIGN;
    pool->blocks++;
    pool->bytes += size;
    return true;
}

void foreign_remove(own_pool *pool, struct foreign *foreign)
{
    index_remove(pool, &foreign->node);
    ring_leave(ring_of(pool, foreign), &foreign->node.entry);
    pool->peak = max_size(pool->peak, pool_bytes(pool));
    pool->blocks--;
    pool->bytes -= foreign->size;
    limit_subtract(pool->account.limit, foreign->size);
    account_put(&pool->account, foreign, sizeof(*foreign));
    pool_debug_step(pool);
}

struct released foreign_take(own_pool *pool, struct foreign *foreign)
{
    struct released released = {.memory = foreign->node.object, .free = foreign->free};
    if (is_private(foreign))
        released.allocator = private_memory(pool)->allocator;
    foreign_remove(pool, foreign);
    return released;
}

void foreign_give_back(const struct released *released)
{
    int saved = errno;
    if (released->free)
        released->free(released->memory);
    else
        released->allocator.free(released->allocator.ctx, released->memory);
    errno = saved;
}

/* NULL: EINVAL. */
static struct foreign *find(const own_pool *pool, const void *block)
{
    struct foreign *foreign = foreign_find(pool, block);
    if (!foreign)
        errno = EINVAL;
    return foreign;
}

bool foreign_has(const own_pool *pool, const void *block)
{
    return foreign_find(pool, block);
}

int foreign_free_block(own_pool *entered, void *block)
{
    struct foreign *foreign = find(entered, block);
    struct released released = {.memory = NULL};
    if (foreign)
        released = foreign_take(entered, foreign);
    pool_leave(entered);
    if (!foreign)
        return -1;
    foreign_give_back(&released);
    return 0;
}

size_t foreign_size(const own_pool *pool, const void *block)
{
    const struct foreign *foreign = find(pool, block);
    return foreign ? foreign->size : 0;
}

void *foreign_realloc(own_pool *entered, void *block, size_t count, size_t size)
{
    own_pool *pool = pool_home(entered);
    const struct foreign *foreign = find(entered, block);
    size_t old_size = foreign ? foreign->size : 0;
    size_t bytes;
    pool_leave(entered);
    if (!foreign)
        return NULL;
    if (multiply_overflows(count, size, &bytes)) {
        errno = EOVERFLOW;
        return NULL;
    }
    if (bytes == old_size)
        return block;
    size_t kept = min_size(old_size, bytes);
    void *fresh = own_alloc_raw(pool, 1, bytes);
    if (!fresh)
        return NULL;
    if (OWN_UNLIKELY(own_block_size(pool, block) != old_size)) {
        own_free(pool, fresh); /* the allocator has freed the block meanwhile */
        errno = EINVAL;
        return NULL;
    }
    memcpy(fresh, block, kept);
    memset((char *)fresh + kept, 0, bytes - kept);
    own_free(pool, block);
    return fresh;
}
