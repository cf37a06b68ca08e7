/*
 * chunk/cache.c - the free chunks that a thread keeps for itself, and the door to the heap.
 *
 * A thread's cache has a share of the cache limit, taken when the cache is made and given back when
 * the thread ends. Getting and putting are a list operation each; a class that is empty is filled,
 * and a cache that is over its share emptied, many chunks at a time under one lock.
 */
#include "chunk/heap.h"
#include "chunk/source.h"

#include <own/memory.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>

#define SHARE_MAX ((size_t)2 << 20)   /* of one thread, and at most an eighth of the limit */
#define FILL_BYTES ((size_t)16 << 10) /* what an empty class is filled with, if slabs have it */
#define FILL_CHUNKS 64

__thread struct cache *chunk_cache;
static pthread_key_t cache_key;

struct heap heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void cache_end(void *unused);

static void heap_init(void)
{
    for (unsigned i = 0; i < CLASS_SMALL; i++)
        list_init(&heap.slabs[i]);
    for (unsigned i = 0; i <= SEGMENT_UNITS; i++) {
        list_init(&heap.by_run[i]);
        list_init(&heap.by_dirty[i]);
    }
    list_init(&heap.caches);
    heap.limit = OWN_CACHE_LIMIT_DEFAULT;
    /* A child process must not find the lock taken by a thread that it does not have. */
    (void)pthread_atfork(heap_lock, heap_unlock, heap_unlock);
    source_prepare_for_fork();
    /* Without a key caches are not emptied when threads end: a loss, but no failure. */
    (void)pthread_key_create(&cache_key, cache_end);
}

void heap_lock(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, heap_init);
    pthread_mutex_lock(&heap.lock);
}

void heap_unlock(void)
{
    pthread_mutex_unlock(&heap.lock);
}

void chunk_prepare_for_fork(void)
{
    heap_lock(); /* the first time, that registers the handlers */
    heap_unlock();
}

bool heap_request_fails(void)
{
    if (heap.fail_after == 0)
        return false;
    if (heap.fail_after > 1) {
        heap.fail_after--;
        return false;
    }
    heap.failures++;
    if (heap.fails_once)
        heap.fail_after = LONG_MAX;
    errno = ENOMEM;
    return true;
}

/* Under the heap lock: chunks of a class as a list. */
static struct free_chunk *heap_get(unsigned class, unsigned count, unsigned *got)
{
    struct free_chunk *first;
    if (class < CLASS_SMALL) {
        first = slab_get(class, count, got);
    } else {
        first = units_get(class - CLASS_SMALL + 1);
        *got = first ? 1 : 0;
    }
    heap.out_bytes += *got * class_size(class);
    if (first)
        probe_3(chunk_get, first, class_size(class), *got);
    return first;
}

static void heap_put(unsigned class, struct free_chunk *chunk)
{
    heap.out_bytes -= class_size(class);
    probe_2(chunk_put, chunk, class_size(class));
    if (class < CLASS_SMALL)
        slab_put(chunk);
    else
        units_put(chunk, class - CLASS_SMALL + 1);
}

/* Under the heap lock: leaves at most `keep` chunks in a class. */
static size_t cache_empty_class(unsigned class, size_t keep)
{
    size_t gone = 0;
    struct cache_class *of = &chunk_cache->classes[class];
    while (chunk_cache->count[class] > keep) {
        struct free_chunk **list = of->first ? &of->first : &of->ready;
        struct free_chunk *chunk = *list;
        if (list == &of->ready)
            chunk_unlabel(chunk);
        *list = chunk->next;
        chunk_cache->count[class]--;
        chunk_cache->bytes -= of->taken;
        gone += class_size(class);
        heap_put(class, chunk);
    }
    return gone;
}

static size_t cache_empty(void)
{
    size_t gone = 0;
    for (unsigned class = 0; class < CLASS_COUNT; class ++)
        gone += cache_empty_class(class, 0);
    cache_recount();
    return gone;
}

/* Under the heap lock: the share of the limit that this thread's cache may have now. */
static void cache_take_share(void)
{
    heap.shares -= chunk_cache->allowed;
    size_t rest = heap.limit > heap.shares ? heap.limit - heap.shares : 0;
    size_t most = min_size(min_size(SHARE_MAX, heap.limit / 8), rest);
    chunk_cache->allowed = heap.fail_after ? 0 : most;
    cache_set_share(chunk_cache);
    heap.shares += chunk_cache->allowed;
}

