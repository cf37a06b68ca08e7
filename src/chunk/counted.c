/*
 * chunk/counted.c - the caches of threads while bytes of chunks that are kept ready are counted.
 */
#include "chunk/heap.h"
#include "site/sample.h"

size_t cache_bytes(const struct cache *cache)
{
    size_t bytes = 0;
    for (unsigned class = 0; class < CLASS_COUNT; class ++) {
        if (OWN_UNLIKELY(cache->count[class]))
            bytes += cache->count[class] * class_size(class);
    }
    return bytes;
}

/* The interval is another one, so that bytes are counted from now on, or are no more. */
static void begin(struct cache *cache, uint16_t generation)
{
    bool counts = site_is_on();
    cache->bytes = cache_bytes(cache);
    for (unsigned class = 0; class < CLASS_COUNT; class ++)
        cache->classes[class].taken = counts ? 0 : cache->classes[class].size;
    cache->sampled_at = counts ? cache->bytes + site_bytes_left() : SIZE_MAX;
    cache->generation = generation;
}

void cache_set_share(struct cache *cache)
{
    uint16_t generation;
    do {
        generation = __atomic_load_n(&site_generation_now, __ATOMIC_SEQ_CST);
        if (OWN_UNLIKELY(cache->generation != generation))
            begin(cache, generation);
        /* It was a byte that no pool has, and the chance begins anew. */
        if (OWN_UNLIKELY(cache->bytes > cache->sampled_at))
            cache->sampled_at = cache->bytes + site_bytes_left();
        __atomic_store_n(&cache->share, min_size(cache->allowed, cache->sampled_at),
                         __ATOMIC_SEQ_CST);
    } while (OWN_UNLIKELY(__atomic_load_n(&site_generation_now, __ATOMIC_SEQ_CST) != generation));
}

void cache_recount(void)
{
    struct cache *cache = chunk_cache;
    if (OWN_LIKELY(!cache_counts(cache)))
        return;
    if (cache->bytes > cache->sampled_at)
        cache_set_share(cache);
    size_t bytes = cache_bytes(cache);
    cache->sampled_at -= cache->bytes - bytes;
    cache->bytes = bytes;
    cache_set_share(cache);
}

void chunk_interval_changed(void)
{
    heap_lock();
    list_each_safe (link, after, &heap.caches)
        __atomic_store_n(&list_item(link, struct cache, link)->share, 0, __ATOMIC_SEQ_CST);
    heap_unlock();
}

bool ready_count(unsigned class, size_t *sampled)
{
    struct cache *cache = chunk_cache;
    size_t size = cache->classes[class].size;
    if (!__atomic_load_n(&cache->share, __ATOMIC_RELAXED) || cache->bytes > cache->sampled_at)
        cache_set_share(cache);
    if (cache->bytes + size > cache->allowed && size <= cache->allowed)
        cache_make_room(class);
    if (cache->bytes + size > cache->allowed)
        return false;
    *sampled =
        cache->bytes + size > cache->sampled_at ? cache->sampled_at - cache->bytes : SITE_NONE;
    cache->bytes += size;
    if (*sampled != SITE_NONE)
        cache_set_share(cache);
    return true;
}

void ready_enter(unsigned class, void *memory)
{
    struct cache_class *of = &chunk_cache->classes[class];
    struct free_chunk *chunk = memory;
    chunk->next = of->ready;
    of->ready = chunk;
    chunk_cache->count[class]++;
    chunk_cache->deaths++;
}
