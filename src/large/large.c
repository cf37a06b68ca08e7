/*
 * large/large.c - large blocks: chunks of their own.
 *
 * A block over LARGE_OVER would leave too much of an extent unused. It gets a chunk of whole units,
 * and a record that lies apart from it and is found by the unit map. Over CHUNK_MAX it is a mapping
 * of its own, which grows and shrinks by remapping instead of copying.
 */
#include "large/large.h"

#include "site/sample.h"

#include <errno.h>

static size_t offset_of(const struct large *large)
{
    return (size_t)((char *)large->block - large->chunk);
}

/* The bytes from the block to the end of its chunk. */
static size_t room_of(const struct large *large)
{
    return large->granted - offset_of(large);
}

static bool claim(const struct larges *of, struct large *large)
{
    return chunk_claim(large->block, room_of(large), of->memory,
                       claim_of(large) | CLAIM_LARGE | of->tag);
}

static void link_in(const struct larges *of, struct large *large)
{
    large->newer = NULL;
    large->older = *of->list;
    if (large->older)
        large->older->newer = large;
    *of->list = large;
}

static void link_out(const struct larges *of, struct large *large)
{
    if (large->newer)
        large->newer->older = large->older;
    else
        *of->list = large->older;
    if (large->older)
        large->older->newer = large->newer;
}

/* Gets the chunk of a record, and claims it from the block on. False: ENOMEM or EDQUOT. */
static bool get_chunk(const struct larges *of, struct large *large, size_t size, size_t alignment)
{
    size_t total;
    if (add_overflows(size, alignment > CHUNK_UNIT ? alignment : 0, &total)) {
        errno = ENOMEM;
        return false;
    }
    /* At least a unit, however small the block is: only whole units can be claimed. */
    large->chunk = account_get(of->account, max_size(total, CHUNK_UNIT), &large->granted);
    if (!large->chunk)
        return false;
    large->block = (void *)round_up((uintptr_t)large->chunk, max_size(alignment, GRANULE));
    large->size = size;
    if (claim(of, large))
        return true;
    account_put_failed(of->account, large->chunk, large->granted);
    return false;
}

struct large *large_get(const struct larges *of, size_t size, size_t alignment)
{
    size_t granted;
    struct large *large = account_get(of->account, sizeof(*large), &granted);
    if (!large)
        return NULL;
    if (!get_chunk(of, large, size, alignment)) {
        account_put_failed(of->account, large, sizeof(*large));
        return NULL;
    }
    link_in(of, large);
    return large;
}

void large_detach(const struct larges *of, struct large *large)
{
    link_out(of, large);
    sample_forget(large->block);
    chunk_unclaim(large->block, room_of(large));
}

void large_attach(const struct larges *of, struct large *large)
{
    (void)claim(of, large); /* cannot fail: it had been claimed before */
    link_in(of, large);
}

void large_put(const struct larges *of, struct large *large)
{
    large_detach(of, large);
    account_put(of->account, large->chunk, large->granted);
    account_put(of->account, large, sizeof(*large));
}

void large_end(const struct larges *of)
{
    while (*of->list)
        large_put(of, *of->list);
}

/* Whether the chunk is a mapping, which is zero where it is fresh. */
static bool is_mapping(const struct larges *of, size_t granted)
{
    return granted > CHUNK_MAX && !limit_source(of->account->limit);
}

bool large_is_zero(const struct larges *of, const struct large *large)
{
    return is_mapping(of, large->granted);
}

static void *set_size(struct large *large, size_t size, bool zero_growth)
{
    if (zero_growth && size > large->size)
        memset((char *)large->block + large->size, 0, size - large->size);
    large->size = size;
    return large->block;
}

/* Moves the mapping of a block to one of another size. */
static void *remap(const struct larges *of, struct large *large, size_t size, size_t whole,
                   bool zero)
{
    size_t offset = offset_of(large);
    size_t granted = large->granted;
    if (whole > granted && !account_charge(of->account, whole - granted))
        return NULL;
    chunk_unclaim(large->block, granted - offset);
    char *moved = chunk_resize(large->chunk, granted, whole);
    if (!moved) {
        claim(of, large); /* cannot fail: it had been claimed before */
        if (whole > granted)
            account_cancel(of->account, whole - granted);
        return NULL;
    }
    if (whole < granted)
        account_uncharge(of->account, granted - whole);
    large->chunk = moved;
    large->granted = whole;
    large->block = moved + offset;
    claim(of, large); /* cannot fail: chunk_resize has made sure of that */
    /* Pages that the mapping already had behind the block may have been written to. */
    size_t old_end = min_size(granted - offset, size);
    if (zero && old_end > large->size)
        memset((char *)large->block + large->size, 0, old_end - large->size);
    return set_size(large, size, false);
}

void *large_shrink_here(struct large *large, size_t size)
{
    return set_size(large, size, false);
}

void *large_resize(const struct larges *of, struct large *large, size_t size, bool zero)
{
    size_t room = room_of(large);
    size_t total;
    errno = 0;
    if (add_overflows(size, offset_of(large), &total)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t whole = chunk_round(total);
    if (whole > CHUNK_MAX && is_mapping(of, large->granted) && whole != large->granted) {
        void *block = remap(of, large, size, whole, zero);
        /* If the system cannot shrink the mapping, the block keeps its pages. */
        return block || size > room ? block : set_size(large, size, zero);
    }
    if (size <= room && size >= room / 2)
        return set_size(large, size, zero);
    return NULL;
}
