/*
 * array.c - arrays from inside: every request for memory fails in turn, the validator sees each
 * equation of array.h that is broken, and exports hold what they should.
 */
#include "array/array.h"
#include "array/dlpack.h"
#include "breach.h"

static int frees;

static void count_free(void *memory)
{
    (void)memory;
    frees++;
}

static void count_free_with(void *memory, void *ctx)
{
    (void)memory;
    (void)ctx;
    frees++;
}

static void count_release(own_export *exported)
{
    (void)exported;
    frees++;
}

static char memory[1000];
static const size_t shape[] = {5, 20};

/* What the calls under test find. */
static struct world {
    own_pool *pool;
    own_array *array; /* the caller's, as are those below */
    own_array *line;
    own_export exported;
    struct DLManagedTensor *tensor;
    struct DLManagedTensorVersioned *versioned;
} world;

static bool call_new(void)
{
    return own_array_new(world.pool, "d", OWN_C_ORDER, 2, shape);
}

static bool call_new_large(void)
{
    return own_array_new(world.pool, "d", OWN_C_ORDER, OWN_SHAPE(100000));
}

static bool call_adopt(void)
{
    return own_array_adopt(world.pool, "b", OWN_C_ORDER, 2, shape, memory, count_free);
}

static bool call_wrap(void)
{
    return own_array_wrap(world.pool, "b", OWN_C_ORDER, 2, shape, own_array_data(world.line),
                          world.line);
}

static bool call_slice(void)
{
    return own_array_slice(world.pool, world.array, 0, 1, 3, 1);
}

static bool call_index(void)
{
    return own_array_index(world.pool, world.array, 0, 1);
}

static bool call_transpose(void)
{
    return own_array_transpose(world.pool, world.array);
}

static bool call_permute(void)
{
    return own_array_permute(world.pool, world.array, (int[]){1, 0});
}

static bool call_reshape(void)
{
    return own_array_reshape(world.pool, world.array, OWN_SHAPE(100));
}

static bool call_broadcast(void)
{
    return own_array_broadcast(world.pool, world.array, OWN_SHAPE(3, 5, 20));
}

static bool call_reinterpret(void)
{
    return own_array_reinterpret(world.pool, world.array, "Q");
}

static bool call_readonly(void)
{
    return own_array_readonly(world.pool, world.array);
}

static bool call_copy(void)
{
    return own_array_copy(world.pool, world.array, OWN_F_ORDER);
}

static bool call_assign(void)
{
    own_array *back = own_array_slice(NULL, world.line, 0, OWN_ABSENT, OWN_ABSENT, -1);

    if (!back)
        return false;
    int result = own_array_assign(world.line, back);
    own_decref(back);
    return result == 0;
}

static bool call_adopt_with(void)
{
    return own_array_adopt_with(world.pool, "b", 2, shape, (ptrdiff_t[]){-40, 2}, memory + 160,
                                count_free_with, NULL);
}

static bool call_wrap_counted(void)
{
    return own_array_create(
        world.pool, &(own_array_options){
                        .format = "b", .ndim = 2, .shape = shape, .data = memory, .counted = true});
}

static bool call_import(void)
{
    own_export exported = {.buf = memory, .itemsize = 1, .len = sizeof memory, .ndim = 1};

    return own_array_import(world.pool, &exported, count_release);
}

static int64_t tensor_shape[2];
static struct DLManagedTensor to_import = {
    .dl_tensor = {.data = memory,
                  .device = {.type = DL_CPU},
                  .ndim = 2,
                  .dtype = {.code = DL_INT, .bits = 8, .lanes = 1},
                  .shape = tensor_shape},
};

static bool call_import_dlpack(void)
{
    for (int i = 0; i < 2; i++)
        tensor_shape[i] = (int64_t)shape[i];
    return own_array_import_dlpack(world.pool, &to_import);
}

static bool call_export_versioned(void)
{
    return (world.versioned = own_array_export_dlpack_versioned(world.array));
}

static bool call_resize(void)
{
    return own_array_resize(world.array, (size_t[]){500, 20}) == 0;
}

static bool call_export(void)
{
    return own_array_export(world.array, &world.exported) == 0;
}

static bool call_export_dlpack(void)
{
    return (world.tensor = own_array_export_dlpack(world.array));
}

