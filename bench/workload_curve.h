/*
 * workload_curve.h - cost against size, and against the number of pools.
 *
 *   size     a root pool with blocks of one size, dropped; per block. 8 bytes of each are written
 *   pools    so many root pools with a block of 64 bytes; a random one is dropped and made again
 */
#ifndef WORKLOAD_CURVE_H
#define WORKLOAD_CURVE_H

#include "peer.h"

#ifdef PEER_POOLS

#include "workload_scale.h"

static size_t curve_block_size;
static size_t curve_blocks;

static void curve_size_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        pool *region = peer_pool_new(curve_blocks);
        for (size_t i = 0; i < curve_blocks; i++) {
            void **block = peer_alloc(region, curve_block_size);
            *block = block;
        }
        peer_pool_drop(region);
    }
}

static void curve_size(void)
{
    for (size_t size = 16; size <= (size_t)1 << 20; size *= 2) {
        size_t blocks = ((size_t)16 << 20) / size;
        curve_block_size = size;
        curve_blocks = blocks > 1000 ? 1000 : blocks;
        measure_timing("block", size, measure_rounds(curve_size_rounds, curve_blocks));
    }
}

static pool **curve_live;
static size_t curve_count;

static pool *curve_pool_new(void)
{
    pool *made = peer_pool_new(1);
    void **block = made ? peer_alloc(made, 64) : NULL;
    if (block)
        *block = block;
    return block ? made : NULL;
}

static bool curve_pools_grow(size_t count)
{
    for (; curve_count < count; curve_count++) {
        curve_live[curve_count] = curve_pool_new();
        if (!curve_live[curve_count])
            return false;
    }
    return true;
}

static void curve_pools_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        size_t victim = random_below(&scale_random, curve_count);
        peer_pool_drop(curve_live[victim]);
        curve_live[victim] = curve_pool_new();
    }
}

static void curve_pools(void)
{
    curve_live = measure_memory(SCALE_MOST * sizeof(pool *));
    scale_steps(&(struct scale){"pool", 1, SCALE_MOST, curve_pools_grow, curve_pools_rounds});
}

#endif

#endif
