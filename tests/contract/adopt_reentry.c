/*
 * adopt_reentry.c - what the free functions of adopted memory do to the pool that calls them.
 */
#include "source.h"

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

/* An allocator whose realloc changes the limits of its pool. */
static void *plain_alloc(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void plain_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void *realloc_and_limit(void *ctx, void *memory, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    expect(own_pool_set_limit(meddled, 1 << 20) == 0);
    return realloc(memory, size);
}

static own_pool *new_private(void *(*resize)(void *, void *, size_t, size_t))
{
    own_allocator allocator = {.alloc = plain_alloc, .free = plain_free, .realloc = resize};
    return own_pool_create(NULL, &(own_pool_options){.allocator = &allocator});
}

START_TEST(realloc_may_set_a_limit)
{
    meddled = new_private(realloc_and_limit);
    void *block = own_alloc(meddled, 1, 1000);

    block = own_realloc(meddled, block, 1, 100000);
    expect(block && own_free(meddled, block) == 0);
    /* the limit counts nothing too little or too much */
    expect((block = own_alloc(meddled, 1, 1000000)) != NULL && own_free(meddled, block) == 0);
    expect_error(!own_alloc(meddled, 1, 1 << 20), EDQUOT);
    own_decref(meddled);
}
END_TEST

static int clear_at_first(void *block, size_t size, void *arg)
{
    unsigned *visits = arg;
    expect(size == 10 && own_contains(meddled, block));
    if ((*visits)++ == 0)
        own_pool_clear(meddled);
    return 0;
}

START_TEST(a_visit_may_clear_a_pool_with_an_allocator)
{
    unsigned visits = 0;

    meddled = new_private(NULL);
    for (int i = 0; i < 5; i++)
        expect(own_alloc(meddled, 1, 10) != NULL);
    expect(own_pool_blocks(meddled, clear_at_first, &visits) == 0 && visits == 1);
    expect(usage_of(meddled).blocks == 0 && own_alloc(meddled, 1, 10) != NULL);
    own_decref(meddled);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopt_reentry");
    TCase *reentry = add_case(suite, "reentry");

    tcase_add_test(reentry, free_functions_may_use_the_pool);
    tcase_add_test(reentry, free_function_may_end_the_pool);
    tcase_add_test(reentry, free_function_may_revive_the_pool);
    tcase_add_test(reentry, realloc_may_set_a_limit);
    tcase_add_test(reentry, a_visit_may_clear_a_pool_with_an_allocator);
    return run_suite(suite);
}