#define CALL(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }
static const struct {
    const char *name;
    bool (*function)(void);
} calls[] = {
    CALL(call_new),           CALL(call_new_large),     CALL(call_adopt),
    CALL(call_wrap),          CALL(call_slice),         CALL(call_index),
    CALL(call_permute),       CALL(call_transpose),     CALL(call_reshape),
    CALL(call_broadcast),     CALL(call_copy),          CALL(call_reinterpret),
    CALL(call_readonly),      CALL(call_assign),        CALL(call_resize),
    CALL(call_export),        CALL(call_export_dlpack), CALL(call_export_versioned),
    CALL(call_adopt_with),    CALL(call_wrap_counted),  CALL(call_import),
    CALL(call_import_dlpack),
};

START_TEST(failed_call_changes_nothing_and_leaks_nothing)
{
    bool done = false;

    for (long n = 1; !done; n++) {
        size_t live = chunk_live_bytes();
        memset(&world, 0, sizeof world);
        frees = 0;
        world.pool = own_pool_create(NULL, &(own_pool_options){.limit = (size_t)64 << 20});
        world.array = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape);
        world.line = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(1000));
        *(double *)own_array_data(world.line) = 1;
        own_usage before = usage_of(world.pool), after;
        size_t room = limit_room(pool_limit(world.pool));
        size_t live_before = chunk_live_bytes();
        expect(n < 10);
        chunk_fail_after(n);
        errno = 0;
        done = calls[_i].function();
        int error = errno;
        chunk_fail_after(0);
        after = usage_of(world.pool);
        if (done) {
            expect(error == 0 && n > 1);
        } else {
            if (error != ENOMEM)
                ck_abort_msg("%s fails with errno %d at request %ld", calls[_i].name, error, n);
            expect(memcmp(&before, &after, sizeof before) == 0);
            expect(limit_room(pool_limit(world.pool)) == room && chunk_live_bytes() == live_before);
            expect(own_array_shape(world.array)[0] == 5 && frees == 0);
            expect(*(double *)own_array_data(world.line) == 1);
            expect(array_buffer(world.array)->arrays == 1);
            expect(array_buffer(world.line)->arrays == 1);
            expect(!world.exported.internal && !world.tensor && !world.versioned);
        }
        chunk_fail_after(1); /* death needs no memory */
        if (world.tensor)
            world.tensor->deleter(world.tensor);
        if (world.versioned)
            world.versioned->deleter(world.versioned);
        own_array_release(&world.exported);
        own_decref(world.line);
        own_decref(world.array);
        own_decref(world.pool);
        chunk_fail_after(0);
        if (chunk_live_bytes() != live)
            ck_abort_msg("%s leaks, failing at request %ld", calls[_i].name, n);
    }
}
END_TEST

START_TEST(array_is_assigned_to_itself_without_memory)
{
    own_array_options options = {.format = "i",
                                 .ndim = 2,
                                 .shape = (size_t[]){1, 4},
                                 .strides = (ptrdiff_t[]){27, sizeof(int)},
                                 .data = memory};
    own_array *array = own_array_create(NULL, &options);

    chunk_fail_after(1);
    int result = own_array_assign(array, array);
    chunk_fail_after(0);
    expect(result == 0);
    own_decref(array);
}
END_TEST

START_TEST(dlpack_describes_the_array)
{
    own_array *array = own_array_new(NULL, "f", OWN_C_ORDER, OWN_SHAPE(4, 6));
    own_array *view = own_array_slice(NULL, array, 1, OWN_ABSENT, OWN_ABSENT, -2);
    struct DLManagedTensor *tensor = own_array_export_dlpack(view);
    struct dl_tensor *inner = &tensor->dl_tensor;

    expect(inner->data == own_array_data(view) && inner->byte_offset == 0);
    expect(inner->device.type == DL_CPU && inner->device.id == 0 && inner->ndim == 2);
    expect(inner->dtype.code == DL_FLOAT && inner->dtype.bits == 32 && inner->dtype.lanes == 1);
    expect(inner->shape[0] == 4 && inner->shape[1] == 3);
    expect(inner->strides[0] == 6 && inner->strides[1] == -2);
    own_decref(view);
    own_decref(array);
    ((float *)inner->data)[0] = 1;
    tensor->deleter(tensor);
}
END_TEST

