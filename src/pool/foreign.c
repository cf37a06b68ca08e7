/*
 * pool/foreign.c - foreign blocks, in the ledgers of a pool.
 *
 * Each has a node, which a ledger finds by the address of the block. The pool counts them among its
 * blocks, and its limits count their size.
 */
#include "pool/pool.h"

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

/* The ledger that has foreign blocks of a kind. */
static struct ledger *ledger_of(struct part *part, enum kind kind)
{
    return kind == KIND_BLOCK ? &private_memory(pool_home(part))->blocks : &part->ledger;
}

struct counts foreign_counts(const own_pool *pool)
{
    struct counts counts = ledger_counts(&pool->part.ledger);
    if (pool_flags(pool) & POOL_PRIVATE) {
        const struct counts blocks = ledger_counts(&private_memory(pool)->blocks);
        counts.foreign += blocks.foreign;
        counts.foreign_bytes += blocks.foreign_bytes;
        counts.with += blocks.with;
    }
    return counts;
}

static struct foreign *find_kind(own_pool *pool, enum kind kind, const void *block)
{
    struct ledger *ledger = ledger_of(&pool->part, kind);
    struct node *node = ledger_find(ledger, part_account(&pool->part), kind, block, NULL);
    return node ? node_foreign(node) : NULL;
}

struct foreign *foreign_find(own_pool *pool, const void *block)
{
    unsigned flags = pool_flags(pool);
    if (!(flags & POOL_FOREIGN))
        return NULL;
    struct foreign *foreign = flags & POOL_PRIVATE ? find_kind(pool, KIND_BLOCK, block) : NULL;
    return foreign ? foreign : find_kind(pool, KIND_ADOPTED, block);
}

/* Whether the foreign blocks may have so many bytes more. */
static bool can_count(const own_pool *pool, size_t size)
{
    return size <= PTRDIFF_MAX - foreign_counts(pool).foreign_bytes;
}

/* A record with all but its size. NULL: ENOMEM or EDQUOT. */
static struct foreign *make_record(struct account *account, enum kind kind,
                                   const struct released *freed)
{
    if (!freed->free_with) {
        struct foreign *foreign = foreign_node_get(account);
        if (foreign)
            node_fill(&foreign->node, kind, freed->memory, freed->free);
        return foreign;
    }
    struct foreign_with *with = foreign_with_get(account);
    if (!with)
        return NULL;
    node_fill(&with->foreign.node, kind, freed->memory, foreign_with);
    with->free_fn = freed->free_with;
    with->ctx = freed->ctx;
    return &with->foreign;
}

bool foreign_add(own_pool *pool, enum kind kind, size_t size, const struct released *freed)
{
    struct part *part = &pool->part;
    struct account *account = part_account(part);
    if (OWN_UNLIKELY(!can_count(pool, size))) {
        errno = EOVERFLOW;
        return false;
    }
    struct foreign *foreign = make_record(account, kind, freed);
    if (!foreign)
        return false;
    if (!limit_add(account->limit, size)) {
        account_put_failed(account, foreign, foreign_record_size(foreign));
        return false;
    }
    foreign->size = size;
    ledger_add(ledger_of(part, kind), account, &foreign->node, part, part_time(part));
    pool_set_flags(pool, POOL_FOREIGN);
    part_count_foreign(part, size, true);
    struct exact *exact = pool_exact(pool);
    if (OWN_UNLIKELY(exact))
        exact_note_peak(pool, exact, 0);
    return true;
}

void foreign_remove(struct part *part, struct foreign *foreign)
{
    struct account *account = part_account(part);
    struct ledger *ledger = ledger_of(part, entry_kind(&foreign->node.entry));
    part_leaves(part, &foreign->node.entry, ledger->newest);
    sample_forget(foreign->node.object);
    ledger_remove(ledger, account, &foreign->node);
    part_count_foreign(part, foreign->size, false);
    limit_subtract(account->limit, foreign->size);
    foreign_node_put(account, foreign);
    part_debug_step(part);
}

void foreign_shrink(struct part *part, struct foreign *foreign, size_t size)
{
    size_t old_size = foreign->size;
    ledger_shrink_foreign(ledger_of(part, entry_kind(&foreign->node.entry)), foreign, size);
    part_count_foreign(part, old_size, false);
    part_count_foreign(part, size, true);
    limit_subtract(part_account(part)->limit, old_size - size);
    part_debug_step(part);
}

void foreign_change(struct part *part, struct foreign *foreign, void *memory, size_t size)
{
    struct account *account = part_account(part);
    struct ledger *ledger = ledger_of(part, entry_kind(&foreign->node.entry));
    part_leaves(part, &foreign->node.entry, ledger->newest);
    ledger_remove(ledger, account, &foreign->node);
    part_count_foreign(part, foreign->size, false);
    node_fill(&foreign->node, KIND_BLOCK, memory, NULL);
    foreign->size = size;
    ledger_add(ledger, account, &foreign->node, part, part_time(part));
    part_count_foreign(part, size, true);
    part_debug_step(part);
}

struct released foreign_freed(const own_pool *pool, const struct foreign *foreign)
{
    struct released released = {.memory = foreign->node.object};
    if (node_is_with(&foreign->node)) {
        const struct foreign_with *with = (const void *)foreign; /* its first field */
        released.free_with = with->free_fn;
        released.ctx = with->ctx;
    } else {
        released.free = foreign->node.call;
    }
    if (entry_kind(&foreign->node.entry) == KIND_BLOCK)
        released.allocator = private_memory(pool)->allocator;
    return released;
}

struct released foreign_take(own_pool *pool, struct foreign *foreign)
{
    const struct released released = foreign_freed(pool, foreign);
    foreign_remove(&pool->part, foreign);
    return released;
}

void foreign_give_back(const struct released *released)
{
    int saved = errno;
    if (released->free)
        released->free(released->memory);
    else if (released->free_with)
        released->free_with(released->memory, released->ctx);
    else
        released->allocator.free(released->allocator.ctx, released->memory);
    errno = saved;
}

bool private_release(own_pool *pool)
{
    struct released released = {.memory = NULL};
    if (!(pool_flags(pool) & POOL_PRIVATE))
        return false;
    pool_enter_part(&pool->part);
    struct entry *newest = private_memory(pool)->blocks.newest;
    bool is_block = newest && entry_kind(newest) == KIND_BLOCK;
    if (is_block)
        released = foreign_take(pool, node_foreign(entry_node(newest)));
    else if (newest) /* a bookmark */
        ring_leave(&private_memory(pool)->blocks, newest);
    pool_leave(&pool->part);
    if (is_block)
        foreign_give_back(&released);
    return newest;
}
