/*
 * pool/sampled.c - blocks of a pool that were sampled.
 */
#include "extent/tracked.h"
#include "pool/pool.h"
#include "pool/ready.h"

#include <own/report.h>

#include <string.h>

static void clear_flags(own_pool *pool, unsigned flags)
{
    uint16_t *all = &pool->part.ledger.flags;
    __atomic_store_n(all, (uint16_t)(*all & ~flags), __ATOMIC_RELAXED);
}

static void shorten(own_pool *pool, size_t left, size_t interval)
{
    memory_shorten(&pool->part.memory, left, interval);
    pool_set_flags(pool, POOL_SHORT);
}

static size_t room_of(const own_pool *pool)
{
    const struct extent *first = &pool->first;
    return (first->granules - extent_first_index(first)) << GRANULE_SHIFT;
}

bool sampled_keep(own_pool *pool, unsigned class)
{
    size_t left;
    if (!ready_count(class, &left))
        return false;
    if (left < room_of(pool))
        shorten(pool, left, site_interval());
    ready_enter(class, pool);
    return true;
}

void sampled_shorten(own_pool *pool)
{
    size_t interval;
    size_t left = pool_parts(pool) ? SITE_NONE : tracked_left(&pool->part.memory, &interval);
    if (left == SITE_NONE)
        return;
    tracked_forget(&pool->part.memory);
    shorten(pool, left, interval);
    memory_open_first(&pool->part.memory);
}

void sampled_lengthen(own_pool *pool)
{
    clear_flags(pool, POOL_SHORT);
    memory_lengthen_empty(&pool->part.memory);
    memory_open_first(&pool->part.memory);
}

size_t sampled_strikes_short(own_pool *pool, size_t bytes)
{
    struct memory *memory = &pool->part.memory;
    size_t interval;
    if (!memory->end && !memory->stock) /* it is noted, and will be open again */
        return 0;
    size_t left = memory_take_left(memory, &interval);
    /* Where free blocks wait, all are counted one by one. */
    if (left == SITE_NONE || !memory->end)
        return 0;
    size_t granules = bytes >> GRANULE_SHIFT;
    bool fits = memory_use_rest(memory, granules) || bump_has(memory, granules);
    if (left >= bytes) {
        tracked_close(memory, left, interval);
        return 0;
    }
    if (!fits)
        return 0;
    left = site_room((size_t)(extent_end(memory->extent) - memory->bump)); /* not counted yet */
    if (left != SITE_NONE)
        tracked_close(memory, left, site_interval());
    return interval;
}

void sampled_count_anew(own_pool *pool)
{
    struct memory *memory = &pool->part.memory;
    size_t room;
    if (!memory->end) { /* it may be noted; it is counted when it is opened */
        tracked_forget(memory);
        return;
    }
    size_t rest = (size_t)(memory->end - memory->bump);
    bool is_short = pool_flags(pool) & POOL_SHORT && memory_has_left(memory, &room);
    size_t interval = site_interval();
    size_t left = site_room(is_short ? room : rest);
    if (is_short)
        memory_set_left(memory, left, interval);
    if (left >= rest)
        return;
    if (is_short) /* the note tells it */
        (void)memory_take_left(memory, &interval);
    tracked_close(memory, left, interval);
}

/* Whether a pool has nothing but blocks, in its first extent and those that came later, and samples
   or a short extent. */
static bool has_only_blocks(const own_pool *pool)
{
    const struct memory *memory = &pool->part.memory;
    unsigned others = pool_flags(pool) & ~(POOL_ROOT | POOL_NAMED | POOL_SAMPLED | POOL_SHORT);
    return POOL_READY && !others && !pool->part.ledger.newest && !memory->account.limit &&
           !memory->outside && !extent_is_big(&pool->first);
}

bool sampled_make_plain(own_pool *pool)
{
    if (!has_only_blocks(pool) || pool->part.memory.stock)
        return false;
    struct memory *memory = &pool->part.memory;
    if (pool_flags(pool) & POOL_SHORT && memory_is_within_first(memory)) {
        clear_flags(pool, POOL_SHORT);
        memory_lengthen_empty(memory);
    }
    sampled_clear(pool);
    if (memory->extent != &pool->first)
        return false;
    clear_flags(pool, POOL_SAMPLED);
    return pool_is_plain(pool);
}

bool sampled_keep_plain(own_pool *pool)
{
    if (!has_only_blocks(pool))
        return false;
    sampled_clear(pool);
    if (pool_flags(pool) & POOL_ROOT)
        learn_root(pool);
    memory_end(&pool->part.memory);
    clear_flags(pool, POOL_SAMPLED);
    return pool_is_plain(pool) && pool_keep(pool, NULL);
}

void own_set_site_tracking(size_t bytes)
{
    site_set_interval(bytes);
    chunk_interval_changed();
}

/* Whatever else OWN_CHECK says: check/words.c. */
__attribute__((constructor)) static void begin(void)
{
    if (check_asks_for_sites())
        own_set_site_tracking(SITE_INTERVAL_OF_CHECK);
}

