/*
 * pep442.c - finalizers as in PEP 442: once in a life, on a whole object, whatever they do to it,
 * to the pools around it and to the tear-down that they run in. More in finalizer.c and reentry.c.
 */
#include "harness.h"

static void *stash;
static own_pool *pool, *other;

static void resurrect(struct probe *self)
{
    stash = own_incref(self);
}

/* Ways in which a reference that is the last one goes. Each steals the reference. */

static void by_decref(struct probe *probe)
{
    own_decref(probe);
}

static void by_scope(struct probe *probe)
{
    OWN_SCOPED struct probe *scoped = probe;
    expect(own_refcount(scoped) == 1);
}

static void by_clear_of_a_field(struct probe *probe)
{
    OWN_CLEAR(probe);
}

static void by_field(struct probe *probe)
{
    struct probe *holder = probe_new(NULL, '.');

    holder->second = &probe->header;
    own_decref(holder);
}

static void by_drop(struct probe *probe)
{
    own_pool *holder = new_root();

    expect(own_give(holder, probe) == 0 && own_drop(holder, probe) == 0);
    own_decref(holder);
}

static void by_clear(struct probe *probe)
{
    own_pool *holder = new_root();

    expect(own_give(holder, probe) == 0);
    own_pool_clear(holder);
    own_decref(holder);
}

static void by_death_of_a_pool(struct probe *probe)
{
    own_pool *holder = new_root();

    expect(own_give(own_pool_new(holder), probe) == 0);
    own_decref(holder);
}

static void (*const ways[])(struct probe *probe) = {
    by_decref, by_scope, by_clear_of_a_field, by_field, by_drop, by_clear, by_death_of_a_pool};
#define WAYS (int)(sizeof ways / sizeof ways[0])

START_TEST(finalizer_runs_once_however_the_object_dies_and_dies_again)
{
    for (int second = 0; second < WAYS; second++) {
        struct probe *probe = probe_new(NULL, 'o');

        probe->first = &probe_new(NULL, 'f')->header;
        probe->then = resurrect;
        ways[_i](probe);
        expect_events(ways[_i] == by_field ? ".o" : "o");
        expect(stash == probe && own_refcount(probe) == 1 && probe->first != NULL);
        ways[second](probe);
        expect_events(ways[second] == by_field ? ".f" : "f");
    }
}
END_TEST

static void count_and_balance(struct probe *self)
{
    expect(own_refcount(self) == 0); /* whole, and counted from here */
    for (int i = 0; i < 100; i++)
        own_incref(self);
    expect(own_refcount(self) == 100);
    for (int i = 0; i < 100; i++)
        own_decref(self);
    expect(own_hold(pool, self) == 0 && own_hold(pool, self) == 0);
    expect(own_move(pool, other, self) == 0);
    expect(own_drop(pool, self) == 0 && own_drop(other, self) == 0);
    own_incref(self);
    expect(own_give(pool, self) == 0);
    own_pool_clear(pool);
    expect(own_refcount(self) == 0 && self->name == 'o' && self->first != NULL);
}

START_TEST(balanced_references_inside_change_nothing)
{
    struct probe *probe = probe_new(NULL, 'o');

    pool = new_root();
    other = new_root();
    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = count_and_balance;
    ways[_i](probe);
    expect_events(ways[_i] == by_field ? ".of" : "of");
    own_decref(pool);
    own_decref(other);
}
END_TEST

static void immortalize(struct probe *self)
{
    own_immortalize(self);
}

START_TEST(finalizer_may_make_its_object_immortal)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = immortalize;
    own_decref(probe);
    own_decref(probe);
    expect_events("o");
    expect(own_refcount(probe) == SIZE_MAX && probe->first != NULL);
}
END_TEST

static void move_into_field(struct probe *self)
{
    struct probe *holder = (struct probe *)self->context;

    OWN_SET(holder->third, (own_object *)own_incref(self));
}

START_TEST(finalizer_may_resurrect_into_a_field)
{
    struct probe *holder = probe_new(NULL, 'h'), *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = move_into_field;
    probe->context = holder;
    own_decref(probe);
    expect_events("o");
    own_decref(holder);
    expect_events("hf");
}
END_TEST

