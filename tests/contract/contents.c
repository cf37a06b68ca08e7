/*
 * contents.c - own_pool_children and own_pool_deferred: what is visited, in which order; what a
 * visit may do, and what it returns.
 */
#include "harness.h"

/* What a visit does beside logging the name. */
struct plan {
    own_pool *pool;
    char at; /* at this one; 0: at each */
    void (*act)(struct plan *plan, void *got);
    own_pool *others[3];
    int ends; /* what it returns there */
};

static int meet(struct plan *plan, char name, void *got)
{
    log_event(name);
    if (plan->at && plan->at != name)
        return 0;
    if (plan->act)
        plan->act(plan, got);
    return plan->ends;
}

static int visit_child(own_pool *child, void *arg)
{
    return meet((struct plan *)arg, own_pool_name(child)[0], child);
}

static int visit_call(void (*call)(void *arg), void *arg, void *context)
{
    expect(call == log_call);
    return meet((struct plan *)context, *(const char *)arg, arg);
}

static void expect_children(own_pool *pool, struct plan plan, const char *events)
{
    plan.pool = pool;
    expect_keeps_errno(own_pool_children(pool, visit_child, &plan) == plan.ends);
    expect_events(events);
}

static void expect_deferred(own_pool *pool, struct plan plan, const char *events)
{
    plan.pool = pool;
    expect_keeps_errno(own_pool_deferred(pool, visit_call, &plan) == plan.ends);
    expect_events(events);
}

static void drop_got(struct plan *plan, void *got)
{
    expect(own_drop(plan->pool, got) == 0);
}

static void undefer_got(struct plan *plan, void *got)
{
    expect(own_undefer(plan->pool, log_call, got) == 0);
}

static void clear_pool(struct plan *plan, void *got)
{
    (void)got;
    own_pool_clear(plan->pool);
    expect(own_pool_new_at(plan->pool, "n") != NULL);
    expect(own_defer(plan->pool, log_call, "N") == 0);
}

/* Children a to e, with other things between them. */
static own_pool *new_family(own_pool *children[5])
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    own_pool *pool = new_root();

    for (int i = 0; i < 5; i++) {
        probe_new(pool, 'x');
        children[i] = own_pool_new_at(pool, names[i]);
        expect(children[i] && own_defer(pool, log_call, (void *)(uintptr_t)names[i]) == 0);
        expect(own_hold(pool, children[0]) == 0);
    }
    return pool;
}

static void end_family(own_pool *pool, const char *events)
{
    own_decref(pool);
    expect_events(events);
}

START_TEST(children_are_visited_newest_first)
{
    own_pool *children[5], *pool = new_family(children);

    expect(own_pool_new_at(children[2], "deeper") != NULL);
    expect_children(pool, (struct plan){.at = '-'}, "edcba");
    expect_children(children[2], (struct plan){.at = '-'}, "d");
    expect_children(children[1], (struct plan){.at = '-'}, "");
    expect(own_move(pool, pool, children[1]) == 0); /* is the newest now */
    expect_children(pool, (struct plan){.at = '-'}, "bedca");
    end_family(pool, "exdxcxbxax");
}
END_TEST

START_TEST(calls_are_visited_in_the_order_of_their_making)
{
    own_pool *children[5], *pool = new_family(children);

    expect(own_defer(pool, log_call, "e") == 0);
    expect_deferred(pool, (struct plan){.at = '-'}, "eedcba");
    expect(own_undefer(pool, log_call, "e") == 0);
    expect_deferred(children[0], (struct plan){.at = '-'}, "");
    expect_deferred(pool, (struct plan){.at = '-'}, "edcba");
    end_family(pool, "exdxcxbxax");
}
END_TEST

START_TEST(first_and_last_calls_are_visited_in_their_turn)
{
    own_pool *children[5], *pool = new_family(children);

    for (int i = 0; i < 3; i++) {
        static const char *const first[] = {"1", "2", "3"}, *const last[] = {"7", "8", "9"};
        expect(own_defer_first(pool, log_call, (void *)(uintptr_t)first[i]) == 0);
        expect(own_defer_last(pool, log_call, (void *)(uintptr_t)last[i]) == 0);
    }
    expect_deferred(pool, (struct plan){.at = '-'}, "321edcba987");
    expect_deferred(pool, (struct plan){.at = '2', .ends = 5}, "32");
    expect_deferred(pool, (struct plan){.at = '2', .act = undefer_got}, "321edcba987");
    expect_deferred(pool, (struct plan){.at = '9', .act = undefer_got}, "31edcba987");
    expect_deferred(pool, (struct plan){.at = '1', .act = clear_pool}, "3131exdxcxbxax87N");
    expect_deferred(pool, (struct plan){.at = '-'}, "N");
    end_family(pool, "N");
}
END_TEST

