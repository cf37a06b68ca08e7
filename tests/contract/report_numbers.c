/*
 * report_numbers.c - reports of whole trees: numbers that are exact, shared trees, own_roots,
 * own_metrics; errors.
 */
#include "report.h"

#include <pthread.h>

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

START_TEST(pools_with_chunks_of_the_users_are_roots)
{
    static char memory[3 << 20];
    own_chunks chunks = own_chunks_fixed(memory, sizeof memory);
    own_pool *small = own_pool_create(NULL, &(own_pool_options){.chunks = &chunks});
    own_pool *large =
        own_pool_create(NULL, &(own_pool_options){.chunks = &chunks, .reserve = sizeof memory / 2});
    own_pool *child = own_pool_new(small);
    struct roots roots = {{small, large, child}, 0, 0};
    expect(small && large && child);
    expect(own_roots(find_root, &roots) == 0 && roots.found == 3 && roots.count == 2);
    own_decref(small);
    own_decref(large);
    roots.found = 0;
    expect(own_roots(find_root, &roots) == 0 && roots.found == 0 && roots.count == 2);
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
    /* With all roots the world holds still, so that nothing is another thread's. */
    own_pool *deep = below;
    for (int i = 0; i < 40; i++)
        deep = own_pool_create(deep, &(own_pool_options){.name = "deep"});
    expect(own_alloc(deep, 1, 100) && own_hold(deep, shared) == 0);
    for (int fd = 0; fd < 2; fd++) {
        const char *json =
            fd ? report_fd_of(NULL, OWN_REPORT_JSON) : report_of(NULL, OWN_REPORT_JSON);
        expect(count_of(json, "{\"id\": ") == 44 && count_of(json, "\"apart\"") == 0);
        expect(sum_of(json, "bytes") == 3 * 112 && count_of(json, "{\"pool\": ") == 1);
        expect(count_of(json, "\"references\": 1,") == 43);
    }
    expect_has(report_of(NULL, OWN_REPORT_TEXT), "mine");
    expect(metric("own_pools") == 44 && metric("own_bytes") == 3 * 112);
    expect(own_drop(deep, shared) == 0);
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
    for (size_t reserve = 16384; reserve < (size_t)3 << 20; reserve += 49152) {
        own_pool *pool = own_pool_create(NULL, &(own_pool_options){.reserve = reserve});
        roots = (struct roots){{pool}, 0, 0};
        expect(own_roots(find_root, &roots) == 0 && roots.found == 1 && roots.count == 6);
        own_decref(pool);
    }
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
    /* A pool that could not be created has not died. */
    limited = own_pool_create(NULL, &(own_pool_options){.limit = 2000});
    const own_pool_options exact = {.reserve = 1000, .flags = OWN_POOL_EXACT};
    expect_error(!own_pool_create(limited, &exact), EDQUOT);
    own_decref(limited);
    for (int i = 0; i < 100; i++)
        own_decref(own_pool_new(NULL));
    expect(metric("own_pool_deaths_total") == deaths + 102);
    own_pool_clear(root);
    own_decref(root);
    own_collect();
    expect(metric("own_collections_total") == collections + 1 && metric("own_pools") == 0);
    expect(metric("own_cache_bytes") <= metric("own_memory_bytes"));
    own_collect_statistics statistics;
    char line[100];
    own_collect_stats(&statistics);
    snprintf(line, sizeof line, "\nown_collection_seconds_total %ju.%09ju\n",
             (uintmax_t)(statistics.nanoseconds / 1000000000),
             (uintmax_t)(statistics.nanoseconds % 1000000000));
    expect(metric("own_collection_seconds_total") < 60 && strstr(text, line));
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
    Suite *suite = suite_create("report_numbers");
    TCase *numbers = add_case(suite, "numbers");

    tcase_add_loop_test(numbers, numbers_are_those_of_usage_and_totals, 0, 5);
    tcase_add_test(numbers, a_confined_pool_below_a_shared_one_is_not_looked_into);
    tcase_add_test(numbers, a_shared_tree_is_reported_while_others_change_it);
    tcase_add_test(numbers, roots_are_pools_without_a_parent_and_objects_that_no_pool_holds);
    tcase_add_test(numbers, pools_with_chunks_of_the_users_are_roots);
    tcase_add_test(numbers, metrics_count);
    tcase_add_test(numbers, errors_are_told);
    return run_suite(suite);
}
