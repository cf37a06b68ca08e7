/*
 * array.c - making arrays: the forms of managed and unmanaged memory, sizes, access, resizing.
 * Formats are in format.c, views in view.c, what is done to all items in items.c.
 */
#include "harness.h"

static void *freed;
static int frees;

static void record_free(void *memory)
{
    freed = memory;
    frees++;
    errno = EDOM;
}

/* The strides of a shape of doubles, checked by the definition. */
static void expect_order(const own_array *array, own_order order)
{
    int ndim = own_array_ndim(array);
    ptrdiff_t stride = (ptrdiff_t)own_array_itemsize(array);

    for (int i = 0; i < ndim; i++) {
        int axis = order == OWN_F_ORDER ? i : ndim - 1 - i;
        expect(own_array_strides(array)[axis] == stride);
        stride *= (ptrdiff_t)own_array_shape(array)[axis];
    }
    expect(own_array_is_contiguous(array, order));
    expect(own_array_is_contiguous(array, OWN_C_ORDER + OWN_F_ORDER - order) == (ndim < 2));
}

/* ARGOUTVIEWM_ARRAY1, 2, 3 and ARGOUTVIEWM_FARRAY1, 2, 3: what a function has made is the array's.
   */
START_TEST(managed_memory_is_freed_with_the_last_array)
{
    static const size_t shape[] = {3, 4, 5};
    int ndim = 1 + _i / 2;
    own_order order = _i % 2 ? OWN_F_ORDER : OWN_C_ORDER;
    size_t count = ndim == 1 ? 3 : ndim == 2 ? 12 : 60;
    double *memory = (double *)malloc(count * sizeof(double));

    for (size_t i = 0; i < count; i++)
        memory[i] = (double)i;
    own_array *array = own_array_adopt(NULL, "d", order, ndim, shape, memory, record_free);
    expect(own_array_data(array) == memory && own_array_count(array) == count);
    expect_order(array, order);
    ptrdiff_t last[] = {-1, -1, -1};
    expect(*(double *)own_array_at(array, last) == (double)(count - 1));
    ptrdiff_t next[] = {1, 0, 0};
    expect(*(double *)own_array_at(array, next) ==
           (order == OWN_F_ORDER || ndim == 1 ? 1 : (double)count / 3));

    own_array *view = own_array_transpose(NULL, array);
    own_array *row = own_array_index(NULL, view, 0, -1);
    own_decref(array);
    own_decref(view);
    expect(frees == 0 && own_refcount(own_array_base(row)) == 1);
    errno = ERANGE;
    own_decref(row);
    expect(errno == ERANGE && frees == 1 && freed == memory);
    free(memory);
}
END_TEST

START_TEST(new_arrays_are_zeroed_and_lie_in_a_buffer)
{
    own_array *array = own_array_new(NULL, "i", OWN_F_ORDER, OWN_SHAPE(100, 7, 3));
    own_array *raw = own_array_new_raw(NULL, "i", OWN_C_ORDER, OWN_SHAPE(100, 7, 3));

    expect(own_cast(array, own_array_type()) == array && own_typeof(raw) == own_array_type());

    each_3 (int, item, array)
        expect(*item == 0);
    each_3 (int, item, raw)
        *item = 1;
    expect_order(array, OWN_F_ORDER);
    expect_order(raw, OWN_C_ORDER);
    own_buffer *buffer = (own_buffer *)own_cast(own_array_base(array), own_buffer_type());
    expect(buffer && own_buffer_size(buffer) == 8400);
    expect(own_buffer_data(buffer) == own_array_data(array));
    expect_error(own_buffer_resize(buffer, 10000, 1) == -1, EBUSY);
    own_incref(buffer);
    own_decref(array);
    expect(own_buffer_resize(buffer, 10000, 1) == 0);
    own_decref(buffer);
    own_decref(raw);
}
END_TEST

