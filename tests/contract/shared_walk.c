/*
 * shared_walk.c - totals and walks of shared trees while another thread changes them. Each change
 * is made and joined inside a visit, so that it comes at one known place.
 */

#include "harness.h"

static own_pool *new_named(own_pool *owner, const char *name)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.name = name});

    expect(pool != NULL);
    return pool;
}

static own_pool *new_shared(void)
{
    own_pool *pool = new_named(NULL, "s");

    expect(own_share(pool) == 0);
    return pool;
}

static own_pool *new_confined(own_pool *owner)
{
    own_pool *pool =
        own_pool_create(owner, &(own_pool_options){.name = "k", .flags = OWN_POOL_CONFINED});

    expect(pool != NULL);
    return pool;
}

/* What another thread does when the walk comes to a pool of that name. */
struct plan {
    const char *at;
    void *(*run)(void *arg);
    own_pool *pools[3];
    int ends; /* what the visit returns there */
};

/* Writes down what is visited: a pool's name, or * for anything else, and its depth. */
static int visit(void *object, int depth, void *arg)
{
    struct plan *plan = (struct plan *)arg;
    const own_pool *pool = own_cast(object, own_pool_type());
    const char *name = pool ? own_pool_name(pool) : "*";

    log_event(name[0]);
    log_event((char)('0' + depth));
    if (!plan->at || strcmp(name, plan->at) != 0)
        return 0;
    if (plan->run)
        in_thread(plan->run, plan);
    return plan->ends;
}

static void expect_walk(own_pool *pool, struct plan plan, const char *events)
{
    expect_keeps_errno(own_pool_walk(pool, visit, &plan) == plan.ends);
    expect_events(events);
}

static void *drop_both(void *arg)
{
    struct plan *plan = (struct plan *)arg;

    expect(own_drop(plan->pools[0], plan->pools[1]) == 0);
    expect(own_drop(plan->pools[0], plan->pools[2]) == 0);
    return NULL;
}

START_TEST(what_comes_next_is_dropped)
{
    own_pool *pool = new_shared(), *all[4];
    const char *const names[4] = {"a", "b", "c", "d"};

    for (int i = 0; i < 4; i++)
        all[i] = new_named(pool, names[i]);
    own_pool *below = new_named(all[1], "e");
    expect_walk(pool, (struct plan){.at = NULL}, "s0a1b1e2c1d1");
    expect_walk(pool, (struct plan){"a", drop_both, {pool, all[1], all[2]}, 0}, "s0a1d1");
    expect_walk(pool, (struct plan){"a", drop_both, {pool, all[3], all[0]}, 0}, "s0a1");
    expect_walk(pool, (struct plan){.at = NULL}, "s0");
    (void)below; /* died with its parent */
    own_decref(pool);
}
END_TEST

START_TEST(pool_above_the_visited_one_is_dropped)
{
    own_pool *pool = new_shared(), *a = new_named(pool, "a"), *b = new_named(a, "b");

    new_named(b, "c");
    new_named(b, "d");
    new_named(a, "e");
    own_pool *last = new_named(pool, "f");
    new_named(last, "g");
    expect(own_defer(b, log_call, "B") == 0 && own_defer(a, log_call, "A") == 0);
    /* Both die in the walk, when it has gone through them. */
    own_pool *dropped = new_named(pool, "h");
    expect_walk(pool, (struct plan){"c", drop_both, {pool, a, dropped}, 0}, "s0a1b2c3d3e2ABf1g2");
    own_decref(pool);
}
END_TEST

static void *add_and_move(void *arg)
{
    struct plan *plan = (struct plan *)arg;

    new_named(plan->pools[0], "x"); /* in the part of this thread, to which the walk comes yet */
    expect(own_move(plan->pools[0], plan->pools[2], plan->pools[1]) == 0);
    return NULL;
}

START_TEST(what_comes_next_moves)
{
    own_pool *pool = new_shared(), *a = new_named(pool, "a"), *b = new_named(pool, "b");

    new_named(b, "y");
    expect_walk(pool, (struct plan){"a", add_and_move, {pool, b, a}, 0}, "s0a1b2y3x1");
    own_decref(pool);
}
END_TEST

