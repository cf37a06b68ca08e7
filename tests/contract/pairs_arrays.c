/*
 * pairs_arrays.c - the calls on one shared array, for pairs.c.
 */
#include "pairs.h"

static const size_t shape[] = {20, 30}, flat[] = {600}, larger[] = {5, 20, 30};

static void free_with(void *memory, void *worker)
{
    expect(worker);
    free(memory);
}

static void call_own_array_new(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_new(world.pool, "d", OWN_C_ORDER, 2, shape));
}

static void call_own_array_new_raw(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_new_raw(world.pool, "f", OWN_F_ORDER, 2, shape));
}

static void call_own_array_adopt(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_adopt(world.pool, "d", OWN_C_ORDER, 2, shape, malloc(4800), free));
}

static void call_own_array_adopt_with(struct worker *w)
{
    drop_from_pool(
        own_array_adopt_with(world.pool, "d", 2, shape, NULL, malloc(4800), free_with, w));
}

static void call_own_array_wrap(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_wrap(world.pool, "d", OWN_C_ORDER, 2, shape,
                                  own_array_data(world.array), world.array));
}

static void call_own_array_create(struct worker *w)
{
    (void)w;
    own_array_options options = {.format = "d", .ndim = 2, .shape = shape, .readonly = true};

    drop_from_pool(own_array_create(world.pool, &options));
}

static void call_own_array_slice(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_slice(world.pool, world.array, 0, 2, 10, 1));
}

static void call_own_array_index(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_index(world.pool, world.array, 0, 3));
}

static void call_own_array_transpose(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_transpose(world.pool, world.array));
}

static void call_own_array_permute(struct worker *w)
{
    (void)w;
    static const int axes[] = {1, 0};

    drop_from_pool(own_array_permute(world.pool, world.array, axes));
}

static void call_own_array_reshape(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_reshape(world.pool, world.array, 1, flat));
}

static void call_own_array_broadcast(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_broadcast(world.pool, world.array, 3, larger));
}

static void call_own_array_reinterpret(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_reinterpret(world.pool, world.array, "q"));
}

static void call_own_array_readonly(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_readonly(world.pool, world.array));
}

static void call_own_array_copy(struct worker *w)
{
    (void)w;
    drop_from_pool(own_array_copy(world.pool, world.array, OWN_F_ORDER));
}

static void call_own_array_assign(struct worker *w)
{
    (void)w;
    expect(own_array_assign(world.array, world.array) == 0);
}

static void call_own_array_fill(struct worker *w)
{
    (void)w;
    const double one = 1;

    expect(own_array_fill(world.array, &one) == 0);
}

static void call_own_array_at(struct worker *w)
{
    (void)w;
    static const ptrdiff_t last[] = {-1, -1};

    expect(own_array_at(world.array, last));
}

static void call_own_array_data(struct worker *w)
{
    (void)w;
    expect(own_array_data(world.array) != NULL);
}

static void call_own_array_format(struct worker *w)
{
    (void)w;
    expect(strcmp(own_array_format(world.array), "d") == 0);
}

static void call_own_array_itemsize(struct worker *w)
{
    (void)w;
    expect(own_array_itemsize(world.array) == sizeof(double));
}

static void call_own_array_ndim(struct worker *w)
{
    (void)w;
    expect(own_array_ndim(world.array) == 2);
}

static void call_own_array_shape(struct worker *w)
{
    (void)w;
    expect(own_array_shape(world.array)[1] == 30);
}

static void call_own_array_strides(struct worker *w)
{
    (void)w;
    expect(own_array_strides(world.array)[1] == sizeof(double));
}

static void call_own_array_count(struct worker *w)
{
    (void)w;
    expect(own_array_count(world.array) == 600);
}

static void call_own_array_base(struct worker *w)
{
    (void)w;
    expect(own_array_base(world.array) != NULL);
}

static void call_own_array_is_contiguous(struct worker *w)
{
    (void)w;
    expect(own_array_is_contiguous(world.array, OWN_C_ORDER));
}

static void call_own_array_is_readonly(struct worker *w)
{
    (void)w;
    expect(!own_array_is_readonly(world.array));
}

static void call_own_array_type(struct worker *w)
{
    (void)w;
    expect(own_cast(world.array, own_array_type()) == world.array);
}

static void call_own_array_print(struct worker *w)
{
    expect(own_array_print(w->out, world.array) == 0);
}

static void call_own_array_begin(struct worker *w)
{
    (void)w;
    own_array_iterator at;

    expect(own_array_begin(&at, world.array));
}

static void call_own_array_next(struct worker *w)
{
    (void)w;
    own_array_iterator at;
    double sum = 0;

    for (bool more = own_array_begin(&at, world.array); more; more = own_array_next(&at))
        sum += *(double *)at.item;
    expect(sum == 0 || sum == 600);
}

