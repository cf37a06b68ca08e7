/*
 * array/make.c - constructors, resizing.
 */
#include "array/array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is to be made, all of it checked. */
struct plan {
    const own_array_options *options;
    char format[FORMAT_LONGEST];
    size_t format_size; /* with its 0 */
    size_t itemsize;
    size_t bytes;
};

static bool refuse(int error)
{
    errno = error;
    return false;
}

/* The format and the size of an item. Sets errno: EINVAL, EOVERFLOW. */
static bool plan_item(struct plan *plan)
{
    const own_array_options *options = plan->options;
    const char *format = options->format ? options->format : "";
    size_t size = options->format ? format_size(format) : 0;
    if (options->format && !size)
        return false;
    plan->itemsize = options->itemsize ? options->itemsize : size;
    if (!plan->itemsize || plan->itemsize < size)
        return refuse(EINVAL);
    if (plan->itemsize > PTRDIFF_MAX)
        return refuse(EOVERFLOW);
    int length;
    if (OWN_LIKELY(plan->itemsize == size))
        length = snprintf(plan->format, sizeof(plan->format), "%s", format);
    else
        length =
            snprintf(plan->format, sizeof(plan->format), "%s%zux", format, plan->itemsize - size);
    plan->format_size = (size_t)length + 1;
    return plan->format_size <= sizeof(plan->format) || refuse(EINVAL);
}

/* Almost every format is one code. */
static bool plan_simple_item(struct plan *plan)
{
    const char *format = plan->options->format;
    if (!format || !format[0] || format[1] || plan->options->itemsize)
        return false;
    memcpy(plan->format, format, 2);
    plan->format_size = 2;
    plan->itemsize = format_code_size(*format);
    return plan->itemsize > 0;
}

/* Whether items may be where they are said to be. */
static bool check_memory(const own_array_options *options, size_t itemsize, size_t bytes)
{
    if ((!options->data && bytes > 0) || (options->free_fn && (options->base || options->strides)))
        return refuse(EINVAL);
    const own_object *base = options->base;
    if (base && !object_check(base, "own_array_wrap", NULL))
        return refuse(EINVAL);
    const own_buffer *buffer = NULL;
    if (base && base->type == &buffer_class.type)
        buffer = options->base;
    else if (base && base->type == &array_class.type)
        buffer = array_buffer(options->base);
    ptrdiff_t low = 0;
    ptrdiff_t high = (ptrdiff_t)bytes;
    if (options->strides &&
        !layout_span(options->ndim, options->shape, options->strides, itemsize, &low, &high))
        return false;
    if (!buffer || low == high)
        return true;
    uintptr_t start = (uintptr_t)buffer->data;
    uintptr_t data = (uintptr_t)options->data;
    if (data < start || data - start > buffer->size)
        return refuse(EINVAL);
    size_t before = data - start;
    if ((size_t)-low > before || (size_t)high > buffer->size - before)
        return refuse(EINVAL);
    return true;
}

static own_array *alloc_planned(const struct plan *plan)
{
    const own_array_options *options = plan->options;
    int ndim = options->ndim;
    own_array *array = array_alloc(ndim, plan->itemsize, plan->format, plan->format_size);
    if (!array)
        return NULL;
    if (ndim > 0)
        memcpy(array_shape(array), options->shape, (size_t)ndim * sizeof(size_t));
    if (options->strides)
        memcpy(array_strides(array), options->strides, (size_t)ndim * sizeof(ptrdiff_t));
    else
        layout_strides(options->order, ndim, options->shape, plan->itemsize, array_strides(array));
    array->data = options->data;
    if (options->readonly)
        array->flags |= ARRAY_READONLY;
    return array;
}

/* The array becomes the owner of a buffer that was made for it. False: there is none. */
static bool take_buffer(own_array *array, own_buffer *buffer, own_order order)
{
    if (!buffer)
        return false;
    array->base = &buffer->object;
    array->data = buffer->data;
    array->flags |= ARRAY_OWNER | (order == OWN_F_ORDER ? ARRAY_FORTRAN : 0);
    buffer->arrays = 1;
    return true;
}

enum make_kind { NEW, RAW, ADOPT, WRAP };

