/*
 * memory/first.c - the first extent, which lies in a chunk of the owner's.
 */
#include "memory/memory.h"
#include "site/sample.h"

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

void memory_open_first(struct memory *memory)
{
    memory->end = (char *)memory->extent; /* set by what follows */
    extent_use(memory, memory->extent);
}

/* Lies behind the end of a short extent. */
struct behind {
    size_t granules; /* that the extent had */
    size_t left;     /* see memory_shorten; SITE_NONE: it was told */
};
_Static_assert(sizeof(struct behind) <= GRANULE, "a short extent is at least a granule shorter");

void memory_shorten(struct memory *memory, size_t left)
{
    struct extent *first = memory->extent;
    const struct behind behind = {.granules = first->granules, .left = left};
    size_t granules = min_size(extent_granules(left >> GRANULE_SHIFT), behind.granules - 1);
    first->granules = (uint32_t)granules;
    mark_undefined(memory_behind(first), sizeof(behind));
    *(struct behind *)memory_behind(first) = behind;
}

size_t memory_shorter_by(const struct extent *first)
{
    const struct behind *behind = memory_behind(first);
    return (behind->granules - first->granules) << GRANULE_SHIFT;
}

size_t memory_take_left(const struct memory *memory, size_t *more)
{
    const struct extent *first = memory->extent;
    if (first->older)
        return SITE_NONE;
    struct behind *behind = memory_behind(first);
    size_t left = behind->left;
    behind->left = SITE_NONE;
    size_t gone = extent_index(first, memory->bump) - extent_first_index(first);
    *more = memory_shorter_by(first);
    return left == SITE_NONE ? left : left - min_size(left, gone << GRANULE_SHIFT);
}

void memory_lengthen(struct memory *memory)
{
    const struct behind *behind = memory_behind(memory->extent);
    require(behind->granules > memory->extent->granules &&
                behind->granules <= memory->account.reserved >> GRANULE_SHIFT,
            "memory", memory, "nothing writes behind the end of a short extent");
    memory->extent->granules = (uint32_t)behind->granules;
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
