/*
 * block/block.c - own_alloc and own_free.
 */
#include "block/fast.h"

/* The one external definition of each inline function of own/block.h. */
extern inline bool own_bump_fits(const own_pool *pool, size_t bytes);
extern inline void *own_bump(own_pool *pool, size_t bytes);
extern inline void *own_alloc(own_pool *pool, size_t count, size_t size);
extern inline void *own_alloc_raw(own_pool *pool, size_t count, size_t size);

_Static_assert(offsetof(struct own_front, object) == offsetof(own_pool, object) &&
                   offsetof(struct own_front, bump) == offsetof(own_pool, part.memory.bump) &&
                   offsetof(struct own_front, end) == offsetof(own_pool, part.memory.end),
               "the front of a pool is what the header says");
_Static_assert(OWN_BUMP_MAX <= LOG_MOST << GRANULE_SHIFT, "the header writes one byte to the log");

/* A confined pool that has to take memory: those like it are to have more from the beginning. */
static __attribute__((noinline)) void *alloc_more(own_pool *pool, size_t alignment, size_t bytes,
                                                  bool zero)
{
    struct memory *memory = &pool->part.memory;
    bool first = memory->extent == &pool->first;
    void *block = alignment > GRANULE ? memory_alloc_aligned(memory, alignment, bytes)
                                      : memory_alloc(memory, bytes, zero);
    if (OWN_UNLIKELY(first && memory->extent != &pool->first))
        learn_outgrown(pool);
    part_debug_step(&pool->part);
    return block;
}

void block_tell_failed(own_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    if (multiply_overflows(count, size, &bytes))
        bytes = SIZE_MAX;
    side_tell_failed(pool, bytes);
}

void *block_alloc_uncounted(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero)
{
    size_t bytes;
    if (pool_flags(pool) & POOL_PRIVATE)
        return private_alloc(pool, alignment, count, size, zero);
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (pool_flags(pool) & POOL_EXACT)
        return exact_alloc(pool, alignment, bytes, zero);
    struct parts *parts = pool_parts(pool);
    if (!parts) {
        inside_begin(pool);
        void *block = alloc_more(pool, alignment, bytes, zero);
        inside_end(pool);
        return block;
    }
    void *block = alignment > GRANULE ? parts_alloc_aligned(parts, alignment, bytes)
                                      : parts_alloc(parts, bytes, zero);
    pool_debug_blocks(pool);
    return block;
}

/* Whether a block has been counted, where that is simple: it fits into what was counted when the
   memory was opened, or is not to be sampled. */
static inline bool is_passed(const own_pool *pool, size_t alignment, size_t count, size_t size)
{
    const struct memory *memory = &pool->part.memory;
    unsigned flags = pool_flags(pool) & (POOL_PRIVATE | POOL_EXACT | POOL_SHORT);
    if (!memory->end || count != 1 || size - 1 >= LARGE_OVER || (flags & ~POOL_SHORT))
        return false;
    size_t granules = granules_of(size);
    return bump_has(memory, granules + alignment / GRANULE) ||
           (!flags && site_passes(granules << GRANULE_SHIFT));
}

/* All that is rare: errors, pools of several threads or with an allocator. */
static __attribute__((noinline)) void *alloc_anywhere(own_pool *pool, size_t alignment,
                                                      size_t count, size_t size, bool zero)
{
    if (!pool_check(pool, "own_alloc"))
        return fail_pointer(EINVAL);
    if (site_is_on())
        return is_passed(pool, alignment, count, size)
                   ? block_alloc_uncounted(pool, alignment, 1, size, zero)
                   : counted_alloc(pool, alignment, count, size, zero);
    return block_alloc_uncounted(pool, alignment, count, size, zero);
}

/* The same, and the pool's `failed` is told where it fails. */
static __attribute__((noinline)) void *alloc_rare(own_pool *pool, size_t alignment, size_t count,
                                                  size_t size, bool zero)
{
    void *block = alloc_anywhere(pool, alignment, count, size, zero);
    if (OWN_UNLIKELY(!block))
        block_tell_failed(pool, count, size);
    return block;
}