START_TEST(visit_ends_the_list)
{
    own_pool *children[5], *pool = new_family(children);

    expect_children(pool, (struct plan){.at = 'c', .ends = 7}, "edc");
    expect_children(pool, (struct plan){.at = 'e', .ends = -1}, "e");
    expect_children(pool, (struct plan){.at = 'a', .ends = OWN_WALK_SKIP}, "edcba");
    expect_deferred(pool, (struct plan){.at = 'b', .ends = 3}, "edcb");
    end_family(pool, "exdxcxbxax");
}
END_TEST

START_TEST(visit_drops_the_child_that_it_got)
{
    own_pool *children[5], *pool = new_family(children);

    for (int i = 0; i < 5; i++) {
        expect(own_drop(pool, children[0]) == 0);
        expect(own_defer(children[i], log_call, "!") == 0);
    }
    expect_children(pool, (struct plan){.act = drop_got}, "e!d!c!b!a!");
    expect_children(pool, (struct plan){.act = drop_got}, "");
    expect(usage_of(pool).children == 0);
    end_family(pool, "exdxcxbxax");
}
END_TEST

START_TEST(visit_undefers_the_call_that_it_got)
{
    own_pool *children[5], *pool = new_family(children);

    expect_deferred(pool, (struct plan){.act = undefer_got}, "edcba");
    expect(usage_of(pool).deferred == 0);
    expect_deferred(pool, (struct plan){.act = undefer_got}, "");
    end_family(pool, "xxxxx");
}
END_TEST

static void drop_others(struct plan *plan, void *got)
{
    (void)got;
    for (int i = 0; i < 3 && plan->others[i]; i++)
        expect(own_drop(plan->pool, plan->others[i]) == 0);
}

START_TEST(visit_drops_others)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.at = 'd', .act = drop_others, .others = {c[3], c[2]}},
                    "edba");
    expect_children(pool, (struct plan){.at = 'b', .act = drop_others, .others = {c[4]}}, "eba");
    expect_children(pool, (struct plan){.at = 'b', .act = drop_others, .others = {c[1]}}, "ba");
    end_family(pool, "exdxcxbxax");
}
END_TEST

/* What happens to the rest as one of them dies. */
static own_pool *family, *victims[3];

static void drop_victims(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3 && victims[i]; i++)
        expect(own_drop(family, victims[i]) == 0);
}

START_TEST(dropped_child_takes_others_along)
{
    own_pool *c[5];

    family = new_family(c);
    victims[0] = c[2], victims[1] = c[4], victims[2] = c[1];
    expect(own_defer(c[3], drop_victims, NULL) == 0);
    expect_children(family, (struct plan){.at = 'd', .act = drop_got}, "eda");
    expect(usage_of(family).children == 1);
    end_family(family, "exdxcxbxax");
}
END_TEST

START_TEST(visit_clears_the_pool)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.at = 'c', .act = clear_pool}, "edcexdxcxbxax");
    expect_deferred(pool, (struct plan){.at = 'N', .act = clear_pool}, "NN");
    expect_children(pool, (struct plan){.at = '-'}, "n");
    end_family(pool, "N");
}
END_TEST

static void add_more(struct plan *plan, void *got)
{
    (void)got;
    expect(own_pool_new_at(plan->pool, "n") != NULL);
    expect(own_defer(plan->pool, log_call, "N") == 0);
}

START_TEST(what_a_visit_adds_is_not_visited)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.act = add_more}, "edcba");
    expect_deferred(pool, (struct plan){.act = add_more}, "NNNNNedcba");
    expect(usage_of(pool).children == 20 && usage_of(pool).deferred == 20);
    own_decref(pool);
    expect_events("NNNNNNNNNNNNNNNexdxcxbxax");
}
END_TEST

static void list_again(struct plan *plan, void *got)
{
    struct plan inner = {.pool = plan->pool, .at = '-'};

    (void)got;
    log_event('(');
    expect(own_pool_children(plan->pool, visit_child, &inner) == 0);
    expect(own_pool_deferred(plan->pool, visit_call, &inner) == 0);
    log_event(')');
}

static int visit_walked(void *object, int depth, void *arg)
{
    (void)object;
    (void)depth;
    ++*(size_t *)arg;
    return 0;
}

