/*
 * talloc/pool.h - talloc_pool: a chunk with room behind it for the chunks below it.
 *
 *   struct pool | struct chunk | memory of the chunk | chunk | chunk | ...      |
 *                                                                    ^ bump      ^ end
 *
 * A chunk whose parent is the pool, or lies in it, comes from there while there is room. The room
 * of the newest is used again when it is freed, and all of it when none is left.
 */
#ifndef TALLOC_POOL_H
#define TALLOC_POOL_H

#include "chunk.h"

#pragma GCC visibility push(hidden)

struct pool {
    char *first __attribute__((aligned(16))); /* where the first chunk begins */
    char *bump;                               /* where the next begins */
    char *end;
    size_t chunks; /* live ones, the pool's own among them */
    size_t size;   /* as asked for */
};

_Static_assert(sizeof(struct pool) % 16 == 0, "the chunk behind it is aligned");

static inline struct pool *pool_of(const struct chunk *chunk)
{
    return (struct pool *)(uintptr_t)chunk - 1;
}

/* Memory for a chunk below `parent`, which is a pool or lies in one; NULL: the pool is full. */
void *talloc_pool_get(const struct chunk *parent, size_t bytes, struct pool **pool);

/* The chunk has been freed, the pool's own too. */
void talloc_pool_put(struct pool *pool, struct chunk *chunk);

/* Whether no other chunk lies in its pool, the pool's own apart. */
bool talloc_pool_has_only(const struct chunk *chunk);

/* Makes room for a chunk to have another size, and returns where it shall begin: where it lies, or
   at the start of the pool if it is the only one there, and grows. NULL: there is no room. */
struct chunk *talloc_pool_resize(struct chunk *chunk, size_t size);

#pragma GCC visibility pop

#endif
