/*
 * every_arrays.c - the calls on arrays: see every.h.
 */
#include "every.h"

static const size_t shape[] = {20, 30}, flat[] = {600}, larger[] = {5, 20, 30}, more[] = {300, 30};

static void make_alone(struct setting *s)
{
    expect((s->result = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape)) != NULL);
}

/* What own_array_import_dlpack takes: an export, which end_setting has no more need of. */
static void release_nothing(own_export *exported)
{
    (void)exported;
}

/* The first fields of a DLManagedTensor end with its deleter. */
struct managed {
    void *data;
    int32_t device[2];
    int32_t ndim;
    uint8_t type[4];
    int64_t *shape, *strides;
    uint64_t byte_offset;
    void *manager_ctx;
    void (*deleter)(struct managed *self);
};

struct managed_versioned {
    uint32_t version[2];
    void *manager_ctx;
    void (*deleter)(struct managed_versioned *self);
};

static struct DLManagedTensor *tensor;
static struct DLManagedTensorVersioned *versioned;

static void make_tensor(struct setting *s)
{
    expect((tensor = own_array_export_dlpack(s->array)) != NULL);
}

static void make_versioned(struct setting *s)
{
    expect((versioned = own_array_export_dlpack_versioned(s->array)) != NULL);
}

static bool call_own_array_new(struct setting *s)
{
    return own_array_new(s->pool, "d", OWN_C_ORDER, 2, shape) != NULL;
}

static bool call_own_array_new_raw(struct setting *s)
{
    return (s->result = own_array_new_raw(NULL, "f", OWN_F_ORDER, 2, shape)) != NULL;
}

