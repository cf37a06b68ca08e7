/*
 * workload_region.h - a pool, a number of blocks, and all of it dropped at once.
 *
 *   region-N         a root pool with N blocks; per block
 *   region-N-zero    the same with zeroed blocks
 *   request          a child of a long-lived pool with 20 blocks; per request. Peers without
 *                    children use a pool
 */
#ifndef WORKLOAD_REGION_H
#define WORKLOAD_REGION_H

#include "peer.h"

#ifdef PEER_POOLS

static size_t region_blocks;
static size_t region_at; /* in the trace */

static void region_rounds(size_t count)
{
    size_t blocks = region_blocks;
    size_t at = region_at;
    for (size_t round = 0; round < count; round++) {
        pool *region = peer_pool_new(blocks);
        for (size_t i = 0; i < blocks; i++) {
            void **block = peer_alloc(region, trace_next(&at));
            *block = block;
        }
        peer_pool_drop(region);
    }
    region_at = at;
}

static void region_zero_rounds(size_t count)
{
    size_t blocks = region_blocks;
    size_t at = region_at;
    for (size_t round = 0; round < count; round++) {
        pool *region = peer_pool_new(blocks);
        for (size_t i = 0; i < blocks; i++) {
            void **block = peer_alloc_zero(region, trace_next(&at));
            *block = block;
        }
        peer_pool_drop(region);
    }
    region_at = at;
}

static void region(size_t blocks, bool zero)
{
    region_blocks = blocks;
    measure_timing("block", 0, measure_rounds(zero ? region_zero_rounds : region_rounds, blocks));
}

static void region_20(void)
{
    region(20, false);
}

static void region_1000(void)
{
    region(1000, false);
}

static void region_100000(void)
{
    region(100000, false);
}

static void region_20_zero(void)
{
    region(20, true);
}

static void region_1000_zero(void)
{
    region(1000, true);
}

static void region_100000_zero(void)
{
    region(100000, true);
}

#define REQUEST_BLOCKS 20

static pool *request_parent;

static void request_rounds(size_t count)
{
    size_t at = region_at;
    for (size_t round = 0; round < count; round++) {
#ifdef PEER_CHILDREN
        pool *child = peer_child_new(request_parent);
#else
        pool *child = peer_pool_new(REQUEST_BLOCKS);
#endif
        for (size_t i = 0; i < REQUEST_BLOCKS; i++) {
            void **block = peer_alloc(child, trace_next(&at));
            *block = block;
        }
#ifdef PEER_CHILDREN
        peer_child_drop(request_parent, child);
#else
        peer_pool_drop(child);
#endif
    }
    region_at = at;
}

static void request(void)
{
    request_parent = measure_must(peer_pool_new(REQUEST_BLOCKS));
    measure_timing("request", 0, measure_rounds(request_rounds, 1));
}

#endif

#endif
