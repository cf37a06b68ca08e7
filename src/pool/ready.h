/*
 * pool/ready.h - the shortest path for creating and dropping small pools.
 *
 * A pool is plain if it has nothing but blocks in its first extent. When a plain pool dies, it is
 * kept whole in the cache of its thread (chunk/cache.h), ready to be used again: own_pool_new then
 * writes little more than its header, its name, bump and end. All other pools are created by
 * pool.c, and end by the steps of object/teardown.c. Included by pool.h only.
 */
#ifndef POOL_READY_H
#define POOL_READY_H

#include "chunk/cache.h"
#include "extent/tracked.h"
#include "pool/pool.h"

#include <string.h>

/* In builds that mark or check each block, no pool is ready. */
#define POOL_READY (!OWN_DEBUG && !MARKS_ASAN)

#define POOL_STATE (STATE_OBJECT | STATE_CLASS)

/* Count and state of an object in one word, the count first in memory. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HEADER_WORD(count, state) ((uint64_t)(state) << 32 | (uint32_t)(count))
#else
#define HEADER_WORD(count, state) ((uint64_t)(uint32_t)(count) << 32 | (state))
#endif

/* That of a confined object with one reference. */
#define ONE_REFERENCE(state) HEADER_WORD(1, state)

typedef uint64_t __attribute__((may_alias)) header_word;

static inline header_word *header_of(own_pool *pool)
{
    return (header_word *)(void *)&pool->object;
}

/* Whether a pool has nothing but blocks in its first extent, which may be short, but is in no unit
   of its own. */
static inline bool pool_is_plain(const own_pool *pool)
{
    const struct memory *memory = &pool->part.memory;
    uintptr_t more = (uintptr_t)pool->part.ledger.newest | (uintptr_t)memory->stock |
                     (uintptr_t)memory->account.limit | (uintptr_t)memory->outside |
                     (uintptr_t)memory->extent->older |
                     (pool->part.ledger.flags & ~(POOL_ROOT | POOL_NAMED | POOL_SHORT));
    return !more && memory->account.reserved <= CLASS_SMALL_MAX;
}

/* pool_used of a plain pool. If it is closed, it may be noted, and then is no more. */
static inline size_t plain_used(const own_pool *pool)
{
    const struct memory *memory = &pool->part.memory;
    size_t used = (size_t)(memory->bump - (const char *)pool);
    if (OWN_LIKELY(memory->end != NULL))
        return used + (size_t)(extent_end(&pool->first) - memory->end);
    tracked_forget(memory);
    return used;
}

_Static_assert(offsetof(struct extent, settled) ==
                   offsetof(struct extent, granules) + sizeof(uint32_t),
               "pool_keep writes both as one word");

/* Keeps a plain pool whose last reference has gone; `typical` is what is known of pools like it, or
   NULL if that has been told, and plain_used been called. False: there is no room, or nothing is
   known yet. */
static inline bool pool_keep(own_pool *pool, uint16_t *typical)
{
    struct cache *cache = chunk_cache;
    struct memory *memory = &pool->part.memory;
    size_t size = memory->account.reserved;
    if (OWN_UNLIKELY(!cache || (typical && !*typical)))
        return false;
    if (typical && plain_used(pool) <= size / 2 && size > FIRST_CHUNK_LEAST)
        learn_less(typical);
    memory->blocks = 0;
    memory->bytes = 0;
    memory->peak = 0;
    /* A short extent is as long as it was, and no extent is settled: two fields in one word. */
    uint32_t granules = ((uint32_t)size - (uint32_t)offsetof(own_pool, first)) >> GRANULE_SHIFT;
    uint64_t both = HEADER_WORD(granules, 0);
    memcpy((char *)&pool->first + offsetof(struct extent, granules), &both, sizeof(both));
    pool->user = NULL;
    pool->part.ledger.children = 0;
    pool->part.ledger.typical = 0;
    pool->part.ledger.flags = 0;
    *header_of(pool) = HEADER_WORD(OWN_COUNT_DEAD, 0);
    unsigned class = class_of_more(size);
    bool kept = ready_keep(cache, class, pool);
    if (OWN_UNLIKELY(!kept))
        kept = sampled_keep(pool, class);
    memory->end = NULL; /* a dead pool is not allocated from */
    if (OWN_UNLIKELY(!kept))
        return false;
    probe_3(pool_die, pool, pool->name, memory->account.reserved);
    return true;
}

