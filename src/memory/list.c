/*
 * memory/list.c - the live blocks of a memory, one after the other.
 *
 * The place of a list is the block that comes next. While that one is live, so is what it lies in:
 * the one before may be freed, and blocks be allocated. New extents, units and large blocks come
 * first in their lists, and of an extent no more is looked at than what it had when the list came
 * to it. So what is allocated meanwhile does not keep a list from ending.
 */
#include "large/large.h"
#include "memory/outside.h"
#include "page/page.h"

static bool is_freed(const struct memory *memory, const struct place *place, const void *block)
{
    return memory->outside && outside_has_freed(memory->outside, place, block);
}

static void *block_at(const struct place *place)
{
    if (place->extent)
        return extent_address(place->extent, place->index);
    return place->page ? place->unit->at + (place->index << GRANULE_SHIFT) : place->large->block;
}

/* The first live block of an extent or a unit whose first granule is one of these. */
static bool find_live(struct memory_list *list, struct bits *bits, size_t from, size_t end)
{
    struct place *place = &list->next;
    for (size_t word = from >> 6; word << 6 < end; word++) {
        uint64_t live = word_load(&bits[word].start) & ~word_load(&bits[word].free);
        if (word == from >> 6)
            live &= ~UINT64_C(0) << (from & 63);
        for (; live; live &= live - 1) {
            place->index = (word << 6) + (size_t)__builtin_ctzll(live);
            place->bits = &bits[word];
            if (place->unit)
                place->page = &place->unit->page[place->index / (PAGE_BYTES / GRANULE)];
            if (place->index < end && !is_freed(list->memory, place, block_at(place)))
                return true;
        }
    }
    return false;
}

/* Goes on in the extent that the list is in, and then in those after it. */
static bool find_in_extents(struct memory_list *list, size_t from)
{
    struct memory *memory = list->memory;
    struct place *place = &list->next;
    while (place->extent) {
        struct extent *extent = place->extent;
        memory_settle(memory, extent);
        if (!from)
            list->used = extent_used(memory, extent);
        size_t end = min_size(list->used, extent_used(memory, extent));
        if (find_live(list, extent_bits(extent, 0), from, end))
            return true;
        from = 0;
        if (extent_can_go(extent))
            place->extent = extent_big(extent)->older;
        else if (extent->older)
            place->extent = extent->older;
        else
            place->extent = has_stock(memory) ? memory->stock->extents : NULL;
    }
    return false;
}

static bool find_in_units(struct memory_list *list, size_t from)
{
    struct place *place = &list->next;
    for (; place->unit; place->unit = place->unit->next, from = 0) {
        if (find_live(list, place->unit->bits, from, CHUNK_UNIT / GRANULE))
            return true;
    }
    place->page = NULL;
    return false;
}

/* Goes on in the extents, then in units, then with large blocks. */
static void find_from_extents(struct memory_list *list, size_t from)
{
    struct place *place = &list->next;
    if (find_in_extents(list, from))
        return;
    place->unit = has_stock(list->memory) ? list->memory->stock->unit : NULL;
    if (!find_in_units(list, 0))
        place->large = *list->larges;
}

static void advance(struct memory_list *list)
{
    struct place *place = &list->next;
    if (place->extent)
        find_from_extents(list, place->index + 1);
    else if (place->large)
        place->large = place->large->older;
    else if (!find_in_units(list, place->index + 1))
        place->large = *list->larges;
}

struct large *const *memory_newest_large(const struct memory *memory)
{
    static struct large *const none;
    return has_stock(memory) ? &memory->stock->large : &none;
}

void memory_list_begin(struct memory_list *list)
{
    list->next = (struct place){.extent = extent_small(list->memory)};
    find_from_extents(list, 0);
}

void *memory_list_next(struct memory_list *list, size_t *size)
{
    struct place *place = &list->next;
    if (!place->extent && !place->unit && !place->large)
        return NULL;
    if (place->extent)
        memory_settle(list->memory, place->extent);
    void *block = block_at(place);
    *size = memory_size(list->memory, place);
    advance(list);
    return block;
}
