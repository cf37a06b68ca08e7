/*
 * block/fast.h - what block.c and resize.c inline.
 */
#ifndef BLOCK_FAST_H
#define BLOCK_FAST_H

#include "block/block.h"
#include "memory/fast.h"

/* The size of a live block of the pool's own memory, by the shortest way. 0: that does not tell. */
static inline __attribute__((always_inline)) size_t block_size_fast(const own_pool *pool,
                                                                    const void *block)
{
    return OWN_DEBUG || pool_parts(pool) ? 0 : memory_size_fast(&pool->part.memory, block);
}

#endif
