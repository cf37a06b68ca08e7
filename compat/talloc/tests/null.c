/*
 * null.c - tracking of contexts without a parent, leak reports, the context that is freed at exit.
 * What lasts until exit happens in a child process.
 */
#include "world.h"

#include <sys/wait.h>

static int say(char *context)
{
    printf("freed %s\n", talloc_get_name(context));
    return 0;
}

static void use_autofree(void)
{
    char *context = (char *)talloc_named_const(autofree_context(), 0, "late");

    expect(autofree_context() == talloc_parent(context));
    talloc_set_destructor(context, say);
    printf("before\n");
}

static void leak(void)
{
    talloc_enable_leak_report();
    talloc_strdup(talloc_named_const(NULL, 10, "leaked"), "four");
}

static void leak_full(void)
{
    talloc_enable_leak_report_full();
    talloc_strdup(talloc_named_const(NULL, 10, "leaked"), "four");
}

static void leak_nothing(void)
{
    talloc_enable_leak_report();
    talloc_free(talloc_named_const(NULL, 10, "kept"));
}

START_TEST(autofree_context_is_freed_at_exit)
{
    expect(in_child(use_autofree) == 0);
    expect_text(output, "before\nfreed late\n");
}
END_TEST

START_TEST(leaks_are_reported_at_exit)
{
    in_child(leak);
    expect(strstr(output, "talloc report on 'null_context' (total     15 bytes in   3 blocks)"));
    expect(strstr(output, "leaked                         contains     15 bytes in   2 blocks"));
    expect(!strstr(output, "four"));
    in_child(leak_full);
    expect(
        strstr(output, "full talloc report on 'null_context' (total     15 bytes in   3 blocks)"));
    expect(strstr(output, "four                           contains      5 bytes in   1 blocks"));
    in_child(leak_nothing);
    expect(!strstr(output, "kept"));
}
END_TEST

START_TEST(tracked_contexts_are_children_of_one)
{
    void *before = talloc_new(NULL), *after;

    expect(talloc_total_blocks(NULL) == 0);
    talloc_enable_null_tracking_no_autofree();
    after = talloc_named_const(NULL, 7, "after");
    expect(talloc_parent(before) == NULL && talloc_parent(after) != NULL);
    expect_text(talloc_parent_name(after), "null_context");
    expect(talloc_total_blocks(NULL) == 2 && talloc_total_size(NULL) == 7);
    expect(talloc_steal(NULL, before) == before && talloc_total_blocks(NULL) == 3);
    expect(talloc_unlink(NULL, before) == 0 && talloc_total_blocks(NULL) == 2);
    talloc_disable_null_tracking();
    expect(talloc_parent(after) == NULL && talloc_total_blocks(NULL) == 0);
    talloc_free(after);

    talloc_enable_null_tracking();
    after = talloc_named_const(NULL, 7, "after");
    expect(talloc_total_size(NULL) == 7);
    talloc_free(after);
    talloc_disable_null_tracking();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: NULL");
    TCase *tcase = add_case(suite, "null");

    tcase_add_test(tcase, autofree_context_is_freed_at_exit);
    tcase_add_test(tcase, leaks_are_reported_at_exit);
    tcase_add_test(tcase, tracked_contexts_are_children_of_one);
    return run_suite(suite);
}
