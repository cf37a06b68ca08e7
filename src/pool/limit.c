/*
 * pool/limit.c - limits, and what counts against them.
 *
 * A limit is a record of its own, because pools that it counts may outlive the pool that it was set
 * on: a child that is being torn down may see its former parent die. Each pool points to the
 * nearest limit at or above it, and each limit to the next one above, so that taking memory costs
 * the number of limits above the pool, not its depth; a chain of a million pools without limits
 * costs nothing.
 */
#include "pool/shared.h"

#include <errno.h>
#include <pthread.h>

struct limit {
    size_t bytes; /* 0: none any more */
    size_t used;
    size_t users; /* pools, buffers and limits that point here */
    struct limit *above;
    const own_pool *of; /* the pool whose own it is, to be compared only; NULL: that has died */
    bool met;           /* by several threads: what is above it is too */
};

/*
 * One lock for all limits that several threads meet: they are looked at for chunks only. It is held
 * for a walk along limits, or over the subtree that a move is about. A limit that counts nothing
 * but confined pools, and is under no other, is of their thread and needs none.
 */
static pthread_mutex_t limits = PTHREAD_MUTEX_INITIALIZER;

static void lock_limits(void)
{
    pthread_mutex_lock(&limits);
}

static void unlock_limits(void)
{
    pthread_mutex_unlock(&limits);
}

static bool is_met(const struct limit *limit)
{
    while (limit && !limit->met)
        limit = limit->above;
    return limit;
}

/* Whether the lock had to be taken. */
static bool lock(const struct limit *limit)
{
    bool met = is_met(limit);
    if (OWN_UNLIKELY(met))
        lock_limits();
    return met;
}

static void unlock(bool locked)
{
    if (OWN_UNLIKELY(locked))
        unlock_limits();
}

static void meet(struct limit *limit)
{
    for (; limit && !limit->met; limit = limit->above)
        limit->met = true;
}

void limit_meet(struct limit *limit)
{
    if (OWN_LIKELY(!limit || limit->met))
        return;
    lock_limits();
    meet(limit);
    unlock_limits();
}

void limit_prepare_for_fork(void)
{
    /* A child process must not find it taken by a thread that it does not have. */
    (void)pthread_atfork(lock_limits, unlock_limits, unlock_limits);
}

static void add_used(struct limit *limit, size_t bytes)
{
    for (; limit; limit = limit->above)
        limit->used += bytes;
}

static void subtract_used(struct limit *limit, size_t bytes)
{
    for (; limit; limit = limit->above)
        limit->used -= bytes;
}

void limit_subtract(struct limit *limit, size_t bytes)
{
    if (!limit)
        return;
    bool locked = lock(limit);
    subtract_used(limit, bytes);
    unlock(locked);
}

static size_t room_of(const struct limit *limit)
{
    size_t room = SIZE_MAX;
    for (; limit; limit = limit->above) {
        if (limit->bytes)
            room = min_size(room, limit->bytes > limit->used ? limit->bytes - limit->used : 0);
    }
    return room;
}

size_t limit_room(const struct limit *limit)
{
    if (!limit)
        return SIZE_MAX;
    bool locked = lock(limit);
    size_t room = room_of(limit);
    unlock(locked);
    return room;
}

bool limit_add(struct limit *limit, size_t bytes)
{
    if (!limit)
        return true;
    bool locked = lock(limit);
    bool has_room = room_of(limit) >= bytes;
    if (has_room)
        add_used(limit, bytes);
    unlock(locked);
    if (!has_room)
        errno = EDQUOT;
    return has_room;
}

/* Whether the limit of a pool is its own. Of a shared pool that never changes. */
static bool is_limited(const own_pool *pool)
{
    return pool->limit && __atomic_load_n(&pool->limit->of, __ATOMIC_RELAXED) == pool;
}

void limit_use(struct limit *limit)
{
    bool locked = lock(limit);
    limit->users++;
    unlock(locked);
}

static void release(struct limit *limit)
{
    while (limit && --limit->users == 0) {
        struct limit *above = limit->above;
        chunk_put(limit, sizeof(*limit));
        limit = above;
    }
}

void limit_release(struct limit *limit)
{
    bool locked = lock(limit);
    release(limit);
    unlock(locked);
}

void limit_leave(own_pool *pool)
{
    struct limit *limit = pool->limit;
    if (OWN_LIKELY(!limit))
        return;
    bool locked = lock(limit);
    if (is_limited(pool))
        __atomic_store_n(&limit->of, NULL, __ATOMIC_RELAXED);
    release(limit);
    unlock(locked);
    pool->limit = NULL;
}

struct limit *limit_above(const own_pool *pool)
{
    return is_limited(pool) ? pool->limit->above : pool->limit;
}

/* A shared pool without a limit of its own: threads may be charging what it points to. */
static bool stays(const own_pool *pool)
{
    return pool->shared && !is_limited(pool);
}

/* The pool after `at` whose limit, or what is above that, changes with that of `pool`. A limit speaks
   for all below it. */
