/*
 * pool/validate.c - the equations of pool.h, checked.
 */
#include "pool/bins.h"
#include "pool/shared.h"

struct found {
    size_t blocks;
    size_t bytes;
    struct hole_counts holes;
    size_t chunks;
};

static void check(const own_pool *pool, bool holds, const char *equation)
{
    require(holds, "pool", pool, equation);
}

static void validate_extent(const own_pool *pool, const struct extent *extent, struct found *found)
{
    size_t first = extent_first_index(extent);
    size_t used = extent_used(pool, extent);
    check(pool, used <= extent->granules, "bump is not behind the extent's end");
    for (size_t word = 0; word << 6 < extent->granules; word++) {
        const struct bits *bits = extent_bits(extent, word << 6);
        uint64_t outside = 0;
        if (word << 6 < first)
            outside |= first - (word << 6) >= 64 ? ~UINT64_C(0) : bit_of(first) - 1;
        if (word << 6 >= used)
            outside = ~UINT64_C(0);
        else if (used - (word << 6) < 64)
            outside |= ~(bit_of(used) - 1);
        check(pool, !((bits->start | bits->hole) & outside),
              "no bit in front of the first block, nor at or behind bump");
    }
    bool after_hole = false;
    for (size_t index = first, end; index < used; index = end) {
        const struct bits *bits = extent_bits(extent, index);
        check(pool, bits->start & bit_of(index), "blocks and holes lie side by side");
        end = extent_block_end(pool, extent, index);
        bool is_hole = bits->hole & bit_of(index);
        bool is_quick = is_hole && !(extent_bits(extent, end - 1)->hole & bit_of(end - 1));
        is_hole = is_hole && !is_quick;
        for (size_t inside = index + 1; inside < end; inside++)
            check(pool,
                  !(extent_bits(extent, inside)->hole & bit_of(inside)) ==
                      !(is_hole && inside == end - 1),
                  "only the first and the last granule of a hole are marked");
        check(pool, !(is_hole && after_hole), "no hole is beside another");
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
    check(pool, !(after_hole && extent == pool->extent), "no hole is in front of bump");
}

/* What a ledger of the pool has of it: foreign blocks, of that kind only. */
static void validate_ledger(const own_pool *pool, const struct ledger *ledger, enum kind foreign,
                            struct found *found)
{
    ledger_validate(ledger, pool);
    for (struct entry *entry = ledger->newest; entry; entry = ledger_older(ledger, entry)) {
        enum kind kind = entry_kind(entry);
        if (kind == KIND_CHILD) {
            check(pool, object_held(&entry_child(entry)->object) > 0, "a child is held");
        } else if (kind >= KIND_ADOPTED) {
            check(pool, kind == foreign, "adopted and private blocks are in ledgers of their own");
            check(pool, pool->ledger.flags & POOL_FOREIGN,
                  "a pool that has foreign blocks has POOL_FOREIGN");
            check(pool, !entry_node(entry)->call == (kind == KIND_BLOCK),
                  "private blocks have no free function");
            found->blocks++;
            found->bytes += node_foreign(entry_node(entry))->size;
        }
    }
}

static void validate_private(const own_pool *pool, struct found *found)
{
    if (!(pool->ledger.flags & POOL_PRIVATE))
        return;
    check(pool, !pool->first.next && !pool->large && pool->bump == extent_end(&pool->first),
          "a private pool has one extent, without room");
    const struct ledger *blocks = &private_memory(pool)->blocks;
    const struct counts counts = ledger_counts(blocks);
    validate_ledger(pool, blocks, KIND_BLOCK, found);
    check(pool, blocks->children + counts.held + counts.deferred == 0,
          "the second ledger has private blocks only");
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
        check(pool, !large->older || large->older->newer == large, "large blocks are a list");
    }
    validate_private(pool, &found);
    validate_ledger(pool, &pool->ledger, KIND_ADOPTED, &found);
    check(pool, found.blocks == pool_blocks(pool),
          "blocks = starts not of holes + large and foreign blocks");
    check(pool, found.bytes == pool_bytes(pool), "bytes = the sizes of the live blocks");
    check(pool,
          !(pool->ledger.flags & POOL_HOLES_FIRST) ||
              pool->counted == extent_index(pool->extent, pool->bump),
          "there are no uncounted blocks where holes come first");
    check(pool,
          !pool->end ||
              (!(pool->ledger.flags & POOL_HOLES_FIRST) && pool->end == extent_end(pool->extent)),
          "end = that of the extent in use, or NULL");
    check(pool, holes_validate(pool, &found.holes),
          "every hole is in the bin of its kind and size");
    check(pool, bins_validate_recent(pool),
          "where blocks were freed last is an extent of the pool");
    check(pool, limit_validate(pool->account.limit, pool_reserved(pool), own_is_shared(pool)),
          "used >= reserved in all limits that count the pool");
    found.chunks +=
        holes_bytes(pool) + ledger_bytes(&pool->ledger) + name_bytes(pool) + private_bytes(pool);
    if (pool->shared)
        found.chunks += pool->shared->nodes * chunk_round(sizeof(struct node));
    check(pool, found.chunks == pool->account.reserved, "reserved = the chunks of the pool");
}

#if OWN_DEBUG
void pool_debug_step(own_pool *pool)
{
    static __thread size_t credit;
    const struct counts counts = pool_counts(pool);
    size_t cost = pool->account.reserved / 256 + pool->ledger.children + counts.held +
                  counts.deferred + counts.foreign;
    credit += 512;
    if (credit < cost)
        return;
    credit = 0;
    pool_validate(pool);
}
#endif
