/*
 * chunk/segment.c - 4 MiB of address space each, handed out in runs of units.
 *
 * A unit that comes back keeps its memory (it is dirty) and is preferred by the next request. What
 * is dirty beyond the cache limit is given back to the system, longest runs first, so that a spike
 * costs few system calls. A segment without a unit in use is unmapped when its last dirty unit
 * goes.
 *
 * Segments hang in lists by their longest run, so that a fit is found in O(1) among any number.
 */
#include "chunk/heap.h"

/*
 * A large heap asks for the pages of a new unit at once: that costs half of what sixteen page
 * faults cost. In a small one a unit that stays half empty would count.
 */
#define POPULATE_FROM 4 /* segments */
#define POPULATE_MOST 4 /* units; more may be a block that is never filled */

static unsigned longest_run(uint64_t mask)
{
    unsigned length = 0;
    for (; mask; mask &= mask << 1)
        length++;
    return length;
}

/* The lowest place of a run of `count` ones, 1 to 64, that the caller knows to exist. */
static unsigned find_run(uint64_t mask, unsigned count)
{
    for (unsigned have = 1; have < count;) {
        unsigned step = have < count - have ? have : count - have;
        mask &= mask >> step;
        have += step;
    }
    return (unsigned)__builtin_ctzll(mask);
}

static uint64_t run_mask(unsigned start, unsigned count)
{
    return (count == 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1) << start;
}

static void lists_leave(struct list *link, struct list *lists, uint64_t *present, unsigned run)
{
    list_remove(link);
    if (run && list_is_empty(&lists[run]))
        *present &= ~(UINT64_C(1) << (run - 1));
}

static void lists_enter(struct list *link, struct list *lists, uint64_t *present, unsigned run)
{
    list_add_first(&lists[run], link);
    if (run)
        *present |= UINT64_C(1) << (run - 1);
}

/* Sets both masks and hangs the segment where its longest runs now belong. */
static void segment_set(struct segment *segment, uint64_t free, uint64_t dirty)
{
    unsigned run = longest_run(segment->free);
    unsigned dirty_run = longest_run(segment->dirty);
    heap.dirty_bytes -= (size_t)__builtin_popcountll(segment->dirty) * CHUNK_UNIT;
    segment->free = free;
    segment->dirty = dirty;
    heap.dirty_bytes += (size_t)__builtin_popcountll(dirty) * CHUNK_UNIT;
    unsigned new_run = longest_run(free);
    unsigned new_dirty_run = longest_run(dirty);
    if (run != new_run) {
        lists_leave(&segment->by_run, heap.by_run, &heap.runs, run);
        lists_enter(&segment->by_run, heap.by_run, &heap.runs, new_run);
    }
    if (dirty_run != new_dirty_run) {
        lists_leave(&segment->by_dirty, heap.by_dirty, &heap.dirty_runs, dirty_run);
        lists_enter(&segment->by_dirty, heap.by_dirty, &heap.dirty_runs, new_dirty_run);
    }
}

static struct segment *segment_new(void)
{
    struct segment *segment = system_map(SEGMENT_SIZE, SEGMENT_SIZE);
    if (!segment)
        return NULL;
    if (!chunk_claim(segment, CHUNK_UNIT, NULL, claim_of(segment))) { /* see label.c */
        system_unmap(segment, SEGMENT_SIZE);
        return NULL;
    }
    heap.segments++;
    lists_enter(&segment->by_run, heap.by_run, &heap.runs, 0);
    lists_enter(&segment->by_dirty, heap.by_dirty, &heap.dirty_runs, 0);
    segment_set(segment, SEGMENT_ALL, 0);
    tally_number(segment);
    return segment;
}

static void segment_unmap(struct segment *segment)
{
    lists_leave(&segment->by_run, heap.by_run, &heap.runs, longest_run(segment->free));
    lists_leave(&segment->by_dirty, heap.by_dirty, &heap.dirty_runs, longest_run(segment->dirty));
    heap.segments--;
    tally_unnumber(segment);
    chunk_unclaim(segment, CHUNK_UNIT);
    system_unmap(segment, SEGMENT_SIZE);
}

/* The shortest run that is long enough, so that long ones stay whole. */
static unsigned shortest_fit(uint64_t present, unsigned count)
{
    present &= ~UINT64_C(0) << (count - 1);
    return present ? (unsigned)__builtin_ctzll(present) + 1 : 0;
}

void *units_get(unsigned count)
{
    struct segment *segment;
    unsigned start;
    unsigned run = shortest_fit(heap.dirty_runs, count);
    if (run) {
        segment = list_item(heap.by_dirty[run].next, struct segment, by_dirty);
        start = find_run(segment->dirty, count);
    } else {
        run = shortest_fit(heap.runs, count);
        segment = run ? list_item(heap.by_run[run].next, struct segment, by_run) : segment_new();
        if (!segment)
            return NULL;
        start = find_run(segment->free, count);
        if (heap.segments > POPULATE_FROM && count <= POPULATE_MOST)
            system_populate((char *)segment + start * CHUNK_UNIT, count * CHUNK_UNIT);
    }
    uint64_t taken = run_mask(start, count);
    segment_set(segment, segment->free & ~taken, segment->dirty & ~taken);
    return (char *)segment + start * CHUNK_UNIT;
}

void units_put(void *units, unsigned count)
{
    struct segment *segment = segment_of(units);
    uint64_t back = run_mask(unit_of(units), count);
    segment_set(segment, segment->free | back, segment->dirty | back);
    size_t room = heap.limit > heap.shares ? heap.limit - heap.shares : 0;
    if (heap.dirty_bytes > room)
        units_purge(room - room / 8); /* some more, so that the next ones cost no system call */
}

size_t units_purge(size_t keep)
{
    size_t gone = 0;
    while (heap.dirty_bytes > keep) {
        unsigned run = log2_floor(heap.dirty_runs) + 1;
        struct segment *segment = list_item(heap.by_dirty[run].next, struct segment, by_dirty);
        gone += (size_t)__builtin_popcountll(segment->dirty) * CHUNK_UNIT;
        if (segment->free == SEGMENT_ALL) {
            segment_set(segment, segment->free, 0);
            segment_unmap(segment);
            continue;
        }
        for (uint64_t rest = segment->dirty; rest;) {
            unsigned start = (unsigned)__builtin_ctzll(rest);
            uint64_t behind = ~(rest >> start);
            unsigned count = behind ? (unsigned)__builtin_ctzll(behind) : 64;
            system_purge((char *)segment + start * CHUNK_UNIT, count * CHUNK_UNIT);
            rest &= ~run_mask(start, count);
        }
        segment_set(segment, segment->free, 0);
    }
    return gone;
}
