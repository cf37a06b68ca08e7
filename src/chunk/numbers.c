/*
 * chunk/numbers.c - what own_metrics tells of the room: bytes, and how many pools have died.
 */
#include "chunk/heap.h"

void chunk_count_death(void)
{
    if (chunk_cache)
        chunk_cache->deaths++;
    else
        __atomic_fetch_add(&heap.deaths, 1, __ATOMIC_RELAXED);
}

struct chunk_numbers chunk_count(void)
{
    heap_lock();
    struct chunk_numbers numbers = {.out = heap.out_bytes, .dirty = heap.dirty_bytes};
    numbers.deaths = __atomic_load_n(&heap.deaths, __ATOMIC_RELAXED);
    list_each_safe (link, after, &heap.caches) {
        const struct cache *cache = list_item(link, struct cache, link);
        numbers.cached += cache_bytes(cache);
        numbers.deaths += cache->deaths;
    }
    heap_unlock();
    return numbers;
}
