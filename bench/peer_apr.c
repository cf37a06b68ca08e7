/*
 * peer_apr.c - APR's pools, with one allocator that keeps 1 MiB of free memory, as servers set it.
 */
#include "peer.h"

#include <apr_allocator.h>
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_thread_mutex.h>
#include <apr_version.h>
#include <pthread.h>

#define PEER_NAME "apr"
#define MOST_KEPT ((apr_size_t)1 << 20)

static apr_allocator_t *allocator;

static const char *peer_version(void)
{
    return apr_version_string();
}

static void peer_start(void)
{
    if (apr_initialize() != APR_SUCCESS || apr_allocator_create(&allocator) != APR_SUCCESS)
        measure_must(NULL);
    apr_allocator_max_free_set(allocator, MOST_KEPT);
}

#define PEER_POOLS
typedef apr_pool_t pool;

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    apr_pool_t *made = NULL;
    apr_pool_create_ex(&made, NULL, NULL, allocator);
    return made;
}

static inline void *peer_alloc(pool *owner, size_t size)
{
    return apr_palloc(owner, size);
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return apr_pcalloc(owner, size);
}

static inline void peer_pool_drop(pool *dropped)
{
    apr_pool_destroy(dropped);
}

#define PEER_CHILDREN
static inline pool *peer_child_new(pool *parent)
{
    apr_pool_t *made = NULL;
    apr_pool_create(&made, parent);
    return made;
}

static inline void peer_child_drop(pool *parent, pool *child)
{
    (void)parent;
    apr_pool_destroy(child);
}

#define PEER_CHAIN_DEPTH 100000
#define PEER_CHAIN_STACK 8192

#define PEER_BLOCKS
static inline void *peer_block_new(pool *owner, size_t size)
{
    return apr_palloc(owner, size);
}

/* There is no other way to grow. */
#define PEER_GROW
static inline void *peer_grow(pool *owner, void *block, size_t old, size_t size)
{
    void *larger = apr_palloc(owner, size);
    if (block && larger)
        memcpy(larger, block, old);
    return larger;
}

#define PEER_DEFERS
typedef void (*deferred)(void *);

static apr_status_t deferred_ran(void *argument)
{
    (void)argument;
    return APR_SUCCESS;
}

static inline void peer_defer(pool *owner, deferred call, void *argument)
{
    (void)call;
    apr_pool_cleanup_register(owner, argument, deferred_ran, apr_pool_cleanup_null);
}

static inline void peer_undefer(pool *owner, deferred call, void *argument)
{
    (void)call;
    apr_pool_cleanup_kill(owner, argument, deferred_ran);
}

/* A parent, and the allocator that all pools have in common, are behind a mutex. */
#define PEER_REQUESTS
typedef apr_pool_t shared_pool;

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static inline shared_pool *peer_shared_new(void)
{
    apr_thread_mutex_t *mutex = NULL;
    shared_pool *made = peer_pool_new(0);
    if (apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, made) != APR_SUCCESS)
        return NULL;
    apr_allocator_mutex_set(allocator, mutex);
    return made;
}

static inline pool *peer_request_new(shared_pool *owner)
{
    pthread_mutex_lock(&shared_lock);
    pool *made = peer_child_new(owner);
    pthread_mutex_unlock(&shared_lock);
    return made;
}

static inline void peer_request_drop(shared_pool *owner, pool *request)
{
    pthread_mutex_lock(&shared_lock);
    peer_child_drop(owner, request);
    pthread_mutex_unlock(&shared_lock);
}

#define PEER_LACKS                                                                                 \
    {"churn", "APR cannot free a block"}, {"threads-blocks", "APR cannot free a block"},           \
        {"threads-halves", "APR cannot free a block"},

#include "workloads.h"
