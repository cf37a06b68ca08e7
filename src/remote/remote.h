/*
 * remote/remote.h - the room remote: which blocks of a memory other threads have freed.
 *
 * One thread is inside of a memory; others are outside (src/README). A thread outside does not
 * free a block, it records that the block is to be freed: in the remote record of the extent or
 * the unit that the block lies in, which has one bit for each granule. The record is then pushed on
 * a stack, from which the thread inside takes all records at once, so none is ever removed from
 * between two others (Treiber, "Systems programming: coping with parallelism", 1986).
 *
 * A thread outside reads the bits of an extent or a unit that the thread inside may want to give
 * back at that moment. It counts as a visitor before it looks an address up in the unit map, until
 * it has read and recorded. So memory is unclaimed first, and given back when there is no visitor
 * and its record is not on the stack; until then its record is in the list `leaving`.
 *
 * This room does not know what an extent or a unit is; the rooms above do the looking up (thread
 * outside) and the freeing (thread inside): memory/outside.h.
 *
 * Equations (outside_validate checks the one of blocks):
 *
 *   freed     set by any thread outside, cleared by the thread inside. A bit that was set already
 *             means that the block was freed twice.
 *   waiting   1 while the record is on the stack, or being put there or taken off. A thread that
 *             sets a bit of freed makes it 1 next, so no bit is forgotten.
 *   blocks    counted before the bit is set, and back before it is cleared by the thread inside:
 *             blocks >= the bits that are set in all records of the memory
 *   bytes     the sizes of these blocks
 *   visitors  0: no thread has found anything that is not claimed any more
 *
 * Threads: any may call outside_enter, outside_leave, and remote_free in between. All else is for
 * the thread inside.
 */
#ifndef REMOTE_REMOTE_H
#define REMOTE_REMOTE_H

#include "base/base.h"
#include "base/bits.h"
#include "limit/limit.h"

struct extent;
struct unit;

/* The remote record of an extent or a unit: what threads outside have freed of it. */
struct remote {
    struct remote *next;   /* on the stack */
    struct remote *small;  /* in the list of extents that have claimed no unit, or of `leaving` */
    struct extent *extent; /* NULL: it is that of a unit */
    struct unit *unit;     /* NULL: it is that of an extent */
    uint32_t waiting;      /* see the equations */
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

/* The bytes of a record for so many granules. */
size_t remote_bytes(size_t granules);
/* Makes memory of the caller's, remote_bytes large, a record of an extent or a unit. */
void remote_init(struct remote *remote, struct extent *extent, struct unit *unit, size_t granules);
/* A record for an extent or a unit that is about to be used. NULL: ENOMEM. `limit` here and below
   is the limit or the tap of the memory: a record comes from where its chunks do. */
struct remote *remote_new(const struct limit *limit, struct extent *extent, struct unit *unit,
                          size_t granules);
void remote_end(const struct limit *limit, struct remote *remote);

void outside_add_small(struct outside *outside, struct remote *remote);
void outside_end_small(const struct limit *limit, struct outside *outside);
/* Whether memory that is not claimed any more can be put back. False: a thread outside may still be
   reading its bits; its record is in `leaving` now. */
bool outside_may_end(struct outside *outside, struct remote *remote);
/* Nothing is freed, nothing waits, and no record is left but that of the first extent: there is no
   other thread, and the caller has put back what was leaving. */
void outside_reset(const struct limit *limit, struct outside *outside);

/* The bits of freed that are set, which may become more meanwhile. */
size_t remote_count(const struct remote *remote);
/* Aborts with a sentence if the equation of blocks does not hold. `others`: the bits that are set
   in the records of big extents and of units, counted before. */
void outside_validate(const struct outside *outside, size_t others);

/* Whether a thread outside has freed what begins at a granule. */
static inline bool remote_has_freed(const struct remote *remote, size_t index)
{
    return word_load(&remote->freed[index >> 6]) & bit_of(index);
}

static inline void outside_push(struct outside *outside, struct remote *remote)
{
    if (__atomic_exchange_n(&remote->waiting, 1, __ATOMIC_ACQ_REL))
        return;
    struct remote *first = __atomic_load_n(&outside->stack, __ATOMIC_RELAXED);
    do
        remote->next = first;
    while (!__atomic_compare_exchange_n(&outside->stack, &first, remote, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

/* Records that a block is freed. False: that has been recorded before. */
static inline bool remote_free(struct outside *outside, struct remote *remote, size_t index,
                               size_t bytes)
{
    /* Counted before the bit is set: the thread inside counts them back after it has seen that. */
    __atomic_fetch_add(&outside->blocks, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&outside->bytes, bytes, __ATOMIC_RELAXED);
    uint64_t before =
        __atomic_fetch_or(&remote->freed[index >> 6], bit_of(index), __ATOMIC_ACQ_REL);
    if (OWN_UNLIKELY(before & bit_of(index))) {
        __atomic_fetch_sub(&outside->blocks, 1, __ATOMIC_RELAXED);
        __atomic_fetch_sub(&outside->bytes, bytes, __ATOMIC_RELAXED);
        return false;
    }
    outside_push(outside, remote);
    return true;
}

/* Takes all records off the stack. remote_take is to be called of each, after its `next` was read:
   from then on its bits can be read, and a thread that frees a block later pushes it again. */
static inline struct remote *outside_take(struct outside *outside)
{
    return __atomic_exchange_n(&outside->stack, NULL, __ATOMIC_ACQUIRE);
}

static inline void remote_take(struct remote *remote)
{
    __atomic_exchange_n(&remote->waiting, 0, __ATOMIC_ACQ_REL);
}

/* Those of a word of freed bits. */
static inline uint64_t remote_freed(const struct remote *remote, size_t word)
{
    return __atomic_load_n(&remote->freed[word], __ATOMIC_ACQUIRE);
}

/* The blocks are free by now: to a thread outside none is live in between. */
static inline void remote_clear(struct remote *remote, size_t word, uint64_t freed)
{
    __atomic_fetch_and(&remote->freed[word], ~freed, __ATOMIC_RELEASE);
}

/* Blocks that were counted as freed are free now. */
static inline void outside_count_back(struct outside *outside, size_t blocks, size_t bytes)
{
    __atomic_fetch_sub(&outside->blocks, blocks, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&outside->bytes, bytes, __ATOMIC_RELAXED);
}

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
