/*
 * part/part.c - the parts of a shared owner: making, finding, ordering and ending them.
 */
#include "part/part.h"

#include "base/ticks.h"
#include "large/large.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The remote record of the first extent lies behind the record of the parts. */
static struct remote *first_remote(struct parts *parts)
{
    return (struct remote *)(void *)(parts + 1);
}

static const struct extent *first_extent(const struct part *part)
{
    const struct extent *extent = part->memory.extent;
    while (extent->older)
        extent = extent->older;
    return extent;
}

/* The first part is that of the thread that shares its owner. Without a number there may be several
   of these, so that it is nobody's. */
static uint32_t first_slot(void)
{
    uint32_t slot = slot_of_thread();
    return slot == SLOT_NONE ? SLOT_NOBODY : slot;
}

static void init(struct parts *parts, struct part *first, void *home, size_t bytes)
{
    *parts = (struct parts){.first = first, .bytes = bytes};
    parts->guard.home = home;
    parts->guard.slot = first_slot();
}

struct parts *parts_make(struct part *first, void *home)
{
    size_t granted;
    size_t bytes = sizeof(struct parts) + outside_bytes(first_extent(first));
    struct parts *parts = limit_chunk_get(first->memory.account.limit, bytes, &granted);
    if (!parts)
        return NULL;
    init(parts, first, home, bytes);
    if (outside_make(&first->memory, &parts->guard.outside))
        return parts;
    limit_chunk_put(first->memory.account.limit, parts, bytes);
    return NULL;
}

void parts_free(struct parts *parts)
{
    struct memory *memory = &parts->first->memory;
    outside_unmake(memory, &parts->guard.outside);
    limit_chunk_put(memory->account.limit, parts, parts->bytes);
}

/* Moves what the ledger and the large blocks cost from the account of the memory to that of the
   guard. */
static void move_costs(struct part *part, struct guard *guard, const struct part_beside *beside)
{
    static const struct ledger none;
    const struct ledger *second = beside->second ? beside->second : &none;
    const struct counts counts = ledger_counts(&part->ledger);
    const struct counts more = ledger_counts(second);
    struct memory *memory = &part->memory;
    size_t cost = ledger_bytes(&part->ledger) + ledger_bytes(second) + beside->ledger_bytes;
    guard->large = memory_take_larges(memory, &guard->blocks, &guard->bytes, &cost);
    guard->blocks += counts.foreign + more.foreign + beside->blocks.blocks;
    guard->bytes += counts.foreign_bytes + more.foreign_bytes + beside->blocks.bytes;
    count_peak(memory);
    memory->peak -= guard->bytes;
    memory->blocks -= guard->blocks;
    memory->bytes -= guard->bytes;
    guard->peak = guard->bytes;
    guard->account = (struct account){.limit = memory->account.limit, .reserved = cost};
    memory->account.reserved -= cost;
}

void parts_begin(struct parts *parts, const struct part_beside *beside)
{
    struct part *first = parts->first;
    outside_begin(&first->memory, &parts->guard.outside, first_remote(parts));
    move_costs(first, &parts->guard, beside);
}

bool parts_begin_inside(struct part *first, void *home)
{
    struct memory *memory = &first->memory;
    size_t granules = memory->extent->granules;
    size_t bytes = parts_inside_bytes(granules);
    if (extent_is_big(memory->extent) || memory_first_size(bytes) >= granules * GRANULE)
        return false;
    struct parts *parts = memory_cut_end(memory, bytes);
    init(parts, first, home, bytes);
    parts->is_inside = true;
    parts->guard.account.limit = memory->account.limit;
    outside_begin(memory, &parts->guard.outside, first_remote(parts));
    return true;
}

struct larges part_larges(struct part *part)
{
    struct guard *guard = part_guard(part);
    return (struct larges){.list = &guard->large,
                           .account = &guard->account,
                           .memory = &part->memory,
                           .tag = memory_tag(&part->memory)};
}

struct large *const *part_newest_large(const struct part *part)
{
    const struct guard *guard = part_guard(part);
    return guard ? &guard->large : memory_newest_large(&part->memory);
}

static void end_larges(struct part *part)
{
    struct guard *guard = part_guard(part);
    const struct larges of = part_larges(part);
    const struct counts counts = ledger_counts(&part->ledger);
    large_end(&of);
    guard->blocks = counts.foreign;
    guard->bytes = counts.foreign_bytes;
}

static void separate_free(struct separate *separate)
{
    end_larges(&separate->part);
    memory_end(&separate->part.memory);
    struct limit *limit = separate->part.memory.account.limit;
    limit_subtract(limit, separate->part.memory.account.reserved);
    limit_chunk_put(limit, separate, sizeof(*separate));
}

