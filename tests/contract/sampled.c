/*
 * sampled.c - sampled blocks live as long as others; memory that is used again is sampled as other
 * memory; and the calls that the tree of a report names.
 */
#define _GNU_SOURCE /* dladdr */
#include "report.h"

#include <dlfcn.h>

#ifdef __GLIBC__
#define GIVES_STACKS true
#else
#define GIVES_STACKS false /* perhaps */
#endif

#define BLOCKS 50

static own_pool *dying;
static void *blocks[BLOCKS];
static size_t seen;

static void switch_off(void)
{
    own_set_site_tracking(0);
}

static void allocate_all(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = own_alloc(dying, 1, i * 50);
        expect(blocks[i] != NULL);
    }
}

/* All blocks are there, with their sizes. */
static void look_at_all(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < BLOCKS; i++)
        expect(own_contains(dying, blocks[i]) && own_block_size(dying, blocks[i]) >= i * 50);
    expect(usage_of(dying).blocks == BLOCKS);
    seen++;
}

/* Every way to have something called while a pool dies. */
START_TEST(they_stay_until_all_has_been_called)
{
    own_pool *root = new_root();
    own_set_site_tracking(1);
    for (int kind = 0; kind < 6; kind++) {
        dying = own_pool_new(kind % 2 ? root : NULL);
        seen = 0;
        if (kind == 0)
            expect(own_defer(dying, look_at_all, NULL) == 0);
        allocate_all();
        if (kind == 1)
            expect(own_defer(dying, look_at_all, NULL) == 0);
        else if (kind == 2)
            expect(own_defer_first(dying, look_at_all, NULL) == 0);
        else if (kind == 3)
            expect(own_defer_last(dying, look_at_all, NULL) == 0);
        else if (kind >= 4)
            expect(own_defer(own_pool_new(dying), look_at_all, NULL) == 0);
        if (kind % 2)
            expect(own_drop(root, dying) == 0);
        else
            own_decref(dying);
        expect(seen == 1);
    }
    own_decref(root);
}
END_TEST

static void live_on(void *pool)
{
    own_incref(pool);
}

START_TEST(a_pool_that_lives_on_has_them)
{
    own_set_site_tracking(1);
    dying = new_root();
    allocate_all();
    expect(own_defer(dying, live_on, dying) == 0);
    own_decref(dying);
    look_at_all(NULL);
    own_decref(dying);
}
END_TEST

/* The bytes that a report estimates for all sites. */
static double estimate_of(own_pool *root)
{
    double sum = 0;
    const char *at = strstr(report_of(root, OWN_REPORT_JSON), "\"sites\": [");

    expect(at != NULL);
    while ((at = strstr(at, "\"bytes\": "))) {
        at += strlen("\"bytes\": ");
        sum += strtod(at, NULL);
    }
    return sum;
}

/* Many small shared pools whose blocks were freed before, or that were cleared. */
START_TEST(memory_of_shared_pools_is_sampled_again)
{
    size_t pools = steps_are_few() ? 100 : 1000;
    double estimate = 0;
    double truth = 0;

    own_set_site_tracking(1000);
    for (size_t n = 0; n < pools; n++) {
        dying = new_root();
        expect(own_share(dying) == 0);
        for (int round = 0; round < 4; round++) {
            for (size_t i = 0; round > 0 && _i == 0 && i < 20; i++)
                expect(own_free(dying, blocks[i]) == 0);
            if (_i == 1)
                own_pool_clear(dying);
            for (size_t i = 0; i < 20; i++)
                expect((blocks[i] = own_alloc_raw(dying, 1, 112)) != NULL);
        }
        estimate += estimate_of(dying);
        truth += (double)usage_of(dying).bytes;
        own_decref(dying);
    }
    double wide = steps_are_few() ? 0.5 : 0.15; /* six times the deviation */
    expect(estimate > truth * (1 - wide) && estimate < truth * (1 + wide));
}
END_TEST

/* Four calls that allocate, each from one place: a compiler that knows the count may write many. */
#define TAKE(name, size)                                                                           \
    static NOINLINE void name(own_pool *pool, volatile int count)                                  \
    {                                                                                              \
        while (count-- > 0)                                                                        \
            expect(own_alloc(pool, 1, size) != NULL);                                              \
    }
TAKE(take_seldom, 1056)
TAKE(take_sometimes, 1040)
TAKE(take_often, 1024)
TAKE(take_most, 1008)

START_TEST(the_tree_names_the_three_calls_with_the_most_bytes)
{
    own_set_site_tracking(1);
    own_pool *root = new_root();
    for (int i = 0; i < 5; i++) { /* alike, so that they are one line with the sum of their calls */
        own_pool *pool = own_pool_new_at(root, "alike");
        expect(pool != NULL);
        (void)!own_alloc_raw(pool, 1, 5000); /* so that all that come next are sampled */
        take_sometimes(pool, 20);
        take_seldom(pool, 10);
        take_most(pool, 40);
        take_often(pool, 30);
    }
    const char *line = strstr(report_of(root, OWN_REPORT_TEXT), "alike");
    expect(line != NULL);
    for (int i = 0; i < 3; i++) {
        static const char *const abouts[] = {" about 201600 bytes", " about 153600 bytes",
                                             " about 104000 bytes"};
        line = strchr(line, '\n') + 1;
        const char *found = strstr(line, abouts[i]);
        expect(found && found < strchr(line, '\n'));
    }
    line = strchr(line, '\n') + 1;
    expect(!strstr(line, "about"));
    own_decref(root);
}
END_TEST

/* A program that is linked with libown.a has its calls in its stacks. */
static bool library_is_apart(void)
{
    Dl_info library;
    Dl_info program;

    return dladdr(__extension__(void *) own_decref, &library) &&
           dladdr(__extension__(void *) library_is_apart, &program) &&
           library.dli_fbase != program.dli_fbase;
}

int main(void)
{
    Suite *suite = suite_create("sampled");
    TCase *lives = add_case(suite, "lives");
    TCase *reports = add_case(suite, "reports");

    tcase_add_checked_fixture(lives, NULL, switch_off);
    tcase_add_checked_fixture(reports, NULL, switch_off);
    tcase_add_test(lives, they_stay_until_all_has_been_called);
    tcase_add_test(lives, a_pool_that_lives_on_has_them);
    tcase_add_loop_test(lives, memory_of_shared_pools_is_sampled_again, 0, 2);
    if (!library_is_apart())
        puts("left out here: the_tree_names_the_three_calls_with_the_most_bytes: libown.a");
    else if (GIVES_STACKS)
        tcase_add_test(reports, the_tree_names_the_three_calls_with_the_most_bytes);
    return run_suite(suite);
}
