/*
 * memory/tracked.h - the inline path of own_alloc while sites are tracked.
 *
 * Blocks that are allocated inline cannot be counted. So the bytes that are left in the extent in
 * use are counted before `end` is opened for them. If one of them is to be sampled, the memory
 * stays closed, and its blocks are counted one by one until that one has come. Then what is left is
 * counted again.
 *
 * Which memories are closed for that reason is noted in a table of limited size. If a note is lost,
 * what is left is counted once more, which changes no probability.
 */
#ifndef MEMORY_TRACKED_H
#define MEMORY_TRACKED_H

#include "memory/memory.h"
#include "site/sample.h"

/* Whether a memory that has an inline path, or could have one, is to have it now. */
bool tracked_opens(struct memory *memory, bool could);
/* The extent in use is empty, and may be open: counts its bytes. `struck`: one of them is to be
   sampled, that is known. */
void tracked_begin(struct memory *memory, bool struck);
/* Counts a block of a memory that is closed for that reason. False: it is not. */
bool tracked_count(const struct memory *memory, size_t bytes, bool *strikes);

#endif