START_TEST(wrapped_memory_is_not_freed_and_its_base_is_held)
{
    double memory[6] = {0, 1, 2, 3, 4, 5};
    own_array *array = own_array_wrap(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 3), memory, NULL);

    expect(!own_array_base(array) && own_array_data(array) == memory);
    own_array *view = own_array_slice(NULL, array, 1, 1, OWN_ABSENT, 1);
    own_decref(array);
    expect(!own_array_base(view) && *(double *)own_array_data(view) == 1);
    own_decref(view);

    struct probe *probe = probe_new(NULL, 'p');
    array = own_array_wrap(NULL, "d", OWN_C_ORDER, OWN_SHAPE(6), memory, probe);
    view = own_array_reshape(NULL, array, OWN_SHAPE(3, 2));
    own_decref(probe);
    own_decref(array);
    expect(own_array_base(view) == probe && own_refcount(probe) == 1);
    expect_events("");
    own_decref(view);
    expect_events("p");
}
END_TEST

START_TEST(wrapping_a_buffer_stays_within_it_and_keeps_its_size)
{
    own_buffer *buffer = own_buffer_new(NULL, 10, sizeof(int));
    int *data = (int *)own_buffer_data(buffer);

    expect_error(!own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(11), data, buffer), EINVAL);
    expect_error(!own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(10), data + 1, buffer), EINVAL);
    expect_error(!own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(1), data - 1, buffer), EINVAL);
    own_array *array = own_array_wrap(NULL, "i", OWN_C_ORDER, OWN_SHAPE(3, 3), data + 1, buffer);
    expect(own_refcount(buffer) == 2);
    expect_error(own_buffer_resize(buffer, 100, 1) == -1, EBUSY);
    expect_error(own_array_resize(array, (size_t[]){2, 3}) == -1, EPERM);
    own_array *inner = own_array_wrap(NULL, "h", OWN_C_ORDER, OWN_SHAPE(2), data + 2, array);
    expect(own_array_base(inner) == buffer);
    expect_error(!own_array_wrap(NULL, "h", OWN_C_ORDER, OWN_SHAPE(20), data + 2, array), EINVAL);
    own_decref(array);
    expect_error(own_buffer_resize(buffer, 100, 1) == -1, EBUSY);
    own_decref(inner);
    expect(own_buffer_resize(buffer, 100, 1) == 0);
    own_decref(buffer);
}
END_TEST

START_TEST(explicit_strides_reach_where_they_say)
{
    int memory[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    own_array_options options = {
        .format = "i",
        .ndim = 2,
        .shape = (size_t[]){2, 3},
        .strides = (ptrdiff_t[]){-20, 8},
        .data = memory + 5,
        .readonly = true,
    };
    own_array *array = own_array_create(NULL, &options);
    static const int expected[] = {5, 7, 9, 0, 2, 4};
    int i = 0;

    each_2 (int, item, array)
        expect(*item == expected[i++]);
    expect(i == 6 && own_array_is_readonly(array));
    expect(!own_array_is_contiguous(array, OWN_C_ORDER));
    own_decref(array);

    own_buffer *buffer = own_buffer_new(NULL, 10, sizeof(int));
    options.base = buffer;
    options.data = (int *)own_buffer_data(buffer) + 5;
    array = own_array_create(NULL, &options);
    expect(array != NULL);
    own_decref(array);
    options.data = (int *)own_buffer_data(buffer) + 4;
    expect_error(!own_array_create(NULL, &options), EINVAL);
    options.data = (int *)own_buffer_data(buffer) + 6;
    expect_error(!own_array_create(NULL, &options), EINVAL);
    options.strides = (ptrdiff_t[]){PTRDIFF_MAX, PTRDIFF_MAX};
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.free_fn = record_free;
    expect_error(!own_array_create(NULL, &options), EINVAL);
    options.base = NULL;
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.data = NULL;
    expect_error(!own_array_create(NULL, &options), EINVAL);
    own_decref(buffer);
    expect(frees == 0);
}
END_TEST

START_TEST(wrong_shapes_are_refused)
{
    size_t shape[33] = {0};
    double memory[4];
    own_order neither = (own_order)2;

    expect_error(!own_array_new(NULL, "d", OWN_C_ORDER, -1, shape), EINVAL);
    expect_error(!own_array_new(NULL, "d", OWN_C_ORDER, 33, shape), EINVAL);
    expect_error(!own_array_new(NULL, "d", OWN_C_ORDER, 1, NULL), EINVAL);
    expect_error(!own_array_new(NULL, "d", neither, 1, shape), EINVAL);
    expect_error(!own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(SIZE_MAX)), EOVERFLOW);
    expect_error(!own_array_new(NULL, "b", OWN_C_ORDER, OWN_SHAPE(SIZE_MAX)), EOVERFLOW);
    expect_error(!own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(1 << 30, 1 << 30, 16)),
                 EOVERFLOW);
    expect_error(!own_array_new(NULL, "b", OWN_C_ORDER, OWN_SHAPE(0, SIZE_MAX, SIZE_MAX)),
                 EOVERFLOW);
    expect_error(!own_array_new(NULL, "b", OWN_C_ORDER, OWN_SHAPE(IMPOSSIBLE)), ENOMEM);
    expect_error(!own_array_adopt(NULL, "d", OWN_C_ORDER, OWN_SHAPE(4), memory, NULL), EINVAL);
    expect_error(!own_array_adopt(NULL, "d", OWN_C_ORDER, OWN_SHAPE(4), NULL, record_free), EINVAL);
    expect_error(!own_array_wrap(NULL, "d", OWN_C_ORDER, OWN_SHAPE(4), NULL, NULL), EINVAL);
    expect(frees == 0);
}
END_TEST

