/*
 * tree.c - contexts of talloc: parents and children, names and types, stealing, sizes.
 */
#include "world.h"

struct point {
    int x, y;
};

START_TEST(context_is_freed_with_all_below_it_newest_first)
{
    char *root = letter(NULL, "r"), *a = letter(root, "a"), *b = letter(root, "b");

    letter(a, "x");
    letter(a, "y");
    letter(b, "z");
    expect(talloc_parent(a) == root && talloc_parent(root) == NULL);
    expect(talloc_free(a) == 0);
    expect_events("ayx");
    a = letter(root, "a");
    expect(talloc_free(root) == 0);
    expect_events("rabz");
    expect(talloc_free(NULL) == -1);
}
END_TEST

START_TEST(children_are_freed_without_the_context_and_its_name)
{
    char *root = letter(NULL, "r");

    letter(root, "a");
    letter(root, "b");
    expect_text(talloc_set_name(root, "root %d", 7), "root 7");
    talloc_free_children(root);
    expect_events("ba");
    expect_text(talloc_get_name(root), "root 7");
    expect(talloc_total_blocks(root) == 2);
    talloc_free_children(NULL);
    TALLOC_FREE(root);
    expect(root == NULL);
    expect_events("r");
    TALLOC_FREE(root);
}
END_TEST

START_TEST(names_are_the_type_the_place_or_what_is_said)
{
    void *root = talloc_init("root %s", "of all");
    char place[200];
    struct point *point = talloc(root, struct point), *other;

    expect_text(talloc_get_name(root), "root of all");
    expect(talloc_get_size(root) == 0 && talloc_get_size(point) == sizeof *point);
    expect_text(talloc_get_name(point), "struct point");
    expect(talloc_get_type(point, struct point) == point);
    expect(talloc_get_type(point, int) == NULL);
    expect(talloc_get_type_abort(point, struct point) == point);
    expect(talloc_check_name(point, "struct point") == (void *)point);
    expect(talloc_check_name(point, "point") == NULL && talloc_check_name(NULL, "x") == NULL);
    talloc_set_type(point, int);
    expect(talloc_get_type(point, int) == (int *)point);
    talloc_set_name_const(point, "constant");
    expect_text(talloc_get_name(point), "constant");
    expect_text(talloc_parent_name(point), "root of all");
    expect(talloc_parent_name(root) == NULL);

    snprintf(place, sizeof place, "talloc_new: %s:%d", __FILE__, __LINE__ + 1);
    expect_text(talloc_get_name(talloc_new(root)), place);
    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    expect_text(talloc_get_name(talloc_size(root, 5)), place);
    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    expect_text(talloc_get_name(other = talloc_ptrtype(root, other)), place);
    expect(talloc_get_size(other) == sizeof *other);
    expect_text(talloc_get_name(talloc_named(root, 3, "n%d", 1)), "n1");
    expect_text(talloc_get_name(talloc_named_const(root, 3, "n2")), "n2");
    talloc_free(root);
}
END_TEST

START_TEST(zeroed_and_copied_memory_is)
{
    void *root = talloc_new(NULL);
    struct point *point = talloc_zero(root, struct point);
    char *zeros = (char *)talloc_zero_size(root, 100), *copy;

    expect(point->x == 0 && point->y == 0);
    expect_text(talloc_get_name(point), "struct point");
    for (int i = 0; i < 100; i++)
        expect(zeros[i] == 0);
    copy = (char *)talloc_memdup(root, "with a \0 in it", 15);
    expect(memcmp(copy, "with a \0 in it", 15) == 0 && talloc_get_size(copy) == 15);
    expect(talloc_get_size(NULL) == 0);
    talloc_free(root);
}
END_TEST

START_TEST(steal_and_move_give_another_parent)
{
    char *a = letter(NULL, "a"), *b = letter(NULL, "b"), *x = letter(a, "x"), *kept = x;

    letter(x, "y");
    expect(talloc_steal(b, x) == x && talloc_parent(x) == b);
    expect(talloc_free(a) == 0);
    expect_events("a");
    expect(talloc_move(NULL, &x) == kept && x == NULL && talloc_parent(kept) == NULL);
    expect(talloc_free(b) == 0);
    expect_events("b");
    expect(talloc_steal(kept, (char *)NULL) == NULL);
    expect(talloc_steal(NULL, kept) == kept);
    expect(talloc_free(kept) == 0);
    expect_events("xy");
}
END_TEST

START_TEST(stolen_context_is_the_newest_child)
{
    char *root = letter(NULL, "r"), *a = letter(root, "a");

    letter(root, "b");
    talloc_steal(NULL, a);
    talloc_steal(root, a);
    talloc_free(root);
    expect_events("rab");
}
END_TEST

