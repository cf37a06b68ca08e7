/*
 * array/view.c - slices, axes, broadcasting, other formats.
 *
 * Each function checks all that can be wrong, makes the view, and then fills its numbers in.
 */
#include "array/array.h"

#include <errno.h>
#include <string.h>

/* A bound, moved to between the first and the last that there may be. */
static inline ptrdiff_t bound(ptrdiff_t at, ptrdiff_t length, ptrdiff_t first, ptrdiff_t last)
{
    if (at < 0)
        at += length;
    return at < 0 ? first : at > last ? last : at;
}

/* start, stop and step along an axis of that length as Python's slice.indices has them; the answer
   is how many items that takes. */
static inline size_t adjust(ptrdiff_t length, ptrdiff_t *start, ptrdiff_t stop, ptrdiff_t step)
{
    if (OWN_LIKELY(step > 0)) {
        *start = *start == OWN_ABSENT ? 0 : bound(*start, length, 0, length);
        stop = stop == OWN_ABSENT ? length : bound(stop, length, 0, length);
        size_t distance = stop > *start ? (size_t)(stop - *start) : 0;
        return step == 1 || !distance ? distance : (distance - 1) / (size_t)step + 1;
    }
    *start = *start == OWN_ABSENT ? length - 1 : bound(*start, length, -1, length - 1);
    stop = stop == OWN_ABSENT ? -1 : bound(stop, length, -1, length - 1);
    return stop < *start ? (size_t)(*start - stop - 1) / -(size_t)step + 1 : 0;
}

own_array *own_array_slice(own_pool *owner, own_array *array, int axis, ptrdiff_t start,
                           ptrdiff_t stop, ptrdiff_t step)
{
    if (!array_check(array, "own_array_slice"))
        return NULL;
    unsigned at = array_axis(array, axis);
    if (step == OWN_ABSENT)
        step = 1;
    if (at >= array->ndim || step == 0)
        return fail_pointer(EINVAL);
    struct constructor constructor;
    own_array *view = array_view(owner, array, array->ndim, &constructor);
    if (!view)
        return NULL;
    size_t ndim = array->ndim;
    const size_t *from = array->numbers;
    size_t *to = view->numbers;
    for (size_t i = 0; i < ndim; i++) {
        to[i] = from[i];
        to[ndim + i] = from[ndim + i];
    }
    ptrdiff_t stride = (ptrdiff_t)from[ndim + at];
    size_t length = adjust((ptrdiff_t)from[at], &start, stop, step);
    to[at] = length;
    if (layout_count(array->ndim, array_shape(view)) > 0)
        view->data += start * stride;
    if (length > 1)
        to[ndim + at] = (size_t)stride_times(stride, (size_t)step);
    array_debug_step(view);
    return constructor_end(&constructor, view);
}

own_array *own_array_index(own_pool *owner, own_array *array, int axis, ptrdiff_t index)
{
    if (!array_check(array, "own_array_index"))
        return NULL;
    unsigned gone = array_axis(array, axis);
    if (gone >= array->ndim)
        return fail_pointer(EINVAL);
    size_t at = (size_t)index + (index < 0 ? array_shape(array)[gone] : 0);
    if (at >= array_shape(array)[gone])
        return fail_pointer(EINVAL);
    struct constructor constructor;
    own_array *view = array_view(owner, array, array->ndim - 1, &constructor);
    if (!view)
        return NULL;
    for (unsigned from = 0, to = 0; from < array->ndim; from++) {
        if (from == gone)
            continue;
        array_shape(view)[to] = array_shape(array)[from];
        array_strides(view)[to] = array_strides(array)[from];
        to++;
    }
    if (layout_count(array->ndim, array_shape(array)) > 0)
        view->data += (ptrdiff_t)at * array_strides(array)[gone];
    array_debug_step(view);
    return constructor_end(&constructor, view);
}

static void permute(own_array *view, const own_array *array, const int *axes)
{
    for (int i = 0; i < array->ndim; i++) {
        array_shape(view)[i] = array_shape(array)[axes[i]];
        array_strides(view)[i] = array_strides(array)[axes[i]];
    }
    array_debug_step(view);
}

own_array *own_array_transpose(own_pool *owner, own_array *array)
{
    int axes[OWN_DIMENSIONS_MAX];
    if (!array_check(array, "own_array_transpose"))
        return NULL;
    struct constructor constructor;
    own_array *view = array_view(owner, array, array->ndim, &constructor);
    if (!view)
        return NULL;
    for (int i = 0; i < array->ndim; i++)
        axes[i] = array->ndim - 1 - i;
    permute(view, array, axes);
    return constructor_end(&constructor, view);
}

own_array *own_array_permute(own_pool *owner, own_array *array, const int *axes)
{
    int checked[OWN_DIMENSIONS_MAX];
    uint32_t seen = 0;
    if (!array_check(array, "own_array_permute"))
        return NULL;
    if (!axes && array->ndim > 0)
        return fail_pointer(EINVAL);
    for (int i = 0; i < array->ndim; i++) {
        unsigned axis = array_axis(array, axes[i]);
        if (axis >= array->ndim || seen & UINT32_C(1) << axis)
            return fail_pointer(EINVAL);
        seen |= UINT32_C(1) << axis;
        checked[i] = (int)axis;
    }
    struct constructor constructor;
    own_array *view = array_view(owner, array, array->ndim, &constructor);
    if (!view)
        return NULL;
    permute(view, array, checked);
    return constructor_end(&constructor, view);
}

own_array *own_array_broadcast(own_pool *owner, own_array *array, int ndim, const size_t *shape)
{
    size_t bytes;
    if (!array_check(array, "own_array_broadcast") ||
        !layout_check(ndim, shape, array->itemsize, &bytes))
        return NULL;
    int before = ndim - array->ndim;
    if (before < 0)
        return fail_pointer(EINVAL);
    for (int i = 0; i < array->ndim; i++) {
        size_t length = array_shape(array)[i];
        if (length != 1 && length != shape[before + i])
            return fail_pointer(EINVAL);
    }
    struct constructor constructor;
    own_array *view = array_view(owner, array, ndim, &constructor);
    if (!view)
        return NULL;
    for (int i = 0; i < ndim; i++) {
        bool repeated = i < before || array_shape(array)[i - before] != shape[i];
        array_shape(view)[i] = shape[i];
        array_strides(view)[i] = repeated ? 0 : array_strides(array)[i - before];
    }
    view->flags |= ARRAY_READONLY;
    array_debug_step(view);
    return constructor_end(&constructor, view);
}

own_array *own_array_reinterpret(own_pool *owner, own_array *array, const char *format)
{
    if (!array_check(array, "own_array_reinterpret"))
        return NULL;
    size_t size = format ? format_size(format) : 0;
    if (format && !size)
        return NULL;
    if (size != array->itemsize)
        return fail_pointer(EINVAL);
    return array_view_as(owner, array, format, strlen(format) + 1, 0);
}

own_array *own_array_readonly(own_pool *owner, own_array *array)
{
    if (!array_check(array, "own_array_readonly"))
        return NULL;
    return array_view_as(owner, array, array_format(array), array->format_size, ARRAY_READONLY);
}
