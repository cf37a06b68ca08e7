/*
 * extent/validate.c - the equations of extent.h, checked.
 */
#include "extent/free.h"

static void check(const struct memory *memory, bool holds, const char *equation)
{
    require(holds, "extent", memory, equation);
}

static bool is_live(const struct extent *extent, size_t index)
{
    const struct bits *bits = extent_bits(extent, index);
    return bits->start & ~bits->free & bit_of(index);
}

/* The settled part of an extent. */
static void validate_settled(struct memory *memory, const struct extent *extent,
                             struct memory_counts *found, size_t *free_blocks)
{
    size_t used = extent_used(memory, extent);
    if (extent == memory->extent)
        used = extent->settled;
    size_t first = extent_first_index(extent);
    size_t pairs = first - 1;
    bool any = false;
    for (size_t word = 0; word < pairs; word++) {
        const struct bits *bits = extent_bits(extent, word << 6);
        check(memory, (bits->free & ~bits->start) == 0, "free is a subset of start");
        for (uint64_t rest = bits->start; rest; rest &= rest - 1) {
            size_t index = (word << 6) + (size_t)__builtin_ctzll(rest);
            check(memory, index >= first && index < used,
                  "no bit in front of the first granule, nor at or behind bump");
            check(memory, any || index == first, "blocks begin at the first granule");
            bool is_free = bits->free & bit_of(index);
            any = true;
            size_t end = min_size(extent_block_end(memory, extent, index), used);
            *free_blocks += is_free;
            if (!is_free) {
                found->blocks++;
                found->bytes += (end - index) << GRANULE_SHIFT;
            }
        }
    }
    check(memory, any || used == first, "blocks lie side by side up to bump");
    if (!extent_can_go(extent))
        return;
    size_t witness = extent_big(extent)->witness;
    check(memory, witness ? witness < used && is_live(extent, witness) : extent == memory->extent,
          "big: witness is the start of a live block");
}

static void validate_left(const struct memory *memory, const struct extent *extent,
                          struct memory_counts *found)
{
    const struct left *left = extent_left(extent);
    const unsigned char *log = (const unsigned char *)extent_end(extent);
    size_t granules = 0;
    for (size_t i = 1; i <= left->log; i++)
        granules += log_granules(log[-(ptrdiff_t)i]);
    check(memory, granules == left->used - extent_first_index(extent),
          "the sum of the log = the granules from first to bump");
    found->blocks += left->log;
    found->bytes += granules << GRANULE_SHIFT;
}

static void validate_extent(struct memory *memory, struct extent *extent,
                            struct memory_counts *found, size_t *free_blocks)
{
    if (extent == memory->extent) {
        const unsigned char *log = (const unsigned char *)extent_end(extent);
        size_t from = extent->settled ? extent->settled : extent_first_index(extent);
        size_t logged = 0;
        for (; memory->end && (const char *)log > memory->end;)
            logged += log_granules(*--log);
        check(memory, from + logged == extent_index(extent, memory->bump),
              "the sum of the log = the granules up to bump");
        check(memory, memory->bump <= (memory->end ? memory->end : extent_end(extent)),
              "bump is not behind its end");
        check(memory, memory->end || extent->settled, "without a log there are bits");
    }
    if (extent->settled)
        validate_settled(memory, extent, found, free_blocks);
    else if (extent != memory->extent)
        validate_left(memory, extent, found);
}

/* The number of free blocks in the lists; SIZE_MAX: a list is wrong. */
static size_t count_listed(struct memory *memory)
{
    size_t listed = 0;
    struct stock *stock = memory->stock;
    for (unsigned bin = 0; bin < BINS; bin++) {
        struct free_block **link = &stock->bin[bin];
        bool present = stock->present[bin / 64] & bit_of(bin);
        if (bin < BINS_EXACT ? *link && !present : !*link == present)
            return SIZE_MAX;
        for (struct free_block *block = *link, *next; block; block = next) {
            struct extent *extent = free_extent_of(memory, block);
            if (!extent || !extent_has(extent, block) || !extent->settled)
                return SIZE_MAX;
            size_t index = extent_index(extent, block);
            size_t granules = free_size(memory, extent, index);
            mark_defined(block, free_marked_bytes(granules));
            next = block->next;
            bool right = is_free(extent, index) && bin_of(granules) == bin && block->link == link &&
                         (granules == 1 || (block->bits == extent_bits(extent, index) &&
                                            block->granules == granules && block->bit == index));
            mark_unusable(block, free_marked_bytes(granules));
            if (!right)
                return SIZE_MAX;
            link = &block->next;
            listed++;
        }
    }
    return listed;
}

size_t extents_validate(struct memory *memory, struct memory_counts *found)
{
    size_t free_blocks = 0;
    size_t chunks = 0;
    validate_extent(memory, memory->extent, found, &free_blocks);
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        if (extent != memory->extent)
            validate_extent(memory, extent, found, &free_blocks);
        chunks += extent_bytes(extent);
    }
    for (struct extent *extent = has_stock(memory) ? memory->stock->extents : NULL; extent;
         extent = extent_big(extent)->older) {
        if (extent != memory->extent)
            validate_extent(memory, extent, found, &free_blocks);
        chunks += extent_bytes(extent);
    }
    check(memory, !has_stock(memory) || count_listed(memory) == free_blocks,
          "each free block is in the list of its size");
    return chunks;
}