START_TEST(finalizer_may_resurrect_into_the_object_that_refers_to_it)
{
    struct probe *holder = probe_new(NULL, 'h'), *probe = probe_new(NULL, 'o');

    probe->then = move_into_field;
    probe->context = holder;
    holder->first = &probe->header;
    OWN_CLEAR(holder->first);
    expect_events("o");
    expect(holder->third == &probe->header);
    own_decref(holder);
    expect_events("h");
}
END_TEST

static void drop_pool(struct probe *self)
{
    log_event('(');
    own_decref(self->context);
    log_event(')');
}

START_TEST(finalizer_may_drop_the_pool_that_its_object_has_just_left)
{
    pool = new_root();
    struct probe *probe = probe_new(pool, 'o');

    probe_new(pool, 'p');
    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = drop_pool;
    probe->context = pool;
    expect(own_drop(pool, probe) == 0);
    expect_events("o(p)f");
}
END_TEST

/* The object keeps its pool alive, and the pool the object, until a clear cuts it. */
START_TEST(finalizer_may_drop_the_pool_that_it_is_torn_down_with)
{
    own_pool *parent = new_root();

    pool = new_root();
    probe_new(pool, '1');
    struct probe *probe = probe_new(pool, 'o');
    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = drop_pool;
    probe->context = pool; /* with the only reference from outside */
    probe_new(pool, '2');
    own_pool_clear(pool);
    expect_events("2o()f1");

    /* the same by a declared field, in a pool with a parent that goes first */
    pool = own_pool_new(parent);
    probe_new(pool, '1');
    probe = probe_new(pool, 'o');
    probe->first = (own_object *)own_incref(pool);
    own_decref(parent);
    expect_events("");
    own_pool_clear(pool);
    expect_events("o1");
}
END_TEST

static void drop_parent(struct probe *self)
{
    own_pool *parent = (own_pool *)self->context;

    expect_error(own_drop(parent, pool) == -1, EINVAL); /* it has let go of it already */
    own_pool_clear(parent);
    log_event('.');
}

START_TEST(finalizer_may_empty_the_pools_that_wait_for_it)
{
    own_pool *parent = new_root();

    probe_new(parent, 'p');
    pool = own_pool_new(parent);
    probe_new(pool, '1');
    struct probe *probe = probe_new(pool, 'o');
    probe->then = drop_parent;
    probe->context = parent;
    own_decref(parent);
    expect_events("op.1");
}
END_TEST

static int left;

/* Makes new garbage, which does the same. */
static void make_another(struct probe *self)
{
    (void)self;
    if (left-- == 0)
        return;
    struct probe *probe = probe_new(left % 2 ? pool : NULL, '.');
    probe->then = make_another;
    if (left % 2)
        expect(own_drop(pool, probe) == 0);
    else
        own_decref(probe);
}

START_TEST(finalizers_may_make_objects_that_die_with_finalizers)
{
    struct probe *probe = probe_new(NULL, '.');
    char expected[1002];

    pool = new_root();
    left = 1000;
    probe->then = make_another;
    own_decref(probe);
    memset(expected, '.', 1001);
    expected[1001] = '\0';
    expect_events(expected);
    expect(left == -1 && usage_of(pool).held == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pep442");
    TCase *life = add_case(suite, "life");
    TCase *pools = add_case(suite, "pools");

    tcase_add_loop_test(life, finalizer_runs_once_however_the_object_dies_and_dies_again, 0, WAYS);
    tcase_add_loop_test(life, balanced_references_inside_change_nothing, 0, WAYS);
    tcase_add_test(life, finalizer_may_make_its_object_immortal);
    tcase_add_test(life, finalizer_may_resurrect_into_a_field);
    tcase_add_test(life, finalizer_may_resurrect_into_the_object_that_refers_to_it);
    tcase_add_test(life, finalizers_may_make_objects_that_die_with_finalizers);

    tcase_add_test(pools, finalizer_may_drop_the_pool_that_its_object_has_just_left);
    tcase_add_test(pools, finalizer_may_drop_the_pool_that_it_is_torn_down_with);
    tcase_add_test(pools, finalizer_may_empty_the_pools_that_wait_for_it);
    return run_suite(suite);
}
