/*
 * memory/outside.h - what threads outside may do with a memory: look up a block, and free it.
 *
 * One thread is inside of the memory and uses plain stores. Threads outside may at any time ask
 * whether an address is that of a live block, and of what size, and may free it. They record what
 * they free (remote/remote.h), and the thread inside gathers the freed blocks when it needs memory.
 * Large blocks are not treated here: part/blocks.c has them under a lock.
 *
 *     live for a thread outside   start, not free and not freed
 *
 * The start and free bits of a live block do not change while it is live, nor does the start bit
 * behind it. So a thread that was handed the block by anything that synchronises sees these bits.
 */
#ifndef MEMORY_OUTSIDE_H
#define MEMORY_OUTSIDE_H

#include "memory/memory.h"
#include "remote/remote.h"

/* The answer of the unit map for an address that belongs to this memory. */
struct seen {
    struct memory *memory;
    struct outside *outside;
    claim_value claimed; /* the value of the claim; 0: the unit is not claimed */
};

/* outside.c: for threads outside, between outside_enter, which comes before the address is looked
   up in the unit map, and outside_leave. */
/* The size of a live block. 0: none begins at that address. */
size_t outside_size(const struct seen *seen, const void *address);
/* Frees a live block. False: none begins at that address. */
bool outside_free(const struct seen *seen, const void *address);
/* Whether an address lies in an extent that has claimed no unit. */
bool outside_covers(const struct outside *outside, const void *address);
/* For the thread inside: whether a thread outside has freed a block that memory_find has found. */
bool outside_has_freed(const struct outside *outside, const struct place *place, const void *block);

/* gather.c: for the thread inside. */
/* Makes blocks free that threads outside have freed. */
void outside_gather(struct memory *memory);
/* Makes remote records for all units, and all extents but the first, so that outside_begin cannot
   fail. False: ENOMEM; there are none then. */
bool outside_make(struct memory *memory, struct outside *outside);
/* Undoes that. */
void outside_unmake(struct memory *memory, struct outside *outside);
/* From now on there may be threads outside. `first`: memory of the caller's, outside_bytes large,
   for the record of the first extent. */
void outside_begin(struct memory *memory, struct outside *outside, struct remote *first);
size_t outside_bytes(const struct extent *extent);
/* All blocks are about to be freed, and there is no other thread. */
void outside_clear(struct memory *memory);

#endif
