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
OWN_API bool own_array_begin(own_array_iterator *iterator, const own_array *array);

/* Goes on to the first item of the next run. False: there is none. Cost: O(dimensions). */
OWN_API bool own_array_next_run(own_array_iterator *iterator);

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
    char *data;
    size_t shape[3];
    ptrdiff_t strides[3];
} own_axes;

/*
 * The axes of an array of ndim dimensions, 1 to 3, whose items have itemsize bytes. Of any other
 * array (errno EINVAL), or NULL, the axes have length 0, so that loops do nothing. Cost: O(1).
 */
OWN_API own_axes own_array_axes(const own_array *array, int ndim, size_t itemsize);

/*
 * The item of that index in axes that own_array_axes gave, unchecked; as an lvalue of `type`.
 *
 *     own_axes a = own_array_axes(array, 2, sizeof(float));
 *     for (size_t i = 0; i < a.shape[0]; i++)
 *         for (size_t j = 0; j < a.shape[1]; j++)
 *             OWN_ITEM_2(float, a, i, j) *= 2;
 */
#define OWN_ITEM_1(type, axes, i)                                                                  \
    (*(type *)(void *)((axes).data + (ptrdiff_t)(i) * (axes).strides[0]))
#define OWN_ITEM_2(type, axes, i, j)                                                               \
    (*(type *)(void *)((axes).data + (ptrdiff_t)(i) * (axes).strides[0] +                          \
                       (ptrdiff_t)(j) * (axes).strides[1]))
#define OWN_ITEM_3(type, axes, i, j, k)                                                            \
    (*(type *)(void *)((axes).data + (ptrdiff_t)(i) * (axes).strides[0] +                          \
                       (ptrdiff_t)(j) * (axes).strides[1] + (ptrdiff_t)(k) * (axes).strides[2]))

/*
 * Loops over all items of an array of one, two or three dimensions in the order of the indices, the
 * last fastest. `item` is declared as a pointer to `type`:
 *
 *     OWN_EACH_2 (float, item, array)
 *         *item *= 2;
 *
 * Where the array has other dimensions or another item size, nothing is done (see own_array_axes).
 * `break` leaves the innermost axis only.
 */
#define OWN_EACH_1(type, item, array)                                                              \
    for (own_axes item##_axes = own_array_axes((array), 1, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
    OWN_EACH_ALONG_(type, item, item##_axes.data, 0, item##_axes)

#define OWN_EACH_2(type, item, array)                                                              \
    for (own_axes item##_axes = own_array_axes((array), 2, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
        OWN_EACH_ALONG_(char, item##_row, item##_axes.data, 0, item##_axes)                        \
    OWN_EACH_ALONG_(type, item, item##_row, 1, item##_axes)

#define OWN_EACH_3(type, item, array)                                                              \
    for (own_axes item##_axes = own_array_axes((array), 3, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
        OWN_EACH_ALONG_(char, item##_plane, item##_axes.data, 0, item##_axes)                      \
    OWN_EACH_ALONG_(char, item##_row, item##_plane, 1, item##_axes)                                \
    OWN_EACH_ALONG_(type, item, item##_row, 2, item##_axes)

/* Pointers to the items along one axis. A helper of those above. */
#define OWN_EACH_ALONG_(type, item, start, axis, axes)                                             \
    for (size_t item##_left = (axes).shape[axis]; item##_left != SIZE_MAX; item##_left = SIZE_MAX) \
        for (type *item = (type *)(void *)(start); item##_left > 0;                                \
             item##_left--, item = (type *)(void *)((char *)item + (axes).strides[axis]))

OWN_END_DECLS

#endif
