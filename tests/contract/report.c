/*
 * report.c - own_report in its four formats, own_report_fd, own_report_tree: what is said, limits,
 * names of any kind, deep trees.
 *
 * What other people's parsers make of the formats, tests/report.sh shows.
 */
#include "report.h"

START_TEST(the_text_has_totals_and_the_largest_comes_first)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "server", .limit = 1 << 20});
    own_pool *small = own_pool_create(root, &(own_pool_options){.name = "small"});
    for (int i = 0; i < 3; i++) {
        own_pool *pool = own_pool_create(root, &(own_pool_options){.name = "connection"});
        own_pool *below = own_pool_create(pool, &(own_pool_options){.name = "request"});
        expect(own_alloc(pool, 1, 160) && own_alloc(below, 2, 320));
        if (i == 1)
            expect(own_hold(small, pool) == 0);
        probe_new(below, 'a');
    }
    const char *report = report_of(root, OWN_REPORT_TEXT);
    char *line = strtok((char *)(uintptr_t)report, "\n");
    size_t numbers[4];
    char name[80];
    static const char *const names[] = {"server, limit 1048576", "connection (3 pools)",
                                        "request (3 pools)", "small"};
    static const size_t totals[] = {2400, 2400, 1920, 0};
    static const size_t owns[] = {0, 480, 1920, 0};
    for (int i = 0; i < 4; i++) {
        line = strtok(NULL, "\n");
        expect(sscanf(line, "%zu %zu %zu %zu %79[^\n]", &numbers[0], &numbers[1], &numbers[2],
                      &numbers[3], name) == 5);
        ck_assert_str_eq(name, names[i]);
        expect(numbers[0] == totals[i] && numbers[1] == owns[i]);
        expect(i || numbers[2] == total_of(root).reserved);
        if (i == 2)
            expect_has(strtok(NULL, "\n"), "holds 3 x probe, ");
    }
    expect_has(strtok(NULL, "\n"), "holds pool 'connection'");
    expect(!strtok(NULL, "\n"));
    own_decref(root);
    expect_events("aaa");
}
END_TEST

START_TEST(the_text_says_who_else_holds_a_pool)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    own_pool *shown = own_pool_create(root, &(own_pool_options){.name = "shown"});
    for (int i = 0; i < 5; i++) {
        own_pool *holder = own_pool_new(root);
        expect(own_pool_set_name(holder, "h%d", i) == 0 && own_hold(holder, shown) == 0);
    }
    own_incref(shown);
    expect_has(report_of(root, OWN_REPORT_TEXT),
               "shown, held by 'h0', 'h1', 'h2' and 2 more, references from elsewhere: 1\n");
    expect_has(report_of(shown, OWN_REPORT_TEXT), "shown, references from elsewhere: 6\n");
    own_decref(shown);
    own_immortalize(shown);
    expect_has(report_of(shown, OWN_REPORT_TEXT), "shown, immortal\n");
    own_decref(root);
}
END_TEST

START_TEST(the_text_is_cut_at_its_limits_and_says_so)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    own_pool *pool = root;
    for (int i = 0; i < 10; i++) {
        own_pool *child = own_pool_new(root);
        expect(own_pool_set_name(child, "child %d", i) == 0);
        pool = own_pool_create(pool, &(own_pool_options){.name = "chain"});
    }
    FILE *out = fmemopen(text, sizeof text, "w");
    expect(own_report_tree(out, root, 3, 4) == 0 && fclose(out) == 0);
    expect(count_of(text, "child ") == 3 && count_of(text, "chain\n") == 3);
    expect_has(text, "... 7 more names\n");
    expect_has(text, "... 7 pools below\n");
    out = fmemopen(text, sizeof text, "w");
    expect(own_report_tree(out, root, -1, SIZE_MAX) == 0 && fclose(out) == 0);
    expect(count_of(text, "child ") == 10 && count_of(text, "chain\n") == 10);
    out = fmemopen(text, sizeof text, "w");
    expect(own_report_tree(out, root, 0, 100) == 0 && fclose(out) == 0);
    expect_has(text, "... 20 pools below\n");
    out = fmemopen(text, sizeof text, "w");
    expect(own_report_tree(out, root, -1, 0) == 0 && fclose(out) == 0);
    expect_has(text, "root\n");
    expect_has(text, "... 11 more names\n");
    own_decref(root);
}
END_TEST

