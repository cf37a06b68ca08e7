/*
 * items.c - what is done to all items of an array: iterators, loops, copying, filling, printing.
 */
#include "harness.h"

/* A random view of an array of that format, whose items are numbered by their bytes. */
static own_array *random_view(struct random *random, const char *format)
{
    size_t shape[5];
    int ndim = (int)random_below(random, 5);

    for (int i = 0; i < ndim; i++)
        shape[i] = 1 + random_below(random, 7);
    own_array *array = own_array_new(
        NULL, format, random_below(random, 2) ? OWN_F_ORDER : OWN_C_ORDER, ndim, shape);
    char *data = (char *)own_array_data(array);
    for (size_t i = 0; i < own_array_count(array) * own_array_itemsize(array); i++)
        data[i] = (char)random_next(random);
    for (int i = 0; i < ndim; i++) {
        ptrdiff_t step = (ptrdiff_t)random_below(random, 7) - 3;
        own_array *view = own_array_slice(NULL, array, i, OWN_ABSENT, OWN_ABSENT, step ? step : 1);
        own_decref(array);
        array = view;
    }
    if (random_below(random, 2)) {
        own_array *view = own_array_transpose(NULL, array);
        own_decref(array);
        array = view;
    }
    return array;
}

/* The next index, the last axis fastest. False: that was the last. */
static bool next_index(const own_array *array, ptrdiff_t *index)
{
    for (int i = own_array_ndim(array) - 1; i >= 0; i--) {
        if (++index[i] < (ptrdiff_t)own_array_shape(array)[i])
            return true;
        index[i] = 0;
    }
    return false;
}

static const char *const formats[] = {"b", "h", "i", "d", "g", "3s", "24x", "hd"};
enum { format_count = sizeof formats / sizeof *formats };

START_TEST(iterator_meets_every_item_once_in_the_order_of_memory)
{
    struct random random;

    random_seed(&random, 5);
    for (size_t round = 0; round < scaled(3000); round++) {
        own_array *array = random_view(&random, formats[random_below(&random, format_count)]);
        own_array_iterator at;
        size_t seen = 0, in_runs = 0;
        char *last = NULL;
        for (bool more = own_array_begin(&at, array); more; more = own_array_next(&at)) {
            expect(seen == 0 || (char *)at.item > last);
            last = (char *)at.item;
            seen++;
        }
        for (bool more = own_array_begin(&at, array); more; more = own_array_next_run(&at))
            in_runs += at.left + 1;
        expect(seen == own_array_count(array) && in_runs == seen);
        /* All different, as many as there are, and each one of the array's: by the ends. */
        ptrdiff_t index[5] = {0};
        char *low = (char *)own_array_data(array), *high = low;
        do {
            char *item = (char *)own_array_at(array, index);
            low = item < low ? item : low;
            high = item > high ? item : high;
        } while (next_index(array, index));
        own_array_begin(&at, array);
        expect(at.item == low && last == high);
        own_decref(array);
    }
}
END_TEST

START_TEST(iterator_of_no_items_ends_at_once)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 0));
    own_array_iterator at;

    expect(!own_array_begin(&at, array) && !own_array_begin(&at, NULL));
    own_decref(array);
}
END_TEST

START_TEST(loops_go_by_the_index)
{
    own_array *cube = own_array_new(NULL, "i", OWN_F_ORDER, OWN_SHAPE(3, 4, 5));
    own_array *view = own_array_slice(NULL, cube, 1, OWN_ABSENT, OWN_ABSENT, -2);
    own_axes axes = own_array_axes(view, 3, sizeof(int));
    int number = 0;

    OWN_EACH_3 (axes, i, j, k)
        OWN_ITEM_3(int, axes, i, j, k) = number++;
    expect(number == 30);
    number = 0;
    for (ptrdiff_t i = 0; i < 3; i++)
        for (ptrdiff_t j = 0; j < 2; j++)
            for (ptrdiff_t k = 0; k < 5; k++)
                expect(*(int *)own_array_at(view, (ptrdiff_t[]){i, j, k}) == number++);

    own_array *plane = own_array_index(NULL, view, 0, 1);
    axes = own_array_axes(plane, 2, sizeof(int));
    number = 10;
    OWN_EACH_2 (axes, i, j)
        expect(OWN_ITEM_2(int, axes, i, j) == number++);
    expect(number == 20);
    own_array *row = own_array_index(NULL, plane, 0, 1);
    axes = own_array_axes(row, 1, sizeof(int));
    OWN_EACH_1 (axes, i) {
        if (OWN_ITEM_1(int, axes, i) == 17)
            break;
        OWN_ITEM_1(int, axes, i) = -1;
    }
    expect(OWN_ITEM_1(int, axes, 1) == -1 && OWN_ITEM_1(int, axes, 2) == 17);
    own_decref(row);
    own_decref(plane);
    own_decref(view);
    own_decref(cube);
}
END_TEST

