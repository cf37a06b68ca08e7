/*
 * pool/exact.h - pools that remember sizes as asked for. Included by pool.h only.
 *
 * A pool with POOL_EXACT has its blocks in a memory of its own beside that of its first part, whose
 * extent has no room: so own_alloc and own_free find nothing by their short paths, which do not ask
 * whether a pool is exact. A block is one byte longer than was asked for, at least: its last byte
 * says how much longer.
 *
 *   slack     = the sum of these last bytes, over all blocks
 *   reserved  = the chunks of the memory, its record included; all is charged to the account of
 *               the ledger of the first part
 *
 * The memory is used under the lock of the first part, and borrows that account meanwhile.
 */
#ifndef POOL_EXACT_H
#define POOL_EXACT_H

#include "pool/side.h"

/* It begins as a pool does, but with another address in place of the type: see find.c. */
struct exact {
    own_pool *pool;
    FIELD_ALIGNED(8) const void *kind; /* &exact_kind */
    FIELD_ALIGNED(8) struct memory memory;
    size_t slack;
    size_t peak; /* as own_usage has it, with foreign blocks */
    size_t reserved;
    size_t granted;                        /* of the chunk of this record */
    FIELD_ALIGNED(16) struct extent first; /* with its bits behind it */
};

extern const char exact_kind;

static inline struct exact *pool_exact(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    return OWN_UNLIKELY(side) ? side->exact : NULL;
}

/* The room of the first extent of such a pool, before it is cut. */
#define EXACT_FIRST_ROOM ((size_t)1)
/* Makes a new pool exact, with room for `reserve` bytes of blocks. False: ENOMEM or EDQUOT; the
   pool is to be freed then. */
bool exact_begin(own_pool *pool, size_t reserve);
/* Around each use of the memory. */
struct exact *exact_enter(own_pool *pool);
void exact_leave(own_pool *pool, struct exact *exact);
/* The live blocks, and their bytes as asked for. */
struct memory_counts exact_count(const struct exact *exact);
/* To be called in the first part when blocks have come: `more` bytes are live beside the others for
   a moment. */
void exact_note_peak(own_pool *pool, struct exact *exact, size_t more);
/* Frees all blocks; frees all that the pool has of this. */
void exact_clear(own_pool *pool);
void exact_end(own_pool *pool);
/* Aborts where an equation above does not hold. */
void exact_validate(own_pool *pool);

#endif
