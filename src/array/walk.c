/*
 * array/walk.c - going through items in the order of memory; iterators.
 */
#include "array/array.h"

#include <errno.h>

extern inline bool own_array_next(own_array_iterator *iterator);

/* Axes of negative stride of the first array are gone through from their other end. */
static void turn_around(struct walk *walk, int axis)
{
    for (int i = 0; i < 2; i++) {
        ptrdiff_t stride = walk->strides[i][axis];
        if (walk->data[i])
            walk->data[i] += (ptrdiff_t)(walk->shape[axis] - 1) * stride;
        walk->strides[i][axis] = -stride;
    }
}

static ptrdiff_t magnitude(ptrdiff_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Whether axis `a` belongs outside of axis `b`. */
static bool is_outer(const struct walk *walk, int a, int b)
{
    if (walk->strides[0][a] != walk->strides[0][b])
        return walk->strides[0][a] > walk->strides[0][b];
    return magnitude(walk->strides[1][a]) > magnitude(walk->strides[1][b]);
}

static void swap_axes(struct walk *walk, int a, int b)
{
    size_t length = walk->shape[a];
    walk->shape[a] = walk->shape[b];
    walk->shape[b] = length;
    for (int i = 0; i < 2; i++) {
        ptrdiff_t stride = walk->strides[i][a];
        walk->strides[i][a] = walk->strides[i][b];
        walk->strides[i][b] = stride;
    }
}

/* By insertion: there are few, and most are in order. */
static void sort_axes(struct walk *walk)
{
    for (int i = 1; i < walk->axes; i++) {
        for (int j = i; j > 0 && is_outer(walk, j, j - 1); j--)
            swap_axes(walk, j, j - 1);
    }
}

/* Axes that are one long axis in both arrays become one. */
static void join_axes(struct walk *walk)
{
    int last = 0;
    for (int i = 1; i < walk->axes; i++) {
        size_t length = walk->shape[i];
        if (walk->strides[0][last] == stride_times(walk->strides[0][i], length) &&
            walk->strides[1][last] == stride_times(walk->strides[1][i], length))
            walk->shape[last] *= walk->shape[i];
        else
            walk->shape[++last] = walk->shape[i];
        walk->strides[0][last] = walk->strides[0][i];
        walk->strides[1][last] = walk->strides[1][i];
    }
    walk->axes = last + 1;
}

bool walk_begin(struct walk *walk, const own_array *first, char *second, const ptrdiff_t *strides)
{
    walk->axes = 0;
    walk->data[0] = first->data;
    walk->data[1] = second;
    /* Before any stride is looked at: where there are no items, they may be anything. */
    if (layout_count(first->ndim, array_shape(first)) == 0)
        return false;
    for (int i = 0; i < first->ndim; i++) {
        size_t length = array_shape(first)[i];
        if (length == 1)
            continue;
        int axis = walk->axes++;
        walk->shape[axis] = length;
        walk->strides[0][axis] = array_strides(first)[i];
        walk->strides[1][axis] = strides ? strides[i] : array_strides(first)[i];
        if (walk->strides[0][axis] < 0)
            turn_around(walk, axis);
    }
    if (walk->axes == 0) {
        walk->axes = 1;
        walk->shape[0] = 1;
        walk->strides[0][0] = (ptrdiff_t)first->itemsize;
        walk->strides[1][0] = (ptrdiff_t)first->itemsize;
    }
    sort_axes(walk);
    join_axes(walk);
    return true;
}

bool own_array_begin(own_array_iterator *iterator, const own_array *array)
{
    struct walk walk;
    if (!array || !walk_begin(&walk, array, NULL, NULL))
        return false;
    iterator->axes = walk.axes - 1;
    for (int i = 0; i < iterator->axes; i++) {
        iterator->shape[i] = walk.shape[i];
        iterator->strides[i] = walk.strides[0][i];
        iterator->at[i] = 0;
    }
    iterator->start = walk.data[0];
    iterator->item = walk.data[0];
    iterator->stride = walk.strides[0][walk.axes - 1];
    iterator->run = walk.shape[walk.axes - 1] - 1;
    iterator->left = iterator->run;
    return true;
}

bool own_array_next_run(own_array_iterator *iterator)
{
    for (int i = iterator->axes - 1; i >= 0; i--) {
        if (++iterator->at[i] < iterator->shape[i]) {
            iterator->start += iterator->strides[i];
            iterator->item = iterator->start;
            iterator->left = iterator->run;
            return true;
        }
        iterator->start -= (ptrdiff_t)(iterator->shape[i] - 1) * iterator->strides[i];
        iterator->at[i] = 0;
    }
    return false;
}

own_axes own_array_axes(const own_array *array, int ndim, size_t itemsize)
{
    own_axes none = {.data = NULL};
    own_axes axes = {.data = array ? array->data : NULL};
    if (!array || ndim < 1 || ndim > 3 || array->ndim != ndim || array->itemsize != itemsize) {
        errno = EINVAL;
        return none;
    }
    for (int i = 0; i < ndim; i++)
        axes.shape[i] = (ptrdiff_t)array_shape(array)[i];
    return layout_steps(ndim, array_shape(array), array_strides(array), itemsize, axes.steps)
               ? axes
               : none;
}

static void check(const own_array *array, bool holds, const char *equation)
{
    require(holds, "array", array, equation);
}

void array_validate(const own_array *array)
{
    const own_buffer *buffer = array_buffer(array);
    ptrdiff_t low;
    ptrdiff_t high;
    check(array, array->itemsize > 0, "itemsize > 0");
    check(array, array->itemsize == format_size(array_format(array)),
          "itemsize = the size of the format");
    check(array,
          layout_span(array->ndim, array_shape(array), array_strides(array), array->itemsize, &low,
                      &high),
          "strides span what fits");
    if (buffer && low != high) {
        check(array, array->data + low >= buffer->data, "buffer.data <= data + low");
        check(array, array->data + high <= buffer->data + buffer->size,
              "data + high <= buffer.data + buffer.size");
    }
    check(array, !buffer || buffer_arrays(buffer) > 0, "arrays > 0");
    if (array->flags & ARRAY_OWNER) {
        check(array, buffer && array->data == buffer->data, "owner: data = the buffer's");
        check(array,
              own_array_is_contiguous(array,
                                      array->flags & ARRAY_FORTRAN ? OWN_F_ORDER : OWN_C_ORDER),
              "owner: contiguous");
    }
}
