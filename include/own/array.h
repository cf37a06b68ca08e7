/*
 * own/array.h - arrays: n-dimensional, typed, strided, and views of them that keep their memory
 * alive.
 *
 * An array is an object (see object.h): a format, a shape, and for every axis the distance in bytes
 * from one item to the next, its stride. Its items lie in memory that it may share: a slice, a
 * transposition or a reshaping is an array of its own, a view, over the same memory. An array holds
 * a reference to its base, which keeps the memory alive: the buffer (see buffer.h) that the items
 * lie in, and not the array that it was made from; so views of views are no chain, and the first
 * array may go before the last. While an array lies in a buffer, the buffer cannot be resized
 * (EBUSY).
 *
 * Formats are those of Python's struct module and buffer protocol. A code is one of
 *
 *   ?  bool           b B  8 bits       h H  16 bits      i I  int          l L  long
 *   q  Q  64 bits     n N  ssize_t      e f d g  floats of 16, 32, 64 bits, long double
 *   c  a character    s  bytes          x    unused byte  P    a pointer
 *   w  a character of 32 bits           Zf Zd Zg          complex numbers of two f, d, g
 *
 * (capital letters are unsigned). In front of it may stand a count: 16s is one item of 16 bytes, 5w
 * a text of five characters, 3d one of three doubles. Several codes are a struct: with @ in front,
 * or nothing, the sizes and the alignment are those of this machine's C, but without padding at the
 * end; with ^ the sizes only; with =, < or > (the machine's byte order, little, big) sizes are
 * those of the struct module, without alignment and without g, n, N and P. Blanks, counts of 0, and
 * formats longer than 4095 characters are not allowed.
 *
 * Formats may also be as numpy and ctypes write them (PEP 3118):
 *
 *   T{B:x:<i:y:}  a struct of fields with names, which are between colons and may be left out; up
 *                 to 16 deep; with @, it has padding at its end as in C
 *   (2,3)f        a sub-array, of up to 32 dimensions; also of structs
 *   <i            a byte order in front of any code, which is valid up to the next one, across
 *                 braces
 *
 * Pointers to something (&), functions, bits and objects are not understood (EINVAL).
 *
 * A byte of x that has no name is padding: own_array_fill and own_array_assign leave it as it is.
 * Only where a format has nothing but x, as that of items without a format, these are the item.
 * Bytes that alignment leaves between fields may be written to.
 *
 * The stride of an axis of length 1 means nothing, nor does any stride of an array without items:
 * no function looks at it, and it may be any number.
 *
 * An axis, an index or a bound counts from the end where it is negative, as in Python.
 *
 * Constructors and views: owner is a pool, which then holds the reference, so that the result is
 * borrowed; NULL: the result is a new reference. The array that a view is made of is borrowed, and
 * not NULL. They return NULL with errno EINVAL (an argument is wrong), EOVERFLOW (a size, also that
 * of the format, or a stride does not fit in a ptrdiff_t), ENOMEM, or EDQUOT (a limit at or above
 * owner). Limits count the buffers of arrays, not the arrays. A view costs O(dimensions) and one
 * allocation, and never touches an item.
 *
 * Threads: an array is confined, together with all that lies in the same buffer. Of a shared one
 * (own_share, or made in a shared pool) any number of threads may make views at once. The library
 * does not protect the items: threads that write to them, or resize the array, need your lock.
 */
#ifndef OWN_ARRAY_H
#define OWN_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/* An array. Its fields are the library's. */
typedef struct own_array own_array;

/* The most dimensions. */
#define OWN_DIMENSIONS_MAX 32

/* Which index changes fastest in memory: the last (C) or the first (Fortran). */
typedef enum own_order { OWN_C_ORDER, OWN_F_ORDER } own_order;

/* The last two arguments of a constructor: own_array_new(pool, "d", OWN_C_ORDER, OWN_SHAPE(2, 3)).
   For C only. */
