/*
 * talloc/chunk.h - chunks: what every context of own/compat/talloc.h is.
 *
 * A chunk is a header and, behind it, the memory that the user sees. The headers make up the tree:
 * each has a list of children, the newest first. The memory comes from the heap of the thread
 * (heap.h), or from a talloc_pool (pool.h). What few chunks need is in a record apart, their extra.
 *
 * Whatever several files use begins with talloc_, since it must not meet the names of the rooms of
 * src/ where both libraries are linked statically.
 *
 * Always true of a live chunk:
 *   word & CHUNK_CHECKED == chunk_magic
 *   parent is NULL, and so are next and prev; or the chunk is in the list of parent
 *   FLAG_EXTRA: `extra` is the record, else `destructor` is valid
 *   FLAG_LIMITED is set just if the chunk or one above it has a limit
 *   FLAG_DYING: its destructor has agreed; it is in no list, and parent is the chunk whose death it
 *   is part of, or NULL
 */
#ifndef TALLOC_CHUNK_H
#define TALLOC_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own/block.h>
#include <own/pool.h>

#include "heap.h"

#pragma GCC visibility push(hidden)

/* Sizes are smaller than this. */
#define SIZE_LIMIT ((size_t)1 << 28)

/* How far up talloc_is_parent looks. */
#define DEPTH_MAX 10000

enum {
    FLAG_FREE = 1,       /* freed: name is the place where */
    FLAG_DYING = 2,      /* see above */
    FLAG_POOL = 4,       /* a talloc_pool: a struct pool is in front of the header */
    FLAG_POOLED = 8,     /* home is the pool that the memory is part of */
    FLAG_LIMITED = 16,   /* a limit counts it */
    FLAG_EXTRA = 32,     /* it has a record apart */
    FLAG_REFERENCE = 64, /* its memory is a struct reference */
    FLAGS = 127
};

/* The part of a word that is compared. */
#define CHUNK_CHECKED (~(uint32_t)FLAGS | FLAG_FREE)

/* A chunk with one of these takes the slow ways. */
#define FLAGS_SLOW                                                                                 \
    (FLAG_DYING | FLAG_POOL | FLAG_POOLED | FLAG_LIMITED | FLAG_EXTRA | FLAG_REFERENCE)

typedef int destructor_fn(void *memory);

/* What talloc_reference adds to its context: the memory of a child of it. */
struct reference {
    struct reference *next; /* of the same target, the newest first */
    struct reference **link;
    struct chunk *target;
    const char *place; /* of the call */
};

struct extra {
    destructor_fn *destructor;
    struct reference *references; /* to the chunk */
    own_pool *pool;               /* own_compat_pool, or NULL */
    struct heap *home;            /* where the record comes from */
    bool has_limit;
    size_t limit;   /* 0: refuses nothing */
    size_t counted; /* what the chunk and all below it cost */
};

struct chunk {
    struct chunk *next __attribute__((aligned(16))); /* siblings */
    struct chunk *prev;
    struct chunk *child; /* the newest */
    struct chunk *parent;
    union {
        destructor_fn *destructor;
        struct extra *extra;
    };
    union {
        struct heap *heap;
        struct pool *pool; /* with FLAG_POOLED */
    };
    const char *name; /* borrowed; NULL: none */
    uint32_t size;    /* as asked for */
    uint32_t word;    /* the magic of the process, and flags */
};

_Static_assert(sizeof(struct chunk) % 16 == 0, "users' memory is aligned as blocks are");

/* misuse.c: differs from run to run, so that memory that was written over is not taken for a
   chunk. The flags in it are 0. */
extern uint32_t talloc_chunk_magic;
/* What freed memory is filled with, or -1. */
extern int talloc_chunk_fill;
/* null.c: the parent of chunks that have none, while these are tracked; or NULL. */
extern struct chunk *talloc_chunk_null;

/* misuse.c: reports that there is no live chunk, and aborts. */
_Noreturn void talloc_chunk_bad(const struct chunk *chunk);

static inline void *memory_of(const struct chunk *chunk)
{
    return (void *)(uintptr_t)(chunk + 1);
}

static inline struct chunk *chunk_of(const void *memory)
{
    struct chunk *chunk = (struct chunk *)(uintptr_t)memory - 1;
    if (OWN_UNLIKELY((chunk->word & CHUNK_CHECKED) != talloc_chunk_magic))
        talloc_chunk_bad(chunk);
    return chunk;
}

