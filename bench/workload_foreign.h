/*
 * workload_foreign.h - memory that is not the pool's own.
 *
 *   adopt     1,000,000 pieces of 64 bytes that are there already become blocks of a pool; each is
 *             looked up, and freed, in another order; then once more, and the pool is dropped
 *   private   the same with blocks that the pool gets from malloc
 */
#ifndef WORKLOAD_FOREIGN_H
#define WORKLOAD_FOREIGN_H

#include "peer.h"

#ifdef PEER_FOREIGN

#define FOREIGN_SIZE ((size_t)64)

static size_t foreign_count;
static char *foreign_memory;  /* what is adopted */
static void **foreign_blocks; /* of the pool, in the order in which they came to be in it */
static uint32_t *foreign_order;

static void foreign_prepare(void)
{
    uint64_t random = 5;
    foreign_count = measure_quick ? 10000 : 1000000;
    foreign_memory = measure_memory(foreign_count * FOREIGN_SIZE);
    foreign_blocks = measure_memory(foreign_count * sizeof *foreign_blocks);
    foreign_order = measure_memory(foreign_count * sizeof *foreign_order);
    for (size_t i = 0; i < foreign_count; i++) {
        size_t other = random_below(&random, i + 1);
        foreign_order[i] = foreign_order[other];
        foreign_order[other] = (uint32_t)i;
        memset(foreign_memory + i * FOREIGN_SIZE, 1, FOREIGN_SIZE);
    }
}

static void foreign_sample(const char *metric, uint64_t start)
{
    measure_sample(metric, 0, "ns", (double)(measure_now() - start) / (double)foreign_count);
}

static void foreign_fill(foreign_pool *owner, bool adopts)
{
    for (size_t i = 0; i < foreign_count; i++) {
        if (adopts) {
            foreign_blocks[i] = foreign_memory + i * FOREIGN_SIZE;
            peer_adopt(owner, foreign_blocks[i], FOREIGN_SIZE);
        } else {
            foreign_blocks[i] = measure_must(peer_private_alloc(owner, FOREIGN_SIZE));
        }
    }
}

static void foreign(bool adopts)
{
    foreign_pool *owner = peer_foreign_pool_new(adopts);
    foreign_prepare();
    uint64_t start = measure_now();
    foreign_fill(owner, adopts);
    foreign_sample(adopts ? "adopt" : "alloc", start);
    size_t found = 0;
    start = measure_now();
    for (size_t i = 0; i < foreign_count; i++)
        found += peer_foreign_find(owner, foreign_blocks[foreign_order[i]]);
    foreign_sample("look-up", start);
    measure_must(found == foreign_count ? owner : NULL);
    start = measure_now();
    for (size_t i = 0; i < foreign_count; i++)
        peer_foreign_free(owner, foreign_blocks[foreign_order[i]]);
    foreign_sample("free", start);
    foreign_fill(owner, adopts);
    start = measure_now();
    peer_foreign_pool_drop(owner);
    foreign_sample("drop", start);
}

static void adopt(void)
{
    foreign(true);
}

static void private_blocks(void)
{
    foreign(false);
}

#endif

#endif
