/*
 * array/array.h - the room array: n-dimensional views of memory.
 *
 *   layout.c    shapes and strides: what they span, pure functions
 *   make.c      constructors, resizing
 *   array.c     what an array is asked, its death
 *   view.c      slices, axes, broadcasting, other formats
 *   reshape.c   other shapes
 *   walk.c      going through items in the order of memory; iterators
 *   copy.c      copying and filling
 *   tile.c      the loops of copying, by item size
 *   print.c     arrays as text
 *   export.c    Python's buffer protocol
 *   dlpack.c    DLPack
 *
 * An array is one chunk:
 *
 *   | own_array | shape[ndim] | strides[ndim] | format, with its 0 |
 *
 * It holds one reference, to its base, and where that is a buffer is one of its arrays. All views
 * of a buffer's memory have the buffer itself for a base.
 *
 * Equations (array_validate checks them):
 *
 *   itemsize  = the size of the format, > 0
 *   items     = product of the lengths; where there are some, and the base is a buffer, all lie in
 *             its memory: buffer.data <= data + low, data + high <= buffer.data + buffer.size,
 *             where low and high are the sums of the negative and the positive (length - 1) *
 *             stride, + itemsize
 *   owner     the base is a buffer, data its data, and the array contiguous in one order
 *   buffer    arrays > 0
 *
 * Nothing of an array changes after its birth but by own_array_resize.
 *
 * Who may call: any thread that may use the array. Nothing else in the library looks inside.
 */
#ifndef ARRAY_ARRAY_H
#define ARRAY_ARRAY_H

#include "buffer/buffer.h"
#include "format/format.h"

#include <own/array.h>
#include <own/export.h>
#include <own/iterate.h>

struct own_array {
    own_object object;
    char *data;
    own_object *base; /* NULL: nobody's memory */
    size_t itemsize;
    own_object *waiting; /* dying */
    uint16_t format_size;
    uint8_t ndim;
    uint8_t flags;
    size_t numbers[]; /* the shape, the strides; then the format */
};

#define ARRAY_READONLY 1U
#define ARRAY_OWNER 2U    /* made together with its buffer */
#define ARRAY_FORTRAN 4U  /* of an owner: the order that it keeps when it is resized */
#define ARRAY_TRACKED 16U /* its base may be part of a cycle with it */
#define ARRAY_LOST 8U     /* it was dying, and its base has been released */

extern const struct object_class array_class;

static inline size_t *array_shape(const own_array *array)
{
    return (size_t *)(uintptr_t)array->numbers;
}

static inline ptrdiff_t *array_strides(const own_array *array)
{
    return (ptrdiff_t *)(uintptr_t)(array->numbers + array->ndim);
}

static inline char *array_format(const own_array *array)
{
    return (char *)(uintptr_t)(array->numbers + 2 * (size_t)array->ndim);
}

/* The buffer that an array lies in; NULL: none. */
static inline own_buffer *array_buffer(const own_array *array)
{
    own_object *base = array->base;
    return base && base->type == &buffer_class.type ? (own_buffer *)(void *)base : NULL;
}

/* layout.c */
/* Whether a shape is right, and how many bytes its items are. Sets errno: EINVAL, EOVERFLOW. */
bool layout_check(int ndim, const size_t *shape, size_t itemsize, size_t *bytes);
/* The strides of items side by side. */
void layout_strides(own_order order, int ndim, const size_t *shape, size_t itemsize,
                    ptrdiff_t *strides);
size_t layout_count(int ndim, const size_t *shape);
/* The strides in whole items. Those of axes of length 1, and all where there are no items, are as
   if the items lay side by side: what the array has there means nothing. False: EINVAL. */
bool layout_steps(int ndim, const size_t *shape, const ptrdiff_t *strides, size_t itemsize,
                  ptrdiff_t *steps);
/* From where to where items lie, from the first one: [low, high). Empty where there are none.
   False: EOVERFLOW. */
