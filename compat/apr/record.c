/*
 * record.c - the records of pools, and the tree that they are.
 */
#include "record.h"

#include <pthread.h>
#include <stdlib.h>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define THREADS (!__libc_single_threaded)
#else
#define THREADS true
#endif

#define LOCKS 16
#define UNLOCKED                                                                                   \
    {                                                                                              \
        .mutex = PTHREAD_MUTEX_INITIALIZER                                                         \
    }
#define UNLOCKED_4 UNLOCKED, UNLOCKED, UNLOCKED, UNLOCKED

/* Threads that create subpools of different parents seldom meet. */
static struct lock {
    pthread_mutex_t mutex;
    own_pool *records; /* where the records are; NULL: there are none yet */
    struct record *unused;
} __attribute__((aligned(64))) locks[LOCKS] = {UNLOCKED_4, UNLOCKED_4, UNLOCKED_4, UNLOCKED_4};

/* The pool above all others, and how often the library is in use: changed under the mutex. */
static struct record *top;
static unsigned initialized;
static pthread_mutex_t top_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct lock *lock_of(const struct record *parent)
{
    return &locks[((uintptr_t)parent / sizeof(*parent)) % LOCKS];
}

/* While there is one thread it makes no other one in between, so what was not locked need not be
   unlocked. */
static inline bool lock_take(struct lock *lock)
{
    return THREADS && pthread_mutex_lock(&lock->mutex) == 0;
}

static inline void lock_release(struct lock *lock, bool taken)
{
    if (taken)
        pthread_mutex_unlock(&lock->mutex);
}

/* Without this, a process that was forked could find a lock held by a thread that it has not. */
static void before_fork(void)
{
    pthread_mutex_lock(&top_mutex);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_lock(&locks[i].mutex);
}

static void after_fork(void)
{
    for (int i = LOCKS - 1; i >= 0; i--)
        pthread_mutex_unlock(&locks[i].mutex);
    pthread_mutex_unlock(&top_mutex);
}

static __attribute__((constructor)) void watch_forks(void)
{
    if (pthread_atfork(before_fork, after_fork, after_fork) != 0)
        abort();
}

struct record record_of_none = {.pool = NO_POOL};
__thread struct record *record_last = &record_of_none;

/* All but the pool, which other threads may be looking at, and the place in a list. One by one:
   compilers make a slow rep stos of one assignment. */
static inline void clear(struct record *record)
{
    record->parent = NULL;
    record->children = NULL;
    record->cleanups = NULL;
    record->pre_cleanups = NULL;
    record->unused = NULL;
    record->processes = NULL;
    record->data = NULL;
    record->abort_fn = NULL;
    record->allocator = NULL;
    record->nests = false;
    record->nested = false;
    record->joined = false;
    record->deferred = false;
}

/* An unused record, by a caller that has the lock. NULL: ENOMEM. */
static struct record *take(struct lock *lock)
{
    struct record *record = lock->unused;
    if (OWN_LIKELY(record != NULL)) {
        lock->unused = record->children;
        return record;
    }
    if (!lock->records)
        lock->records = own_pool_new_at(NULL, "records of APR's pools");
    return lock->records ? own_alloc(lock->records, 1, sizeof(*record)) : NULL;
}

/* Enters a record into the list of children of another, whose lock the caller has. */
static void link_child(struct record *parent, struct record *child)
{
    child->parent = parent;
    child->older = parent->children;
    child->place = &parent->children;
    if (child->older)
        child->older->place = &child->older;
    parent->children = child;
}

struct record *record_make(struct record *parent, own_pool *pool)
{
    struct lock *lock = lock_of(parent);
    bool taken = lock_take(lock);
    struct record *record = take(lock);
    if (OWN_LIKELY(record != NULL)) {
        clear(record);
        if (parent)
            link_child(parent, record);
    }
    lock_release(lock, taken);
    if (OWN_UNLIKELY(!record))
        return NULL;
    record_set_pool(record, own_apr_pool_of(pool));
    own_pool_set_user(pool, record);
    record_last = record;
    return record;
}

struct record *record_look_up(apr_pool_t *pool)
{
    struct record *record = own_pool_user(own_apr_pool(pool));
    if (!record || !record_is_of(record, pool))
        return NULL;
    record_last = record;
    return record;
}