START_TEST(walk_ends_in_the_middle)
{
    own_pool *pool = new_shared(), *a = new_named(pool, "a"), *b = new_named(a, "b");

    new_named(b, "c");
    new_named(a, "d");
    expect_walk(pool, (struct plan){.at = "c", .ends = 7}, "s0a1b2c3");
    expect(own_refcount(a) == 1 && own_refcount(b) == 1);
    expect_walk(pool, (struct plan){.at = NULL}, "s0a1b2c3d2");
    own_decref(pool);
}
END_TEST

static void *add_two(void *arg)
{
    own_pool *pool = (own_pool *)arg;

    probe_new(pool, 'p');
    new_named(pool, "t");
    return NULL;
}

START_TEST(what_each_thread_added_is_visited_in_its_order)
{
    own_pool *pool = new_shared(), *held = new_shared();

    new_named(held, "x"); /* not visited: a held pool is no child */
    new_named(pool, "a");
    in_thread(add_two, pool);
    expect(own_hold(pool, held) == 0);
    expect_walk(pool, (struct plan){.at = NULL}, "s0a1s1*1t1");
    expect(total_of(pool).pools == 3 && total_of(pool).held == 2);
    own_decref(held);
    own_decref(pool);
    expect_events("p");
}
END_TEST

static int count_levels(void *object, int depth, void *arg)
{
    int *deepest = (int *)arg;

    expect(own_is_shared(object) && depth == *deepest + 1);
    *deepest = depth;
    return 0;
}

START_TEST(deep_shared_tree_is_gone_through)
{
    size_t length = 300;
    own_pool *pool = new_shared(), *at = pool;
    int deepest = -1;

    for (size_t i = 1; i < length; i++) {
        at = own_pool_new(at);
        expect(at && own_alloc(at, 1, 16) != NULL);
    }
    expect(own_pool_walk(pool, count_levels, &deepest) == 0 && deepest == (int)length - 1);
    own_usage total = total_of(pool);
    expect(total.pools == length && total.children == length - 1 && total.blocks == length - 1);
    own_decref(pool);
}
END_TEST

START_TEST(confined_pool_below_a_shared_one_is_not_looked_into)
{
    own_pool *pool = new_shared(), *request = new_confined(pool);

    expect(new_named(request, "x") && own_alloc(request, 1, 1000) != NULL);
    new_named(pool, "a");
    expect_walk(pool, (struct plan){.at = NULL}, "s0k1a1");
    expect_walk(request, (struct plan){.at = NULL}, "k0x1");
    own_usage total = total_of(pool), mine = usage_of(request), whole = total_of(request);
    expect(total.pools == 3 && total.children == 2 && total.blocks == 0);
    expect(total.reserved > mine.reserved && whole.pools == 2 && whole.blocks == 1);
    own_decref(pool);
}
END_TEST

START_TEST(shared_pool_below_a_confined_one_is_gone_through)
{
    own_pool *root = new_named(NULL, "r"), *pool = new_named(root, "s");

    new_named(pool, "a");
    expect(own_share(pool) == 0);
    in_thread(add_two, pool);
    new_named(new_named(root, "b"), "c");
    expect_walk(root, (struct plan){.at = NULL}, "r0s1a2*2t2b1c2");
    expect(total_of(root).pools == 6 && total_of(root).children == 5);
    own_decref(root);
    expect_events("p");
}
END_TEST

static int walk_inside(void *object, int depth, void *arg)
{
    struct plan plan = {.at = NULL};

    (void)arg;
    if (depth == 1)
        expect(own_pool_walk(object, visit, &plan) == 0);
    return 0;
}

START_TEST(walks_nest)
{
    own_pool *pool = new_shared(), *a = new_named(pool, "a");

    new_named(a, "b");
    new_named(pool, "c");
    expect(own_pool_walk(pool, walk_inside, NULL) == 0);
    expect_events("a0b1c0");
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared walk");
    TCase *walks = add_case(suite, "walks");

    tcase_add_test(walks, what_comes_next_is_dropped);
    tcase_add_test(walks, pool_above_the_visited_one_is_dropped);
    tcase_add_test(walks, what_comes_next_moves);
    tcase_add_test(walks, walk_ends_in_the_middle);
    tcase_add_test(walks, what_each_thread_added_is_visited_in_its_order);
    tcase_add_test(walks, deep_shared_tree_is_gone_through);
    tcase_add_test(walks, confined_pool_below_a_shared_one_is_not_looked_into);
    tcase_add_test(walks, shared_pool_below_a_confined_one_is_gone_through);
    tcase_add_test(walks, walks_nest);
    return run_suite(suite);
}
