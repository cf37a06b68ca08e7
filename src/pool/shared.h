/*
 * pool/shared.h - pools that several threads use at once.
 *
 * A shared pool has stripes. Each is a pool to the rest of this room: with blocks, a ledger, and a
 * lock that favours the thread which uses it (base/biased.h). The first is the pool itself. When a thread finds that one's lock taken, there are others
 * from then on, hidden pools that refer to it as their parent, one for each thread up to STRIPES; so
 * threads do not meet, unless one frees what another allocated.
 *
 *   pool -> shared: lock, stripe[0], stripe[1], ...
 *             |                 +-> pool (of stripe_type) -> shared: lock
 *
 * A public call enters a pool, does to what it entered what it does to a confined one, and leaves.
 * Entering a confined pool is nothing.
 *
 *   which stripe   what comes into the pool goes to the stripe of the calling thread. A block is
 *                  freed in the stripe that claimed its unit (stripes take whole units), else in the
 *                  first. Adopted blocks are in the first; a private pool has no other. An entry of
 *                  the ledger is where it was added; that of a child says where.
 *   order          entries bear the time at which they came into a shared pool. A stripe's ring is
 *                  in order by itself; of several, the one whose newest entry is the newest is
 *                  released from.
 *   locks          one stripe at a time, and under it those of weak references, limits, the heap.
 *                  Code of users runs without: what is released is taken out first, and the
 *                  allocator of a pool that has one is called in between.
 *
 * Why each of these pairs is safe:
 *
 *   own_drop, and the parent's death or clear   whoever takes the entry out, under the lock of its
 *       stripe, releases the reference. own_drop reads from a child's entry where that is, takes the
 *       lock there and looks again.
 *   own_pool_clear and allocation   each stripe is emptied under its lock. A block is in it before
 *       that and goes, or after that and stays.
 *   the last release, and a weak reference   see object/shared.c.
 *   two moves that would make a cycle, or give a pool two parents   pools get a parent, where one
 *       of both is shared, under one lock for all, the lock of the tree, and there it is seen that
 *       they have none; the way up gets no longer meanwhile.
 *   the way up, and the death of a pool on it   who looks upwards from a shared pool does so under
 *       that lock too. A parent lets go of a child that lives on, and then takes and releases the
 *       lock, before it goes on with its own death: nobody looks at it from below any more. A
 *       parent that is read without the lock is compared, never looked into.
 *   limits   are set before a pool is shared, and a shared pool stays under those that it has, so
 *       that `limit` of a pool does not change while others look. That of a limit may change.
 *
 * A pool made with OWN_POOL_CONFINED under a shared one is counted by all threads, as its parent
 * is, but has no stripes and no lock.
 */
#ifndef POOL_SHARED_H
#define POOL_SHARED_H

#include "base/biased.h"
#include "base/ticks.h"
#include "pool/pool.h"

#define STRIPES 8 /* beside the first */

enum spread {
    SPREAD_LATER, /* there is the first stripe */
    SPREAD_NOW,   /* its lock was found taken: threads go to their own */
    SPREAD_NEVER  /* of a pool with an allocator of its own */
};

/* Two cache lines: who takes the lock does not disturb those that look for their stripe. */
struct shared {
    struct biased_lock lock; /* of a stripe it favours its thread from the beginning */
    uint16_t spread;         /* of the pool itself: an enum spread */
    uint16_t nodes;          /* that were got and will be in the ledger, or be put back */
    own_pool *stripe[STRIPES] __attribute__((aligned(64)));
};

/* How a pool that is not shared yet will spread. */
static inline enum spread pool_spread(const own_pool *pool)
{
    return pool->ledger.flags & POOL_PRIVATE ? SPREAD_NEVER : SPREAD_LATER;
}

/* The record of a pool, or a stripe, that becomes shared. NULL: ENOMEM. */
struct shared *shared_make(enum spread spread);
/* Of a pool whose last reference has gone: its stripes, whose ledgers are empty, and the record. */
void shared_free(own_pool *pool);

own_pool *shared_enter(own_pool *pool);
void shared_enter_stripe(const own_pool *stripe);
void shared_leave(const own_pool *entered);
own_pool *shared_enter_block(own_pool *pool, const void *block);
own_pool *shared_enter_newest(own_pool *pool);

/* The stripe of the calling thread, if that has a number; any, if not. NULL: there is none. Threads have
   places in turn, as they come. */
static inline own_pool *shared_stripe(const own_pool *pool)
{
    size_t place = thread_number_or_none % STRIPES;
    return __atomic_load_n(&pool->shared->stripe[place], __ATOMIC_ACQUIRE);
}