static void call_own_array_next_run(struct worker *w)
{
    (void)w;
    own_array_iterator at;

    for (bool more = own_array_begin(&at, world.array); more;)
        more = own_array_next_run(&at);
}

static void call_own_array_axes(struct worker *w)
{
    (void)w;
    expect(own_array_axes(world.array, 2, sizeof(double)).shape[0] == 20);
}

static void call_own_array_export(struct worker *w)
{
    (void)w;
    own_export exported;

    expect(own_array_export(world.array, &exported) == 0 && exported.ndim == 2);
    own_array_release(&exported);
}

static void call_own_array_release(struct worker *w)
{
    (void)w;
    own_export exported;

    expect(own_array_export(world.array, &exported) == 0);
    own_array_release(&exported);
    own_array_release(&exported);
}

static void call_own_array_import(struct worker *w)
{
    (void)w;
    own_export exported;

    expect(own_array_export(world.array, &exported) == 0);
    drop_from_pool(own_array_import(world.pool, &exported, own_array_release));
}

static void call_own_array_export_dlpack(struct worker *w)
{
    (void)w;
    struct DLManagedTensor *tensor = own_array_export_dlpack(world.array);

    expect(tensor);
    drop_from_pool(own_array_import_dlpack(world.pool, tensor));
}

static void call_own_array_import_dlpack(struct worker *w)
{
    (void)w;
    struct DLManagedTensor *tensor = own_array_export_dlpack(world.array);
    own_array *array = tensor ? own_array_import_dlpack(NULL, tensor) : NULL;

    expect(array);
    own_decref(array);
}

static void call_own_array_export_dlpack_versioned(struct worker *w)
{
    (void)w;
    struct DLManagedTensorVersioned *tensor = own_array_export_dlpack_versioned(world.array);

    expect(tensor);
    drop_from_pool(own_array_import_dlpack_versioned(world.pool, tensor));
}

static void call_own_array_import_dlpack_versioned(struct worker *w)
{
    (void)w;
    struct DLManagedTensorVersioned *tensor = own_array_export_dlpack_versioned(world.array);
    own_array *array = tensor ? own_array_import_dlpack_versioned(NULL, tensor) : NULL;

    expect(array);
    own_decref(array);
}

static const struct pair_row rows[] = {
    {"own_array_new", call_own_array_new, 0},
    {"own_array_new_raw", call_own_array_new_raw, 0},
    {"own_array_adopt", call_own_array_adopt, 0},
    {"own_array_adopt_with", call_own_array_adopt_with, 0},
    {"own_array_wrap", call_own_array_wrap, 0},
    {"own_array_create", call_own_array_create, 0},
    {"own_array_slice", call_own_array_slice, 0},
    {"own_array_index", call_own_array_index, 0},
    {"own_array_transpose", call_own_array_transpose, 0},
    {"own_array_permute", call_own_array_permute, 0},
    {"own_array_reshape", call_own_array_reshape, 0},
    {"own_array_broadcast", call_own_array_broadcast, 0},
    {"own_array_reinterpret", call_own_array_reinterpret, 0},
    {"own_array_readonly", call_own_array_readonly, 0},
    {"own_array_copy", call_own_array_copy, READS},
    {"own_array_assign", call_own_array_assign, WRITES | READS},
    {"own_array_fill", call_own_array_fill, WRITES},
    {"own_array_at", call_own_array_at, 0},
    {"own_array_data", call_own_array_data, 0},
    {"own_array_format", call_own_array_format, 0},
    {"own_array_itemsize", call_own_array_itemsize, 0},
    {"own_array_ndim", call_own_array_ndim, 0},
    {"own_array_shape", call_own_array_shape, 0},
    {"own_array_strides", call_own_array_strides, 0},
    {"own_array_count", call_own_array_count, 0},
    {"own_array_base", call_own_array_base, 0},
    {"own_array_is_contiguous", call_own_array_is_contiguous, 0},
    {"own_array_is_readonly", call_own_array_is_readonly, 0},
    {"own_array_type", call_own_array_type, 0},
    {"own_array_print", call_own_array_print, READS},
    {"own_array_begin", call_own_array_begin, 0},
    {"own_array_next", call_own_array_next, READS},
    {"own_array_next_run", call_own_array_next_run, 0},
    {"own_array_axes", call_own_array_axes, 0},
    {"own_array_export", call_own_array_export, 0},
    {"own_array_release", call_own_array_release, 0},
    {"own_array_import", call_own_array_import, 0},
    {"own_array_export_dlpack", call_own_array_export_dlpack, 0},
    {"own_array_import_dlpack", call_own_array_import_dlpack, 0},
    {"own_array_export_dlpack_versioned", call_own_array_export_dlpack_versioned, 0},
    {"own_array_import_dlpack_versioned", call_own_array_import_dlpack_versioned, 0},
};
const struct pair_rows pair_arrays = {rows, sizeof rows / sizeof rows[0]};
