/*
 * memory/outside.h - blocks of a memory that are freed by threads which are not in it.
 *
 * A memory that is shut may be looked at from outside at any time: whether an address is a live block,
 * and of what size; and a live block may be freed. The thread that is inside goes on with plain
 * stores. What the others free they say in words of their own, a bit for each granule, by an atomic
 * OR: a bit that was set already tells a block that was freed twice. The thread inside takes them back
 * when it needs memory.
 *
 *     live from outside    start and not free and not freed
 *     freed                is set by any thread, and cleared by the thread inside
 *     a remote record      is on the stack exactly while `waiting`, and a freed bit may be set
 *     blocks, bytes        = those that were freed outside and not taken back yet
 *
 * Start and free bits of a live block do not change while it is live, nor does the start behind it; so
 * a thread that was handed the block, in whatever way, sees them as they are.
 */
#ifndef MEMORY_OUTSIDE_H
#define MEMORY_OUTSIDE_H

#include "memory/memory.h"

/* The words of an extent or a unit. */
struct remote {
    struct remote *next;    /* on the stack */
    struct remote *small;   /* in the list of extents that are in no unit of their own */
    struct extent *extent;  /* NULL: of a unit */
    struct unit *unit;
    uint32_t waiting;
    uint32_t words;
    uint64_t freed[];
};

/* What threads outside use of a memory. */
struct outside {
    struct remote *stack; /* those with freed bits */
    struct remote *first;   /* of the first extent; NULL: that has no room for blocks */
    struct remote *small;   /* of other extents that are not in the unit map */
    struct remote *leaving; /* what could not go yet; of the thread inside */
    size_t visitors;        /* threads that are looking */
    size_t blocks;
    size_t bytes;
};

/* What a claim of the memory says, to be passed on as it is. */
struct seen {
    struct memory *memory;
    struct outside *outside;
    uintptr_t claimed; /* 0: the address lies in no unit that the memory claimed */
};

/* The size of a live block. 0: the address is not that of one. */
size_t outside_size(const struct seen *seen, const void *address);
/* Frees a live block. False: the address is not that of one. */
bool outside_free(const struct seen *seen, const void *address);
/* Whether an address lies in an extent that is in no unit of its own. */
bool outside_covers(const struct outside *outside, const void *address);
/* Takes back what was freed outside; by the thread inside. */
void outside_gather(struct memory *memory);
/* Whether a block that is live inside was freed outside. */
bool outside_has_freed(const struct outside *outside, const struct place *place,
                       const void *block);

/* Makes a memory ready for threads outside, but for its first extent: records for all other extents
   and units. False: ENOMEM or EDQUOT; nothing is left of them. */
bool outside_make(struct memory *memory, struct outside *outside);
/* Undoes that. */
void outside_unmake(struct memory *memory, struct outside *outside);
/* Lets threads outside in. The record of the first extent is the caller's memory, of outside_bytes. */
void outside_begin(struct memory *memory, struct outside *outside, struct remote *first);
size_t outside_bytes(const struct extent *extent);
/* All blocks are about to be freed, and nobody is outside. */
void outside_clear(struct memory *memory);
/* One for an extent or a unit that is about to be used. NULL: ENOMEM or EDQUOT. */
struct remote *outside_new(struct memory *memory, struct extent *extent, struct unit *unit);
void outside_end(struct memory *memory, struct remote *remote);
void outside_add_small(struct outside *outside, struct remote *remote);
/* Whether what nobody can find any more may go. False: a thread may be looking at it still, and it
   goes later. */
bool outside_may_end(struct memory *memory, struct remote *remote);

/* Around looking from outside, from before an address is looked up on. */
static inline void outside_enter(struct outside *outside)
{
    __atomic_fetch_add(&outside->visitors, 1, __ATOMIC_SEQ_CST);
}

static inline void outside_leave(struct outside *outside)
{
    __atomic_fetch_sub(&outside->visitors, 1, __ATOMIC_RELEASE);
}

static inline bool outside_waits(const struct outside *outside)
{
    return __atomic_load_n(&outside->stack, __ATOMIC_RELAXED) != NULL;
}

#endif