void *block_alloc_untold(own_pool *pool, size_t bytes)
{
    return alloc_anywhere(pool, 1, 1, bytes, false);
}

/*
 * A shared pool: in the part of the calling thread, whose memory is `memory`. A pool with an
 * allocator has no memory there.
 */
static __attribute__((noinline)) void *alloc_beside_pages(own_pool *pool, struct memory *memory,
                                                          size_t bytes, bool zero)
{
    if (site_is_on()) /* what was freed is counted when it is used again */
        return alloc_rare(pool, 1, 1, bytes, zero);
    size_t granules = memory_granules_of(memory, bytes);
    void *block = granules ? memory_alloc_listed(memory, granules, zero, false) : NULL;
    if (!block)
        block = memory_bump_fast(memory, bytes, zero);
    return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, 1, bytes, zero);
}

/* The first page of the size is full, or it is the front of a tap. */
static __attribute__((noinline)) void *alloc_in_next_page(own_pool *pool, struct memory *memory,
                                                          size_t granules, bool zero)
{
    if (OWN_UNLIKELY(page_is_tap(memory->stock->page[granules])))
        return counted_alloc_tapped(pool, memory, granules, zero);
    if (site_is_on())
        return alloc_rare(pool, 1, granules, GRANULE, zero);
    struct page *page = page_listed(memory->stock, granules);
    return OWN_LIKELY(page != NULL) ? memory_alloc_in_page(memory, page, granules, zero, false)
                                    : alloc_rare(pool, 1, granules, GRANULE, zero);
}

static __attribute__((noinline)) void *alloc_in_next_raw(own_pool *pool, size_t granules)
{
    return alloc_in_next_page(pool, &pool->part.memory, granules, false);
}

static __attribute__((noinline)) void *alloc_in_next_zero(own_pool *pool, size_t granules)
{
    return alloc_in_next_page(pool, &pool->part.memory, granules, true);
}

static inline __attribute__((always_inline)) void *
alloc_in_part(own_pool *pool, struct memory *memory, size_t bytes, bool zero)
{
    if (!memory->stock) {
        void *block = memory_bump_fast(memory, bytes, zero);
        return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, 1, bytes, zero);
    }
    size_t granules = memory_granules_of(memory, bytes);
    struct page *page = granules ? memory->stock->page[granules] : NULL;
    if (!page)
        return alloc_beside_pages(pool, memory, bytes, zero);
    if (OWN_UNLIKELY(!page->avail))
        return alloc_in_next_page(pool, memory, granules, zero);
    return memory_alloc_in_page(memory, page, granules, zero, false);
}

/* The part is not found at once. */
static __attribute__((noinline)) void *alloc_far(own_pool *pool, size_t bytes, bool zero)
{
    struct part *mine = parts_mine(pool_parts(pool));
    return OWN_LIKELY(mine != NULL) ? alloc_in_part(pool, &mine->memory, bytes, zero)
                                    : alloc_rare(pool, 1, 1, bytes, zero);
}

static __attribute__((noinline)) void *alloc_shared(own_pool *pool, size_t bytes)
{
    struct part *mine = parts_mine_fast(pool_parts(pool));
    return OWN_LIKELY(mine != NULL) ? alloc_in_part(pool, &mine->memory, bytes, true)
                                    : alloc_far(pool, bytes, true);
}

static __attribute__((noinline)) void *alloc_shared_raw(own_pool *pool, size_t bytes)
{
    struct part *mine = parts_mine_fast(pool_parts(pool));
    return OWN_LIKELY(mine != NULL) ? alloc_in_part(pool, &mine->memory, bytes, false)
                                    : alloc_far(pool, bytes, false);
}

/* The same while sites are tracked. */
static __attribute__((noinline)) void *alloc_counted_beyond(own_pool *pool, size_t bytes, bool zero)
{
    struct memory *memory = &pool->part.memory;
    size_t size = granules_of(bytes) << GRANULE_SHIFT;
    void *block = NULL;
    if (!memory->stock) {
        block = counted_alloc_closed(pool, bytes, zero);
    } else if (has_pages(memory) && bytes <= LARGE_OVER && site_passes(size)) {
        block = memory_alloc_beyond(memory, bytes, zero);
        if (OWN_UNLIKELY(!block))
            site_take_back(size); /* it is counted where it is allocated */
    }
    return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, 1, bytes, zero);
}