static own_pool *next_counted(const own_pool *pool, own_pool *at)
{
    do
        at = tree_next(pool, at, !at->shared && !is_limited(at));
    while (at && stays(at));
    return at;
}

/* Whether one of a subtree would not change with the others. */
static bool has_one_that_stays(own_pool *pool)
{
    for (own_pool *at = pool; at; at = tree_next(pool, at, !at->shared && !is_limited(at))) {
        if (stays(at))
            return true;
    }
    return false;
}

/* What a subtree adds to the limit above it; its root does not stay. */
static size_t used_by(own_pool *pool)
{
    size_t used = 0;
    for (own_pool *at = pool; at; at = next_counted(pool, at))
        used += is_limited(at) ? at->limit->used : pool_reserved(at);
    return used;
}

/* `met`: whether what points there is met by several threads. */
static void point(struct limit **link, struct limit *to, bool met)
{
    struct limit *from = *link;
    *link = to;
    if (to)
        to->users++;
    if (met)
        meet(to);
    release(from);
}

/* Makes a subtree point to another limit above it. */
static void point_to(own_pool *pool, struct limit *to)
{
    for (own_pool *at = pool, *next; at; at = next) {
        next = next_counted(pool, at); /* as long as it is known whether it was limited */
        if (is_limited(at))
            point(&at->limit->above, to, at->limit->met);
        else
            point(&at->limit, to, own_is_shared(at));
    }
}

/* Whether `to` and those above it have room for what is counted by `from` now. */
static bool has_room(struct limit *to, struct limit *from, size_t bytes)
{
    for (; to; to = to->above) {
        const struct limit *both = from;
        while (both && both != to)
            both = both->above;
        if (both)
            return true; /* from here up nothing changes */
        if (to->bytes && (to->used > to->bytes || to->bytes - to->used < bytes))
            return false;
    }
    return true;
}

/* What is against it: 0, EPERM or EDQUOT. */
static int refusal(own_pool *pool, struct limit *to, struct limit *from)
{
    if (has_one_that_stays(pool))
        return EPERM;
    return has_room(to, from, used_by(pool)) ? 0 : EDQUOT;
}

bool limit_move(own_pool *pool, struct limit *to, bool forced)
{
    struct limit *from = limit_above(pool);
    if (from == to)
        return true;
    lock_limits();
    int error = forced ? 0 : refusal(pool, to, from);
    if (!error) {
        size_t used = used_by(pool);
        subtract_used(from, used);
        add_used(to, used);
        point_to(pool, to);
    }
    unlock_limits();
    if (error)
        errno = error;
    return !error;
}

/* Makes a limit of the pool's own, of `bytes`. False: ENOMEM. */
static bool limit_make(own_pool *pool, size_t bytes)
{
    size_t granted;
    struct limit *limit = chunk_get(sizeof(*limit), &granted);
    if (!limit)
        return false;
    lock_limits();
    /* The pool keeps the new limit alive; the new limit, the one above. */
    *limit =
        (struct limit){.bytes = bytes, .used = used_by(pool), .users = 1, .above = pool->limit};
    if (limit->above)
        limit->above->users++;
    point_to(pool, limit);
    limit->users--;
    limit->of = pool;
    unlock_limits();
    return true;
}

int own_pool_set_limit(own_pool *pool, size_t bytes)
{
    if (!pool_check(pool, "own_pool_set_limit")) {
        errno = EINVAL;
        return -1;
    }
    if (is_limited(pool)) {
        bool locked = lock(pool->limit);
        pool->limit->bytes = bytes;
        unlock(locked);
    } else if (bytes && pool->shared) {
        errno = EPERM; /* what is below it may be changing */
        return -1;
    } else if (bytes && !limit_make(pool, bytes)) {
        return -1;
    }
    pool_debug_step(pool);
    return 0;
}

void *pool_chunk_get(own_pool *pool, size_t size, size_t *granted)
{
    if (OWN_LIKELY(!pool->limit)) {
        void *chunk = chunk_get(size, granted);
        if (OWN_LIKELY(chunk != NULL))
            pool->reserved += *granted;
        return chunk;
    }
    size_t whole = chunk_round(size);
    if (!whole) {
        errno = ENOMEM;
        return NULL;
    }
    if (!limit_charge(pool, whole))
        return NULL;
    void *chunk = chunk_get(size, granted);
    if (!chunk)
        limit_uncharge(pool, whole);
    return chunk;
}

void pool_chunk_put(own_pool *pool, void *chunk, size_t size)
{
    limit_uncharge(pool, chunk_put(chunk, size));
}

bool limit_validate(const own_pool *pool)
{
    bool holds = true;
    lock_limits();
    for (const struct limit *limit = pool->limit; limit; limit = limit->above) {
        if (limit->used < pool_reserved(pool) || limit->users == 0)
            holds = false;
        if ((own_is_shared(pool) || limit->met) &&
            !(limit->met && (!limit->above || limit->above->met)))
            holds = false;
    }
    unlock_limits();
    return holds;
}
