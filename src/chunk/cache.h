/*
 * chunk/cache.h - the free chunks that a thread keeps for itself, as far as the room pool inlines
 * it.
 *
 * Each class has two lists. The chunks in `first` are plain memory. The chunks in `ready` have
 * contents worth keeping: the room pool puts a dead pool there as it is, and makes it a pool again
 * when it takes it out. To this room both are free chunks; it hands out those in `ready` when
 * `first` is empty. It writes only the link of a struct free_chunk. They keep their labels
 * (chunk.h) until they are handed out or leave the cache.
 *
 * From a chunk that is kept ready a program will allocate without calls. So while allocations are
 * sampled (site/sample.h), its bytes are counted when it is kept, which costs no instruction: what
 * is entered is added to `bytes` as ever, and what is taken is not taken off. When `bytes` comes to
 * the next byte that is to be sampled, or seems to be too much, ready_keep fails, and its caller
 * calls ready_count (counted.c).
 */
#ifndef CHUNK_CACHE_H
#define CHUNK_CACHE_H

#include "base/list.h"
#include "chunk/class.h"

/* A free chunk. Its first 16 bytes are kept, so that a dead object can still be recognised. */
struct free_chunk {
    uint64_t kept[2];
    struct free_chunk *next;
};

struct cache_class {
    struct free_chunk *ready;
    struct free_chunk *first;
    uint32_t size;  /* of its chunks */
    uint32_t taken; /* what `bytes` loses where one is taken: size, or 0 while bytes are counted */
};

struct cache {
    struct cache_class classes[CLASS_COUNT];
    size_t bytes;        /* in all lists, or more while bytes are counted */
    size_t share;        /* the most that `bytes` may be without more being asked */
    size_t allowed;      /* the most that there may be in all lists */
    size_t sampled_at;   /* what `bytes` is at the byte that is to be sampled next */
    uint16_t generation; /* of the interval with which that was drawn (site/sample.h) */
    uint16_t typical[2]; /* see chunk_typical */
    uint64_t deaths;     /* of pools, on this thread */
    struct list link;    /* in heap.caches */
    /* The chunks in both lists of a class. They lie side by side, because cache_bytes reads all. */
    uint32_t count[CLASS_COUNT];
};

/* The cache of the calling thread. NULL: it has none yet, or none any more. */
extern __thread struct cache *chunk_cache;

/* chunk_typical, inline. */
static inline uint16_t *cache_typical(enum typical which)
{
    return OWN_LIKELY(chunk_cache) ? &chunk_cache->typical[which] : NULL;
}

/* Takes the first chunk of a list of that class. NULL: it is empty. */
static inline void *cache_take(struct cache *cache, size_t class, struct free_chunk **list)
{
    struct free_chunk *chunk = *list;
    if (OWN_UNLIKELY(!chunk))
        return NULL;
    *list = chunk->next;
    cache->count[class]--;
    cache->bytes -= cache->classes[class].taken;
    return chunk;
}

/* Enters a chunk into a list of that class. False: the cache has no room for it. */
static inline bool cache_keep(struct cache *cache, size_t class, struct free_chunk **list,
                              void *memory)
{
    struct free_chunk *chunk = memory;
    size_t bytes = cache->bytes + cache->classes[class].size;
    if (OWN_UNLIKELY(bytes > __atomic_load_n(&cache->share, __ATOMIC_RELAXED)))
        return false;
    cache->bytes = bytes;
    chunk->next = *list;
    *list = chunk;
    cache->count[class]++;
    return true;
}

/* Takes a ready chunk of that class. Its contents are as they were when it was kept, except for the
   link of struct free_chunk. NULL: there is none. */
static inline void *ready_take(struct cache *cache, size_t class)
{
    return cache_take(cache, class, &cache->classes[class].ready);
}

/* Keeps a chunk of that class, a pool that has died, as a ready one. False: the cache has no room
   for it. */
static inline bool ready_keep(struct cache *cache, unsigned class, void *memory)
{
    if (!cache_keep(cache, class, &cache->classes[class].ready, memory))
        return false;
    cache->deaths++;
    return true;
}

/* For a caller of ready_keep that got false: counts the bytes of the chunk, which has to be entered
   then. False: the cache has no room for it. `sampled` is filled: of the bytes the one behind so
   many is to be sampled; SITE_NONE: none. */
bool ready_count(unsigned class, size_t *sampled);
void ready_enter(unsigned class, void *memory);

/* chunk_get and chunk_put of a class, where the cache of the thread has a chunk, or room for one.
   NULL, false: nothing has been done. */
static inline void *chunk_get_fast(unsigned class)
{
    struct cache *cache = chunk_cache;
    if (MARKS_ASAN || MARKS_VALGRIND || OWN_UNLIKELY(!cache))
        return NULL;
    return cache_take(cache, class, &cache->classes[class].first);
}

static inline bool chunk_put_fast(unsigned class, void *memory)
{
    struct cache *cache = chunk_cache;
    if (MARKS_ASAN || MARKS_VALGRIND || OWN_UNLIKELY(!cache))
        return false;
    return cache_keep(cache, class, &cache->classes[class].first, memory);
}

#endif
