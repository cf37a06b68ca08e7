/*
 * chunk/heap.h - what the files of the room chunk share, all of it under the heap lock.
 */
#ifndef CHUNK_HEAP_H
#define CHUNK_HEAP_H

#include "chunk/cache.h"
#include "chunk/class.h"
#include "chunk/tally.h"

#include <pthread.h>

/* A unit that is a slab. Its record lies in the head of its segment, not in the unit. */
struct slab {
    struct list link; /* in heap.slabs[class], while it has chunks to give */
    void *free;       /* chunks put back, linked like cached chunks */
    uint16_t carved;  /* chunks cut so far; those behind have never been touched */
    uint16_t live;    /* chunks handed out */
    uint8_t class;
    bool is_slab;
};

/* At most one labelled chunk begins in so many bytes. */
#define LABEL_BYTES ((size_t)64)
#define LABEL_WORDS (CHUNK_UNIT / LABEL_BYTES / 64) /* for a unit */

/* The head of a segment, in its unit 0. A bit of a mask stands for a unit. */
struct segment {
    struct list by_run;   /* in heap.by_run[longest run of free units] */
    struct list by_dirty; /* in heap.by_dirty[longest run of dirty units] */
    uint64_t free;
    uint64_t dirty;  /* free, and with memory behind it */
    uint32_t number; /* see tally.c; 0: none */
    struct slab slabs[SEGMENT_UNITS];
    uint64_t labels[SEGMENT_UNITS][LABEL_WORDS]; /* a bit for each LABEL_BYTES */
};

struct heap {
    pthread_mutex_t lock;
    struct list slabs[CLASS_SMALL];
    struct list by_run[SEGMENT_UNITS + 1];
    struct list by_dirty[SEGMENT_UNITS + 1];
    uint64_t runs;       /* which by_run[1..64] are not empty: bit n - 1 for n */
    uint64_t dirty_runs; /* the same for by_dirty */
    size_t segments;
    size_t dirty_bytes;
    size_t limit;       /* own_set_cache_limit */
    size_t shares;      /* the part of it that the threads' caches have */
    size_t out_bytes;   /* chunks handed to the caches, or past them, and not taken back */
    long fail_after;    /* see chunk_fail_after */
    bool fails_once;    /* see chunk_fail_once */
    long failures;      /* see chunk_failures */
    struct list caches; /* of all threads */
    uint64_t deaths;    /* of pools, on threads that have no cache any more; atomic */
};

extern struct heap heap;

void heap_lock(void);
void heap_unlock(void);

/* cache.c: whether what is said of the calling thread's cache holds. */
bool cache_validate(void);

/* counted.c: what the lists of a cache have. Another thread may be using it. */
size_t cache_bytes(const struct cache *cache);
/* Whether bytes are counted. */
static inline bool cache_counts(const struct cache *cache)
{
    return !cache->classes[0].taken;
}
/* cache.c: a chunk of that class has no room in the calling thread's cache: makes some. */
void cache_make_room(unsigned class);
/* Makes `bytes` that of the calling thread's cache, which it may not be while bytes are counted. */
void cache_recount(void);
/* The cache is new, or its share, the interval or what is to be sampled next have changed. */
void cache_set_share(struct cache *cache);

/* segment.c: runs of 1 to 16 units. NULL: errno is ENOMEM. */
void *units_get(unsigned count);
void units_put(void *units, unsigned count);
/* Gives dirty units back until at most `keep` bytes are left; returns how many bytes went. */
size_t units_purge(size_t keep);

static inline struct segment *segment_of(const void *address)
{
    return (struct segment *)((uintptr_t)address & ~(uintptr_t)(SEGMENT_SIZE - 1));
}

static inline unsigned unit_of(const void *address)
{
    return (unsigned)(((uintptr_t)address & (SEGMENT_SIZE - 1)) / CHUNK_UNIT);
}

/* label.c: where the label of a chunk is, counted from its unit. */
static inline size_t label_index(const void *chunk)
{
    return ((uintptr_t)chunk & (CHUNK_UNIT - 1)) / LABEL_BYTES;
}

static inline uint64_t *label_word(const void *chunk)
{
    return &segment_of(chunk)->labels[unit_of(chunk)][label_index(chunk) / 64];
}

/* The units that are handed out: the head and those of tallies are not. */
#define SEGMENT_ALL (((UINT64_C(1) << TALLY_UNITS) - 1) & ~UINT64_C(1))

/* tally.c: gives a segment a number, if there is one, and takes it back. */
void tally_number(struct segment *segment);
void tally_unnumber(const struct segment *segment);

/* map.c: makes sure that claims in that range cannot fail. False: errno is ENOMEM. */
bool map_prepare(const void *start, size_t size);

/* slab.c: chunks of one small class. Gets up to `count` as a list; NULL: errno is ENOMEM. */
struct free_chunk *slab_get(unsigned class, unsigned count, unsigned *got);
void slab_put(struct free_chunk *chunk);

/* cache.c: whether the next request is to fail, for tests. Sets errno. */
bool heap_request_fails(void);

/* mapped.c: chunks over CHUNK_MAX, as chunk_get and chunk_put have them. Not under the lock. */
void *mapped_get(size_t size, size_t *granted);
size_t mapped_put(void *memory, size_t size);

/* malloc.c: chunks of the system's malloc, of `size` bytes; `whole` is that, or what chunk_round
   makes of it. They are zero. NULL: errno is ENOMEM. */
void *malloc_get(size_t size, size_t whole);
void malloc_put(void *chunk, size_t whole);
void *malloc_resize(void *chunk, size_t old_size, size_t new_size);

/* system.c: whole pages from the system; `align` is a power of two. NULL: errno is ENOMEM. */
void *system_map(size_t size, size_t align);
void system_unmap(void *memory, size_t size);
void system_purge(void *memory, size_t size);
/* Puts pages behind fresh memory now; where the system cannot, they come one by one. */
void system_populate(void *memory, size_t size);
void *system_remap(void *memory, size_t old_size, size_t new_size, size_t align);

#endif
