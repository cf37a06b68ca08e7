/*
 * array/view.c - slices, axes, broadcasting, other formats.
 *
 * Each function checks all that can be wrong, makes the view, and then fills its numbers in.
 */
#include "array/array.h"

#include <errno.h>
#include <string.h>

static void *fail(int error)
{
    errno = error;
    return NULL;
}

/* start, stop and step along an axis of that length as Python's slice.indices has them; the answer
   is how many items that takes. */
static size_t adjust(ptrdiff_t length, ptrdiff_t *start, ptrdiff_t stop, ptrdiff_t step)
{
    ptrdiff_t first = step < 0 ? -1 : 0; /* the bounds that bounds are moved to */
    ptrdiff_t last = step < 0 ? length - 1 : length;
    ptrdiff_t ends[2] = {*start, stop};
    for (int i = 0; i < 2; i++) {
        ptrdiff_t end = ends[i];
        if (end == OWN_ABSENT)
            end = (i == 0) == (step < 0) ? last : first;
        else if (end < 0)
            end = end + length < 0 ? first : end + length;
        else if (end > last)
            end = last;
        ends[i] = end;
    }
    *start = ends[0];
    size_t distance;
    if (step < 0) {
        if (ends[0] <= ends[1])
            return 0;
        distance = (size_t)(ends[0] - ends[1]);
    } else {
        if (ends[0] >= ends[1])
            return 0;
        distance = (size_t)(ends[1] - ends[0]);
    }
    size_t pace = step < 0 ? -(size_t)step : (size_t)step;
    return step == 1 ? distance : (distance - 1) / pace + 1;
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
        return fail(EINVAL);
    struct constructor constructor;
    own_array *view = array_view(owner, array, array->ndim, &constructor);
    if (!view)
        return NULL;
    for (int i = 0; i < array->ndim; i++) {
        array_shape(view)[i] = array_shape(array)[i];
        array_strides(view)[i] = array_strides(array)[i];
    }
    ptrdiff_t stride = array_strides(array)[at];
    size_t length = adjust((ptrdiff_t)array_shape(array)[at], &start, stop, step);
    array_shape(view)[at] = length;
    if (length > 0)
        view->data += start * stride;
    if (length > 1)
        array_strides(view)[at] = stride * step;
    array_debug_step(view);
    return constructor_end(&constructor, view);
}

own_array *own_array_index(own_pool *owner, own_array *array, int axis, ptrdiff_t index)
{
    if (!array_check(array, "own_array_index"))
        return NULL;
    unsigned gone = array_axis(array, axis);
    if (gone >= array->ndim)
        return fail(EINVAL);
    size_t at = (size_t)index + (index < 0 ? array_shape(array)[gone] : 0);
    if (at >= array_shape(array)[gone])
        return fail(EINVAL);
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
        return fail(EINVAL);
    for (int i = 0; i < array->ndim; i++) {
        unsigned axis = array_axis(array, axes[i]);
        if (axis >= array->ndim || seen & UINT32_C(1) << axis)
            return fail(EINVAL);
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
        return fail(EINVAL);
    for (int i = 0; i < array->ndim; i++) {
        size_t length = array_shape(array)[i];
        if (length != 1 && length != shape[before + i])
            return fail(EINVAL);
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
    if (!format || format_size(format) != array->itemsize)
        return fail(EINVAL);
    return array_view_as(owner, array, format, strlen(format) + 1, 0);
}

own_array *own_array_readonly(own_pool *owner, own_array *array)
{
    if (!array_check(array, "own_array_readonly"))
        return NULL;
    return array_view_as(owner, array, array_format(array), array->format_size, ARRAY_READONLY);
}
