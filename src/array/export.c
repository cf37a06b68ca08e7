/*
 * array/export.c - Python's buffer protocol, DLPack.
 *
 * Each export has a view of its own, whose shape and strides are those that the importer reads.
 */
#include "array/array.h"
#include "array/dlpack.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(ptrdiff_t) == sizeof(int64_t), "DLPack reads shapes as 64 bits");

static own_array *new_view(const own_array *array)
{
    return array_view_as(NULL, array, array_format(array), array->format_size, 0);
}

int own_array_export(own_array *array, own_export *exported)
{
    if (!array_check(array, "own_array_export"))
        return -1;
    if (!exported) {
        errno = EINVAL;
        return -1;
    }
    own_array *view = new_view(array);
    if (!view)
        return -1;
    *exported = (own_export){
        .buf = view->data,
        .len = (ptrdiff_t)(own_array_count(view) * view->itemsize),
        .itemsize = (ptrdiff_t)view->itemsize,
        .readonly = own_array_is_readonly(view),
        .ndim = view->ndim,
        .format = array_format(view),
        .shape = (ptrdiff_t *)(void *)array_shape(view),
        .strides = array_strides(view),
        .internal = view,
    };
    return 0;
}

void own_array_release(own_export *exported)
{
    if (!exported)
        return;
    own_array *view = exported->internal;
    exported->internal = NULL;
    own_decref(view);
}

/* DLPack's type of a format. False: it has none. */
static bool find_type(const own_array *array, struct dl_type *type)
{
    struct format format = format_begin(array_format(array));
    struct field field;
    if (format_next(&format, &field) <= 0 || *format.at || field.count != 1 || field.swapped)
        return false;
    *type = (struct dl_type){.bits = (uint8_t)(8 * field.size), .lanes = 1};
    if (field.code == '?')
        type->code = DL_BOOL;
    else if (strchr("bhilqn", field.code))
        type->code = DL_INT;
    else if (strchr("BHILQN", field.code))
        type->code = DL_UINT;
    else if (strchr("efd", field.code))
        type->code = DL_FLOAT;
    else
        return false;
    return true;
}

static bool has_whole_strides(const own_array *array)
{
    for (int i = 0; i < array->ndim; i++) {
        if (array_strides(array)[i] % (ptrdiff_t)array->itemsize != 0)
            return false;
    }
    return true;
}

/* One chunk: the struct and the strides in items. The shape is the view's. */
static size_t tensor_size(int32_t ndim)
{
    return sizeof(struct DLManagedTensor) + (size_t)ndim * sizeof(int64_t);
}

static void delete_tensor(struct DLManagedTensor *tensor)
{
    own_array *view = tensor->manager_ctx;
    chunk_put(tensor, tensor_size(tensor->dl_tensor.ndim));
    own_decref(view);
}

struct DLManagedTensor *own_array_export_dlpack(own_array *array)
{
    struct dl_type type;
    size_t granted;
    if (!array_check(array, "own_array_export_dlpack"))
        return NULL;
    if (!find_type(array, &type) || !has_whole_strides(array)) {
        errno = EINVAL;
        return NULL;
    }
    if (array->flags & ARRAY_READONLY) {
        errno = EPERM;
        return NULL;
    }
    own_array *view = new_view(array);
    if (!view)
        return NULL;
    struct DLManagedTensor *tensor = chunk_get(tensor_size(view->ndim), &granted);
    if (!tensor) {
        own_decref(view);
        return NULL;
    }
    int64_t *strides = (int64_t *)(void *)(tensor + 1);
    for (int i = 0; i < view->ndim; i++)
        strides[i] = array_strides(view)[i] / (ptrdiff_t)view->itemsize;
    *tensor = (struct DLManagedTensor){
        .dl_tensor = {.data = view->data,
                      .device = {.type = DL_CPU},
                      .ndim = view->ndim,
                      .dtype = type,
                      .shape = (int64_t *)(void *)array_shape(view),
                      .strides = strides},
        .manager_ctx = view,
        .deleter = delete_tensor,
    };
    return tensor;
}