static bool call_own_array_adopt(struct setting *s)
{
    if (!own_array_adopt(s->pool, "d", OWN_C_ORDER, 1, flat, s->memory, free))
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_array_adopt_with(struct setting *s)
{
    static const ptrdiff_t strides[] = {8};

    if (!own_array_adopt_with(s->pool, "d", 1, flat, strides, s->memory, count_freed, s))
        return false;
    s->memory = NULL;
    return true;
}

static bool call_own_array_wrap(struct setting *s)
{
    return own_array_wrap(s->pool, "d", OWN_C_ORDER, 1, flat, s->memory, NULL) != NULL;
}

static bool call_own_array_create(struct setting *s)
{
    own_array_options options = {
        .format = "T{d:x:d:y:}", .ndim = 1, .shape = flat, .readonly = true};

    return own_array_create(s->pool, &options) != NULL;
}

static bool call_own_array_slice(struct setting *s)
{
    return own_array_slice(s->pool, s->array, 0, 2, 10, 1) != NULL;
}

static bool call_own_array_index(struct setting *s)
{
    return own_array_index(s->pool, s->array, 0, 3) != NULL;
}

static bool call_own_array_transpose(struct setting *s)
{
    return own_array_transpose(s->pool, s->array) != NULL;
}

static bool call_own_array_permute(struct setting *s)
{
    static const int axes[] = {1, 0};

    return own_array_permute(s->pool, s->array, axes) != NULL;
}

static bool call_own_array_reshape(struct setting *s)
{
    return own_array_reshape(s->pool, s->array, 1, flat) != NULL;
}

static bool call_own_array_broadcast(struct setting *s)
{
    return own_array_broadcast(s->pool, s->array, 3, larger) != NULL;
}

static bool call_own_array_reinterpret(struct setting *s)
{
    return own_array_reinterpret(s->pool, s->array, "q") != NULL;
}

static bool call_own_array_readonly(struct setting *s)
{
    return own_array_readonly(s->pool, s->array) != NULL;
}

static bool call_own_array_copy(struct setting *s)
{
    return own_array_copy(s->pool, s->array, OWN_F_ORDER) != NULL;
}

static bool call_own_array_assign(struct setting *s)
{
    own_array *square = own_array_slice(NULL, s->array, 1, 0, 20, 1);
    own_array *turned = square ? own_array_transpose(NULL, square) : NULL;
    bool success = turned && own_array_assign(square, turned) == 0;
    int error = errno;

    own_decref(turned);
    own_decref(square);
    errno = error;
    return success;
}

static bool call_own_array_fill(struct setting *s)
{
    const double one = 1;

    return own_array_fill(s->array, &one) == 0;
}

static bool call_own_array_resize(struct setting *s)
{
    return own_array_resize(s->result, more) == 0;
}

static bool call_own_array_at(struct setting *s)
{
    static const ptrdiff_t last[] = {-1, -1};

    return own_array_at(s->array, last) != NULL;
}

static bool call_own_array_data(struct setting *s)
{
    return own_array_data(s->array) != NULL;
}

static bool call_own_array_format(struct setting *s)
{
    return strcmp(own_array_format(s->array), "d") == 0;
}

static bool call_own_array_itemsize(struct setting *s)
{
    return own_array_itemsize(s->array) == sizeof(double);
}

static bool call_own_array_ndim(struct setting *s)
{
    return own_array_ndim(s->array) == 2;
}

static bool call_own_array_shape(struct setting *s)
{
    return own_array_shape(s->view)[0] == 30;
}

static bool call_own_array_strides(struct setting *s)
{
    return own_array_strides(s->view)[0] == sizeof(double);
}

static bool call_own_array_count(struct setting *s)
{
    return own_array_count(s->view) == 600;
}

static bool call_own_array_base(struct setting *s)
{
    return own_array_base(s->view) == own_array_base(s->array);
}

static bool call_own_array_is_contiguous(struct setting *s)
{
    return own_array_is_contiguous(s->array, OWN_C_ORDER);
}

static bool call_own_array_is_readonly(struct setting *s)
{
    return !own_array_is_readonly(s->array);
}

static bool call_own_array_type(struct setting *s)
{
    (void)s;
    return own_array_type()->name != NULL;
}

static bool call_own_array_print(struct setting *s)
{
    return own_array_print(s->out, s->array) == 0;
}

static bool call_own_array_begin(struct setting *s)
{
    own_array_iterator at;

    return own_array_begin(&at, s->view);
}

static bool call_own_array_next(struct setting *s)
{
    own_array_iterator at;
    size_t items = 0;

    for (bool goes_on = own_array_begin(&at, s->view); goes_on; goes_on = own_array_next(&at))
        items++;
    return items == 600;
}

static bool call_own_array_next_run(struct setting *s)
{
    own_array_iterator at;

    for (bool goes_on = own_array_begin(&at, s->view); goes_on;)
        goes_on = own_array_next_run(&at);
    return true;
}

static bool call_own_array_axes(struct setting *s)
{
    return own_array_axes(s->array, 2, sizeof(double)).data != NULL;
}

static bool call_own_array_export(struct setting *s)
{
    own_export exported = {.ndim = 77};

    if (own_array_export(s->array, &exported) < 0) {
        expect(exported.ndim == 77 && !exported.internal);
        return false;
    }
    own_array_release(&exported);
    return true;
}

static bool call_own_array_release(struct setting *s)
{
    own_array_release(&s->exported);
    return true;
}

static bool call_own_array_import(struct setting *s)
{
    return own_array_import(s->pool, &s->exported, release_nothing) != NULL;
}

static bool call_own_array_export_dlpack(struct setting *s)
{
    struct managed *managed = (struct managed *)(void *)own_array_export_dlpack(s->array);

    if (managed)
        managed->deleter(managed);
    return managed != NULL;
}

static bool call_own_array_export_dlpack_versioned(struct setting *s)
{
    struct managed_versioned *managed =
        (struct managed_versioned *)(void *)own_array_export_dlpack_versioned(s->array);

    if (managed)
        managed->deleter(managed);
    return managed != NULL;
}

static bool call_own_array_import_dlpack(struct setting *s)
{
    return own_array_import_dlpack(s->pool, tensor) != NULL;
}

static bool call_own_array_import_dlpack_versioned(struct setting *s)
{
    return own_array_import_dlpack_versioned(s->pool, versioned) != NULL;
}

static const struct row rows[] = {
    NEEDS(own_array_new, .traces = 0),
    NEEDS(own_array_new_raw, .traces = 0),
    NEEDS(own_array_adopt, .traces = 0),
    NEEDS(own_array_adopt_with, .traces = 0),
    NEEDS(own_array_wrap, .traces = 0),
    NEEDS(own_array_create, .traces = 0),
    NEEDS(own_array_slice, .traces = 0),
    NEEDS(own_array_index, .traces = 0),
    NEEDS(own_array_transpose, .traces = 0),
    NEEDS(own_array_permute, .traces = 0),
    NEEDS(own_array_reshape, .traces = 0),
    NEEDS(own_array_broadcast, .traces = 0),
    NEEDS(own_array_reinterpret, .traces = 0),
    NEEDS(own_array_readonly, .traces = 0),
    NEEDS(own_array_copy, .traces = 0),
    NEEDS(own_array_assign, .traces = 0),
    FREE(own_array_fill, .traces = 0),
    NEEDS(own_array_resize, .prepare = make_alone),
    FREE(own_array_at, .traces = 0),
    FREE(own_array_data, .traces = 0),
    FREE(own_array_format, .traces = 0),
    FREE(own_array_itemsize, .traces = 0),
    FREE(own_array_ndim, .traces = 0),
    FREE(own_array_shape, .traces = 0),
    FREE(own_array_strides, .traces = 0),
    FREE(own_array_count, .traces = 0),
    FREE(own_array_base, .traces = 0),
    FREE(own_array_is_contiguous, .traces = 0),
    FREE(own_array_is_readonly, .traces = 0),
    FREE(own_array_type, .traces = 0),
    FREE(own_array_print, .traces = 0),
    FREE(own_array_begin, .traces = 0),
    FREE(own_array_next, .traces = 0),
    FREE(own_array_next_run, .traces = 0),
    FREE(own_array_axes, .traces = 0),
    NEEDS(own_array_export, .traces = 0),
    FREE(own_array_release, .traces = 0),
    NEEDS(own_array_import, .traces = 0),
    NEEDS(own_array_export_dlpack, .traces = 0),
    NEEDS(own_array_export_dlpack_versioned, .traces = 0),
    NEEDS(own_array_import_dlpack, .prepare = make_tensor),
    NEEDS(own_array_import_dlpack_versioned, .prepare = make_versioned),
};
const struct rows array_rows = {rows, sizeof rows / sizeof rows[0]};
