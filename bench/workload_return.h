/*
 * workload_return.h - 1 GiB of blocks in 64 pools, all dropped: the resident memory that is left
 * over what there was before, at once, after a second, and after a call that gives cached memory
 * back.
 */
#ifndef WORKLOAD_RETURN_H
#define WORKLOAD_RETURN_H

#include "peer.h"

#ifdef PEER_TRIM

#include <unistd.h>

#define RETURN_POOLS 64

static double return_excess(size_t before)
{
    return ((double)rss_now() - (double)before) / (1 << 20);
}

static void give_back(void)
{
    const size_t each = (size_t)(measure_quick ? 4 : 16) << 20;
    pool *pools[RETURN_POOLS];
    size_t at = 0;
    size_t before = rss_now();
    for (size_t i = 0; i < RETURN_POOLS; i++) {
        pools[i] = measure_must(peer_pool_new(each / 136));
        for (size_t bytes = 0; bytes < each;) {
            size_t size = trace_next(&at);
            void **block = measure_must(peer_alloc(pools[i], size));
            *block = block;
            bytes += size;
        }
    }
    double spike = return_excess(before);
    for (size_t i = 0; i < RETURN_POOLS; i++)
        peer_pool_drop(pools[i]);
    double at_once = return_excess(before);
    sleep(1);
    double later = return_excess(before);
    peer_trim();
    measure_sample("spike", 0, "MiB", spike);
    measure_sample("at-once", 0, "MiB", at_once);
    measure_sample("after-1-s", 0, "MiB", later);
    measure_sample("after-trim", 0, "MiB", return_excess(before));
}

#endif

#endif
