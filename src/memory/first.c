/*
 * memory/first.c - the first extent, which lies in a chunk of the owner's.
 */
#include "memory/memory.h"

size_t memory_first_size(size_t bytes)
{
    size_t granules = bytes / GRANULE + 1;
    if (granules > UINT32_MAX / 2)
        return 0;
    return extent_granules(granules) << GRANULE_SHIFT;
}

size_t memory_first_used(const struct memory *memory, const struct extent *first)
{
    if (OWN_UNLIKELY(memory->extent != first))
        return (size_t)first->granules << GRANULE_SHIFT;
    size_t log = memory->end ? (size_t)(extent_end(first) - memory->end) : 0;
    return (size_t)(memory->bump - (const char *)first) + log;
}

void memory_unclaim_first(struct extent *first)
{
    if (extent_is_big(first))
        chunk_unclaim(first, extent_bytes(first));
}

void *memory_behind(const struct extent *first)
{
    return extent_end(first);
}

void memory_cut(struct memory *memory)
{
    struct extent *first = memory->extent;
    extent_settle(memory);
    memory->end = NULL;
    first->granules = (uint32_t)extent_first_index(first);
}

void *memory_cut_end(struct memory *memory, size_t bytes)
{
    struct extent *first = memory->extent;
    first->granules -= (uint32_t)(bytes >> GRANULE_SHIFT);
    memory->end = NULL;
    extent_use(memory, first);
    mark_undefined(extent_end(first), bytes);
    return extent_end(first);
}

static void make_open(struct memory *memory, size_t granules)
{
    struct extent *first = memory->extent;
    first->granules = (uint32_t)granules;
    memory->end = (char *)first; /* set by what follows */
    extent_use(memory, first);
}

/* How long it was lies behind its end. */
bool memory_shorten(struct memory *memory, size_t bytes)
{
    size_t whole = memory->extent->granules;
    size_t granules = extent_granules(bytes >> GRANULE_SHIFT);
    if (granules >= whole)
        return false;
    make_open(memory, granules);
    mark_undefined(memory_behind(memory->extent), GRANULE);
    *(size_t *)memory_behind(memory->extent) = whole;
    return true;
}

void memory_lengthen(struct memory *memory)
{
    make_open(memory, *(size_t *)memory_behind(memory->extent));
}

bool memory_init(struct memory *memory, struct extent *first, size_t bytes)
{
    first->older = NULL;
    size_t granules = bytes >> GRANULE_SHIFT;
    bool big = granules > CHUNK_UNIT / 2 / GRANULE;
    first->granules = (uint32_t)(granules - (big ? BIG_GRANULES : 0));
    if (big)
        *extent_big(first) = (struct big){.newer = NULL};
    if (big && !chunk_claim(first, bytes, memory, claim_of(first)))
        return false;
    memory->end = OWN_DEBUG || MARKS_ASAN ? NULL : (char *)first; /* set by what follows */
    extent_use(memory, first);
    memory->blocks = 0;
    memory->bytes = 0;
    memory->peak = 0;
    memory->stock = NULL;
    memory->outside = NULL;
    return true;
}