/* Under the heap lock: gives this thread a cache. Without memory for one it does without. */
static void cache_begin(void)
{
    unsigned got;
    struct cache *fresh = (void *)slab_get(class_of(sizeof(*fresh)), 1, &got);
    if (!fresh)
        return;
    mark_undefined(fresh, sizeof(*fresh));
    *fresh = (struct cache){.bytes = 0};
    for (unsigned class = 0; class < CLASS_COUNT; class ++)
        fresh->classes[class].size = (uint32_t)class_size(class);
    chunk_cache = fresh;
    list_add_first(&heap.caches, &fresh->link);
    cache_take_share();
    (void)pthread_setspecific(cache_key, fresh);
}

/* The thread ends; should it use libown again in another destructor, it gets another cache. */
static void cache_end(void *unused)
{
    (void)unused;
    heap_lock();
    cache_empty();
    heap.shares -= chunk_cache->allowed;
    list_remove(&chunk_cache->link);
    __atomic_fetch_add(&heap.deaths, chunk_cache->deaths, __ATOMIC_RELAXED);
    struct free_chunk *memory = (void *)chunk_cache;
    chunk_cache = NULL;
    slab_put(memory);
    heap_unlock();
}

/* The cache has none of this class. */
static __attribute__((noinline)) void *get_slow(unsigned class)
{
    size_t size = class_size(class);
    unsigned count = 1;
    unsigned got = 0;
    int saved = errno;
    if (!chunk_cache && check_uses_malloc())
        return malloc_get(size, size);
    heap_lock();
    if (!chunk_cache)
        cache_begin();
    if (chunk_cache && !heap.fail_after) {
        if (chunk_cache->allowed - chunk_cache->bytes < FILL_BYTES)
            cache_recount();
        size_t room = min_size(FILL_BYTES, chunk_cache->allowed - chunk_cache->bytes);
        count = (unsigned)min_size(room / size, FILL_CHUNKS - 1) + 1;
    }
    struct free_chunk *first = heap_request_fails() ? NULL : heap_get(class, count, &got);
    heap_unlock();
    if (!first)
        return NULL;
    errno = saved;
    if (got > 1) {
        chunk_cache->classes[class].first = first->next;
        chunk_cache->count[class] = (uint32_t)got - 1;
        chunk_cache->bytes += (got - 1) * size;
    }
    return first;
}

void *chunk_get(size_t size, size_t *granted)
{
    if (OWN_UNLIKELY(size > CHUNK_MAX))
        return mapped_get(size, granted);
    unsigned class = class_of(size);
    struct cache *own = chunk_cache;
    struct free_chunk *chunk;
    if (OWN_LIKELY(own && own->classes[class].first)) {
        chunk = own->classes[class].first;
        own->classes[class].first = chunk->next;
        own->count[class]--;
        *granted = own->classes[class].size;
        own->bytes -= own->classes[class].taken;
    } else if (own && own->classes[class].ready) {
        chunk = ready_take(own, class);
        chunk_unlabel(chunk);
        *granted = own->classes[class].size;
    } else {
        chunk = get_slow(class);
        if (!chunk)
            return NULL;
        *granted = class_size(class);
    }
    mark_undefined(chunk, *granted);
    return chunk;
}

void *chunk_get_exact(size_t size)
{
    size_t granted;
    return check_uses_malloc() ? malloc_get(size, chunk_round(size)) : chunk_get(size, &granted);
}

/* How much is to be free in the cache where a chunk of a class had no room. */
static size_t room_for(unsigned class)
{
    return min_size(max_size(class_size(class), FILL_BYTES), chunk_cache->allowed / 2);
}

/* Half of this class goes. If that leaves too little room, everything goes: else each chunk that is
   used now would leave at once, and those that nobody uses stay. */
void cache_make_room(unsigned class)
{
    cache_recount();
    if (chunk_cache->bytes < chunk_cache->allowed - room_for(class))
        return; /* what was too much was counted only */
    heap_lock();
    cache_take_share();
    if (chunk_cache->bytes + class_size(class) > chunk_cache->allowed)
        cache_empty_class(class, chunk_cache->count[class] / 2);
    cache_recount();
    if (chunk_cache->bytes > chunk_cache->allowed - room_for(class))
        cache_empty();
    heap_unlock();
}

