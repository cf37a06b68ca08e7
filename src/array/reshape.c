/*
 * array/reshape.c - other shapes over the same items.
 *
 * Both shapes are read from the front: as few axes of each as have the same number of items are a
 * group. A group can be laid out anew where its old axes follow each other without a gap, so that
 * they are one long axis; its new axes are cut from that.
 */
#include "array/array.h"

#include <errno.h>
#include <string.h>

static bool refuse(void)
{
    errno = EINVAL;
    return false;
}

/* Copies a shape, with the length that is to be found out; it must have `count` items. */
static bool complete(size_t count, int ndim, const size_t *shape, size_t *whole)
{
    int unknown = -1;
    size_t known = 1;
    if (ndim < 0 || ndim > OWN_DIMENSIONS_MAX || (ndim > 0 && !shape))
        return refuse();
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        whole[i] = shape[i];
        empty |= shape[i] == 0;
    }
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == SIZE_MAX) {
            if (unknown >= 0)
                return refuse();
            unknown = i;
        } else if (!empty && multiply_overflows(known, shape[i], &known)) {
            return refuse();
        }
    }
    if (empty)
        known = 0;
    if (unknown < 0)
        return known == count || refuse();
    if (known == 0 || count % known != 0)
        return refuse();
    whole[unknown] = count / known;
    return true;
}

struct axes {
    int count;
    size_t shape[OWN_DIMENSIONS_MAX];
    ptrdiff_t strides[OWN_DIMENSIONS_MAX];
};

/* Axes of length 1 say nothing about where items lie. */
static void take_long_axes(struct axes *axes, const own_array *array)
{
    axes->count = 0;
    for (int i = 0; i < array->ndim; i++) {
        if (array_shape(array)[i] == 1)
            continue;
        axes->shape[axes->count] = array_shape(array)[i];
        axes->strides[axes->count] = array_strides(array)[i];
        axes->count++;
    }
}

/* Whether axes from `first` to the one in front of `end` are one long axis. */
static bool is_one_axis(const struct axes *old, int first, int end)
{
    for (int i = first; i + 1 < end; i++) {
        if (old->strides[i] != stride_times(old->strides[i + 1], old->shape[i + 1]))
            return false;
    }
    return true;
}

/* The strides of a shape that has as many items, some. False: a view cannot do. */
static bool find_strides(const struct axes *old, size_t itemsize, int ndim, const size_t *shape,
                         ptrdiff_t *strides)
{
    int from = 0;
    int to = 0;
    while (from < old->count) {
        int from_end = from + 1;
        int to_end = to;
        size_t from_items = old->shape[from];
        size_t to_items = 1;
        /* Both have as many items, so that neither runs out of axes: no analyser can see that. */
        while (from_items != to_items) {
            if (to_items < from_items)
                to_items *= shape[to_end++]; /* NOLINT(clang-analyzer-core.uninitialized.Assign) */
            else /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
                from_items *= old->shape[from_end++];
        }
        if (!is_one_axis(old, from, from_end))
            return refuse();
        ptrdiff_t stride = old->strides[from_end - 1];
        for (int i = to_end - 1; i >= to; i--) {
            strides[i] = stride;
            stride = stride_times(stride, shape[i]);
        }
        from = from_end;
        to = to_end;
    }
    /* What is left has length 1. */
    for (; to < ndim; to++)
        strides[to] = (ptrdiff_t)itemsize;
    return true;
}

own_array *own_array_reshape(own_pool *owner, own_array *array, int ndim, const size_t *shape)
{
    size_t whole[OWN_DIMENSIONS_MAX];
    ptrdiff_t strides[OWN_DIMENSIONS_MAX];
    struct axes old;
    size_t bytes;
    if (!array_check(array, "own_array_reshape"))
        return NULL;
    size_t count = own_array_count(array);
    if (!complete(count, ndim, shape, whole) || !layout_check(ndim, whole, array->itemsize, &bytes))
        return NULL;
    if (count == 0) {
        layout_strides(OWN_C_ORDER, ndim, whole, array->itemsize, strides);
    } else {
        take_long_axes(&old, array);
        if (!find_strides(&old, array->itemsize, ndim, whole, strides))
            return NULL;
    }
    struct constructor constructor;
    own_array *view = array_view(owner, array, ndim, &constructor);
    if (!view)
        return NULL;
    memcpy(array_shape(view), whole, (size_t)ndim * sizeof(size_t));
    memcpy(array_strides(view), strides, (size_t)ndim * sizeof(ptrdiff_t));
    array_debug_step(view);
    return constructor_end(&constructor, view);
}
