/*
 * pool/validate.c - the equations of pool.h, checked.
 */
#include "pool/bins.h"
#include "pool/shared.h"

#include <stdio.h>
#include <stdlib.h>

struct found {
    size_t blocks;
    size_t bytes;
    struct hole_counts holes;
    size_t chunks;
    struct node_counts nodes;
};

static void require(const own_pool *pool, bool holds, const char *equation)
{
    if (!holds) {
        fprintf(stderr, "libown: pool '%s' %p: does not hold: %s\n", pool->name, (const void *)pool,
                equation);
        abort();
    }
}

static void validate_extent(const own_pool *pool, const struct extent *extent, struct found *found)
{
    size_t first = extent_first_index(extent);
    size_t used = extent_used(pool, extent);
    require(pool, used <= extent->granules, "bump is not behind the extent's end");
    for (size_t word = 0; word << 6 < extent->granules; word++) {
        const struct bits *bits = extent_bits(extent, word << 6);
        uint64_t outside = 0;
        if (word << 6 < first)
            outside |= first - (word << 6) >= 64 ? ~UINT64_C(0) : bit_of(first) - 1;
        if (word << 6 >= used)
            outside = ~UINT64_C(0);
        else if (used - (word << 6) < 64)
            outside |= ~(bit_of(used) - 1);
        require(pool, !((bits->start | bits->hole) & outside),
                "no bit in front of the first block, nor at or behind bump");
    }
    bool after_hole = false;
    for (size_t index = first, end; index < used; index = end) {
        const struct bits *bits = extent_bits(extent, index);
        require(pool, bits->start & bit_of(index), "blocks and holes lie side by side");
        end = extent_block_end(pool, extent, index);
        bool is_hole = bits->hole & bit_of(index);
        bool is_quick = is_hole && !(extent_bits(extent, end - 1)->hole & bit_of(end - 1));
        is_hole = is_hole && !is_quick;
        for (size_t inside = index + 1; inside < end; inside++)
            require(pool,
                    !(extent_bits(extent, inside)->hole & bit_of(inside)) ==
                        !(is_hole && inside == end - 1),
                    "only the first and the last granule of a hole are marked");
        require(pool, !(is_hole && after_hole), "no hole is beside another");
        after_hole = is_hole;
        if (is_quick) {
            found->holes.quick++;
        } else if (is_hole) {
            found->holes.small += extent->kind == SMALL_BLOCKS;
            found->holes.big += extent->kind == BIG_BLOCKS;
        } else {
            found->blocks++;
            found->bytes += (end - index) << GRANULE_SHIFT;
        }
    }
    require(pool, !(after_hole && extent == pool->extent), "no hole is in front of bump");
}

/* An entry, adopted or private, that is a foreign block. */
static void validate_foreign(const own_pool *pool, struct entry *entry, struct found *found)
{
    struct foreign *foreign = node_foreign(entry_node(entry));
    require(pool,
            foreign->node.call == FOREIGN && !foreign->free == (entry->parent == ENTRY_PRIVATE),
            "private blocks have no free function");
    require(pool, foreign_find(pool, foreign->node.object) == foreign,
            "every foreign block is found by its address");
    found->nodes.foreign++;
    found->nodes.foreign_bytes += foreign->size;
    found->blocks++;
    found->bytes += foreign->size;
}

static void validate_private(const own_pool *pool, struct found *found)
{
    if (!(pool->flags & POOL_PRIVATE))
        return;
    require(pool, !pool->first.next && !pool->large && pool->bump == extent_end(&pool->first),
            "a private pool has one extent, without room");
    struct entry *newest = private_memory(pool)->newest;
    for (struct entry *entry = newest; entry;) {
        require(pool,
                entry->newer->older == entry && entry->older->newer == entry &&
                    entry->parent == ENTRY_PRIVATE,
                "private blocks are a ring");
        validate_foreign(pool, entry, found);
        entry = entry->older == newest ? NULL : entry->older;
    }
}

static void validate_ledger(own_pool *pool, struct found *found)
{
    size_t children = 0;
    struct entry *entry = pool->newest;
    while (entry) {
        require(pool, entry->newer->older == entry && entry->older->newer == entry,
                "the ledger is a ring");
        if (entry_is_child(entry)) {
            require(pool, entry->parent == pool,
                    "a child's parent is the pool in whose ledger it is");
            require(pool, object_held(&entry_child(entry)->object) > 0, "a child is held");
            children++;
        } else if (entry->parent == ENTRY_ADOPTED) {
            validate_foreign(pool, entry, found);
        } else if (entry->parent == ENTRY_CALL) {
            found->nodes.deferred++;
        } else {
            found->nodes.held++;
        }
        entry = entry->older == pool->newest ? NULL : entry->older;
    }
    require(pool, children == pool->children, "children = entries of that kind");
}

static void validate_counts(const own_pool *pool, const struct node_counts *found)
{
    const struct node_counts counts = ledger_counts(pool);
    require(pool, found->held == counts.held, "held = entries of that kind");
    require(pool, found->deferred == counts.deferred, "deferred = entries of that kind");
    require(pool, found->foreign == counts.foreign, "foreign = adopted and private blocks");
    require(pool, found->foreign_bytes == counts.foreign_bytes, "foreign bytes = their sizes");
}

void pool_validate(own_pool *pool)
{
    struct found found = {.blocks = 0};
    for (const struct extent *extent = &pool->first; extent; extent = extent->next) {
        validate_extent(pool, extent, &found);
        found.chunks += extent_bytes(extent);
    }
    found.chunks += offsetof(own_pool, first);
    for (const struct large *large = pool->large; large; large = large->older) {
        found.blocks++;
        found.bytes += large->size;
        found.chunks += large->granted;
        require(pool, !large->older || large->older->newer == large, "large blocks are a list");
    }
    validate_private(pool, &found);
    validate_ledger(pool, &found);
    validate_counts(pool, &found.nodes);
    require(pool, found.blocks == pool_blocks(pool),
            "blocks = starts not of holes + large and foreign blocks");
    require(pool, found.bytes == pool_bytes(pool), "bytes = the sizes of the live blocks");
    require(pool,
            !(pool->flags & POOL_HOLES_FIRST) ||
                pool->counted == extent_index(pool->extent, pool->bump),
            "there are no uncounted blocks where holes come first");
    require(pool,
            !pool->end ||
                (!(pool->flags & POOL_HOLES_FIRST) && pool->end == extent_end(pool->extent)),
            "end = that of the extent in use, or NULL");
    require(pool, holes_validate(pool, &found.holes),
            "every hole is in the bin of its kind and size");
    require(pool, bins_validate_recent(pool),
            "where blocks were freed last is an extent of the pool");
    require(pool, limit_validate(pool->account.limit, pool_reserved(pool), own_is_shared(pool)),
            "used >= reserved in all limits that count the pool");
    found.chunks += holes_bytes(pool) + ledger_bytes(pool) + name_bytes(pool) + private_bytes(pool);
    if (pool->shared)
        found.chunks += pool->shared->nodes * chunk_round(sizeof(struct node));
    require(pool, found.chunks == pool->account.reserved, "reserved = the chunks of the pool");
}

#if OWN_DEBUG
void pool_debug_step(own_pool *pool)
{
    static __thread size_t credit;
    const struct node_counts counts = ledger_counts(pool);
    size_t cost = pool->account.reserved / 256 + pool->children + counts.held + counts.deferred +
                  counts.foreign;
    credit += 512;
    if (credit < cost)
        return;
    credit = 0;
    pool_validate(pool);
}
#endif
