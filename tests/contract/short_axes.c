/*
 * short_axes.c - the strides of axes of length 1, and of arrays without items, mean nothing: every
 * call does with wild ones what it does with tidy ones.
 */
#include "harness.h"

static int numbers[64];

static own_array *wild(int ndim, const size_t *shape, const ptrdiff_t *strides)
{
    return own_array_create(
        NULL,
        &(own_array_options){
            .format = "i", .ndim = ndim, .shape = shape, .strides = strides, .data = numbers});
}

START_TEST(row_of_an_odd_pitch_is_gone_through)
{
    own_array *row = wild(2, (size_t[]){1, 6}, (ptrdiff_t[]){27, sizeof(int)});
    own_axes axes = own_array_axes(row, 2, sizeof(int));
    int count = 0;

    expect(own_array_is_contiguous(row, OWN_C_ORDER) && own_array_is_contiguous(row, OWN_F_ORDER));
    expect(axes.data == numbers && axes.shape[0] == 1 && axes.shape[1] == 6);
    expect(axes.steps[0] == 6 && axes.steps[1] == 1);
    OWN_EACH_2 (axes, i, j)
        OWN_ITEM_2(int, axes, i, j) = ++count;
    expect(count == 6 && numbers[5] == 6);
    own_decref(row);

    own_array *column = wild(3, (size_t[]){6, 1, 1}, (ptrdiff_t[]){8, 3, -5});
    axes = own_array_axes(column, 3, sizeof(int));
    expect(axes.data && axes.steps[0] == 2 && axes.steps[1] == 1 && axes.steps[2] == 1);
    own_decref(column);
    expect_error(!own_array_axes(NULL, 2, sizeof(int)).data, EINVAL);
}
END_TEST

START_TEST(axes_without_items_are_axes)
{
    own_array *none = wild(3, (size_t[]){2, 0, 5}, (ptrdiff_t[]){PTRDIFF_MIN, PTRDIFF_MAX, 3});
    own_axes axes = own_array_axes(none, 3, sizeof(int));

    expect(axes.data && axes.shape[0] == 2 && axes.shape[1] == 0 && axes.shape[2] == 5);
    expect(axes.steps[0] == 5 && axes.steps[1] == 5 && axes.steps[2] == 1);
    OWN_EACH_3 (axes, i, j, k)
        test_failed(__FILE__, __LINE__, "there are no items");
    own_decref(none);
}
END_TEST

START_TEST(dlpack_exports_any_stride_of_a_short_axis)
{
    own_array *array = wild(3, (size_t[]){2, 5, 1}, (ptrdiff_t[]){4, 8, 3});
    own_array *none = wild(2, (size_t[]){0, 4}, (ptrdiff_t[]){PTRDIFF_MIN, 7});
    struct DLManagedTensor *tensor = own_array_export_dlpack(array);

    own_array *back = own_array_import_dlpack(NULL, tensor);
    expect(own_array_strides(back)[0] == 4 && own_array_strides(back)[1] == 8);
    own_decref(back);
    tensor = own_array_export_dlpack(none);
    back = own_array_import_dlpack(NULL, tensor);
    expect(own_array_count(back) == 0 && own_array_shape(back)[1] == 4 && !own_array_data(back));
    own_decref(back);
    own_decref(array);
    own_decref(none);
}
END_TEST

