/*
 * chunk/lot.c - lots: units that are cut into chunks of any small class.
 */
#include "chunk/lot.h"

#include "base/require.h"
#include "chunk/runs.h"

#define TRIES 4 /* of lots that may be just too small */

static void enter(struct lots *lots, struct lot *lot)
{
    if (lot->longest)
        list_add_first(&lots->list[log2_floor(lot->longest)], &lot->link);
}

/* `longest` becomes another. */
static void change(struct lots *lots, struct lot *lot, size_t longest)
{
    bool same = lot->longest && longest && log2_floor(lot->longest) == log2_floor(longest);
    if (lot->longest && !same)
        list_remove(&lot->link);
    lot->longest = (uint16_t)longest;
    if (!same)
        enter(lots, lot);
}

void lots_init(struct lots *lots)
{
    for (unsigned i = 0; i < LOT_LISTS; i++)
        list_init(&lots->list[i]);
}

void lot_begin(struct lots *lots, struct lot *lot, char *at, size_t first, size_t end)
{
    *lot = (struct lot){.at = at, .from = (uint16_t)first, .longest = (uint16_t)(end - first)};
    runs_set(lot->used, 0, first, true);
    runs_set(lot->used, end, LOT_GRANULES - end, true);
    enter(lots, lot);
}

void lot_end(struct lot *lot)
{
    if (lot->longest)
        list_remove(&lot->link);
}

/* A run in a lot. LOT_GRANULES: it has none as long, and `longest` is exact now. */
static size_t find(struct lots *lots, struct lot *lot, size_t granules)
{
    size_t longest = 0;
    size_t at = runs_next(lot->used, LOT_GRANULES, lot->from, false);
    lot->from = (uint16_t)at;
    for (size_t end; at < LOT_GRANULES; at = runs_next(lot->used, LOT_GRANULES, end, false)) {
        end = runs_next(lot->used, LOT_GRANULES, at, true);
        if (end - at >= granules)
            return at;
        longest = max_size(longest, end - at);
    }
    change(lots, lot, longest);
    return LOT_GRANULES;
}

void *lots_get(struct lots *lots, size_t granules)
{
    unsigned least = log2_floor(granules);
    for (unsigned i = least; i < LOT_LISTS; i++) {
        unsigned tries = TRIES;
        /* In the lists after the first, a lot that does not fit goes to an earlier one. */
        list_each_safe (link, after, &lots->list[i]) {
            struct lot *lot = list_item(link, struct lot, link);
            size_t at = lot->longest >= granules ? find(lots, lot, granules) : LOT_GRANULES;
            if (at < LOT_GRANULES) {
                runs_set(lot->used, at, granules, true);
                lot->live = (uint16_t)(lot->live + granules);
                return lot->at + at * GRANULE;
            }
            if (i == least && --tries == 0)
                break;
        }
    }
    return NULL;
}

void lot_put(struct lots *lots, struct lot *lot, void *chunk, size_t granules)
{
    size_t at = (size_t)((char *)chunk - lot->at) / GRANULE;
    runs_set(lot->used, at, granules, false);
    lot->live = (uint16_t)(lot->live - granules);
    lot->from = (uint16_t)min_size(lot->from, at);
    size_t run =
        runs_next(lot->used, LOT_GRANULES, at + granules, true) - runs_before(lot->used, at, true);
    if (run > lot->longest)
        change(lots, lot, run);
}

void lots_validate(const struct lots *lots)
{
    bool holds = true;
    for (unsigned i = 0; i < LOT_LISTS; i++) {
        list_each_safe (link, after, &lots->list[i]) {
            const struct lot *lot = list_item(link, struct lot, link);
            size_t used = 0;
            for (unsigned word = 0; word < LOT_GRANULES / 64; word++)
                used += (size_t)__builtin_popcountll(lot->used[word]);
            holds &= log2_floor(lot->longest) == i && lot->live <= used;
            size_t end;
            for (size_t at = runs_next(lot->used, LOT_GRANULES, 0, false); at < LOT_GRANULES;
                 at = runs_next(lot->used, LOT_GRANULES, end, false)) {
                end = runs_next(lot->used, LOT_GRANULES, at, true);
                holds &= at >= lot->from && end - at <= lot->longest;
            }
        }
    }
    require(holds, "lots", lots, "a lot is in the list of its longest run, as its bits show");
}