/* The field that has the part of a slot, or would have it. NULL: its level does not exist. */
static struct separate **place_of(const struct parts *parts, uint32_t slot, unsigned *level,
                                  size_t *number)
{
    if (slot < PARTS_FEW)
        return (struct separate **)(uintptr_t)&parts->few[slot];
    slot -= PARTS_FEW;
    *level = 0;
    *number = PARTS_FEW;
    for (; slot >= *number; *number *= 2, ++*level)
        slot -= (uint32_t)*number;
    const struct part_levels *levels = __atomic_load_n(&parts->levels, __ATOMIC_ACQUIRE);
    struct separate **in =
        levels ? __atomic_load_n(&levels->level[*level], __ATOMIC_ACQUIRE) : NULL;
    return in ? &in[slot] : NULL;
}

struct part *parts_at(const struct parts *parts, uint32_t slot)
{
    unsigned level;
    size_t number;
    struct separate **place = slot == SLOT_NONE ? NULL : place_of(parts, slot, &level, &number);
    struct separate *separate = place ? __atomic_load_n(place, __ATOMIC_ACQUIRE) : NULL;
    return separate ? &separate->part : NULL;
}

/* Makes `*place` point to zeroed memory, unless another thread has done so. NULL: ENOMEM. */
static void *make_once(const struct limit *limit, void *place, size_t bytes)
{
    size_t granted;
    void *expected = NULL;
    void *fresh = limit_chunk_get(limit, bytes, &granted);
    if (!fresh)
        return NULL;
    memset(fresh, 0, bytes);
    if (__atomic_compare_exchange_n((void **)place, &expected, fresh, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return fresh;
    limit_chunk_put(limit, fresh, bytes);
    return expected;
}

/* The same field; makes its level if that does not exist. NULL: ENOMEM. */
static struct separate **make_place(struct parts *parts, uint32_t slot)
{
    unsigned level;
    size_t number;
    struct separate **place = place_of(parts, slot, &level, &number);
    if (place)
        return place;
    const struct limit *limit = parts->guard.account.limit;
    struct part_levels *levels = __atomic_load_n(&parts->levels, __ATOMIC_ACQUIRE);
    if (!levels)
        levels = make_once(limit, &parts->levels, sizeof(*levels));
    if (!levels || !make_once(limit, &levels->level[level], number * sizeof(struct separate *)))
        return NULL;
    return place_of(parts, slot, &level, &number);
}

static struct separate *separate_make(struct parts *parts, uint32_t slot)
{
    size_t granted;
    struct limit *limit = parts->guard.account.limit;
    size_t whole = chunk_round(sizeof(struct separate));
    if (!limit_add(limit, whole))
        return NULL;
    struct separate *separate = limit_chunk_get(limit, sizeof(*separate), &granted);
    if (!separate) {
        limit_cancel(limit, whole);
        return NULL;
    }
    *separate = (struct separate){.guard = {.slot = slot, .home = parts->guard.home}};
    separate->guard.account.limit = limit;
    struct memory *memory = &separate->part.memory;
    memory->account = (struct account){.limit = limit, .reserved = whole};
    memory_init(memory, &separate->first, sizeof(separate->first) + sizeof(separate->no_bits));
    outside_begin(memory, &separate->guard.outside, NULL);
    if (memory_set_tag(memory, (uintptr_t)(slot + 1)))
        return separate;
    separate_free(separate);
    return NULL;
}

struct part *parts_make_mine(struct parts *parts)
{
    uint32_t slot = slot_of_thread();
    if (slot == SLOT_NONE) {
        errno = ENOMEM;
        return NULL;
    }
    struct separate **place = make_place(parts, slot);
    struct separate *separate = place ? separate_make(parts, slot) : NULL;
    if (!separate)
        return NULL;
    ticks_prepare();
    __atomic_fetch_add(&parts->count, 1, __ATOMIC_RELEASE);
    __atomic_store_n(place, separate, __ATOMIC_RELEASE);
    return &separate->part;
}

/* The separate part with the lowest slot from `slot` on. NULL: there is none. */
static struct part *next_from(const struct parts *parts, uint32_t slot)
{
    for (; slot < PARTS_FEW; slot++) {
        struct separate *separate = __atomic_load_n(&parts->few[slot], __ATOMIC_ACQUIRE);
        if (separate)
            return &separate->part;
    }
    const struct part_levels *levels = __atomic_load_n(&parts->levels, __ATOMIC_ACQUIRE);
    uint32_t begin = PARTS_FEW;
    for (unsigned level = 0; levels && level < PARTS_LEVELS; level++) {
        uint32_t number = (uint32_t)PARTS_FEW << level;
        struct separate **in = __atomic_load_n(&levels->level[level], __ATOMIC_ACQUIRE);
        for (uint32_t i = slot > begin ? slot - begin : 0; in && i < number; i++) {
            struct separate *separate = __atomic_load_n(&in[i], __ATOMIC_ACQUIRE);
            if (separate)
                return &separate->part;
        }
        begin += number;
    }
    return NULL;
}

struct part *part_next(const struct part *first, const struct part *part)
{
    const struct parts *parts = parts_of(first);
    if (OWN_LIKELY(!parts) || !__atomic_load_n(&parts->count, __ATOMIC_ACQUIRE))
        return NULL;
    return next_from(parts, part == first ? 0 : part_guard(part)->slot + 1);
}

bool part_is_of(const struct part *first, const struct part *part)
{
    if (OWN_LIKELY(part == first))
        return true;
    const struct parts *parts = parts_of(first);
    const struct guard *guard = parts ? part_guard(part) : NULL;
    return guard && guard->home == parts->guard.home;
}

uint64_t parts_time(const struct parts *parts)
{
    return __atomic_load_n(&parts->count, __ATOMIC_ACQUIRE) ? ticks_now() : 0;
}

/* The part that has the newest entry of all parts, and the time of that. NULL: there is no
   entry. */
static struct part *find_newest(struct part *first, uint64_t *time)
{
    struct part *found = NULL;
    for (struct part *part = first; part; part = part_next(first, part)) {
        part_enter(part);
        const struct entry *newest = part->ledger.newest;
        if (newest && (!found || entry_time(newest) > *time)) {
            *time = entry_time(newest);
            found = part;
        }
        part_leave(part);
    }
    return found;
}

struct part *parts_enter_newest(struct part *first)
{
    uint64_t time;
    struct part *found;
    if (OWN_LIKELY(!part_next(first, first))) { /* there is one part only */
        part_enter(first);
        if (first->ledger.newest)
            return first;
        part_leave(first);
    }
    while ((found = find_newest(first, &time))) {
        part_enter(found);
        if (found->ledger.newest && entry_time(found->ledger.newest) >= time)
            break;         /* it is that entry, or a newer one that was added meanwhile */
        part_leave(found); /* it was taken meanwhile: another part may have a newer one now */
    }
    return found;
}

void part_pass(const struct part *part, const struct entry *entry, const struct entry *newest)
{
    for (struct walker *walker = part_guard(part)->walkers; walker; walker = walker->next) {
        if (walker->at == entry)
            walker->at = entry == newest ? NULL : entry->newer;
    }
}

void part_count_foreign(struct part *part, size_t bytes, bool comes)
{
    struct guard *guard = part_guard(part);
    if (OWN_LIKELY(!guard)) {
        memory_count_foreign(&part->memory, bytes, comes);
        return;
    }
    guard->peak = max_size(guard->peak, guard->bytes);
    guard->blocks += comes ? (size_t)1 : (size_t)-1;
    guard->bytes += comes ? bytes : -bytes;
}

struct part_counts part_count(const struct part *part)
{
    const struct memory *memory = &part->memory;
    const struct guard *guard = part_guard(part);
    if (OWN_LIKELY(!guard)) {
        const struct memory_counts counts = memory_count(memory);
        return (struct part_counts){.blocks = counts.blocks,
                                    .bytes = counts.bytes,
                                    .reserved = memory->account.reserved,
                                    .peak = max_size(memory->peak, counts.bytes)};
    }
    /* The thread inside of the memory may change these meanwhile. */
    size_t blocks = __atomic_load_n(&memory->blocks, __ATOMIC_RELAXED);
    size_t bytes = __atomic_load_n(&memory->bytes, __ATOMIC_RELAXED);
    size_t peak = __atomic_load_n(&memory->peak, __ATOMIC_RELAXED);
    size_t reserved = account_reserved(&memory->account);
    size_t less_blocks = __atomic_load_n(&guard->outside.blocks, __ATOMIC_RELAXED);
    size_t less_bytes = __atomic_load_n(&guard->outside.bytes, __ATOMIC_RELAXED);
    return (struct part_counts){
        .blocks = blocks - min_size(blocks, less_blocks) + guard->blocks,
        .bytes = bytes - min_size(bytes, less_bytes) + guard->bytes,
        .reserved = reserved + guard->account.reserved,
        .peak = max_size(peak, bytes) + max_size(guard->peak, guard->bytes),
    };
}

void parts_clear(struct part *first)
{
    for (struct part *part = first; part; part = part_next(first, part)) {
        struct guard *guard = part_guard(part);
        if (guard) {
            lock_take(&guard->lock); /* what goes through the tree may be counting */
            guard->peak = max_size(guard->peak, guard->bytes);
            end_larges(part);
            lock_release(&guard->lock);
        }
        memory_clear(&part->memory);
    }
}

static void free_levels(struct parts *parts)
{
    const struct limit *limit = parts->guard.account.limit;
    struct part_levels *levels = parts->levels;
    if (!levels)
        return;
    for (unsigned level = 0; level < PARTS_LEVELS; level++) {
        size_t number = (size_t)PARTS_FEW << level;
        if (levels->level[level])
            limit_chunk_put(limit, levels->level[level], number * sizeof(struct separate *));
    }
    limit_chunk_put(limit, levels, sizeof(*levels));
}

void parts_end(struct part *first)
{
    struct parts *parts = parts_of(first);
    for (struct part *part = part_next(first, first), *next; part; part = next) {
        next = part_next(first, part);
        separate_free((struct separate *)(void *)part);
    }
    free_levels(parts);
    end_larges(first);
    memory_end(&first->memory);
    first->memory.outside = NULL;
    if (parts->is_inside)
        parts_give_back(parts);
    else
        limit_chunk_put(first->memory.account.limit, parts, parts->bytes);
}
