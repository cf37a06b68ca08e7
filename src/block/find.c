/*
 * block/find.c - own_block_size, own_contains.
 */
#include "block/fast.h"

size_t block_find_size(const own_pool *pool, const void *block)
{
    struct place place;
    struct memory *memory = (struct memory *)(uintptr_t)&pool->part.memory;
    struct parts *parts = pool_parts(pool);
    if (parts)
        return parts_size(parts, block);
    inside_begin(pool);
    size_t size = memory_find(memory, block, &place) ? memory_size(memory, &place) : 0;
    inside_end(pool);
    return size;
}

static __attribute__((noinline)) size_t size_rare(const own_pool *pool, const void *block)
{
    own_pool *own = (own_pool *)(uintptr_t)pool;
    struct sample sample;
    size_t size = block ? block_find_size(pool, block) : 0;
    if (size || exact_find_size(own, block, &size))
        return size;
    return sampled_find(pool, block, &sample) ? sample.size : foreign_size(own, block);
}

static __attribute__((noinline)) bool contains_rare(const own_pool *pool, const void *block)
{
    own_pool *own = (own_pool *)(uintptr_t)pool;
    struct sample sample;
    size_t size;
    return block && (block_find_size(pool, block) || exact_find_size(own, block, &size) ||
                     sampled_find(pool, block, &sample) || foreign_has(own, block));
}

size_t own_block_size(const own_pool *pool, const void *block)
{
    if (OWN_UNLIKELY(!pool_check(pool, "own_block_size"))) {
        errno = EINVAL;
        return 0;
    }
    size_t size = block_size_fast(pool, block);
    return OWN_LIKELY(size) ? size : size_rare(pool, block);
}

bool own_contains(const own_pool *pool, const void *block)
{
    if (OWN_UNLIKELY(!pool_check(pool, "own_contains")))
        return false;
    return OWN_LIKELY(block_size_fast(pool, block)) ? true : contains_rare(pool, block);
}