/* The chunk of a context, of which NULL is one. */
static inline struct chunk *chunk_of_context(const void *context)
{
    return context ? chunk_of(context) : talloc_chunk_null;
}

static inline struct extra *extra_of(const struct chunk *chunk)
{
    return chunk->word & FLAG_EXTRA ? chunk->extra : NULL;
}

static inline struct reference *references_of(const struct chunk *chunk)
{
    const struct extra *extra = extra_of(chunk);
    return extra ? extra->references : NULL;
}

/* The chunk that has the reference, a child of the context that it was made for. */
static inline struct chunk *chunk_of_reference(const struct reference *reference)
{
    return (struct chunk *)(uintptr_t)reference - 1;
}

/* The new chunk is the first child of the parent, which may be NULL. */
static inline void chunk_link(struct chunk *chunk, struct chunk *parent)
{
    chunk->parent = parent;
    chunk->prev = NULL;
    chunk->next = NULL;
    if (!parent)
        return;
    struct chunk *first = parent->child;
    chunk->next = first;
    if (first)
        first->prev = chunk;
    parent->child = chunk;
}

/* Takes a chunk out of the list that it is in, if any. Its own links stay as they are. */
static inline void chunk_unlink(struct chunk *chunk)
{
    if (chunk->prev)
        chunk->prev->next = chunk->next;
    else if (chunk->parent)
        chunk->parent->child = chunk->next;
    if (chunk->next)
        chunk->next->prev = chunk->prev;
}

/* The one after `chunk` in the tree below `top`: a parent before its children. NULL at the end. A
   chunk that is among those below itself is not gone into twice. */
static inline struct chunk *chunk_after(const struct chunk *top, const struct chunk *chunk)
{
    if (chunk->child && chunk->child != top)
        return chunk->child;
    while (chunk != top && (!chunk->next || chunk->next == top))
        chunk = chunk->parent;
    return chunk == top ? NULL : chunk->next;
}

/* chunk.c: a chunk in the list of parent, or NULL with errno ENOMEM. */
struct chunk *talloc_chunk_new(struct chunk *parent, size_t size, const char *name);
/* Memory for a chunk of that size, `prefix` bytes in front of its header included; the header has
   its size, word and home. `cost` counts against limits. NULL with errno ENOMEM. */
struct chunk *talloc_chunk_memory(struct chunk *parent, size_t prefix, size_t size, size_t cost);
/* Gives back what talloc_chunk_memory got. */
void talloc_chunk_memory_put(struct chunk *chunk);
/* The record of a chunk, made where it has none. NULL with errno ENOMEM. */
struct extra *talloc_chunk_extra(struct chunk *chunk);
/* Gives the chunk another parent, or none, as its first child; limits follow. A dying chunk stays
   as it is. */
void talloc_chunk_move(struct chunk *chunk, struct chunk *parent);

/* free.c: 0, or -1: a destructor or a reference has kept the chunk. */
int talloc_chunk_free(struct chunk *chunk, const char *place);
/* Frees all below a chunk. What cannot be freed goes to `heir`, which may be NULL. */
void talloc_chunk_free_children(struct chunk *chunk, struct chunk *heir, const char *place);

/* tree.c: whether `above` is the chunk or above it. */
bool talloc_chunk_is_below(const struct chunk *chunk, const struct chunk *above);

/* Gives the memory of a chunk back that is in no list. What is left of it is known as freed, until
   the memory is used again. */
void talloc_chunk_release(struct chunk *chunk, const char *place);

/* reference.c: the reference is no longer one to its target. */
void talloc_reference_remove(struct reference *reference);
/* Frees a reference, the chunk that has it. */
void talloc_reference_free(struct chunk *holder, const char *place);
/* Says who has references to a chunk. */
void talloc_reference_log(const char *what, const struct chunk *chunk, const char *place);

/* misuse.c: to the function of talloc_set_log_fn. */
void talloc_log_write(const char *format, ...) OWN_PRINTF(1, 2);
/* Calls the function of talloc_set_abort_fn, or aborts. */
void talloc_misuse(const char *reason);

#pragma GCC visibility pop

#endif