#define OWN_SHAPE(...)                                                                             \
    (int)(sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t)), (const size_t[])                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/*
 * Creates an array of zeroes. The raw one is not zeroed: its bytes are whatever they were.
 *
 * format, shape  copied. An array of 0 dimensions has one item, and shape may be NULL. A length may
 *                be 0.
 */
OWN_API OWN_MUST_USE own_array *own_array_new(own_pool *owner, const char *format, own_order order,
                                              int ndim, const size_t *shape);
OWN_API OWN_MUST_USE own_array *own_array_new_raw(own_pool *owner, const char *format,
                                                  own_order order, int ndim, const size_t *shape);

/*
 * Makes memory from anywhere an array that owns it: what numpy.i calls ARGOUTVIEWM.
 *
 * data     the items in that order, the array's from now on; on failure still the caller's. NULL
 *          only where there are no items.
 * free_fn  called once with data when the last array that lies there dies; not NULL. It may use the
 *          library freely. errno is kept around it. Where data is NULL it is not called.
 */
OWN_API OWN_MUST_USE own_array *own_array_adopt(own_pool *owner, const char *format,
                                                own_order order, int ndim, const size_t *shape,
                                                void *data, void (*free_fn)(void *data));

/*
 * Makes an array over memory that it does not own: what numpy.i calls ARGOUTVIEW.
 *
 * data  the items in that order. NULL only where there are no items.
 * base  what keeps the memory alive, an object of any type: the array takes a reference of its own.
 *       Of an array it takes the base. In a buffer the items must lie within its memory (EINVAL).
 *       NULL: nothing is held; the memory must outlive the array and its views.
 */
OWN_API OWN_MUST_USE own_array *own_array_wrap(own_pool *owner, const char *format, own_order order,
                                               int ndim, const size_t *shape, void *data,
                                               void *base);

/*
 * As own_array_adopt, for memory with strides of its own, and with a context for the function that
 * frees: another library's handle, the heap that the memory is of.
 *
 * strides  a distance in bytes for each dimension. NULL: C order.
 * data     the first item, that whose indices are all 0. NULL only where there are no items.
 * free_fn  called once with data and ctx, also where data is NULL, when the array and all that lies
 *          in its buffer is gone. Not NULL.
 *
 * The buffer is the memory between the first and the last byte of items, and limits count it.
 * An array that was given strides cannot be resized (EPERM).
 */
OWN_API OWN_MUST_USE own_array *own_array_adopt_with(own_pool *owner, const char *format, int ndim,
                                                     const size_t *shape, const ptrdiff_t *strides,
                                                     void *data,
                                                     void (*free_fn)(void *data, void *ctx),
                                                     void *ctx);

/* Options for own_array_create. Zero is the default of every field. */
typedef struct own_array_options {
    const char *format; /* NULL: items of itemsize bytes, whatever they are */
    size_t itemsize;    /* of a struct with padding at its end: sizeof. 0: that of the format */
    own_order order;
    int ndim;
    const size_t *shape;
    const ptrdiff_t *strides;    /* in bytes, of data. NULL: those of order */
    void *data;                  /* the first item, as for adopt and wrap; NULL: new memory */
    void *base;                  /* as for wrap */
    void (*free_fn)(void *data); /* as for adopt; not together with base */
    bool readonly;
    bool counted; /* wrapped memory counts against limits, as adopted memory does */
    void (*free_with)(void *data, void *ctx); /* as for adopt_with; instead of free_fn */
    void *free_ctx;
} own_array_options;

/*
 * Creates an array with options: explicit item size, explicit strides, read-only. own_array_format
 * of one with a larger itemsize has unused bytes (4x) at its end. Strides must not make items of
 * different indices overlap in part; they may be 0.
 *
 * Wrapped memory that is counted lies in a buffer, which counts against the limits at and above
 * owner until the array and its views are gone, and which holds base: own_array_base is the buffer
 * then. EINVAL where base is a buffer, or an array in one: that memory is counted already.
 */
OWN_API OWN_MUST_USE own_array *own_array_create(own_pool *owner, const own_array_options *options);

/* A bound, or a step, that is not there: a[:3] is own_array_slice(owner, a, 0, OWN_ABSENT, 3, 1).
   */
