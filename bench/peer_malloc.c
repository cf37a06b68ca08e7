/*
 * peer_malloc.c - the C library's malloc. A pool is an array of its blocks.
 */
#include "peer.h"

#include <gnu/libc-version.h>
#include <malloc.h>

#define PEER_NAME "malloc"

static const char *peer_version(void)
{
    static char version[32] = "glibc ";
    return strcat(version, gnu_get_libc_version());
}

static void peer_start(void)
{
}

#define PEER_POOLS
typedef struct pool {
    void **blocks;
    size_t count;
    size_t room;
} pool;

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    return calloc(1, sizeof(pool));
}

static inline void *pool_keep(pool *owner, void *block)
{
    if (owner->count == owner->room) {
        size_t room = owner->room ? 2 * owner->room : 16;
        void **larger = realloc(owner->blocks, room * sizeof(void *));
        if (!larger) {
            free(block);
            return NULL;
        }
        owner->blocks = larger;
        owner->room = room;
    }
    owner->blocks[owner->count++] = block;
    return block;
}

static inline void *peer_alloc(pool *owner, size_t size)
{
    return pool_keep(owner, malloc(size));
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return pool_keep(owner, calloc(1, size));
}

static inline void peer_pool_drop(pool *dropped)
{
    for (size_t i = dropped->count; i > 0; i--)
        free(dropped->blocks[i - 1]);
    free(dropped->blocks);
    free(dropped);
}

#define PEER_BLOCKS
static inline void *peer_block_new(pool *owner, size_t size)
{
    (void)owner;
    return malloc(size);
}

#define PEER_FREE
static inline void peer_block_free(pool *owner, void *block)
{
    (void)owner;
    free(block);
}

#define PEER_GROW
static inline void *peer_grow(pool *owner, void *block, size_t old, size_t size)
{
    (void)owner;
    (void)old;
    return realloc(block, size);
}

#define PEER_TRIM
static inline void peer_trim(void)
{
    malloc_trim(0);
}

/* It is for all threads by itself; a request is of nobody. */
#define PEER_SHARED
#define PEER_REQUESTS
typedef pool shared_pool;

static inline shared_pool *peer_shared_new(void)
{
    return peer_pool_new(0);
}

static inline void *peer_shared_alloc(shared_pool *owner, size_t size)
{
    (void)owner;
    return malloc(size);
}

static inline void peer_shared_free(shared_pool *owner, void *block)
{
    (void)owner;
    free(block);
}

static inline pool *peer_request_new(shared_pool *owner)
{
    (void)owner;
    return peer_pool_new(0);
}

static inline void peer_request_drop(shared_pool *owner, pool *request)
{
    (void)owner;
    peer_pool_drop(request);
}

#define PEER_LACKS                                                                                 \
    {"tree", "blocks of malloc form no tree"}, {"chain", "blocks of malloc form no tree"},

#include "workloads.h"
