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
    uint32_t granules; /* that the extent had */
    uint32_t left;     /* see memory_shorten; TOLD: that is no more of interest */
    size_t interval;
};
#define TOLD UINT32_MAX
#define NONE_LEFT (UINT32_MAX - 1) /* no byte of the room is to be sampled */
_Static_assert(sizeof(struct behind) <= GRANULE, "a short extent is at least a granule shorter");

void memory_shorten(struct memory *memory, size_t left, size_t interval)
{
    struct extent *first = memory->extent;
    const struct behind behind = {
        .granules = first->granules, .left = (uint32_t)left, .interval = interval};
    size_t granules = min_size(extent_granules(left >> GRANULE_SHIFT), behind.granules - 1);
    first->granules = (uint32_t)granules;
    mark_undefined(memory_behind(first), sizeof(behind));
    *(struct behind *)memory_behind(first) = behind;
}

size_t memory_take_left(const struct memory *memory, size_t *interval)
{
    const struct extent *first = memory->extent;
    if (first->older)
        return SITE_NONE;
    struct behind *behind = memory_behind(first);
    size_t left = behind->left;
    behind->left = TOLD;
    *interval = behind->interval;
    size_t gone = extent_index(first, memory->bump) - extent_first_index(first);
    return left == TOLD ? SITE_NONE : left - min_size(left, gone << GRANULE_SHIFT);
}

bool memory_has_left(const struct memory *memory, size_t *room)
{
    const struct extent *first = memory->extent;
    if (first->older)
        return false;
    const struct behind *behind = memory_behind(first);
    *room = ((size_t)behind->granules - extent_index(first, memory->bump)) << GRANULE_SHIFT;
    return behind->left != TOLD;
}

void memory_set_left(const struct memory *memory, size_t left, size_t interval)
{
    const struct extent *first = memory->extent;
    struct behind *behind = memory_behind(first);
    size_t gone = extent_index(first, memory->bump) - extent_first_index(first);
    behind->left = left == SITE_NONE ? NONE_LEFT : (uint32_t)(left + (gone << GRANULE_SHIFT));
    behind->interval = interval;
}

/* The granules that a short extent had. */
static uint32_t whole_granules(const struct memory *memory, const struct extent *first)
{
    const struct behind *behind = memory_behind(first);
    require(behind->granules > first->granules &&
                behind->granules <= memory->account.reserved >> GRANULE_SHIFT,
            "memory", memory, "nothing writes behind the end of a short extent");
    return behind->granules;
}

/* The rest lies behind that struct. */
static size_t rest_granules(const struct memory *memory, const struct extent *first)
{
    return whole_granules(memory, first) - first->granules - 1;
}

/* NULL: there is none. What begins where the chunk ends may be an extent in another chunk. */
static struct extent *rest_behind(const struct memory *memory, const struct extent *first)
{
    size_t rest = rest_granules(memory, first);
    return rest ? extent_address(first, first->granules + 1) : NULL;
}

bool memory_use_rest(struct memory *memory, size_t granules)
{
    const struct extent *first = memory->extent;
    size_t rest = rest_granules(memory, first);
    if (memory->outside || extent_granules(granules + 1) > rest) /* the log takes a byte */
        return false;
    extent_add_within(memory, rest_behind(memory, first), rest);
    return true;
}

static bool uses_rest(const struct memory *memory, const struct extent *first)
{
    const struct extent *extent = extent_small(memory);
    while (extent != first && extent != rest_behind(memory, first))
        extent = extent->older;
    return extent != first;
}

size_t memory_bytes_behind(const struct memory *memory)
{
    const struct extent *first = extent_first(memory);
    size_t granules = uses_rest(memory, first) ? 1 : 1 + rest_granules(memory, first);
    return granules << GRANULE_SHIFT;
}

void memory_lengthen_empty(struct memory *memory)
{
    struct extent *first = extent_first(memory);
    first->granules = whole_granules(memory, first);
    memory->extent = first;
    memory->end = NULL;
}

/* The first extent becomes the one in use, with what the memory has counted. */
static void go_back(struct memory *memory, struct extent *first, char *bump)
{
    const struct memory_counts counts = memory_count(memory);
    __atomic_store_n(&memory->blocks, counts.blocks, __ATOMIC_RELAXED);
    count_bytes(memory, counts.bytes);
    memory->end = NULL;
    memory->extent = first;
    set_bump(memory, bump);
    first->settled = (uint32_t)extent_index(first, bump);
}

void memory_lengthen(struct memory *memory)
{
    struct extent *first = extent_first(memory);
    uint32_t whole = whole_granules(memory, first);
    struct extent *extent = memory->extent;
    if (extent == first || extent == rest_behind(memory, first)) {
        go_back(memory, first, memory->outside ? extent_end(first) : memory->bump);
    } else if (uses_rest(memory, first)) {
        while (extent->older != rest_behind(memory, first))
            extent = extent->older;
        extent->older = first;
    }
    if (!memory->outside)
        first->granules = whole;
}

bool memory_is_within_first(const struct memory *memory)
{
    const struct extent *first = extent_first(memory);
    return memory->extent == first || memory->extent == rest_behind(memory, first);
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