/* Under UBSan, a stride that is multiplied here ends the test. */
START_TEST(views_without_items_do_not_look_at_strides)
{
    own_array *none =
        wild(3, (size_t[]){7, 0, 3}, (ptrdiff_t[]){PTRDIFF_MIN, PTRDIFF_MAX, PTRDIFF_MIN});
    own_array_iterator at;

    own_array *view = own_array_slice(NULL, none, 0, 5, OWN_ABSENT, -2);
    expect(view && own_array_shape(view)[0] == 3 && own_array_data(view) == numbers);
    own_decref(view);
    view = own_array_index(NULL, none, 2, -1);
    expect(view && own_array_data(view) == numbers);
    own_decref(view);
    view = own_array_reshape(NULL, none, OWN_SHAPE(0, 21));
    expect(view && own_array_is_contiguous(view, OWN_C_ORDER));
    own_decref(view);
    view = own_array_copy(NULL, none, OWN_F_ORDER);
    expect(view && own_array_count(view) == 0 && own_array_assign(none, view) == 0);
    expect(own_array_fill(none, &(int){1}) == 0 && !own_array_begin(&at, none));
    expect(own_array_assign(none, none) == 0);
    own_decref(view);
    view = own_array_broadcast(NULL, none, OWN_SHAPE(2, 7, 0, 3));
    expect(view && own_array_count(view) == 0);
    own_decref(view);
    expect(own_array_is_contiguous(none, OWN_C_ORDER) && own_array_print(stderr, none) == 0);
    own_decref(none);
}
END_TEST

START_TEST(views_of_short_axes_do_not_look_at_their_strides)
{
    own_array *array = wild(3, (size_t[]){1, 4, 1}, (ptrdiff_t[]){PTRDIFF_MIN, 8, PTRDIFF_MAX});
    own_array_iterator at;
    int count = 0;

    for (int i = 0; i < 8; i++)
        numbers[i] = i;
    own_array *view = own_array_slice(NULL, array, 0, OWN_ABSENT, OWN_ABSENT, -1);
    expect(own_array_data(view) == numbers);
    own_decref(view);
    view = own_array_slice(NULL, array, 2, 0, 9, PTRDIFF_MAX);
    expect(own_array_data(view) == numbers && own_array_count(view) == 4);
    own_decref(view);
    view = own_array_index(NULL, array, 2, -1);
    expect(own_array_data(view) == numbers && own_array_ndim(view) == 2);
    own_decref(view);
    view = own_array_reshape(NULL, array, OWN_SHAPE(2, 1, 2));
    expect(*(int *)own_array_at(view, (ptrdiff_t[]){1, 0, 1}) == 6);
    own_decref(view);
    view = own_array_copy(NULL, array, OWN_C_ORDER);
    expect(((int *)own_array_data(view))[3] == 6 && own_array_assign(array, view) == 0);
    own_decref(view);
    view = own_array_broadcast(NULL, array, OWN_SHAPE(3, 4, 2));
    expect(*(int *)own_array_at(view, (ptrdiff_t[]){2, 3, 1}) == 6);
    own_decref(view);
    for (bool more = own_array_begin(&at, array); more; more = own_array_next(&at))
        expect(*(int *)at.item == 2 * count++);
    expect(count == 4 && *(int *)own_array_at(array, (ptrdiff_t[]){-1, -1, -1}) == 6);
    own_decref(array);
}
END_TEST

START_TEST(only_axes_of_one_item_are_repeated)
{
    own_array *array = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(2, 3));

    expect_error(own_array_broadcast(NULL, array, OWN_SHAPE(5, 3)) == NULL, EINVAL);
    expect_error(own_array_broadcast(NULL, array, OWN_SHAPE(2, 5)) == NULL, EINVAL);
    expect_error(own_array_broadcast(NULL, array, OWN_SHAPE(7, 5, 3)) == NULL, EINVAL);
    expect_error(own_array_broadcast(NULL, array, OWN_SHAPE(3)) == NULL, EINVAL);
    own_decref(array);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("short_axes");
    TCase *test_case = add_case(suite, "short_axes");

    tcase_add_test(test_case, row_of_an_odd_pitch_is_gone_through);
    tcase_add_test(test_case, axes_without_items_are_axes);
    tcase_add_test(test_case, dlpack_exports_any_stride_of_a_short_axis);
    tcase_add_test(test_case, views_without_items_do_not_look_at_strides);
    tcase_add_test(test_case, views_of_short_axes_do_not_look_at_their_strides);
    tcase_add_test(test_case, only_axes_of_one_item_are_repeated);
    return run_suite(suite);
}
