/*
 * references.c - references of talloc: further parents, and who may be freed when.
 */
#include "world.h"

static char *first, *second, *shared;

/* Two contexts, and one that is the child of the first and referenced by the second. */
static void set_up(void)
{
    first = letter(NULL, "1");
    second = letter(NULL, "2");
    shared = letter(first, "s");
    expect(talloc_reference(second, shared) == shared);
    expect(talloc_reference_count(shared) == 1 && talloc_reference_count(first) == 0);
}

START_TEST(reference_keeps_a_context_whose_parent_dies)
{
    set_up();
    letter(shared, "x");
    expect(talloc_free(first) == 0);
    expect_events("1");
    expect(talloc_parent(shared) == second && talloc_reference_count(shared) == 0);
    expect(talloc_free(second) == 0);
    expect_events("2sx");
}
END_TEST

START_TEST(parent_keeps_a_context_whose_reference_dies)
{
    set_up();
    expect(talloc_free(second) == 0);
    expect_events("2");
    expect(talloc_parent(shared) == first && talloc_reference_count(shared) == 0);
    expect(talloc_free(shared) == 0);
    talloc_free(first);
    expect_events("s1");
}
END_TEST

START_TEST(free_of_a_referenced_context_is_refused_with_the_places)
{
    char place[300];

    first = letter(NULL, "1");
    shared = letter(first, "s");
    second = letter(NULL, "2");
    int line = __LINE__ + 1;
    talloc_reference(second, shared);
    messages_start();
    expect(talloc_free(shared) == -1);
    snprintf(place, sizeof place,
             "ERROR: talloc_free with references at %s:%d\n\treference at %s:%d\n", __FILE__,
             line + 2, __FILE__, line);
    expect_text(messages, place);
    messages_end();
    expect_events("");
    expect(talloc_reference_count(shared) == 1 && talloc_parent(shared) == first);
    talloc_free(second);
    talloc_free(first);
    expect_events("21s");
}
END_TEST

START_TEST(steal_of_a_referenced_context_warns_and_moves_from_the_parent)
{
    set_up();
    messages_start();
    expect(talloc_steal(NULL, shared) == shared);
    expect(strncmp(messages, "WARNING: talloc_steal with references at ", 41) == 0);
    expect(strstr(messages, "references.c:") && strstr(messages, "\treference at "));
    expect(talloc_parent(shared) == NULL && talloc_reference_count(shared) == 1);
    messages_start();
    expect(talloc_steal(first, shared) == shared && talloc_steal(first, shared) == shared);
    expect(strstr(messages, "WARNING") == strrchr(messages, 'W')); /* the second did not move it */
    messages_end();
    talloc_free(first);
    talloc_free(second);
    expect_events("12s");
}
END_TEST

START_TEST(unlink_removes_the_parent_that_is_named)
{
    char *none = letter(NULL, "n");

    set_up();
    expect(talloc_unlink(none, shared) == -1 && talloc_unlink(NULL, shared) == -1);
    expect(talloc_unlink(first, NULL) == -1);
    expect(talloc_unlink(second, shared) == 0 && talloc_reference_count(shared) == 0);
    expect(talloc_unlink(second, shared) == -1);
    expect_events("");
    talloc_reference(second, shared);
    expect(talloc_unlink(first, shared) == 0 && talloc_parent(shared) == second);
    expect(talloc_reference_count(shared) == 0 && talloc_unlink(first, shared) == -1);
    expect(talloc_unlink(second, shared) == 0);
    expect_events("s");
    talloc_free(none);
    talloc_free(first);
    talloc_free(second);
    expect_events("n12");
}
END_TEST

START_TEST(newest_reference_becomes_the_parent)
{
    char *third = letter(NULL, "3");

    set_up();
    talloc_reference(third, shared);
    expect(talloc_reference_count(shared) == 2);
    expect(talloc_unlink(first, shared) == 0);
    expect(talloc_parent(shared) == third && talloc_reference_count(shared) == 1);
    talloc_free(third);
    talloc_free(first);
    expect_events("31");
    expect(talloc_parent(shared) == second);
    talloc_free(second);
    expect_events("2s");
}
END_TEST

