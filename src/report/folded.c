/*
 * report/folded.c - a line for each pool: the names from the root to it, and its own bytes.
 */
#include "report/report.h"

void folded_line(struct output *output, const char *const *names, size_t depth, size_t bytes)
{
    for (size_t level = 0; level <= depth && level < FOLDED_DEPTH; level++) {
        output_text(output, level ? ";" : "");
        output_frame(output, names[level]);
    }
    output_text(output, " ");
    output_number(output, bytes);
    output_text(output, "\n");
}

bool folded_write(struct output *output, const struct gathering *gathering)
{
    const char *names[FOLDED_DEPTH];
    for (size_t i = 0; i < gathering->pools.count; i++) {
        const struct gathered *pool = gathered_at(gathering, i);
        if (pool->depth < FOLDED_DEPTH)
            names[pool->depth] = pool->seen.name;
        folded_line(output, names, pool->depth, pool->seen.usage.bytes);
    }
    return true;
}
