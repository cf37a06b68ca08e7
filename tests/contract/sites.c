/*
 * sites.c - own_set_site_tracking: what a program sees of it. Estimates are compared with the truth
 * in unit/sites.c too, with random numbers that a seed repeats; here the bounds are wide.
 */
#include "harness.h"

#include <own/report.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* A report in JSON, to be freed. */
static char *report_of(own_pool *root)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    expect(out && own_report(out, root, OWN_REPORT_JSON) == 0 && fclose(out) == 0);
    return text;
}

/* The number behind the next `"key": ` in front of `end`, and *at is behind it. False: there is
   none. */
static bool next_number(const char **at, const char *end, const char *key, double *number)
{
    const char *found = strstr(*at, key);

    if (!found || found >= end)
        return false;
    *at = found + strlen(key);
    *number = strtod(*at, NULL);
    return true;
}

struct sums {
    size_t sites;
    size_t stacks;
    double blocks;
    double bytes;
    double sampling;
};

/* The sites of a pool in a report. */
static struct sums sum_of(own_pool *root, const own_pool *pool)
{
    struct sums sums = {.sites = 0};
    char *text = report_of(root);
    char id[60];
    const char *head = text;
    const char *stacks = strstr(text, "\"stacks\": [");
    const char *at = strstr(text, "\"sites\": [");

    expect(stacks && at && stacks < at);
    expect(next_number(&head, at, "\"sampling\": ", &sums.sampling));
    for (const char *stack = stacks; (stack = strstr(stack, "\n[")) && stack < at; stack++)
        sums.stacks++;
    snprintf(id, sizeof(id), "{\"pool\": \"%p\"", (const void *)pool);
    while ((at = strstr(at, id))) {
        double stack;
        double number;
        const char *end = strchr(at, '}');
        expect(next_number(&at, end, "\"stack\": ", &stack) && stack < (double)sums.stacks);
        expect(next_number(&at, end, "\"blocks\": ", &number));
        sums.blocks += number;
        expect(next_number(&at, end, "\"bytes\": ", &number));
        sums.bytes += number;
        sums.sites++;
    }
    free(text);
    return sums;
}

static bool is_near(double estimate, double truth, double percent)
{
    return estimate >= truth * (1 - percent / 100) && estimate <= truth * (1 + percent / 100);
}

START_TEST(off_it_means_nothing)
{
    own_pool *pool = new_root();
    for (int i = 0; i < 10000; i++)
        expect(own_alloc(pool, 1, 100));
    struct sums sums = sum_of(pool, pool);
    expect(sums.sites == 0 && sums.stacks == 0 && sums.sampling == 0);
    own_decref(pool);
}
END_TEST

static NOINLINE void *allocate(own_pool *pool, size_t size)
{
    void *block = own_alloc(pool, 1, size);
    expect(block != NULL);
    return block;
}

START_TEST(nearly_all_blocks_are_sampled_at_one)
{
    own_set_site_tracking(1);
    own_pool *pool = new_root();
    void *first = allocate(pool, 100);
    for (int i = 1; i < 100; i++)
        (void)allocate(pool, 100);
    struct sums sums = sum_of(pool, pool);
    expect(sums.sampling == 1 && sums.sites >= 1 && sums.sites <= 2 && sums.stacks == sums.sites);
    expect(sums.blocks == 100 && sums.bytes == 11200);
    expect(own_free(pool, first) == 0);
    expect(sum_of(pool, pool).blocks == 99);
    own_pool_clear(pool);
    expect(sum_of(pool, pool).sites == 0);
    own_decref(pool);
}
END_TEST