START_TEST(arrays_without_items_and_without_dimensions_work)
{
    own_array *empty = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(3, 0, 2));
    own_array *none = own_array_adopt(NULL, "d", OWN_C_ORDER, OWN_SHAPE(0), NULL, record_free);
    own_array *scalar = own_array_new(NULL, "d", OWN_C_ORDER, 0, NULL);
    own_array *most = own_array_new(NULL, "b", OWN_F_ORDER, 32, (size_t[32]){0});

    expect(own_array_count(empty) == 0 && own_array_count(none) == 0 && own_array_count(most) == 0);
    expect(own_array_is_contiguous(empty, OWN_C_ORDER));
    expect(own_array_is_contiguous(empty, OWN_F_ORDER));
    expect_error(!own_array_at(empty, (ptrdiff_t[]){0, 0, 0}), EINVAL);
    expect(own_array_count(scalar) == 1 && own_array_ndim(scalar) == 0);
    *(double *)own_array_at(scalar, NULL) = 2;
    expect(*(double *)own_array_data(scalar) == 2);
    own_array *view = own_array_reshape(NULL, scalar, OWN_SHAPE(1, 1));
    expect(*(double *)own_array_at(view, (ptrdiff_t[]){0, -1}) == 2);
    own_decref(view);
    view = own_array_slice(NULL, empty, 0, 5, OWN_ABSENT, -1);
    expect(own_array_shape(view)[0] == 3);
    own_decref(view);
    own_decref(empty);
    own_decref(none);
    own_decref(scalar);
    own_decref(most);
    expect(frees == 0);
}
END_TEST

START_TEST(at_checks_its_bounds)
{
    own_array *array = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(3, 4));
    char *data = (char *)own_array_data(array);

    for (ptrdiff_t i = -5; i <= 5; i++) {
        for (ptrdiff_t j = -6; j <= 6; j++) {
            ptrdiff_t index[] = {i, j};
            if (i >= -3 && i < 3 && j >= -4 && j < 4)
                expect(own_array_at(array, index) == data + ((i + 3) % 3 * 4 + (j + 4) % 4) * 4);
            else
                expect_error(!own_array_at(array, index), EINVAL);
        }
    }
    expect_error(!own_array_at(array, (ptrdiff_t[]){PTRDIFF_MIN, 0}), EINVAL);
    expect_error(!own_array_at(array, (ptrdiff_t[]){PTRDIFF_MAX, 0}), EINVAL);
    expect_error(!own_array_at(array, NULL), EINVAL);
    expect_error(!own_array_at(NULL, NULL), EINVAL);
    own_decref(array);
}
END_TEST

