/*
 * pool/pool.c - creating, clearing and ending pools.
 */
#include "pool/pool.h"
#include "object/toggle.h"

#include <stdio.h>

_Static_assert(sizeof(own_pool) % GRANULE == 0, "the bits of the first extent are aligned");
_Static_assert(offsetof(own_pool, first) % GRANULE == 0, "granules are aligned");
_Static_assert(offsetof(own_pool, first) + MEMORY_FIRST_LEAST + 3 * GRANULE == FIRST_CHUNK_LEAST ||
                   sizeof(void *) < 8,
               "an empty pool has room for 48 bytes");

/* Makes a chunk a pool with one reference, which is the owner's or the caller's. False: ENOMEM. */
static bool pool_init(own_pool *pool, const own_pool *owner, size_t size, const char *name)
{
    uint32_t held = owner ? STATE_HELD_ONE : 0;
    pool->object = (own_object){
        .count = 1, .state = STATE_OBJECT | STATE_CLASS | held, .type = &pool_class.type};
    pool->part.ledger = (struct ledger){.flags = owner ? 0 : POOL_ROOT};
    pool->part.memory.account = (struct account){.reserved = size};
    pool->entry.owner = NULL;
    pool->name = name;
    pool->user = NULL;
    pool->side = NULL;
    size_t bytes = size - offsetof(own_pool, first);
    return memory_init(&pool->part.memory, &pool->first, bytes);
}

/* Gets a first chunk of `*size` bytes, or, from a source that is nearly full, of `least`. */
static own_pool *get_first_chunk(const struct limit *limit, size_t *size, size_t least)
{
    size_t wanted = *size;
    int saved = errno;
    own_pool *pool = limit_chunk_get(limit, wanted, size);
    if (OWN_LIKELY(pool || wanted == least || !limit_source(limit)))
        return pool;
    pool = limit_chunk_get(limit, least, size);
    if (pool)
        errno = saved;
    return pool;
}

own_pool *pool_make_sized(const own_pool *owner, struct limit *limit, size_t size, size_t least,
                          const char *name)
{
    size_t charged = size;
    if (limit && !limit_add(limit, charged))
        return NULL;
    own_pool *pool = get_first_chunk(limit, &size, least);
    if (!pool) {
        limit_cancel(limit, charged);
        return NULL;
    }
    limit_cancel(limit, charged - size);
    if (!pool_init(pool, owner, size, name)) {
        limit_cancel(limit, size);
        limit_chunk_put(limit, pool, size);
        return NULL;
    }
    account_join(pool_account(pool), limit);
    account_label(pool_account(pool), pool, size);
    object_made(&pool->object);
    struct memory *memory = &pool->part.memory;
    if (site_is_on() && !(memory->end && site_passes((size_t)(memory->end - memory->bump))))
        tracked_begin(memory, 0);
    return pool;
}

/* Makes a new pool shared if its owner is. `learned`: its first chunk is as large as such pools
   needed, with the record of their parts. False: ENOMEM. */
static bool be_born(const own_pool *owner, own_pool *pool, bool learned)
{
    if (!pool_parts(owner))
        return true; /* pools below a confined one are confined, even if its count is shared */
    if (!(pool_flags(pool) & POOL_CONFINED) &&
        !(learned && parts_begin_inside(&pool->part, pool))) {
        struct parts *parts = parts_make(&pool->part, pool);
        if (!parts)
            return false;
        const struct part_beside beside = side_beside(pool);
        parts_begin(parts, &beside);
    }
    limit_meet(pool_limit(pool));
    pool->object.count = -1;
    return true;
}

/* Makes a new pool a child. False: ENOMEM or EDQUOT. */
static bool become_child(own_pool *owner, own_pool *pool)
{
    struct part *entered = pool_enter(owner);
    if (!entered)
        return false;
    part_add_child(entered, pool, part_time(&owner->part));
    part_debug_step(entered);
    pool_leave(entered);
    return true;
}

bool pool_join(own_pool *owner, own_pool *pool, bool learned)
{
    return be_born(owner, pool, learned) && become_child(owner, pool);
}

