/*
 * failed.c - own_pool_options.failed: told once of each call that fails for want of memory.
 */
#include "source.h"

#include <setjmp.h>

#define KIB ((size_t)1 << 10)

static struct {
    unsigned calls;
    own_pool *pool;
    int error;
    size_t bytes;
} told;

static void tell(own_pool *pool, int error, size_t bytes)
{
    told.calls++;
    told.pool = pool;
    told.error = error;
    told.bytes = bytes;
    errno = 0;
}

/* The condition holds a call that fails with that errno; `failed` was told so, once. */
#define expect_failed(condition, in, expected, asked)                                              \
    do {                                                                                           \
        told.calls = 0;                                                                            \
        expect_error(condition, expected);                                                         \
        expect(told.calls == 1 && told.pool == (in));                                              \
        expect(told.error == (expected) && told.bytes == (asked));                                 \
    } while (0)

static own_pool *new_pool(own_pool *owner, size_t limit)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.limit = limit, .failed = tell});
    expect(pool);
    return pool;
}

static own_pool *full_pool(void)
{
    own_pool *pool = new_pool(NULL, 4 * KIB);
    while (own_alloc(pool, 1, 16))
        continue;
    while (own_defer(pool, log_call, "x") == 0)
        continue;
    return pool;
}

static const own_type thing = {.name = "thing", .size = 100};

static void nothing(void *arg)
{
    (void)arg;
}

START_TEST(each_call_tells_once)
{
    own_pool *pool = full_pool();
    own_pool *other = own_pool_new(NULL);
    char *block = own_alloc_raw(other, 1, 100);
    int variable = 0;

    expect_failed(!own_alloc(pool, 3, 100), pool, EDQUOT, 300);
    expect_failed(!own_alloc_raw(pool, 1, 100 * KIB), pool, EDQUOT, 100 * KIB);
    expect_failed(!own_alloc_aligned(pool, 64, 1, 77), pool, EDQUOT, 77);
    expect_failed(!own_realloc(pool, NULL, 1, 50), pool, EDQUOT, 50);
    expect_failed(!own_strdup(pool, "seventeen letters"), pool, EDQUOT, 18);
    expect_failed(!own_asprintf(pool, "%040d", 1), pool, EDQUOT, 41);
    expect_failed(own_adopt(pool, &variable, sizeof(variable), nothing) == -1, pool, EDQUOT,
                  sizeof(variable));
    expect_failed(!own_block_move(other, pool, block), pool, EDQUOT, own_block_size(other, block));
    expect_failed(own_hold(pool, other) == -1, pool, EDQUOT, 0);
    expect_failed(own_give(pool, other) == -1, pool, EDQUOT, 0);
    expect_failed(own_defer(pool, log_call, "a") == -1, pool, EDQUOT, 0);
    expect_failed(own_defer_first(pool, log_call, "a") == -1, pool, EDQUOT, 0);
    expect_failed(!own_new(pool, &thing), pool, EDQUOT, 100);
    expect_failed(!own_buffer_new(pool, 5, 1000), pool, EDQUOT, 5000);
    expect_failed(!own_pool_new(pool), pool, EDQUOT, 0);
    expect_failed(!own_pool_create(pool, &(own_pool_options){.reserve = 9000}), pool, EDQUOT, 9000);
    expect_failed(own_pool_set_name(pool, "%0200d", 1) == -1, pool, EDQUOT, 201);
    own_decref(other);
    own_decref(pool);
}
END_TEST

START_TEST(overflow_is_told)
{
    own_pool *pool = new_pool(NULL, 0);
    volatile size_t most = SIZE_MAX; /* the compiler would warn */
    void *block = own_alloc(pool, 1, 10);

    expect_failed(!own_alloc(pool, most / 2, 3), pool, EOVERFLOW, SIZE_MAX);
    expect_failed(!own_realloc(pool, block, most / 2, 3), pool, EOVERFLOW, SIZE_MAX);
    expect_failed(!own_alloc(pool, 1, most), pool, ENOMEM, SIZE_MAX);
    told.calls = 0;
    expect_error(own_free(pool, &told) == -1, EINVAL);
    expect_error(!own_realloc(pool, (void *)(uintptr_t)&told, 1, 10), EINVAL);
    expect_error(own_hold(pool, NULL) == -1, EINVAL);
    expect(told.calls == 0);
    own_decref(pool);
}
END_TEST

