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

/*
 * A subtree that is to point to another limit. Pools whose tap is used by pools elsewhere, too,
 * need another tap of the same source.
 */
struct subtree {
    own_pool *root;
    const struct limit *tap; /* of the root; NULL: it has none */
    struct limit *spare;     /* for the users of `tap`; NULL: there is none */
};

/* The pool after `at`. Pools below a shared one, and below one that has its own limit, are not gone
   through: they need not point elsewhere. */
static own_pool *next_in(const struct subtree *subtree, own_pool *at)
{
    return tree_next(subtree->root, at, !pool_parts(at) && !is_limited(at));
}

/* Whether a pool points to a tap that pools elsewhere use, too. */
static bool shares_tap(const own_pool *pool)
{
    const struct limit *tap = pool_tap(pool);
    return tap && tap->inside != tap->users;
}

/* Whether a pool must keep its limit: it has none of its own, and is shared, so that other threads
   may be charging the limit to which it points, or has no tap that can point elsewhere. */
static bool stays(const struct subtree *subtree, const own_pool *pool)
{
    if (is_limited(pool))
        return false;
    return pool_parts(pool) ||
           (shares_tap(pool) && !(subtree->spare && pool_tap(pool) == subtree->tap));
}

/* The pool after `at` that has to point to another limit when the root does, itself or by its own
   limit. */
static own_pool *next_counted(const struct subtree *subtree, own_pool *at)
{
    do
        at = next_in(subtree, at);
    while (at && stays(subtree, at));
    return at;
}

/* Whether there is a pool that must keep its limit. */
static bool has_one_that_stays(const struct subtree *subtree)
{
    for (own_pool *at = subtree->root; at; at = next_in(subtree, at)) {
        if (stays(subtree, at))
            return true;
    }
    return false;
}

/* Under limits_lock: what is about to point elsewhere, with the users of taps counted. */
static struct subtree subtree_of(own_pool *root, struct limit *spare)
{
    const struct subtree subtree = {.root = root, .tap = pool_tap(root), .spare = spare};
    for (own_pool *at = root; at; at = next_in(&subtree, at)) {
        if (pool_tap(at))
            pool_tap(at)->inside = 0;
    }
    for (own_pool *at = root; at; at = next_in(&subtree, at)) {
        if (pool_tap(at) && !pool_parts(at) && !is_limited(at))
            pool_tap(at)->inside++;
    }
    return subtree;
}

/* A tap for subtree_of, to be got without a lock. False: ENOMEM. */
static bool get_spare(const own_pool *pool, struct limit *to, struct limit **spare)
{
    const struct limit *tap = is_limited(pool) ? NULL : pool_tap(pool);
    *spare = tap ? limit_make_tap(tap->source, to) : NULL;
    return *spare || !tap;
}

/* The bytes that limits count of a confined pool. */
static size_t reserved(const own_pool *pool)
{
    size_t foreign = pool_flags(pool) & POOL_FOREIGN ? foreign_counts(pool).foreign_bytes : 0;
    return part_count(&pool->part).reserved + foreign;
}

/* The bytes that a subtree uses of the limit above it; its root is not one that stays. */
static size_t used_by(const struct subtree *subtree)
{
    size_t used = 0;
    for (own_pool *at = subtree->root; at; at = next_counted(subtree, at))
        used += is_limited(at) ? pool_limit(at)->used : reserved(at);
    return used;
}

/* Makes one pool point to another limit above it. */
static void point_one(const struct subtree *subtree, own_pool *pool, struct limit *to)
{
    struct limit **link = &pool_account(pool)->limit;
    bool met = own_is_shared(pool);
    if (is_limited(pool)) {
        struct limit *own = pool_limit(pool);
        limit_point(&own->above, to, own->met);
    } else if (!pool_tap(pool)) {
        limit_point(link, to, met);
    } else if (!shares_tap(pool)) {
        limit_point(&pool_tap(pool)->above, to, met);
    } else {
        pool_tap(pool)->inside--;
        limit_point(link, subtree->spare, met);
    }
}

static void point_to(const struct subtree *subtree, struct limit *to)
{
    for (own_pool *at = subtree->root, *next; at; at = next) {
        next = next_counted(subtree, at); /* before `at` changes: it depends on the limit of `at` */
        point_one(subtree, at, to);
    }
}

/* Whether a limit is that of a pool of the subtree, or below one: a shared pool that has lost its
   parent still points to it. */
static bool has_limit_above(const struct subtree *subtree, const struct limit *limit)
{
    for (own_pool *at = limit ? subtree->root : NULL; at; at = next_in(subtree, at)) {
        const struct limit *above = is_limited(at) ? limit : NULL;
        while (above && above != pool_limit(at))
            above = above->above;
        if (above)
            return true;
    }
    return false;
}

/* The reason not to move a subtree: EPERM, ELOOP or EDQUOT. 0: there is none. */
static int refusal(const struct subtree *subtree, struct limit *to, struct limit *from)
{
    if (has_one_that_stays(subtree))
        return EPERM;
    if (has_limit_above(subtree, to))
        return ELOOP;
    return limit_fits(to, from, used_by(subtree)) ? 0 : EDQUOT;
}

static void change(const struct subtree *subtree, struct limit *to,
                   void (*uncount)(struct limit *limit, size_t bytes))
{
    size_t used = used_by(subtree);
    uncount(limit_above(subtree->root), used);
    limit_count(to, used);
    point_to(subtree, to);
}

/* Under limits_lock: what is charged to a limit by pools that keep their taps may now be charged by
   several threads. */
static void meet_kept(const struct subtree *subtree)
{
    for (own_pool *at = subtree->root; at; at = next_in(subtree, at)) {
        if (stays(subtree, at))
            limit_meet_locked(pool_limit(at));
    }
}

bool limit_move(own_pool *pool, struct limit *to, bool forced)
{
    struct limit *from = limit_above(pool);
    struct limit *spare = NULL;
    if (from == to)
        return true;
    if (!forced && !get_spare(pool, to, &spare))
        return false;
    limits_lock();
    const struct subtree subtree = subtree_of(pool, spare);
    int error = forced ? 0 : refusal(&subtree, to, from);
    if (forced)
        meet_kept(&subtree);
    if (!error && !stays(&subtree, pool))
        change(&subtree, to, limit_uncount);
    limits_unlock();
    limit_drop_tap(spare);
    if (error)
        errno = error;
    return !error;
}

void limit_move_back(own_pool *pool, struct limit *to)
{
    if (limit_above(pool) == to)
        return;
    limits_lock();
    const struct subtree subtree = subtree_of(pool, NULL);
    change(&subtree, to, limit_uncount_failed);
    limits_unlock();
}

bool limit_set_first(own_pool *pool, size_t bytes)
{
    struct limit *limit = limit_make(bytes);
    struct limit *spare;
    if (!limit)
        return false;
    limit->users = 1; /* until all that it counts points to it */
    if (!get_spare(pool, limit, &spare)) {
        limit_release(limit);
        return false;
    }
    limits_lock();
    const struct subtree subtree = subtree_of(pool, spare);
    limit_point(&limit->above, pool_limit(pool), false);
    limit->used = used_by(&subtree);
    point_to(&subtree, limit);
    limit->of = pool;
    limits_unlock();
    limit_drop_tap(spare);
    limit_release(limit);
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
    } else if (bytes && !limit_set_first(pool, bytes)) {
        side_tell_failed(pool, 0);
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
