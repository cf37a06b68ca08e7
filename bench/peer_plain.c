/*
 * peer_plain.c - a plain int as the count, as most programs write it: the limit of confined
 * counting; and loops over arrays by hand.
 */
#include "peer.h"

#define PEER_NAME "plain"

static const char *peer_version(void)
{
    return "inline";
}

static void peer_start(void)
{
}

#define PEER_COUNTS
typedef struct object {
    int count;
    char rest[60];
} object;

static inline object *peer_object_new(void)
{
    object *made = calloc(1, sizeof *made);
    if (made)
        made->count = 1;
    return made;
}

static inline void peer_incref(object *counted)
{
    counted->count++;
}

static inline void peer_decref(object *counted)
{
    if (--counted->count == 0)
        free(counted);
}

#define PEER_ARRAYS
typedef struct array {
    size_t shape[2];
    ptrdiff_t steps[2];
    float *items;
} array;

static inline array *peer_array_new_2(size_t rows, size_t columns)
{
    array *made = malloc(sizeof *made);
    float *items = calloc(rows * columns, sizeof *items);
    if (made && items)
        *made = (array){{rows, columns}, {(ptrdiff_t)columns, 1}, items};
    return items ? made : NULL;
}

static inline void peer_array_copy_transposed(array *to, array *from)
{
    for (size_t i = 0; i < to->shape[0]; i++)
        for (size_t j = 0; j < to->shape[1]; j++)
            to->items[i * to->shape[1] + j] = from->items[j * from->shape[1] + i];
}

/* Whatever its strides are. */
static inline void peer_array_scale(array *scaled, float factor)
{
    const ptrdiff_t rows = (ptrdiff_t)scaled->shape[0], columns = (ptrdiff_t)scaled->shape[1];
    const ptrdiff_t down = scaled->steps[0], right = scaled->steps[1];
    float *items = scaled->items;
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t j = 0; j < columns; j++)
            items[i * down + j * right] *= factor;
}

/* In rows of items side by side. */
static inline void peer_array_scale_rows(array *scaled, float factor)
{
    const size_t rows = scaled->shape[0], columns = scaled->shape[1];
    float *items = scaled->items;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            items[i * columns + j] *= factor;
}

#include "workloads.h"
