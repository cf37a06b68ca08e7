/*
 * crop.h - a part of a two-dimensional array, copied.
 */
#ifndef CROP_H
#define CROP_H

#include <own.h>

/*
 * A copy of array[row:row_end, column:column_end], in C order.
 *
 * owner  as for any constructor.
 * array  borrowed: two dimensions, of any format.
 *
 * Returns NULL with errno EPERM where a bound is outside of the array (an end must be an index that
 * there is, too) or behind the other, as the recipe has it; ENOMEM; EDQUOT; EINVAL: another array.
 */
own_array *crop(own_pool *owner, own_array *array, int row, int row_end, int column,
                int column_end);

#endif