START_TEST(parents_are_found_by_name_and_type)
{
    struct point *point = talloc(NULL, struct point);
    void *middle = talloc_named_const(point, 0, "middle"),
         *low = talloc_named_const(middle, 1, "low");

    expect(talloc_find_parent_byname(low, "middle") == middle);
    expect(talloc_find_parent_bytype(low, struct point) == point);
    expect(talloc_find_parent_byname(low, "low") == low);
    expect(talloc_find_parent_byname(low, "none") == NULL);
    expect(talloc_find_parent_byname(NULL, "low") == NULL);
    expect(talloc_is_parent(low, point) == 1 && talloc_is_parent(low, low) == 1);
    expect(talloc_is_parent(point, low) == 0 && talloc_is_parent(NULL, low) == 0);
    expect_text(printed(talloc_show_parents, low),
                "talloc parents of 'low'\n\t'low'\n\t'middle'\n\t'struct point'\n");
    talloc_free(point);
}
END_TEST

START_TEST(totals_count_sizes_and_blocks)
{
    void *root = talloc_named_const(NULL, 10, "root"), *child = talloc_size(root, 20);

    talloc_size(child, 7);
    expect(talloc_total_size(root) == 37 && talloc_total_blocks(root) == 3);
    expect(talloc_total_size(child) == 27 && talloc_total_blocks(child) == 2);
    talloc_set_name(child, "%s", "four"); /* with its zero */
    expect(talloc_total_size(child) == 32 && talloc_total_blocks(child) == 3);
    expect(talloc_total_size(NULL) == 0 && talloc_total_blocks(NULL) == 0);
    talloc_free(root);
}
END_TEST

START_TEST(arrays_know_their_length_and_refuse_to_overflow)
{
    void *root = talloc_new(NULL);
    double *array = talloc_array(root, double, 10), *other;
    char place[200];

    expect(talloc_array_length(array) == 10 && talloc_get_size(array) == 10 * sizeof(double));
    expect_text(talloc_get_name(array), "double");
    array = talloc_zero_array(root, double, 5);
    for (int i = 0; i < 5; i++)
        expect(array[i] == 0.0);
    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    expect_text(talloc_get_name(talloc_array_size(root, 3, 4)), place);
    other = talloc_array_ptrtype(root, other, 3);
    expect(talloc_array_length(other) == 3);
    expect(talloc_array_size(root, SIZE_MAX / 4, 5) == NULL);
    expect(talloc_array(root, struct point, 0x7fffffff) == NULL);
    expect(talloc_zero_array(root, struct point, 0xffffffff) == NULL);
    expect(talloc_get_size(talloc_array(root, int, 0)) == 0);
    talloc_free(root);
}
END_TEST

START_TEST(more_than_256_MiB_is_refused)
{
    void *root = talloc_new(NULL);

    expect(talloc_size(root, (size_t)256 << 20) == NULL);
    expect(talloc_size(root, SIZE_MAX) == NULL && talloc_zero_size(root, SIZE_MAX - 90) == NULL);
    expect(talloc_total_blocks(root) == 1);
    talloc_free(root);
}
END_TEST

START_TEST(memory_is_aligned_for_all_types)
{
    void *root = talloc_new(NULL);

    for (size_t size = 0; size < 300; size++) {
        char *memory = (char *)talloc_size(root, size);
        expect((uintptr_t)memory % 16 == 0);
        memset(memory, 1, size);
    }
    talloc_free(root);
}
END_TEST

START_TEST(version_is_that_of_the_header)
{
    expect(talloc_version_major() == TALLOC_VERSION_MAJOR);
    expect(talloc_version_minor() == TALLOC_VERSION_MINOR);
    expect(talloc_test_get_magic() == talloc_test_get_magic());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: contexts");
    TCase *tcase = add_case(suite, "tree");

    tcase_add_test(tcase, context_is_freed_with_all_below_it_newest_first);
    tcase_add_test(tcase, children_are_freed_without_the_context_and_its_name);
    tcase_add_test(tcase, names_are_the_type_the_place_or_what_is_said);
    tcase_add_test(tcase, zeroed_and_copied_memory_is);
    tcase_add_test(tcase, steal_and_move_give_another_parent);
    tcase_add_test(tcase, stolen_context_is_the_newest_child);
    tcase_add_test(tcase, parents_are_found_by_name_and_type);
    tcase_add_test(tcase, totals_count_sizes_and_blocks);
    tcase_add_test(tcase, arrays_know_their_length_and_refuse_to_overflow);
    tcase_add_test(tcase, more_than_256_MiB_is_refused);
    tcase_add_test(tcase, memory_is_aligned_for_all_types);
    tcase_add_test(tcase, version_is_that_of_the_header);
    return run_suite(suite);
}
