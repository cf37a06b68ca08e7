/*
 * array/dlpack.c - arrays as tensors of DLPack, and tensors as arrays.
 *
 * Each export has a view of its own. A tensor is one chunk: the struct, the shape, and the strides
 * in items.
 */
#include "array/dlpack.h"
#include "array/array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* DLPack's type of a format. False: it has none. */
static bool find_type(const own_array *array, struct dl_type *type)
{
    struct format format = format_begin(array_format(array));
    struct field field;
    if (!format_next(&format, &field) || *format.at || field.count != 1 || field.swapped)
        return false;
    *type = (struct dl_type){.bits = (uint8_t)(8 * field.size), .lanes = 1};
    if (field.is_complex && field.code == 'g')
        return false;
    if (field.is_complex)
        type->code = DL_COMPLEX;
    else if (field.code == '?')
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

/* The tensor of an array, with its strides in `steps`. False: EINVAL. */
static bool describe(const own_array *array, ptrdiff_t *steps, struct dl_tensor *tensor)
{
    struct dl_type type;
    if (!find_type(array, &type)) {
        errno = EINVAL;
        return false;
    }
    if (!layout_steps(array->ndim, array_shape(array), array_strides(array), array->itemsize,
                      steps))
        return false;
    *tensor = (struct dl_tensor){
        .data = own_array_count(array) > 0 ? array->data : NULL,
        .device = {.type = DL_CPU},
        .ndim = array->ndim,
        .dtype = type,
    };
    return true;
}

/*
 * A view of an array in *view, and for it a chunk of `head` bytes, with the shape and the strides
 * behind them that the tensor has. NULL: EINVAL, ENOMEM.
 */
static void *new_tensor(const own_array *array, size_t head, struct dl_tensor *tensor,
                        own_array **view)
{
    ptrdiff_t steps[OWN_DIMENSIONS_MAX];
    size_t granted;
    if (!describe(array, steps, tensor))
        return NULL;
    *view = array_view_as(NULL, array, array_format(array), array->format_size, 0);
    if (!*view)
        return NULL;
    char *chunk = chunk_get(head + 2 * array->ndim * sizeof(int64_t), &granted);
    if (!chunk) {
        own_decref(*view);
        return NULL;
    }
    if (array->ndim > 0) {
        tensor->shape = (int64_t *)(void *)(chunk + head);
        tensor->strides = tensor->shape + array->ndim;
    }
    for (int i = 0; i < array->ndim; i++) {
        tensor->shape[i] = (int64_t)array_shape(array)[i];
        tensor->strides[i] = steps[i];
    }
    return chunk;
}

static void free_tensor(void *chunk, size_t head, int32_t ndim, own_array *view)
{
    chunk_put(chunk, head + 2 * (size_t)ndim * sizeof(int64_t));
    own_decref(view);
}

static void delete_tensor(struct DLManagedTensor *tensor)
{
    free_tensor(tensor, sizeof(*tensor), tensor->dl_tensor.ndim, tensor->manager_ctx);
}

static void delete_versioned(struct DLManagedTensorVersioned *tensor)
{
    free_tensor(tensor, sizeof(*tensor), tensor->dl_tensor.ndim, tensor->manager_ctx);
}

struct DLManagedTensor *own_array_export_dlpack(own_array *array)
{
    struct dl_tensor tensor;
    own_array *view;
    if (!array_check(array, "own_array_export_dlpack"))
        return NULL;
    if (array->flags & ARRAY_READONLY) {
        ptrdiff_t steps[OWN_DIMENSIONS_MAX];
        if (describe(array, steps, &tensor))
            errno = EPERM;
        return NULL;
    }
    struct DLManagedTensor *managed = new_tensor(array, sizeof(*managed), &tensor, &view);
    if (managed)
        *managed = (struct DLManagedTensor){
            .dl_tensor = tensor, .manager_ctx = view, .deleter = delete_tensor};
    return managed;
}

struct DLManagedTensorVersioned *own_array_export_dlpack_versioned(own_array *array)
{
    struct dl_tensor tensor;
    own_array *view;
    if (!array_check(array, "own_array_export_dlpack_versioned"))
        return NULL;
    struct DLManagedTensorVersioned *managed = new_tensor(array, sizeof(*managed), &tensor, &view);
    if (managed)
        *managed = (struct DLManagedTensorVersioned){
            .version = {.major = DL_MAJOR, .minor = DL_MINOR},
            .manager_ctx = view,
            .deleter = delete_versioned,
            .flags = own_array_is_readonly(array) ? DL_READ_ONLY : 0,
            .dl_tensor = tensor,
        };
    return managed;
}

/* The format of a type. False: it has none. */
static bool find_format(const struct dl_type *type, char *format, size_t size)
{
    static const struct {
        uint8_t code;
        uint8_t bits;
        const char *format;
    } formats[] = {
        {DL_INT, 8, "b"},        {DL_INT, 16, "h"},   {DL_INT, 32, "i"},   {DL_INT, 64, "q"},
        {DL_UINT, 8, "B"},       {DL_UINT, 16, "H"},  {DL_UINT, 32, "I"},  {DL_UINT, 64, "Q"},
        {DL_FLOAT, 16, "e"},     {DL_FLOAT, 32, "f"}, {DL_FLOAT, 64, "d"}, {DL_COMPLEX, 64, "Zf"},
        {DL_COMPLEX, 128, "Zd"}, {DL_BOOL, 8, "?"},
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        if (type->code != formats[i].code || type->bits != formats[i].bits)
            continue;
        if (type->lanes == 1)
            snprintf(format, size, "%s", formats[i].format);
        else
            snprintf(format, size, "%u%s", type->lanes, formats[i].format);
        return type->lanes > 0;
    }
    return false;
}

/*
 * What a tensor says, as options; its shape is in `shape` then, its strides in bytes in `strides`.
 * False: EINVAL, EOVERFLOW, ENOTSUP.
 */
static bool read_tensor(const struct dl_tensor *tensor, char *format, size_t size, size_t *shape,
                        ptrdiff_t *strides, own_array_options *options)
{
    int error = 0;
    if (tensor->device.type != DL_CPU)
        error = ENOTSUP;
    else if (tensor->ndim < 0 || tensor->ndim > OWN_DIMENSIONS_MAX ||
             (tensor->ndim > 0 && !tensor->shape) || !find_format(&tensor->dtype, format, size))
        error = EINVAL;
    for (int32_t i = 0; !error && i < tensor->ndim; i++) {
        if (tensor->shape[i] < 0)
            error = EINVAL;
        else if (__builtin_add_overflow(tensor->shape[i], 0, &shape[i]))
            error = EOVERFLOW;
    }
    if (error) {
        errno = error;
        return false;
    }
    ptrdiff_t itemsize = tensor->dtype.bits / 8 * tensor->dtype.lanes;
    bool empty = layout_count(tensor->ndim, shape) == 0;
    for (int32_t i = 0; tensor->strides && i < tensor->ndim; i++) {
        if (empty || shape[i] == 1) { /* whatever it is */
            strides[i] = itemsize;
        } else if (__builtin_mul_overflow(tensor->strides[i], itemsize, &strides[i])) {
            errno = EOVERFLOW;
            return false;
        }
    }
    uintptr_t data = (uintptr_t)tensor->data;
    if (__builtin_add_overflow(data, tensor->byte_offset, &data)) {
        errno = EOVERFLOW;
        return false;
    }
    *options = (own_array_options){
        .format = format,
        .ndim = tensor->ndim,
        .shape = shape,
        .strides = tensor->strides && !empty ? strides : NULL,
        .data = tensor->data ? (char *)tensor->data + tensor->byte_offset : NULL,
    };
    return true;
}

static own_array *import_tensor(own_pool *owner, const struct dl_tensor *tensor, bool readonly,
                                void (*free_with)(void *, void *), void *managed)
{
    own_array_options options;
    size_t shape[OWN_DIMENSIONS_MAX];
    ptrdiff_t strides[OWN_DIMENSIONS_MAX];
    char format[16];
    if (!read_tensor(tensor, format, sizeof(format), shape, strides, &options))
        return NULL;
    options.readonly = readonly;
    options.free_with = free_with;
    options.free_ctx = managed;
    return own_array_create(owner, &options);
}

static void release_tensor(void *memory, void *ctx)
{
    struct DLManagedTensor *managed = ctx;
    (void)memory;
    if (managed->deleter)
        managed->deleter(managed);
}

static void release_versioned(void *memory, void *ctx)
{
    struct DLManagedTensorVersioned *managed = ctx;
    (void)memory;
    if (managed->deleter)
        managed->deleter(managed);
}

own_array *own_array_import_dlpack(own_pool *owner, struct DLManagedTensor *tensor)
{
    if (!tensor) {
        errno = EINVAL;
        return NULL;
    }
    return import_tensor(owner, &tensor->dl_tensor, false, release_tensor, tensor);
}

own_array *own_array_import_dlpack_versioned(own_pool *owner,
                                             struct DLManagedTensorVersioned *tensor)
{
    if (!tensor || tensor->version.major != DL_MAJOR) {
        errno = tensor ? ENOTSUP : EINVAL;
        return NULL;
    }
    return import_tensor(owner, &tensor->dl_tensor, tensor->flags & DL_READ_ONLY, release_versioned,
                         tensor);
}
