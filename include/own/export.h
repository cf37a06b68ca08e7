/*
 * own/export.h - arrays for others to use without a copy: as Python's buffer protocol has them, and
 * as DLPack does.
 *
 * An export holds a view of its own of the array, so that the memory lives until it is released,
 * whatever becomes of the array meanwhile, and cannot be resized (EBUSY). Who takes it over
 * releases it: numpy, PyTorch and the like do when their own last reference goes.
 *
 * Threads: those of array, also for the release.
 */
#ifndef OWN_EXPORT_H
#define OWN_EXPORT_H

#include <stddef.h>

#include <own/array.h>
#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * The same fields in the same order as Python's Py_buffer, so that a bf_getbuffer may fill its
 * Py_buffer with own_array_export and then set obj; its bf_releasebuffer is own_array_release.
 */
typedef struct own_export {
    void *buf; /* the item whose indices are all 0 */
    void *obj; /* NULL: the importer's */
    ptrdiff_t len;
    ptrdiff_t itemsize;
    int readonly;
    int ndim;
    char *format; /* not to be written to */
    ptrdiff_t *shape;
    ptrdiff_t *strides;
    ptrdiff_t *suboffsets; /* NULL: there are none */
    void *internal;        /* the view; the library's */
} own_export;

/*
 * Exports an array.
 *
 * array     borrowed; its memory is held until own_array_release.
 * exported  filled. Its pointers are valid until it is released.
 *
 * Returns -1 with errno EINVAL (an argument is NULL) or ENOMEM; exported is as it was then.
 * Cost: O(dimensions).
 */
OWN_API int own_array_export(own_array *array, own_export *exported);

/* Ends an export. One that has been released, or NULL, is left alone. errno is kept. */
OWN_API void own_array_release(own_export *exported);

/*
 * Makes an array of what somebody else has exported: of a Py_buffer, say, with a release that calls
 * PyBuffer_Release.
 *
 * owner     a pool, which then holds the reference: the result is borrowed. NULL: the result is a
 *           new reference.
 * exported  copied, with its fields obj and internal; on failure it is still the caller's to
 *           release. Without a format an item is itemsize bytes, whatever they are; without a
 *           shape there is one axis, of len bytes; without strides it is in C order.
 * release   called once, with the copy, when the array and all views of it are gone; not NULL.
 *
 * The array is read-only if the export is. Its base is a buffer, which limits count as they do
 * adopted memory. It cannot be resized, unless it had no strides.
 *
 * Returns NULL with errno EINVAL (NULL, a format that is not understood or is not of itemsize
 * bytes, suboffsets, lengths below 0), EOVERFLOW, ENOMEM, or EDQUOT. Threads: those of owner; and
 * release is called by the thread that drops the last reference. Cost: O(dimensions).
 */
OWN_API OWN_MUST_USE own_array *own_array_import(own_pool *owner, const own_export *exported,
                                                 void (*release)(own_export *exported));

/*
 * Exports an array as a tensor of DLPack, on the CPU: as a DLManagedTensor, the struct of dlpack.h
 * before version 1, or as a DLManagedTensorVersioned, that of version 1.0, which can say that it is
 * read-only. The program that gets it calls its deleter once, with it.
 *
 * array  borrowed; its memory is held until the deleter is called.
 *
 * The data of an empty array is NULL, as are shape and strides where there are no dimensions. The
 * stride of an axis of length 1 is as if the items lay side by side, whatever the array has there.
 *
 * Returns NULL with errno EINVAL (NULL, a format other than one of ? b B h H i I l L q Q n N e f d
 * Zf Zd in the byte order of the machine, or a stride that is no multiple of the item size), EPERM
 * (read-only, and not versioned), or ENOMEM. Cost: O(dimensions).
 */
struct DLManagedTensor;
struct DLManagedTensorVersioned;
OWN_API OWN_MUST_USE struct DLManagedTensor *own_array_export_dlpack(own_array *array);
OWN_API OWN_MUST_USE struct DLManagedTensorVersioned *
own_array_export_dlpack_versioned(own_array *array);

/*
 * Makes an array of a tensor of DLPack, of either kind.
 *
 * owner   as for own_array_import.
 * tensor  stolen: its deleter is called once, when the array and all views of it are gone, unless
 *         it is NULL. On failure the tensor is still the caller's.
 *
 * Strides of NULL are those of C order. A versioned tensor may be read-only; the array is, then. A
 * type of more than one lane is a count in the format (4f). The base is a buffer, which limits
 * count as they do adopted memory.
 *
 * Returns NULL with errno ENOTSUP (on another device than the CPU, or of another major version than
 * 1), EINVAL (NULL, a type for which there is no format, a length below 0, no data, more than
 * OWN_DIMENSIONS_MAX dimensions), EOVERFLOW, ENOMEM, or EDQUOT. Threads: as for own_array_import.
 * Cost: O(dimensions).
 */
OWN_API OWN_MUST_USE own_array *own_array_import_dlpack(own_pool *owner,
                                                        struct DLManagedTensor *tensor);
OWN_API OWN_MUST_USE own_array *
own_array_import_dlpack_versioned(own_pool *owner, struct DLManagedTensorVersioned *tensor);

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_array_import(...) OWN_MADE_WITH_(own_array_import, __VA_ARGS__)
#define own_array_import_dlpack(...) OWN_MADE_WITH_(own_array_import_dlpack, __VA_ARGS__)
#define own_array_import_dlpack_versioned(...)                                                     \
    OWN_MADE_WITH_(own_array_import_dlpack_versioned, __VA_ARGS__)
#endif

OWN_END_DECLS

#endif
