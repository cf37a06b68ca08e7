/*
 * array/array.c - what an array is asked, its death.
 */
#include "array/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static own_array *as_array(own_object *object)
{
    return (own_array *)(void *)object; /* its first field */
}

static size_t size_of(int ndim, size_t format_size)
{
    return sizeof(own_array) + 2 * (size_t)ndim * sizeof(size_t) + format_size;
}

own_array *array_alloc(int ndim, size_t itemsize, const char *format, size_t format_size)
{
    size_t granted;
    own_array *array = chunk_get(size_of(ndim, format_size), &granted);
    if (OWN_UNLIKELY(!array))
        return NULL;
    array->object =
        (own_object){.count = 1, .state = STATE_OBJECT | STATE_CLASS, .type = &array_class.type};
    array->data = NULL;
    array->base = NULL;
    array->itemsize = itemsize;
    array->format_size = (uint16_t)format_size;
    array->ndim = (uint8_t)ndim;
    array->flags = 0;
    object_made(&array->object);
    if (OWN_LIKELY(format_size == 2)) {
        array_format(array)[0] = format[0];
        array_format(array)[1] = '\0';
    } else {
        memcpy(array_format(array), format, format_size);
    }
    return array;
}

void array_discard(own_array *array)
{
    if (OWN_UNLIKELY(array->flags & ARRAY_TRACKED))
        object_untrack(&array->object);
    object_gone(&array->object);
    array->object.state = 0;
    __atomic_store_n(&array->object.count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(array, size_of(array->ndim, array->format_size));
}

bool array_refuse(const own_array *array, const char *call)
{
    if (array)
        (void)object_check(&array->object, call, NULL);
    errno = EINVAL;
    return false;
}

bool array_full(void)
{
    errno = ENOMEM;
    return false;
}

/* What both kinds of views begin with. */
static own_array *begin_view(own_pool *owner, const own_array *array, int ndim, const char *format,
                             size_t format_size, struct constructor *constructor)
{
    if (OWN_UNLIKELY(!array_may_attach(array->base) || !constructor_begin(owner, 0, constructor)))
        return NULL;
    own_array *view = array_alloc(ndim, array->itemsize, format, format_size);
    if (OWN_UNLIKELY(!view))
        return constructor_end(constructor, NULL);
    view->data = array->data;
    view->flags = array->flags & ARRAY_READONLY;
    array_attach(view, array->base);
    return view;
}

own_array *array_view(own_pool *owner, const own_array *array, int ndim,
                      struct constructor *constructor)
{
    return begin_view(owner, array, ndim, array_format(array), array->format_size, constructor);
}

own_array *array_view_as(own_pool *owner, const own_array *array, const char *format,
                         size_t format_size, unsigned flags)
{
    struct constructor constructor;
    own_array *view = begin_view(owner, array, array->ndim, format, format_size, &constructor);
    if (!view)
        return NULL;
    view->flags |= (uint8_t)flags;
    memcpy(view->numbers, array->numbers, 2 * (size_t)array->ndim * sizeof(size_t));
    array_debug_step(view);
    return constructor_end(&constructor, view);
}

void *own_array_at(const own_array *array, const ptrdiff_t *index)
{
    if (!array || (!index && array->ndim > 0)) {
        errno = EINVAL;
        return NULL;
    }
    const size_t *shape = array_shape(array);
    const ptrdiff_t *strides = array_strides(array);
    char *item = array->data;
    for (int i = 0; i < array->ndim; i++) {
        size_t at = (size_t)index[i] + (index[i] < 0 ? shape[i] : 0);
        if (OWN_UNLIKELY(at >= shape[i])) {
            errno = EINVAL;
            return NULL;
        }
        item += (ptrdiff_t)at * strides[i];
    }
    return item;
}

void *own_array_data(const own_array *array)
{
    return array ? array->data : NULL;
}

const char *own_array_format(const own_array *array)
{
    return array ? array_format(array) : NULL;
}

size_t own_array_itemsize(const own_array *array)
{
    return array ? array->itemsize : 0;
}

int own_array_ndim(const own_array *array)
{
    return array ? array->ndim : 0;
}

const size_t *own_array_shape(const own_array *array)
{
    return array ? array_shape(array) : NULL;
}

const ptrdiff_t *own_array_strides(const own_array *array)
{
    return array ? array_strides(array) : NULL;
}

size_t own_array_count(const own_array *array)
{
    return array ? layout_count(array->ndim, array_shape(array)) : 0;
}

void *own_array_base(const own_array *array)
{
    return array ? array->base : NULL;
}

bool own_array_is_contiguous(const own_array *array, own_order order)
{
    return array && layout_is_contiguous(order, array->ndim, array_shape(array),
                                         array_strides(array), array->itemsize);
}

bool own_array_is_readonly(const own_array *array)
{
    return array && array->flags & ARRAY_READONLY;
}

/* The base goes, if it has other references. False: this is the last, or is not counted simply. */
static bool leave_base(own_object *base)
{
    int32_t count = __atomic_load_n(&base->count, __ATOMIC_RELAXED);
    if (OWN_UNLIKELY(count <= 1 || count >= OWN_COUNT_MAX))
        return false;
    OWN_STORE_COUNT_(base, count - 1);
    return true;
}

static own_object *array_step(own_object *object)
{
    own_array *array = as_array(object);
    own_object *base = array->base;
    if (!base)
        return NULL;
    own_buffer *buffer = array_buffer(array);
    if (buffer)
        buffer_count_array(buffer, -1);
    array->base = NULL;
    array->flags |= ARRAY_LOST;
    if (leave_base(base))
        return NULL;
    return object_release(base, "the release of an array's base") ? base : NULL;
}

static void array_free(own_object *object)
{
    array_discard(as_array(object));
}

static bool array_free_bare(own_object *object)
{
    own_array *array = as_array(object);
    own_buffer *buffer = array_buffer(array);
    if (!buffer)
        return false;
    if (leave_base(&buffer->object))
        buffer_count_array(buffer, -1);
    else if (object_count(&buffer->object) != 1 ||
             object_state(&buffer->object) != (STATE_OBJECT | STATE_CLASS) ||
             !buffer_free_bare(&buffer->object))
        return false;
    array_discard(array);
    return true;
}

/* Where it has lost its base, its memory may have gone: it has no items any more. */
static void array_revive(own_object *object)
{
    own_array *array = as_array(object);
    if (!(array->flags & ARRAY_LOST))
        return;
    array->flags &= (uint8_t)~ARRAY_LOST;
    memset(array_shape(array), 0, array->ndim * sizeof(size_t));
    array->data = NULL;
}

static void array_describe(const own_object *object, char *text, size_t size)
{
    const own_array *array = (const void *)object;
    snprintf(text, size, "array %p of %d dimensions, format '%.50s'", (const void *)array,
             array->ndim, array_format(array));
}

static const size_t array_refs[] = {offsetof(own_array, base), OWN_REFS_END};

const struct object_class array_class = {
    .type = {.name = "array", .refs = array_refs},
    .step = array_step,
    .waiting = offsetof(own_array, waiting),
    .free = array_free,
    .free_bare = array_free_bare,
    .revive = array_revive,
    .describe = array_describe,
};

const own_type *own_array_type(void)
{
    return &array_class.type;
}
