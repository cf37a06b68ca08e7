/*
 * talloc/pool.c - talloc_pool and talloc_pooled_object.
 */
#include <errno.h>

#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"
#include "pool.h"

static size_t round_up(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

/* What of a pool a chunk in it takes. */
static char *end_of(const struct chunk *chunk)
{
    return (char *)memory_of(chunk) + round_up(chunk->size);
}

void *talloc_pool_get(const struct chunk *parent, size_t bytes, struct pool **found)
{
    struct pool *pool = parent->word & FLAG_POOL ? pool_of(parent) : parent->pool;
    bytes = round_up(bytes);
    if ((size_t)(pool->end - pool->bump) < bytes)
        return NULL;
    void *memory = pool->bump;
    pool->bump += bytes;
    pool->chunks++;
    *found = pool;
    return memory;
}

/* The chunk whose memory the pool is, live or not. */
static struct chunk *own_chunk(struct pool *pool)
{
    return (struct chunk *)(void *)(pool + 1);
}

static bool is_alive(struct pool *pool)
{
    return !(own_chunk(pool)->word & FLAG_FREE);
}

void talloc_pool_put(struct pool *pool, struct chunk *chunk)
{
    pool->chunks--;
    if (!pool->chunks)
        talloc_chunk_memory_put(own_chunk(pool));
    else if (pool->chunks == 1 && is_alive(pool))
        pool->bump = pool->first;
    else if (chunk != own_chunk(pool) && !(chunk->word & FLAG_POOL) && pool->bump == end_of(chunk))
        pool->bump = (char *)chunk;
}

bool talloc_pool_has_only(const struct chunk *chunk)
{
    return chunk->pool->chunks == (is_alive(chunk->pool) ? 2 : 1);
}

struct chunk *talloc_pool_resize(struct chunk *chunk, size_t size)
{
    struct pool *pool = chunk->pool;
    bool is_only = talloc_pool_has_only(chunk);
    char *start = is_only && size > chunk->size ? pool->first : (char *)chunk;
    char *end = start + sizeof(struct chunk) + round_up(size);
    if (is_only || pool->bump == end_of(chunk)) {
        if (end > pool->end)
            return NULL;
        pool->bump = end;
    } else if (end > end_of(chunk)) {
        return NULL;
    }
    return (struct chunk *)(void *)start;
}

static struct chunk *pool_new(const void *context, size_t size, size_t of_chunk)
{
    struct chunk *parent = chunk_of_context(context);
    struct chunk *chunk =
        talloc_chunk_memory(parent, sizeof(struct pool), size, size + COST_HEADER + COST_POOL);
    if (!chunk)
        return NULL;
    char *memory = memory_of(chunk);
    *pool_of(chunk) = (struct pool){
        .first = memory + round_up(of_chunk),
        .bump = memory + round_up(of_chunk),
        .end = memory + round_up(size),
        .chunks = 1,
        .size = size,
    };
    chunk->word |= FLAG_POOL;
    chunk->size = (uint32_t)of_chunk;
    chunk->child = NULL;
    chunk->extra = NULL;
    chunk->name = NULL;
    chunk_link(chunk, parent);
    return chunk;
}

void *own_talloc_pool(const void *context, size_t size)
{
    struct chunk *chunk = pool_new(context, size, 0);
    return chunk ? memory_of(chunk) : NULL;
}

void *own_talloc_pooled_object(const void *context, size_t type_size, const char *type_name,
                               unsigned subobjects, size_t subobjects_size)
{
    size_t headers = subobjects * (COST_HEADER + 16) + 16;
    size_t size;
    if (__builtin_add_overflow(type_size, subobjects_size, &size) ||
        __builtin_add_overflow(size, headers, &size)) {
        errno = ENOMEM;
        return NULL;
    }
    struct chunk *chunk = pool_new(context, size, type_size);
    if (!chunk)
        return NULL;
    chunk->name = type_name;
    return memory_of(chunk);
}
