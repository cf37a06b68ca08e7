/*
 * limited_by.c - which limit binds: own_pool_limited_by, and limits that forbid a reserve.
 */
#include "harness.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

START_TEST(pool_whose_limit_binds_is_told)
{
    own_pool *root = new_root(), *middle = own_pool_new(root), *child = own_pool_new(middle);

    expect_keeps_errno(own_pool_limited_by(NULL) == NULL && own_pool_limited_by(child) == NULL);
    expect(own_pool_set_limit(root, MIB) == 0);
    expect(own_pool_limited_by(root) == root && own_pool_limited_by(child) == root);
    expect(own_pool_set_limit(middle, 2 * MIB) == 0);
    expect(own_pool_limited_by(middle) == root && own_pool_limited_by(child) == root);
    expect(own_pool_set_limit(middle, 512 * KIB) == 0);
    expect(own_pool_limited_by(middle) == middle && own_pool_limited_by(child) == middle);
    expect(own_pool_limited_by(root) == root);
    while (own_alloc(root, 1, KIB))
        continue;
    expect(own_pool_limited_by(child) == root);
    expect(own_pool_set_limit(middle, 1) == 0 && own_pool_set_limit(root, 1) == 0);
    expect(own_pool_limited_by(child) == middle); /* the nearest of two without room */
    expect(own_pool_set_limit(middle, 0) == 0 && own_pool_limited_by(child) == root);
    expect(own_pool_set_limit(root, 0) == 0 && own_pool_limited_by(child) == NULL);
    own_decref(root);
}
END_TEST

static void ask_former_parent(void *arg)
{
    own_pool **pools = (own_pool **)arg;

    /* It is dying, and counted by the limit of its parent, which lives. */
    pools[2] = own_pool_limited_by(pools[1]);
}

START_TEST(dying_pool_is_told_whose_limit_counts_it)
{
    own_pool *root = new_root(), *child = own_pool_new(root);
    own_pool *pools[3] = {root, child, NULL};

    expect(own_pool_set_limit(root, MIB) == 0);
    expect(own_defer(child, ask_former_parent, pools) == 0 && own_drop(root, child) == 0);
    expect(pools[2] == root);
    own_decref(root);
}
END_TEST

/* Whether memory could be had at all is not asked where a limit forbids it. */
START_TEST(reserve_over_a_limit_is_a_matter_of_the_limit)
{
    const size_t reserves[] = {MIB, (size_t)1 << 30, SIZE_MAX / 8, SIZE_MAX / 4 + 1};
    own_pool *root = new_root();

    expect(own_pool_set_limit(root, 512 * KIB) == 0);
    own_usage before = usage_of(root);
    for (size_t i = 0; i < 4; i++) {
        own_pool_options own = {.limit = MIB, .reserve = reserves[i]};
        own_pool_options above = {.reserve = reserves[i]};
        expect_error(own_pool_create(NULL, &own) == NULL, EDQUOT);
        expect_error(own_pool_create(root, &above) == NULL, EDQUOT);
    }
    own_pool_options none = {.reserve = IMPOSSIBLE}, wraps = {.limit = 1, .reserve = SIZE_MAX};
    expect_error(own_pool_create(NULL, &none) == NULL, ENOMEM);
    expect_error(own_pool_create(NULL, &wraps) == NULL, EOVERFLOW);
    own_usage after = usage_of(root);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(root);
}
END_TEST

/* What outlives it among threads is still counted by that limit. */
START_TEST(limit_of_a_dead_pool_is_nobodys)
{
    own_pool *root = new_root();

    expect(own_pool_set_limit(root, MIB) == 0 && own_share(root) == 0);
    own_pool *child = own_pool_new(root);
    expect(own_pool_limited_by(child) == root);
    own_incref(child);
    own_decref(root);
    expect(own_pool_limited_by(child) == NULL);
    expect_error(own_alloc(child, 1, 2 * MIB) == NULL, EDQUOT);
    own_decref(child);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limited_by");
    TCase *trees = add_case(suite, "trees");

    tcase_add_test(trees, pool_whose_limit_binds_is_told);
    tcase_add_test(trees, dying_pool_is_told_whose_limit_counts_it);
    tcase_add_test(trees, reserve_over_a_limit_is_a_matter_of_the_limit);
    tcase_add_test(trees, limit_of_a_dead_pool_is_nobodys);
    return run_suite(suite);
}
