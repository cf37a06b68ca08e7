/*
 * reports.c - talloc's reports, and their callbacks.
 */
#include "world.h"

static char *root, *child, *other;
static char seen[500];

static void start(void)
{
    root = (char *)talloc_named_const(NULL, 3, "root");
    child = (char *)talloc_named_const(root, 20, "child");
    other = (char *)talloc_named_const(root, 0, "other");
    talloc_named_const(child, 100, "low");
    talloc_reference(other, child);
}

static void end(void)
{
    talloc_free(root);
}

static void note(const void *context, int depth, int max_depth, int is_reference, void *arg)
{
    size_t length = strlen(seen);

    expect(arg == seen);
    snprintf(seen + length, sizeof seen - length, "%d/%d %s%s\n", depth, max_depth,
             is_reference ? "->" : "", talloc_get_name(context));
}

START_TEST(callback_sees_each_context_and_reference)
{
    seen[0] = '\0';
    talloc_report_depth_cb(root, 0, -1, note, seen);
    expect_text(seen, "0/-1 root\n1/-1 other\n2/-1 ->child\n1/-1 child\n2/-1 low\n");
    seen[0] = '\0';
    talloc_report_depth_cb(root, 0, 1, note, seen);
    expect_text(seen, "0/1 root\n1/1 other\n1/1 child\n"); /* a reference is a level below */
    seen[0] = '\0';
    talloc_report_depth_cb(child, 5, 7, note, seen);
    expect_text(seen, "5/7 child\n6/7 low\n");
    seen[0] = '\0';
    talloc_report_depth_cb(NULL, 0, -1, note, seen); /* nothing is tracked */
    expect_text(seen, "");
}
END_TEST

START_TEST(summary_has_a_line_for_each_child)
{
    const char *text = printed(talloc_report, root);

    expect(strncmp(text, "talloc report on 'root' (total    123 bytes in   5 blocks)\n", 58) == 0);
    expect(strstr(text, "    other                          contains      0 bytes in   2 blocks"));
    expect(strstr(text, "    child                          contains    120 bytes in   2 blocks"));
    expect(!strstr(text, "low"));
}
END_TEST

START_TEST(full_report_has_a_line_for_each_context)
{
    const char *text = printed(talloc_report_full, root);

    expect(strstr(text, "full talloc report on 'root' (total    123 bytes in   5 blocks)\n") ==
           text);
    expect(strstr(text, "\n    child                          contains    120 bytes in   2 blocks"
                        " (ref 1)"));
    expect(strstr(text, "\n        low                            contains    100 bytes"));
    expect(strstr(text, "\n        reference to: child\n"));
}
END_TEST

static void print_one_level(const void *context, FILE *file)
{
    talloc_report_depth_file(context, 0, 1, file);
}

START_TEST(report_stops_at_a_depth)
{
    const char *text = printed(print_one_level, root);

    expect(strstr(text, "child") && strstr(text, "other") && !strstr(text, "low"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: reports");
    TCase *tcase = add_case(suite, "reports");

    tcase_add_checked_fixture(tcase, start, end);
    tcase_add_test(tcase, callback_sees_each_context_and_reference);
    tcase_add_test(tcase, summary_has_a_line_for_each_child);
    tcase_add_test(tcase, full_report_has_a_line_for_each_context);
    tcase_add_test(tcase, report_stops_at_a_depth);
    return run_suite(suite);
}
