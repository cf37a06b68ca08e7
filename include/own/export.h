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
 * Exports an array as a DLManagedTensor of DLPack (the struct of dlpack.h before version 1), on the
 * CPU. Whoever gets it calls its deleter once, with it.
 *
 * array  borrowed; its memory is held until the deleter is called.
 *
 * Returns NULL with errno EINVAL (NULL, a format other than one of ? b B h H i I l L q Q n N e f d
 * in the byte order of the machine, or a stride that is no multiple of the item size), EPERM
 * (read-only: DLPack cannot say so), or ENOMEM. Cost: O(dimensions).
 */
struct DLManagedTensor;
OWN_API OWN_MUST_USE struct DLManagedTensor *own_array_export_dlpack(own_array *array);

OWN_END_DECLS

#endif
