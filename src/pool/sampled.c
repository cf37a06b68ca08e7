/*
 * pool/sampled.c - blocks of a pool that were sampled.
 */
#include "extent/tracked.h"
#include "pool/pool.h"

#include <own/report.h>

#include <string.h>

__thread struct sampled_due sampled_due;

static uint16_t *due_of(unsigned class)
{
    if (OWN_UNLIKELY(sampled_due.generation != site_generation())) {
        memset(&sampled_due, 0, sizeof(sampled_due));
        for (unsigned i = 0; i < CLASS_SMALL; i++)
            sampled_due.left[i] = -1; /* to be drawn */
        sampled_due.generation = site_generation();
    }
    return class < CLASS_SMALL ? &sampled_due.count[class] : NULL;
}

/* The rooms of the pools of a class are equal, so that they are counted instead of their bytes. */
static size_t room_of(const own_pool *pool)
{
    const struct extent *first = &pool->first;
    return (first->granules - extent_first_index(first)) << GRANULE_SHIFT;
}

bool sampled_keep_slow(own_pool *pool, unsigned class)
{
    uint16_t *count = due_of(class);
    size_t room = room_of(pool);
    tracked_forget(&pool->part.memory);
    if (!count || !site_is_on())
        return false;
    int32_t *left = &sampled_due.left[class];
    if (*left < 0)
        *left = site_blocks_left(room + !room);
    if (*left > 0) {
        if (!ready_keep_asked(chunk_cache, class, pool))
            return false;
        --*left;
        return true;
    }
    *left = -1;
    if (*count < UINT16_MAX)
        ++*count;
    pool_set_flags(pool, POOL_SAMPLED); /* it is not asked about again */
    return false;
}

void sampled_begin(own_pool *pool, size_t size)
{
    uint16_t *count = due_of(class_of(size));
    bool struck = count && *count;
    if (struck)
        --*count;
    tracked_begin(&pool->part.memory, struck);
}

void sampled_shorten(own_pool *pool)
{
    size_t left = pool_parts(pool) ? SITE_NONE : tracked_left(&pool->part.memory);
    if (left != SITE_NONE && memory_shorten(&pool->part.memory, left))
        pool_set_flags(pool, POOL_SHORT);
}

void sampled_lengthen(own_pool *pool)
{
    uint16_t *flags = &pool->part.ledger.flags;
    if (OWN_LIKELY(!(pool_flags(pool) & POOL_SHORT)) || pool_parts(pool))
        return;
    __atomic_store_n(flags, (uint16_t)(*flags & ~POOL_SHORT), __ATOMIC_RELAXED);
    memory_lengthen(&pool->part.memory);
    tracked_begin(&pool->part.memory, false);
}

void own_set_site_tracking(size_t bytes)
{
    site_set_interval(bytes);
    chunk_ask_first(bytes != 0);
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

void *sampled_alloc(own_pool *pool, size_t alignment, size_t bytes, bool zero)
{
    size_t interval = site_interval();
    size_t size = granules_of(bytes) << GRANULE_SHIFT;
    if (!interval)
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

void sampled_note(own_pool *pool, const void *block, size_t bytes)
{
    size_t interval = site_interval();
    if (!interval)
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
    if (!has_any(pool))
        return;
    pool_enter_part(&pool->part);
    for (uint32_t place = 0; sample_next(pool, &place, &sample); place = 0) {
        (void)sample_take(sample.block, pool, &sample);
        if (sample.chunk)
            put(pool, &sample);
    }
    pool_leave(&pool->part);
}
