/*
 * chunk/lot.h - lots: units of a source that are cut into chunks of any small class.
 *
 * A source is small, or of a size that is given, so that a unit for each class would leave too
 * much of it unused. The record of a lot has a bit for each granule of its unit. Nothing is kept
 * in free chunks, and free neighbours are one free run.
 *
 * Equations (lots_validate checks them):
 *
 *   lot    live = the bits that are set in used, without those set from the beginning
 *          longest >= the longest run of free granules; no free granule before `from`
 *   lots   a lot is in the list of log2(longest), one with longest = 0 is in none
 *
 * Threads: the callers have a lock.
 */
#ifndef CHUNK_LOT_H
#define CHUNK_LOT_H

#include "chunk/class.h"

#define LOT_GRANULES (CHUNK_UNIT / GRANULE)
#define LOT_LISTS 13 /* log2 of 1 to LOT_GRANULES */

struct lot {
    struct list link;
    char *at;         /* its unit */
    uint16_t live;    /* granules of chunks in use */
    uint16_t longest; /* no run of free granules is longer */
    uint16_t from;    /* no granule before it is free */
    uint64_t used[LOT_GRANULES / 64];
};

/* The lots of one source that have free granules. */
struct lots {
    struct list list[LOT_LISTS];
};

void lots_init(struct lots *lots);
/* Makes a record a lot of the unit at `at`, of which the granules from `first` to before `end` are
   free. */
void lot_begin(struct lots *lots, struct lot *lot, char *at, size_t first, size_t end);
/* It has no chunk in use, and leaves the lists. */
void lot_end(struct lot *lot);
/* A chunk of so many granules from any of the lots. NULL: none has room. */
void *lots_get(struct lots *lots, size_t granules);
/* Takes a chunk back. */
void lot_put(struct lots *lots, struct lot *lot, void *chunk, size_t granules);
/* Aborts where an equation does not hold for a lot in the lists. */
void lots_validate(const struct lots *lots);
/* The same in debug builds, every now and then. */
static inline void lots_debug_step(const struct lots *lots)
{
#if OWN_DEBUG
    static __thread unsigned step;
    if (++step % 64 == 0)
        lots_validate(lots);
#endif
    (void)lots;
}

#endif
