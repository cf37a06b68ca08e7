/*
 * large/validate.c - the equations of large.h, checked.
 */
#include "large/large.h"

static void check(const struct large *large, bool holds, const char *equation)
{
    require(holds, "large", large, equation);
}

size_t larges_validate(const struct large *newest, struct memory_counts *found)
{
    size_t chunks = 0;
    for (const struct large *large = newest; large; large = large->older) {
        check(large, !large->older || large->older->newer == large, "large ones are linked");
        check(large, (size_t)((char *)large->block - large->chunk) + large->size <= large->granted,
              "a large block lies in its chunk");
        found->blocks++;
        found->bytes += large->size;
        chunks += large->granted + chunk_round(sizeof(*large));
    }
    return chunks;
}
