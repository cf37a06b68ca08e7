/*
 * talloc/tree.c - parents: changed, and asked for.
 */
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"

void talloc_chunk_move(struct chunk *chunk, struct chunk *parent)
{
    if (chunk == parent || chunk->word & FLAG_DYING)
        return;
    uint32_t limited = chunk->word & FLAG_LIMITED;
    if (limited)
        talloc_limit_leave(chunk);
    chunk_unlink(chunk);
    chunk_link(chunk, parent);
    if (limited || (parent && parent->word & FLAG_LIMITED))
        talloc_limit_enter(chunk);
}

void *own_talloc_steal_at(const void *context, const void *memory, const char *place)
{
    if (!memory)
        return NULL;
    struct chunk *chunk = chunk_of(memory);
    struct chunk *parent = chunk_of_context(context);
    if (references_of(chunk) && own_talloc_parent(memory) != context)
        talloc_reference_log("WARNING: talloc_steal with references", chunk, place);
    talloc_chunk_move(chunk, parent);
    return memory_of(chunk);
}

/* What talloc_move empties: a pointer to whatever type. */
typedef void *__attribute__((may_alias)) any_pointer;

void *own_talloc_move(const void *context, const void *pointer)
{
    any_pointer *at = (any_pointer *)(uintptr_t)pointer;
    void *memory = own_talloc_steal_at(context, *at, OWN_HERE);
    *at = NULL;
    return memory;
}

void *own_talloc_parent(const void *memory)
{
    const struct chunk *parent = memory ? chunk_of(memory)->parent : NULL;
    return parent ? memory_of(parent) : NULL;
}

const char *own_talloc_parent_name(const void *memory)
{
    const struct chunk *parent = memory ? chunk_of(memory)->parent : NULL;
    return parent ? parent->name : NULL;
}

bool talloc_chunk_is_below(const struct chunk *chunk, const struct chunk *above)
{
    for (int depth = 0; chunk && depth < DEPTH_MAX; depth++, chunk = chunk->parent)
        if (chunk == above)
            return true;
    return false;
}

int own_talloc_is_parent(const void *context, const void *memory)
{
    if (!context || !memory)
        return 0;
    return talloc_chunk_is_below(chunk_of(context), (const struct chunk *)memory - 1);
}

void *own_talloc_find_parent_byname(const void *context, const char *name)
{
    const struct chunk *chunk = context ? chunk_of(context) : NULL;
    while (chunk && !(chunk->name && strcmp(chunk->name, name) == 0))
        chunk = chunk->parent;
    return chunk ? memory_of(chunk) : NULL;
}
