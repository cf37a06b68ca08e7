/*
 * buffer/buffer.c - making buffers, asking them, their death.
 */
#include "buffer/buffer.h"

#include <errno.h>
#include <stdio.h>

_Static_assert(sizeof(own_buffer) == (sizeof(void *) == 8 ? 64 : 48),
               "what lies behind a buffer is aligned as chunks are");

static own_buffer *as_buffer(own_object *object)
{
    return (own_buffer *)(void *)object; /* its first field */
}

/* A header with room for `behind` bytes, one reference and no memory yet. */
static own_buffer *make_header(own_pool *owner, size_t behind)
{
    struct limit *limit = owner ? pool_limit(owner) : NULL;
    size_t size = chunk_round(sizeof(own_buffer) + behind);
    if (OWN_UNLIKELY(limit) && !limit_add(limit, size))
        return NULL;
    own_buffer *buffer = chunk_get(size, &size);
    if (!buffer) {
        limit_cancel(limit, size);
        return NULL;
    }
    *buffer = (own_buffer){
        .object = {.count = 1, .state = STATE_OBJECT | STATE_CLASS, .type = &buffer_class.type},
        .data = buffer_behind(buffer),
        .limit = limit,
        .room = (uint16_t)(size - sizeof(own_buffer)),
    };
    if (OWN_UNLIKELY(limit)) {
        limit_use(limit);
        limit_meet(limit); /* whose pools stay where they are, where the buffer is handed over */
    }
    object_made(&buffer->object);
    return buffer;
}

