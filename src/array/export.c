/*
 * array/export.c - Python's buffer protocol, both ways.
 *
 * Each export has a view of its own, whose shape and strides are those that the importer reads. An
 * import is adopted memory, and the context of that is a copy of the exporter's struct.
 */
#include "array/array.h"

#include <errno.h>

int own_array_export(own_array *array, own_export *exported)
{
    if (!array_check(array, "own_array_export"))
        return -1;
    if (!exported) {
        errno = EINVAL;
        return -1;
    }
    own_array *view = array_view_as(NULL, array, array_format(array), array->format_size, 0);
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

struct import {
    own_export exported;
    void (*release)(own_export *exported);
};

static void release_import(void *memory, void *ctx)
{
    struct import *import = ctx;
    (void)memory;
    import->release(&import->exported);
    chunk_put(import, sizeof(*import));
}

static bool refuse(void)
{
    errno = EINVAL;
    return false;
}

/*
 * What an export says, as options: what is NULL there has a meaning of its own. `length` takes the
 * shape of one without a shape. False: EINVAL.
 */
static bool read_export(const own_export *exported, own_array_options *options, size_t *length)
{
    if (exported->ndim < 0 || exported->ndim > OWN_DIMENSIONS_MAX || exported->itemsize <= 0)
        return refuse();
    for (int i = 0; exported->suboffsets && i < exported->ndim; i++) {
        if (exported->suboffsets[i] >= 0)
            return refuse();
    }
    *options = (own_array_options){
        .ndim = exported->ndim,
        .shape = (const size_t *)(const void *)exported->shape,
        .strides = exported->shape ? exported->strides : NULL,
        .data = exported->buf,
        .readonly = exported->readonly,
    };
    if (exported->ndim > 0 && !exported->shape) {
        if (exported->ndim > 1 || exported->len < 0 || exported->len % exported->itemsize != 0)
            return refuse();
        *length = (size_t)(exported->len / exported->itemsize);
        options->shape = length;
    }
    for (int i = 0; exported->shape && i < exported->ndim; i++) {
        if (exported->shape[i] < 0)
            return refuse();
    }
    if (!exported->format) {
        options->format = exported->itemsize == 1 ? "B" : NULL;
        options->itemsize = (size_t)exported->itemsize;
        return true;
    }
    options->format = exported->format;
    size_t size = format_size(exported->format);
    return size && (size == (size_t)exported->itemsize || refuse());
}

own_array *own_array_import(own_pool *owner, const own_export *exported,
                            void (*release)(own_export *exported))
{
    own_array_options options;
    size_t length;
    size_t granted;
    if (!exported || !release) {
        errno = EINVAL;
        return NULL;
    }
    if (!read_export(exported, &options, &length))
        return NULL;
    struct import *import = chunk_get(sizeof(*import), &granted);
    if (!import)
        return NULL;
    *import = (struct import){.exported = *exported, .release = release};
    /* As PyBuffer_FillInfo has them: inside the struct. */
    if (exported->shape == &exported->len)
        import->exported.shape = &import->exported.len;
    if (exported->strides == &exported->itemsize)
        import->exported.strides = &import->exported.itemsize;
    options.free_with = release_import;
    options.free_ctx = import;
    own_array *array = own_array_create(owner, &options);
    if (!array)
        chunk_put(import, sizeof(*import));
    return array;
}