START_TEST(a_sampled_block_is_a_block_like_others)
{
    static const size_t sizes[] = {1, 16, 100, 512, 513, 5000, 65536, 100000, 3000000};

    own_set_site_tracking(1);
    own_pool *pool = new_root();
    own_pool *other = new_root();
    expect(!_i || own_share(pool) == 0);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        size_t size = sizes[i];
        size_t whole = (size + 15) / 16 * 16;
        own_usage before = usage_of(pool);
        unsigned char *block = own_alloc_raw(pool, 1, size);
        expect(block && (uintptr_t)block % 16 == 0 && own_block_size(pool, block) == whole);
        expect(block[whole - 1] == 0);
        own_usage after = usage_of(pool);
        expect(after.blocks == before.blocks + 1 && after.bytes == before.bytes + whole);
        expect(after.reserved >= before.reserved + size || after.reserved >= whole);
        expect(own_contains(pool, block) && !own_contains(pool, block + 16));
        expect(!own_contains(other, block) && own_pool_of(block) == pool);
        expect_error(own_adopt(pool, block, 1, free) == -1, EINVAL);
        memset(block, 7, size);

        block = own_realloc(pool, block, 1, size * 2);
        expect(block && block[0] == 7 && block[size - 1] == 7 && block[size] == 0);
        expect(block[size * 2 - 1] == 0);
        block = own_realloc(pool, block, 1, (size + 1) / 2);
        expect(block && block[0] == 7 && block[(size - 1) / 2] == 7);
        expect(own_block_size(pool, block) == ((size + 1) / 2 + 15) / 16 * 16);

        unsigned char *moved = own_block_move(pool, other, block);
        expect(moved && moved[0] == 7 && own_contains(other, moved));
        expect(!own_contains(pool, moved));
        expect_error(own_free(pool, moved) == -1, EINVAL);
        expect(own_free(other, moved) == 0);
        expect_error(own_free(other, moved) == -1, EINVAL);
        expect(usage_of(pool).blocks == before.blocks && usage_of(other).blocks == 0);

        block = own_alloc_aligned(pool, 256, 1, size);
        expect(block && (uintptr_t)block % 256 == 0);
        expect(own_free(pool, block) == 0);
    }
    own_decref(pool);
    own_decref(other);
}
END_TEST

static int count_block(void *block, size_t size, void *arg)
{
    size_t *bytes = arg;
    *bytes += size;
    return block ? 0 : 1;
}

START_TEST(sampled_blocks_are_listed)
{
    size_t bytes = 0;
    own_set_site_tracking(64);
    own_pool *pool = new_root();
    for (size_t i = 0; i < 1000; i++)
        (void)allocate(pool, 1 + i % 300);
    expect(own_pool_blocks(pool, count_block, &bytes) == 0);
    expect(bytes == usage_of(pool).bytes);
    own_decref(pool);
}
END_TEST

START_TEST(limits_count_sampled_blocks)
{
    own_set_site_tracking(1);
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 20000});
    size_t count = 0;
    while (own_alloc(pool, 1, 100))
        count++;
    expect(errno == EDQUOT && count >= 50 && count <= 200);
    expect(usage_of(pool).reserved <= 20000);
    own_decref(pool);
}
END_TEST

START_TEST(sampled_blocks_shrink_where_they_are_if_they_must)
{
    own_set_site_tracking(1);
    own_pool *pool = new_root();
    (void)allocate(pool, 5000);
    unsigned char *block = allocate(pool, 50000);
    memset(block, 7, 50000);
    expect(own_pool_set_limit(pool, usage_of(pool).reserved + 1000) == 0);
    own_usage before = usage_of(pool);

    expect_error(own_realloc(pool, block, 1, 60000) == NULL, EDQUOT);
    volatile size_t most = SIZE_MAX;
    errno = 0;
    expect(own_realloc(pool, block, 1, most) == NULL && (errno == ENOMEM || errno == EOVERFLOW));
    expect(usage_of(pool).bytes == before.bytes && own_block_size(pool, block) == 50000);
    expect_keeps_errno(own_realloc(pool, block, 1, 49999) == block);
    expect(block[49998] == 7 && block[49999] == 0);
    expect_keeps_errno(own_realloc(pool, block, 1, 30001) == block);
    expect(own_block_size(pool, block) == 30016 && block[30000] == 7 && block[30001] == 0);
    expect(usage_of(pool).bytes == before.bytes - 50000 + 30016);
    expect(usage_of(pool).blocks == before.blocks && own_pool_of(block) == pool);
    expect(own_free(pool, block) == 0 && usage_of(pool).blocks == before.blocks - 1);
    own_decref(pool);
}
END_TEST

START_TEST(estimates_are_near_the_truth)
{
    const size_t steps = scaled(200000);
    const double spread = steps >= 200000 ? 1 : steps >= 20000 ? 3.2 : 10; /* a root */
    own_set_site_tracking((size_t)1 << 10);
    own_pool *pool = new_root(), *child = own_pool_new(pool);
    for (size_t i = 0; i < steps; i++) {
        void *block = allocate(pool, 1 + i % 200);
        (void)allocate(child, 1 + i % 77);
        expect(i % 3 || own_free(pool, block) == 0);
    }
    struct sums sums = sum_of(pool, pool);
    expect(is_near(sums.bytes, (double)usage_of(pool).bytes, 5 * spread));
    expect(is_near(sums.blocks, (double)usage_of(pool).blocks, 10 * spread));
    sums = sum_of(pool, child);
    expect(is_near(sums.bytes, (double)usage_of(child).bytes, 7 * spread));
    own_decref(pool);
}
END_TEST