START_TEST(loops_over_what_does_not_fit_do_nothing)
{
    own_array *plane = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(2, 3));
    own_axes axes[] = {own_array_axes(plane, 1, sizeof(int)), own_array_axes(plane, 3, sizeof(int)),
                       own_array_axes(plane, 2, sizeof(short)),
                       own_array_axes(NULL, 2, sizeof(int)), own_array_axes(plane, 0, sizeof(int))};
    char memory[16] = {0};
    own_array *odd = own_array_create(NULL, &(own_array_options){.format = "i",
                                                                 .ndim = 1,
                                                                 .shape = (size_t[]){2},
                                                                 .strides = (ptrdiff_t[]){6},
                                                                 .data = memory});

    for (size_t n = 0; n < sizeof axes / sizeof *axes; n++) {
        expect(!axes[n].data);
        OWN_EACH_3 (axes[n], i, j, k)
            expect(false);
    }
    expect_error(!own_array_axes(plane, 4, sizeof(int)).data, EINVAL);
    expect_error(!own_array_axes(odd, 1, sizeof(int)).data, EINVAL);
    own_decref(odd);
    own_decref(plane);
}
END_TEST

/* Whether all items of `to` are those of `from`, index by index. */
static bool is_equal(const own_array *to, const own_array *from)
{
    ptrdiff_t index[5] = {0};

    do {
        if (memcmp(own_array_at(to, index), own_array_at(from, index), own_array_itemsize(to)) != 0)
            return false;
    } while (next_index(to, index));
    return true;
}

START_TEST(copies_have_the_same_items_in_either_order)
{
    struct random random;

    random_seed(&random, 6);
    for (size_t round = 0; round < scaled(5000); round++) {
        own_array *array = random_view(&random, formats[random_below(&random, format_count)]);
        own_order order = random_below(&random, 2) ? OWN_F_ORDER : OWN_C_ORDER;
        own_array *copy = own_array_copy(NULL, array, order);
        expect(own_array_is_contiguous(copy, order) && is_equal(copy, array));
        expect(strcmp(own_array_format(copy), own_array_format(array)) == 0);
        expect(own_array_base(copy) != own_array_base(array));
        own_decref(copy);
        own_decref(array);
    }
}
END_TEST

START_TEST(large_transpositions_are_copied_whole)
{
    static const size_t lengths[][2] = {{1, 300}, {257, 131}, {64, 64}, {1000, 3}, {33, 1025}};

    for (int f = 0; f < format_count; f++) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            own_array *array = own_array_new(NULL, formats[f], OWN_C_ORDER, 2, lengths[i]);
            char *data = (char *)own_array_data(array);
            for (size_t at = 0; at < own_array_count(array) * own_array_itemsize(array); at++)
                data[at] = (char)(at * 7 + at / 251);
            own_array *turned = own_array_transpose(NULL, array);
            own_array *copy = own_array_copy(NULL, turned, OWN_C_ORDER);
            expect(is_equal(copy, turned));
            own_array *back = own_array_slice(NULL, turned, 0, OWN_ABSENT, OWN_ABSENT, -1);
            expect(own_array_assign(copy, back) == 0 && is_equal(copy, back));
            own_decref(back);
            own_decref(copy);
            own_decref(turned);
            own_decref(array);
        }
    }
}
END_TEST

START_TEST(assigning_broadcasts_and_reads_before_it_writes)
{
    own_array *grid = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(3, 4));
    own_array *row = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(1, 1, 4));
    own_array *column = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(3, 1));
    own_array *scalar = own_array_new(NULL, "i", OWN_C_ORDER, 0, NULL);
    int number = 0;

    for (ptrdiff_t i = 0; i < 4; i++)
        *(int *)own_array_at(row, (ptrdiff_t[]){0, 0, i}) = (int)i;
    expect(own_array_assign(grid, row) == 0);
    each_2 (int, item, grid)
        expect(*item == number++ % 4);
    *(int *)own_array_at(column, (ptrdiff_t[]){-1, 0}) = 5;
    expect(own_array_assign(grid, column) == 0);
    number = 0;
    each_2 (int, item, grid)
        expect(*item == (number++ < 8 ? 0 : 5));
    expect(own_array_assign(grid, scalar) == 0);
    expect_error(own_array_assign(column, grid) == -1, EINVAL);
    expect_error(own_array_assign(grid, NULL) == -1, EINVAL);
    expect_error(own_array_assign(NULL, grid) == -1, EINVAL);
    own_array *other = own_array_reinterpret(NULL, column, "I");
    expect_error(own_array_assign(grid, other) == -1, EINVAL);
    own_decref(other);

    own_array *line = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(100));
    own_array *back = own_array_slice(NULL, line, 0, OWN_ABSENT, OWN_ABSENT, -1);
    own_array *late = own_array_slice(NULL, line, 0, 1, OWN_ABSENT, 1);
    own_array *early = own_array_slice(NULL, line, 0, OWN_ABSENT, -1, 1);
    number = 0;
    each_1 (int, item, line)
        *item = number++;
    expect(own_array_assign(line, back) == 0);
    each_1 (int, item, line)
        expect(*item == --number);
    expect(own_array_assign(late, early) == 0);
    expect(*(int *)own_array_data(line) == 99 && *(int *)own_array_data(late) == 99);
    expect(*(int *)own_array_at(line, (ptrdiff_t[]){-1}) == 1);
    expect(own_array_assign(line, line) == 0);
    own_decref(early);
    own_decref(late);
    own_decref(back);
    own_decref(line);
    own_decref(scalar);
    own_decref(column);
    own_decref(row);
    own_decref(grid);
}
END_TEST

