/*
 * memory/gather.c - what the thread inside does about those outside: it lets them in, frees what
 * they have recorded, and gives memory back when none of them can be reading it.
 */
#include "extent/free.h"
#include "memory/outside.h"
#include "page/page.h"
#include "site/sample.h"

/* Makes those of a word free that were freed outside, and clears their freed bits. What two threads
   freed at once may have been free already. */
static uint64_t take_back(struct remote *remote, size_t word, struct bits *bits)
{
    uint64_t freed = remote_freed(remote, word);
    uint64_t live = freed & word_load(&bits->start) & ~word_load(&bits->free);
    if (OWN_LIKELY(!freed))
        return 0;
    word_set(&bits->free, live);
    remote_clear(remote, word, freed);
    return live;
}

static void gather_unit(struct memory *memory, struct remote *remote)
{
    struct unit *unit = remote->unit;
    uint32_t pages = 0;
    size_t blocks = 0;
    size_t bytes = 0;
    for (unsigned word = 0; word < remote->words; word++) {
        struct bits *bits = &unit->bits[word];
        uint64_t got = take_back(remote, word, bits);
        if (!got)
            continue;
        struct page *page = &unit->page[word / PAGE_WORDS];
        size_t count = (size_t)__builtin_popcountll(got);
        bytes += count * page->granules << GRANULE_SHIFT;
        page->avail |= bit_of(word);
        page->due -= (int32_t)count;
        pages |= UINT32_C(1) << (page - unit->page);
        blocks += count;
    }
    __atomic_store_n(&memory->peak, max_size(memory->peak, memory->bytes), __ATOMIC_RELAXED);
    __atomic_store_n(&memory->blocks, memory->blocks - blocks, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->bytes, memory->bytes - bytes, __ATOMIC_RELAXED);
    outside_count_back(memory->outside, blocks, bytes);
    for (; pages; pages &= pages - 1) {
        struct page *page = &unit->page[__builtin_ctz(pages)];
        if (page->due <= 0 && page_retire(memory, page))
            return; /* the unit has been given back */
    }
}

static void gather_extent(struct memory *memory, struct remote *remote)
{
    struct extent *extent = remote->extent;
    stock_want(memory);
    for (unsigned word = 0; word < remote->words; word++) {
        const struct bits *bits = extent_bits(extent, (size_t)word << 6);
        uint64_t freed = remote_freed(remote, word);
        uint64_t live = freed & word_load(&bits->start) & ~word_load(&bits->free);
        for (uint64_t got = live; got; got &= got - 1) {
            size_t index = ((size_t)word << 6) + (size_t)__builtin_ctzll(got);
            size_t granules = extent_block_end(memory, extent, index) - index;
            count_out(memory, granules << GRANULE_SHIFT);
            outside_count_back(memory->outside, 1, granules << GRANULE_SHIFT);
            if (free_make(memory, extent, index, granules))
                return; /* the extent has been given back: it had no other live block */
        }
        if (freed)
            remote_clear(remote, word, freed);
    }
}

static void put_remote(struct memory *memory, struct remote *remote)
{
    if (remote->unit)
        unit_put(memory, remote->unit);
    else
        extent_put(memory, remote->extent);
}

/* Puts back what is leaving, if there is no visitor. */
static void end_leaving(struct memory *memory)
{
    struct outside *outside = memory->outside;
    struct remote *rest = outside->leaving;
    outside->leaving = NULL;
    for (struct remote *remote; (remote = rest);) {
        rest = remote->small;
        if (outside_may_end(outside, remote))
            put_remote(memory, remote);
    }
}

void outside_gather(struct memory *memory)
{
    struct outside *outside = memory->outside;
    struct remote *remote = outside_take(outside);
    for (struct remote *next; remote; remote = next) {
        next = remote->next;
        remote_take(remote);
        if (remote->unit)
            gather_unit(memory, remote);
        else
            gather_extent(memory, remote);
    }
    if (OWN_UNLIKELY(outside->leaving))
        end_leaving(memory);
}

size_t outside_bytes(const struct extent *extent)
{
    return remote_bytes(extent->granules);
}

void outside_unmake(struct memory *memory, struct outside *outside)
{
    outside_end_small(memory->account.limit, outside);
    for (struct extent *extent = has_stock(memory) ? memory->stock->extents : NULL; extent;
         extent = extent_big(extent)->older) {
        if (extent_big(extent)->remote)
            remote_end(memory->account.limit, extent_big(extent)->remote);
        extent_big(extent)->remote = NULL;
    }
    for (struct unit *unit = has_stock(memory) ? memory->stock->unit : NULL; unit;
         unit = unit->next) {
        if (unit->remote)
            remote_end(memory->account.limit, unit->remote);
        unit->remote = NULL;
    }
}

void outside_clear(struct memory *memory)
{
    struct outside *outside = memory->outside;
    for (struct remote *remote = outside->leaving, *next; remote; remote = next) {
        next = remote->small;
        put_remote(memory, remote);
    }
    outside_reset(memory->account.limit, outside);
}

static bool make_all(struct memory *memory, struct outside *outside)
{
    for (struct extent *extent = extent_small(memory); extent->older; extent = extent->older) {
        struct remote *remote = remote_new(memory->account.limit, extent, NULL, extent->granules);
        if (!remote)
            return false;
        outside_add_small(outside, remote);
    }
    if (!has_stock(memory))
        return true;
    for (struct extent *extent = memory->stock->extents; extent;
         extent = extent_big(extent)->older) {
        extent_big(extent)->remote =
            remote_new(memory->account.limit, extent, NULL, extent->granules);
        if (!extent_big(extent)->remote)
            return false;
    }
    for (struct unit *unit = memory->stock->unit; unit; unit = unit->next) {
        unit->remote = remote_new(memory->account.limit, NULL, unit, CHUNK_UNIT / GRANULE);
        if (!unit->remote)
            return false;
    }
    return true;
}

bool outside_make(struct memory *memory, struct outside *outside)
{
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        if (extent != memory->extent && !extent->settled)
            extent_settle_left(memory, extent);
    }
    for (struct extent *extent = has_stock(memory) ? memory->stock->extents : NULL; extent;
         extent = extent_big(extent)->older) {
        if (extent != memory->extent && !extent->settled)
            extent_settle_left(memory, extent);
    }
    memory_update(memory); /* what is left of an extent may wait now */
    if (make_all(memory, outside))
        return true;
    outside_unmake(memory, outside);
    return false;
}

void outside_begin(struct memory *memory, struct outside *outside, struct remote *first)
{
    outside->first = first;
    if (first) {
        struct extent *extent = extent_first(memory);
        remote_init(first, extent, NULL, extent->granules);
    }
    memory->outside = outside;
    if (memory->end || site_is_on())
        memory_update(memory);
}
