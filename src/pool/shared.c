/*
 * pool/shared.c - the stripes of a shared pool.
 */
#include "pool/shared.h"

#include <errno.h>
#include <pthread.h>

_Static_assert(sizeof(struct shared) == 128, "the record of a shared pool is two cache lines");

static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;

const own_type stripe_type = {.name = "stripe", .size = sizeof(own_pool)};

struct shared *shared_make(enum spread spread)
{
    size_t granted;
    struct shared *shared = chunk_get(sizeof(*shared), &granted);
    if (shared)
        *shared = (struct shared){.lock = BIASED_LOCK_INIT, .spread = (uint16_t)spread};
    return shared;
}

static own_pool *stripe_at(const own_pool *pool, size_t number)
{
    return __atomic_load_n(&pool->shared->stripe[number], __ATOMIC_ACQUIRE);
}

own_pool *stripe_next(const own_pool *pool, const own_pool *stripe)
{
    unsigned number = 0;
    if (!pool->shared)
        return NULL;
    if (stripe != pool) {
        while (stripe_at(pool, number) != stripe)
            number++;
        number++;
    }
    for (; number < STRIPES; number++) {
        own_pool *next = stripe_at(pool, number);
        if (next)
            return next;
    }
    return NULL;
}

bool shared_has_stripe(const own_pool *pool, const own_pool *stripe)
{
    for (unsigned number = 0; number < STRIPES; number++) {
        if (stripe_at(pool, number) == stripe)
            return true;
    }
    return false;
}

static own_pool *stripe_make(own_pool *pool)
{
    struct shared *shared = shared_make(SPREAD_NEVER);
    if (!shared)
        return NULL;
    own_pool *stripe = pool_make_sized(pool, FIRST_CHUNK_BARE, "stripe");
    if (!stripe) {
        chunk_put(shared, sizeof(*shared));
        return NULL;
    }
    stripe->flags = 0;
    stripe->object.type = &stripe_type;
    stripe->object.state = STATE_OBJECT | STATE_CLASS;
    stripe->entry.parent = pool;
    biased_favour(&shared->lock);
    stripe->shared = shared;
    pool_open(stripe);
    return stripe;
}

static void stripe_free(own_pool *stripe)
{
    chunk_put(stripe->shared, sizeof(*stripe->shared));
    pool_free_memory(stripe);
}

/* The stripe of the calling thread. NULL: there is no memory for one; errno is kept. */
static own_pool *own_stripe(own_pool *pool)
{
    own_pool **place = &pool->shared->stripe[thread_number() % STRIPES];
    own_pool *stripe = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (OWN_LIKELY(stripe))
        return stripe;
    int saved = errno;
    own_pool *fresh = stripe_make(pool);
    errno = saved;
    if (!fresh || __atomic_compare_exchange_n(place, &stripe, fresh, false, __ATOMIC_ACQ_REL,
                                              __ATOMIC_ACQUIRE))
        return fresh;
    stripe_free(fresh);
    return stripe;
}

static uint32_t spread_of(const own_pool *pool)
{
    return __atomic_load_n(&pool->shared->spread, __ATOMIC_ACQUIRE);
}

void shared_enter_stripe(const own_pool *stripe)
{
    biased_take(&stripe->shared->lock);
}

void shared_leave(const own_pool *entered)
{
    biased_release(&entered->shared->lock);
}

/* For a call that found the lock of the first stripe taken. */
static own_pool *enter_after_contention(own_pool *pool)
{
    if (spread_of(pool) == SPREAD_NEVER)
        return pool_enter_stripe(pool);
    ticks_prepare();
    __atomic_store_n(&pool->shared->spread, SPREAD_NOW, __ATOMIC_RELEASE);
    own_pool *stripe = own_stripe(pool);
    return pool_enter_stripe(stripe ? stripe : pool);
}

/* The thread has no stripe of its own. */
static __attribute__((noinline)) own_pool *enter_without(own_pool *pool)
{
    if (spread_of(pool) == SPREAD_NOW) {
        own_pool *stripe = own_stripe(pool);
        return pool_enter_stripe(stripe ? stripe : pool);
    }
    return OWN_LIKELY(biased_try(&pool->shared->lock)) ? pool : enter_after_contention(pool);
}

own_pool *shared_enter(own_pool *pool)
{
    own_pool *stripe = stripe_at(pool, thread_number() % STRIPES);
    if (OWN_UNLIKELY(!stripe))
        return enter_without(pool);
    biased_take(&stripe->shared->lock);
    return stripe;
}

own_pool *shared_enter_block(own_pool *pool, const void *block)
{
    own_pool *owner = (own_pool *)(uintptr_t)chunk_owner(block);
    bool elsewhere = owner && owner != pool && spread_of(pool) == SPREAD_NOW;
    /* Of what may be another pool nothing is read. */
    return pool_enter_stripe(elsewhere && pool_has_stripe(pool, owner) ? owner : pool);
}

/* The stripe whose newest entry is the newest, and the time of that. NULL: there is none. */
static own_pool *find_newest(own_pool *pool, uint64_t *time)
{
    own_pool *found = NULL;
    for (own_pool *stripe = pool; stripe; stripe = stripe_next(pool, stripe)) {
        pool_enter_stripe(stripe);
        if (stripe->newest && (!found || stripe->newest->time > *time)) {
            *time = stripe->newest->time;
            found = stripe;
        }
        pool_leave(stripe);
    }
    return found;
}

own_pool *shared_enter_newest(own_pool *pool)
{
    uint64_t time;
    own_pool *found;
    if (OWN_LIKELY(spread_of(pool) != SPREAD_NOW)) { /* what others add meanwhile may be older */
        pool_enter_stripe(pool);
        if (pool->newest)
            return pool;
        pool_leave(pool);
    }
    while ((found = find_newest(pool, &time))) {
        pool_enter_stripe(found);
        if (found->newest && found->newest->time >= time)
            break;         /* that one, or by now an even newer one */
        pool_leave(found); /* it has gone, and what is there may be older than in other stripes */
    }
    return found;
}

void shared_free(own_pool *pool)
{
    for (unsigned number = 0; number < STRIPES; number++) {
        own_pool *stripe = stripe_at(pool, number);
        if (stripe)
            stripe_free(stripe);
    }
    chunk_put(pool->shared, sizeof(*pool->shared));
    pool->shared = NULL;
}

void shared_lock_tree(void)
{
    pthread_mutex_lock(&tree_lock);
}

void shared_unlock_tree(void)
{
    pthread_mutex_unlock(&tree_lock);
}

/* A child process must not find it taken by a thread that it does not have. Fork takes the locks in
   the reverse order of this, which is the order in which they are taken otherwise. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    chunk_prepare_for_fork();
    limit_prepare_for_fork();
    (void)pthread_atfork(shared_lock_tree, shared_unlock_tree, shared_unlock_tree);
}

void shared_leave_tree(void)
{
    shared_lock_tree();
    shared_unlock_tree();
}
