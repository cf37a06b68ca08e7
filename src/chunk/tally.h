/*
 * chunk/tally.h - a word for each object that may be part of a cycle, and sets of such objects.
 *
 * The last units of a segment are not handed out. They have a word of 32 bits, a tally, for every
 * 32 bytes of the others. A tally is 0 until whoever has the chunk there tracks the object that it
 * is or has. So all tracked objects are found without a list, and a collection of cycles, which
 * keeps what it knows of an object in its tally, needs no memory. Pages of tallies that nobody has
 * written to have no memory behind them.
 *
 *   | head | unit | unit | ... | unit 55 | tallies of units 0 to 55: 7 units | struct tallies |
 *
 * An object begins at the first or at the second granule of its tally; TALLY_ODD says at which.
 *
 * Equations:
 *
 *   tally     not 0 => a tracked object begins there, or a collection looks at a pool there
 *   tracks    of a unit in which a tally is not 0 is 1
 *   set       a bit of `upper` is set exactly where a word is not 0, one of `top` where an upper
 *             word is not 0; a segment is in the list of the set exactly where `top` is not 0
 *
 * Threads: a tally is used by the thread that may use its object. Sets belong to whoever holds the
 * collection lock (cycle/cycle.h).
 */
#ifndef CHUNK_TALLY_H
#define CHUNK_TALLY_H

#include "chunk/chunk.h"

#define SEGMENT_UNITS 64
#define SEGMENT_SIZE (SEGMENT_UNITS * CHUNK_UNIT)

#define TALLY_BYTES ((size_t)32)
#define TALLY_UNITS 56 /* those that are handed out, and the head */
#define TALLY_COUNT (TALLY_UNITS * CHUNK_UNIT / TALLY_BYTES)

/* The upper bits of a tally that is not 0: what its object is. The others count. */
#define TALLY_TRACKED (UINT32_C(1) << 30)
#define TALLY_FOUND (UINT32_C(2) << 30) /* a collection looks at it */
#define TALLY_LIVE (UINT32_C(3) << 30)  /* and has found that it stays */
#define TALLY_ODD (UINT32_C(1) << 29)
#define TALLY_POOL (UINT32_C(1) << 28)  /* while a collection looks at it */
#define TALLY_CALLS (UINT32_C(1) << 27) /* found, and its end may run code of users */
#define TALLY_COUNTER (TALLY_CALLS - 1)
#define TALLY_ZERO (UINT32_C(1) << 26) /* in the middle: a counter goes up and down */

/* Which objects of a segment are in a set: a bit for each tally. */
#define SET_WORDS (TALLY_COUNT / 64)
#define SET_UPPER ((SET_WORDS + 63) / 64)
struct tally_set {
    struct tallies *next; /* in the list of the set */
    uint32_t top;
    uint64_t upper[SET_UPPER];
    uint64_t words[SET_WORDS];
};

/* The sets that there are. */
enum set { SET_FOUND, SET_GREY, SET_COUNT };

/* In the last unit of a segment. */
struct tallies {
    uint8_t tracks[SEGMENT_UNITS];
    struct tally_set sets[SET_COUNT];
};

static inline uintptr_t tally_segment(const void *object)
{
    return (uintptr_t)object & ~(uintptr_t)(SEGMENT_SIZE - 1);
}

static inline struct tallies *tallies_of(uintptr_t segment)
{
    return (struct tallies *)(segment + (SEGMENT_UNITS - 1) * CHUNK_UNIT);
}

static inline uint32_t *tally_first(uintptr_t segment)
{
    return (uint32_t *)(segment + TALLY_UNITS * CHUNK_UNIT);
}

/* Which tally of its segment an object has. */
static inline size_t tally_index(const void *object)
{
    return ((uintptr_t)object & (SEGMENT_SIZE - 1)) / TALLY_BYTES;
}

/* The tally of an object that lies in a segment. */
static inline uint32_t *tally_of_object(const void *object)
{
    return tally_first(tally_segment(object)) + tally_index(object);
}

