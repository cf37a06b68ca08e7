/*
 * census.c - every pool of respd is counted, from its birth to its death.
 */
#include "census.h"

/* What a thread has seen. Only it writes, others may read; a pool may die in another thread. */
struct seen {
    size_t born, died;
} __attribute__((aligned(64)));

static struct seen seen[CENSUS_THREADS];
static __thread unsigned this_thread;

static void count(size_t *counter)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

static void count_death(void *unused)
{
    (void)unused;
    count(&seen[this_thread].died);
}

void census_begin(unsigned thread)
{
    this_thread = thread;
}

own_pool *census_pool(own_pool *owner, const char *name, size_t reserve, size_t limit)
{
    /* Only the root is for all threads; any other pool is used by one at a time. */
    own_pool_options options = {
        .name = name, .limit = limit, .reserve = reserve, .flags = owner ? OWN_POOL_CONFINED : 0};
    own_pool *pool = own_pool_create(owner, &options);
    if (!pool)
        return NULL;
    if (own_defer(pool, count_death, NULL) != 0) {
        if (owner)
            own_drop(owner, pool);
        else
            own_decref(pool);
        return NULL;
    }
    count(&seen[this_thread].born);
    return pool;
}

static struct seen sum(void)
{
    struct seen all = {0};
    for (unsigned i = 0; i < CENSUS_THREADS; i++) {
        all.born += __atomic_load_n(&seen[i].born, __ATOMIC_RELAXED);
        all.died += __atomic_load_n(&seen[i].died, __ATOMIC_RELAXED);
    }
    return all;
}

size_t census_born(void)
{
    return sum().born;
}

size_t census_alive(void)
{
    struct seen all = sum();
    return all.born - all.died;
}