static bool has_any(const own_pool *pool)
{
    return OWN_UNLIKELY(pool_flags(pool) & POOL_SAMPLED);
}

struct sampled_counts sampled_count(const own_pool *pool)
{
    struct sampled_counts counts = {.cost = 0};
    struct sample sample;
    uint32_t place = 0;
    while (has_any(pool) && sample_next(pool, &place, &sample)) {
        if (!sample.chunk)
            continue;
        counts.blocks.blocks++;
        counts.blocks.bytes += sample.size;
        counts.cost += chunk_round(sample.asked);
    }
    return counts;
}

static struct sample make_sample(own_pool *pool, size_t size, size_t interval)
{
    return (struct sample){
        .owner = pool, .size = size, .interval = interval, .stack = site_capture()};
}

/* Gets the chunk of a block that is apart; the first part is entered. NULL: ENOMEM or EDQUOT. */
static void *get(own_pool *pool, size_t alignment, struct sample *sample)
{
    struct account *account = part_account(&pool->part);
    size_t granted;
    int saved = errno;
    sample->asked = sample->size + (alignment > GRANULE ? alignment : 0);
    sample->chunk = account_get(account, sample->asked, &granted);
    if (!sample->chunk)
        return NULL;
    void *block = (void *)round_up((uintptr_t)sample->chunk, max_size(alignment, GRANULE));
    sample->block = block;
    if (!sample_add(sample)) {
        account_put_failed(account, sample->chunk, sample->asked);
        errno = saved;
        return NULL;
    }
    pool_set_flags(pool, POOL_SAMPLED);
    part_count_foreign(&pool->part, sample->size, true);
    return block;
}

void *sampled_alloc(own_pool *pool, size_t interval, size_t alignment, size_t bytes, bool zero)
{
    size_t size = granules_of(bytes) << GRANULE_SHIFT;
    if (!site_is_on())
        return NULL;
    struct sample sample = make_sample(pool, size, interval);
    pool_enter_part(&pool->part);
    char *block = get(pool, alignment, &sample);
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    if (!block)
        return NULL;
    mark_undefined(block, size);
    if (zero)
        memset(block, 0, size);
    else
        memset(block + size - GRANULE, 0, GRANULE);
    return block;
}

void sampled_note(own_pool *pool, size_t interval, const void *block, size_t bytes)
{
    if (!site_is_on())
        return;
    struct sample sample = make_sample(pool, bytes, interval);
    sample.block = block;
    pool_enter_part(&pool->part);
    pool_set_flags(pool, POOL_SAMPLED);
    (void)sample_add(&sample);
    pool_leave(&pool->part);
}

bool sampled_find(const own_pool *pool, const void *block, struct sample *found)
{
    return has_any(pool) && sample_find(block, pool, found) && found->chunk;
}

/* The sample is no more; the first part is entered. */
static void put(own_pool *pool, const struct sample *sample)
{
    part_count_foreign(&pool->part, sample->size, false);
    account_put(part_account(&pool->part), sample->chunk, sample->asked);
}

bool sampled_free(own_pool *pool, const void *block)
{
    struct sample sample;
    if (!has_any(pool))
        return false;
    pool_enter_part(&pool->part);
    bool found = sampled_find(pool, block, &sample) && sample_take(block, pool, &sample);
    if (found)
        put(pool, &sample);
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    return found;
}

bool sampled_shrink(own_pool *pool, const void *block, size_t size)
{
    struct sample sample;
    pool_enter_part(&pool->part);
    bool found = sampled_find(pool, block, &sample) && sample_take(block, pool, &sample);
    if (found) {
        part_count_foreign(&pool->part, sample.size, false);
        sample.size = size;
        (void)sample_add(&sample); /* into the record that has become free */
        part_count_foreign(&pool->part, size, true);
    }
    pool_leave(&pool->part);
    return found;
}

void sampled_move(own_pool *to, const struct sample *sample)
{
    struct sample moved = *sample;
    moved.owner = to;
    pool_enter_part(&to->part);
    pool_set_flags(to, POOL_SAMPLED);
    (void)sample_add(&moved);
    pool_leave(&to->part);
}

bool sampled_covers(const own_pool *pool, const void *address)
{
    struct sample sample;
    uint32_t place = 0;
    while (has_any(pool) && sample_next(pool, &place, &sample)) {
        if (sample.chunk && (uintptr_t)address - (uintptr_t)sample.chunk < sample.asked)
            return true;
    }
    return false;
}

void sampled_clear(own_pool *pool)
{
    struct sample sample;
    unsigned flags = pool_flags(pool) & (POOL_SAMPLED | POOL_SHORT);
    if (OWN_LIKELY(!flags))
        return;
    pool_enter_part(&pool->part);
    if (flags & POOL_SHORT)
        memory_lengthen(&pool->part.memory);
    if (!pool_parts(pool))
        clear_flags(pool, POOL_SHORT);
    while (has_any(pool) && sample_take_newest(pool, &sample)) {
        if (sample.chunk)
            put(pool, &sample);
    }
    pool_leave(&pool->part);
}
