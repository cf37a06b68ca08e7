/*
 * row.c - the items of a row, in the order of their columns.
 */
#include "matrices.h"

#include <string.h>

/* A row has memory for the power of two that its length reaches. */
bool row_is_full(const struct row *row)
{
    return (row->length & (row->length - 1)) == 0;
}

size_t row_next_capacity(const struct row *row)
{
    return row->length ? 2 * row->length : 1;
}

/* Files are mostly sorted, so that the place is near the end. */
bool row_insert(struct row *row, struct item item)
{
    size_t at = row->length;

    while (at > 0 && row->items[at - 1].column > item.column)
        at--;
    if (at > 0 && row->items[at - 1].column == item.column)
        return false;
    memmove(&row->items[at + 1], &row->items[at], (row->length - at) * sizeof(item));
    row->items[at] = item;
    row->length++;
    return true;
}