/* Stripes are told from pools by their type, which any thread may read at any time. */
extern const own_type stripe_type;

static inline bool pool_is_stripe(const own_pool *pool)
{
    return pool->object.type == &stripe_type;
}

/* The pool that a stripe belongs to; any other pool itself. */
static inline own_pool *pool_home(const own_pool *pool)
{
    return pool_is_stripe(pool) ? pool->entry.owner : (own_pool *)(uintptr_t)pool;
}

/* Whether that is the pool or one of its stripes; nothing of it is read. */
bool shared_has_stripe(const own_pool *pool, const own_pool *stripe);

static inline bool pool_has_stripe(const own_pool *pool, const own_pool *stripe)
{
    return OWN_LIKELY(pool == stripe) ||
           (stripe && pool->shared &&
            (OWN_LIKELY(stripe == shared_stripe(pool)) || shared_has_stripe(pool, stripe)));
}

/* inside.c: a confined pool is entered and left; in the debug build two threads at once are told. */
#if OWN_DEBUG
void inside_begin(const own_pool *pool);
void inside_end(const own_pool *pool);
#else
static inline void inside_begin(const own_pool *pool)
{
    (void)pool;
}

static inline void inside_end(const own_pool *pool)
{
    (void)pool;
}
#endif

/* The stripe behind `stripe`, in no order; first comes the pool itself. NULL: that was the last. */
own_pool *stripe_next(const own_pool *pool, const own_pool *stripe);

/* Enters that stripe, of which the pool itself is one. */
static inline own_pool *pool_enter_stripe(own_pool *stripe)
{
    if (OWN_UNLIKELY(stripe->shared))
        shared_enter_stripe(stripe);
    else
        inside_begin(stripe);
    return stripe;
}

/* Enters what is at hand for the calling thread. */
static inline own_pool *pool_enter(own_pool *pool)
{
    if (OWN_UNLIKELY(pool->shared))
        return shared_enter(pool);
    inside_begin(pool);
    return pool;
}

/* Enters the stripe that a block would be in. */
static inline own_pool *pool_enter_block(own_pool *pool, const void *block)
{
    if (OWN_UNLIKELY(pool->shared))
        return shared_enter_block(pool, block);
    inside_begin(pool);
    return pool;
}

/* Enters the stripe with the newest entry. NULL: there is none; nothing is entered. */
static inline own_pool *pool_enter_newest(own_pool *pool)
{
    if (OWN_UNLIKELY(pool->shared))
        return shared_enter_newest(pool);
    if (!pool->ledger.newest)
        return NULL;
    inside_begin(pool);
    return pool;
}

static inline void pool_leave(own_pool *entered)
{
    if (OWN_UNLIKELY(entered->shared))
        shared_leave(entered);
    else
        inside_end(entered);
}

/* Leaves with a node that is in no ledger yet, and comes back with it. */
static inline void pool_leave_with_node(own_pool *entered)
{
    if (entered->shared)
        entered->shared->nodes++;
    pool_leave(entered);
}

static inline void pool_come_back(own_pool *entered)
{
    pool_enter_stripe(entered);
    if (entered->shared)
        entered->shared->nodes--;
}

/* The first stripe's, which bears none before the pool has spread: its one ring is order enough. */
static inline uint64_t shared_time_of_first(const own_pool *pool)
{
    bool spread = __atomic_load_n(&pool->shared->spread, __ATOMIC_ACQUIRE) == SPREAD_NOW;
    return spread ? ticks_now() : 0;
}

/* When an entry comes into what was entered of a shared pool. */
static inline uint64_t shared_time(const own_pool *entered)
{
    return OWN_LIKELY(pool_is_stripe(entered)) ? ticks_now() : shared_time_of_first(entered);
}

/* The same for any pool: entries of one that is not shared bear none. */
static inline uint64_t pool_time(const own_pool *entered)
{
    return OWN_UNLIKELY(entered->shared) ? shared_time(entered) : 0;
}

/* A child becomes the newest entry of its parent, or of the calling thread's stripe of that. */
static inline void pool_add_child(own_pool *pool, own_pool *child)
{
    own_pool *entered = pool_enter(pool);
    ledger_add_child(&entered->ledger, &child->entry, entered, pool_time(entered));
    pool_debug_step(entered);
    pool_leave(entered);
}

/* Around changes of parents where a pool is shared, and around looking upwards from one. */
void shared_lock_tree(void);
void shared_unlock_tree(void);
/* After a child that lives on has lost its parent: who found the parent above it by then, under the
   lock of the tree, has done so. After this it may be freed. */
void shared_leave_tree(void);

#endif
