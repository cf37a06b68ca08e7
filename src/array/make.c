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
    ptrdiff_t low; /* the memory of items that are given, from options->data */
    ptrdiff_t high;
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

/* The buffer that memory lies in which has that base; NULL: none. */
static const own_buffer *buffer_of(const own_object *base)
{
    if (base && base->type == &buffer_class.type)
        return (const own_buffer *)(const void *)base;
    if (base && base->type == &array_class.type)
        return array_buffer((const own_array *)(const void *)base);
    return NULL;
}

/* Whether items may be where they are said to be. Sets low and high. */
static bool plan_memory(struct plan *plan)
{
    const own_array_options *options = plan->options;
    const own_object *base = options->base;
    bool is_adopted = options->free_fn || options->free_with;
    if ((!options->data && plan->bytes > 0) || (is_adopted && base) ||
        (options->free_fn && options->free_with))
        return refuse(EINVAL);
    if (base && !object_check(base, "own_array_wrap", NULL))
        return refuse(EINVAL);
    plan->low = 0;
    plan->high = (ptrdiff_t)plan->bytes;
    if (options->strides && !layout_span(options->ndim, options->shape, options->strides,
                                         plan->itemsize, &plan->low, &plan->high))
        return false;
    const own_buffer *buffer = buffer_of(base);
    if (buffer && options->counted) /* it is counted there */
        return refuse(EINVAL);
    if (!buffer || plan->low == plan->high)
        return true;
    uintptr_t start = (uintptr_t)buffer->data;
    uintptr_t data = (uintptr_t)options->data;
    if (data < start || data - start > buffer->size)
        return refuse(EINVAL);
    size_t before = data - start;
    if ((size_t)-plan->low > before || (size_t)plan->high > buffer->size - before)
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

/* The array has its buffer for itself, and keeps its order when it is resized. */
static void become_owner(own_array *array, own_order order)
{
    array->data = array_buffer(array)->data;
    array->flags |= ARRAY_OWNER | (order == OWN_F_ORDER ? ARRAY_FORTRAN : 0);
}

static void release_base(void *memory, void *base)
{
    (void)memory;
    own_decref(base);
}

/* A buffer for memory that is given, with what frees it. */
static own_buffer *make_given_buffer(own_pool *owner, const struct plan *plan)
{
    const own_array_options *options = plan->options;
    struct adopted_memory adopted = {
        .memory = options->data,
        .free_fn = options->free_fn,
        .free_with = options->free_with,
        .ctx = options->free_ctx,
    };
    if (!adopted.free_fn && !adopted.free_with) { /* wrapped, and counted */
        adopted.free_with = release_base;
        adopted.ctx = options->base;
    }
    char *data = options->data ? (char *)options->data + plan->low : NULL;
    own_buffer *buffer =
        buffer_make_adopted(owner, &adopted, data, (size_t)(plan->high - plan->low));
    if (buffer && adopted.free_with == release_base)
        (void)own_incref(options->base);
    return buffer;
}

enum make_kind { NEW, RAW, GIVEN };

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
    if (kind == GIVEN && !plan_memory(&plan))
        return NULL;
    own_object *base = options->base;
    const own_array *inside = NULL; /* the array that the memory is in */
    if (base && base->type == &array_class.type) {
        inside = options->base;
        base = inside->base;
    }
    struct constructor constructor;
    if (!array_may_attach(base) || !constructor_begin(owner, 0, &constructor))
        return NULL;
    own_array *array = alloc_planned(&plan);
    if (!array)
        return constructor_end(&constructor, NULL);
    if (inside)
        array->flags |= inside->flags & ARRAY_READONLY;
    bool is_wrapped = kind == GIVEN && !options->free_fn && !options->free_with;
    if (is_wrapped && !options->counted) {
        array_attach(array, base);
        return constructor_end(&constructor, array);
    }
    own_buffer *buffer = kind == GIVEN ? make_given_buffer(owner, &plan)
                                       : buffer_make(owner, 1, plan.bytes, kind == NEW);
    if (!buffer) {
        array_discard(array);
        return constructor_end(&constructor, NULL);
    }
    array->base = &buffer->object;
    buffer->arrays = 1;
    if (!is_wrapped && !options->strides)
        become_owner(array, options->order);
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
                GIVEN);
}

own_array *own_array_adopt_with(own_pool *owner, const char *format, int ndim, const size_t *shape,
                                const ptrdiff_t *strides, void *data,
                                void (*free_fn)(void *, void *), void *ctx)
{
    if (!free_fn)
        return fail_pointer(EINVAL);
    return make(owner,
                &(own_array_options){.format = format ? format : "",
                                     .ndim = ndim,
                                     .shape = shape,
                                     .strides = strides,
                                     .data = data,
                                     .free_with = free_fn,
                                     .free_ctx = ctx},
                GIVEN);
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
                GIVEN);
}

own_array *own_array_create(own_pool *owner, const own_array_options *options)
{
    if (!options)
        return fail_pointer(EINVAL);
    if (options->data || options->free_with)
        return make(owner, options, GIVEN);
    if (options->base || options->free_fn || options->strides || options->counted)
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
    struct adopted_memory left;
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