/* Children that cleanups have made: they go on without that parent. */
static void leave_children(struct record *parent)
{
    struct record *child, *above = top_record_known();
    while ((child = parent->children) != NULL) {
        parent->children = child->older;
        child->parent = NULL;
        if (child->nested) {
            own_incref(child->pool);
            (void)!own_drop(own_apr_pool(parent->pool), child->pool);
            child->nested = false;
        }
        if (!above || above == parent)
            continue;
        struct lock *lock = lock_of(above);
        bool taken = lock_take(lock);
        link_child(above, child);
        lock_release(lock, taken);
    }
}

void record_end(struct record *record)
{
    struct record *parent = record->parent;
    if (OWN_UNLIKELY(record->children))
        leave_children(record);
    record_set_pool(record, NO_POOL);
    struct lock *lock = lock_of(parent);
    bool taken = lock_take(lock);
    if (parent) {
        *record->place = record->older;
        if (record->older)
            record->older->place = record->place;
    }
    record->children = lock->unused;
    lock->unused = record;
    lock_release(lock, taken);
}

struct record *record_next(const struct record *root, const struct record *at)
{
    if (at->children)
        return at->children;
    while (at != root && !at->older)
        at = at->parent;
    return at == root ? NULL : at->older;
}

void record_run_all(struct record *record)
{
    struct record *at = record;
    cleanups_run(&at->pre_cleanups);
    for (;;) {
        struct record *child = at->children;
        if (child) {
            at = child;
            cleanups_run(&at->pre_cleanups);
            continue;
        }
        cleanups_run(&at->cleanups);
        if (OWN_UNLIKELY(at->processes))
            processes_end(at->processes);
        if (at == record)
            return;
        struct record *parent = at->parent;
        record_release(at);
        at = parent;
    }
}

void record_release(struct record *record)
{
    apr_pool_t *pool = record->pool, *holder = record->nested ? record->parent->pool : NULL;
    apr_allocator_t *allocator = record->allocator;
    record_end(record);
    allocator_pool_ends(allocator, pool);
    if (OWN_UNLIKELY(holder))
        (void)!own_drop(own_apr_pool(holder), pool);
    else
        own_decref(pool);
}

/* The end of the record of a pool of libown, which dies or is cleared. */
static void deferred_end(void *arg)
{
    struct record *record = arg;
    record_run(record);
    record_end(record);
}

struct record *record_for_own(apr_pool_t *pool)
{
    struct record *record = record_make(NULL, own_apr_pool(pool));
    if (!record)
        return NULL;
    if (own_defer_first(own_apr_pool(pool), deferred_end, record) < 0) {
        record_end(record);
        return NULL;
    }
    record->allocator = allocator_of_all();
    record->nests = true;
    record->deferred = true;
    return record;
}

struct record *top_record_known(void)
{
    return __atomic_load_n(&top, __ATOMIC_ACQUIRE);
}

/* Makes it, by a caller that has the mutex. */
static struct record *top_make(void)
{
    own_pool *pool = own_pool_new_at(NULL, "apr_global_pool");
    struct record *record = pool && own_share(pool) == 0 ? record_make(NULL, pool) : NULL;
    if (!record) {
        own_decref(pool);
        return NULL;
    }
    record->allocator = allocator_of_all();
    __atomic_store_n(&top, record, __ATOMIC_RELEASE);
    return record;
}

struct record *top_record(void)
{
    struct record *record = top_record_known();
    if (OWN_LIKELY(record != NULL))
        return record;
    pthread_mutex_lock(&top_mutex);
    record = top ? top : top_make();
    pthread_mutex_unlock(&top_mutex);
    return record;
}

apr_status_t own_apr_pool_initialize(void)
{
    if (!top_record())
        return APR_ENOMEM;
    pthread_mutex_lock(&top_mutex);
    initialized++;
    pthread_mutex_unlock(&top_mutex);
    return APR_SUCCESS;
}

void own_apr_pool_terminate(void)
{
    pthread_mutex_lock(&top_mutex);
    struct record *last = initialized > 0 && --initialized == 0 ? top : NULL;
    pthread_mutex_unlock(&top_mutex);
    if (!last)
        return;
    record_run(last);
    __atomic_store_n(&top, NULL, __ATOMIC_RELEASE);
    record_release(last);
}
