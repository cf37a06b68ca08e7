/*
 * chunk/fixed.c - own_chunks_fixed: one region of memory of the user's.
 *
 *   | record | first lot        | unit | unit | lot: record | chunks | unit | last lot |
 *            memory, from here on in units of 64 KiB at multiples of it
 *
 * What lies before the first whole unit is a lot, and so is what lies behind the last. A whole unit
 * becomes a lot where small chunks need one, from the end of the region, and a free unit again when
 * it is empty. Larger chunks are runs of units, from the beginning.
 */
#include "chunk/runs.h"
#include "chunk/source.h"

#include <string.h>

#define LOT_FIRST ((sizeof(struct lot) + GRANULE - 1) / GRANULE)
#define LAST_LEAST (sizeof(struct lot) + 2 * GRANULE) /* less is not worth a lot */

/* The record of a region, at its beginning. */
struct region {
    struct lots lots;
    char *base;   /* the unit of `first` */
    char *end;    /* of the region */
    size_t units; /* with that of `first`; all but that are whole */
    size_t live;  /* chunks in use */
    struct lot first;
    struct claim before; /* of the units, where the region is a block of a pool */
    uint64_t used[];     /* a bit for each unit */
};

static char *unit_at(const struct region *region, size_t unit)
{
    return region->base + unit * CHUNK_UNIT;
}

static struct lot *lot_of(struct region *region, void *chunk)
{
    char *unit = (char *)chunk - (uintptr_t)chunk % CHUNK_UNIT;
    return unit == region->base ? &region->first : (struct lot *)(void *)unit;
}

/* Makes the last whole unit that is free a lot. False: there is none. */
static bool add_lot(struct region *region)
{
    size_t behind = runs_before(region->used, region->units, false);
    if (!behind)
        return false;
    char *unit = unit_at(region, behind - 1);
    runs_set(region->used, behind - 1, 1, true);
    mark_undefined(unit, sizeof(struct lot));
    lot_begin(&region->lots, (struct lot *)(void *)unit, unit, LOT_FIRST, LOT_GRANULES);
    return true;
}

static void *get_small(struct region *region, size_t granules)
{
    void *chunk = lots_get(&region->lots, granules);
    if (!chunk && add_lot(region))
        chunk = lots_get(&region->lots, granules);
    return chunk;
}

static void *get_units(struct region *region, size_t count)
{
    size_t end;
    for (size_t at = 0;; at = end) {
        at = runs_next(region->used, region->units, at, false);
        if (at == region->units)
            return NULL;
        end = runs_next(region->used, region->units, at, true);
        if (end - at < count)
            continue;
        runs_set(region->used, at, count, true);
        return unit_at(region, at);
    }
}

/* To the tools the region is plain memory where nothing in it is in use. */
static void mark(const struct region *region, bool in_use)
{
    size_t size = (size_t)(region->end - (const char *)region);
    if (in_use) {
        mark_roots(region, size);
    } else {
        unmark_roots(region, size);
        mark_defined(region, size);
    }
}

void *fixed_get(void *ctx, size_t size, size_t alignment)
{
    struct region *region = ctx;
    if (!region || !size || size > PTRDIFF_MAX - CHUNK_UNIT || alignment > CHUNK_UNIT)
        return NULL;
    bool small = size < CHUNK_UNIT && alignment <= GRANULE;
    source_lock(region);
    void *chunk = small ? get_small(region, (size + GRANULE - 1) / GRANULE)
                        : get_units(region, (size + CHUNK_UNIT - 1) / CHUNK_UNIT);
    if (chunk && region->live++ == 0)
        mark(region, true);
    lots_debug_step(&region->lots);
    source_unlock(region);
    return chunk;
}

static void put_small(struct region *region, void *chunk, size_t granules)
{
    struct lot *lot = lot_of(region, chunk);
    size_t unit = (size_t)(lot->at - region->base) / CHUNK_UNIT;
    lot_put(&region->lots, lot, chunk, granules);
    if (lot->live || unit == 0 || unit >= region->units)
        return;
    lot_end(lot);
    runs_set(region->used, unit, 1, false);
}

static void put_units(struct region *region, char *chunk, size_t count)
{
    runs_set(region->used, (size_t)(chunk - region->base) / CHUNK_UNIT, count, false);
    if (region->before.owner) /* cannot fail: it was claimed before */
        (void)chunk_claim(chunk, count * CHUNK_UNIT, region->before.owner, region->before.value);
}

void fixed_put(void *ctx, void *memory, size_t size)
{
    struct region *region = ctx;
    source_lock(region);
    /* No small chunk is at the beginning of a unit, since the record of its lot is. */
    if ((uintptr_t)memory % CHUNK_UNIT)
        put_small(region, memory, (size + GRANULE - 1) / GRANULE);
    else
        put_units(region, memory, (size + CHUNK_UNIT - 1) / CHUNK_UNIT);
    if (--region->live == 0)
        mark(region, false);
    source_unlock(region);
}

/* The record of a region. NULL: the region is too small for one. */
static struct region *region_begin(char *memory, size_t size)
{
    size_t skip = -(uintptr_t)memory % GRANULE;
    size_t words = (size / CHUNK_UNIT + 2 + 63) / 64;
    size_t head = round_up(sizeof(struct region) + words * sizeof(uint64_t), GRANULE);
    if (!memory || size < skip + head + 2 * GRANULE)
        return NULL;
    struct region *region = (struct region *)(void *)(memory + skip);
    char *start = memory + skip + head;
    if ((uintptr_t)start % CHUNK_UNIT == 0) /* see fixed_put */
        start += GRANULE;
    *region = (struct region){.end = memory + size - ((uintptr_t)memory + size) % GRANULE,
                              .base = start - (uintptr_t)start % CHUNK_UNIT};
    char *base = region->base;
    size_t all = (size_t)(region->end - base);
    region->units = max_size(all / CHUNK_UNIT, 1);
    memset(region->used, 0, words * sizeof(uint64_t));
    runs_set(region->used, 0, 1, true);
    lots_init(&region->lots);
    lot_begin(&region->lots, &region->first, base, (size_t)(start - base) / GRANULE,
              min_size(all / GRANULE, LOT_GRANULES));
    char *last = unit_at(region, region->units);
    if (last < region->end && (size_t)(region->end - last) >= LAST_LEAST)
        lot_begin(&region->lots, (struct lot *)(void *)last, last, LOT_FIRST,
                  (size_t)(region->end - last) / GRANULE);
    const struct claim *claim = region->units > 1 ? chunk_claim_at(unit_at(region, 1)) : NULL;
    if (claim)
        region->before = *claim;
    return region;
}

own_chunks own_chunks_fixed(void *memory, size_t size)
{
    return (own_chunks){.get = fixed_get, .put = fixed_put, .ctx = region_begin(memory, size)};
}
