/*
 * memory/validate.c - the equations of memory.h, checked.
 */
#include "large/large.h"
#include "memory/outside.h"
#include "page/page.h"

static void check(const struct memory *memory, bool holds, const char *equation)
{
    require(holds, "memory", memory, equation);
}

/* Returns the bytes of what is not claimed any more, but has not been put back. */
static size_t validate_outside(const struct memory *memory)
{
    const struct outside *outside = memory->outside;
    size_t leaving = 0;
    const struct stock *stock = has_stock(memory) ? memory->stock : NULL;
    size_t freed = 0;
    for (const struct extent *extent = stock ? stock->extents : NULL; extent;
         extent = extent_big(extent)->older)
        freed += remote_count(extent_big(extent)->remote);
    for (const struct unit *unit = stock ? stock->unit : NULL; unit; unit = unit->next)
        freed += remote_count(unit->remote);
    outside_validate(outside, freed);
    for (const struct remote *remote = outside->leaving; remote; remote = remote->small)
        leaving += remote->unit ? CHUNK_UNIT + chunk_round(sizeof(struct unit))
                                : extent_bytes(remote->extent);
    return leaving;
}

size_t memory_validate(struct memory *memory, const struct memory_counts *others)
{
    struct memory_counts found = *others;
    size_t chunks = extents_validate(memory, &found);
    if (has_stock(memory))
        chunks += chunk_round(sizeof(*memory->stock)) + pages_validate(memory, &found) +
                  larges_validate(memory->stock->large, &found);
    if (memory->outside)
        chunks += validate_outside(memory);
    check(memory, !memory->end || is_open(memory), "end is NULL where free blocks wait");
    check(memory, found.blocks == memory->blocks, "blocks = live blocks, but for those in the log");
    check(memory, found.bytes == memory->bytes, "bytes = their sizes");
    return chunks;
}
