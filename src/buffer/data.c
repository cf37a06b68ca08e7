/*
 * buffer/data.c - where the memory of a buffer lies, and changing its size.
 *
 * What is behind `size` in a chunk is unusable to the memory checkers, and arbitrary otherwise:
 * growth zeroes it.
 */
#include "buffer/buffer.h"

#include <errno.h>
#include <string.h>

/* The memory that a buffer has where it lies, of which `size` bytes are in use. */
static size_t capacity(const own_buffer *buffer)
{
    return buffer_is_apart(buffer) ? buffer->granted : buffer->room;
}

/* The chunk that `size` bytes need apart. 0: they fit behind the header. */
static size_t needed(const own_buffer *buffer, size_t size)
{
    return size <= buffer->room ? 0 : chunk_round(size);
}

static void *get_apart(own_buffer *buffer, size_t whole)
{
    if (!whole) {
        errno = ENOMEM;
        return NULL;
    }
    if (OWN_UNLIKELY(buffer->limit) && !limit_add(buffer->limit, whole))
        return NULL;
    void *chunk = chunk_get(whole, &whole);
    if (!chunk)
        limit_cancel(buffer->limit, whole);
    return chunk;
}

void data_free(own_buffer *buffer)
{
    if (!buffer_is_apart(buffer))
        return;
    limit_subtract(buffer->limit, buffer->granted);
    chunk_put(buffer->data, buffer->granted);
    buffer->data = buffer_behind(buffer);
    buffer->granted = 0;
    buffer->size = 0;
}

/* What is in use of the memory is now `size`. */
static void set_size(own_buffer *buffer, size_t size, bool zero_growth)
{
    size_t old_size = buffer->size;
    if (size > old_size) {
        mark_undefined(buffer->data + old_size, size - old_size);
        if (zero_growth)
            memset(buffer->data + old_size, 0, size - old_size);
    }
    buffer->size = size;
    mark_unusable(buffer->data + size, capacity(buffer) - size);
}

bool data_make(own_buffer *buffer, size_t size, bool zero)
{
    size_t whole = needed(buffer, size);
    if (size > buffer->room) {
        char *chunk = get_apart(buffer, whole);
        if (!chunk)
            return false;
        buffer->data = chunk;
        buffer->granted = whole;
        mark_unusable(buffer_behind(buffer), buffer->room);
    }
    set_size(buffer, size, zero && whole <= CHUNK_MAX);
    if (whole > CHUNK_MAX)
        mark_defined(buffer->data, size); /* a fresh mapping is zero */
    return true;
}

/* Grows or shrinks a mapping by its pages. */
static bool remap(own_buffer *buffer, size_t size, size_t whole)
{
    size_t granted = buffer->granted;
    if (whole > granted && buffer->limit && !limit_add(buffer->limit, whole - granted))
        return false;
    mark_defined(buffer->data, granted);
    char *moved = chunk_resize(buffer->data, granted, whole);
    if (!moved) {
        mark_unusable(buffer->data + buffer->size, granted - buffer->size);
        if (whole > granted)
            limit_cancel(buffer->limit, whole - granted);
        return false;
    }
    if (whole < granted)
        limit_subtract(buffer->limit, granted - whole);
    buffer->data = moved;
    buffer->granted = whole;
    /* Pages that were there before may have been written to; new ones are zero. */
    size_t old_end = min_size(granted, size);
    if (old_end > buffer->size) {
        memset(moved + buffer->size, 0, old_end - buffer->size);
        buffer->size = old_end;
    }
    set_size(buffer, size, false);
    mark_defined(moved, size);
    return true;
}

/* Copies to another place; the old one is freed, unless it was adopted. */
static bool copy(own_buffer *buffer, size_t size, size_t whole)
{
    own_buffer old = *buffer;
    bool apart = buffer_is_apart(buffer);
    char *data = buffer_behind(buffer);
    if (size > buffer->room) {
        data = get_apart(buffer, whole);
        if (!data)
            return false;
    }
    size_t kept = min_size(old.size, size);
    mark_undefined(data, size);
    if (kept)
        memcpy(data, old.data, kept);
    if (old.adopted) {
        limit_subtract(old.limit, old.size);
    } else if (apart) {
        limit_subtract(old.limit, old.granted);
        chunk_put(old.data, old.granted);
    } else {
        mark_unusable(old.data, old.room);
    }
    buffer->adopted = NOT_ADOPTED;
    buffer->granted = whole;
    buffer->data = data;
    buffer->size = kept;
    set_size(buffer, size, true);
    return true;
}

static bool resize(own_buffer *buffer, size_t size)
{
    size_t whole = needed(buffer, size);
    if (!buffer->adopted) {
        size_t now = buffer_is_apart(buffer) ? buffer->granted : 0;
        if (whole == now && size <= capacity(buffer)) {
            set_size(buffer, size, true);
            return true;
        }
        if (whole > CHUNK_MAX && now > CHUNK_MAX)
            return remap(buffer, size, whole);
    }
    return copy(buffer, size, whole);
}

bool data_resize(own_buffer *buffer, size_t size)
{
    int saved = errno;
    if (resize(buffer, size))
        return true;
    if (buffer->adopted || size > capacity(buffer))
        return false;
    /* Less memory is no need: it stays where it is. */
    set_size(buffer, size, true);
    errno = saved;
    return true;
}
