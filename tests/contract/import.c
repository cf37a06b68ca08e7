/*
 * import.c - arrays over memory of somebody else's: Python's buffers, DLPack's tensors, memory with
 * a context for the function that frees it. What is exported is what is imported.
 */
#include "harness.h"

/* The structs of dlpack.h. */
struct tensor {
    void *data;
    int32_t device, device_id, ndim;
    uint8_t code, bits;
    uint16_t lanes;
    int64_t *shape, *strides;
    uint64_t byte_offset;
};
struct DLManagedTensor {
    struct tensor tensor;
    void *ctx;
    void (*deleter)(struct DLManagedTensor *self);
};
struct DLManagedTensorVersioned {
    uint32_t major, minor;
    void *ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self);
    uint64_t flags;
    struct tensor tensor;
};

static int numbers[100];
static int released;
static void *released_ctx;

static void release(own_export *exported)
{
    released++;
    released_ctx = exported->internal;
    errno = EDOM;
}

static void delete_old(struct DLManagedTensor *self)
{
    released++;
    released_ctx = self;
}

static void delete_versioned(struct DLManagedTensorVersioned *self)
{
    released++;
    released_ctx = self;
}

static void free_with(void *memory, void *ctx)
{
    released++;
    expect(memory == NULL || memory == numbers + 50);
    released_ctx = ctx;
}

static void start(void)
{
    released = 0;
    released_ctx = NULL;
    for (int i = 0; i < 100; i++)
        numbers[i] = i;
}

static struct tensor tensor_of(int32_t ndim, int64_t *shape, int64_t *strides)
{
    return (struct tensor){.data = numbers,
                           .device = 1,
                           .ndim = ndim,
                           .bits = 32,
                           .lanes = 1,
                           .shape = shape,
                           .strides = strides};
}

START_TEST(buffer_is_released_with_the_last_view)
{
    own_export exported = {.buf = numbers + 50,
                           .itemsize = sizeof(int),
                           .len = 24,
                           .ndim = 2,
                           .format = (char *)"i",
                           .shape = (ptrdiff_t[]){2, 3},
                           .strides = (ptrdiff_t[]){-40, 8},
                           .suboffsets = (ptrdiff_t[]){-1, -1},
                           .internal = &released};
    start();
    own_array *array = own_array_import(NULL, &exported, release);
    memset(&exported, 0, sizeof exported);
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){1, 2}) == 44 && !own_array_is_readonly(array));
    expect(own_array_fill(array, &(int){-1}) == 0 && numbers[40] == -1 && numbers[41] == 41);
    expect_error(own_array_resize(array, (size_t[]){1, 1}) == -1, EPERM);
    own_array *view = own_array_transpose(NULL, array);
    own_decref(array);
    expect(released == 0 && *(int *)own_array_at(view, (ptrdiff_t[]){0, 1}) == -1);
    expect_keeps_errno((own_decref(view), true));
    expect(released == 1 && released_ctx == &released);
}
END_TEST

static own_export *filled;

static void release_filled(own_export *copy)
{
    expect(copy != filled && copy->shape == &copy->len && copy->strides == &copy->itemsize);
    released++;
}

/* As PyBuffer_FillInfo does, and with PyBUF_SIMPLE. */
START_TEST(fields_that_are_null_have_a_meaning)
{
    own_export exported = {.buf = numbers, .itemsize = 1, .len = 12, .ndim = 1, .readonly = 1};
    start();
    exported.shape = &exported.len;
    exported.strides = &exported.itemsize;
    filled = &exported;
    own_array *array = own_array_import(NULL, &exported, release_filled);
    expect(own_array_count(array) == 12 && strcmp(own_array_format(array), "B") == 0);
    expect(own_array_is_readonly(array));
    expect_error(own_array_fill(array, numbers) == -1, EPERM);
    own_decref(array);
    expect(released == 1);

    exported = (own_export){.buf = numbers, .itemsize = 4, .len = 12, .ndim = 1};
    array = own_array_import(NULL, &exported, release);
    expect(own_array_count(array) == 3 && strcmp(own_array_format(array), "4x") == 0);
    own_decref(array);
    exported = (own_export){.buf = numbers, .itemsize = 4, .format = (char *)"i", .len = 4};
    array = own_array_import(NULL, &exported, release);
    expect(own_array_count(array) == 1 && own_array_ndim(array) == 0);
    own_decref(array);
    exported = (own_export){.itemsize = 4,
                            .format = (char *)"i",
                            .ndim = 2,
                            .shape = (ptrdiff_t[]){0, 3},
                            .strides = (ptrdiff_t[]){1, 1}};
    array = own_array_import(NULL, &exported, release);
    expect(own_array_count(array) == 0 && own_array_shape(array)[1] == 3);
    own_decref(array);
    expect(released == 4);
}
END_TEST

