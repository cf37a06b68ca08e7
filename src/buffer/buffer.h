/*
 * buffer/buffer.h - the room buffer: counted memory.
 *
 *   buffer.c   making buffers, asking them, their death
 *   data.c   where the memory lies, and changing its size
 *
 * The memory of a buffer lies in one of three places:
 *
 *   behind    | own_buffer | data ...     |     one chunk; data = the end of the header
 *   apart     | own_buffer | unused room  |     data is a chunk of its own, of `granted` bytes
 *   adopted   | own_buffer | unused room  |     data is somebody else's; free_fn frees it
 *             | own_buffer | adopted_memory |   the same, where free_fn(data) would not be all
 *
 * The header's chunk keeps its size for life: what lay behind the header and outgrew it moves
 * apart, and may come back.
 *
 * Equations (buffer_validate checks them):
 *
 *   behind    size <= room
 *   apart     room < size <= granted, or the last shrinking found no memory: size <= granted
 *             granted = chunk_round(granted)
 *   adopted   data = NULL only where size = 0
 *   header    sizeof(own_buffer) + room = chunk_round of itself
 *   limit     what the limit counts = the header's chunk + granted, or + size where adopted
 *   arrays    the arrays that lie in the buffer: each holds a reference, and one of these
 *
 * A limit that counts a buffer is that of the owner at its birth (limit/limit.h): a record, which
 * lives on for as long as something points to it. The buffer never looks at its owner again.
 *
 * Who may call: the room array, to count itself in and out. Threads: those of the buffer.
 */
#ifndef BUFFER_BUFFER_H
#define BUFFER_BUFFER_H

#include "ownership/ownership.h"

#include <own/buffer.h>

/* Memory of somebody else's, and how it is freed: by one of both functions. */
struct adopted_memory {
    void *memory;                               /* what the function gets */
    void (*free_fn)(void *memory);              /* not called for NULL */
    void (*free_with)(void *memory, void *ctx); /* called for NULL too: ctx may be all there is */
    void *ctx;
};

enum adopted { NOT_ADOPTED, ADOPTED_PLAIN, ADOPTED_WITH_RECORD };

struct own_buffer {
    own_object object;
    FIELD_ALIGNED(16) char *data;
    size_t size;
    struct limit *limit; /* NULL: nothing is counted */
    union {
        size_t granted;          /* apart */
        void (*free_fn)(void *); /* ADOPTED_PLAIN */
    };
    own_object *waiting; /* dying */
    uint32_t arrays;  /* of a shared buffer, any thread that makes or releases a view changes it */
    uint16_t room;    /* behind the header, in its chunk */
    uint16_t adopted; /* enum adopted */
};

/* The header and what is most often behind it fill the finest classes of chunks. */
#define BUFFER_BEHIND_MAX ((size_t)512 - sizeof(own_buffer))

extern const struct object_class buffer_class;

/* An array comes, or with -1 goes. */
static inline void buffer_count_array(own_buffer *buffer, int change)
{
    if (OWN_UNLIKELY(object_is_met(&buffer->object)))
        __atomic_fetch_add(&buffer->arrays, (uint32_t)change, __ATOMIC_ACQ_REL);
    else
        buffer->arrays += (uint32_t)change;
}

/* The number of arrays. What was done with an array that has gone happened before. */
static inline uint32_t buffer_arrays(const own_buffer *buffer)
{
    return __atomic_load_n(&buffer->arrays, __ATOMIC_ACQUIRE);
}

static inline char *buffer_behind(const own_buffer *buffer)
{
    return (char *)(uintptr_t)(buffer + 1);
}

static inline bool buffer_is_apart(const own_buffer *buffer)
{
    /* Not by the address: where there is no room behind the header, the chunk may lie there. */
    return !buffer->adopted && buffer->granted > 0;
}

/* A buffer of zeroes, or where `zero` is false of anything, with one reference, which is new;
   counted by the limits of owner, but not held by it. NULL: EOVERFLOW, ENOMEM, EDQUOT. */
own_buffer *buffer_make(own_pool *owner, size_t count, size_t size, bool zero);
/* The same for adopted memory, whose bytes lie at `data`; the arguments are right. */
own_buffer *buffer_make_adopted(own_pool *owner, const struct adopted_memory *adopted, char *data,
                                size_t size);

/* free_bare of the class, for a buffer whose last reference went: state has no other flags. */
bool buffer_free_bare(own_object *object);

/* Changes the size, whatever lies in the buffer. What it had adopted is in *left then, for
   buffer_free_left to free when all else is done. False: ENOMEM or EDQUOT. */
bool buffer_resize(own_buffer *buffer, size_t size, struct adopted_memory *left);
void buffer_free_left(const struct adopted_memory *left);

/* data.c */
/* Gives a header its memory: `size` bytes. False: ENOMEM or EDQUOT. */
bool data_make(own_buffer *buffer, size_t size, bool zero);
/* Changes the size; adopted memory is left behind, for the caller to free. False: as data_make. */
bool data_resize(own_buffer *buffer, size_t size);
/* Frees memory that is apart; there is none then. */
void data_free(own_buffer *buffer);

/* Aborts with a sentence where an equation above does not hold. */
void buffer_validate(const own_buffer *buffer);

static inline void buffer_debug_step(const own_buffer *buffer)
{
    if (OWN_DEBUG)
        buffer_validate(buffer);
}

#endif
