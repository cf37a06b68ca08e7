/*
 * talloc/chunk.c - where chunks come from, and the calls that only make or name one.
 */
#include <errno.h>
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"
#include "pool.h"

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

struct chunk *talloc_chunk_memory(struct chunk *parent, size_t prefix, size_t size, size_t cost)
{
    if (size >= SIZE_LIMIT)
        return refuse();
    size_t bytes = prefix + sizeof(struct chunk) + size;
    uint32_t limited = parent ? parent->word & FLAG_LIMITED : 0;
    struct chunk *chunk;
    if (parent && parent->word & (FLAG_POOL | FLAG_POOLED)) {
        struct pool *pool;
        char *memory = talloc_pool_get(parent, bytes, &pool);
        if (memory) {
            chunk = (struct chunk *)(void *)(memory + prefix);
            chunk->pool = pool;
            chunk->size = (uint32_t)size;
            chunk->word = talloc_chunk_magic | FLAG_POOLED | limited;
            return chunk;
        }
    }
    if (limited && !talloc_limit_has_room(parent, cost))
        return refuse();
    struct heap *heap = heap_here();
    char *memory = heap ? heap_get(heap, bytes) : NULL;
    if (!memory)
        return NULL;
    chunk = (struct chunk *)(void *)(memory + prefix);
    chunk->heap = heap;
    chunk->size = (uint32_t)size;
    chunk->word = talloc_chunk_magic | limited;
    if (limited)
        talloc_limit_add(parent, cost);
    return chunk;
}

void talloc_chunk_memory_put(struct chunk *chunk)
{
    if (chunk->word & FLAG_POOLED)
        talloc_pool_put(chunk->pool, chunk);
    else if (chunk->word & FLAG_POOL)
        talloc_heap_put_back(chunk->heap, pool_of(chunk));
    else
        heap_put(chunk->heap, chunk, sizeof(struct chunk) + chunk->size);
}

static struct chunk *new_slow(struct chunk *parent, size_t size)
{
    return talloc_chunk_memory(parent, 0, size, size + COST_HEADER);
}

__attribute__((always_inline)) static inline struct chunk *new_inline(struct chunk *parent,
                                                                      size_t size, const char *name)
{
    struct chunk *chunk;
    if (OWN_UNLIKELY(size >= SIZE_LIMIT ||
                     (parent && parent->word & (FLAG_POOL | FLAG_POOLED | FLAG_LIMITED)))) {
        chunk = new_slow(parent, size);
        if (!chunk)
            return NULL;
    } else {
        struct heap *heap = heap_here();
        chunk = heap ? heap_get(heap, sizeof(struct chunk) + size) : NULL;
        if (OWN_UNLIKELY(!chunk))
            return NULL;
        chunk->heap = heap;
        chunk->size = (uint32_t)size;
        chunk->word = talloc_chunk_magic;
    }
    chunk->child = NULL;
    chunk->extra = NULL;
    chunk->name = name;
    chunk_link(chunk, parent);
    return chunk;
}

struct chunk *talloc_chunk_new(struct chunk *parent, size_t size, const char *name)
{
    return new_inline(parent, size, name);
}

struct extra *talloc_chunk_extra(struct chunk *chunk)
{
    if (chunk->word & FLAG_EXTRA)
        return chunk->extra;
    struct heap *heap = heap_here();
    struct extra *extra = heap ? heap_get(heap, sizeof(*extra)) : NULL;
    if (!extra)
        return NULL;
    *extra = (struct extra){.destructor = chunk->destructor, .home = heap};
    chunk->extra = extra;
    chunk->word |= FLAG_EXTRA;
    return extra;
}

void *own_talloc_named_const(const void *context, size_t size, const char *name)
{
    struct chunk *chunk = new_inline(chunk_of_context(context), size, name);
    return OWN_LIKELY(chunk != NULL) ? memory_of(chunk) : NULL;
}

void *own_talloc_unnamed(const void *context, size_t size)
{
    return own_talloc_named_const(context, size, NULL);
}

void *own_talloc_zero(const void *context, size_t size, const char *name)
{
    void *memory = own_talloc_named_const(context, size, name);
    return memory ? memset(memory, 0, size) : NULL;
}

void *own_talloc_memdup(const void *context, const void *memory, size_t size, const char *name)
{
    void *copy = own_talloc_named_const(context, size, name);
    return copy && size ? memcpy(copy, memory, size) : copy;
}

/* count items, at most so many bytes as a chunk may have; else a size that is refused. */
static size_t size_of_array(size_t size, unsigned count)
{
    return size && count >= SIZE_LIMIT / size ? SIZE_LIMIT : size * count;
}

void *own_talloc_array(const void *context, size_t size, unsigned count, const char *name)
{
    return own_talloc_named_const(context, size_of_array(size, count), name);
}

void *own_talloc_zero_array(const void *context, size_t size, unsigned count, const char *name)
{
    return own_talloc_zero(context, size_of_array(size, count), name);
}

void *own_talloc_realloc_array(const void *context, void *memory, size_t size, unsigned count,
                               const char *name)
{
    return own_talloc_realloc(context, memory, size_of_array(size, count), name);
}

size_t own_talloc_get_size(const void *memory)
{
    return memory ? chunk_of(memory)->size : 0;
}
