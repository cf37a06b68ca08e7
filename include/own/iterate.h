/*
 * own/iterate.h - going through the items of an array: an iterator for any array, and loops that
 * compile to plain C loops for one to three dimensions.
 */
#ifndef OWN_ITERATE_H
#define OWN_ITERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own/array.h>
#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * An iterator goes through all items of an array once, from the lowest address to the highest,
 * whatever the order of the axes and the signs of the strides:
 *
 *     own_array_iterator at;
 *     for (bool more = own_array_begin(&at, array); more; more = own_array_next(&at))
 *         sum += *(double *)at.item;
 *
 * Items come in runs: `left` more items lie behind this one, each `stride` bytes behind the one
 * before. A loop may go through a run by itself, and then call own_array_next_run. The rest of the
 * fields is the library's. The array is borrowed for as long as the iterator is used.
 */
typedef struct own_array_iterator {
    void *item;
    size_t left;
    ptrdiff_t stride;
    char *start; /* of the run */
    size_t run;  /* items of each run, less one */
    int axes;    /* outside of a run, the outermost first */
    size_t shape[OWN_DIMENSIONS_MAX];
    size_t at[OWN_DIMENSIONS_MAX];
    ptrdiff_t strides[OWN_DIMENSIONS_MAX];
} own_array_iterator;

/* Begins at the first item. False: the array has none, or is NULL. Cost: O(dimensions squared). */
OWN_API bool own_array_begin(own_array_iterator *iterator, const own_array *array) OWN_NOT_NULL(1)
    OWN_FILLS(1);

/* Goes on to the first item of the next run. False: there is none. Cost: O(dimensions). */
OWN_API bool own_array_next_run(own_array_iterator *iterator) OWN_NOT_NULL(1);

/* Goes on to the next item. False: that was the last. Cost: an addition, inline. */
OWN_API inline bool own_array_next(own_array_iterator *iterator)
{
    if (OWN_UNLIKELY(iterator->left == 0))
        return own_array_next_run(iterator);
    iterator->left--;
    iterator->item = (char *)iterator->item + iterator->stride;
    return true;
}

/* Where up to three axes lie: what a loop keeps in registers. */
typedef struct own_axes {
    void *data;
    ptrdiff_t shape[3];
    ptrdiff_t steps[3]; /* from an item to the next, in items */
} own_axes;

/*
 * The axes of an array of ndim dimensions, 1 to 3, whose items have itemsize bytes and lie whole
 * items apart. Of any other array (errno EINVAL), or NULL, data is NULL and the axes have length 0,
 * so that loops do nothing. The step of an axis of length 1 is as if the items lay side by side,
 * whatever stride the array has there. Borrowed from the array. Cost: O(1).
 */
OWN_API own_axes own_array_axes(const own_array *array, int ndim, size_t itemsize);

/*
 * Loops over all indices of axes, the last fastest, and the item of an index, unchecked, as an
 * lvalue of `type`:
 *
 *     own_axes a = own_array_axes(array, 2, sizeof(float));
 *     OWN_EACH_2 (a, i, j)
 *         OWN_ITEM_2(float, a, i, j) *= 2;
 *
 * Both are plain C: `for` loops over ptrdiff_t, and an address linear in the indices, so that
 * compilers treat them like loops written by hand. Where a.steps[1] is 1, a row is a C
 * array, float *row = &OWN_ITEM_2(float, a, i, 0).
 */
#define OWN_EACH_1(axes, i) for (ptrdiff_t i = 0; i < (axes).shape[0]; i++)
#define OWN_EACH_2(axes, i, j)                                                                     \
    OWN_EACH_1 (axes, i)                                                                           \
        for (ptrdiff_t j = 0; j < (axes).shape[1]; j++)
#define OWN_EACH_3(axes, i, j, k)                                                                  \
    OWN_EACH_2 (axes, i, j)                                                                        \
        for (ptrdiff_t k = 0; k < (axes).shape[2]; k++)

/* The item of an index: see OWN_EACH_1. */
#define OWN_ITEM_1(type, axes, i) (((type *)(axes).data)[(ptrdiff_t)(i) * (axes).steps[0]])
#define OWN_ITEM_2(type, axes, i, j)                                                               \
    (((type *)(axes).data)[(ptrdiff_t)(i) * (axes).steps[0] + (ptrdiff_t)(j) * (axes).steps[1]])
#define OWN_ITEM_3(type, axes, i, j, k)                                                            \
    (((type *)(axes).data)[(ptrdiff_t)(i) * (axes).steps[0] + (ptrdiff_t)(j) * (axes).steps[1] +   \
                           (ptrdiff_t)(k) * (axes).steps[2]])

OWN_END_DECLS

#endif
