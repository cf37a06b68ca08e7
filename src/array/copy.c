/*
 * array/copy.c - copying and filling.
 *
 * Two axes are copied at a time: that along which the target's items lie closest, and that along
 * which the source's do. Where these are not the same, tile.c goes through both in squares.
 */
#include "array/array.h"

#include <errno.h>
#include <string.h>

static ptrdiff_t magnitude(ptrdiff_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Puts the axis along which the second array's items lie closest in front of the last. */
static void choose_second_axis(struct walk *walk)
{
    int inner = walk->axes - 1;
    int best = inner;
    for (int i = inner - 1; i >= 0; i--) {
        ptrdiff_t stride = magnitude(walk->strides[1][i]);
        if (stride != 0 && (stride < magnitude(walk->strides[1][best]) ||
                            (best != inner && stride == magnitude(walk->strides[1][best]))))
            best = i;
    }
    if (best == inner)
        return;
    size_t length = walk->shape[best];
    ptrdiff_t first = walk->strides[0][best];
    ptrdiff_t second = walk->strides[1][best];
    for (int i = best; i < inner - 1; i++) {
        walk->shape[i] = walk->shape[i + 1];
        walk->strides[0][i] = walk->strides[0][i + 1];
        walk->strides[1][i] = walk->strides[1][i + 1];
    }
    walk->shape[inner - 1] = length;
    walk->strides[0][inner - 1] = first;
    walk->strides[1][inner - 1] = second;
}

/* Goes to the next place along all but the last two axes. False: that was the last. */
static bool step(struct walk *walk, size_t *at)
{
    for (int i = walk->axes - 3; i >= 0; i--) {
        walk->data[0] += walk->strides[0][i];
        walk->data[1] += walk->strides[1][i];
        if (++at[i] < walk->shape[i])
            return true;
        walk->data[0] -= (ptrdiff_t)walk->shape[i] * walk->strides[0][i];
        walk->data[1] -= (ptrdiff_t)walk->shape[i] * walk->strides[1][i];
        at[i] = 0;
    }
    return false;
}

/* Copies `size` bytes of each item, from that offset. */
static void copy_stretch(const struct walk *begun, size_t offset, size_t size)
{
    struct walk walk = *begun;
    size_t at[OWN_DIMENSIONS_MAX] = {0};
    int inner = walk.axes - 1;
    walk.data[0] += offset;
    walk.data[1] += offset;
    do {
        struct tile tile = {
            .data = {walk.data[0], walk.data[1]},
            .shape = {1, walk.shape[inner]},
            .strides = {{0, walk.strides[0][inner]}, {0, walk.strides[1][inner]}},
        };
        if (inner > 0) {
            tile.shape[0] = walk.shape[inner - 1];
            tile.strides[0][0] = walk.strides[0][inner - 1];
            tile.strides[1][0] = walk.strides[1][inner - 1];
        }
        tile_copy(&tile, size);
    } while (step(&walk, at));
}

static void copy_items(const own_array *to, char *data, const ptrdiff_t *strides, bool padding_too)
{
    struct walk walk;
    size_t offset = 0;
    size_t size = to->itemsize;
    if (!walk_begin(&walk, to, data, strides))
        return;
    choose_second_axis(&walk);
    if (padding_too || !format_has_padding(array_format(to))) {
        copy_stretch(&walk, offset, size);
        return;
    }
    struct format format = format_begin(array_format(to));
    while (format_next_stretch(&format, &offset, &size))
        copy_stretch(&walk, offset, size);
}

/* The strides of `from` along the axes of `to`. False: it cannot be broadcast. */
static bool fit(const own_array *to, const own_array *from, ptrdiff_t *strides)
{
    int before = to->ndim - from->ndim;
    /* More axes will do if they have length 1. */
    for (int i = 0; i < -before; i++) {
        if (array_shape(from)[i] != 1)
            return false;
    }
    for (int i = 0; i < to->ndim; i++) {
        strides[i] = 0;
        if (i < before || array_shape(from)[i - before] == 1)
            continue;
        if (array_shape(from)[i - before] != array_shape(to)[i])
            return false;
        strides[i] = array_strides(from)[i - before];
    }
    return true;
}

/* Whether the memory that two arrays span overlaps. */
static bool share_memory(const own_array *a, const own_array *b)
{
    ptrdiff_t a_low, a_high, b_low, b_high;
    (void)layout_span(a->ndim, array_shape(a), array_strides(a), a->itemsize, &a_low, &a_high);
    (void)layout_span(b->ndim, array_shape(b), array_strides(b), b->itemsize, &b_low, &b_high);
    uintptr_t a_data = (uintptr_t)a->data;
    uintptr_t b_data = (uintptr_t)b->data;
    return a_data + (uintptr_t)a_low < b_data + (uintptr_t)b_high &&
           b_data + (uintptr_t)b_low < a_data + (uintptr_t)a_high;
}

/* Whether each item would be copied to where it is. */
static bool is_same(const own_array *to, const own_array *from, const ptrdiff_t *strides)
{
    if (to->data != from->data)
        return false;
    for (int i = 0; i < to->ndim; i++) {
        if (array_shape(to)[i] != 1 && array_strides(to)[i] != strides[i])
            return false;
    }
    return true;
}

int own_array_assign(own_array *to, const own_array *from)
{
    ptrdiff_t strides[OWN_DIMENSIONS_MAX];
    if (!array_check(to, "own_array_assign") || !array_check(from, "own_array_assign"))
        return -1;
    if (strcmp(array_format(to), array_format(from)) != 0 || !fit(to, from, strides))
        return fail_with(EINVAL);
    if (to->flags & ARRAY_READONLY)
        return fail_with(EPERM);
    if (own_array_count(to) == 0)
        return 0;
    if (!share_memory(to, from)) {
        copy_items(to, from->data, strides, false);
    } else if (!is_same(to, from, strides)) {
        own_array *copy = own_array_copy(NULL, from, OWN_C_ORDER);
        if (!copy)
            return -1;
        (void)fit(to, copy, strides);
        copy_items(to, copy->data, strides, false);
        own_decref(copy);
    }
    return 0;
}

own_array *own_array_copy(own_pool *owner, const own_array *array, own_order order)
{
    if (!array_check(array, "own_array_copy"))
        return NULL;
    own_array *copy =
        own_array_new_raw(owner, array_format(array), order, array->ndim, array_shape(array));
    if (copy)
        copy_items(copy, array->data, array_strides(array), true);
    return copy;
}

/* Fills `size` bytes of each item, from that offset. */
static void fill_stretch(const own_array *array, const char *item, size_t offset, size_t size)
{
    own_array_iterator at;
    for (bool more = own_array_begin(&at, array); more; more = own_array_next_run(&at))
        tile_fill((char *)at.item + offset, at.stride, at.left + 1, item + offset, size);
}

int own_array_fill(own_array *array, const void *item)
{
    if (!array_check(array, "own_array_fill"))
        return -1;
    if (!item)
        return fail_with(EINVAL);
    if (array->flags & ARRAY_READONLY)
        return fail_with(EPERM);
    if (!format_has_padding(array_format(array))) {
        fill_stretch(array, item, 0, array->itemsize);
        return 0;
    }
    struct format format = format_begin(array_format(array));
    size_t offset;
    size_t size;
    while (format_next_stretch(&format, &offset, &size))
        fill_stretch(array, item, offset, size);
    return 0;
}