#define OWN_ABSENT PTRDIFF_MIN

/*
 * A view of array[start:stop:step] along an axis, by Python's rules: bounds outside are moved to
 * the end, a negative step goes backwards (its absent bounds are the last and the first item), and
 * what has nothing in it is an axis of length 0. A step of 0 is EINVAL.
 */
OWN_API OWN_MUST_USE own_array *own_array_slice(own_pool *owner, own_array *array, int axis,
                                                ptrdiff_t start, ptrdiff_t stop, ptrdiff_t step);

/* A view of what has that index along an axis, which is gone then. Outside: EINVAL. */
OWN_API OWN_MUST_USE own_array *own_array_index(own_pool *owner, own_array *array, int axis,
                                                ptrdiff_t index);

/* A view with the axes in the opposite order. */
OWN_API OWN_MUST_USE own_array *own_array_transpose(own_pool *owner, own_array *array);

/* A view whose axis i is axis axes[i] of the array; each must be there once. */
OWN_API OWN_MUST_USE own_array *own_array_permute(own_pool *owner, own_array *array,
                                                  const int *axes);

/*
 * A view with the same items in another shape, in the order in which the last index changes
 * fastest.
 *
 * shape  must have as many items. One length may be SIZE_MAX: it is what makes it so.
 *
 * EINVAL too where the items do not lie so that a view can do; own_array_copy lays them out.
 */
OWN_API OWN_MUST_USE own_array *own_array_reshape(own_pool *owner, own_array *array, int ndim,
                                                  const size_t *shape);

/*
 * A read-only view of a larger shape: the axes are those of the array, from the last, of which
 * those of length 1 are repeated, and new ones in front.
 */
OWN_API OWN_MUST_USE own_array *own_array_broadcast(own_pool *owner, own_array *array, int ndim,
                                                    const size_t *shape);

/* A view of the same bytes by another format of the same size; of another size: EINVAL. */
OWN_API OWN_MUST_USE own_array *own_array_reinterpret(own_pool *owner, own_array *array,
                                                      const char *format);

/* A view of all of it that is read-only, as are all views of that. */
OWN_API OWN_MUST_USE own_array *own_array_readonly(own_pool *owner, own_array *array);

/* A new array of the same items in that order. Cost: own_array_assign. */
OWN_API OWN_MUST_USE own_array *own_array_copy(own_pool *owner, const own_array *array,
                                               own_order order);

/*
 * Copies all items of `from` into `to`, which has the same format; `from` is broadcast where it is
 * smaller, and may have more axes in front, of length 1. They may share memory: all is read before
 * anything is written.
 *
 * Returns -1 with errno EINVAL (the formats differ, or the shapes do not fit), EPERM (`to` is
 * read-only), or ENOMEM (where they share memory, for a copy); then nothing has been written.
 * Threads: those of both. Cost: the bytes; in blocks that fit the caches, whatever the strides are;
 * once for each stretch between padding, where there is any.
 */
OWN_API int own_array_assign(own_array *to, const own_array *from);

/* Sets every item to the one at `item`, but for padding. Returns -1 with errno EINVAL (NULL) or
   EPERM (read-only). */
OWN_API int own_array_fill(own_array *array, const void *item);

/*
 * Gives an array another shape of as many dimensions. The items keep their places in memory, as far
 * as there are as many; what is new behind them is zero. So more rows of an array in C order leave
 * the rows that it has as they are.
 *
 * Returns -1 with errno EBUSY (it has views, or is exported), EPERM (its memory is not its own: it
 * is a view or a wrapped array), EINVAL, EOVERFLOW, ENOMEM or EDQUOT; then it is as it was. The
 * items may move. Threads: those of array. Cost: as own_buffer_resize.
 */
OWN_API int own_array_resize(own_array *array, const size_t *shape);

/*
 * The address of the item with these indices, one for each dimension; negative ones count from the
 * end. Outside of the array: NULL with errno EINVAL. Borrowed from the array's base. Nothing may be
 * written through it if the array is read-only. Cost: O(dimensions).
 */
