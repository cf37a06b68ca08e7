/*
 * report.c - own_report in its four formats, own_report_fd, own_roots, own_metrics: numbers that
 * are exact, limits, names of any kind, deep trees, errors.
 *
 * What other people's parsers make of the formats, tests/report.sh shows.
 */
#include "harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static char text[1 << 20];

static const char *report_of(own_pool *root, own_report_format format)
{
    FILE *out = fmemopen(text, sizeof text, "w");
    expect(out != NULL);
    expect_keeps_errno(own_report(out, root, format) == 0);
    expect(fclose(out) == 0);
    return text;
}

static const char *report_fd_of(own_pool *root, own_report_format format)
{
    FILE *file = tmpfile();
    expect(file != NULL);
    expect_keeps_errno(own_report_fd(fileno(file), root, format) == 0);
    ssize_t size = pread(fileno(file), text, sizeof text - 1, 0);
    expect(size > 0);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* How often one text is in another. */
static size_t count_of(const char *in, const char *sought)
{
    size_t count = 0;
    for (; (in = strstr(in, sought)); in += strlen(sought))
        count++;
    return count;
}

#define expect_has(in, sought)                                                                     \
    do {                                                                                           \
        if (!strstr((in), (sought)))                                                               \
            ck_abort_msg("no '%s' in:\n%s", (sought), (in));                                       \
    } while (0)

/* The sum of the numbers behind a key, in the lines of an array. */
static size_t sum_of(const char *json, const char *key)
{
    char sought[40];
    size_t sum = 0;
    snprintf(sought, sizeof sought, "\"%s\": ", key);
    for (; (json = strstr(json, sought)); json += strlen(sought))
        sum += strtoul(json + strlen(sought), NULL, 10);
    return sum;
}

/* Pools at random places, with blocks and what else pools have. */
static own_pool *random_tree(uint64_t seed, size_t count)
{
    struct random random;
    own_pool *pools[200];
    random_seed(&random, seed);
    pools[0] = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    expect(count <= 200 && pools[0] != NULL);
    for (size_t i = 1; i < count; i++) {
        const own_pool_options options = {
            .name = i % 3 ? "leaf" : "node",
            .flags = random_below(&random, 8) ? 0 : OWN_POOL_EXACT,
            .limit = random_below(&random, 4) ? 0 : 1 << 26,
        };
        pools[i] = own_pool_create(pools[random_below(&random, i)], &options);
        expect(pools[i] != NULL);
        for (size_t blocks = random_below(&random, 20); blocks; blocks--)
            expect(own_alloc(pools[i], 1, random_below(&random, 3000)) != NULL);
        for (size_t held = random_below(&random, 4); held; held--)
            expect(own_hold(pools[i], pools[random_below(&random, i)]) == 0);
        if (random_below(&random, 3) == 0)
            probe_new(pools[i], 'p');
        if (random_below(&random, 3) == 0)
            expect(own_defer(pools[i], log_call, "") == 0);
    }
    return pools[0];
}

/* Cuts what pools of a random tree hold, so that it dies. */
static int drop_holds(void *object, int depth, void *arg)
{
    (void)depth;
    (void)arg;
    if (own_cast(object, own_pool_type()))
        own_pool_set_name_borrowed((own_pool *)object, "seen");
    return 0;
}

START_TEST(numbers_are_those_of_usage_and_totals)
{
    own_pool *root = random_tree((uint64_t)_i + 1, 200);
    const own_usage total = total_of(root);
    for (int fd = 0; fd < 2; fd++) {
        const char *json =
            fd ? report_fd_of(root, OWN_REPORT_JSON) : report_of(root, OWN_REPORT_JSON);
        char *holds = strstr(json, "\"holds\": ");
        expect(holds != NULL);
        expect(count_of(holds, "{\"pool\": ") == total.held);
        *holds = '\0';
        expect(count_of(json, "{\"id\": ") == total.pools);
        expect(sum_of(json, "blocks") == total.blocks);
        expect(sum_of(json, "bytes") == total.bytes);
        expect(sum_of(json, "reserved") == total.reserved);
        expect(sum_of(json, "children") == total.children);
        expect(sum_of(json, "held") == total.held);
        expect(sum_of(json, "deferred") == total.deferred);
    }
    for (int fd = 0; fd < 2; fd++) {
        char *folded = (char *)(uintptr_t)(fd ? report_fd_of(root, OWN_REPORT_FOLDED)
                                              : report_of(root, OWN_REPORT_FOLDED));
        size_t bytes = 0;
        size_t lines = 0;
        for (char *line = strtok(folded, "\n"); line; line = strtok(NULL, "\n"), lines++)
            bytes += strtoul(strrchr(line, ' '), NULL, 10);
        expect(bytes == total.bytes && lines == total.pools);
    }
    expect(own_pool_walk(root, drop_holds, NULL) == 0);
    const own_usage after = total_of(root);
    expect(memcmp(&total, &after, sizeof total) == 0);
    own_pool_clear(root);
    own_decref(root);
    own_collect();
}
END_TEST

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

START_TEST(a_confined_pool_below_a_shared_one_is_not_looked_into)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.name = "root"});
    expect(own_share(root) == 0);
    own_pool *shared = own_pool_create(root, &(own_pool_options){.name = "shared"});
    own_pool *apart =
        own_pool_create(shared, &(own_pool_options){.name = "apart", .flags = OWN_POOL_CONFINED});
    own_pool *below = own_pool_create(apart, &(own_pool_options){.name = "below"});
    expect(own_alloc(apart, 1, 100) && own_alloc(below, 1, 100));
    for (int fd = 0; fd < 2; fd++) {
        const char *json =
            fd ? report_fd_of(root, OWN_REPORT_JSON) : report_of(root, OWN_REPORT_JSON);
        expect(count_of(json, "{\"id\": ") == 3 && count_of(json, "\"apart\": true") == 1);
        expect(count_of(json, "\"references\": 1") == 3 && sum_of(json, "bytes") == 0);
        char *holds = strstr(json, "\"holds\": ");
        *holds = '\0';
        expect(sum_of(json, "reserved") == total_of(root).reserved);
    }
    expect(own_pool_set_name(apart, "mine") == 0);
    expect(!strstr(report_of(root, OWN_REPORT_TEXT), "mine"));
    expect_has(report_of(apart, OWN_REPORT_TEXT), "below");
    own_decref(root);
}
END_TEST

