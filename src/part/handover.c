/*
 * part/handover.c - a large block goes from one owner to another, with its chunk and its record.
 *
 * One part is entered at a time, so the block is in neither for a moment; whatever may fail comes
 * before that. Limits count it in one step, so that it needs no room in those above both.
 */
#include "large/large.h"
#include "memory/memory.h"
#include "part/part.h"

#include <errno.h>

static struct larges larges_of(struct part *part)
{
    return part_guard(part) ? part_larges(part) : memory_larges(&part->memory);
}

/* The large block at an address; the part is entered. NULL: there is none. */
static struct large *find(struct part *part, const void *block)
{
    struct place place;
    if (part_guard(part))
        return part_find_large(part, block);
    return memory_find(&part->memory, block, &place) ? place.large : NULL;
}

static void count(struct part *part, size_t bytes, bool comes)
{
    struct guard *guard = part_guard(part);
    struct memory *memory = &part->memory;
    size_t *live = guard ? &guard->bytes : &memory->bytes;
    if (guard)
        guard->peak = max_size(guard->peak, guard->bytes);
    else
        count_peak(memory);
    *live += comes ? bytes : -bytes;
    *(guard ? &guard->blocks : &memory->blocks) += comes ? 1 : (size_t)-1;
}

static size_t cost_of(const struct large *large)
{
    return large->granted + chunk_round(sizeof(*large));
}

/* What the owner of a part would be relieved of. 0: it has no large block there. */
static size_t find_cost(struct part *part, const void *block)
{
    part_enter(part);
    const struct large *large = find(part, block);
    size_t cost = large ? cost_of(large) : 0;
    part_leave(part);
    return cost;
}

static struct large *take(struct part *part, const void *block)
{
    part_enter(part);
    const struct larges of = larges_of(part);
    struct large *large = find(part, block);
    if (large) {
        large_detach(&of, large);
        account_add(of.account, -cost_of(large));
        count(part, large->size, false);
    }
    part_leave(part);
    return large;
}

static void put(struct part *part, struct large *large)
{
    part_enter(part);
    const struct larges of = larges_of(part);
    large_attach(&of, large);
    account_add(of.account, cost_of(large));
    count(part, large->size, true);
    part_leave(part);
}

/* Counts bytes in other limits. False: EDQUOT. */
static bool recount(struct limit *from, struct limit *to, size_t bytes)
{
    if (from == to)
        return true;
    limits_lock();
    bool fits = limit_fits(to, from, bytes);
    if (fits) {
        limit_uncount(from, bytes);
        limit_count(to, bytes);
    }
    limits_unlock();
    if (!fits)
        errno = EDQUOT;
    return fits;
}

enum handover parts_hand_over(struct part *from, struct part *to, void *block)
{
    struct parts *parts = parts_of(from);
    struct part *left = parts ? parts_of_large(parts, block) : from;
    if (limit_source(part_account(from)->limit) != limit_source(part_account(to)->limit))
        return HANDOVER_NONE;
    size_t cost = left ? find_cost(left, block) : 0;
    if (!cost)
        return HANDOVER_NONE;
    struct part *mine = part_mine(to);
    if (!mine || !stock_make(&mine->memory))
        return HANDOVER_FAILED;
    struct limit *before = limit_beyond(part_account(left)->limit);
    struct limit *after = limit_beyond(part_account(mine)->limit);
    if (!recount(before, after, cost))
        return HANDOVER_FAILED;
    struct large *large = take(left, block);
    if (large) {
        put(mine, large);
        return HANDOVER_DONE;
    }
    limits_lock(); /* another thread has freed it meanwhile; nothing may refuse to undo */
    limit_uncount_failed(after, cost);
    limit_count(before, cost);
    limits_unlock();
    errno = EINVAL;
    return HANDOVER_FAILED;
}
