/*
 * pool/sampled.h - blocks of a pool that were sampled. Included by pool.h only.
 *
 * A small block that is sampled lies in a chunk of its own, which is in no memory: so own_free and
 * its like find nothing by their short paths, which need not ask whether a block is a sampled one.
 * Such a block is apart. Large blocks, those of exact pools and private ones are sampled where they
 * are: they are freed by longer ways anyhow, which forget the sample.
 *
 * Chunks of blocks that are apart are charged to the account of the ledger of the first part, and
 * their blocks counted beside foreign ones.
 */
#ifndef POOL_SAMPLED_H
#define POOL_SAMPLED_H

#include "pool/pool.h"
#include "site/sample.h"

/* The blocks that are apart: their number, their bytes, and their chunks. */
struct sampled_counts {
    struct memory_counts blocks;
    size_t cost;
};
struct sampled_counts sampled_count(const own_pool *pool);

/* A sampled block that is apart. `interval`: that with which it was drawn. NULL: ENOMEM or EDQUOT;
   an ordinary one may still be had. */
void *sampled_alloc(own_pool *pool, size_t interval, size_t alignment, size_t bytes, bool zero);
/* A block that was allocated is sampled where it is. Keeps errno. */
void sampled_note(own_pool *pool, size_t interval, const void *block, size_t bytes);
/* The sample of a block that is apart. False: there is none at that address. */
bool sampled_find(const own_pool *pool, const void *block, struct sample *found);
/* Frees a block that is apart. False: there is none at that address. */
bool sampled_free(own_pool *pool, const void *block);
/* Makes a block that is apart smaller. False: it has gone. */
bool sampled_shrink(own_pool *pool, const void *block, size_t size);
/* A block that was sampled where it is has become that of another pool. */
void sampled_move(own_pool *to, const struct sample *sample);
/* Whether an address lies where blocks are that are apart. */
bool sampled_covers(const own_pool *pool, const void *address);
/* The pool is about to lose all its blocks: frees all that are apart, and forgets the others. The
   first extent of a short pool is as long as it was. */
void sampled_clear(own_pool *pool);

#endif
