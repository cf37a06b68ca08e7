/*
 * pool/large.c - blocks that are chunks of their own.
 *
 * Over a quarter of a MiB a block would leave too much of an extent unused. It gets a chunk, with a
 * record in front of it, and is found through the unit map. Over CHUNK_MAX it is a mapping of its
 * own, which grows and shrinks by moving pages instead of bytes.
 */
#include "pool/place.h"

#include <errno.h>
#include <string.h>

static size_t offset_of(const struct large *large)
{
    return (size_t)((uintptr_t)large->block - (uintptr_t)large);
}

static bool claim(own_pool *pool, struct large *large)
{
    return chunk_claim(large->block, 1, pool, (void *)((uintptr_t)large | CLAIM_LARGE));
}

static void link_in(own_pool *pool, struct large *large)
{
    large->newer = NULL;
    large->older = pool->large;
    if (large->older)
        large->older->newer = large;
    pool->large = large;
}

static void link_out(own_pool *pool, struct large *large)
{
    if (large->newer)
        large->newer->older = large->older;
    else
        pool->large = large->older;
    if (large->older)
        large->older->newer = large->newer;
}

void *large_get(own_pool *pool, size_t size, size_t alignment, bool zero)
{
    size_t slack = sizeof(struct large) + max_size(alignment, GRANULE);
    size_t total;
    if (add_overflows(size, slack, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t granted;
    struct large *large = account_get(&pool->account, total, &granted);
    if (!large)
        return NULL;
    large->block = (void *)round_up((uintptr_t)(large + 1), max_size(alignment, GRANULE));
    large->size = size;
    large->granted = granted;
    if (!claim(pool, large)) {
        account_put(&pool->account, large, granted);
        return NULL;
    }
    link_in(pool, large);
    pool->blocks++;
    pool->bytes += size;
    if (zero && granted <= CHUNK_MAX)
        memset(large->block, 0, size);
    return large->block;
}

void large_put(own_pool *pool, struct large *large)
{
    link_out(pool, large);
    chunk_unclaim(large->block, 1);
    pool->peak = max_size(pool->peak, pool_bytes(pool));
    pool->blocks--;
    pool->bytes -= large->size;
    account_put(&pool->account, large, large->granted);
}

void large_free_all(own_pool *pool)
{
    while (OWN_UNLIKELY(pool->large))
        large_put(pool, pool->large);
}

static void *set_size(own_pool *pool, struct large *large, size_t size, bool zero_growth)
{
    pool->peak = max_size(pool->peak, pool_bytes(pool));
    if (zero_growth && size > large->size)
        memset((char *)large->block + large->size, 0, size - large->size);
    pool->bytes += size - large->size;
    large->size = size;
    return large->block;
}

/* Moves the mapping of a block to one of another size. */
static void *remap(own_pool *pool, struct large *large, size_t size, size_t whole)
{
    size_t offset = offset_of(large);
    size_t granted = large->granted;
    if (whole > granted && !account_charge(&pool->account, whole - granted))
        return NULL;
    chunk_unclaim(large->block, 1);
    struct large *moved = chunk_resize(large, granted, whole);
    if (!moved) {
        claim(pool, large); /* as it was before: cannot fail */
        if (whole > granted)
            account_uncharge(&pool->account, whole - granted);
        return NULL;
    }
    if (whole < granted)
        account_uncharge(&pool->account, granted - whole);
    moved->granted = whole;
    moved->block = (char *)moved + offset;
    claim(pool, moved); /* chunk_resize has made sure of it */
    if (moved->newer)
        moved->newer->older = moved;
    else
        pool->large = moved;
    if (moved->older)
        moved->older->newer = moved;
    /* Pages that the mapping already had behind the block may have been written to. */
    size_t old_end = min_size(granted - offset, size);
    if (old_end > moved->size)
        memset((char *)moved->block + moved->size, 0, old_end - moved->size);
    return set_size(pool, moved, size, false);
}

void *large_shrink_here(own_pool *pool, struct large *large, size_t size)
{
    return set_size(pool, large, size, false);
}

void *large_resize(own_pool *pool, struct large *large, size_t size)
{
    size_t room = large->granted - offset_of(large);
    size_t total;
    errno = 0;
    if (add_overflows(size, offset_of(large), &total)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t whole = chunk_round(total);
    if (whole > CHUNK_MAX && large->granted > CHUNK_MAX && whole != large->granted) {
        void *block = remap(pool, large, size, whole);
        /* Giving pages back is no need: where the system cannot, the block keeps them. */
        return block || size > room ? block : set_size(pool, large, size, true);
    }
    if (size <= room && size >= room / 2)
        return set_size(pool, large, size, true);
    return NULL;
}
