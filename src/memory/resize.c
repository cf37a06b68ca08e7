/*
 * memory/resize.c - making a block larger or smaller: where it is, or by copying.
 */
#include "extent/free.h"
#include "large/large.h"
#include "memory/memory.h"

#include <errno.h>

/* Changes the size of a large block; NULL as large_resize. */
static void *resize_large(struct memory *memory, struct large *large, size_t size, bool here,
                          bool zero)
{
    const struct larges of = memory_larges(memory);
    size_t before = large->size;
    void *block = here ? large_shrink_here(large, size) : large_resize(&of, large, size, zero);
    if (block) {
        count_peak(memory);
        memory->bytes += size - before;
    }
    return block;
}

/* Changes the size of a block of an extent where it is. False: there is no room. */
static bool resize_here(struct memory *memory, const struct place *place, size_t whole,
                        size_t granules, bool zero)
{
    struct extent *extent = place->extent;
    size_t end = place->index + whole;
    size_t more = (granules - whole) << GRANULE_SHIFT;
    if (granules <= whole) {
        count_peak(memory);
        count_bytes(memory, memory->bytes + more);
        free_cut_off(memory, extent, place->index, whole, granules);
        return true;
    }
    if (extent == memory->extent && end == extent_index(extent, memory->bump)) {
        if ((size_t)(extent_end(extent) - memory->bump) < more)
            return false;
        mark_undefined(memory->bump, more);
        set_bump(memory, memory->bump + more);
        extent->settled = (uint32_t)(place->index + granules);
    } else if (!free_extend(memory, extent, place->index, end, granules)) {
        return false;
    }
    count_bytes(memory, memory->bytes + more);
    if (zero)
        memset(extent_address(extent, end), 0, more);
    return true;
}

static void *resize_by_copy(struct memory *memory, void *block, size_t old_size, size_t bytes,
                            bool zero)
{
    void *fresh = memory_alloc(memory, bytes, false);
    if (!fresh)
        return NULL;
    size_t kept = min_size(old_size, bytes);
    memcpy(fresh, block, kept);
    if (zero)
        memset((char *)fresh + kept, 0, bytes - kept);
    /* What happened meanwhile may have moved extents, so the old block is looked up anew. */
    struct place old;
    memory_find(memory, block, &old);
    memory_free(memory, &old, block);
    return fresh;
}

void *memory_resize(struct memory *memory, struct place *place, void *block, size_t bytes,
                    bool zero)
{
    int saved = errno;
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    size_t granules = granules_of(bytes);
    size_t size = memory_size(memory, place);
    size_t wanted = granules << GRANULE_SHIFT;
    void *resized = size == wanted ? block : NULL;
    if (!resized && place->large && wanted > LARGE_OVER) {
        resized = resize_large(memory, place->large, wanted, false, zero);
        if (!resized && errno && wanted > size)
            return NULL;
    } else if (!resized && place->extent && bytes <= LARGE_OVER &&
               resize_here(memory, place, size >> GRANULE_SHIFT, granules, zero)) {
        resized = block;
    }
    if (!resized) {
        resized = resize_by_copy(memory, block, size, bytes, zero);
        if (!resized && wanted < size && place->large)
            resized = resize_large(memory, place->large, wanted, true, zero);
    }
    if (resized) {
        zero_rounding(resized, bytes);
        errno = saved;
    }
    memory_update(memory);
    return resized;
}
