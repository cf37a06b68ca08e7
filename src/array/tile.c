/*
 * array/tile.c - the loops of copying, by item size.
 *
 * Where both arrays are gone through along their close items at once, a copy is a loop of rows.
 * Where that is not so, as in a transposition, one of them is read across its rows: then a square
 * of items is copied at a time, small enough that the lines of both stay in the first cache until
 * all of their items are used.
 */
#include "array/array.h"

#include <string.h>

/* Items of a size that the machine can move at once, at any address. */
typedef uint8_t item1;
typedef uint16_t __attribute__((aligned(1), may_alias)) item2;
typedef uint32_t __attribute__((aligned(1), may_alias)) item4;
typedef uint64_t __attribute__((aligned(1), may_alias)) item8;
typedef uint64_t vector2 __attribute__((vector_size(16)));
typedef vector2 __attribute__((aligned(1), may_alias)) item16;

/* A side of a square has this many bytes: two cache lines. */
#define SIDE_BYTES 128

static size_t side_of(size_t itemsize)
{
    return max_size(SIDE_BYTES / itemsize, 8);
}

/* A row, whose items lie `to_stride` and `from_stride` apart. The strides of close items are
   constants to the compiler. */
#define DEFINE_ROW(type)                                                                           \
    static void row_##type(char *to, ptrdiff_t to_stride, const char *from, ptrdiff_t from_stride, \
                           size_t count)                                                           \
    {                                                                                              \
        if (to_stride == sizeof(type)) {                                                           \
            for (size_t i = 0; i < count; i++) {                                                   \
                ((type *)(void *)to)[i] = *(const type *)(const void *)from;                       \
                from += from_stride;                                                               \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (size_t i = 0; i < count; i++) {                                                       \
            *(type *)(void *)to = *(const type *)(const void *)from;                               \
            to += to_stride;                                                                       \
            from += from_stride;                                                                   \
        }                                                                                          \
    }

DEFINE_ROW(item1)
DEFINE_ROW(item2)
DEFINE_ROW(item4)
DEFINE_ROW(item8)
DEFINE_ROW(item16)

static void copy_row(char *to, ptrdiff_t to_stride, const char *from, ptrdiff_t from_stride,
                     size_t count, size_t itemsize)
{
    if (to_stride == (ptrdiff_t)itemsize && from_stride == (ptrdiff_t)itemsize) {
        memcpy(to, from, count * itemsize);
        return;
    }
    switch (itemsize) {
    case 1:
        row_item1(to, to_stride, from, from_stride, count);
        break;
    case 2:
        row_item2(to, to_stride, from, from_stride, count);
        break;
    case 4:
        row_item4(to, to_stride, from, from_stride, count);
        break;
    case 8:
        row_item8(to, to_stride, from, from_stride, count);
        break;
    case 16:
        row_item16(to, to_stride, from, from_stride, count);
        break;
    default:
        for (; count > 0; count--, to += to_stride, from += from_stride)
            memcpy(to, from, itemsize);
    }
}

static ptrdiff_t magnitude(ptrdiff_t stride)
{
    return stride < 0 ? -stride : stride;
}

void tile_copy(const struct tile *tile, size_t itemsize)
{
    size_t side = side_of(itemsize);
    const ptrdiff_t *to = tile->strides[0];
    const ptrdiff_t *from = tile->strides[1];
    bool is_across = tile->shape[0] > 1 && magnitude(from[0]) < magnitude(from[1]) &&
                     magnitude(from[1]) > (ptrdiff_t)itemsize;
    size_t height = is_across ? side : tile->shape[0];
    size_t width = is_across ? side : tile->shape[1];
    for (size_t top = 0; top < tile->shape[0]; top += height) {
        size_t bottom = min_size(tile->shape[0], top + height);
        for (size_t left = 0; left < tile->shape[1]; left += width) {
            size_t count = min_size(tile->shape[1] - left, width);
            for (size_t i = top; i < bottom; i++)
                copy_row(tile->data[0] + (ptrdiff_t)i * to[0] + (ptrdiff_t)left * to[1], to[1],
                         tile->data[1] + (ptrdiff_t)i * from[0] + (ptrdiff_t)left * from[1],
                         from[1], count, itemsize);
        }
    }
}

void tile_fill(char *to, ptrdiff_t stride, size_t count, const char *item, size_t itemsize)
{
    if (stride != (ptrdiff_t)itemsize) {
        copy_row(to, stride, item, 0, count, itemsize);
        return;
    }
    /* What is filled already is copied behind itself, in pieces that stay in the first cache. */
    size_t bytes = count * itemsize;
    size_t filled = itemsize;
    memmove(to, item, itemsize);
    while (filled < bytes) {
        size_t piece =
            min_size(min_size(filled, 8192 / itemsize * itemsize + itemsize), bytes - filled);
        memcpy(to + filled, to, piece);
        filled += piece;
    }
}