static own_array *make(own_pool *owner, const own_array_options *options, enum make_kind kind)
{
    struct plan plan;
    plan.options = options;
    if (options->order != OWN_C_ORDER && options->order != OWN_F_ORDER)
        return fail_pointer(EINVAL);
    if (!plan_simple_item(&plan) && !plan_item(&plan))
        return NULL;
    if (!layout_check(options->ndim, options->shape, plan.itemsize, &plan.bytes))
        return NULL;
    if (kind >= ADOPT && !check_memory(options, plan.itemsize, plan.bytes))
        return NULL;
    own_object *base = options->base;
    const own_array *inside = NULL; /* the array that the memory is in */
    if (base && base->type == &array_class.type) {
        inside = options->base;
        base = inside->base;
    }
    struct constructor constructor;
    if (!array_may_attach(base) || !constructor_begin(owner, &constructor))
        return NULL;
    own_array *array = alloc_planned(&plan);
    if (!array)
        return constructor_end(&constructor, NULL);
    if (kind == WRAP) {
        array_attach(array, base);
        if (inside)
            array->flags |= inside->flags & ARRAY_READONLY;
        return constructor_end(&constructor, array);
    }
    own_buffer *buffer =
        kind == ADOPT ? buffer_make_adopted(owner, options->data, plan.bytes, options->free_fn)
                      : buffer_make(owner, 1, plan.bytes, kind == NEW);
    if (!take_buffer(array, buffer, options->order)) {
        array_discard(array);
        array = NULL;
    }
    return constructor_end(&constructor, array);
}

own_array *own_array_new(own_pool *owner, const char *format, own_order order, int ndim,
                         const size_t *shape)
{
    return make(owner,
                &(own_array_options){
                    .format = format ? format : "", .order = order, .ndim = ndim, .shape = shape},
                NEW);
}

own_array *own_array_new_raw(own_pool *owner, const char *format, own_order order, int ndim,
                             const size_t *shape)
{
    return make(owner,
                &(own_array_options){
                    .format = format ? format : "", .order = order, .ndim = ndim, .shape = shape},
                RAW);
}

own_array *own_array_adopt(own_pool *owner, const char *format, own_order order, int ndim,
                           const size_t *shape, void *data, void (*free_fn)(void *))
{
    if (!free_fn)
        return fail_pointer(EINVAL);
    return make(owner,
                &(own_array_options){.format = format ? format : "",
                                     .order = order,
                                     .ndim = ndim,
                                     .shape = shape,
                                     .data = data,
                                     .free_fn = free_fn},
                ADOPT);
}

own_array *own_array_wrap(own_pool *owner, const char *format, own_order order, int ndim,
                          const size_t *shape, void *data, void *base)
{
    return make(owner,
                &(own_array_options){.format = format ? format : "",
                                     .order = order,
                                     .ndim = ndim,
                                     .shape = shape,
                                     .data = data,
                                     .base = base},
                WRAP);
}

own_array *own_array_create(own_pool *owner, const own_array_options *options)
{
    if (!options)
        return fail_pointer(EINVAL);
    if (options->data)
        return make(owner, options, options->free_fn ? ADOPT : WRAP);
    if (options->base || options->free_fn || options->strides)
        return fail_pointer(EINVAL);
    return make(owner, options, NEW);
}

/* Whether an array may have another shape. */
static bool check_resize(const own_array *array, const size_t *shape, size_t *bytes)
{
    if (!array_check(array, "own_array_resize"))
        return false;
    if (!(array->flags & ARRAY_OWNER) || array->flags & ARRAY_READONLY) {
        errno = EPERM;
        return false;
    }
    if (buffer_arrays(array_buffer(array)) > 1) {
        errno = EBUSY;
        return false;
    }
    return layout_check(array->ndim, shape, array->itemsize, bytes);
}

int own_array_resize(own_array *array, const size_t *shape)
{
    size_t bytes;
    struct left_memory left;
    if (!check_resize(array, shape, &bytes))
        return -1;
    own_buffer *buffer = array_buffer(array);
    if (!buffer_resize(buffer, bytes, &left))
        return -1;
    array->data = buffer->data;
    if (array->ndim > 0)
        memcpy(array_shape(array), shape, array->ndim * sizeof(size_t));
    layout_strides(array->flags & ARRAY_FORTRAN ? OWN_F_ORDER : OWN_C_ORDER, array->ndim, shape,
                   array->itemsize, array_strides(array));
    array_debug_step(array);
    buffer_free_left(&left);
    return 0;
}
