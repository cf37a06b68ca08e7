/*
 * chunk/cache.h - the free chunks that a thread keeps for itself, as far as the room pool inlines
 * it.
 *
 * Each class has two lists. The chunks in `first` are plain memory. The chunks in `ready` have
 * contents worth keeping: the room pool puts a dead pool there as it is, and makes it a pool again
 * when it takes it out. To this room both are free chunks; it hands out those in `ready` when
 * `first` is empty. It writes only the link of a struct free_chunk.
 */
#ifndef CHUNK_CACHE_H
#define CHUNK_CACHE_H

#include "chunk/class.h"

/* A free chunk. Its first 16 bytes are kept, so that a dead object can still be recognised. */
struct free_chunk {
    uint64_t kept[2];
    struct free_chunk *next;
};

struct cache_class {
    struct free_chunk *ready;
    struct free_chunk *first;
    uint32_t count; /* in both lists */
    uint32_t size;  /* of its chunks */
};

struct cache {
    struct cache_class classes[CLASS_COUNT];
    size_t bytes;        /* in all lists */
    size_t share;        /* the most that `bytes` may be */
    uint16_t typical[2]; /* see chunk_typical */
};

/* The cache of the calling thread. NULL: it has none yet, or none any more. */
extern __thread struct cache *chunk_cache;

/* Takes a ready chunk of that class. Its contents are as they were when it was kept, except for the
   link of struct free_chunk. NULL: there is none. */
static inline void *ready_take(struct cache *cache, unsigned class)
{
    struct cache_class *of = &cache->classes[class];
    struct free_chunk *chunk = of->ready;
    if (OWN_UNLIKELY(!chunk))
        return NULL;
    of->ready = chunk->next;
    of->count--;
    cache->bytes -= of->size;
    return chunk;
}

/* Keeps a chunk of that class as a ready one. False: the cache has no room for it. */
static inline bool ready_keep(struct cache *cache, unsigned class, void *memory)
{
    struct cache_class *of = &cache->classes[class];
    struct free_chunk *chunk = memory;
    size_t bytes = cache->bytes + of->size;
    if (OWN_UNLIKELY(bytes > cache->share))
        return false;
    cache->bytes = bytes;
    chunk->next = of->ready;
    of->ready = chunk;
    of->count++;
    return true;
}

/* chunk_get and chunk_put of a class, where the cache of the thread has a chunk, or room for one.
   NULL, false: nothing has been done. */
static inline void *chunk_get_fast(unsigned class)
{
    struct cache *cache = chunk_cache;
    if (MARKS_ASAN || MARKS_VALGRIND || OWN_UNLIKELY(!cache))
        return NULL;
    struct cache_class *of = &cache->classes[class];
    struct free_chunk *chunk = of->first;
    if (OWN_UNLIKELY(!chunk))
        return NULL;
    of->first = chunk->next;
    of->count--;
    cache->bytes -= class_size(class);
    return chunk;
}

static inline bool chunk_put_fast(unsigned class, void *memory)
{
    struct cache *cache = chunk_cache;
    if (MARKS_ASAN || MARKS_VALGRIND || OWN_UNLIKELY(!cache))
        return false;
    struct cache_class *of = &cache->classes[class];
    struct free_chunk *chunk = memory;
    size_t bytes = cache->bytes + class_size(class);
    if (OWN_UNLIKELY(bytes > cache->share))
        return false;
    cache->bytes = bytes;
    chunk->next = of->first;
    of->first = chunk;
    of->count++;
    return true;
}

#endif
