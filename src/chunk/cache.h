/*
 * chunk/cache.h - the free chunks that a thread keeps for itself: the part that is inlined elsewhere.
 *
 * For each class there are two lists. `first` has chunks that are nothing but memory. `ready` has
 * chunks whose content is worth keeping: the room pool puts a dead pool there as it is, and takes it
 * out to make it a pool again. To this room both are free chunks, which it gives away when the others
 * are used up; the first 16 bytes and the link behind them are all that it looks at.
 */
#ifndef CHUNK_CACHE_H
#define CHUNK_CACHE_H

#include "chunk/class.h"

/* A free chunk. The first 16 bytes are left alone, so that a dead object can still be told. */
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
    size_t bytes;
    size_t share;
    uint16_t typical[2]; /* see chunk_typical */
};

/* The calling thread's; NULL: it has none yet, or no more. */
extern __thread struct cache *chunk_cache;

/* A chunk of that class as it was when it was kept; only what free_chunk has was changed. NULL: there
   is none. */
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

/* Keeps a chunk of that class as it is. False: the cache has no room. */
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

#endif
