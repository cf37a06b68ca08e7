/*
 * stress_handing.c - pools that one thread makes and fills and another destroys: confined ones, and
 * those under a shared pool, by way of a queue; threads that end while others use what they made.
 */
#include "stress.h"

#include <pthread.h>
#include <string.h>

#define QUEUE 16

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    own_pool *pools[QUEUE];
    size_t count;
    size_t makers; /* that still run */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static struct tally pools;

static void hand_over(own_pool *pool)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.count == QUEUE)
        pthread_cond_wait(&queue.changed, &queue.lock);
    queue.pools[queue.count++] = pool;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

/* NULL: nobody makes more. */
static own_pool *take_over(void)
{
    own_pool *pool = NULL;

    pthread_mutex_lock(&queue.lock);
    while (queue.count == 0 && queue.makers > 0)
        pthread_cond_wait(&queue.changed, &queue.lock);
    if (queue.count > 0)
        pool = queue.pools[--queue.count];
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
    return pool;
}

static void pool_ends(void *arg)
{
    expect(arg == &pools);
    tally_ended(&pools);
}

static void fill(struct worker *worker, own_pool *pool)
{
    tally_made(&pools);
    expect(own_defer(pool, pool_ends, &pools) == 0);
    for (size_t i = below(worker, 50); i > 0; i--) {
        size_t size = 1 + below(worker, i % 16 ? 300 : 20000);
        char *block = own_alloc_raw(pool, 1, size);
        expect(block != NULL);
        memset(block, (int)i, size);
        if (i % 4 == 0)
            expect(own_free(pool, block) == 0);
    }
    own_pool *child = own_pool_new(pool);
    expect(child && own_strdup(child, "child") && own_pool_new(child));
}

/* Half of the pools are roots, half requests under a shared server. */
static void make(struct worker *worker)
{
    own_pool *server = (own_pool *)worker->arg;
    own_pool_options options = {.name = "request", .flags = OWN_POOL_CONFINED};

    for (size_t i = 0; i < knobs.steps / 4; i++) {
        own_pool *pool = below(worker, 2) ? own_pool_new(NULL) : own_pool_create(server, &options);
        expect(pool != NULL);
        fill(worker, pool);
        hand_over(pool);
    }
    pthread_mutex_lock(&queue.lock);
    queue.makers--;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

static void destroy(struct worker *worker)
{
    own_pool *server = (own_pool *)worker->arg;
    own_pool *pool;

    while ((pool = take_over())) {
        expect(own_alloc(pool, 1, 100) != NULL);
        if (own_pool_parent(pool) == server)
            expect(own_drop(server, pool) == 0);
        else
            own_decref(pool);
    }
}

static void run(struct worker *worker)
{
    if (worker->number % 2)
        make(worker);
    else
        destroy(worker);
}

/* Allocates in this thread's part of the server, and ends; another thread frees. */
static void *leave_behind(void *arg)
{
    own_pool *server = (own_pool *)arg;
    char *block = own_alloc(server, 1, 1000);

    expect(block && own_pool_new(server));
    strcpy(block, "left behind");
    return block;
}

static void end_threads(struct worker *worker)
{
    own_pool *server = (own_pool *)worker->arg;

    for (size_t i = 0; i < knobs.steps / 100 + 2; i++) {
        pthread_t thread;
        void *block;
        expect(pthread_create(&thread, NULL, leave_behind, server) == 0);
        expect(pthread_join(thread, &block) == 0);
        expect(strcmp(block, "left behind") == 0);
        expect(own_free(server, block) == 0);
    }
}

void stress_handing(void)
{
    own_pool *server = own_pool_new(NULL);
    own_usage usage;

    expect(server != NULL && own_share(server) == 0);
    queue.makers = knobs.threads / 2;
    run_threads(run, server);
    own_pool_usage(server, &usage);
    expect(usage.children == 0);
    run_threads(end_threads, server);
    own_pool_usage(server, &usage);
    expect(usage.blocks == 0 && usage.bytes == 0);
    own_decref(server);
    expect(pools.made == pools.ended);
}