struct changing {
    own_pool *root;
    bool stop;
};

static void *change(void *arg)
{
    struct changing *changing = arg;
    for (unsigned i = 0; !__atomic_load_n(&changing->stop, __ATOMIC_RELAXED); i++) {
        own_pool *child = own_pool_create(changing->root, &(own_pool_options){.name = "child"});
        own_pool *grandchild = own_pool_new(child);
        expect(own_alloc(grandchild, 1, 100) && own_hold(grandchild, changing->root) == 0);
        own_pool_set_name_borrowed(child, i % 2 ? "odd" : "even");
        expect(own_drop(grandchild, changing->root) == 0);
        expect(own_drop(changing->root, child) == 0);
    }
    return NULL;
}

START_TEST(a_shared_tree_is_reported_while_others_change_it)
{
    struct changing changing = {.root = own_pool_create(NULL, &(own_pool_options){.name = "root"})};
    pthread_t threads[2];
    expect(own_share(changing.root) == 0);
    for (int i = 0; i < 2; i++)
        expect(pthread_create(&threads[i], NULL, change, &changing) == 0);
    for (size_t i = scaled(2000); i; i--) {
        own_report_format format = (own_report_format)(i % 4);
        expect_has(i % 8 < 4 ? report_of(changing.root, format)
                             : report_fd_of(changing.root, format),
                   "root");
    }
    __atomic_store_n(&changing.stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    own_decref(changing.root);
}
END_TEST

struct roots {
    void *sought[8];
    unsigned found;
    size_t count;
};

static int find_root(void *object, void *arg)
{
    struct roots *roots = arg;
    for (unsigned i = 0; i < 8; i++)
        roots->found |= (unsigned)(object == roots->sought[i]) << i;
    roots->count++;
    return roots->count == 1000 ? 77 : 0;
}

START_TEST(roots_are_pools_without_a_parent_and_objects_that_no_pool_holds)
{
    own_pool *plain = own_pool_new(NULL);
    own_pool *large = own_pool_create(NULL, &(own_pool_options){.reserve = (size_t)5 << 20});
    own_pool *orphan = own_pool_new(plain);
    own_pool *child = own_pool_new(plain);
    struct probe *free_one = probe_new(NULL, 'f');
    struct probe *held = probe_new(child, 'h');
    own_list *list = own_list_new(NULL);
    own_incref(orphan);
    expect(own_drop(plain, orphan) == 0);
    struct roots roots = {{plain, large, orphan, free_one, list, child, held}, 0, 0};
    expect_keeps_errno(own_roots(find_root, &roots) == 0);
    expect(roots.found == 31 && roots.count == 5);
    roots.count = 999;
    expect(own_roots(find_root, &roots) == 77);
    roots = (struct roots){{plain, large, orphan}, 0, 0};
    const char *json = report_of(NULL, OWN_REPORT_JSON);
    expect(count_of(json, "\"parent\": null") == 3 && strstr(json, "\"root\": null"));
    own_decref(list);
    own_decref(free_one);
    own_decref(orphan);
    own_decref(large);
    own_decref(plain);
    expect(own_roots(find_root, &roots) == 0 && roots.count == 0);
    expect_has(report_of(NULL, OWN_REPORT_JSON), "\"pools\": [\n],\n\"holds\": [\n]");
    expect_events("fh");
}
END_TEST

static size_t metric(const char *name)
{
    char sought[60];
    FILE *out = fmemopen(text, sizeof text, "w");
    expect_keeps_errno(own_metrics(out) == 0);
    expect(fclose(out) == 0);
    snprintf(sought, sizeof sought, "\n%s ", name);
    const char *line = strstr(text, sought);
    expect(line != NULL);
    return strtoul(line + strlen(sought), NULL, 10);
}

START_TEST(metrics_count)
{
    size_t deaths = metric("own_pool_deaths_total");
    size_t hits = metric("own_limit_hits_total");
    size_t collections = metric("own_collections_total");
    own_pool *root = random_tree(5, 100);
    own_pool *limited = own_pool_create(NULL, &(own_pool_options){.limit = 4096});
    const own_usage total = total_of(root);
    expect(metric("own_roots") == 2 && metric("own_pools") == total.pools + 1);
    expect(metric("own_blocks") == total.blocks && metric("own_bytes") == total.bytes);
    expect(metric("own_reserved_bytes") == total.reserved + usage_of(limited).reserved);
    expect(metric("own_memory_bytes") >= metric("own_reserved_bytes"));
    expect_error(!own_alloc(limited, 1, 100000), EDQUOT);
    expect(metric("own_limit_hits_total") > hits);
    own_decref(limited);
    for (int i = 0; i < 100; i++)
        own_decref(own_pool_new(NULL));
    expect(metric("own_pool_deaths_total") == deaths + 101);
    own_pool_clear(root);
    own_decref(root);
    own_collect();
    expect(metric("own_collections_total") == collections + 1 && metric("own_pools") == 0);
    expect(metric("own_cache_bytes") <= metric("own_memory_bytes"));
}
END_TEST

START_TEST(errors_are_told)
{
    own_pool *root = own_pool_new(NULL);
    FILE *full = fopen("/dev/full", "w");
    expect(full != NULL);
    setvbuf(full, NULL, _IONBF, 0);
    for (unsigned format = OWN_REPORT_TEXT; format <= OWN_REPORT_FOLDED; format++) {
        expect_error(own_report(full, root, (own_report_format)format) == -1, ENOSPC);
        expect_error(own_report_fd(fileno(full), root, (own_report_format)format) == -1, ENOSPC);
        expect_error(own_report(NULL, root, (own_report_format)format) == -1, EINVAL);
        expect_error(own_report_fd(-1, root, (own_report_format)format) == -1, EBADF);
    }
    expect_error(own_report(stderr, root, (own_report_format)4) == -1, EINVAL);
    expect_error(own_report_fd(2, root, (own_report_format)4) == -1, EINVAL);
    expect_error(own_report_tree(NULL, root, 1, 1) == -1, EINVAL);
    expect_error(own_metrics(NULL) == -1, EINVAL);
    expect_error(own_metrics(full) == -1, ENOSPC);
    expect_error(own_roots(NULL, NULL) == -1, EINVAL);
    fclose(full);
    own_decref(root);
    record_misuses();
    expect_told(own_report(stderr, root, OWN_REPORT_TEXT) == -1, "own_report", "pool");
    expect_told(own_report_fd(2, root, OWN_REPORT_TEXT) == -1, "own_report_fd", "pool");
    restore_misuses();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *report = add_case(suite, "report");

    tcase_add_loop_test(report, numbers_are_those_of_usage_and_totals, 0, 5);
    tcase_add_test(report, the_text_has_totals_and_the_largest_comes_first);
    tcase_add_test(report, the_text_says_who_else_holds_a_pool);
    tcase_add_test(report, the_text_is_cut_at_its_limits_and_says_so);
    tcase_add_test(report, names_are_any_text);
    tcase_add_test(report, a_chain_of_any_depth_is_reported);
    tcase_add_test(report, the_graph_has_every_edge_and_cycles_are_red);
    tcase_add_test(report, a_confined_pool_below_a_shared_one_is_not_looked_into);
    tcase_add_test(report, a_shared_tree_is_reported_while_others_change_it);
    tcase_add_test(report, roots_are_pools_without_a_parent_and_objects_that_no_pool_holds);
    tcase_add_test(report, metrics_count);
    tcase_add_test(report, errors_are_told);
    return run_suite(suite);
}
