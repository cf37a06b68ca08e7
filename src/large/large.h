/*
 * large/large.h - the room large: large blocks, which are chunks of their own.
 *
 *   large.c     large blocks: making, ending and resizing them
 *   validate.c  checks the equations below
 *
 * Each call gets their list and their account as arguments. These are in the memory if one thread
 * uses it; else they are in the guard of the part, and its lock must be held.
 *
 * Equations (larges_validate checks those of the list):
 *
 *   list   each record is linked with the next newer and the next older one
 *   block  lies in the chunk of the record
 *   claim  the units from the block to the end of its chunk are claimed, with the record as the
 *          value
 */
#ifndef LARGE_LARGE_H
#define LARGE_LARGE_H

#include "extent/stock.h"

#define LARGE_OVER ((size_t)64 << 10) /* smaller blocks lie in extents or pages */

struct large {
    struct large *older;
    struct large *newer;
    void *block;
    char *chunk;
    size_t size;    /* of the block, rounded up to a granule */
    size_t granted; /* of the chunk */
};

struct larges {
    struct large **list;         /* the newest */
    struct account *account;     /* is charged for them */
    const struct memory *memory; /* the owner in their claims */
    claim_value tag;             /* in the values of their claims */
};

/* Those of a memory that one thread uses, which has a stock. */
static inline struct larges memory_larges(struct memory *memory)
{
    return (struct larges){.list = &memory->stock->large,
                           .account = &memory->account,
                           .memory = memory,
                           .tag = memory->stock->tag};
}

/* A block of `size` bytes, a multiple of a granule. Its contents are arbitrary unless
   large_is_zero. NULL: ENOMEM or EDQUOT. */
struct large *large_get(const struct larges *of, size_t size, size_t alignment);
bool large_is_zero(const struct larges *of, const struct large *large);
void large_put(const struct larges *of, struct large *large);
void large_end(const struct larges *of);
/* A block leaves a list with its claim, and enters another; accounts are the caller's business.
   Neither can fail. */
void large_detach(const struct larges *of, struct large *large);
void large_attach(const struct larges *of, struct large *large);
/* validate.c: aborts with a sentence if an equation does not hold. Adds up the blocks. Returns the
   bytes of the chunks of the blocks and their records. */
size_t larges_validate(const struct large *newest, struct memory_counts *found);
/* Changes the size in place, or by moving the mapping. NULL: the caller has to copy if errno is 0,
   else ENOMEM or EDQUOT. */
void *large_resize(const struct larges *of, struct large *large, size_t size, bool zero);
/* Makes it smaller in place, though much of the chunk is unused then. */
void *large_shrink_here(struct large *large, size_t size);

#endif
