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

/* What the last byte of a live block says, whose size is `whole`. 0: the program has written past
   the end of its block. */
static size_t slack_in(const void *block, size_t whole)
{
    size_t slack = ((const unsigned char *)block)[whole - 1];
    return OWN_LIKELY(slack - 1 < GRANULE) ? slack : 0;
}

static void tell_overwritten(const own_pool *pool, const void *block)
{
    misuse("the program has written past the end of block %p of pool '%.50s'", block,
           pool_name(pool));
}

size_t exact_size(const own_pool *pool, const void *block, size_t whole)
{
    size_t slack = slack_in(block, whole);
    if (OWN_UNLIKELY(!slack))
        tell_overwritten(pool, block);
    return whole - slack - !slack;
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

/* A live block of an exact pool that is entered. */
struct found {
    struct exact *exact;
    struct place place;
    size_t whole;
    size_t slack; /* 0: it is overwritten, and taken for 1 */
};

/* False: there is none at that address, and nothing is entered. */
static bool enter_at(own_pool *pool, const void *block, struct found *found)
{
    if (!has_any(pool))
        return false;
    found->exact = exact_enter(pool);
    if (!memory_find(&found->exact->memory, block, &found->place)) {
        exact_leave(pool, found->exact);
        return false;
    }
    found->whole = memory_size(&found->exact->memory, &found->place);
    found->slack = slack_in(block, found->whole);
    return true;
}

static size_t size_of(const struct found *found)
{
    return found->whole - max_size(found->slack, 1);
}

static void leave_at(own_pool *pool, const void *block, const struct found *found)
{
    exact_leave(pool, found->exact);
    if (OWN_UNLIKELY(!found->slack))
        tell_overwritten(pool, block);
}

bool exact_find_size(own_pool *pool, const void *block, size_t *size)
{
    struct found found;
    if (!enter_at(pool, block, &found))
        return false;
    *size = size_of(&found);
    leave_at(pool, block, &found);
    return true;
}

bool exact_free(own_pool *pool, void *block)
{
    struct found found;
    if (!enter_at(pool, block, &found))
        return false;
    found.exact->slack -= max_size(found.slack, 1);
    sample_forget(block);
    memory_free(&found.exact->memory, &found.place, block);
    if (OWN_UNLIKELY(!found.slack) && !memory_count(&found.exact->memory).blocks)
        found.exact->slack = 0; /* it was more than 1, perhaps */
    leave_at(pool, block, &found);
    return true;
}

static void *resize(own_pool *pool, struct found *found, void *block, size_t bytes, bool zero)
{
    struct exact *exact = found->exact;
    size_t size = size_of(found);
    if (bytes >= PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    void *resized = memory_resize(&exact->memory, &found->place, block, bytes + 1, false);
    if (!resized)
        return NULL;
    if (zero && bytes > size)
        memset((char *)resized + size, 0, bytes - size);
    *last_byte(resized, bytes) = (unsigned char)slack_of(bytes);
    exact->slack += slack_of(bytes) - max_size(found->slack, 1);
    exact_note_peak(pool, exact, resized == block ? 0 : size);
    return resized;
}

void *exact_realloc(own_pool *pool, void *block, size_t bytes, bool zero, bool *is_block)
{
    struct found found;
    *is_block = enter_at(pool, block, &found);
    if (!*is_block)
        return NULL;
    void *resized = resize(pool, &found, block, bytes, zero);
    leave_at(pool, block, &found);
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
