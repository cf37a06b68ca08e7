/*
 * pool/foreign.c - blocks whose memory is not of the pool's chunks: adopted or private.
 *
 * Each has a node, by which a ledger finds it from its address. The pool counts them among its
 * blocks, and its limits count their size.
 *
 * Code of users, a free function or an allocator, runs only between changes: before the first, or
 * after the last.
 */
#include "pool/shared.h"

#include <errno.h>
#include <string.h>

static bool is_private(const struct foreign *foreign)
{
    return entry_kind(&foreign->node.entry) == KIND_BLOCK;
}

/* The ledger that foreign blocks of a kind are in. */
static struct ledger *ledger_of(own_pool *pool, enum kind kind)
{
    return kind == KIND_BLOCK ? &private_memory(pool)->blocks : &pool->ledger;
}

struct counts pool_counts(const own_pool *pool)
{
    struct counts counts = ledger_counts(&pool->ledger);
    if (pool->ledger.flags & POOL_PRIVATE) {
        const struct counts blocks = ledger_counts(&private_memory(pool)->blocks);
        counts.foreign += blocks.foreign;
        counts.foreign_bytes += blocks.foreign_bytes;
    }
    return counts;
}

static struct foreign *find_kind(own_pool *pool, enum kind kind, const void *block)
{
    struct ledger *ledger = ledger_of(pool, kind);
    struct node *node = ledger_find(ledger, &pool->account, kind, block, NULL);
    return node ? node_foreign(node) : NULL;
}

struct foreign *foreign_find(const own_pool *pool, const void *block)
{
    own_pool *found_in = (own_pool *)(uintptr_t)pool; /* to find may change how to find */
    if (!(pool->ledger.flags & POOL_FOREIGN))
        return NULL;
    struct foreign *foreign =
        pool->ledger.flags & POOL_PRIVATE ? find_kind(found_in, KIND_BLOCK, block) : NULL;
    return foreign ? foreign : find_kind(found_in, KIND_ADOPTED, block);
}

bool foreign_add(own_pool *pool, enum kind kind, void *memory, size_t size, void (*free_fn)(void *))
{
    if (OWN_UNLIKELY(size > PTRDIFF_MAX - foreign_bytes(pool))) {
        errno = EOVERFLOW; /* its numbers would wrap */
        return false;
    }
    struct foreign *foreign = foreign_node_get(&pool->account);
    if (!foreign)
        return false;
    if (!limit_add(pool->account.limit, size)) {
        foreign_node_put(&pool->account, foreign);
        return false;
    }
    foreign->size = size;
    node_fill(&foreign->node, kind, memory, free_fn);
    ledger_add(ledger_of(pool, kind), &pool->account, &foreign->node, pool, pool_time(pool));
    pool->ledger.flags |= POOL_FOREIGN;
    pool->blocks++;
    pool->bytes += size;
    return true;
}

void foreign_remove(own_pool *pool, struct foreign *foreign)
{
    struct ledger *ledger = ledger_of(pool, entry_kind(&foreign->node.entry));
    ledger_remove(ledger, &pool->account, &foreign->node);
    pool->peak = max_size(pool->peak, pool_bytes(pool));
    pool->blocks--;
    pool->bytes -= foreign->size;
    limit_subtract(pool->account.limit, foreign->size);
    foreign_node_put(&pool->account, foreign);
    pool_debug_step(pool);
}

struct released foreign_take(own_pool *pool, struct foreign *foreign)
{
    struct released released = {.memory = foreign->node.object, .free = foreign->node.call};
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
    if (OWN_UNLIKELY(!own_contains(pool, block) || own_block_size(pool, block) != old_size)) {
        own_free(pool, fresh); /* the allocator has freed the block meanwhile */
        return fail_pointer(EINVAL);
    }
    memcpy(fresh, block, kept);
    memset((char *)fresh + kept, 0, bytes - kept);
    own_free(pool, block);
    return fresh;
}
