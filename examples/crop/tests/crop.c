/*
 * crop.c - every crop of a small array is what slicing by hand gives; its errors are the recipe's.
 */
#include "../crop.h"

#include <errno.h>
#include <stdio.h>

enum { rows = 5, columns = 10 };

static int failures;

#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

#define check_error(call, error)                                                                   \
    do {                                                                                           \
        errno = 0;                                                                                 \
        check(!(call) && errno == (error));                                                        \
    } while (0)

static void compare(own_array *array, const int numbers[rows][columns], int row, int row_end,
                    int column, int column_end)
{
    own_array *part = crop(NULL, array, row, row_end, column, column_end);

    check(own_array_ndim(part) == 2 && own_array_is_contiguous(part, OWN_C_ORDER));
    check(own_array_shape(part)[0] == (size_t)(row_end - row));
    check(own_array_shape(part)[1] == (size_t)(column_end - column));
    own_axes axes = own_array_axes(part, 2, sizeof(int));
    OWN_EACH_2 (axes, i, j)
        check(OWN_ITEM_2(int, axes, i, j) == numbers[row + i][column + j]);
    check(own_array_base(part) != own_array_base(array));
    own_decref(part);
}

static void check_errors(own_array *array)
{
    const ptrdiff_t side = sizeof(size_t) == 8 ? (ptrdiff_t)1 << 29 : 1 << 14;
    size_t huge[] = {(size_t)side, (size_t)side};
    own_pool *limited = own_pool_create(NULL, &(own_pool_options){.limit = 4096});
    own_array *one = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(1));
    own_array *repeated = own_array_broadcast(NULL, one, 2, huge);

    check_error(crop(NULL, array, -1, 2, 0, 2), EPERM);
    check_error(crop(NULL, array, 0, 2, -1, 2), EPERM);
    check_error(crop(NULL, array, 0, rows, 0, 2), EPERM);
    check_error(crop(NULL, array, 0, 2, 0, columns), EPERM);
    check_error(crop(NULL, array, 3, 2, 0, 2), EPERM);
    check_error(crop(NULL, array, 0, 2, 3, 2), EPERM);
    check_error(crop(NULL, one, 0, 1, 0, 1), EINVAL);
    if (sizeof(size_t) == 8) /* else there may be so much memory */
        check_error(crop(NULL, repeated, 0, side - 1, 0, side - 1), ENOMEM);
    check_error(crop(limited, repeated, 0, 1000, 0, 1000), EDQUOT);
    own_decref(repeated);
    own_decref(one);
    own_decref(limited);
}

int main(void)
{
    int numbers[rows][columns];

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            numbers[i][j] = 100 * i + j;
    own_array *array =
        own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(rows, columns), numbers, NULL);
    for (int row = 0; row < rows; row++)
        for (int row_end = row; row_end < rows; row_end++)
            for (int column = 0; column < columns; column++)
                for (int column_end = column; column_end < columns; column_end++)
                    compare(array, (const int(*)[columns])numbers, row, row_end, column,
                            column_end);
    check_errors(array);
    own_decref(array);
    return failures > 0;
}
