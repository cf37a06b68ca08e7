/*
 * block/resize.c - own_realloc, own_realloc_raw.
 */
#include "block/fast.h"

/* NULL with *found false: not a live block of the memory. */
static void *resize_confined(own_pool *pool, void *block, size_t bytes, bool zero, bool *found)
{
    struct place place;
    struct memory *memory = &pool->part.memory;
    inside_begin(pool);
    *found = memory_find(memory, block, &place);
    void *resized = *found ? memory_resize(memory, &place, block, bytes, zero) : NULL;
    part_debug_step(&pool->part);
    inside_end(pool);
    return resized;
}

/* Whether a size overflows; then what is to be done is known only when the block is. */
static void *realloc_overflow(own_pool *pool, const void *block)
{
    return fail_pointer(own_contains(pool, block) ? EOVERFLOW : EINVAL);
}

/* Where the size is not what it was. */
static void *resize_rare(own_pool *pool, void *block, size_t count, size_t size, bool zero)
{
    size_t bytes = count * size;
    bool found = false;
    struct parts *parts = pool_parts(pool);
    void *resized = parts ? parts_resize(parts, block, bytes, zero, &found)
                          : resize_confined(pool, block, bytes, zero, &found);
    pool_debug_blocks(pool);
    if (!found)
        resized = exact_realloc(pool, block, bytes, zero, &found);
    return found ? resized : foreign_realloc(pool, block, count, size, zero);
}

static inline __attribute__((always_inline)) void *resize(own_pool *pool, void *block, size_t count,
                                                          size_t size, bool zero, const char *call)
{
    size_t bytes;
    if (!pool_check(pool, call))
        return fail_pointer(EINVAL);
    if (multiply_overflows(count, size, &bytes))
        return realloc_overflow(pool, block);
    size_t whole = block_size_fast(pool, block);
    if (whole && whole == granules_of(bytes) << GRANULE_SHIFT) {
        zero_rounding(block, bytes);
        return block;
    }
    return OWN_UNLIKELY(site_is_on() || sample_any())
               ? counted_resize(pool, block, count, size, zero, resize_rare)
               : resize_rare(pool, block, count, size, zero);
}

static inline __attribute__((always_inline)) void *
resize_or_tell(own_pool *pool, void *block, size_t count, size_t size, bool zero, const char *call)
{
    if (!block)
        return zero ? own_alloc(pool, count, size) : own_alloc_raw(pool, count, size);
    void *resized = resize(pool, block, count, size, zero, call);
    if (OWN_UNLIKELY(!resized))
        block_tell_failed(pool, count, size);
    return resized;
}

void *own_realloc(own_pool *pool, void *block, size_t count, size_t size)
{
    return resize_or_tell(pool, block, count, size, true, "own_realloc");
}

void *own_realloc_raw(own_pool *pool, void *block, size_t count, size_t size)
{
    return resize_or_tell(pool, block, count, size, false, "own_realloc_raw");
}
