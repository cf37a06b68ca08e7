/*
 * crop.c - a slice along each axis, and a copy of both: views cost no copy and die right away.
 */
#include "crop.h"

#include <errno.h>

static bool is_inside(int begin, int end, size_t length)
{
    return begin >= 0 && end >= begin && (size_t)end < length;
}

own_array *crop(own_pool *owner, own_array *array, int row, int row_end, int column, int column_end)
{
    const size_t *shape = own_array_shape(array);

    if (own_array_ndim(array) != 2) {
        errno = EINVAL;
        return NULL;
    }
    if (!is_inside(row, row_end, shape[0]) || !is_inside(column, column_end, shape[1])) {
        errno = EPERM;
        return NULL;
    }
    OWN_SCOPED own_array *rows = own_array_slice(NULL, array, 0, row, row_end, 1);
    if (!rows)
        return NULL;
    OWN_SCOPED own_array *part = own_array_slice(NULL, rows, 1, column, column_end, 1);
    return part ? own_array_copy(owner, part, OWN_C_ORDER) : NULL;
}