START_TEST(pools_below_inherit_it)
{
    own_pool *root = new_pool(NULL, 64 * KIB);

    /* also those that follow others of their size */
    for (int i = 0; i < 200; i++) {
        own_pool *child = own_pool_new(root);
        own_pool *below = own_pool_create(child, &(own_pool_options){.name = "below"});
        expect_failed(!own_alloc(child, 1, 100 * KIB), child, EDQUOT, 100 * KIB);
        expect_failed(!own_alloc(below, 1, 100 * KIB), below, EDQUOT, 100 * KIB);
        expect(own_drop(root, child) == 0);
    }
    own_decref(root);
}
END_TEST

START_TEST(a_pool_that_is_used_again_has_forgotten_it)
{
    for (int i = 0; i < 50; i++) {
        own_decref(new_pool(NULL, 0));
        own_pool *pool = own_pool_new(NULL);
        volatile size_t most = SIZE_MAX;
        told.calls = 0;
        expect_error(!own_alloc(pool, 1, most), ENOMEM);
        expect(told.calls == 0);
        own_decref(pool);
    }
}
END_TEST

START_TEST(children_of_shared_pools_inherit_it)
{
    own_pool *root = new_pool(NULL, 300 * KIB);

    expect(own_share(root) == 0);
    own_pool *child = own_pool_new(root);
    expect_failed(!own_alloc(child, 1, 400 * KIB), child, EDQUOT, 400 * KIB);
    expect_failed(!own_alloc(root, 1, 400 * KIB), root, EDQUOT, 400 * KIB);
    own_decref(root);
}
END_TEST

START_TEST(a_shrink_that_succeeds_tells_nothing)
{
    own_pool *pool = new_pool(NULL, 4 * KIB);
    char *memory = malloc(1000);

    expect(own_adopt(pool, memory, 1000, free) == 0);
    while (own_alloc(pool, 1, 16))
        continue;
    told.calls = 0;
    expect(own_realloc(pool, memory, 1, 500) == memory && told.calls == 0);
    own_decref(pool);
}
END_TEST

static jmp_buf before;

static void jump(own_pool *pool, int error, size_t bytes)
{
    tell(pool, error, bytes);
    longjmp(before, 1);
}

START_TEST(it_may_jump)
{
    for (int shared = 0; shared < 2; shared++) {
        own_pool *pool =
            own_pool_create(NULL, &(own_pool_options){.limit = 64 * KIB, .failed = jump});
        expect(!shared || own_share(pool) == 0);
        told.calls = 0;
        if (setjmp(before) == 0) {
            (void)!own_alloc(pool, 1, 100 * KIB);
            expect(false);
        }
        expect(told.calls == 1 && own_hold(pool, pool) == 0 && own_drop(pool, pool) == 0);
        if (setjmp(before) == 0) {
            (void)!own_buffer_new(pool, 1, 100 * KIB);
            expect(false);
        }
        expect(told.calls == 2 && usage_of(pool).held == 0 && own_alloc(pool, 1, 10));
        own_decref(pool);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("failed");
    TCase *failed = add_case(suite, "failed");

    tcase_add_test(failed, each_call_tells_once);
    tcase_add_test(failed, overflow_is_told);
    tcase_add_test(failed, pools_below_inherit_it);
    tcase_add_test(failed, a_pool_that_is_used_again_has_forgotten_it);
    tcase_add_test(failed, children_of_shared_pools_inherit_it);
    tcase_add_test(failed, a_shrink_that_succeeds_tells_nothing);
    tcase_add_test(failed, it_may_jump);
    return run_suite(suite);
}