/* A confined pool: a block that no page has. */
static __attribute__((noinline)) void *alloc_beyond_pages(own_pool *pool, size_t bytes, bool zero)
{
    struct memory *memory = &pool->part.memory;
    if (!memory->end && site_is_on()) /* what is left in front of `end` has been counted */
        return alloc_counted_beyond(pool, bytes, zero);
    void *block = memory_alloc_beyond(memory, bytes, zero);
    return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, 1, bytes, zero);
}

static __attribute__((noinline)) void *alloc_listed(own_pool *pool, size_t granules)
{
    void *block = memory_alloc_listed(&pool->part.memory, granules, true, true);
    return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, granules, GRANULE, true);
}

static __attribute__((noinline)) void *alloc_listed_raw(own_pool *pool, size_t granules)
{
    void *block = memory_alloc_listed(&pool->part.memory, granules, false, true);
    return OWN_LIKELY(block != NULL) ? block : alloc_rare(pool, 1, granules, GRANULE, false);
}

/* Whether the fields of a pool may be read before pool_check. Those of a dead one may, except under
   AddressSanitizer, which is told that their memory is free. */
static inline bool is_readable(const own_pool *pool)
{
    return pool && !(MARKS_ASAN && object_is_dead(&pool->object));
}

/* A dead pool has no stock, and is refused where all that is rare is done. */
static inline __attribute__((always_inline)) void *alloc(own_pool *pool, size_t count, size_t size,
                                                         bool zero)
{
    size_t bytes;
    if (OWN_UNLIKELY(OWN_DEBUG || !is_readable(pool) || multiply_overflows(count, size, &bytes)))
        return alloc_rare(pool, 1, count, size, zero);
    if (OWN_UNLIKELY(pool_parts(pool) != NULL))
        return zero ? alloc_shared(pool, bytes) : alloc_shared_raw(pool, bytes);
    struct memory *memory = &pool->part.memory;
    size_t granules = memory_granules_of(memory, bytes);
    if (OWN_UNLIKELY(!granules))
        return alloc_beyond_pages(pool, bytes, zero);
    struct page *page = memory->stock->page[granules];
    if (!page)
        return zero ? alloc_listed(pool, granules) : alloc_listed_raw(pool, granules);
    if (OWN_UNLIKELY(!page->avail)) /* others may have room: a list would keep extents alive */
        return zero ? alloc_in_next_zero(pool, granules) : alloc_in_next_raw(pool, granules);
    return memory_alloc_in_page(memory, page, granules, zero, true);
}

void *own_alloc_slow(own_pool *pool, size_t count, size_t size)
{
    return alloc(pool, count, size, true);
}

void *own_alloc_raw_slow(own_pool *pool, size_t count, size_t size)
{
    return alloc(pool, count, size, false);
}

void *own_alloc_aligned(own_pool *pool, size_t alignment, size_t count, size_t size)
{
    if (!is_power_of_two(alignment) || !pool_check(pool, "own_alloc_aligned"))
        return fail_pointer(EINVAL);
    return alloc_rare(pool, alignment, count, size, true);
}

static bool free_confined(own_pool *pool, void *block)
{
    struct place place;
    struct memory *memory = &pool->part.memory;
    inside_begin(pool);
    bool found = memory_find(memory, block, &place);
    if (found)
        memory_free(memory, &place, block);
    if (found && site_is_on())
        sampled_count_anew(pool);
    part_debug_step(&pool->part);
    inside_end(pool);
    return found;
}

static __attribute__((noinline)) int free_rare(own_pool *pool, void *block)
{
    if (!block)
        return 0;
    if (!pool_check(pool, "own_free"))
        return fail_with(EINVAL);
    struct parts *parts = pool_parts(pool);
    bool found = parts ? parts_free_block(parts, block) : free_confined(pool, block);
    pool_debug_blocks(pool);
    if (found || exact_free(pool, block) || sampled_free(pool, block))
        return 0;
    return foreign_free_block(pool, block);
}

