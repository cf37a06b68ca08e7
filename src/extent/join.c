/*
 * extent/join.c - joining free blocks, extent by extent, when there is no other room.
 *
 * Whole extents are joined, but only if much of the memory is free, and enough was freed since the
 * last time, so the cost of joining is proportional to what was freed. (Deferred joining: Wilson,
 * Johnstone, Neely and Boles, "Dynamic storage allocation: a survey and critical review", 1995,
 * section 3.10.)
 */
#include "extent/free.h"

#define FREE_PART 5  /* of a memory, what has to be free */
#define JOIN_PART 64 /* of an extent, what has to be freed before it is joined */
#define JOIN_MOST 16 /* extents that are looked at for one request */

/* Joins the free blocks of an extent with those that follow them, and the last with what is behind
   bump. */
static void join(struct memory *memory, struct extent *extent)
{
    size_t used = extent_used(memory, extent);
    for (size_t index = extent_first_index(extent); index < used;) {
        size_t end = index + free_size(memory, extent, index);
        if (is_free(extent, index) && free_is_at_bump(memory, extent, end)) {
            free_unlist(memory, extent, index, end - index);
            free_give_to_bump(memory, index);
            return;
        }
        if (!is_free(extent, index) || end == used || !is_free(extent, end)) {
            index = end;
            continue;
        }
        free_unlist(memory, extent, index, end - index);
        while (end < used && is_free(extent, end)) {
            size_t behind = free_size(memory, extent, end);
            free_unlist(memory, extent, end, behind);
            clear_start(extent, end);
            end += behind;
        }
        free_list(memory, extent, index, end - index); /* looked at once more: it may be the last */
    }
}

/* Joins what lies in the extents that extent_small lists; where at least so much was freed. */
static bool join_small(struct memory *memory, size_t least)
{
    struct stock *stock = memory->stock;
    struct extent *first = extent_first(memory);
    size_t freed = stock->freed + (extent_is_big(first) ? extent_big(first)->freed : 0);
    if (!freed || freed << GRANULE_SHIFT < least)
        return false;
    stock->freed = 0;
    if (extent_is_big(first))
        extent_big(first)->freed = 0;
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        if (extent->settled && !extent_can_go(extent))
            join(memory, extent);
    }
    return true;
}

/* Whether much of the memory is free: only then is it worth looking for pieces that fit together.
   */
static bool has_much_free(const struct memory *memory)
{
    size_t reserved = memory->account.reserved;
    return reserved - min_size(reserved, memory->bytes) > reserved / FREE_PART;
}

bool free_join(struct memory *memory)
{
    if (!has_stock(memory) || !has_much_free(memory))
        return false;
    bool joined = join_small(memory, memory->account.reserved / JOIN_PART / JOIN_PART);
    struct extent *extent = memory->stock->join;
    if (!extent)
        extent = memory->stock->extents;
    for (unsigned i = 0; extent && i < JOIN_MOST; i++) {
        struct big *big = extent_big(extent);
        if (extent->settled && big->freed >= extent->granules / JOIN_PART) {
            big->freed = 0;
            join(memory, extent);
            joined = true;
        }
        extent = big->older;
    }
    memory->stock->join = extent;
    return joined;
}

bool free_join_all(struct memory *memory)
{
    if (!has_stock(memory))
        return false;
    bool joined = join_small(memory, 1);
    for (struct extent *extent = memory->stock->extents; extent;
         extent = extent_big(extent)->older) {
        if (!extent->settled || !extent_big(extent)->freed)
            continue;
        extent_big(extent)->freed = 0;
        join(memory, extent);
        joined = true;
    }
    return joined;
}
