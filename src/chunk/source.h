/*
 * chunk/source.h - sources: where chunks come from other than the system (own/chunks.h).
 *
 *   source.c   chunks from a source
 *   lot.c      units of a source, cut into small chunks
 *   fixed.c    the source that is one region: own_chunks_fixed
 *
 * A chunk of a unit or more is what `get` returned for it. Smaller ones are cut from lots. A source
 * that is a region is asked for each chunk by itself, so that its ends, which are less than a unit,
 * can be used. No chunk of a source enters a cache.
 *
 * The record of a source lies in memory of its own: in the first lot, the home, or in the region.
 *
 * Equations:
 *
 *   source   live = chunks that were got and not put back, + 1 until source_release; with live = 0
 *            everything has been put back
 *            a lot without a chunk in use does not exist, but the home
 *
 * Threads: any. A few locks, one of which belongs to each source and each region, are held only in
 * these files and never while code of a user runs.
 */
#ifndef CHUNK_SOURCE_H
#define CHUNK_SOURCE_H

#include "chunk/lot.h"

#include <own/chunks.h>

struct source {
    own_chunks chunks; /* never changes */
    struct lots lots;  /* under the lock of the source */
    size_t live;
    struct list link;  /* in the list of all sources, under the heap lock */
    const void *first; /* whoever it was made for, as long as that lives; to be used by its user */
};

/* NULL: errno is ENOMEM, or EINVAL where memory was at a wrong address. */
struct source *source_make(const own_chunks *chunks);
/* Visits what all sources were made for and that lives, where nobody else is in the library. */
void source_each(void (*visit)(const void *first, void *arg), void *arg);
/* To be called once by who made it. The source ends when its last chunk has been put back, too. */
void source_release(struct source *source);

/* The same as chunk_get, but that no chunk is zero. */
void *source_get(struct source *source, size_t size, size_t *granted);
/* The same as chunk_put. After the last chunk the source has ended. */
size_t source_put(struct source *source, void *chunk, size_t size);

/* For these files: the lock of a source or a region; fork takes all of these locks. */
void source_lock(const void *of);
void source_unlock(const void *of);
void source_prepare_for_fork(void);

/* fixed.c: own_chunks.get and .put of a region, which is ctx. */
void *fixed_get(void *ctx, size_t size, size_t alignment);
void fixed_put(void *ctx, void *memory, size_t size);

#endif
