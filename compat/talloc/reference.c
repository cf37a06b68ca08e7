/*
 * talloc/reference.c - contexts with more than one parent.
 *
 * A reference is a child of the context that it was made for, and in a list of its target. The
 * context may die like any other; a target that loses its parent goes to the context of its newest
 * reference.
 */
#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"

static const char reference_name[] = ".reference";

void talloc_reference_remove(struct reference *reference)
{
    if (!reference->link)
        return;
    *reference->link = reference->next;
    if (reference->next)
        reference->next->link = reference->link;
    reference->link = NULL;
}

void talloc_reference_free(struct chunk *holder, const char *place)
{
    talloc_reference_remove(memory_of(holder));
    chunk_unlink(holder);
    if (holder->word & FLAG_LIMITED)
        talloc_limit_subtract(holder->parent, talloc_limit_cost(holder));
    talloc_chunk_release(holder, place);
}

void talloc_reference_log(const char *what, const struct chunk *chunk, const char *place)
{
    talloc_log_write("%s at %s\n", what, place);
    for (const struct reference *each = references_of(chunk); each; each = each->next)
        talloc_log_write("\treference at %s\n", each->place);
}

void *own_talloc_reference_at(const void *context, const void *memory, const char *place)
{
    if (!memory)
        return NULL;
    struct chunk *chunk = chunk_of(memory);
    struct chunk *parent = chunk_of_context(context);
    struct extra *extra = talloc_chunk_extra(chunk);
    if (!extra)
        return NULL;
    struct chunk *holder = talloc_chunk_new(parent, sizeof(struct reference), reference_name);
    if (!holder)
        return NULL;
    holder->word |= FLAG_REFERENCE;
    struct reference *reference = memory_of(holder);
    reference->target = chunk;
    reference->place = place;
    reference->next = extra->references;
    reference->link = &extra->references;
    if (reference->next)
        reference->next->link = &reference->next;
    extra->references = reference;
    return memory_of(chunk);
}

int own_talloc_increase_ref_count(const void *memory)
{
    return own_talloc_reference_at(NULL, memory, OWN_HERE) ? 0 : -1;
}

size_t own_talloc_reference_count(const void *memory)
{
    size_t count = 0;
    for (const struct reference *each = references_of(chunk_of(memory)); each; each = each->next)
        count++;
    return count;
}

/* The newest reference of a context to a chunk. */
static struct reference *find(const struct chunk *context, const struct chunk *chunk)
{
    struct reference *reference = references_of(chunk);
    while (reference && chunk_of_reference(reference)->parent != context)
        reference = reference->next;
    return reference;
}

int own_talloc_unlink(const void *context, void *memory)
{
    if (!memory)
        return -1;
    struct chunk *chunk = chunk_of(memory);
    struct chunk *parent = chunk_of_context(context);
    struct reference *reference = find(parent, chunk);
    if (reference) {
        talloc_reference_free(chunk_of_reference(reference), OWN_HERE);
        return 0;
    }
    if (chunk->parent != parent)
        return -1;
    reference = references_of(chunk);
    if (!reference)
        return talloc_chunk_free(chunk, OWN_HERE);
    /* The newest reference becomes the parent. */
    struct chunk *heir = chunk_of_reference(reference)->parent;
    if (!heir)
        heir = talloc_chunk_null;
    reference = find(heir, chunk);
    if (!reference)
        return -1;
    talloc_reference_free(chunk_of_reference(reference), OWN_HERE);
    talloc_chunk_move(chunk, heir);
    return 0;
}

void *own_talloc_reparent(const void *old_parent, const void *new_parent, const void *memory)
{
    if (!memory)
        return NULL;
    struct chunk *chunk = chunk_of(memory);
    /* As in libtalloc, NULL is no parent here, even while chunks without one are tracked. */
    struct chunk *from = old_parent ? chunk_of(old_parent) : NULL;
    if (chunk->parent != from) {
        struct reference *reference = find(from, chunk);
        if (!reference)
            return NULL;
        chunk = chunk_of_reference(reference);
    }
    talloc_chunk_move(chunk, chunk_of_context(new_parent));
    return (void *)(uintptr_t)memory;
}
