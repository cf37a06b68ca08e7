/*
 * memory/find.c - the block that begins at an address, and its size.
 */
#include "large/large.h"
#include "memory/memory.h"
#include "page/page.h"

/* The extent that an address may lie in, or what else claimed its unit. */
static inline struct extent *extent_at(struct memory *memory, const void *address,
                                       claim_value *claimed)
{
    *claimed = 0;
    if (extent_has(memory->extent, address))
        return memory->extent;
    *claimed = chunk_claimed_by(address, memory);
    if (OWN_LIKELY(*claimed))
        return *claimed & CLAIM_KINDS ? NULL : claim_address(*claimed);
    return extent_small_at(memory, address);
}

/* Makes the bits of an extent tell. */
static inline __attribute__((always_inline)) void settle(struct memory *memory,
                                                         struct extent *extent)
{
    if (OWN_LIKELY(extent == memory->extent)) {
        extent_settle(memory);
    } else if (OWN_UNLIKELY(!extent->settled)) {
        extent_settle_left(memory, extent);
        memory_update(memory); /* what is left of it may wait now */
    }
}

void memory_settle(struct memory *memory, struct extent *extent)
{
    settle(memory, extent);
}

static inline bool find_in_extent(struct memory *memory, struct extent *extent, const void *address,
                                  struct place *place)
{
    if ((uintptr_t)address % GRANULE || !extent_has(extent, address))
        return false;
    settle(memory, extent);
    place->extent = extent;
    place->index = extent_index(extent, address);
    place->bits = extent_bits(extent, place->index);
    return word_load(&place->bits->start) & ~word_load(&place->bits->free) & bit_of(place->index);
}

static inline bool find_in_unit(struct unit *unit, const void *address, struct place *place)
{
    uintptr_t at = (uintptr_t)address;
    place->index = at >> GRANULE_SHIFT & (CHUNK_UNIT / GRANULE - 1);
    place->bits = &unit->bits[place->index >> 6];
    place->page = unit_page(unit, at);
    place->unit = unit;
    return word_load(&place->bits->start) & ~word_load(&place->bits->free) & bit_of(place->index) &&
           at % GRANULE == 0;
}

bool memory_find(struct memory *memory, const void *address, struct place *place)
{
    claim_value claimed;
    struct extent *extent = extent_at(memory, address, &claimed);
    place->extent = NULL;
    place->page = NULL;
    place->large = NULL;
    if (OWN_LIKELY(extent != NULL))
        return find_in_extent(memory, extent, address, place);
    if (claimed & CLAIM_UNIT)
        return find_in_unit(unit_of(claimed), address, place);
    if (!(claimed & CLAIM_LARGE))
        return false;
    place->large = claim_address(claimed);
    return place->large->block == address;
}

bool memory_covers(struct memory *memory, const void *address)
{
    claim_value claimed;
    const struct extent *extent = extent_at(memory, address, &claimed);
    return claimed & (CLAIM_UNIT | CLAIM_LARGE) || (extent && extent_has(extent, address));
}

size_t memory_size(const struct memory *memory, const struct place *place)
{
    if (OWN_LIKELY(place->extent != NULL))
        return (extent_end_of(memory, place->extent, place->index) - place->index) << GRANULE_SHIFT;
    if (place->page)
        return (size_t)place->page->granules << GRANULE_SHIFT;
    return place->large->size;
}
