/*
 * workload_tree.h - 1,000,000 pools with eight children each and a block of 64 bytes: the time to
 * build one and to free one with the root, and the most memory that there was for one.
 */
#ifndef WORKLOAD_TREE_H
#define WORKLOAD_TREE_H

#include "peer.h"

#ifdef PEER_CHAIN_DEPTH

#define TREE_FAN_OUT 8
#define TREE_BLOCK 64

static void tree(void)
{
    const size_t most = measure_quick ? 100000 : 1000000;
    pool **pools = measure_memory(most * sizeof(pool *));
    for (size_t i = 0; i < most; i++)
        pools[i] = (pool *)(void *)pools; /* the array is resident before it counts */
    size_t before = rss_now();
    uint64_t start = measure_now();
    for (size_t i = 0; i < most; i++) {
        pools[i] = i ? peer_child_new(pools[(i - 1) / TREE_FAN_OUT]) : peer_pool_new(1);
        void **block = measure_must(peer_alloc(pools[i], TREE_BLOCK));
        *block = block;
    }
    uint64_t built = measure_now();
    peer_pool_drop(pools[0]);
    uint64_t freed = measure_now();
    measure_sample("build", 0, "ns", (double)(built - start) / (double)most);
    measure_sample("free", 0, "ns", (double)(freed - built) / (double)most);
    measure_sample("peak", 0, "bytes", (double)(rss_peak() - before) / (double)most);
}

#endif

#endif
