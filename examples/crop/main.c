/*
 * main.c - prints an array, and a part of it.
 */
#include "crop.h"

#include <stdio.h>
#include <stdlib.h>

static int usage(void)
{
    fprintf(stderr, "usage: crop ROW ROW_END COLUMN COLUMN_END    of 0 to 4 and 0 to 9\n");
    return 2;
}

static void print(const own_array *array)
{
    own_array_print(stdout, array);
    putchar('\n');
}

int main(int count, char **arguments)
{
    int bounds[4];
    OWN_SCOPED own_pool *pool = own_pool_new(NULL);

    if (count != 5)
        return usage();
    for (int i = 0; i < 4; i++)
        bounds[i] = (int)strtol(arguments[i + 1], NULL, 10);
    own_array *array = pool ? own_array_new(pool, "i", OWN_C_ORDER, OWN_SHAPE(5, 10)) : NULL;
    own_axes axes = own_array_axes(array, 2, sizeof(int));
    OWN_EACH_2 (axes, i, j)
        OWN_ITEM_2(int, axes, i, j) = (int)(10 * i + j);
    own_array *part = array ? crop(pool, array, bounds[0], bounds[1], bounds[2], bounds[3]) : NULL;
    if (!part) {
        perror("crop");
        return 1;
    }
    print(array);
    print(part);
    return 0;
}
