/*
 * peer_talloc.c - talloc: every block is also a pool.
 */
#include "peer_talloc.h"

#include <pthread.h>

#define PEER_NAME "talloc"

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    return talloc_new(NULL);
}

#define PEER_CHILDREN
static inline pool *peer_child_new(pool *parent)
{
    return talloc_new(parent);
}

static inline void peer_child_drop(pool *parent, pool *child)
{
    (void)parent;
    talloc_free(child);
}

#define PEER_CHAIN_DEPTH 100000
#define PEER_CHAIN_STACK 8192

#define PEER_BLOCKS
static inline void *peer_block_new(pool *owner, size_t size)
{
    return talloc_size(owner, size);
}

#define PEER_FREE
static inline void peer_block_free(pool *owner, void *block)
{
    (void)owner;
    talloc_free(block);
}

#define PEER_GROW
static inline void *peer_grow(pool *owner, void *block, size_t old, size_t size)
{
    (void)old;
    return talloc_realloc_size(owner, block, size);
}

/* A count is a list of references, each of which is a block of its holder. */
#define PEER_COUNTS
typedef void object;

static TALLOC_CTX *holder;

static inline object *peer_object_new(void)
{
    if (!holder)
        holder = talloc_new(NULL);
    return talloc_size(NULL, 64);
}

static inline void peer_incref(object *counted)
{
    (void)!talloc_reference(holder, counted);
}

static inline void peer_decref(object *counted)
{
    talloc_unlink(holder, counted);
}

#define PEER_HOLDS
static inline void *peer_hold(pool *owner, object *held)
{
    return talloc_reference(owner, held);
}

static inline void peer_unhold(pool *owner, object *held)
{
    talloc_unlink(owner, held);
}

/* It knows no threads: what two of them meet at is behind a mutex. */
#define PEER_SHARED
#define PEER_REQUESTS
typedef TALLOC_CTX shared_pool;

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static inline shared_pool *peer_shared_new(void)
{
    return talloc_new(NULL);
}

static inline void *peer_shared_alloc(shared_pool *owner, size_t size)
{
    pthread_mutex_lock(&shared_lock);
    void *block = talloc_size(owner, size);
    pthread_mutex_unlock(&shared_lock);
    return block;
}

static inline void peer_shared_free(shared_pool *owner, void *block)
{
    (void)owner;
    pthread_mutex_lock(&shared_lock);
    talloc_free(block);
    pthread_mutex_unlock(&shared_lock);
}

static inline pool *peer_request_new(shared_pool *owner)
{
    return peer_shared_alloc(owner, 0);
}

static inline void peer_request_drop(shared_pool *owner, pool *request)
{
    peer_shared_free(owner, request);
}

#include "workloads.h"
