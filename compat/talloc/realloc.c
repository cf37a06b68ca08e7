/*
 * talloc/realloc.c - chunks that change their size.
 */
#include <errno.h>
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"
#include "pool.h"

/* A chunk that shrinks by less stays as it is, unless a limit counts it. */
#define SHRINK_MIN 1024

/* The name of what is left of a chunk that has moved. */
static const char moved[] = "talloc_realloc";

/* All that points to a chunk points to where it is now. */
static void point_to(struct chunk *chunk)
{
    if (chunk->prev)
        chunk->prev->next = chunk;
    else if (chunk->parent)
        chunk->parent->child = chunk;
    if (chunk->next)
        chunk->next->prev = chunk;
    for (struct chunk *child = chunk->child; child; child = child->next)
        child->parent = chunk;
}

/* Copies a chunk into memory of the heap or the pool that chunks below its parent come from. */
static struct chunk *copy(struct chunk *chunk, size_t size)
{
    struct pool *pool = NULL;
    struct heap *heap = NULL;
    struct chunk *new = NULL;
    if (chunk->word & FLAG_POOLED)
        new = talloc_pool_get(chunk, sizeof(struct chunk) + size, &pool);
    if (!new) {
        heap = heap_here();
        new = heap ? heap_get(heap, sizeof(struct chunk) + size) : NULL;
    }
    if (!new)
        return NULL;
    memcpy(new, chunk, sizeof(struct chunk) + (chunk->size < size ? chunk->size : size));
    if (pool) {
        new->pool = pool;
    } else {
        new->heap = heap;
        new->word &= ~(uint32_t)FLAG_POOLED;
    }
    chunk->name = moved;
    chunk->word |= FLAG_FREE;
    talloc_chunk_memory_put(chunk);
    return new;
}

/*
 * Resizes a chunk in the heap of this thread. Where one moves that has children, each of these has
 * to learn it. So it then gets half as much again as it asks for, and stays when it grows on.
 */
static struct chunk *resize(struct chunk *chunk, size_t size)
{
    own_pool *pool = chunk->heap->pool;
    size_t bytes = sizeof(struct chunk) + size;
    if (chunk->child && chunk->child->next) {
        size_t room = own_block_size(pool, chunk);
        if (bytes <= room && bytes >= room / 2)
            return chunk;
        bytes += bytes / 2;
    }
    const char *name = chunk->name;
    chunk->name = moved;
    chunk->word |= FLAG_FREE;
    struct chunk *new = own_realloc_raw(pool, chunk, 1, bytes);
    struct chunk *live = new ? new : chunk;
    live->word &= ~(uint32_t)FLAG_FREE;
    live->name = name;
    return new;
}

/* Gives a chunk another size, and moves it if it must. What it counts for in limits does not
   change. */
static struct chunk *change(struct chunk *chunk, size_t size)
{
    if (chunk->word & FLAG_POOLED ? talloc_pool_resize(chunk, size) : size == chunk->size)
        return chunk;
    struct chunk *new = chunk->word &FLAG_POOLED || chunk->heap != heap_here()
                            ? copy(chunk, size)
                            : resize(chunk, size);
    if (!new)
        return NULL;
    new->size = (uint32_t)size;
    if (new != chunk)
        point_to(new);
    return new;
}

void *own_talloc_realloc(const void *context, void *memory, size_t size, const char *name)
{
    if (size == 0) {
        own_talloc_unlink(context, memory);
        return NULL;
    }
    if (!memory)
        return own_talloc_named_const(context, size, name);
    struct chunk *chunk = chunk_of(memory);
    size_t old = chunk->size;
    if (size >= SIZE_LIMIT || references_of(chunk) || chunk->word & FLAG_POOL) {
        errno = size >= SIZE_LIMIT ? ENOMEM : EINVAL;
        return NULL;
    }
    if (size <= old && old - size < SHRINK_MIN && !(chunk->word & FLAG_LIMITED)) {
        chunk->size = (uint32_t)size;
        return memory;
    }
    if (chunk->word & FLAG_POOLED && (size + 15) / 16 <= (old + 15) / 16) {
        talloc_pool_resize(chunk, size);
        return memory;
    }
    if (chunk->word & FLAG_LIMITED && size > old && !talloc_limit_has_room(chunk, size - old)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t cost = talloc_limit_cost(chunk);
    chunk = change(chunk, size);
    if (!chunk)
        return NULL;
    if (chunk->word & FLAG_LIMITED) {
        talloc_limit_subtract(chunk, cost);
        talloc_limit_add(chunk, talloc_limit_cost(chunk));
    }
    chunk->name = name;
    return memory_of(chunk);
}

void *own_talloc_realloc_fn(const void *context, void *memory, size_t size)
{
    return own_talloc_realloc(context, memory, size, NULL);
}