START_TEST(wrong_buffers_are_left_to_the_caller)
{
    const own_export right = {.buf = numbers,
                              .itemsize = 4,
                              .len = 12,
                              .ndim = 1,
                              .format = (char *)"i",
                              .shape = (ptrdiff_t[]){3}};
    own_export wrong[8];
    start();
    for (int i = 0; i < 8; i++)
        wrong[i] = right;
    wrong[0].format = (char *)"d";
    wrong[1].format = (char *)"O";
    wrong[2].shape = (ptrdiff_t[]){-3};
    wrong[3].suboffsets = (ptrdiff_t[]){0};
    wrong[4].ndim = 33;
    wrong[5].itemsize = 0;
    wrong[6].buf = NULL;
    wrong[7].ndim = -1;
    for (int i = 0; i < 8; i++)
        expect_error(!own_array_import(NULL, &wrong[i], release), EINVAL);
    expect_error(!own_array_import(NULL, &right, NULL), EINVAL);
    expect_error(!own_array_import(NULL, NULL, release), EINVAL);
    own_export large = right;
    large.shape = (ptrdiff_t[]){PTRDIFF_MAX};
    expect_error(!own_array_import(NULL, &large, release), EOVERFLOW);
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 8192});
    large.shape = (ptrdiff_t[]){3000};
    expect_error(!own_array_import(pool, &large, release), EDQUOT);
    own_decref(pool);
    expect(released == 0);
}
END_TEST

START_TEST(tensor_is_deleted_once)
{
    struct DLManagedTensor managed = {
        .tensor = tensor_of(2, (int64_t[]){2, 3}, (int64_t[]){-10, 2}), .deleter = delete_old};
    start();
    managed.tensor.byte_offset = 50 * sizeof(int);
    own_pool *pool = new_root();
    own_array *array = own_array_import_dlpack(pool, &managed);
    expect(own_array_data(array) == numbers + 50 && strcmp(own_array_format(array), "i") == 0);
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){1, 2}) == 44);
    own_array *view = own_array_slice(NULL, array, 0, 1, 2, 1);
    own_decref(pool);
    expect(released == 0);
    own_decref(view);
    expect(released == 1 && released_ctx == &managed);

    managed.tensor = tensor_of(2, (int64_t[]){2, 3}, NULL);
    managed.deleter = NULL;
    array = own_array_import_dlpack(NULL, &managed);
    expect(own_array_is_contiguous(array, OWN_C_ORDER));
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){1, 2}) == 5);
    own_decref(array);
    managed.tensor = tensor_of(0, NULL, NULL);
    array = own_array_import_dlpack(NULL, &managed);
    expect(own_array_ndim(array) == 0 && own_array_count(array) == 1);
    own_decref(array);
    managed.tensor = tensor_of(2, (int64_t[]){5, 0}, (int64_t[]){INT64_MAX, INT64_MIN});
    managed.tensor.data = NULL;
    managed.deleter = delete_old;
    array = own_array_import_dlpack(NULL, &managed);
    expect(own_array_count(array) == 0 && own_array_shape(array)[0] == 5);
    own_decref(array);
    expect(released == 2);
}
END_TEST