OWN_API void *own_array_at(const own_array *array, const ptrdiff_t *index);

/*
 * What an array is made of. All is borrowed: valid as long as the array, or until it is resized.
 * None can fail; all take NULL, for 0, NULL or false. Threads: those of array. Cost: O(1), count
 * and is_contiguous O(dimensions).
 *
 *   data           the item whose indices are all 0; where there are no items it must not be read
 *   format         as it was given, with the padding of itemsize; never NULL for an array
 *   itemsize       in bytes
 *   shape          a length for each dimension
 *   strides        a distance in bytes for each dimension
 *   count          how many items
 *   base           what keeps the memory alive: a buffer, or what own_array_wrap was given. NULL:
 *                  nothing does
 *   is_contiguous  whether the items lie side by side in that order; where there are none, and for
 *                  an axis of length 1, any stride will do
 */
OWN_API void *own_array_data(const own_array *array);
OWN_API OWN_BORROWS const char *own_array_format(const own_array *array);
OWN_API size_t own_array_itemsize(const own_array *array);
OWN_API int own_array_ndim(const own_array *array);
OWN_API OWN_BORROWS const size_t *own_array_shape(const own_array *array);
OWN_API OWN_BORROWS const ptrdiff_t *own_array_strides(const own_array *array);
OWN_API size_t own_array_count(const own_array *array);
OWN_API OWN_RETURNS_BORROWED void *own_array_base(const own_array *array);
OWN_API bool own_array_is_contiguous(const own_array *array, own_order order);
OWN_API bool own_array_is_readonly(const own_array *array);

/* The type of all arrays, for own_typeof and own_cast. Borrowed, lives for ever. Cost: O(1). */
OWN_API OWN_NEVER_NULL const own_type *own_array_type(void);

/*
 * Prints an array as numpy does: axes in brackets, numbers right-aligned, lines of up to 75
 * characters. Of an array of more than 1000 items only three at each end of every axis are shown.
 * Structs are in parentheses, without names. Text (w) is written in UTF-8; of characters that
 * cannot be seen, only those below 256 are escaped.
 *
 * Returns -1 with errno EINVAL (NULL), or what writing to `out` set; EIO, if it set nothing, or had
 * failed before. Needs no memory of the library's. Threads: those of array. Cost: the text.
 */
OWN_API int own_array_print(FILE *out, const own_array *array);

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_array_new(...) OWN_MADE(own_array_new, __VA_ARGS__)
#define own_array_new_raw(...) OWN_MADE(own_array_new_raw, __VA_ARGS__)
#define own_array_adopt(...) OWN_MADE(own_array_adopt, __VA_ARGS__)
#define own_array_adopt_with(...) OWN_MADE(own_array_adopt_with, __VA_ARGS__)
#define own_array_copy(...) OWN_MADE(own_array_copy, __VA_ARGS__)
#define own_array_wrap(...) OWN_MADE_WITH_(own_array_wrap, __VA_ARGS__)
#define own_array_create(...) OWN_MADE_WITH_(own_array_create, __VA_ARGS__)
#define own_array_slice(...) OWN_MADE_WITH_(own_array_slice, __VA_ARGS__)
#define own_array_index(...) OWN_MADE_WITH_(own_array_index, __VA_ARGS__)
#define own_array_transpose(...) OWN_MADE_WITH_(own_array_transpose, __VA_ARGS__)
#define own_array_permute(...) OWN_MADE_WITH_(own_array_permute, __VA_ARGS__)
#define own_array_reshape(...) OWN_MADE_WITH_(own_array_reshape, __VA_ARGS__)
#define own_array_broadcast(...) OWN_MADE_WITH_(own_array_broadcast, __VA_ARGS__)
#define own_array_reinterpret(...) OWN_MADE_WITH_(own_array_reinterpret, __VA_ARGS__)
#define own_array_readonly(...) OWN_MADE_WITH_(own_array_readonly, __VA_ARGS__)
#endif

OWN_END_DECLS

#endif
