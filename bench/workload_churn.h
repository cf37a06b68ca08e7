/*
 * workload_churn.h - single blocks.
 *
 *   churn       10,000 live blocks; a random one is freed and another allocated; per replacement
 *   overhead    1,000,000 live blocks of 32 bytes; resident bytes for each
 */
#ifndef WORKLOAD_CHURN_H
#define WORKLOAD_CHURN_H

#include "peer.h"

#ifdef PEER_BLOCKS
#ifndef PEER_POOLS
#error "blocks need a pool to be in"
#endif

#define OVERHEAD_BLOCKS 1000000
#define OVERHEAD_SIZE 32

static void overhead(void)
{
    pool *owner = measure_must(peer_pool_new(1));
    size_t before = rss_now();
    for (size_t i = 0; i < OVERHEAD_BLOCKS; i++) {
        void **block = measure_must(peer_block_new(owner, OVERHEAD_SIZE));
        *block = block;
    }
    measure_sample("block", 0, "bytes", (double)(rss_now() - before) / OVERHEAD_BLOCKS);
}

#endif

#ifdef PEER_FREE

#define CHURN_LIVE 10000

static pool *churn_pool;
static void **churn_blocks[CHURN_LIVE];
static uint16_t churn_victims[TRACE_LENGTH];
static size_t churn_at;

static void churn_rounds(size_t count)
{
    size_t at = churn_at;
    pool *owner = churn_pool;
    for (size_t round = 0; round < count; round++) {
        size_t victim = churn_victims[at & (TRACE_LENGTH - 1)];
        peer_block_free(owner, churn_blocks[victim]);
        void **block = peer_block_new(owner, trace_next(&at));
        *block = block;
        churn_blocks[victim] = block;
    }
    churn_at = at;
}

static void churn(void)
{
    uint64_t random = 1;
    size_t at = TRACE_LENGTH / 2;
    for (size_t i = 0; i < TRACE_LENGTH; i++)
        churn_victims[i] = (uint16_t)random_below(&random, CHURN_LIVE);
    churn_pool = measure_must(peer_pool_new(CHURN_LIVE));
    for (size_t i = 0; i < CHURN_LIVE; i++) {
        churn_blocks[i] = measure_must(peer_block_new(churn_pool, trace_next(&at)));
        *churn_blocks[i] = churn_blocks[i];
    }
    /* Every block has been replaced some times before it counts. */
    churn_rounds(10 * CHURN_LIVE);
    measure_timing("replacement", 0, measure_rounds(churn_rounds, 1));
}

#endif

#endif
