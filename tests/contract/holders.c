/*
 * holders.c - own_holders: each pool that holds an object, once, and what a visit returns.
 */
#include "harness.h"

struct plan {
    char at;  /* the name of a pool */
    int ends; /* what the visit returns there */
};

static int visit_holder(own_pool *holder, void *arg)
{
    const struct plan *plan = (const struct plan *)arg;
    char name = own_pool_name(holder)[0];

    log_event(name);
    return name == plan->at ? plan->ends : 0;
}

static void expect_holders(void *object, own_pool *root, struct plan plan, const char *events)
{
    expect_keeps_errno(own_holders(object, root, visit_holder, &plan) == plan.ends);
    expect_events(events);
}

static void check_holders(bool shared)
{
    const struct plan all = {.at = '-'};
    own_pool *root = own_pool_new_at(NULL, "R"), *a = own_pool_new_at(root, "a");
    own_pool *b = own_pool_new_at(a, "b"), *c = own_pool_new_at(root, "c");
    own_pool *other = own_pool_new_at(NULL, "O");
    struct probe *probe = probe_new(b, 'x');

    expect(own_hold(c, probe) == 0 && own_hold(c, probe) == 0 && own_hold(other, probe) == 0);
    expect(own_hold(root, other) == 0); /* held, so nothing below it counts */
    if (shared)
        expect(own_share(root) == 0);
    expect_holders(probe, root, all, "bc");
    expect_holders(probe, a, all, "b");
    expect_holders(probe, b, all, "b");
    expect_holders(probe, other, all, "O");
    expect_holders(b, root, all, "a"); /* the parent */
    expect(own_hold(root, b) == 0 && own_hold(b, b) == 0 && own_hold(a, b) == 0);
    expect_holders(b, root, all, "Rab");
    expect_holders(root, root, all, "");
    expect_holders(other, root, all, "R");
    expect_holders(b, root, (struct plan){.at = 'R', .ends = 4}, "R");
    expect_holders(b, root, (struct plan){.at = 'a', .ends = OWN_WALK_SKIP}, "Ra");
    expect(own_drop(b, b) == 0);
    for (int i = 0; i < 1000; i++)
        probe_new(a, '.');
    expect_holders(probe, root, all, "bc");
    expect(own_drop(c, probe) == 0 && own_drop(b, probe) == 0);
    expect_holders(probe, root, all, "c");
    expect(own_drop(c, probe) == 0 && own_drop(root, other) == 0);
    expect_holders(probe, root, all, "");
    own_pool_clear(a);
    own_decref(other);
    own_decref(root);
}

START_TEST(holders_are_visited_once)
{
    check_holders(_i == 1);
}
END_TEST

START_TEST(arguments_are_checked)
{
    own_pool *pool = new_root();

    expect_error(own_holders(NULL, pool, visit_holder, NULL) == -1, EINVAL);
    expect_error(own_holders(pool, NULL, visit_holder, NULL) == -1, EINVAL);
    expect_error(own_holders(pool, pool, NULL, NULL) == -1, EINVAL);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("holders");
    TCase *holders = add_case(suite, "holders");

    tcase_add_loop_test(holders, holders_are_visited_once, 0, 2);
    tcase_add_test(holders, arguments_are_checked);
    return run_suite(suite);
}