/* Frees a pool whose ledgers are empty, with all its memory. */
static void free_memory(own_pool *pool, void (*uncount)(struct limit *limit, size_t bytes))
{
    struct account *account = pool_account(pool);
    struct checks *checks = pool_checks(pool);
    uint32_t made = 0;
    if (OWN_UNLIKELY(checks))
        made = check_site_of(pool);
    sampled_clear(pool);
    side_free(pool);
    if (OWN_UNLIKELY(pool_parts(pool)))
        parts_end(&pool->part);
    if (pool_flags(pool) & POOL_ROOT)
        learn_root(pool);
    memory_end(&pool->part.memory);
    struct source *source = NULL;
    if (OWN_UNLIKELY(account->limit)) {
        source = account->limit->source;
        uncount(account->limit, account->reserved);
        limit_leave(account->limit, pool);
        account->limit = NULL;
    }
    memory_unclaim_first(&pool->first);
    object_gone(&pool->object);
    pool->part.memory.end = NULL; /* a dead pool is not allocated from */
    pool->object.state = 0;
    __atomic_store_n(&pool->object.count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    if (OWN_UNLIKELY(source)) {
        if (source->first == pool)
            source->first = NULL;
        source_put(source, pool, account->reserved);
        return;
    }
    account_unlabel(account, pool, account->reserved);
    if (OWN_LIKELY(!checks)) {
        chunk_put(pool, account->reserved);
        return;
    }
    check_bury(pool, account->reserved, checks, NULL, made, chunk_put);
    check_end(checks);
}

void pool_unmake(own_pool *pool)
{
    int saved = errno;
    free_memory(pool, limit_cancel);
    errno = saved;
}

static __attribute__((noinline)) own_pool *new_slow(own_pool *owner, const char *place)
{
    if (OWN_UNLIKELY(owner && !pool_check(owner, "own_pool_new")))
        return fail_pointer(EINVAL);
    if (OWN_UNLIKELY(check_words() != 0))
        return pool_new_checked(owner, place);
    object_tracked++; /* for the threshold of collections */
    object_collect_if_due();
    own_pool *pool = NULL;
    if (owner && pool_parts(owner) && !side_bequeaths(owner))
        pool = pool_wake_for_shared(owner, place);
    if (!pool)
        pool = pool_make_sized(owner, pool_limit_below(owner), learn_first_chunk(owner, 0, 0),
                               FIRST_CHUNK_LEAST, place);
    if (pool && (!owner || (side_inherit(owner, pool, NULL) &&
                            pool_join(owner, pool, !side_bequeaths(owner))))) {
        if (site_is_on() && !pool->part.memory.end)
            sampled_shorten(pool);
        probe_3(pool_new, pool, owner, place);
        return pool;
    }
    if (!owner)
        return NULL;
    if (pool)
        pool_unmake(pool);
    side_tell_failed(owner, 0);
    return NULL;
}

own_pool *own_pool_new_at(own_pool *owner, const char *place)
{
    own_pool *pool = owner ? pool_wake_child(owner, place) : pool_wake_root(place);
    return OWN_LIKELY(pool != NULL) ? pool : new_slow(owner, place);
}

static own_object *pool_step(own_object *object)
{
    own_pool *pool = as_pool(object);
    own_object *last = pool_release(pool);
    if (OWN_LIKELY(!(pool_flags(pool) & POOL_PRIVATE)))
        return last;
    /* Private blocks are freed while the pool is whole, unless it is to live on. */
    while (!last && !object_is_revived(object) && private_release(pool))
        last = pool_release(pool);
    return last;
}

static void pool_free(own_object *object)
{
    probe_3(pool_die, object, as_pool(object)->name, pool_account(as_pool(object))->reserved);
    chunk_count_death();
    free_memory(as_pool(object), limit_subtract);
}

static bool pool_free_bare(own_object *object)
{
    own_pool *pool = as_pool(object);
    if (OWN_UNLIKELY(pool_parts(pool)) && !parts_end_bare(&pool->part))
        return false;
    if (POOL_READY && OWN_LIKELY(pool_is_plain(pool))) {
        /* What a child needed was learned when it left its parent. */
        bool root = pool_flags(pool) & POOL_ROOT;
        if (!root)
            (void)plain_used(pool);
        if (pool_keep(pool, root ? cache_typical(TYPICAL_ROOT) : NULL))
            return true;
    } else if (pool_flags(pool) & (POOL_SAMPLED | POOL_SHORT) && sampled_keep_plain(pool)) {
        return true;
    }
    if (pool->part.ledger.newest || pool_flags(pool) & POOL_PRIVATE || side_calls(pool))
        return false;
    pool_free(object);
    return true;
}

static void pool_revive(own_object *object)
{
    own_pool *pool = as_pool(object);
    pool->entry = (struct entry){.owner = NULL};
    if (!own_is_shared(pool))
        limit_move(pool, NULL, true);
}

static void pool_describe(const own_object *object, char *text, size_t size)
{
    const own_pool *pool = (const void *)object;
    const own_pool *parent = tree_locked_parent(pool);
    if (parent)
        snprintf(text, size, "pool '%.50s' %p (child of '%.50s')", pool_name(pool),
                 (const void *)pool, pool_name(parent));
    else
        snprintf(text, size, "pool '%.50s' %p", pool_name(pool), (const void *)pool);
}

const struct object_class pool_class = {
    .type = {.name = "pool"},
    .step = pool_step,
    .waiting = offsetof(own_pool, entry.older), /* a dying pool is in no ledger */
    .free = pool_free,
    .free_bare = pool_free_bare,
    .revive = pool_revive,
    .describe = pool_describe,
};

const own_type *own_pool_type(void)
{
    return &pool_class.type;
}

/* The function behind the macro, for callers that have no macros. */
own_pool *(own_pool_new)(own_pool *owner)
{
    return own_pool_new_at(owner, "pool");
}

/* Whether a pool may own anything but blocks of its own memory. */
static inline bool owns_more_than_blocks(const own_pool *pool)
{
    return pool->part.ledger.newest || pool_parts(pool) || pool->side ||
           pool_flags(pool) & POOL_PRIVATE;
}

void own_pool_clear(own_pool *pool)
{
    if (!pool_check(pool, "own_pool_clear"))
        return;
    bool calls = owns_more_than_blocks(pool);
    if (calls) {
        /* Held by itself: a callback that releases it once too often is told so. */
        object_hold(&pool->object);
        do
            pool_release_all(pool);
        while (OWN_UNLIKELY(private_release(pool)));
    }
    sampled_clear(pool);
    if (!(pool_flags(pool) & POOL_PRIVATE)) {
        inside_begin(pool);
        if (pool_flags(pool) & POOL_EXACT)
            exact_clear(pool);
        else
            parts_clear(&pool->part);
        inside_end(pool);
    }
    if (!pool_parts(pool))
        part_debug_step(&pool->part);
    if (calls && object_unhold_and_tell(&pool->object))
        object_die(&pool->object);
}
