/*
 * view.c - views: extreme slices, wrong arguments, other formats, read-only ones. What items random
 * views have is in view_model.c.
 */
#include "harness.h"

START_TEST(extreme_bounds_and_steps_do_not_overflow)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(10));
    static const struct {
        ptrdiff_t start, stop, step;
        size_t count;
        ptrdiff_t first;
    } cases[] = {
        {PTRDIFF_MIN + 1, PTRDIFF_MAX, PTRDIFF_MAX, 1, 0},
        {PTRDIFF_MAX, PTRDIFF_MIN + 1, PTRDIFF_MIN + 1, 1, 9},
        {PTRDIFF_MAX, PTRDIFF_MAX, 1, 0, 0},
        {PTRDIFF_MIN + 1, PTRDIFF_MIN + 1, -1, 0, 0},
        {3, PTRDIFF_MAX, PTRDIFF_MAX, 1, 3},
        {PTRDIFF_MAX, OWN_ABSENT, -9, 2, 9},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        own_array *view =
            own_array_slice(NULL, array, 0, cases[i].start, cases[i].stop, cases[i].step);
        expect(own_array_count(view) == cases[i].count);
        if (cases[i].count)
            expect(own_array_data(view) == (double *)own_array_data(array) + cases[i].first);
        own_decref(view);
    }
    own_decref(array);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 3));

    expect_error(!own_array_slice(NULL, array, 2, 0, 1, 1), EINVAL);
    expect_error(!own_array_slice(NULL, array, -3, 0, 1, 1), EINVAL);
    expect_error(!own_array_slice(NULL, NULL, 0, 0, 1, 1), EINVAL);
    expect_error(!own_array_index(NULL, NULL, 0, 0), EINVAL);
    expect_error(!own_array_permute(NULL, NULL, (int[]){0, 1}), EINVAL);
    expect_error(!own_array_reshape(NULL, NULL, OWN_SHAPE(1)), EINVAL);
    expect_error(!own_array_broadcast(NULL, NULL, OWN_SHAPE(1)), EINVAL);
    expect_error(!own_array_reinterpret(NULL, NULL, "f"), EINVAL);
    expect_error(!own_array_copy(NULL, NULL, OWN_C_ORDER), EINVAL);
    expect_error(!own_array_index(NULL, array, 1, 3), EINVAL);
    expect_error(!own_array_index(NULL, array, 2, 0), EINVAL);
    expect_error(!own_array_transpose(NULL, NULL), EINVAL);
    expect_error(!own_array_permute(NULL, array, (int[]){0, 0}), EINVAL);
    expect_error(!own_array_permute(NULL, array, (int[]){0, -2}), EINVAL);
    expect_error(!own_array_permute(NULL, array, (int[]){0, 2}), EINVAL);
    expect_error(!own_array_permute(NULL, array, NULL), EINVAL);
    expect_error(!own_array_reshape(NULL, array, OWN_SHAPE(7)), EINVAL);
    expect_error(!own_array_reshape(NULL, array, OWN_SHAPE(4, SIZE_MAX)), EINVAL);
    expect_error(!own_array_reshape(NULL, array, OWN_SHAPE(SIZE_MAX, SIZE_MAX)), EINVAL);
    expect_error(!own_array_reshape(NULL, array, OWN_SHAPE(SIZE_MAX / 2 + 1, 2, 6)), EINVAL);
    expect_error(!own_array_reshape(NULL, array, 33, own_array_shape(array)), EINVAL);
    expect_error(!own_array_reshape(NULL, array, 1, NULL), EINVAL);
    expect_error(!own_array_broadcast(NULL, array, OWN_SHAPE(3)), EINVAL);
    expect_error(!own_array_broadcast(NULL, array, OWN_SHAPE(2, 6)), EINVAL);
    expect_error(!own_array_broadcast(NULL, array, OWN_SHAPE(SIZE_MAX / 16 + 1, 2, 3)), EOVERFLOW);
    expect_error(!own_array_reinterpret(NULL, array, "f"), EINVAL);
    expect_error(!own_array_reinterpret(NULL, array, NULL), EINVAL);
    expect_error(!own_array_readonly(NULL, NULL), EINVAL);
    expect(own_refcount(own_array_base(array)) == 1);
    own_decref(array);
}
END_TEST

START_TEST(reinterpreting_shows_the_same_bytes)
{
    own_array *array = own_array_new(NULL, "d", OWN_F_ORDER, OWN_SHAPE(2, 3));
    own_array *view = own_array_reinterpret(NULL, array, "q");

    *(double *)own_array_at(array, (ptrdiff_t[]){1, 2}) = 1;
    expect(*(int64_t *)own_array_at(view, (ptrdiff_t[]){1, 2}) == INT64_C(0x3ff0000000000000));
    expect(strcmp(own_array_format(view), "q") == 0 && own_array_is_contiguous(view, OWN_F_ORDER));
    own_array *bytes = own_array_reinterpret(NULL, view, "2c3sh");
    own_array *turned = own_array_transpose(NULL, bytes);
    expect(strcmp(own_array_format(turned), "2c3sh") == 0);
    own_decref(bytes);
    own_decref(turned);
    own_decref(view);
    own_decref(array);
}
END_TEST

START_TEST(readonly_views_beget_readonly_views)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 3));
    own_array *fixed = own_array_readonly(NULL, array);
    own_array *part = own_array_slice(NULL, fixed, 0, 0, 1, 1);
    own_array *wrapped =
        own_array_wrap(NULL, "d", OWN_C_ORDER, OWN_SHAPE(3), own_array_data(part), part);
    own_array *copy = own_array_copy(NULL, part, OWN_C_ORDER);
    double one = 1;

    expect(!own_array_is_readonly(array) && own_array_is_readonly(fixed));
    expect(own_array_is_readonly(part) && own_array_is_readonly(wrapped));
    expect_error(own_array_fill(part, &one) == -1, EPERM);
    expect_error(own_array_assign(part, copy) == -1, EPERM);
    expect(!own_array_is_readonly(copy) && own_array_fill(copy, &one) == 0);
    own_decref(copy);
    own_decref(wrapped);
    own_decref(part);
    own_decref(fixed);
    expect(own_array_fill(array, &one) == 0);
    own_decref(array);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view");
    TCase *test_case = add_case(suite, "view");

    tcase_add_test(test_case, extreme_bounds_and_steps_do_not_overflow);
    tcase_add_test(test_case, wrong_arguments_are_refused);
    tcase_add_test(test_case, reinterpreting_shows_the_same_bytes);
    tcase_add_test(test_case, readonly_views_beget_readonly_views);
    return run_suite(suite);
}
