/*
 * block/sampled.c - own_alloc and own_realloc while sites are tracked.
 *
 * Each block that is allocated by a call is counted here, with its size, and so is each that
 * own_realloc makes another size, as if it were a new one. What is allocated inline is counted
 * before, by the memory (extent/tracked.c), and with it what a call allocates there.
 */
#include "block/block.h"
#include "extent/tracked.h"
#include "memory/fast.h"
#include "page/tap.h"

#include <string.h>

/* Whether blocks of a pool may be put apart when they are sampled. */
static bool puts_apart(const own_pool *pool)
{
    return !(pool_flags(pool) & (POOL_PRIVATE | POOL_EXACT));
}

/* Whether a block that is not apart can be a sample: where freeing it forgets that. */
static bool is_forgotten(const own_pool *pool, const void *block)
{
    const struct claim *claim = chunk_claim_at(block);
    if (!puts_apart(pool))
        return true;
    return claim && __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&claim->value, __ATOMIC_RELAXED) & CLAIM_LARGE;
}

/* The size with which a block is counted: that of it, which own_block_size tells. */
static size_t counted_size(const own_pool *pool, size_t bytes)
{
    return puts_apart(pool) ? granules_of(bytes) << GRANULE_SHIFT : max_size(bytes, 1);
}

/* A block that is to be sampled. `interval`: that with which it was drawn. */
static void *alloc_sampled(own_pool *pool, size_t interval, size_t alignment, size_t bytes,
                           bool zero)
{
    int saved = errno;
    void *block = NULL;
    if (puts_apart(pool) && bytes <= LARGE_OVER && alignment <= LARGE_OVER)
        block = sampled_alloc(pool, interval, alignment, bytes, zero);
    if (block)
        return block;
    errno = saved;
    block = block_alloc_uncounted(pool, alignment, 1, bytes, zero);
    if (block && is_forgotten(pool, block))
        sampled_note(pool, interval, block, counted_size(pool, bytes));
    return block;
}

/* The memory that the calling thread uses. NULL: it has none yet. */
static struct memory *memory_of(own_pool *pool)
{
    struct parts *parts = pool_parts(pool);
    struct part *mine = parts ? parts_mine(parts) : &pool->part;
    return mine ? &mine->memory : NULL;
}

void *counted_alloc_closed(own_pool *pool, size_t bytes, bool zero)
{
    struct memory *memory = &pool->part.memory;
    size_t granules = granules_of(bytes);
    size_t strikes;
    if (OWN_DEBUG || MARKS_ASAN || object_is_dead(&pool->object) || memory->stock ||
        !puts_apart(pool) || !memory_bump_has(memory, bytes) ||
        !tracked_count(memory, granules << GRANULE_SHIFT, &strikes))
        return NULL;
    return OWN_UNLIKELY(strikes) ? alloc_sampled(pool, strikes, 1, bytes, zero)
                                 : memory_bump_settled(memory, granules, zero);
}

void *counted_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero)
{
    size_t bytes;
    size_t strikes = 0; /* the interval */
    struct memory *memory = memory_of(pool);
    if (multiply_overflows(count, size, &bytes))
        return block_alloc_uncounted(pool, alignment, count, size, zero);
    size_t counted = counted_size(pool, bytes);
    bool in_extent = bytes <= LARGE_OVER;
    if (in_extent && OWN_UNLIKELY(pool_flags(pool) & POOL_SHORT) && !pool_parts(pool))
        strikes = sampled_strikes_short(pool, counted);
    if (OWN_UNLIKELY(strikes)) {
        /* it was counted there */
    } else if (in_extent && memory && !memory->end && tracked_count(memory, counted, &strikes)) {
        void *block = NULL;
        if (!strikes && alignment <= GRANULE && !OWN_DEBUG && !MARKS_ASAN)
            block = memory_bump_fast(memory, bytes, zero);
        if (block)
            return block;
    } else if (site_strikes(counted)) {
        strikes = site_interval();
    }
    return strikes ? alloc_sampled(pool, strikes, alignment, bytes, zero)
                   : block_alloc_uncounted(pool, alignment, 1, bytes, zero);
}

/* What is rare where a tap has no page behind it. `strikes`: the block is to be sampled. */
static __attribute__((noinline)) void *alloc_without_page(own_pool *pool, struct memory *memory,
                                                          size_t granules, bool zero, bool strikes)
{
    void *block = strikes ? alloc_sampled(pool, site_interval(), 1, granules << GRANULE_SHIFT, zero)
                          : memory_alloc_listed(memory, granules, zero, false);
    if (!block && !strikes)
        block = block_alloc_uncounted(pool, 1, granules, GRANULE, zero);
    if (OWN_UNLIKELY(!block))
        block_tell_failed(pool, granules, GRANULE);
    return block;
}

