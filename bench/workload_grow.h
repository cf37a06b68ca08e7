/*
 * workload_grow.h - one block grows from 16 bytes to 64 MiB by an eighth at a time, and what is new
 * of it is written. Once in a process, so that new memory is new.
 */
#ifndef WORKLOAD_GROW_H
#define WORKLOAD_GROW_H

#include "peer.h"

#ifdef PEER_GROW

static void grow(void)
{
    const size_t most = (size_t)64 << 20;
    pool *owner = measure_must(peer_pool_new(1));
    uint64_t start = measure_now();
    char *block = NULL;
    size_t size = 0;
    for (size_t next = 16; size < most; next = size + (size / 8 > 16 ? size / 8 : 16)) {
        if (next > most)
            next = most;
        block = measure_must(peer_grow(owner, block, size, next));
        memset(block + size, 1, next - size);
        measure_use(block);
        size = next;
    }
    measure_sample("whole", 0, "ms", (double)(measure_now() - start) / 1e6);
}

#endif

#endif
