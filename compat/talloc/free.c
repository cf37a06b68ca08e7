/*
 * talloc/free.c - destructors, and the death of chunks and of all below them.
 *
 * Nothing recurses over the tree: a chunk that dies keeps its parent in its header until its own
 * children are gone.
 */
#include <string.h>

#include <own/compat/talloc.h>

#include "chunk.h"
#include "limit.h"
#include "pool.h"

/* In place of a destructor while it runs. */
static int is_running(void *memory)
{
    (void)memory;
    return -1;
}

static destructor_fn **destructor_at(struct chunk *chunk)
{
    return chunk->word & FLAG_EXTRA ? &chunk->extra->destructor : &chunk->destructor;
}

void own_talloc_set_destructor(const void *memory, int (*destructor)(void *))
{
    *destructor_at(chunk_of(memory)) = destructor;
}

__attribute__((always_inline)) static inline void put_memory(struct chunk *chunk, const char *place)
{
    if (OWN_UNLIKELY(talloc_chunk_fill >= 0))
        memset(memory_of(chunk), talloc_chunk_fill, chunk->size);
    chunk->name = place;
    chunk->word |= FLAG_FREE;
    if (OWN_LIKELY(!(chunk->word & (FLAG_POOL | FLAG_POOLED))))
        heap_put(chunk->heap, chunk, sizeof(struct chunk) + chunk->size);
    else if (chunk->word & FLAG_POOL)
        talloc_pool_put(pool_of(chunk), chunk);
    else
        talloc_chunk_memory_put(chunk);
}

void talloc_chunk_release(struct chunk *chunk, const char *place)
{
    put_memory(chunk, place);
}

/* Whether a chunk can go without being asked: nothing is below it or knows of it. */
static inline bool is_bare(const struct chunk *chunk)
{
    return !chunk->child && !chunk->extra && !(chunk->word & FLAGS_SLOW);
}

/* Asks whether the chunk may die. 1: it may; 0: it is dying already; -1: it may not. */
static int ask(struct chunk *chunk, const char *place)
{
    struct reference *reference;
    while ((reference = references_of(chunk))) {
        struct chunk *holder = chunk_of_reference(reference);
        bool is_from_below = talloc_chunk_is_below(holder, chunk);
        talloc_reference_free(holder, place);
        if (!is_from_below)
            return -1;
    }
    if (chunk->word & FLAG_DYING)
        return 0;
    destructor_fn *destructor = *destructor_at(chunk);
    if (destructor == is_running)
        return -1;
    if (destructor) {
        *destructor_at(chunk) = is_running;
        if (destructor(memory_of(chunk)) == -1) {
            destructor_fn **at = destructor_at(chunk);
            if (*at == is_running)
                *at = destructor;
            return -1;
        }
        *destructor_at(chunk) = NULL;
    }
    return 1;
}

/* The chunk is in no list from now on; `parent` is the chunk whose death its own is part of. */
static void begin_death(struct chunk *chunk, struct chunk *parent)
{
    chunk_unlink(chunk);
    chunk->next = NULL;
    chunk->prev = NULL;
    chunk->parent = parent;
    chunk->word |= FLAG_DYING;
}

/* What a chunk without children still has. False: that has given it children. */
static bool drop_extra(struct chunk *chunk)
{
    struct extra *extra = extra_of(chunk);
    if (!extra)
        return true;
    while (extra->pool) {
        own_pool *pool = extra->pool;
        extra->pool = NULL;
        own_decref(pool);
    }
    if (chunk->child)
        return false;
    while (extra->references)
        talloc_reference_remove(extra->references);
    return true;
}

static void end_death(struct chunk *chunk, const char *place)
{
    if (chunk->word & FLAG_LIMITED)
        talloc_limit_subtract(chunk->parent, talloc_limit_cost(chunk));
    struct extra *extra = extra_of(chunk);
    if (extra) {
        heap_put(extra->home, extra, sizeof(*extra));
        chunk->word &= ~(uint32_t)FLAG_EXTRA;
    }
    talloc_chunk_release(chunk, place);
}

/* Who gets a child that cannot be freed: the context of the newest reference to it, if any. */
static struct chunk *heir_of(const struct chunk *child)
{
    const struct reference *reference = references_of(child);
    struct chunk *heir = reference ? chunk_of_reference(reference)->parent : NULL;
    return heir == talloc_chunk_null ? NULL : heir;
}

void talloc_chunk_free_children(struct chunk *top, struct chunk *top_heir, const char *place)
{
    struct chunk *parent = top;
    for (;;) {
        struct chunk *child = parent->child;
        if (!child && parent == top)
            return;
        if (!child) {
            if (!drop_extra(parent))
                continue;
            struct chunk *dead = parent;
            parent = parent->parent;
            end_death(dead, place);
            continue;
        }
        if (OWN_LIKELY(is_bare(child))) {
            parent->child = child->next;
            if (child->next)
                child->next->prev = NULL;
            put_memory(child, place);
            continue;
        }
        if (child->word & FLAG_REFERENCE) {
            talloc_reference_free(child, place);
            continue;
        }
        struct chunk *heir = heir_of(child);
        if (ask(child, place) > 0) {
            if (child->parent != parent)
                talloc_chunk_move(child, parent);
            begin_death(child, parent);
            parent = child;
        } else if (child->parent == parent) {
            if (!heir)
                heir = parent == top ? top_heir : parent->parent;
            talloc_chunk_move(child, heir ? heir : talloc_chunk_null);
        }
    }
}

/* Frees what hangs off the chunk, then the chunk, which may die and is in no list. */
static void finish(struct chunk *chunk, struct chunk *heir, const char *place)
{
    do
        talloc_chunk_free_children(chunk, heir, place);
    while (!drop_extra(chunk));
    end_death(chunk, place);
}

int talloc_chunk_free(struct chunk *chunk, const char *place)
{
    int answer = ask(chunk, place);
    if (answer <= 0)
        return answer;
    /* As libtalloc has it: children that refuse go to the parent if this was its newest child, else
       they have none. */
    struct chunk *heir = chunk->prev ? NULL : chunk->parent;
    talloc_limit_leave(chunk);
    begin_death(chunk, NULL);
    finish(chunk, heir, place);
    return 0;
}

int own_talloc_free_at(void *memory, const char *place)
{
    if (OWN_UNLIKELY(!memory))
        return -1;
    struct chunk *chunk = chunk_of(memory);
    if (OWN_LIKELY(is_bare(chunk))) {
        chunk_unlink(chunk);
        put_memory(chunk, place);
        return 0;
    }
    struct reference *reference = references_of(chunk);
    if (!reference)
        return talloc_chunk_free(chunk, place);
    if (chunk->parent == talloc_chunk_null && !reference->next)
        return own_talloc_unlink(NULL, memory);
    talloc_reference_log("ERROR: talloc_free with references", chunk, place);
    return -1;
}

void own_talloc_free_children(void *memory)
{
    if (!memory)
        return;
    struct chunk *chunk = chunk_of(memory);
    /* The name that talloc_set_name made is a child too, and stays. */
    struct chunk *name = chunk->child;
    while (name && memory_of(name) != chunk->name)
        name = name->next;
    if (name) {
        chunk_unlink(name);
        name->parent = NULL;
    }
    talloc_chunk_free_children(chunk, chunk->parent, OWN_HERE);
    struct extra *extra = extra_of(chunk);
    if (extra && extra->pool)
        own_pool_clear(extra->pool);
    if (name)
        chunk_link(name, chunk);
}
