/*
 * memory/outside.c - what threads outside may do with a memory: look up a block, and free it.
 */
#include "memory/outside.h"

#include "page/page.h"

struct spot {
    struct remote *remote;
    const struct bits *bits;
    const struct extent *extent; /* NULL: in a page */
    const struct page *page;
    size_t index; /* of the granule */
};

static struct remote *small_at(const struct outside *outside, const void *address)
{
    struct remote *remote = outside->first;
    if (remote && extent_has(remote->extent, address))
        return remote;
    remote = __atomic_load_n(&outside->small, __ATOMIC_ACQUIRE);
    while (remote && !extent_has(remote->extent, address))
        remote = remote->small;
    return remote;
}

/*
 * The thread inside makes a block free before it clears its freed bit, free before it starts where
 * it never lived, and starts none before it is no longer free. So the words are read the other way
 * round, and starts once more: that bit may be of what was there before.
 */
static bool is_live(const struct spot *spot)
{
    uint64_t bit = bit_of(spot->index);
    return !(remote_freed(spot->remote, spot->index >> 6) & bit) &&
           __atomic_load_n(&spot->bits->start, __ATOMIC_ACQUIRE) & bit &&
           !(__atomic_load_n(&spot->bits->free, __ATOMIC_ACQUIRE) & bit) &&
           word_load(&spot->bits->start) & bit;
}

/* Where a live block begins. False: none does at that address. */
static bool look(const struct seen *seen, const void *address, struct spot *spot)
{
    uintptr_t at = (uintptr_t)address;
    *spot = (struct spot){.extent = NULL};
    if (seen->claimed & CLAIM_UNIT) {
        struct unit *unit = unit_of(seen->claimed);
        spot->remote = unit->remote;
        spot->index = at >> GRANULE_SHIFT & (CHUNK_UNIT / GRANULE - 1);
        spot->bits = &unit->bits[spot->index >> 6];
        spot->page = unit_page(unit, at);
    } else {
        struct extent *extent = claim_address(seen->claimed);
        spot->remote = extent && extent_can_go(extent) ? extent_big(extent)->remote
                                                       : small_at(seen->outside, address);
        if (!spot->remote)
            return false;
        spot->extent = spot->remote->extent;
        if (!extent_has(spot->extent, address))
            return false;
        spot->index = extent_index(spot->extent, address);
        spot->bits = extent_bits(spot->extent, spot->index);
    }
    return at % GRANULE == 0 && is_live(spot);
}

static size_t size_at(const struct seen *seen, const struct spot *spot)
{
    if (spot->page)
        return (size_t)__atomic_load_n(&spot->page->granules, __ATOMIC_RELAXED) << GRANULE_SHIFT;
    /* Bump first: what begins in front of it has been marked, and it never goes back. */
    const char *bump = __atomic_load_n(&seen->memory->bump, __ATOMIC_ACQUIRE);
    const struct extent *extent = spot->extent;
    size_t used = extent->granules;
    if ((uintptr_t)bump - (uintptr_t)extent <= used << GRANULE_SHIFT)
        used = min_size(used, extent_index(extent, bump));
    size_t index = spot->index;
    size_t word = index >> 6;
    uint64_t starts = word_load(&spot->bits->start) >> (index & 63) >> 1;
    if (starts) {
        size_t end = index + 1 + (size_t)__builtin_ctzll(starts);
        return (end - index) << GRANULE_SHIFT;
    }
    while (++word << 6 < used) {
        starts = word_load(&extent_bits(extent, word << 6)->start);
        if (starts)
            return ((word << 6) + (size_t)__builtin_ctzll(starts) - index) << GRANULE_SHIFT;
    }
    return (used - index) << GRANULE_SHIFT;
}

bool outside_covers(const struct outside *outside, const void *address)
{
    return small_at(outside, address);
}

size_t outside_size(const struct seen *seen, const void *address)
{
    struct spot spot;
    return look(seen, address, &spot) ? size_at(seen, &spot) : 0;
}

bool outside_free(const struct seen *seen, const void *address)
{
    struct spot spot;
    if (!look(seen, address, &spot))
        return false;
    size_t size = size_at(seen, &spot);
    mark_unusable(address, size);
    return remote_free(seen->outside, spot.remote, spot.index, size);
}

bool outside_has_freed(const struct outside *outside, const struct place *place, const void *block)
{
    const struct remote *remote;
    if (place->page)
        remote = place->unit->remote;
    else if (extent_can_go(place->extent))
        remote = extent_big(place->extent)->remote;
    else
        remote = small_at(outside, block);
    return remote_has_freed(remote, place->index);
}
