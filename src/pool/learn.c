/*
 * pool/learn.c - the sizes of first chunks: from what similar pools needed.
 *
 * Each part records what children of its pool needed. Each thread records what its roots needed,
 * and what the first children of parents needed, for parents that have had no child yet. A record
 * (`typical`) is a class of chunks, and how many pools in a row needed much less.
 */
#include "chunk/class.h"
#include "pool/pool.h"

/* A first chunk is at most this large, unless a reserve asks for more. */
#define FIRST_CHUNK_MAX CLASS_SMALL_MAX
/* And this where it is known of children of other parents only. */
#define GUESS_MAX ((size_t)1 << 10)

static unsigned class_known(uint16_t typical)
{
    return typical & 0xff;
}

static size_t size_known(uint16_t typical)
{
    return typical ? class_size(class_known(typical)) : 0;
}

/* Bytes of a first chunk that would have been enough. */
static size_t needed_bytes(const own_pool *pool)
{
    const struct memory *memory = &pool->part.memory;
    size_t inside = pool_parts(pool) ? parts_inside_bytes(pool->first.granules) : 0;
    if (OWN_LIKELY(memory->extent == &pool->first))
        return pool_used(pool) + inside;
    if (OWN_UNLIKELY(pool_flags(pool) & POOL_FOREIGN)) /* its bytes were not all in its chunks */
        return FIRST_CHUNK_LEAST;
    const struct memory_counts counts = memory_count(memory);
    size_t blocks = min_size(max_size(counts.bytes, memory->peak), FIRST_CHUNK_MAX);
    /* Where there are many pools with little in them, room for a log is too much. */
    size_t log = blocks <= 64 ? GRANULE : 0;
    return offsetof(own_pool, first) + memory_first_size(blocks) - log + inside;
}

void learn_smaller(uint16_t *typical)
{
    unsigned class = class_known(*typical);
    *typical = (uint16_t)(class > class_of(FIRST_CHUNK_LEAST) ? class - 1 : class);
}

static void learn(uint16_t *typical, size_t needed)
{
    uint16_t before = __atomic_load_n(typical, __ATOMIC_RELAXED);
    size_t now = max_size(size_known(before), FIRST_CHUNK_LEAST);
    unsigned class = class_of(now);
    unsigned row = 0;
    needed = min_size(needed, FIRST_CHUNK_MAX);
    if (needed > now) {
        /* At once, but a single large one is no reason for all that follow to be large. */
        class = class_of(min_size(needed, now * 2));
    } else if (needed <= now / 2 && now > FIRST_CHUNK_LEAST) {
        row = (unsigned)before >> 8;
        if (++row == PATIENCE) {
            class --;
            row = 0;
        }
    }
    uint16_t next = (uint16_t)(class | row << 8);
    if (next != before)
        __atomic_store_n(typical, next, __ATOMIC_RELAXED);
}

/* Children that inherit a side record are not made from ready pools: their parent learns nothing,
   so that it has no class of them. */
static bool learns(const struct part *parent)
{
    return OWN_LIKELY(!side_bequeaths(pool_home(parent)));
}

/* The first that a parent learns is learned for other parents too, which have had no child yet. */
static void learn_for_child(uint16_t *typical, size_t needed)
{
    if (OWN_UNLIKELY(__atomic_load_n(typical, __ATOMIC_RELAXED) == 0)) {
        uint16_t *of_thread = chunk_typical(TYPICAL_CHILD);
        if (of_thread)
            learn(of_thread, min_size(needed, GUESS_MAX));
    }
    learn(typical, needed);
}

void learn_root(const own_pool *pool)
{
    uint16_t *typical = chunk_typical(TYPICAL_ROOT);
    if (OWN_LIKELY(typical != NULL))
        learn(typical, needed_bytes(pool));
}

void learn_child(struct part *parent, const own_pool *pool)
{
    if (learns(parent))
        learn_for_child(&parent->ledger.typical, needed_bytes(pool));
}

void learn_outgrown(const own_pool *pool)
{
    size_t needed = needed_bytes(pool);
    uint16_t *root = pool_flags(pool) & POOL_ROOT ? chunk_typical(TYPICAL_ROOT) : NULL;
    struct part *parent = __atomic_load_n(&pool->entry.owner, __ATOMIC_RELAXED);
    if (root)
        learn(root, needed);
    else if (!own_is_shared(pool) && !pool_is_dying(pool) && parent && learns(parent))
        learn_for_child(&parent->ledger.typical, needed);
}

size_t learn_size_of_next(own_pool *owner)
{
    const uint16_t *typical = chunk_typical(TYPICAL_ROOT);
    if (owner) {
        const struct parts *parts = pool_parts(owner);
        const struct part *part = OWN_UNLIKELY(parts) ? parts_mine(parts) : &owner->part;
        typical = part ? &part->ledger.typical : NULL;
        if (!typical || !__atomic_load_n(typical, __ATOMIC_RELAXED))
            typical = chunk_typical(TYPICAL_CHILD);
    }
    size_t size = typical ? size_known(__atomic_load_n(typical, __ATOMIC_RELAXED)) : 0;
    return max_size(FIRST_CHUNK_LEAST, size);
}

size_t learn_first_chunk(own_pool *owner, size_t reserve, size_t own_limit)
{
    if (OWN_UNLIKELY(reserve)) {
        size_t extent = memory_first_size(reserve);
        return extent ? chunk_round(offsetof(own_pool, first) + extent) : 0;
    }
    size_t size = learn_size_of_next(owner);
    /* What was learned must not make a limit bind sooner. */
    size_t room = own_limit ? own_limit : SIZE_MAX;
    if (owner && OWN_UNLIKELY(pool_limit(owner)))
        room = min_size(room, limit_room(pool_limit(owner)));
    return room / 64 < size ? FIRST_CHUNK_LEAST : size;
}