static void free_header(own_buffer *buffer)
{
    size_t size = sizeof(*buffer) + buffer->room;
    if (OWN_UNLIKELY(buffer->limit)) {
        limit_subtract(buffer->limit, size);
        limit_release(buffer->limit);
    }
    object_gone(&buffer->object);
    buffer->object.state = 0;
    __atomic_store_n(&buffer->object.count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(buffer, size);
}

own_buffer *buffer_make(own_pool *owner, size_t count, size_t size, bool zero)
{
    size_t bytes;
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    own_buffer *buffer = make_header(owner, bytes <= BUFFER_BEHIND_MAX ? max_size(bytes, 1) : 0);
    if (!buffer)
        return NULL;
    if (!data_make(buffer, bytes, zero)) {
        free_header(buffer);
        return NULL;
    }
    buffer_debug_step(buffer);
    return buffer;
}

static struct adopted_memory *record_of(const own_buffer *buffer)
{
    return (struct adopted_memory *)(void *)buffer_behind(buffer);
}

own_buffer *buffer_make_adopted(own_pool *owner, const struct adopted_memory *adopted, char *data,
                                size_t size)
{
    bool plain = !adopted->free_with && adopted->memory == data;
    own_buffer *buffer = make_header(owner, plain ? 0 : sizeof(*adopted));
    if (!buffer)
        return NULL;
    if (OWN_UNLIKELY(buffer->limit) && !limit_add(buffer->limit, size)) {
        free_header(buffer);
        return NULL;
    }
    buffer->data = data;
    buffer->size = size;
    buffer->adopted = plain ? ADOPTED_PLAIN : ADOPTED_WITH_RECORD;
    if (plain)
        buffer->free_fn = adopted->free_fn;
    else
        *record_of(buffer) = *adopted;
    buffer_debug_step(buffer);
    return buffer;
}

/* What the `failed` of an owner is told. */
static size_t asked(size_t count, size_t size)
{
    size_t bytes;
    return multiply_overflows(count, size, &bytes) ? SIZE_MAX : bytes;
}

own_buffer *own_buffer_new(own_pool *owner, size_t count, size_t size)
{
    struct constructor constructor;
    if (!constructor_begin(owner, asked(count, size), &constructor))
        return NULL;
    return constructor_end(&constructor, buffer_make(owner, count, size, true));
}

own_buffer *own_buffer_new_raw(own_pool *owner, size_t count, size_t size)
{
    struct constructor constructor;
    if (!constructor_begin(owner, asked(count, size), &constructor))
        return NULL;
    return constructor_end(&constructor, buffer_make(owner, count, size, false));
}

static own_buffer *adopt(own_pool *owner, const struct adopted_memory *adopted, size_t size)
{
    struct constructor constructor;
    if ((!adopted->free_fn && !adopted->free_with) || (!adopted->memory && size > 0) ||
        size > PTRDIFF_MAX)
        return fail_pointer(EINVAL);
    if (!constructor_begin(owner, size, &constructor))
        return NULL;
    return constructor_end(&constructor,
                           buffer_make_adopted(owner, adopted, adopted->memory, size));
}

own_buffer *own_buffer_adopt(own_pool *owner, void *memory, size_t size, void (*free_fn)(void *))
{
    return adopt(owner, &(struct adopted_memory){.memory = memory, .free_fn = free_fn}, size);
}

own_buffer *own_buffer_adopt_with(own_pool *owner, void *memory, size_t size,
                                  void (*free_fn)(void *, void *), void *ctx)
{
    return adopt(
        owner, &(struct adopted_memory){.memory = memory, .free_with = free_fn, .ctx = ctx}, size);
}

void *own_buffer_data(const own_buffer *buffer)
{
    return buffer ? buffer->data : NULL;
}

size_t own_buffer_size(const own_buffer *buffer)
{
    return buffer ? buffer->size : 0;
}

static struct adopted_memory adopted_of(const own_buffer *buffer)
{
    if (buffer->adopted == ADOPTED_WITH_RECORD)
        return *record_of(buffer);
    return (struct adopted_memory){.memory = buffer->data, .free_fn = buffer->free_fn};
}

bool buffer_resize(own_buffer *buffer, size_t size, struct adopted_memory *left)
{
    *left = (struct adopted_memory){.memory = NULL};
    if (size == buffer->size)
        return true;
    if (buffer->adopted)
        *left = adopted_of(buffer);
    bool resized = data_resize(buffer, size);
    buffer_debug_step(buffer);
    return resized;
}

void buffer_free_left(const struct adopted_memory *left)
{
    int saved = errno;
    if (left->free_with)
        left->free_with(left->memory, left->ctx);
    else if (left->memory)
        left->free_fn(left->memory);
    errno = saved;
}

int own_buffer_resize(own_buffer *buffer, size_t count, size_t size)
{
    size_t bytes;
    int error = 0;
    if (!buffer || !object_check(&buffer->object, "own_buffer_resize", NULL))
        error = EINVAL;
    else if (buffer_arrays(buffer) > 0)
        error = EBUSY;
    else if (multiply_overflows(count, size, &bytes))
        error = EOVERFLOW;
    else if (bytes > PTRDIFF_MAX)
        error = ENOMEM;
    if (error) {
        errno = error;
        return -1;
    }
    struct adopted_memory left;
    if (!buffer_resize(buffer, bytes, &left))
        return -1;
    buffer_free_left(&left);
    return 0;
}

/* Adopted memory goes first, while the buffer is still whole, but empty: free_fn is the user's. */
static own_object *buffer_step(own_object *object)
{
    own_buffer *buffer = as_buffer(object);
    if (!buffer->adopted)
        return NULL;
    struct adopted_memory adopted = adopted_of(buffer);
    limit_subtract(buffer->limit, buffer->size);
    buffer->adopted = NOT_ADOPTED;
    buffer->granted = 0;
    buffer->data = buffer_behind(buffer);
    buffer->size = 0;
    buffer_free_left(&adopted);
    return NULL;
}

static void buffer_free(own_object *object)
{
    own_buffer *buffer = as_buffer(object);
    data_free(buffer);
    free_header(buffer);
}

bool buffer_free_bare(own_object *object)
{
    if (as_buffer(object)->adopted)
        return false;
    buffer_free(object);
    return true;
}

/* Adopted memory has gone; what is left is a buffer of 0 bytes. */
static void buffer_revive(own_object *object)
{
    buffer_debug_step(as_buffer(object));
}

static void buffer_describe(const own_object *object, char *text, size_t size)
{
    const own_buffer *buffer = (const void *)object;
    snprintf(text, size, "buffer %p of %zu bytes", (const void *)buffer, buffer->size);
}

const struct object_class buffer_class = {
    .type = {.name = "buffer"},
    .step = buffer_step,
    .waiting = offsetof(own_buffer, waiting),
    .free = buffer_free,
    .free_bare = buffer_free_bare,
    .revive = buffer_revive,
    .describe = buffer_describe,
};

const own_type *own_buffer_type(void)
{
    return &buffer_class.type;
}

static void check(const own_buffer *buffer, bool holds, const char *equation)
{
    require(holds, "buffer", buffer, equation);
}

void buffer_validate(const own_buffer *buffer)
{
    size_t header = sizeof(*buffer) + buffer->room;
    check(buffer, header == chunk_round(header), "header + room = chunk_round of itself");
    if (buffer->adopted) {
        check(buffer, buffer->data || buffer->size == 0, "data = NULL only where size = 0");
    } else if (buffer_is_apart(buffer)) {
        check(buffer, buffer->size <= buffer->granted, "apart: size <= granted");
        check(buffer, buffer->granted == chunk_round(buffer->granted),
              "granted = chunk_round(granted)");
    } else {
        check(buffer, buffer->size <= buffer->room, "behind: size <= room");
    }
}