START_TEST(filling_sets_the_items_of_a_view_and_no_others)
{
    struct random random;

    random_seed(&random, 8);
    for (size_t round = 0; round < scaled(2000); round++) {
        own_array *array = random_view(&random, formats[random_below(&random, format_count)]);
        own_buffer *buffer = (own_buffer *)own_array_base(array);
        size_t size = own_buffer_size(buffer), changed = 0;
        unsigned char item[32];
        memset(item, 0xa5, sizeof item);
        memset(own_buffer_data(buffer), 0, size);
        expect_keeps_errno(own_array_fill(array, item) == 0);
        for (size_t i = 0; i < size; i++)
            changed += ((unsigned char *)own_buffer_data(buffer))[i] == 0xa5;
        expect(changed == own_array_count(array) * own_array_itemsize(array));
        own_decref(array);
    }
    own_array *large = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(100000));
    int seven = 7;
    expect(own_array_fill(large, &seven) == 0);
    each_1 (int, each, large)
        expect(*each == 7);
    expect_error(own_array_fill(large, NULL) == -1, EINVAL);
    expect_error(own_array_fill(NULL, &seven) == -1, EINVAL);
    own_decref(large);
}
END_TEST

static void expect_text(const own_array *array, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    expect_keeps_errno(own_array_print(out, array) == 0);
    fclose(out);
    if (strcmp(text, expected) != 0)
        ck_abort_msg("printed:\n%s\nexpected:\n%s", text, expected);
    free(text);
}

START_TEST(arrays_are_printed_as_numpy_does)
{
    own_array *grid = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(2, 3));
    double number = -1;

    each_2 (double, item, grid)
        *item = number += 0.75;
    expect_text(grid, "[[-0.25  0.5   1.25]\n [ 2.    2.75  3.5 ]]");
    *(double *)own_array_data(grid) = 1e10;
    expect_text(grid, "[[1.00e+10 5.00e-01 1.25e+00]\n [2.00e+00 2.75e+00 3.50e+00]]");
    own_decref(grid);

    own_array *line = own_array_new(NULL, "h", OWN_C_ORDER, OWN_SHAPE(1001));
    number = 0;
    each_1 (short, item, line)
        *item = (short)number++;
    expect_text(line, "[   0    1    2 ...  998  999 1000]");
    own_array *part = own_array_slice(NULL, line, 0, 0, 30, 1);
    expect_text(part, "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
                      " 24 25 26 27 28 29]");
    own_decref(part);
    own_decref(line);

    own_array *scalar = own_array_new(NULL, "?", OWN_C_ORDER, 0, NULL);
    expect_text(scalar, "False");
    own_decref(scalar);
    own_array *empty = own_array_new(NULL, "d", OWN_C_ORDER, OWN_SHAPE(3, 0));
    expect_text(empty, "[]");
    expect_error(own_array_print(NULL, empty) == -1, EINVAL);
    expect_error(own_array_print(stdout, NULL) == -1, EINVAL);
    FILE *closed = fopen("/dev/null", "r");
    errno = 0;
    expect(own_array_print(closed, empty) == -1 && (errno == EBADF || errno == EIO));
    errno = 0;
    expect(own_array_print(closed, empty) == -1 && errno != 0); /* it has failed before */
    fclose(closed);
    own_decref(empty);
    own_array *mixed = own_array_new(NULL, "h3s2x3b", OWN_C_ORDER, OWN_SHAPE(2));
    memcpy(own_array_data(mixed), "\1\0abc\0\0\1\2\3", 10);
    expect_text(mixed, "[(1, b'abc', [1, 2, 3]) (0, b'', [0, 0, 0])]");
    own_decref(mixed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("items");
    TCase *test_case = add_case(suite, "items");

    tcase_add_test(test_case, iterator_meets_every_item_once_in_the_order_of_memory);
    tcase_add_test(test_case, iterator_of_no_items_ends_at_once);
    tcase_add_test(test_case, loops_go_by_the_index);
    tcase_add_test(test_case, loops_over_what_does_not_fit_do_nothing);
    tcase_add_test(test_case, copies_have_the_same_items_in_either_order);
    tcase_add_test(test_case, large_transpositions_are_copied_whole);
    tcase_add_test(test_case, assigning_broadcasts_and_reads_before_it_writes);
    tcase_add_test(test_case, filling_sets_the_items_of_a_view_and_no_others);
    tcase_add_test(test_case, arrays_are_printed_as_numpy_does);
    return run_suite(suite);
}