/* Each name, and how it is in JSON, in a graph, in a stack of names, in the tree. */
static const char *const any_names[][5] = {
    {"", "\"\"", "\"\\n0 bytes", "\npool;pool 0", "  \n"},
    {"a;b", "\"a;b\"", "\"a;b\\n", ";a:b 0", "a;b\n"},
    {"\"\\\n\x01\x7f", "\"\\\"\\\\\\u000a\\u0001\\u007f\"", "\"\\\"\\\\   \\n", ";\"\\    0",
     "\"\\   \n"},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d\"",
     "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d\\n", ";\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d 0",
     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d\n"},
    {"\xff\xc0\x80z", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\\n", "\xef\xbf\xbdz 0", "\xef\xbf\xbdz\n"},
    {"\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82", "\"\xef\xbf\xbd", "\xef\xbf\xbd\\n", "\xef\xbf\xbd 0",
     "\xef\xbf\xbd\n"},
};

START_TEST(names_are_any_text)
{
    for (size_t i = 0; i < sizeof any_names / sizeof *any_names; i++) {
        own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = any_names[i][0]});
        own_pool *child = own_pool_create(root, &(own_pool_options){.name = any_names[i][0]});
        expect(child != NULL);
        for (int fd = 0; fd < 2; fd++) {
            const char *(*made)(own_pool *, own_report_format) = fd ? report_fd_of : report_of;
            expect_has(made(root, OWN_REPORT_JSON), any_names[i][1]);
            expect_has(made(root, OWN_REPORT_DOT), any_names[i][2]);
            expect_has(made(root, OWN_REPORT_FOLDED), any_names[i][3]);
            expect_has(made(root, OWN_REPORT_TEXT), any_names[i][4]);
        }
        own_decref(root);
    }
}
END_TEST

START_TEST(a_chain_of_any_depth_is_reported)
{
    size_t length = scaled(1000000);
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    own_pool *pool = root;
    for (size_t i = 0; i < length; i++)
        pool = own_pool_create(pool, &(own_pool_options){.name = "c"});
    expect(own_alloc(pool, 1, 160) != NULL);
    FILE *null = fopen("/dev/null", "w");
    expect(null && own_report(null, root, OWN_REPORT_JSON) == 0);
    expect(own_report(null, root, OWN_REPORT_DOT) == 0);
    expect(own_report_tree(null, root, (int)(length < 3000 ? length : 3000), 10) == 0);
    expect(own_report_fd(fileno(null), root, OWN_REPORT_JSON) == 0);
    expect(own_report_fd(fileno(null), root, OWN_REPORT_TEXT) == 0);
    expect_has(report_of(root, OWN_REPORT_TEXT), " pools below\n");
    fclose(null);
    own_decref(root);
}
END_TEST

START_TEST(the_graph_has_every_edge_and_cycles_are_red)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    own_pool *one = own_pool_create(root, &(own_pool_options){.name = "one"});
    own_pool *two = own_pool_create(root, &(own_pool_options){.name = "two"});
    struct probe *probe = probe_new(two, 'x');
    expect(own_hold(one, two) == 0);
    expect(own_weakref_new(one, probe, NULL, NULL) != NULL);
    const char *dot = report_of(root, OWN_REPORT_DOT);
    expect(count_of(dot, "style=solid]") == 2 && count_of(dot, "style=dashed]") == 3);
    expect(count_of(dot, "style=dotted]") == 1 && count_of(dot, "red") == 0);
    probe->first = own_incref(one); /* one -> two -> probe -> one */
    dot = report_of(root, OWN_REPORT_DOT);
    expect(count_of(dot, "style=dashed, color=red]") == 3 && count_of(dot, ", color=red]") == 6);
    expect(count_of(dot, "style=solid]") == 2);
    dot = report_fd_of(root, OWN_REPORT_DOT);
    expect(count_of(dot, "style=solid]") == 2 && count_of(dot, "style=dashed]") == 3);
    expect(count_of(dot, "style=dotted]") == 1);
    OWN_CLEAR(probe->first);
    expect(own_hold(two, two) == 0);
    expect(count_of(report_of(root, OWN_REPORT_DOT), "red") == 2);
    expect(own_drop(two, two) == 0);
    own_decref(root);
    expect_events("x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *report = add_case(suite, "report");

    tcase_add_test(report, the_text_has_totals_and_the_largest_comes_first);
    tcase_add_test(report, the_text_says_who_else_holds_a_pool);
    tcase_add_test(report, the_text_is_cut_at_its_limits_and_says_so);
    tcase_add_test(report, names_are_any_text);
    tcase_add_test(report, a_chain_of_any_depth_is_reported);
    tcase_add_test(report, the_graph_has_every_edge_and_cycles_are_red);
    return run_suite(suite);
}