START_TEST(dlpack_refuses_what_it_cannot_say)
{
    static const char *const formats[] = {"g", "3f", "4s", "ff", "P", "c", ">i"};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        own_array *array = own_array_new(NULL, formats[i], OWN_C_ORDER, OWN_SHAPE(2));
        expect_error(!own_array_export_dlpack(array), EINVAL);
        own_decref(array);
    }
    own_array_options options = {.format = "i",
                                 .ndim = 1,
                                 .shape = (size_t[]){2},
                                 .strides = (ptrdiff_t[]){6},
                                 .data = memory};
    own_array *odd = own_array_create(NULL, &options);
    expect_error(!own_array_export_dlpack(odd), EINVAL);
    own_array *fixed = own_array_readonly(NULL, odd);
    expect_error(!own_array_export_dlpack(NULL), EINVAL);
    own_decref(odd);
    own_decref(fixed);
    options.strides = NULL;
    options.readonly = true;
    fixed = own_array_create(NULL, &options);
    expect_error(!own_array_export_dlpack(fixed), EPERM);
    own_export exported;
    expect_error(own_array_export(fixed, NULL) == -1, EINVAL);
    expect(own_array_export(fixed, &exported) == 0 && exported.readonly && exported.len == 8);
    own_decref(fixed);
    expect(exported.shape[0] == 2 && exported.strides[0] == 4 && strcmp(exported.format, "i") == 0);
    own_array_release(&exported);
}
END_TEST

/* A buffer counts its arrays in 32 bits. */
START_TEST(buffer_with_as_many_arrays_as_can_be_counted_takes_no_more)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape);

    array_buffer(array)->arrays = UINT32_MAX;
    expect_error(!own_array_transpose(NULL, array), ENOMEM);
    expect_error(!own_array_readonly(NULL, array), ENOMEM);
    array_buffer(array)->arrays = 1;
    own_decref(array);
}
END_TEST

START_TEST(dead_array_is_a_misuse)
{
    if (memory_is_checked())
        return;
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape);
    own_decref(array);
    record_misuses();
    expect_told(!own_array_slice(NULL, array, 0, 0, 1, 1), "own_array_slice", "array");
    restore_misuses();
}
END_TEST

static own_array *owner, *view;

static void build(void)
{
    owner = own_array_new(NULL, "d", OWN_C_ORDER, 2, shape);
    view = own_array_slice(NULL, owner, 0, OWN_ABSENT, OWN_ABSENT, -1);
}

static void validate(void)
{
    array_validate(owner);
    array_validate(view);
}

static void do_nothing(void)
{
}

static void set_itemsize(void)
{
    view->itemsize = 4;
}

static void move_down(void)
{
    view->data -= 8;
}

static void move_up(void)
{
    view->data += 8;
}

static void lose_count(void)
{
    array_buffer(view)->arrays = 0;
}

static void move_owner(void)
{
    owner->data += 8;
    array_shape(owner)[0] = 1;
}

static void turn_owner(void)
{
    array_strides(owner)[0] = 8;
    array_strides(owner)[1] = 40;
}

static const struct breach breaches[] = {
    {do_nothing, NULL},
    {set_itemsize, "itemsize = the size of the format"},
    {move_down, "buffer.data <= data + low"},
    {move_up, "data + high <= buffer.data + buffer.size"},
    {lose_count, "arrays > 0"},
    {move_owner, "owner: data = the buffer's"},
    {turn_owner, "owner: contiguous"},
};

START_TEST(validator_sees_each_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("array");
    TCase *test_case = add_case(suite, "array");

    tcase_add_loop_test(test_case, failed_call_changes_nothing_and_leaks_nothing, 0,
                        sizeof calls / sizeof calls[0]);
    tcase_add_test(test_case, array_is_assigned_to_itself_without_memory);
    tcase_add_test(test_case, dlpack_describes_the_array);
    tcase_add_test(test_case, dlpack_refuses_what_it_cannot_say);
    tcase_add_test(test_case, buffer_with_as_many_arrays_as_can_be_counted_takes_no_more);
    tcase_add_test(test_case, dead_array_is_a_misuse);
    tcase_add_loop_test(test_case, validator_sees_each_equation, 0,
                        sizeof breaches / sizeof breaches[0]);
    return run_suite(suite);
}