void *counted_alloc_tapped(own_pool *pool, struct memory *memory, size_t granules, bool zero)
{
    struct page *front = memory->stock->page[granules];
    struct tap *tap = tap_of(front);
    struct page *page = tap->behind;
    size_t capacity = page_capacity(granules);
    /* Where no page has that size, the block may come to lie at bump, which is counted too. */
    if (OWN_UNLIKELY(!page && !front->next)) {
        void *block = counted_alloc(pool, 1, granules, GRANULE, zero);
        if (OWN_UNLIKELY(!block))
            block_tell_failed(pool, granules, GRANULE);
        return block;
    }
    if (OWN_LIKELY(page)) {
        tap_let_go(tap, page);
        /* Used up: it is treated as if it were full. */
        size_t relist = page_relist(capacity, TAP_RELIST_PART);
        if (OWN_LIKELY((size_t)page->due > relist)) {
            page_unlist(page, relist);
            page = NULL;
        }
    }
    bool changed = front->relist != site_generation();
    if (OWN_UNLIKELY(changed && !site_is_on())) {
        taps_end(memory->stock);
        return alloc_without_page(pool, memory, granules, zero, false);
    }
    if (OWN_UNLIKELY(changed))
        tap_renew(tap, granules);
    if (OWN_UNLIKELY(tap->left <= 0)) {
        tap_renew(tap, granules);
        return alloc_without_page(pool, memory, granules, zero, true);
    }
    if (!page)
        page = front->next;
    if (OWN_UNLIKELY(!page || !page->avail))
        page = page_listed(memory->stock, granules);
    if (OWN_LIKELY(page && tap_put_behind(tap, page, (int32_t)capacity)))
        page = front;
    else
        tap->left--;
    return OWN_LIKELY(page != NULL) ? memory_alloc_in_page(memory, page, granules, zero, false)
                                    : alloc_without_page(pool, memory, granules, zero, false);
}

/* Copies a block to one that is new, and frees it. */
static void *replace(own_pool *pool, void *block, size_t old_size, void *fresh, size_t bytes,
                     bool zero)
{
    size_t kept = min_size(old_size, bytes);
    memcpy(fresh, block, kept);
    if (zero)
        memset((char *)fresh + kept, 0, bytes - kept);
    (void)own_free(pool, block);
    return fresh;
}

/* A block that is apart. */
static void *resize_apart(own_pool *pool, void *block, const struct sample *sample, size_t bytes,
                          bool zero)
{
    int saved = errno;
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    size_t size = granules_of(bytes) << GRANULE_SHIFT;
    if (size == sample->size) {
        zero_rounding(block, bytes);
        return block;
    }
    void *fresh = counted_alloc(pool, GRANULE, 1, bytes, false);
    if (fresh)
        return replace(pool, block, sample->size, fresh, bytes, zero);
    if (size > sample->size || !sampled_shrink(pool, block, size))
        return NULL;
    zero_rounding(block, bytes);
    errno = saved;
    return block;
}

void *counted_resize(own_pool *pool, void *block, size_t count, size_t size, bool zero,
                     void *(*plain)(own_pool *pool, void *block, size_t count, size_t size,
                                    bool zero))
{
    struct sample sample;
    size_t bytes = count * size;
    if (sampled_find(pool, block, &sample))
        return resize_apart(pool, block, &sample, bytes, zero);
    if (foreign_has(pool, block) && !private_can_resize(pool, block))
        return plain(pool, block, count, size, zero); /* which allocates, and so counts */
    int saved = errno;
    size_t old_size = block_find_size(pool, block);
    if (old_size == counted_size(pool, bytes))
        return plain(pool, block, count, size, zero); /* it stays what it is */
    bool strikes = site_strikes(counted_size(pool, bytes));
    bool moves = strikes && old_size && puts_apart(pool) && bytes <= LARGE_OVER;
    void *fresh = moves ? sampled_alloc(pool, site_interval(), GRANULE, bytes, false) : NULL;
    errno = saved;
    if (fresh)
        return replace(pool, block, old_size, fresh, bytes, zero);
    void *resized = plain(pool, block, count, size, zero);
    if (!resized)
        return NULL;
    (void)(sample_any() && sample_take(block, pool, &sample));
    if (strikes && is_forgotten(pool, resized))
        sampled_note(pool, site_interval(), resized, counted_size(pool, bytes));
    return resized;
}
