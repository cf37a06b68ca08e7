/*
 * pool/limited.c - the limits of a tree of pools.
 *
 * Each pool points to the nearest limit at or above it. A child that is being torn down may see its
 * former parent die, and goes on pointing to the limit of that one.
 */
#include "pool/pool.h"

#include <errno.h>

/* Whether the nearest limit of a pool is its own. For a shared pool this never changes. */
static bool is_limited(const own_pool *pool)
{
    return limit_is_of(pool_limit(pool), pool);
}

struct limit *limit_above(const own_pool *pool)
{
    return is_limited(pool) ? pool_limit(pool)->above : pool_limit(pool);
}

/* Whether a pool must keep its limit: it is shared and has none of its own, so other threads may be
   charging the limit to which it points. */
static bool stays(const own_pool *pool)
{
    return pool_parts(pool) && !is_limited(pool);
}

/* The pool after `at` that has to point to another limit when `pool` does, itself or by its own
   limit. Pools below one that has its own limit need not. */
static own_pool *next_counted(const own_pool *pool, own_pool *at)
{
    do
        at = tree_next(pool, at, !pool_parts(at) && !is_limited(at));
    while (at && stays(at));
    return at;
}

/* Whether a subtree has a pool that must keep its limit. */
static bool has_one_that_stays(own_pool *pool)
{
    for (own_pool *at = pool; at; at = tree_next(pool, at, !pool_parts(at) && !is_limited(at))) {
        if (stays(at))
            return true;
    }
    return false;
}

/* The bytes that limits count of a confined pool. */
static size_t reserved(const own_pool *pool)
{
    size_t foreign = pool_flags(pool) & POOL_FOREIGN ? foreign_counts(pool).foreign_bytes : 0;
    return part_count(&pool->part).reserved + foreign;
}

/* The bytes that a subtree uses of the limit above it; `pool` is not one that stays. */
static size_t used_by(own_pool *pool)
{
    size_t used = 0;
    for (own_pool *at = pool; at; at = next_counted(pool, at))
        used += is_limited(at) ? pool_limit(at)->used : reserved(at);
    return used;
}

/* Makes a subtree point to another limit above it. */
static void point_to(own_pool *pool, struct limit *to)
{
    for (own_pool *at = pool, *next; at; at = next) {
        next = next_counted(pool, at); /* before `at` changes: it depends on the limit of `at` */
        struct limit *own = is_limited(at) ? pool_limit(at) : NULL;
        if (own)
            limit_point(&own->above, to, own->met);
        else
            limit_point(&pool_account(at)->limit, to, own_is_shared(at));
    }
}

/* The reason not to move a subtree: EPERM or EDQUOT. 0: there is none. */
static int refusal(own_pool *pool, struct limit *to, struct limit *from)
{
    if (has_one_that_stays(pool))
        return EPERM;
    return limit_fits(to, from, used_by(pool)) ? 0 : EDQUOT;
}

static void change(own_pool *pool, struct limit *to,
                   void (*uncount)(struct limit *limit, size_t bytes))
{
    size_t used = used_by(pool);
    uncount(limit_above(pool), used);
    limit_count(to, used);
    point_to(pool, to);
}

bool limit_move(own_pool *pool, struct limit *to, bool forced)
{
    struct limit *from = limit_above(pool);
    if (from == to)
        return true;
    limits_lock();
    int error = forced ? 0 : refusal(pool, to, from);
    if (!error)
        change(pool, to, limit_uncount);
    limits_unlock();
    if (error)
        errno = error;
    return !error;
}

void limit_move_back(own_pool *pool, struct limit *to)
{
    if (limit_above(pool) == to)
        return;
    limits_lock();
    change(pool, to, limit_uncount_failed);
    limits_unlock();
}

/* Makes a limit of the pool's own, of `bytes`. False: ENOMEM. */
static bool set_first(own_pool *pool, size_t bytes)
{
    struct limit *limit = limit_make(bytes);
    if (!limit)
        return false;
    limits_lock();
    limit_point(&limit->above, pool_limit(pool), false);
    limit->used = used_by(pool);
    limit->users = 1; /* until all that it counts points to it */
    point_to(pool, limit);
    limit->users--;
    limit->of = pool;
    limits_unlock();
    return true;
}

int own_pool_set_limit(own_pool *pool, size_t bytes)
{
    if (!pool_check(pool, "own_pool_set_limit"))
        return fail_with(EINVAL);
    if (is_limited(pool)) {
        limit_set(pool_limit(pool), bytes);
    } else if (bytes && pool_parts(pool)) {
        return fail_with(EPERM); /* what is below it may be changing */
    } else if (bytes && !set_first(pool, bytes)) {
        return -1;
    }
    if (!pool_parts(pool))
        part_debug_step(&pool->part);
    return 0;
}

own_pool *own_pool_limited_by(const own_pool *pool)
{
    if (!pool || !pool_check(pool, "own_pool_limited_by"))
        return NULL;
    return (own_pool *)(uintptr_t)limit_tightest(pool_limit(pool));
}