static inline uint32_t tally_odd(const void *object)
{
    return (uintptr_t)object & GRANULE ? TALLY_ODD : 0;
}

/* The largest chunk that lies in a segment: CHUNK_MAX. 0: none does (malloc.c). It changes before
   there is any chunk. */
extern size_t tally_most;

/* Tracks an object, whose chunk is not over CHUNK_MAX and is of no source; and no longer. */
static inline void tally_track(const void *object)
{
    uint8_t *tracks = &tallies_of(tally_segment(object))
                           ->tracks[((uintptr_t)object & (SEGMENT_SIZE - 1)) / CHUNK_UNIT];
    *tally_of_object(object) = TALLY_TRACKED | TALLY_ZERO | tally_odd(object);
    if (OWN_UNLIKELY(!__atomic_load_n(tracks, __ATOMIC_RELAXED)))
        __atomic_store_n(tracks, 1, __ATOMIC_RELAXED);
}

static inline void tally_untrack(const void *object)
{
    *tally_of_object(object) = 0;
}

/* Whether there is a segment at an address of one, whose objects can be linked. It stays one while
   the caller may use an object there. */
bool tally_is_segment(uintptr_t segment);

/* An object as 32 bits that are not 0, and back. */
uint32_t tally_link(const void *object);
void *tally_linked(uint32_t link);

/* Puts an object into a set. */
void tally_add(enum set set, const void *object);
/* Takes an object out of a set, which is then only gone through, or made empty. */
static inline void tally_remove(enum set set, const void *object)
{
    size_t tally = tally_index(object);
    tallies_of(tally_segment(object))->sets[set].words[tally / 64] &= ~(UINT64_C(1) << tally % 64);
}

/* Whether an object that lies in a segment is in a set. */
static inline bool tally_contains(enum set set, const void *object)
{
    size_t tally = tally_index(object);
    return tallies_of(tally_segment(object))->sets[set].words[tally / 64] >> tally % 64 & 1;
}

/* Takes any object out of a set. NULL: it is empty. */
void *tally_take(enum set set);
/* The object that has that tally of a segment. */
static inline void *tally_object(uintptr_t segment, size_t index, uint32_t tally)
{
    return (void *)(segment + index * TALLY_BYTES + (tally / TALLY_ODD & 1) * GRANULE);
}

/* Puts all tracked objects of all segments into a set, where nobody else is in the library. */
void tally_add_tracked(enum set set);
/* Visits all chunks that have a label. */
void tally_each_labelled(void (*visit)(void *chunk, void *arg), void *arg);

/* Visits all tracked objects, until *ended is not 0, which an answer of visit becomes. */
void tally_each_tracked(int (*visit)(void *object, void *arg), void *arg, int *ended);

/* The segments of a set, one by one; NULL: there are no more. */
struct tallies *tally_first_segment(enum set set);
/* Makes a set empty, whose words the caller has cleared. */
void tally_forget(enum set set);

/* Calls `visit` with each object of a set and its tally, by address in each segment. What visit
   adds to the set is visited or not. */
static inline __attribute__((always_inline)) void
tally_each(enum set set, void (*visit)(void *object, uint32_t *tally, void *arg), void *arg)
{
    for (struct tallies *tallies = tally_first_segment(set); tallies;
         tallies = tallies->sets[set].next) {
        const struct tally_set *of = &tallies->sets[set];
        uintptr_t segment = tally_segment(tallies);
        uint32_t *first = tally_first(segment);
        for (size_t upper = 0; upper < SET_UPPER; upper++) {
            for (uint64_t words = of->upper[upper]; words; words &= words - 1) {
                size_t word = upper * 64 + (size_t)__builtin_ctzll(words);
                for (uint64_t bits = of->words[word]; bits; bits &= bits - 1) {
                    size_t at = word * 64 + (size_t)__builtin_ctzll(bits);
                    visit(tally_object(segment, at, first[at]), &first[at], arg);
                }
            }
        }
    }
}

#endif