/* A pool of a class, without a reference that anybody knows of. NULL: none is ready. */
static inline own_pool *pool_wake(struct cache *cache, size_t class, uint32_t state,
                                  const char *place)
{
    own_pool *pool = (own_pool *)ready_take(cache, class);
    if (OWN_UNLIKELY(!pool))
        return NULL;
    struct extent *first = &pool->first;
    size_t granules = first->granules;
    pool->part.memory.bump = (char *)first + ((1 + (granules + 63) / 64) << GRANULE_SHIFT);
    pool->part.memory.end = (char *)first + (granules << GRANULE_SHIFT);
    pool->name = place;
    *header_of(pool) = ONE_REFERENCE(state);
    return pool;
}

/* own_pool_new, mostly. NULL: nothing has been done. */
static inline own_pool *pool_wake_root(const char *place)
{
    struct cache *cache = chunk_cache;
    if (!POOL_READY || OWN_UNLIKELY(!cache))
        return NULL;
    own_pool *pool = pool_wake(cache, cache->typical[TYPICAL_ROOT] & 0xff, POOL_STATE, place);
    if (OWN_UNLIKELY(!pool))
        return NULL;
    pool->part.ledger.flags |= POOL_ROOT; /* it may be short */
    probe_3(pool_new, pool, NULL, place);
    return pool;
}

static inline own_pool *pool_wake_child(own_pool *owner, const char *place)
{
    struct cache *cache = chunk_cache;
    if (!POOL_READY || OWN_UNLIKELY(!cache || object_count(&owner->object) <= 0 ||
                                    owner->part.memory.account.limit))
        return NULL;
    size_t class = owner->part.ledger.typical & 0xff;
    own_pool *pool = pool_wake(cache, class, POOL_STATE | STATE_HELD_ONE, place);
    if (OWN_UNLIKELY(!pool))
        return NULL;
    part_add_child(&owner->part, pool, 0);
    probe_3(pool_new, pool, owner, place);
    return pool;
}

/* The same for an owner that is shared and under no limit. The pool is confined yet, and no
   child. */
static inline own_pool *pool_wake_for_shared(own_pool *owner, const char *place)
{
    struct cache *cache = chunk_cache;
    if (!POOL_READY || OWN_UNLIKELY(!cache || owner->part.memory.account.limit))
        return NULL;
    unsigned class = class_of(learn_size_of_next(owner));
    own_pool *pool = pool_wake(cache, class, POOL_STATE | STATE_HELD_ONE, place);
    if (OWN_UNLIKELY(pool && pool_flags(pool) & POOL_SHORT))
        sampled_lengthen(pool); /* blocks of shared pools are counted one by one */
    return pool;
}

/* Whether a pool is a child that nobody else holds, both confined and with a parent that lives. */
static inline bool pool_is_held_once(const own_pool *parent, own_pool *child)
{
    /* The child may be one that other threads use. */
    const struct part *owner = __atomic_load_n(&child->entry.owner, __ATOMIC_RELAXED);
    header_word header = __atomic_load_n(header_of(child), __ATOMIC_RELAXED);
    return owner == &parent->part && header == ONE_REFERENCE(POOL_STATE | STATE_HELD_ONE) &&
           object_count(&parent->object) > 0;
}

/* own_drop of a plain child that nobody else holds. False: nothing has been done. */
static inline bool pool_drop_plain(own_pool *parent, own_pool *child)
{
    if (!POOL_READY || OWN_UNLIKELY(!pool_is_held_once(parent, child) || !pool_is_plain(child)))
        return false;
    struct ledger *ledger = &parent->part.ledger;
    ledger_remove_child(ledger, &child->entry);
    if (OWN_LIKELY(pool_keep(child, &ledger->typical)))
        return true;
    /* Out of the ledger, and without its last reference: the rest of the long way. */
    learn_child(&parent->part, child);
    *header_of(child) = ONE_REFERENCE(POOL_STATE);
    object_die(&child->object);
    return true;
}

#endif
