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

/* Resizes a chunk in its pool, or moves it out of there. */
static struct chunk *resize_in_pool(struct chunk *chunk, size_t size)
{
    struct chunk *new = talloc_pool_resize(chunk, size);
    if (!new)
        return copy(chunk, size);
    if (new == chunk)
        return chunk;
    const char *name = chunk->name;
    chunk->name = moved;
    chunk->word |= FLAG_FREE;
    memmove(new, chunk, sizeof(struct chunk) + chunk->size);
    new->word &= ~(uint32_t)FLAG_FREE;
    new->name = name;
    return new;
}

/* Gives a chunk another size, and moves it if it must. What it counts for in limits does not
   change. */
static struct chunk *change(struct chunk *chunk, size_t size)
{
    struct chunk *new;
    if (chunk->word & FLAG_POOLED)
        new = resize_in_pool(chunk, size);
    else
        new = chunk->heap == heap_here() ? resize(chunk, size) : copy(chunk, size);
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
    bool is_pooled = chunk->word & FLAG_POOLED;
    if (size == old)
        return memory;
    if (size < old && !(chunk->word & FLAG_LIMITED) && (is_pooled || old - size < SHRINK_MIN)) {
        if (is_pooled)
            talloc_pool_resize(chunk, size);
        chunk->size = (uint32_t)size;
        return memory;
    }
    if (chunk->word & FLAG_LIMITED && size > old && !talloc_limit_has_room(chunk, size - old)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t cost = talloc_limit_cost(chunk);
    /* As in libtalloc: what stays where it is beside others in a pool. */
    bool keeps_name = is_pooled && !talloc_pool_has_only(chunk);
    struct chunk *new = change(chunk, size);
    if (!new)
        return NULL;
    if (new->word & FLAG_LIMITED) {
        talloc_limit_subtract(new, cost);
        talloc_limit_add(new, talloc_limit_cost(new));
    }
    if (new != chunk || !keeps_name)
        new->name = name;
    return memory_of(new);
}

void *own_talloc_realloc_fn(const void *context, void *memory, size_t size)
{
    return own_talloc_realloc(context, memory, size, NULL);
}
