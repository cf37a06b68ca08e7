/*
 * blocks.h - the live blocks of some pools, as a test knows them: own_pool_blocks and own_pool_of
 * are compared with them.
 */
#ifndef SHARED_BLOCKS_H
#define SHARED_BLOCKS_H

#include "harness.h"

enum { blocks_capacity = 1 << 14 };

struct known_block {
    char *address; /* NULL: nothing here; not NULL with no pool: it is no block any more */
    own_pool *pool;
    size_t size;
    bool is_foreign; /* adopted, or from an allocator */
    unsigned visits;
};

/* By address. */
struct blocks {
    struct known_block known[blocks_capacity];
    size_t entries; /* those with an address */
};

/* Adds a live block, whose address may have been that of another; returns it. */
void *blocks_add(struct blocks *blocks, own_pool *pool, void *block, bool is_foreign);
/* The live block at an address; NULL: there is none. */
struct known_block *blocks_find(struct blocks *blocks, const void *address);
void blocks_remove(struct blocks *blocks, const void *address);
/* All blocks of a pool are no blocks any more. */
void blocks_forget(struct blocks *blocks, const own_pool *pool);

/* A block of a random kind: of any size, aligned, adopted (if `adopts`); limits may refuse it. */
void *blocks_alloc(struct blocks *blocks, struct random *random, own_pool *pool, bool adopts);
/* One of the live blocks of that pool; NULL: there is none. */
struct known_block *blocks_any(struct blocks *blocks, struct random *random, const own_pool *pool);

/* Calls own_pool_blocks: all that is live is visited once, with its size, and own_pool_of and
   own_block_size agree. */
void expect_blocks(struct blocks *blocks, own_pool *pool);

#endif