START_TEST(types_of_tensors_are_formats)
{
    static const struct {
        uint8_t code, bits;
        uint16_t lanes;
        const char *format;
    } types[] = {
        {0, 8, 1, "b"},   {0, 64, 1, "q"}, {1, 16, 1, "H"},   {1, 32, 1, "I"},  {2, 16, 1, "e"},
        {2, 32, 4, "4f"}, {2, 64, 1, "d"}, {5, 64, 1, "Zf"},  {6, 8, 1, "?"},   {5, 128, 2, "2Zd"},
        {0, 4, 1, NULL},  {2, 8, 1, NULL}, {2, 128, 1, NULL}, {3, 64, 1, NULL}, {4, 16, 1, NULL},
        {2, 32, 0, NULL}, {6, 1, 1, NULL}, {9, 32, 1, NULL},
    };
    struct DLManagedTensor managed = {.tensor = tensor_of(1, (int64_t[]){2}, (int64_t[]){1})};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        managed.tensor.code = types[i].code;
        managed.tensor.bits = types[i].bits;
        managed.tensor.lanes = types[i].lanes;
        if (!types[i].format) {
            expect_error(!own_array_import_dlpack(NULL, &managed), EINVAL);
            continue;
        }
        own_array *array = own_array_import_dlpack(NULL, &managed);
        expect(strcmp(own_array_format(array), types[i].format) == 0);
        expect(own_array_itemsize(array) == types[i].bits / 8U * types[i].lanes);
        expect(own_array_is_contiguous(array, OWN_C_ORDER));
        own_decref(array);
    }
}
END_TEST

START_TEST(wrong_tensors_are_left_to_the_caller)
{
    struct DLManagedTensorVersioned managed = {
        .major = 1, .minor = 7, .deleter = delete_versioned, .tensor = tensor_of(0, NULL, NULL)};
    start();
    managed.major = 2;
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), ENOTSUP);
    managed.major = 1;
    managed.tensor.device = 2;
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), ENOTSUP);
    managed.tensor = tensor_of(1, NULL, NULL);
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EINVAL);
    managed.tensor = tensor_of(1, (int64_t[]){-1}, NULL);
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EINVAL);
    managed.tensor = tensor_of(-1, NULL, NULL);
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EINVAL);
    managed.tensor = tensor_of(33, (int64_t[33]){1}, NULL);
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EINVAL);
    managed.tensor = tensor_of(1, (int64_t[]){2}, (int64_t[]){INT64_MAX / 2});
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EOVERFLOW);
    managed.tensor = tensor_of(1, (int64_t[]){2}, NULL);
    managed.tensor.data = NULL;
    managed.tensor.byte_offset = 8;
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EINVAL);
    managed.tensor = tensor_of(1, (int64_t[]){2}, NULL);
    managed.tensor.byte_offset = UINT64_MAX - 7;
    expect_error(!own_array_import_dlpack_versioned(NULL, &managed), EOVERFLOW);
    expect_error(!own_array_import_dlpack_versioned(NULL, NULL), EINVAL);
    expect_error(!own_array_import_dlpack(NULL, NULL), EINVAL);
    expect(released == 0);
}
END_TEST

START_TEST(versioned_tensors_say_that_they_are_read_only)
{
    struct DLManagedTensorVersioned managed = {.major = 1,
                                               .minor = 9,
                                               .flags = 1,
                                               .deleter = delete_versioned,
                                               .tensor = tensor_of(1, (int64_t[]){4}, NULL)};
    start();
    own_array *array = own_array_import_dlpack_versioned(NULL, &managed);
    expect(own_array_is_readonly(array));
    own_array *wide = own_array_broadcast(NULL, array, OWN_SHAPE(3, 4));
    expect_error(!own_array_export_dlpack(wide), EPERM);
    struct DLManagedTensorVersioned *back = own_array_export_dlpack_versioned(wide);
    expect(back->major == 1 && back->minor == 0 && back->flags == 1);
    expect(back->tensor.strides[0] == 0 && back->tensor.strides[1] == 1);
    own_decref(wide);
    own_decref(array);
    expect(released == 0 && ((int *)back->tensor.data)[3] == 3);
    back->deleter(back);
    expect(released == 1 && released_ctx == &managed);

    managed.flags = 2; /* a copy, which may be written to */
    array = own_array_import_dlpack_versioned(NULL, &managed);
    expect(!own_array_is_readonly(array));
    back = own_array_export_dlpack_versioned(array);
    expect(back->flags == 0);
    own_decref(array);
    array = own_array_import_dlpack_versioned(NULL, back);
    expect(own_array_data(array) == numbers);
    own_decref(array);
    expect(released == 2);
    expect_error(!own_array_export_dlpack_versioned(NULL), EINVAL);
}
END_TEST

START_TEST(exports_are_null_where_there_is_nothing)
{
    own_array *scalar = own_array_new(NULL, "d", OWN_C_ORDER, 0, NULL);
    own_array *none = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(3, 0));
    struct DLManagedTensor *old = own_array_export_dlpack(scalar);
    struct DLManagedTensorVersioned *versioned = own_array_export_dlpack_versioned(none);

    expect(!old->tensor.shape && !old->tensor.strides && old->tensor.data);
    expect(!versioned->tensor.data && versioned->tensor.shape[0] == 3);
    old->deleter(old);
    versioned->deleter(versioned);
    own_decref(scalar);
    own_decref(none);
}
END_TEST

