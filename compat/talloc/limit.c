/*
 * talloc/limit.c - limits of the memory of a chunk and all below it.
 *
 * A limit is in the extra of its chunk. All chunks below it are flagged, so that others pay a test.
 */
#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"
#include "pool.h"

static struct extra *limit_of(const struct chunk *chunk)
{
    struct extra *extra = extra_of(chunk);
    return extra && extra->has_limit ? extra : NULL;
}

bool talloc_limit_has_room(const struct chunk *parent, size_t bytes)
{
    for (; parent && parent->word & FLAG_LIMITED; parent = parent->parent) {
        const struct extra *extra = limit_of(parent);
        if (extra && extra->limit &&
            (extra->counted >= extra->limit || extra->limit - extra->counted < bytes))
            return false;
    }
    return true;
}

void talloc_limit_add(struct chunk *chunk, size_t bytes)
{
    for (; chunk && chunk->word & FLAG_LIMITED; chunk = chunk->parent) {
        struct extra *extra = limit_of(chunk);
        if (extra)
            extra->counted += bytes;
    }
}

void talloc_limit_subtract(struct chunk *chunk, size_t bytes)
{
    for (; chunk && chunk->word & FLAG_LIMITED; chunk = chunk->parent) {
        struct extra *extra = limit_of(chunk);
        if (extra)
            extra->counted -= bytes;
    }
}

size_t talloc_limit_cost(const struct chunk *chunk)
{
    if (chunk->word & FLAG_POOLED)
        return 0;
    if (chunk->word & FLAG_POOL)
        return pool_of(chunk)->size + COST_HEADER + COST_POOL;
    return chunk->size + COST_HEADER;
}

static size_t cost_of_all(const struct chunk *top)
{
    size_t cost = 0;
    for (const struct chunk *chunk = top; chunk; chunk = chunk_after(top, chunk))
        cost += talloc_limit_cost(chunk);
    return cost;
}

/* Flags all below `top` that a limit counts, and no others. */
static void flag_all(struct chunk *top)
{
    for (struct chunk *chunk = top; chunk; chunk = chunk_after(top, chunk)) {
        bool is_limited = limit_of(chunk) || (chunk->parent && chunk->parent->word & FLAG_LIMITED);
        chunk->word = (chunk->word & ~(uint32_t)FLAG_LIMITED) | (is_limited ? FLAG_LIMITED : 0U);
    }
}

void talloc_limit_leave(struct chunk *chunk)
{
    if (chunk->parent && chunk->parent->word & FLAG_LIMITED)
        talloc_limit_subtract(chunk->parent, cost_of_all(chunk));
}

void talloc_limit_enter(struct chunk *chunk)
{
    bool is_below_limit = chunk->parent && chunk->parent->word & FLAG_LIMITED;
    if (is_below_limit)
        talloc_limit_add(chunk->parent, cost_of_all(chunk));
    if (is_below_limit || chunk->word & FLAG_LIMITED)
        flag_all(chunk);
}

int own_talloc_set_memlimit(const void *context, size_t bytes)
{
    struct chunk *chunk = chunk_of(context);
    struct extra *extra = talloc_chunk_extra(chunk);
    if (!extra)
        return 1;
    if (!extra->has_limit) {
        extra->has_limit = true;
        extra->counted = cost_of_all(chunk);
        flag_all(chunk);
    }
    extra->limit = bytes;
    return 0;
}
