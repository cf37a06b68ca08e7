/*
 * extent/tracked.h - the inline path of own_alloc while sites are tracked.
 *
 * Blocks that are allocated inline cannot be counted. So the bytes that are left in the extent in
 * use are counted before `end` is opened for them. If one of them is to be sampled, the memory
 * stays closed, and its blocks are counted one by one until that one has come. Then what is left is
 * counted again, and so it is where blocks were freed whose bytes may be allocated once more: what
 * was counted, but not used, counts for nothing. A first extent may be made so short that it ends
 * where that block begins; then it is open until it is full, and there is no note. What lies behind
 * it becomes an extent of its own (memory/first.c).
 *
 * The memories that are closed for that reason are noted in a table, which has memory of its own.
 */
#ifndef EXTENT_TRACKED_H
#define EXTENT_TRACKED_H

#include "extent/stock.h"
#include "site/sample.h"

/* Whether a memory that has an inline path, or could have one, is to have it now. */
bool tracked_opens(struct memory *memory, bool could);
/* The extent in use is empty, and may be open: counts its bytes, without those of a block that has
   been counted and will be the first in it. */
void tracked_begin(struct memory *memory, size_t counted);
/* Whether any memory is noted. */
extern size_t tracked_notes;
/* A memory ends, or will be used anew. */
void tracked_forget_noted(const struct memory *memory);
static inline void tracked_forget(const struct memory *memory)
{
    if (OWN_UNLIKELY(__atomic_load_n(&tracked_notes, __ATOMIC_RELAXED) != 0))
        tracked_forget_noted(memory);
}
/* Of a memory that is closed for that reason: how many bytes of blocks are to come before the one
   that is to be sampled, and the interval. SITE_NONE: it is not. */
size_t tracked_left(const struct memory *memory, size_t *interval);
/* Closes a memory for that reason. `interval`: with which `left` was drawn. */
void tracked_close(struct memory *memory, size_t left, size_t interval);
/* Counts a block of a memory that is closed for that reason. False: it is not, or the block is too
   large for what is left of the extent: then no byte of that is sampled. `strikes`: the interval,
   if the block is to be sampled, else 0. */
bool tracked_count(const struct memory *memory, size_t bytes, size_t *strikes);

#endif