START_TEST(memory_is_freed_with_its_context)
{
    start();
    own_array *array = own_array_adopt_with(NULL, "i", OWN_SHAPE(3, 2), (ptrdiff_t[]){-40, 8},
                                            numbers + 50, free_with, &filled);
    own_buffer *buffer = own_array_base(array);
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){2, 1}) == 32);
    expect(own_buffer_data(buffer) == numbers + 30 && own_buffer_size(buffer) == 23 * sizeof(int));
    expect_error(own_array_resize(array, (size_t[]){1, 2}) == -1, EPERM);
    own_decref(array);
    expect(released == 1 && released_ctx == &filled);

    array = own_array_adopt_with(NULL, "i", OWN_SHAPE(3), NULL, numbers + 50, free_with, numbers);
    expect(own_array_resize(array, (size_t[]){5}) == 0 && released == 2 && released_ctx == numbers);
    expect(((int *)own_array_data(array))[2] == 52 && ((int *)own_array_data(array))[4] == 0);
    own_decref(array);
    array = own_array_adopt_with(NULL, "i", OWN_SHAPE(0), NULL, NULL, free_with, &array);
    own_decref(array);
    expect(released == 3 && released_ctx == &array);
    own_decref(own_buffer_adopt_with(NULL, numbers + 50, 8, free_with, &released));
    expect(released == 4 && released_ctx == &released);

    expect_error(!own_array_adopt_with(NULL, "i", OWN_SHAPE(3), NULL, NULL, free_with, NULL),
                 EINVAL);
    expect_error(!own_array_adopt_with(NULL, "i", OWN_SHAPE(3), NULL, numbers, NULL, NULL), EINVAL);
    expect_error(!own_array_adopt_with(NULL, "i", OWN_SHAPE(3), (ptrdiff_t[]){PTRDIFF_MAX}, numbers,
                                       free_with, NULL),
                 EOVERFLOW);
    expect_error(!own_buffer_adopt_with(NULL, numbers, 8, NULL, NULL), EINVAL);
    expect(released == 4);
}
END_TEST

START_TEST(wrapped_memory_is_counted_if_asked)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 100000});
    struct probe *base = probe_new(NULL, 'b');
    own_array_options options = {.format = "b",
                                 .ndim = 1,
                                 .shape = (size_t[]){90000},
                                 .data = numbers,
                                 .base = base,
                                 .counted = true};
    own_array *array = own_array_create(pool, &options);
    expect(array && own_refcount(base) == 2);
    expect_error(!own_array_create(pool, &options), EDQUOT);
    expect(own_refcount(base) == 2);
    own_array *view = own_array_slice(NULL, array, 0, 0, 10, 1);
    expect_error(own_array_resize(array, (size_t[]){1}) == -1, EPERM);
    expect(own_drop(pool, array) == 0);
    expect_error(!own_array_create(pool, &options), EDQUOT); /* the view is left */
    options.base = view;
    expect_error(!own_array_create(pool, &options), EINVAL);
    own_decref(view);
    options.base = NULL;
    expect(own_array_create(pool, &options));
    own_decref(base);
    expect_events("b");
    options.counted = false;
    expect(own_array_create(pool, &options));
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import");
    TCase *test_case = add_case(suite, "import");

    tcase_add_test(test_case, buffer_is_released_with_the_last_view);
    tcase_add_test(test_case, fields_that_are_null_have_a_meaning);
    tcase_add_test(test_case, wrong_buffers_are_left_to_the_caller);
    tcase_add_test(test_case, tensor_is_deleted_once);
    tcase_add_test(test_case, types_of_tensors_are_formats);
    tcase_add_test(test_case, wrong_tensors_are_left_to_the_caller);
    tcase_add_test(test_case, versioned_tensors_say_that_they_are_read_only);
    tcase_add_test(test_case, exports_are_null_where_there_is_nothing);
    tcase_add_test(test_case, memory_is_freed_with_its_context);
    tcase_add_test(test_case, wrapped_memory_is_counted_if_asked);
    return run_suite(suite);
}
