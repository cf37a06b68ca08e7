/*
 * memory/large.h - blocks that are chunks of their own.
 *
 * Their list and their account are given in each call: they are those of the memory, or where other
 * threads look at that, under a lock of the owner's, beside it.
 */
#ifndef MEMORY_LARGE_H
#define MEMORY_LARGE_H

#include "memory/memory.h"

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
    struct large **list;          /* the newest */
    struct account *account;      /* pays for them */
    const struct memory *memory;  /* claims their units */
    uintptr_t tag;                /* in the value of a claim */
};

/* A block of `size` bytes, rounded up to a granule; its contents are arbitrary, unless large_is_zero.
   NULL: ENOMEM or EDQUOT. */
struct large *large_get(const struct larges *of, size_t size, size_t alignment);
bool large_is_zero(const struct large *large);
void large_put(const struct larges *of, struct large *large);
void large_end(const struct larges *of);
/* Changes the size where it is, or moves the mapping; the growth is zero. NULL with errno 0: the
   caller has to copy. */
void *large_resize(const struct larges *of, struct large *large, size_t size);
/* Makes it smaller where it is, though much of the chunk is unused then. */
void *large_shrink_here(struct large *large, size_t size);

#endif