static own_pool *common;

static void *allocate_in_common(void *arg)
{
    for (int i = 0; i < (steps_are_few() ? 10000 : 50000); i++)
        (void)allocate(common, 100);
    return arg;
}

START_TEST(it_may_be_switched_while_threads_run)
{
    pthread_t threads[3];

    common = new_root();
    expect(own_share(common) == 0);
    for (size_t i = 0; i < 3; i++)
        expect(pthread_create(&threads[i], NULL, allocate_in_common, NULL) == 0);
    for (size_t i = 0; i < 1000; i++)
        own_set_site_tracking(i % 3 * 1000);
    for (size_t i = 0; i < 3; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect(usage_of(common).blocks == (steps_are_few() ? 30000 : 150000));
    own_decref(common);
}
END_TEST

START_TEST(a_child_process_goes_on)
{
    int status;

    own_set_site_tracking(100);
    own_pool *pool = new_root();
    for (int i = 0; i < 1000; i++)
        (void)allocate(pool, 100);
    pid_t child = fork();
    expect(child >= 0);
    if (child == 0) {
        for (int i = 0; i < 1000; i++)
            (void)allocate(pool, 100);
        struct sums sums = sum_of(pool, pool);
        end_process(is_near(sums.blocks, 2000, 20) ? 0 : 1);
    }
    expect(waitpid(child, &status, 0) == child);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(pools_keep_the_place_where_they_were_created)
{
    own_pool *root = new_root();
    own_pool *unnamed = own_pool_create(root, &(own_pool_options){.name = "before"});
    own_set_site_tracking((size_t)1 << 20);
    own_pool *named = own_pool_create(root, &(own_pool_options){.name = "named"});
    own_pool *renamed = own_pool_new(root);
    expect(unnamed && named && renamed);
    own_pool_set_name_borrowed(renamed, "renamed");
    char *text = report_of(root);
    const char *at = strstr(text, "\"name\": \"before\"");
    expect(at && strncmp(at + 16, ", \"shared\"", 10) == 0);
    at = strstr(text, "\"name\": \"named\"");
    expect(at && strncmp(at + 15, ", \"site\": \"", 11) == 0);
    expect(strstr(at, "sites.c:") && strstr(at, "sites.c:") < strchr(at, '}'));
    at = strstr(text, "\"name\": \"renamed\"");
    expect(at && strstr(at, "sites.c:") && strstr(at, "sites.c:") < strchr(at, '}'));
    free(text);
    own_decref(root);
}
END_TEST

START_TEST(reports_without_memory_have_sites_too)
{
    FILE *file = tmpfile();
    char text[20000];

    own_set_site_tracking(1);
    own_pool *pool = new_root();
    (void)allocate(pool, 100);
    expect(file && own_report_fd(fileno(file), pool, OWN_REPORT_JSON) == 0);
    rewind(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    expect(strstr(text, "\"module\": \"/") && strstr(text, "\"offset\": \"0x"));
    expect(strstr(text, "\"stack\": 0, \"blocks\": 1, \"bytes\": 112}"));
    fclose(file);
    own_decref(pool);
}
END_TEST

/* For the tests that follow where they run in one process. */
static void switch_off(void)
{
    own_set_site_tracking(0);
}

int main(void)
{
    Suite *suite = suite_create("sites");
    TCase *blocks = add_case(suite, "blocks");
    TCase *reports = add_case(suite, "reports");

    tcase_add_checked_fixture(blocks, NULL, switch_off);
    tcase_add_checked_fixture(reports, NULL, switch_off);
    tcase_add_loop_test(blocks, a_sampled_block_is_a_block_like_others, 0, 2);
    tcase_add_test(blocks, sampled_blocks_are_listed);
    tcase_add_test(blocks, limits_count_sampled_blocks);
    tcase_add_test(blocks, sampled_blocks_shrink_where_they_are_if_they_must);
    tcase_add_test(blocks, it_may_be_switched_while_threads_run);
    tcase_add_test(blocks, a_child_process_goes_on);
    tcase_add_test(reports, off_it_means_nothing);
    tcase_add_test(reports, nearly_all_blocks_are_sampled_at_one);
    tcase_add_test(reports, estimates_are_near_the_truth);
    tcase_add_test(reports, pools_keep_the_place_where_they_were_created);
    if (!stacks_are_given())
        puts("left out here: reports_without_memory_have_sites_too: this system gives no stacks");
    else if (!modules_are_known())
        puts("left out here: reports_without_memory_have_sites_too: the program is static");
    else
        tcase_add_test(reports, reports_without_memory_have_sites_too);
    return run_suite(suite);
}