START_TEST(increased_count_is_a_reference_of_NULL)
{
    set_up();
    expect(talloc_increase_ref_count(shared) == 0 && talloc_reference_count(shared) == 2);
    talloc_free(first);
    talloc_free(second);
    expect_events("12");
    expect(talloc_parent(shared) == NULL);
    expect(talloc_unlink(NULL, shared) == 0);
    expect_events("s");
}
END_TEST

START_TEST(reparent_moves_the_parent_or_the_reference_that_is_named)
{
    char *third = letter(NULL, "3"), *none = letter(NULL, "n");

    set_up();
    messages_start();
    expect(talloc_reparent(first, third, shared) == (void *)shared);
    expect(talloc_parent(shared) == third && talloc_reference_count(shared) == 1);
    expect(talloc_reparent(second, first, shared) == (void *)shared);
    expect(talloc_unlink(second, shared) == -1 && talloc_reference_count(shared) == 1);
    expect(talloc_reparent(none, second, shared) == NULL &&
           talloc_reparent(none, first, NULL) == NULL);
    expect_text(messages, "");
    messages_end();
    talloc_free(third);
    expect_events("3");
    expect(talloc_parent(shared) == first);
    talloc_free(first);
    talloc_free(second);
    talloc_free(none);
    expect_events("1s2n");
}
END_TEST

START_TEST(reference_of_the_parent_itself_counts)
{
    first = letter(NULL, "1");
    shared = letter(first, "s");
    expect(talloc_reference(first, shared) == shared && talloc_reference_count(shared) == 1);
    expect(talloc_unlink(first, shared) == 0 && talloc_parent(shared) == first);
    talloc_free(first);
    expect_events("1s");
    expect(talloc_reference(NULL, (char *)NULL) == NULL);
}
END_TEST

START_TEST(context_with_a_reference_is_not_resized)
{
    set_up();
    expect(talloc_realloc_size(NULL, shared, 100) == NULL && talloc_get_size(shared) == 0);
    talloc_free(second);
    talloc_free(first);
    expect_events("21s");
}
END_TEST

START_TEST(context_of_references_only_is_freed_by_the_last)
{
    set_up();
    talloc_free(first);
    expect_events("1");
    expect(talloc_free(shared) == 0); /* it has one parent again */
    talloc_free(second);
    expect_events("s2");
}
END_TEST

START_TEST(reference_is_a_block_without_size)
{
    set_up();
    expect(talloc_total_blocks(first) == 2);
    expect(talloc_total_blocks(second) == 2 && talloc_total_size(second) == 0);
    talloc_free(second);
    talloc_free(first);
    expect_events("21s");
}
END_TEST

START_TEST(whole_tree_with_references_within_dies_at_once)
{
    char *root = letter(NULL, "r"), *a = letter(root, "a"), *b = letter(root, "b");

    shared = letter(a, "s");
    talloc_reference(b, shared);
    talloc_reference(root, shared);
    expect(talloc_free(root) == 0);
    expect_events("rbas");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: references");
    TCase *tcase = add_case(suite, "references");

    tcase_add_test(tcase, reference_keeps_a_context_whose_parent_dies);
    tcase_add_test(tcase, parent_keeps_a_context_whose_reference_dies);
    tcase_add_test(tcase, free_of_a_referenced_context_is_refused_with_the_places);
    tcase_add_test(tcase, steal_of_a_referenced_context_warns_and_moves_from_the_parent);
    tcase_add_test(tcase, unlink_removes_the_parent_that_is_named);
    tcase_add_test(tcase, newest_reference_becomes_the_parent);
    tcase_add_test(tcase, increased_count_is_a_reference_of_NULL);
    tcase_add_test(tcase, reparent_moves_the_parent_or_the_reference_that_is_named);
    tcase_add_test(tcase, reference_of_the_parent_itself_counts);
    tcase_add_test(tcase, context_with_a_reference_is_not_resized);
    tcase_add_test(tcase, context_of_references_only_is_freed_by_the_last);
    tcase_add_test(tcase, reference_is_a_block_without_size);
    tcase_add_test(tcase, whole_tree_with_references_within_dies_at_once);
    return run_suite(suite);
}