/* A block of an extent that is not just listed, or an address where none begins. */
static __attribute__((noinline)) int free_beyond_pages(own_pool *pool, void *block,
                                                       struct extent *extent)
{
    return extent && memory_free_beyond(&pool->part.memory, extent, block) ? 0
                                                                           : free_rare(pool, block);
}

static __attribute__((noinline)) int free_logged(own_pool *pool, void *block, struct extent *extent)
{
    if (OWN_UNLIKELY(!memory_free_logged(&pool->part.memory, block)))
        return free_beyond_pages(pool, block, extent);
    if (site_is_on())
        sampled_count_anew(pool);
    return 0;
}

/* The address lies in no page of a confined pool. */
static __attribute__((noinline)) int free_in_extent(own_pool *pool, void *block,
                                                    claim_value claimed)
{
    struct memory *memory = &pool->part.memory;
    struct extent *extent = memory_extent_of(memory, claimed, block);
    if (OWN_LIKELY(extent && memory_free_in_extent(memory, extent, block, true)))
        return 0;
    return free_logged(pool, block, extent);
}

static __attribute__((noinline)) int retire_in_part(struct memory *memory, struct page *page)
{
    (void)page_retire(memory, page);
    return 0;
}

/* The same of a confined pool, with what own_free still has in a register. */
static __attribute__((noinline)) int retire(own_pool *pool, struct page *page)
{
    (void)page_retire(&pool->part.memory, page);
    return 0;
}

/* A shared pool: a block that may lie in the part of the calling thread, but in no page. */
static __attribute__((noinline)) int free_beside_pages(own_pool *pool, struct memory *memory,
                                                       void *block, claim_value claimed)
{
    struct extent *extent = claim_address(claimed);
    if (OWN_LIKELY(claimed && !(claimed & CLAIM_LARGE) &&
                   memory_free_in_extent(memory, extent, block, false)))
        return 0;
    return free_rare(pool, block);
}

static inline __attribute__((always_inline)) int free_in_part(own_pool *pool, struct memory *memory,
                                                              void *block)
{
    claim_value claimed = memory_claimed(memory, block);
    if (OWN_UNLIKELY(!(claimed & CLAIM_UNIT)))
        return free_beside_pages(pool, memory, block, claimed);
    struct page *page = memory_free_in_unit(memory, unit_of(claimed), block, false);
    if (OWN_UNLIKELY(!page))
        return free_rare(pool, block);
    return OWN_UNLIKELY(page_is_due(page)) ? retire_in_part(memory, page) : 0;
}

/* The part is not found at once. */
static __attribute__((noinline)) int free_far(own_pool *pool, void *block)
{
    struct part *mine = parts_mine(pool_parts(pool));
    return OWN_LIKELY(mine != NULL) ? free_in_part(pool, &mine->memory, block)
                                    : free_rare(pool, block);
}

static __attribute__((noinline)) int free_shared(own_pool *pool, void *block)
{
    struct part *mine = parts_mine_fast(pool_parts(pool));
    return OWN_LIKELY(mine != NULL) ? free_in_part(pool, &mine->memory, block)
                                    : free_far(pool, block);
}

/* A dead pool has no unit and no lists, and NULL is nowhere: all that is rare. */
int own_free(own_pool *pool, void *block)
{
    if (OWN_UNLIKELY(OWN_DEBUG || !is_readable(pool)))
        return free_rare(pool, block);
    if (OWN_UNLIKELY(pool_parts(pool) != NULL))
        return free_shared(pool, block);
    struct memory *memory = &pool->part.memory;
    claim_value claimed = memory_claimed(memory, block);
    if (OWN_UNLIKELY(!(claimed & CLAIM_UNIT)))
        return free_in_extent(pool, block, claimed);
    /* The memory of a confined pool has no tag. */
    struct unit *unit = (struct unit *)(uintptr_t)(claimed - CLAIM_UNIT);
    struct page *page = memory_free_in_unit(memory, unit, block, true);
    if (OWN_UNLIKELY(!page))
        return free_rare(pool, block);
    return OWN_UNLIKELY(page_is_due(page)) ? retire(pool, page) : 0;
}
