/*
 * pool/learn.c - how large first chunks are: as pools like that came to need, as far as is known.
 *
 * A parent knows what its children needed, a thread what its roots did, and what the first children
 * of parents did.
 */
#include "pool/shared.h"

/* A first chunk is at most this large, unless a reserve asks for more. */
#define FIRST_CHUNK_MAX ((size_t)32 << 10)
/* And this where it is known of children of other parents only. */
#define GUESS_MAX ((size_t)1 << 10)

/* Granules of a first chunk that would have been enough. */
static size_t needed_granules(const own_pool *pool)
{
    if (OWN_LIKELY(pool->extent == &pool->first))
        return (size_t)(pool->bump - (const char *)pool) >> GRANULE_SHIFT;
    if (OWN_UNLIKELY(pool->ledger.flags & POOL_FOREIGN)) /* its bytes were not all in its chunks */
        return (offsetof(own_pool, first) + extent_bytes(&pool->first)) >> GRANULE_SHIFT;
    /* Not what it reserved: that follows from what was learned before. */
    size_t blocks = min_size(max_size(pool_bytes(pool), pool->peak), FIRST_CHUNK_MAX);
    return extent_first_size(blocks) >> GRANULE_SHIFT;
}

#define SLOWLY 16

/* Whether to learn that would change nothing. */
static bool is_known(const uint16_t *typical, size_t needed)
{
    return __atomic_load_n(typical, __ATOMIC_RELAXED) - needed < SLOWLY;
}

static void learn(uint16_t *typical, size_t needed)
{
    size_t before = __atomic_load_n(typical, __ATOMIC_RELAXED);
    size_t now = max_size(before, FIRST_CHUNK_LEAST / GRANULE);
    needed = min_size(needed, FIRST_CHUNK_MAX / GRANULE);
    /* Up fast and down slowly: most pools shall need no second chunk. */
    size_t next = needed > now ? (now + needed + 1) / 2 : now - (now - needed) / SLOWLY;
    /* But a single large one is no reason for all that follow to be large. */
    next = min_size(next, now * 2);
    if (next != before)
        __atomic_store_n(typical, (uint16_t)next, __ATOMIC_RELAXED);
}

/* The first that a parent learns is learned for other parents too, which have had no child yet. */
static __attribute__((noinline)) void learn_for_child(uint16_t *typical, size_t needed)
{
    if (OWN_UNLIKELY(__atomic_load_n(typical, __ATOMIC_RELAXED) == 0)) {
        uint16_t *of_thread = chunk_typical(TYPICAL_CHILD);
        if (of_thread)
            learn(of_thread, min_size(needed, GUESS_MAX / GRANULE));
    }
    learn(typical, needed);
}

void learn_root(const own_pool *pool)
{
    uint16_t *typical = chunk_typical(TYPICAL_ROOT);
    size_t needed = needed_granules(pool);
    if (OWN_LIKELY(typical) && OWN_UNLIKELY(!is_known(typical, needed)))
        learn(typical, needed);
}

void learn_child(uint16_t *typical, const own_pool *pool)
{
    size_t needed = needed_granules(pool);
    if (OWN_UNLIKELY(!is_known(typical, needed)))
        learn_for_child(typical, needed);
}

void learn_outgrown(const own_pool *pool, size_t bytes)
{
    size_t needed = needed_granules(pool) + bytes / GRANULE;
    uint16_t *root = pool->ledger.flags & POOL_ROOT ? chunk_typical(TYPICAL_ROOT) : NULL;
    if (root)
        learn(root, needed);
    else if (!pool_is_stripe(pool) && !own_is_shared(pool) && !pool_is_dying(pool) &&
             pool->entry.owner)
        learn_for_child(&((own_pool *)pool->entry.owner)->ledger.typical, needed);
}

/* Threads of a shared owner learn each for itself. */
static __attribute__((noinline)) const uint16_t *shared_typical(const own_pool *owner)
{
    const own_pool *stripe = shared_stripe(owner);
    return stripe ? &stripe->ledger.typical : &owner->ledger.typical;
}

static size_t known(const own_pool *owner)
{
    const uint16_t *typical;
    if (!owner)
        typical = chunk_typical(TYPICAL_ROOT);
    else
        typical = OWN_UNLIKELY(owner->shared) ? shared_typical(owner) : &owner->ledger.typical;
    size_t granules = typical ? __atomic_load_n(typical, __ATOMIC_RELAXED) : 0;
    if (OWN_UNLIKELY(granules == 0) && owner) {
        typical = chunk_typical(TYPICAL_CHILD);
        granules = typical ? *typical : 0;
    }
    return granules << GRANULE_SHIFT;
}

size_t learn_size_of_next(const own_pool *owner)
{
    return max_size(FIRST_CHUNK_LEAST, known(owner));
}

size_t learn_first_chunk(const own_pool *owner, size_t reserve, size_t own_limit)
{
    if (OWN_UNLIKELY(reserve)) {
        size_t exact = extent_first_size(reserve);
        return exact ? chunk_round(exact) : 0;
    }
    size_t size = chunk_round(learn_size_of_next(owner));
    /* What was learned must not make a limit bind sooner. */
    size_t room = own_limit ? own_limit : SIZE_MAX;
    if (owner && OWN_UNLIKELY(owner->account.limit))
        room = min_size(room, limit_room(owner->account.limit));
    return room / 64 < size ? FIRST_CHUNK_LEAST : size;
}
