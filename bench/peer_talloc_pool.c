/*
 * peer_talloc_pool.c - talloc_pool: a talloc context with memory for all its blocks, the number of
 * which has to be known. Blocks beyond it come from malloc.
 */
#include "peer_talloc.h"

#define PEER_NAME "talloc_pool"

/* What an average block takes with its header. */
#define BLOCK_BYTES 256

static inline pool *peer_pool_new(size_t blocks)
{
    return talloc_pool(NULL, blocks * BLOCK_BYTES);
}

#define PEER_CHILDREN
static inline pool *peer_child_new(pool *parent)
{
    return talloc_pool(parent, 20 * BLOCK_BYTES);
}

static inline void peer_child_drop(pool *parent, pool *child)
{
    (void)parent;
    talloc_free(child);
}

#define PEER_LACKS                                                                                 \
    {"tree", "a talloc_pool is meant for many blocks, not for one"},                               \
        {"chain", "a talloc_pool is meant for many blocks, not for one"},

#include "workloads.h"