static void look_around(struct plan *plan, void *got)
{
    size_t visits = 0;

    (void)got;
    expect(own_pool_walk(plan->pool, visit_walked, &visits) == 0 && visits == 1 + 5 + 5 + 5);
    expect(total_of(plan->pool).pools == 6 && usage_of(plan->pool).children == 5);
    expect(own_pool_set_limit(plan->pool, 1000000) == 0);
    expect(own_pool_set_limit(plan->pool, 0) == 0);
}

START_TEST(lists_nest)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.at = 'c', .act = list_again}, "edc(edcbaedcba)ba");
    expect_deferred(pool, (struct plan){.at = 'd', .act = list_again}, "ed(edcbaedcba)cba");
    expect_children(pool, (struct plan){.act = look_around}, "edcba");
    expect_deferred(pool, (struct plan){.act = look_around}, "edcba");
    end_family(pool, "exdxcxbxax");
}
END_TEST

static void drop_nested(struct plan *plan, void *got)
{
    struct plan inner = {.pool = plan->pool, .act = drop_got};

    (void)got;
    expect(own_pool_children(plan->pool, visit_child, &inner) == 0);
}

static void share_pool(struct plan *plan, void *got)
{
    (void)got;
    expect(own_share(plan->pool) == 0);
}

START_TEST(visit_takes_the_ground_from_under_others)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.at = 'd', .act = share_pool}, "edcba");
    expect(own_is_shared(pool));
    expect_children(pool, (struct plan){.at = 'd', .act = drop_nested},
                    "ededcbaa"); /* a was held too */
    end_family(pool, "exdxcxbxax");
}
END_TEST

static void drop_pool(struct plan *plan, void *got)
{
    (void)got;
    if (plan->others[0])
        own_decref(plan->others[0]);
    plan->others[0] = NULL;
}

START_TEST(visit_drops_the_pool)
{
    own_pool *c[5], *pool = new_family(c);

    expect_children(pool, (struct plan){.act = drop_pool, .others = {pool}}, "edcbaexdxcxbxax");
    pool = new_family(c);
    expect_deferred(pool, (struct plan){.act = drop_pool, .others = {pool}}, "edcbaexdxcxbxax");
    pool = new_family(c);
    own_pool *parent = new_root();
    expect(own_give(parent, pool) == 0);
    expect_children(pool, (struct plan){.at = 'a', .act = drop_got, .others = {parent}}, "edcba");
    own_decref(parent);
    expect_events("exdxcxbxax");
}
END_TEST

static void list_dying(void *arg)
{
    struct plan plan = {.pool = (own_pool *)arg, .at = '-'};

    log_event('[');
    expect(own_pool_children(plan.pool, visit_child, &plan) == 0);
    expect(own_pool_deferred(plan.pool, visit_call, &plan) == 0);
    plan.at = 0;
    plan.act = undefer_got;
    expect(own_pool_deferred(plan.pool, visit_call, &plan) == 0);
    log_event(']');
}

START_TEST(dying_pool_lists_what_is_left)
{
    own_pool *c[5], *pool = new_family(c);

    expect(own_defer(pool, list_dying, pool) == 0 && own_pool_new_at(pool, "f") != NULL);
    own_decref(pool);
    expect_events("[edcbaedcbaedcba]xxxxx");
}
END_TEST

START_TEST(arguments_are_checked)
{
    own_pool *pool = new_root();

    expect_error(own_pool_children(NULL, visit_child, NULL) == -1, EINVAL);
    expect_error(own_pool_children(pool, NULL, NULL) == -1, EINVAL);
    expect_error(own_pool_deferred(NULL, visit_call, NULL) == -1, EINVAL);
    expect_error(own_pool_deferred(pool, NULL, NULL) == -1, EINVAL);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contents");
    TCase *order = add_case(suite, "order");
    TCase *changes = add_case(suite, "changes");

    tcase_add_test(order, children_are_visited_newest_first);
    tcase_add_test(order, calls_are_visited_in_the_order_of_their_making);
    tcase_add_test(order, first_and_last_calls_are_visited_in_their_turn);
    tcase_add_test(order, visit_ends_the_list);
    tcase_add_test(order, lists_nest);
    tcase_add_test(order, arguments_are_checked);
    tcase_add_test(changes, visit_drops_the_child_that_it_got);
    tcase_add_test(changes, visit_undefers_the_call_that_it_got);
    tcase_add_test(changes, visit_drops_others);
    tcase_add_test(changes, dropped_child_takes_others_along);
    tcase_add_test(changes, visit_clears_the_pool);
    tcase_add_test(changes, what_a_visit_adds_is_not_visited);
    tcase_add_test(changes, visit_takes_the_ground_from_under_others);
    tcase_add_test(changes, visit_drops_the_pool);
    tcase_add_test(changes, dying_pool_lists_what_is_left);
    return run_suite(suite);
}
