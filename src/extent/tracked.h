/*
 * extent/tracked.h - the inline path of own_alloc while sites are tracked.
 *
 * Blocks that are allocated inline cannot be counted. So the bytes that are left in the extent in
 * use are counted before `end` is opened for them. If one of them is to be sampled, the memory
 * stays closed, and its blocks are counted one by one until that one has come. Then what is left is
 * counted again. A first extent may be made as short as to end where that block begins; then it is
 * open until it is full.
 *
 * The memories that are closed for that reason are noted in a table, which has memory of its own.
 */
#ifndef EXTENT_TRACKED_H
#define EXTENT_TRACKED_H

#include "extent/stock.h"
#include "site/sample.h"

/* Whether a memory that has an inline path, or could have one, is to have it now. */
bool tracked_opens(struct memory *memory, bool could);
/* The extent in use is empty, and may be open: counts its bytes. `struck`: one of them is to be
   sampled, that is known. */
void tracked_begin(struct memory *memory, bool struck);
/* Whether any memory is noted. */
extern size_t tracked_notes;
/* A memory ends, or will be used anew by a pool that has been counted. */
void tracked_forget_noted(const struct memory *memory);
static inline void tracked_forget(const struct memory *memory)
{
    if (OWN_UNLIKELY(__atomic_load_n(&tracked_notes, __ATOMIC_RELAXED) != 0))
        tracked_forget_noted(memory);
}
/* For the owner of a memory that tracked_begin has closed, which opens a part of its first extent:
   how many bytes that may have. SITE_NONE: it is not closed for that reason. */
size_t tracked_left(const struct memory *memory);
/* That part may be full: closes the memory, if it is still noted. */
void tracked_stop(struct memory *memory);
/* Counts a block of a memory that is closed for that reason. False: it is not. */
bool tracked_count(const struct memory *memory, size_t bytes, bool *strikes);

#endif
