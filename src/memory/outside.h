/*
 * memory/outside.h - what threads outside may do with a memory: look up a block, and free it.
 *
 * One thread is inside of the memory and uses plain stores. Threads outside may at any time ask
 * whether an address is that of a live block, and of what size, and may free it. They record what
 * they free in words of their own, one bit for each granule of an extent or a unit, by an atomic
 * OR: a bit that was set already means that the block was freed twice. The thread inside gathers
 * the freed blocks when it needs memory. Large blocks are not treated here: part/blocks.c has them
 * under a lock.
 *
 *     live for a thread outside   start, not free and not freed
 *     freed                       set by any thread outside, cleared by the thread inside
 *     a remote record             while `waiting` is 1, it is on the stack, or being put there or
 *                                 gathered; a thread that sets a freed bit sets `waiting` next
 *     blocks, bytes               = those of the blocks that were freed and not gathered yet
 *
 * The start and free bits of a live block do not change while it is live, nor does the start bit
 * behind it. So a thread that was handed the block by anything that synchronises sees these bits.
 */
#ifndef MEMORY_OUTSIDE_H
#define MEMORY_OUTSIDE_H

#include "memory/memory.h"

/* The remote record of an extent or a unit: what threads outside have freed of it. */
struct remote {
    struct remote *next;   /* on the stack */
    struct remote *small;  /* in the list of extents that have claimed no unit, or of `leaving` */
    struct extent *extent; /* NULL: it is that of a unit */
    struct unit *unit;     /* NULL: it is that of an extent */
    uint32_t waiting;      /* 1: a thread has put it on the stack, or is about to */
    uint32_t words;        /* in `freed` */
    uint64_t freed[];      /* a bit for each granule at which a block begins that was freed */
};

/* The fields of a memory that threads outside use, and `leaving`, which only the thread inside
   uses. */
struct outside {
    struct remote *stack;   /* the records that are waiting */
    struct remote *first;   /* that of the first extent; NULL: that has no room for blocks */
    struct remote *small;   /* those of other extents that have claimed no unit */
    struct remote *leaving; /* those whose memory waits until there is no visitor */
    size_t visitors;        /* threads between outside_enter and outside_leave */
    size_t blocks;
    size_t bytes;
};

/* The answer of the unit map for an address that belongs to this memory. */
struct seen {
    struct memory *memory;
    struct outside *outside;
    uintptr_t claimed; /* the value of the claim; 0: the unit is not claimed */
};

/* The size of a live block. 0: none begins at that address. */
size_t outside_size(const struct seen *seen, const void *address);
/* Frees a live block. False: none begins at that address. */
bool outside_free(const struct seen *seen, const void *address);
/* Whether an address lies in an extent that has claimed no unit. */
bool outside_covers(const struct outside *outside, const void *address);
/* To be called by the thread inside: makes blocks free that threads outside have freed. */
void outside_gather(struct memory *memory);
/* Whether a thread outside has freed a block that memory_find has found. */
bool outside_has_freed(const struct outside *outside, const struct place *place, const void *block);

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
/* A record for an extent or a unit that is about to be used. NULL: ENOMEM. */
struct remote *outside_new(struct memory *memory, struct extent *extent, struct unit *unit);
void outside_end(struct memory *memory, struct remote *remote);
void outside_add_small(struct outside *outside, struct remote *remote);
/* Whether memory that is no longer claimed can be put back. False: a thread outside may still be
   reading its bits; it is put back later. */
bool outside_may_end(struct memory *memory, struct remote *remote);

/* Around outside_size and outside_free: enter before the address is looked up in the unit map. */
static inline void outside_enter(struct outside *outside)
{
    __atomic_fetch_add(&outside->visitors, 1, __ATOMIC_SEQ_CST);
}

static inline void outside_leave(struct outside *outside)
{
    __atomic_fetch_sub(&outside->visitors, 1, __ATOMIC_RELEASE);
}

/* Whether there is something to be gathered, or to go; asked by the thread inside. */
static inline bool outside_waits(const struct outside *outside)
{
    return __atomic_load_n(&outside->stack, __ATOMIC_RELAXED) || outside->leaving;
}

#endif