START_TEST(resizing_keeps_rows_and_refuses_while_there_are_views)
{
    own_array *array = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(2, 3));
    int i = 0;

    each_2 (int, item, array)
        *item = i++;
    expect_keeps_errno(own_array_resize(array, (size_t[]){1000, 3}) == 0);
    i = 0;
    each_2 (int, item, array) {
        expect(*item == (i < 6 ? i : 0));
        i++;
    }
    expect(i == 3000 && own_array_is_contiguous(array, OWN_C_ORDER));
    own_array *view = own_array_slice(NULL, array, 0, 0, 0, 1);
    expect_error(own_array_resize(array, (size_t[]){1, 1}) == -1, EBUSY);
    expect_error(own_array_resize(view, (size_t[]){1, 1}) == -1, EPERM);
    own_decref(view);
    own_export exported;
    expect(own_array_export(array, &exported) == 0);
    expect_error(own_array_resize(array, (size_t[]){1, 1}) == -1, EBUSY);
    own_array_release(&exported);
    own_array_release(&exported);
    expect_error(own_array_resize(array, (size_t[]){SIZE_MAX, 2}) == -1, EOVERFLOW);
    expect_error(own_array_resize(array, (size_t[]){IMPOSSIBLE / own_array_itemsize(array), 1}) ==
                     -1,
                 ENOMEM);
    expect_error(own_array_resize(array, NULL) == -1, EINVAL);
    expect_error(own_array_resize(NULL, NULL) == -1, EINVAL);
    expect(own_array_shape(array)[0] == 1000);
    expect(own_array_resize(array, (size_t[]){0, 5}) == 0 && own_array_count(array) == 0);
    expect(own_array_resize(array, (size_t[]){2, 2}) == 0);
    each_2 (int, item, array)
        expect(*item == 0);
    own_decref(array);

    int *memory = (int *)calloc(4, sizeof(int));
    array = own_array_adopt(NULL, "i", OWN_F_ORDER, OWN_SHAPE(2, 2), memory, record_free);
    memory[3] = 7;
    expect_keeps_errno(own_array_resize(array, (size_t[]){2, 3}) == 0);
    expect(frees == 1 && freed == memory && own_array_data(array) != memory);
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){1, 1}) == 7);
    expect_order(array, OWN_F_ORDER);
    own_decref(array);
    free(memory);
}
END_TEST

START_TEST(owner_holds_arrays_and_limits_count_their_buffers)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 1 << 20});
    own_array *array = own_array_new(pool, "b", OWN_C_ORDER, OWN_SHAPE(700000));
    own_array *view = own_array_slice(pool, array, 0, 0, 10, 1);

    expect(own_refcount(array) == 1 && own_refcount(view) == 1 && usage_of(pool).held == 2);
    expect_error(!own_array_new(pool, "b", OWN_C_ORDER, OWN_SHAPE(700000)), EDQUOT);
    expect_error(!own_array_copy(pool, array, OWN_C_ORDER), EDQUOT);
    expect_error(own_array_resize(view, (size_t[]){5}) == -1, EPERM);
    own_incref(view);
    own_decref(pool);
    memset(own_array_data(view), 'x', 10);
    expect(own_refcount(view) == 1);
    own_decref(view);
}
END_TEST

START_TEST(accessors_take_null)
{
    expect(!own_array_data(NULL) && !own_array_format(NULL) && !own_array_itemsize(NULL));
    expect(!own_array_ndim(NULL) && !own_array_shape(NULL) && !own_array_strides(NULL));
    expect(!own_array_count(NULL) && !own_array_base(NULL) && !own_array_is_readonly(NULL));
    expect(!own_array_is_contiguous(NULL, OWN_C_ORDER));
    own_array_release(NULL);
}
END_TEST

static void reset(void)
{
    frees = 0;
    freed = NULL;
}

int main(void)
{
    Suite *suite = suite_create("array");
    TCase *test_case = add_case(suite, "array");

    tcase_add_checked_fixture(test_case, reset, NULL);
    tcase_add_loop_test(test_case, managed_memory_is_freed_with_the_last_array, 0, 6);
    tcase_add_test(test_case, new_arrays_are_zeroed_and_lie_in_a_buffer);
    tcase_add_test(test_case, wrapped_memory_is_not_freed_and_its_base_is_held);
    tcase_add_test(test_case, wrapping_a_buffer_stays_within_it_and_keeps_its_size);
    tcase_add_test(test_case, explicit_strides_reach_where_they_say);
    tcase_add_test(test_case, wrong_shapes_are_refused);
    tcase_add_test(test_case, arrays_without_items_and_without_dimensions_work);
    tcase_add_test(test_case, at_checks_its_bounds);
    tcase_add_test(test_case, resizing_keeps_rows_and_refuses_while_there_are_views);
    tcase_add_test(test_case, owner_holds_arrays_and_limits_count_their_buffers);
    tcase_add_test(test_case, accessors_take_null);
    return run_suite(suite);
}
