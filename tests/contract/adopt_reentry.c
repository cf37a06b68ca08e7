/*
 * adopt_reentry.c - what the free functions of adopted memory do to the pool that calls them.
 */
#include "harness.h"

static own_pool *meddled;
static void *freed_too;

static void free_and_meddle(void *memory)
{
    own_usage usage = usage_of(meddled);

    expect(!own_contains(meddled, memory));
    expect_error(own_free(meddled, memory) == -1, EINVAL);
    if (freed_too) {
        void *next = freed_too;
        freed_too = NULL;
        expect(own_free(meddled, next) == 0);
    }
    expect(own_alloc(meddled, 1, 100) != NULL && own_alloc(meddled, 1, 300000) != NULL);
    adopt_named(meddled, 'n', 5);
    probe_new(meddled, 'p');
    expect(usage_of(meddled).blocks >= usage.blocks + 2);
    errno = EIO;
    log_and_free(memory);
}

START_TEST(free_functions_may_use_the_pool)
{
    meddled = new_root();
    for (char name = 'a'; name <= 'c'; name++) {
        char *memory = (char *)malloc(1);
        *memory = name;
        expect(own_adopt(meddled, memory, 1, free_and_meddle) == 0);
        if (name == 'a')
            freed_too = memory;
        if (name == 'b')
            expect_keeps_errno(own_free(meddled, memory) == 0);
    }
    expect_events("ab");
    expect_keeps_errno((own_pool_clear(meddled), true));
    expect_events("cpnpnpn"); /* the newest first; c added one pair, a and b were freed before */
    expect(usage_of(meddled).blocks == 0);
    char *memory = (char *)malloc(1);
    *memory = 'd';
    expect(own_adopt(meddled, memory, 1, free_and_meddle) == 0);
    expect_keeps_errno((own_decref(meddled), true));
    expect_events("dpn");
}
END_TEST

static void end_pool(void *memory)
{
    log_and_free(memory);
    own_decref(meddled);
}

START_TEST(free_function_may_end_the_pool)
{
    meddled = new_root();
    char *memory = (char *)malloc(1);
    *memory = 'a';
    expect(own_adopt(meddled, memory, 1, end_pool) == 0);
    adopt_named(meddled, 'b', 1);
    expect(own_free(meddled, memory) == 0);
    expect_events("ab");
}
END_TEST

static void keep_pool(void *memory)
{
    log_and_free(memory);
    own_incref(meddled);
}

START_TEST(free_function_may_revive_the_pool)
{
    meddled = new_root();
    char *text = own_strdup(meddled, "kept");
    char *memory = (char *)malloc(1);
    adopt_named(meddled, 'a', 1);
    *memory = 'b';
    expect(own_adopt(meddled, memory, 1, keep_pool) == 0);
    own_decref(meddled);
    expect_events("ba");
    ck_assert_str_eq(text, "kept");
    expect(own_refcount(meddled) == 1 && usage_of(meddled).blocks == 1);
    own_decref(meddled);
    expect_events("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopt_reentry");
    TCase *reentry = add_case(suite, "reentry");

    tcase_add_test(reentry, free_functions_may_use_the_pool);
    tcase_add_test(reentry, free_function_may_end_the_pool);
    tcase_add_test(reentry, free_function_may_revive_the_pool);
    return run_suite(suite);
}