/* The cache is over its share. */
static __attribute__((noinline)) void spill(unsigned class)
{
    cache_set_share(chunk_cache); /* where it was the next byte to be sampled */
    if (chunk_cache->bytes > chunk_cache->allowed)
        cache_make_room(class);
}

static __attribute__((noinline)) void put_past_cache(unsigned class, struct free_chunk *chunk)
{
    if (check_uses_malloc()) {
        malloc_put(chunk, class_size(class));
        return;
    }
    heap_lock();
    heap_put(class, chunk);
    heap_unlock();
}

size_t chunk_put(void *memory, size_t size)
{
    if (OWN_UNLIKELY(size > CHUNK_MAX))
        return mapped_put(memory, size);
    unsigned class = class_of(size);
    struct free_chunk *chunk = memory;
    if (MARKS_ASAN || MARKS_VALGRIND)
        mark_unusable(chunk + 1, class_size(class) - sizeof(*chunk));
    mark_defined(chunk, sizeof(*chunk));
    struct cache *own = chunk_cache;
    if (OWN_UNLIKELY(!own)) {
        put_past_cache(class, chunk);
        return class_size(class);
    }
    size_t whole = own->classes[class].size;
    chunk->next = own->classes[class].first;
    own->classes[class].first = chunk;
    own->count[class]++;
    own->bytes += whole;
    if (OWN_UNLIKELY(own->bytes > __atomic_load_n(&own->share, __ATOMIC_RELAXED)))
        spill(class);
    return whole;
}

size_t chunk_round(size_t size)
{
    if (size <= CHUNK_MAX)
        return class_size(class_of(size));
    return size > PTRDIFF_MAX - CHUNK_UNIT ? 0 : round_up(size, CHUNK_UNIT);
}

size_t chunk_round_down(size_t size)
{
    if (size > CHUNK_MAX)
        return size & ~(CHUNK_UNIT - 1);
    unsigned class = class_of(size);
    return class_size(class) > size ? class_size(class - 1) : size;
}

uint16_t *chunk_typical(enum typical which)
{
    return cache_typical(which);
}

size_t own_trim(void)
{
    heap_lock();
    if (chunk_cache)
        cache_empty();
    size_t gone = units_purge(0);
    heap_unlock();
    return gone;
}

void own_set_cache_limit(size_t bytes)
{
    heap_lock();
    heap.limit = bytes;
    if (chunk_cache) {
        cache_recount();
        cache_take_share();
        if (chunk_cache->bytes > chunk_cache->allowed)
            cache_empty();
    }
    size_t room = heap.limit > heap.shares ? heap.limit - heap.shares : 0;
    if (heap.dirty_bytes > room)
        units_purge(room);
    heap_unlock();
}

static void fail_from(long n, bool once)
{
    heap_lock();
    heap.fail_after = n;
    heap.fails_once = once;
    heap.failures = 0;
    if (chunk_cache) {
        cache_take_share();
        cache_empty();
    }
    heap_unlock();
}

void chunk_fail_after(long n)
{
    fail_from(n, false);
}

void chunk_fail_once(long n)
{
    fail_from(n, true);
}

long chunk_failures(void)
{
    heap_lock();
    long failures = heap.failures;
    heap_unlock();
    return failures;
}

size_t chunk_live_bytes(void)
{
    heap_lock();
    size_t live = heap.out_bytes - (chunk_cache ? cache_bytes(chunk_cache) : 0);
    heap_unlock();
    return live;
}

bool cache_validate(void)
{
    size_t bytes = 0;
    if (!chunk_cache)
        return true;
    for (unsigned class = 0; class < CLASS_COUNT; class ++) {
        size_t count = 0;
        const struct cache_class *of = &chunk_cache->classes[class];
        for (const struct free_chunk *chunk = of->first; chunk; chunk = chunk->next)
            count++;
        for (const struct free_chunk *chunk = of->ready; chunk; chunk = chunk->next)
            count++;
        if (count != chunk_cache->count[class])
            return false;
        bytes += count * class_size(class);
    }
    return (cache_counts(chunk_cache) ? bytes <= chunk_cache->bytes
                                      : bytes == chunk_cache->bytes) &&
           bytes <= chunk_cache->allowed;
}
