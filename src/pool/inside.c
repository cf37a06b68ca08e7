/*
 * pool/inside.c - debug builds only: detects two threads in one confined pool.
 *
 * A confined pool may be used by any thread, but not by two at once. A thread that enters one
 * records itself in a small table, and reports a misuse if another thread is recorded there. Pools
 * for which the table has no room are not watched.
 */
#include "pool/pool.h"

#if OWN_DEBUG

#define BUCKETS 256
#define PLACES 4

struct mark {
    const own_pool *pool;
    const void *thread; /* the address of a variable of its own */
    unsigned depth;
};

static struct {
    struct lock lock;
    struct mark marks[PLACES];
} buckets[BUCKETS];

static __thread char self;

static size_t bucket_of(const own_pool *pool)
{
    return (size_t)((uint64_t)(uintptr_t)pool * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* The mark of a pool; for the pool NULL, a free mark. NULL: there is none. */
static struct mark *find(size_t bucket, const own_pool *pool)
{
    struct mark *marks = buckets[bucket].marks;
    for (unsigned i = 0; i < PLACES; i++) {
        if (marks[i].pool == pool)
            return &marks[i];
    }
    return NULL;
}

void inside_begin(const own_pool *pool)
{
    size_t bucket = bucket_of(pool);
    bool alone = true;
    lock_take(&buckets[bucket].lock);
    struct mark *mark = find(bucket, pool);
    if (mark && mark->thread != &self) {
        alone = false;
    } else if (mark) {
        mark->depth++;
    } else {
        mark = find(bucket, NULL);
        if (mark)
            *mark = (struct mark){.pool = pool, .thread = &self, .depth = 1};
    }
    lock_release(&buckets[bucket].lock);
    if (!alone)
        misuse("pool '%.50s' %p is confined, but used by two threads at once (own_share)",
               pool_name(pool), (const void *)pool);
}

void inside_end(const own_pool *pool)
{
    size_t bucket = bucket_of(pool);
    lock_take(&buckets[bucket].lock);
    struct mark *mark = find(bucket, pool);
    if (mark && mark->thread == &self && --mark->depth == 0)
        *mark = (struct mark){.pool = NULL};
    lock_release(&buckets[bucket].lock);
}

#endif
