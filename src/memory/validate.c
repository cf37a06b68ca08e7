/*
 * memory/validate.c - the equations of memory.h, checked.
 */
#include "large/large.h"
#include "memory/memory.h"
#include "page/page.h"

static void check(const struct memory *memory, bool holds, const char *equation)
{
    require(holds, "memory", memory, equation);
}

size_t memory_validate(struct memory *memory, const struct memory_counts *others)
{
    struct memory_counts found = *others;
    size_t chunks = extents_validate(memory, &found);
    if (has_stock(memory)) {
        chunks += chunk_round(sizeof(*memory->stock));
        for (const struct large *large = memory->stock->large; large; large = large->older) {
            check(memory, !large->older || large->older->newer == large, "large ones are linked");
            found.blocks++;
            found.bytes += large->size;
            chunks += large->granted + chunk_round(sizeof(*large));
        }
        check(memory, page_validate(memory, &found, &chunks),
              "a page is listed where it has free blocks; used = live blocks");
    }
    check(memory, !memory->end || is_open(memory), "end is NULL where free blocks wait");
    check(memory, found.blocks == memory->blocks, "blocks = live blocks, but for those in the log");
    check(memory, found.bytes == memory->bytes, "bytes = their sizes");
    return chunks;
}
