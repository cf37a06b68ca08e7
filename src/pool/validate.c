/*
 * pool/validate.c - checks the equations of pool.h.
 */
#include "pool/pool.h"

static void check(const own_pool *pool, bool holds, const char *equation)
{
    require(holds, "pool", pool, equation);
}

/* Validates a ledger of the pool. `foreign`: the only kind of foreign blocks that it may have, or
   KIND_CHILD: none. */
static void validate_ledger(const own_pool *pool, const struct part *part,
                            const struct ledger *ledger, enum kind foreign)
{
    ledger_validate(ledger, part);
    for (struct entry *entry = ledger->newest; entry; entry = ledger_older(ledger, entry)) {
        enum kind kind = entry_kind(entry);
        const own_object *object = entry_object(entry);
        check(pool, !object || !pool_parts(pool) || object_count(object) < 0,
              "what a shared pool refers to is shared");
        if (kind == KIND_CHILD) {
            check(pool, object_held(&entry_child(entry)->object) > 0, "a child is held");
        } else if (kind >= KIND_ADOPTED) {
            check(pool, kind == foreign, "adopted and private blocks are in ledgers of their own");
            check(pool, pool_flags(pool) & POOL_FOREIGN,
                  "a pool that has foreign blocks has POOL_FOREIGN");
            check(pool, !entry_node(entry)->call == (kind == KIND_BLOCK),
                  "private blocks have no free function");
        }
    }
}

static void validate_private(const own_pool *pool)
{
    if (!(pool_flags(pool) & POOL_PRIVATE))
        return;
    const struct memory *memory = &pool->part.memory;
    check(pool,
          memory->extent == &pool->first && memory->bump == memory_behind(&pool->first) &&
              !memory->stock,
          "a private pool has one extent, without room, and no large block");
    const struct ledger *blocks = &private_memory(pool)->blocks;
    const struct counts counts = ledger_counts(blocks);
    validate_ledger(pool, &pool->part, blocks, KIND_BLOCK);
    check(pool, blocks->children + counts.held + counts.deferred == 0,
          "the second ledger has private blocks only");
}

static void validate_side(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    check(pool, !side == !(pool_flags(pool) & POOL_SIDE),
          "a pool that has a side record has POOL_SIDE");
    if (side && side->exact)
        exact_validate((own_pool *)(uintptr_t)pool);
    for (enum phase phase = CALLS_FIRST; side && phase <= CALLS_LAST; phase++) {
        const struct ledger *calls = &side->calls[phase];
        const struct counts counts = ledger_counts(calls);
        ledger_validate(calls, &pool->part);
        check(pool, calls->children + counts.held + counts.foreign == 0,
              "the ledgers of the side record have calls only");
    }
}

/* The bytes of the first chunk of a pool that lie behind its extent, where that was cut. */
static size_t room_behind(const own_pool *pool)
{
    unsigned flags = pool_flags(pool) & (POOL_PRIVATE | POOL_EXACT);
    if (!flags)
        return pool_flags(pool) & POOL_SHORT ? memory_bytes_behind(&pool->part.memory) : 0;
    size_t room = flags & POOL_PRIVATE ? sizeof(struct private_memory) : EXACT_FIRST_ROOM;
    size_t whole = chunk_round(offsetof(own_pool, first) + memory_first_size(room));
    return whole - (size_t)((const char *)memory_behind(&pool->first) - (const char *)pool);
}

/* What the memory's account has paid beside chunks of the memory. */
static size_t beside_memory(const own_pool *pool)
{
    const struct parts *parts = pool_parts(pool);
    return offsetof(own_pool, first) + room_behind(pool) +
           (parts && parts->is_inside ? parts->bytes : 0);
}

/* A pool that one thread uses. */
static void validate_confined(own_pool *pool)
{
    struct part *part = &pool->part;
    struct memory *memory = &part->memory;
    const struct counts foreign = foreign_counts(pool);
    const struct sampled_counts sampled = sampled_count(pool);
    struct memory_counts others = sampled.blocks;
    others.blocks += foreign.foreign;
    others.bytes += foreign.foreign_bytes;
    size_t chunks = memory_validate(memory, &others) + sampled.cost;
    chunks += ledger_bytes(&part->ledger) + private_bytes(pool);
    chunks += side_bytes(pool) + beside_memory(pool);
    check(pool, chunks == memory->account.reserved, "reserved = the chunks of the pool");
    check(pool,
          limit_validate(memory->account.limit, memory->account.reserved + foreign.foreign_bytes,
                         own_is_shared(pool)),
          "used >= reserved in all limits that count the pool");
}

void pool_validate(own_pool *pool)
{
    validate_ledger(pool, &pool->part, &pool->part.ledger, KIND_ADOPTED);
    validate_private(pool);
    validate_side(pool);
    struct part_beside beside = side_beside(pool);
    beside.bytes = beside_memory(pool);
    if (!pool_parts(pool))
        validate_confined(pool);
    else
        part_validate(&pool->part, pool, &beside);
}

#if OWN_DEBUG
void part_debug_step(struct part *entered)
{
    static __thread size_t credit;
    own_pool *pool = pool_home(entered);
    const struct counts counts = ledger_counts(&entered->ledger);
    size_t reserved = __atomic_load_n(&entered->memory.account.reserved, __ATOMIC_RELAXED);
    size_t cost = reserved / 256 + entered->ledger.children + counts.held + counts.deferred +
                  counts.foreign + foreign_counts(pool).foreign;
    credit += 512;
    if (credit < cost)
        return;
    credit = 0;
    if (entered == &pool->part) {
        pool_validate(pool);
        return;
    }
    const struct part_beside beside = separate_beside(entered);
    validate_ledger(pool, entered, &entered->ledger, KIND_CHILD);
    part_validate(entered, pool, &beside);
}

void pool_debug_blocks(own_pool *pool)
{
    struct parts *parts = pool_parts(pool);
    struct part *part = parts ? parts_mine(parts) : NULL;
    if (!part)
        return;
    part_enter(part);
    part_debug_step(part);
    part_leave(part);
}
#endif
