/*
 * peer_mimalloc.c - mimalloc: a pool is a heap.
 */
#include "peer.h"

#include <mimalloc.h>
#include <stdio.h>

#define PEER_NAME "mimalloc"

static const char *peer_version(void)
{
    static char version[32];
    int number = mi_version();
    snprintf(version, sizeof version, "%d.%d.%d", number / 100, number / 10 % 10, number % 10);
    return version;
}

static void peer_start(void)
{
}

#define PEER_POOLS
typedef mi_heap_t pool;

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    return mi_heap_new();
}

static inline void *peer_alloc(pool *owner, size_t size)
{
    return mi_heap_malloc(owner, size);
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return mi_heap_zalloc(owner, size);
}

static inline void peer_pool_drop(pool *dropped)
{
    mi_heap_destroy(dropped);
}

#define PEER_BLOCKS
static inline void *peer_block_new(pool *owner, size_t size)
{
    return mi_heap_malloc(owner, size);
}

#define PEER_FREE
static inline void peer_block_free(pool *owner, void *block)
{
    (void)owner;
    mi_free(block);
}

#define PEER_GROW
static inline void *peer_grow(pool *owner, void *block, size_t old, size_t size)
{
    (void)old;
    return mi_heap_realloc(owner, block, size);
}

#define PEER_TRIM
static inline void peer_trim(void)
{
    mi_collect(true);
}

/* A heap is one thread's: all share the allocator, and a request is a heap that is of nobody. */
#define PEER_SHARED
#define PEER_REQUESTS
typedef mi_heap_t shared_pool;

static inline shared_pool *peer_shared_new(void)
{
    return mi_heap_new();
}

static inline void *peer_shared_alloc(shared_pool *owner, size_t size)
{
    (void)owner;
    return mi_malloc(size);
}

static inline void peer_shared_free(shared_pool *owner, void *block)
{
    (void)owner;
    mi_free(block);
}

static inline pool *peer_request_new(shared_pool *owner)
{
    (void)owner;
    return mi_heap_new();
}

static inline void peer_request_drop(shared_pool *owner, pool *request)
{
    (void)owner;
    mi_heap_destroy(request);
}

#define PEER_LACKS {"tree", "heaps form no tree"}, {"chain", "heaps form no tree"},

#include "workloads.h"
