/*
 * array/layout.c - shapes and strides: what they span.
 */
#include "array/array.h"

#include <errno.h>

bool layout_check(int ndim, const size_t *shape, size_t itemsize, size_t *bytes)
{
    if (ndim < 0 || ndim > OWN_DIMENSIONS_MAX || (ndim > 0 && !shape)) {
        errno = EINVAL;
        return false;
    }
    /* Strides are those of the other lengths even where one is 0, so these must fit too. */
    size_t product = itemsize;
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        empty |= shape[i] == 0;
        if (multiply_overflows(product, max_size(shape[i], 1), &product) || product > PTRDIFF_MAX) {
            errno = EOVERFLOW;
            return false;
        }
    }
    *bytes = empty ? 0 : product;
    return true;
}

void layout_strides(own_order order, int ndim, const size_t *shape, size_t itemsize,
                    ptrdiff_t *strides)
{
    size_t stride = itemsize;
    for (int i = 0; i < ndim; i++) {
        int axis = order == OWN_F_ORDER ? i : ndim - 1 - i;
        strides[axis] = (ptrdiff_t)stride;
        stride *= max_size(shape[axis], 1);
    }
}

size_t layout_count(int ndim, const size_t *shape)
{
    size_t count = 1;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0)
            return 0;
    }
    /* Where no length is 0 the product fits: it is that of bytes, or of a broadcast that was
       checked. */
    for (int i = 0; i < ndim; i++)
        count *= shape[i];
    return count;
}

bool layout_steps(int ndim, const size_t *shape, const ptrdiff_t *strides, size_t itemsize,
                  ptrdiff_t *steps)
{
    bool empty = layout_count(ndim, shape) == 0;
    for (int i = ndim - 1; i >= 0; i--) {
        if (empty || shape[i] == 1) {
            steps[i] = i == ndim - 1 ? 1 : stride_times(steps[i + 1], max_size(shape[i + 1], 1));
            continue;
        }
        steps[i] = strides[i] / (ptrdiff_t)itemsize;
        if (steps[i] * (ptrdiff_t)itemsize != strides[i]) {
            errno = EINVAL;
            return false;
        }
    }
    return true;
}

bool layout_span(int ndim, const size_t *shape, const ptrdiff_t *strides, size_t itemsize,
                 ptrdiff_t *low, ptrdiff_t *high)
{
    *low = 0;
    *high = 0;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0)
            return true;
    }
    *high = (ptrdiff_t)itemsize;
    for (int i = 0; i < ndim; i++) {
        ptrdiff_t *end = strides[i] < 0 ? low : high;
        ptrdiff_t extent;
        if (shape[i] == 1)
            continue;
        if (__builtin_mul_overflow((ptrdiff_t)shape[i] - 1, strides[i], &extent) ||
            __builtin_add_overflow(*end, extent, end)) {
            errno = EOVERFLOW;
            return false;
        }
    }
    ptrdiff_t span;
    if (__builtin_sub_overflow(*high, *low, &span)) {
        errno = EOVERFLOW;
        return false;
    }
    return true;
}

bool layout_is_contiguous(own_order order, int ndim, const size_t *shape, const ptrdiff_t *strides,
                          size_t itemsize)
{
    bool side_by_side = true;
    size_t stride = itemsize;
    for (int i = 0; i < ndim; i++) {
        int axis = order == OWN_F_ORDER ? i : ndim - 1 - i;
        if (shape[axis] == 0)
            return true;
        if (shape[axis] != 1 && strides[axis] != (ptrdiff_t)stride)
            side_by_side = false;
        if (side_by_side)
            stride *= shape[axis];
    }
    return side_by_side;
}
