/*
 * block/exact.c - blocks of pools that remember sizes as asked for (pool/exact.h).
 */
#include "block/block.h"

#include <string.h>

/* The last byte of a block of `bytes`, and what it says. */
static unsigned char *last_byte(void *block, size_t bytes)
{
    return (unsigned char *)block + (granules_of(bytes + 1) << GRANULE_SHIFT) - 1;
}

static size_t slack_of(size_t bytes)
{
    return (granules_of(bytes + 1) << GRANULE_SHIFT) - bytes;
}

/* The same of a block that is there, whose size is `whole`. A program that has written past the end
   of its block may have changed it. */
static size_t slack_in(const own_pool *pool, const void *block, size_t whole)
{
    size_t slack = ((const unsigned char *)block)[whole - 1];
    if (OWN_LIKELY(slack - 1 < GRANULE))
        return slack;
    misuse("the program has written past the end of block %p of pool '%.50s'", block,
           pool_name(pool));
    return 1;
}

size_t exact_size(const own_pool *pool, const void *block, size_t whole)
{
    return whole - slack_in(pool, block, whole);
}

static bool has_any(const own_pool *pool)
{
    return OWN_UNLIKELY(pool_flags(pool) & POOL_EXACT);
}

void *exact_alloc(own_pool *pool, size_t alignment, size_t bytes, bool zero)
{
    if (bytes >= PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    struct exact *exact = exact_enter(pool);
    struct memory *memory = &exact->memory;
    void *block = alignment > GRANULE ? memory_alloc_aligned(memory, alignment, bytes + 1)
                                      : memory_alloc(memory, bytes + 1, zero);
    if (block) {
        *last_byte(block, bytes) = (unsigned char)slack_of(bytes);
        exact->slack += slack_of(bytes);
        exact_note_peak(pool, exact, 0);
    }
    exact_leave(pool, exact);
    return block;
}

bool exact_find_size(own_pool *pool, const void *block, size_t *size)
{
    struct place place;
    if (!has_any(pool))
        return false;
    struct exact *exact = exact_enter(pool);
    bool found = memory_find(&exact->memory, block, &place);
    size_t whole = found ? memory_size(&exact->memory, &place) : 0;
    exact_leave(pool, exact);
    if (found)
        *size = whole - slack_in(pool, block, whole);
    return found;
}

bool exact_free(own_pool *pool, void *block)
{
    size_t size;
    struct place place;
    if (!has_any(pool) || !exact_find_size(pool, block, &size))
        return false;
    struct exact *exact = exact_enter(pool);
    bool found = memory_find(&exact->memory, block, &place);
    if (found) {
        exact->slack -= memory_size(&exact->memory, &place) - size;
        memory_free(&exact->memory, &place, block);
    }
    exact_leave(pool, exact);
    return found;
}

/* Under the lock: `size` is that of a live block now. */
static void *resize(own_pool *pool, struct exact *exact, void *block, size_t size, size_t bytes,
                    bool zero)
{
    struct place place;
    if (!memory_find(&exact->memory, block, &place))
        return fail_pointer(EINVAL);
    void *resized = memory_resize(&exact->memory, &place, block, bytes + 1, false);
    if (!resized)
        return NULL;
    if (zero && bytes > size)
        memset((char *)resized + size, 0, bytes - size);
    *last_byte(resized, bytes) = (unsigned char)slack_of(bytes);
    exact->slack += slack_of(bytes) - slack_of(size);
    exact_note_peak(pool, exact, resized == block ? 0 : size);
    return resized;
}

void *exact_realloc(own_pool *pool, void *block, size_t bytes, bool zero, bool *found)
{
    size_t size;
    *found = has_any(pool) && exact_find_size(pool, block, &size);
    if (!*found)
        return NULL;
    if (bytes >= PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    struct exact *exact = exact_enter(pool);
    void *resized = resize(pool, exact, block, size, bytes, zero);
    exact_leave(pool, exact);
    return resized;
}

bool exact_covers(own_pool *pool, const void *address)
{
    if (!has_any(pool))
        return false;
    struct exact *exact = exact_enter(pool);
    bool covers = memory_covers(&exact->memory, address) ||
                  (uintptr_t)address - (uintptr_t)exact < exact->granted;
    exact_leave(pool, exact);
    return covers;
}
