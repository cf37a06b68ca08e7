/*
 * memory/outside.c - what threads outside may do with a memory: look up a block, and free it.
 *
 * Many threads push records on the stack, and one takes all of them at once, so no record is ever
 * removed from between two others (Treiber, "Systems programming: coping with parallelism", 1986).
 * The memory of an extent or a unit is unclaimed first, and put back only when there is no visitor:
 * a thread outside increments `visitors` before it looks an address up in the unit map.
 */
#include "memory/free.h"
#include "memory/page.h"

#define PAGE_WORDS (PAGE_BYTES / GRANULE / 64)

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
    const uint64_t *freed = &spot->remote->freed[spot->index >> 6];
    uint64_t bit = bit_of(spot->index);
    return !(__atomic_load_n(freed, __ATOMIC_ACQUIRE) & bit) &&
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
        struct extent *extent = (struct extent *)(seen->claimed & CLAIM_ADDRESS);
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

static void push(struct outside *outside, struct remote *remote)
{
    if (__atomic_exchange_n(&remote->waiting, 1, __ATOMIC_ACQ_REL))
        return;
    struct remote *first = __atomic_load_n(&outside->stack, __ATOMIC_RELAXED);
    do
        remote->next = first;
    while (!__atomic_compare_exchange_n(&outside->stack, &first, remote, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

bool outside_free(const struct seen *seen, const void *address)
{
    struct outside *outside = seen->outside;
    struct spot spot;
    if (!look(seen, address, &spot))
        return false;
    size_t size = size_at(seen, &spot);
    /* Counted before the bit is set: the thread inside counts them back after it has seen that. */
    uint64_t *word = &spot.remote->freed[spot.index >> 6];
    mark_unusable(address, size);
    __atomic_fetch_add(&outside->blocks, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&outside->bytes, size, __ATOMIC_RELAXED);
    uint64_t before = __atomic_fetch_or(word, bit_of(spot.index), __ATOMIC_ACQ_REL);
    if (OWN_UNLIKELY(before & bit_of(spot.index))) {
        __atomic_fetch_sub(&outside->blocks, 1, __ATOMIC_RELAXED);
        __atomic_fetch_sub(&outside->bytes, size, __ATOMIC_RELAXED);
        return false;
    }
    push(outside, spot.remote);
    return true;
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
    return word_load(&remote->freed[place->index >> 6]) & bit_of(place->index);
}

/* Blocks that were counted as freed are free now. */
static void count_back(struct memory *memory, size_t blocks, size_t bytes)
{
    struct outside *outside = memory->outside;
    __atomic_fetch_sub(&outside->blocks, blocks, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&outside->bytes, bytes, __ATOMIC_RELAXED);
}

/* Makes those of a word free that were freed outside, and clears their freed bits. What two threads
   freed at once may have been free already. */
static uint64_t take_back(struct remote *remote, unsigned word, struct bits *bits)
{
    uint64_t freed = __atomic_load_n(&remote->freed[word], __ATOMIC_ACQUIRE);
    uint64_t live = freed & word_load(&bits->start) & ~word_load(&bits->free);
    if (OWN_LIKELY(!freed))
        return 0;
    /* Free before it is no longer freed: to those outside it is never live in between. */
    word_set(&bits->free, live);
    __atomic_fetch_and(&remote->freed[word], ~freed, __ATOMIC_RELEASE);
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
    count_back(memory, blocks, bytes);
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
        uint64_t freed = __atomic_load_n(&remote->freed[word], __ATOMIC_ACQUIRE);
        uint64_t live = freed & word_load(&bits->start) & ~word_load(&bits->free);
        for (uint64_t got = live; got; got &= got - 1) {
            size_t index = ((size_t)word << 6) + (size_t)__builtin_ctzll(got);
            size_t granules = extent_block_end(memory, extent, index) - index;
            count_out(memory, granules << GRANULE_SHIFT);
            count_back(memory, 1, granules << GRANULE_SHIFT);
            if (free_make(memory, extent, index, granules))
                return; /* the extent has been given back: it had no other live block */
        }
        /* Each is free by now: to a thread outside none is live in between. */
        if (freed)
            __atomic_fetch_and(&remote->freed[word], ~freed, __ATOMIC_RELEASE);
    }
}

static void put_remote(struct memory *memory, struct remote *remote)
{
    if (remote->unit)
        unit_put(memory, remote->unit);
    else
        extent_put(memory, remote->extent);
}

/* Whether no thread has found what is hidden by now, nor left its record on the stack. */
static bool is_unseen(const struct outside *outside, const struct remote *remote)
{
    return __atomic_load_n(&outside->visitors, __ATOMIC_SEQ_CST) == 0 &&
           !__atomic_load_n(&remote->waiting, __ATOMIC_ACQUIRE);
}

bool outside_may_end(struct memory *memory, struct remote *remote)
{
    struct outside *outside = memory->outside;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (is_unseen(outside, remote))
        return true;
    remote->small = outside->leaving;
    outside->leaving = remote;
    return false;
}

/* Puts back what is leaving, if there is no visitor. */
static void end_leaving(struct memory *memory)
{
    struct outside *outside = memory->outside;
    struct remote *rest = outside->leaving;
    outside->leaving = NULL;
    for (struct remote *remote; (remote = rest);) {
        rest = remote->small;
        if (outside_may_end(memory, remote))
            put_remote(memory, remote);
    }
}

void outside_gather(struct memory *memory)
{
    struct outside *outside = memory->outside;
    struct remote *remote = __atomic_exchange_n(&outside->stack, NULL, __ATOMIC_ACQUIRE);
    for (struct remote *next; remote; remote = next) {
        next = remote->next;
        /* Cleared before the words are read: a thread that frees a block later pushes it again. */
        __atomic_exchange_n(&remote->waiting, 0, __ATOMIC_ACQ_REL);
        if (remote->unit)
            gather_unit(memory, remote);
        else
            gather_extent(memory, remote);
    }
    if (OWN_UNLIKELY(outside->leaving))
        end_leaving(memory);
}

static size_t words_of(const struct extent *extent)
{
    return extent ? ((size_t)extent->granules + 63) / 64 : CHUNK_UNIT / GRANULE / 64;
}

size_t outside_bytes(const struct extent *extent)
{
    return sizeof(struct remote) + words_of(extent) * sizeof(uint64_t);
}

static void init(struct remote *remote, struct extent *extent, struct unit *unit)
{
    size_t words = words_of(extent);
    *remote = (struct remote){.extent = extent, .unit = unit, .words = (uint32_t)words};
    memset(remote->freed, 0, words * sizeof(uint64_t));
}

struct remote *outside_new(struct memory *memory, struct extent *extent, struct unit *unit)
{
    size_t granted;
    struct remote *remote = chunk_get(outside_bytes(extent), &granted);
    (void)memory;
    if (remote)
        init(remote, extent, unit);
    return remote;
}

void outside_end(struct memory *memory, struct remote *remote)
{
    (void)memory;
    chunk_put(remote, outside_bytes(remote->extent));
}

void outside_add_small(struct outside *outside, struct remote *remote)
{
    remote->small = outside->small;
    __atomic_store_n(&outside->small, remote, __ATOMIC_RELEASE);
}

static void end_small(struct memory *memory, struct outside *outside)
{
    for (struct remote *remote = outside->small, *next; remote; remote = next) {
        next = remote->small;
        outside_end(memory, remote);
    }
    outside->small = NULL;
}

void outside_unmake(struct memory *memory, struct outside *outside)
{
    end_small(memory, outside);
    for (struct extent *extent = has_stock(memory) ? memory->stock->extents : NULL; extent;
         extent = extent_big(extent)->older) {
        if (extent_big(extent)->remote)
            outside_end(memory, extent_big(extent)->remote);
        extent_big(extent)->remote = NULL;
    }
    for (struct unit *unit = has_stock(memory) ? memory->stock->unit : NULL; unit;
         unit = unit->next) {
        if (unit->remote)
            outside_end(memory, unit->remote);
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
    outside->leaving = NULL;
    end_small(memory, outside);
    if (outside->first)
        init(outside->first, outside->first->extent, NULL);
    outside->stack = NULL;
    __atomic_store_n(&outside->blocks, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&outside->bytes, 0, __ATOMIC_RELAXED);
}

static bool make_all(struct memory *memory, struct outside *outside)
{
    for (struct extent *extent = extent_small(memory); extent->older; extent = extent->older) {
        struct remote *remote = outside_new(memory, extent, NULL);
        if (!remote)
            return false;
        outside_add_small(outside, remote);
    }
    if (!has_stock(memory))
        return true;
    for (struct extent *extent = memory->stock->extents; extent;
         extent = extent_big(extent)->older) {
        extent_big(extent)->remote = outside_new(memory, extent, NULL);
        if (!extent_big(extent)->remote)
            return false;
    }
    for (struct unit *unit = memory->stock->unit; unit; unit = unit->next) {
        unit->remote = outside_new(memory, NULL, unit);
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
    if (first)
        init(first, extent_first(memory), NULL);
    memory->outside = outside;
    if (memory->end)
        memory_update(memory);
}