bool layout_span(int ndim, const size_t *shape, const ptrdiff_t *strides, size_t itemsize,
                 ptrdiff_t *low, ptrdiff_t *high);
bool layout_is_contiguous(own_order order, int ndim, const size_t *shape, const ptrdiff_t *strides,
                          size_t itemsize);

/* array.c */
/* An array without numbers, data and base, with one reference. The format has format_size bytes
   with its 0, and is then padded with `padding` unused bytes. NULL: ENOMEM. */
own_array *array_alloc(int ndim, size_t itemsize, const char *format, size_t format_size);
/* Frees one that has no base. */
void array_discard(own_array *array);
/* Whether an array may be used. False: EINVAL, and a misuse where it is dead. */
bool array_refuse(const own_array *array, const char *call);
static inline bool array_check(const own_array *array, const char *call)
{
    return OWN_LIKELY(array && !object_is_dead(&array->object)) || array_refuse(array, call);
}

/* Whether another array may have that base: a buffer counts them in 32 bits. False: ENOMEM. */
bool array_full(void);
static inline bool array_may_attach(const own_object *base)
{
    return !base || base->type != &buffer_class.type ||
           OWN_LIKELY(buffer_arrays((const own_buffer *)(const void *)base) < UINT32_MAX) ||
           array_full();
}

/* Makes an object the base of an array without one. */
static inline void array_attach(own_array *array, own_object *base)
{
    array->base = own_incref(base);
    own_buffer *buffer = array_buffer(array);
    if (OWN_LIKELY(buffer != NULL)) {
        buffer_count_array(buffer, 1);
    } else if (base) {
        if (OWN_UNLIKELY(!tally_most)) /* it lies in no segment */
            return;
        array->flags |= ARRAY_TRACKED;
        object_track(&array->object);
    }
}

/* The axis that a number from -ndim to ndim - 1 means. Another: not below ndim. */
static inline unsigned array_axis(const own_array *array, int axis)
{
    return (unsigned)(axis < 0 ? axis + array->ndim : axis);
}

/* A view with the data, format and flags of an array and with numbers that are yet to be set: then
   constructor_end makes it the owner's. NULL: ENOMEM, EDQUOT; the constructor has ended. */
own_array *array_view(own_pool *owner, const own_array *array, int ndim,
                      struct constructor *constructor);
/* A whole view of other bytes, or of the same, in items of the same size; with owner as for a
   constructor. */
own_array *array_view_as(own_pool *owner, const own_array *array, const char *format,
                         size_t format_size, unsigned flags);

/* walk.c: the axes of one or two arrays of the same shape, made as few as can be and sorted, so
   that the strides of the first are falling and not negative. */
struct walk {
    int axes; /* 1 or more */
    char *data[2];
    size_t shape[OWN_DIMENSIONS_MAX];
    ptrdiff_t strides[2][OWN_DIMENSIONS_MAX];
};

/* `second` has a stride for each axis of the first, or is NULL. False: there are no items. */
bool walk_begin(struct walk *walk, const own_array *first, char *second, const ptrdiff_t *strides);

/* tile.c */
/* Copies shape[0] times shape[1] items of that size from data[1] to data[0]. */
struct tile {
    char *data[2];
    size_t shape[2];
    ptrdiff_t strides[2][2]; /* of each, along the outer and the inner axis */
};
void tile_copy(const struct tile *tile, size_t itemsize);
/* Fills `count` places with the item. */
void tile_fill(char *to, ptrdiff_t stride, size_t count, const char *item, size_t itemsize);

/* Aborts with a sentence where an equation above does not hold. */
void array_validate(const own_array *array);

static inline void array_debug_step(const own_array *array)
{
    if (OWN_DEBUG)
        array_validate(array);
}

/* The product of a stride and a length, for a comparison: it may wrap around. */
static inline ptrdiff_t stride_times(ptrdiff_t stride, size_t length)
{
    return (ptrdiff_t)((size_t)stride * length);
}

#endif
