/*
 * toggle.c - own_set_toggle: who is told that only one reference is left, or more.
 */
#include "harness.h"

static own_pool *pool, *other;
static unsigned calls;
static void *last_object;

/* Logs '1' where only one reference is left, and '+' where there are more. */
static void tell(void *object, bool only, void *arg)
{
    expect(arg == &calls);
    expect(own_refcount(object) > 0);
    calls++;
    last_object = object;
    log_event(only ? '1' : '+');
    errno = EIO;
}

static struct probe *toggled_probe(void)
{
    struct probe *probe = probe_new(NULL, 'p');

    expect_keeps_errno(own_set_toggle(probe, tell, &calls) == 0);
    return probe;
}

START_TEST(each_change_between_one_and_more_is_told_once)
{
    struct probe *probe = toggled_probe();

    expect_events("");
    errno = ERANGE;
    for (int i = 0; i < 3; i++) {
        expect(own_incref(probe) == probe);
        expect_events("+");
        expect(last_object == probe && own_refcount(probe) == 2);
        own_incref(probe);
        own_incref(probe);
        own_decref(probe);
        own_decref(probe);
        expect_events("");
        own_decref(probe);
        expect_events("1");
        expect(own_refcount(probe) == 1);
    }
    expect(errno == ERANGE);
    own_decref(probe);
    expect_events("p"); /* no call: who released it knows */
}
END_TEST

START_TEST(what_is_so_when_it_is_set_is_not_told)
{
    struct probe *probe = probe_new(NULL, 'p');

    own_incref(probe);
    own_incref(probe);
    expect(own_set_toggle(probe, tell, &calls) == 0);
    expect(own_refcount(probe) == 3);
    own_decref(probe);
    expect_events("");
    own_decref(probe);
    expect_events("1");
    own_incref(probe);
    expect_events("+");
    expect(own_set_toggle(probe, NULL, NULL) == 0);
    expect(own_refcount(probe) == 2);
    own_decref(probe);
    own_incref(probe);
    expect_events("");
    expect(own_set_toggle(probe, NULL, NULL) == 0); /* has none */
    own_decref(probe);
    own_decref(probe);
    expect_events("p");
}
END_TEST

static void tell_other(void *object, bool only, void *arg)
{
    (void)object, (void)arg;
    log_event(only ? 'o' : 'm');
}

START_TEST(a_second_toggle_replaces_the_first)
{
    struct probe *probe = toggled_probe();

    own_incref(probe);
    expect_events("+");
    expect(own_set_toggle(probe, tell_other, NULL) == 0);
    own_decref(probe);
    expect_events("o");
    own_decref(probe);
    expect_events("p");
}
END_TEST

/* A reference that comes and goes in every other way. */

START_TEST(pools_count_as_one_reference)
{
    struct probe *probe = toggled_probe();

    pool = new_root();
    other = new_root();
    expect(own_hold(pool, probe) == 0);
    expect_events("+");
    expect(own_hold(pool, probe) == 0 && own_hold(other, probe) == 0);
    expect(own_refcount(probe) == 4);
    expect(own_move(other, pool, probe) == 0);
    expect(own_drop(pool, probe) == 0 && own_drop(pool, probe) == 0);
    expect_events("");
    expect(own_drop(pool, probe) == 0);
    expect_events("1");
    expect(own_hold(other, probe) == 0);
    own_decref(other);
    expect_events("+1");
    expect(own_hold(pool, probe) == 0);
    own_pool_clear(pool);
    expect_events("+1");
    own_incref(probe);
    expect(own_give(pool, probe) == 0); /* from outside to a pool: two as before */
    expect_events("+");
    own_incref(probe);
    expect(own_give(pool, probe) == 0); /* three for a moment, then two */
    own_decref(pool);
    expect_events("1");
    /* held by a pool alone, however often: one */
    pool = new_root();
    expect(own_give(pool, probe) == 0 && own_hold(pool, probe) == 0);
    expect_events("");
    own_decref(pool);
    expect_events("p");
}
END_TEST

START_TEST(giving_the_second_reference_to_a_pool_that_holds_it_leaves_one)
{
    struct probe *probe = toggled_probe();

    pool = new_root();
    expect(own_hold(pool, probe) == 0);
    expect_events("+");
    expect(own_give(pool, probe) == 0);
    expect_events("1");
    expect(own_refcount(probe) == 2);
    own_decref(pool);
    expect_events("p");
}
END_TEST

START_TEST(fields_weak_references_and_bases_count)
{
    struct probe *probe = toggled_probe();
    struct probe *holder = probe_new(NULL, 'h');

    holder->second = (own_object *)own_incref(probe);
    expect_events("+");
    own_decref(holder);
    expect_events("h1");

    own_weakref *ref = own_weakref_new(NULL, probe, NULL, NULL);
    expect(own_weakref_get(ref) == probe);
    expect_events("+");
    own_decref(probe);
    expect_events("1");

    int numbers[3] = {1, 2, 3};
    size_t shape[] = {3};
    own_array *array = own_array_wrap(NULL, "i", OWN_C_ORDER, 1, shape, numbers, probe);
    expect(array != NULL);
    expect_events("+");
    own_decref(array);
    expect_events("1");
    own_decref(probe);
    expect_events("p");
    expect(own_weakref_get(ref) == NULL);
    own_decref(ref);
}
END_TEST

START_TEST(pools_buffers_and_arrays_have_toggles_too)
{
    own_buffer *buffer = own_buffer_new(NULL, 10, 1);
    pool = new_root();

    expect(own_set_toggle(buffer, tell, &calls) == 0 && own_set_toggle(pool, tell, &calls) == 0);
    expect(own_hold(pool, buffer) == 0);
    expect_events("+");
    own_pool_clear(pool); /* which holds itself meanwhile */
    expect_events("1");
    own_pool *child = own_pool_new(pool);
    expect(child != NULL && own_set_toggle(child, tell, &calls) == 0);
    own_incref(child);
    expect_events("+");
    expect(own_drop(pool, child) == 0);
    expect_events("1");
    expect(own_give(pool, child) == 0);
    expect_events("");
    own_incref(child);
    expect_events("+");
    own_incref(pool);
    own_decref(pool);
    expect_events("+1");
    own_decref(pool);
    expect_events("1");
    own_decref(child);
    own_decref(buffer);
    expect_events("");
}
END_TEST

/* As a language binding does: the wrapper has the toggle's reference, and dies in the call. */
static void let_go(void *object, bool only, void *arg)
{
    (void)arg;
    log_event(only ? '1' : '+');
    if (only)
        own_decref(object);
}

START_TEST(the_call_may_release_the_last_reference)
{
    struct probe *probe = probe_new(NULL, 'p');

    own_incref(probe);
    expect(own_set_toggle(probe, let_go, NULL) == 0);
    own_decref(probe);
    expect_events("1p");

    probe = probe_new(NULL, 'q');
    pool = new_root();
    expect(own_hold(pool, probe) == 0 && own_set_toggle(probe, let_go, NULL) == 0);
    own_decref(pool);
    expect_events("1q");

    probe = probe_new(NULL, 'r');
    struct probe *holder = probe_new(NULL, 'h');
    holder->first = (own_object *)own_incref(probe);
    expect(own_set_toggle(probe, let_go, NULL) == 0);
    own_decref(holder);
    expect_events("h1r");
}
END_TEST

/* The call takes and releases references itself: it is told of these too. */
static void count_inside(void *object, bool only, void *arg)
{
    log_event(only ? '1' : '+');
    if (only && arg == object) {
        expect(own_set_toggle(object, count_inside, NULL) == 0);
        own_incref(object);
        own_decref(object);
    }
}

START_TEST(calls_nest)
{
    struct probe *probe = probe_new(NULL, 'p');

    own_incref(probe);
    expect(own_set_toggle(probe, count_inside, probe) == 0);
    own_decref(probe);
    expect_events("1+1");
    own_decref(probe);
    expect_events("p");
}
END_TEST

static void toggle_in_finalizer(struct probe *self)
{
    expect_error(own_set_toggle(self, tell, &calls) == -1, EINVAL);
    own_incref(self);
    own_rearm(self);
}

START_TEST(one_that_was_brought_back_may_have_one_again)
{
    struct probe *probe = toggled_probe();

    for (int i = 0; i < 3; i++) {
        probe->then = toggle_in_finalizer;
        own_decref(probe);
        expect_events("p");
        expect(own_refcount(probe) == 1);
        expect(own_set_toggle(probe, tell, &calls) == 0);
        own_incref(probe);
        own_decref(probe);
        expect_events("+1");
    }
    probe->then = NULL;
    own_decref(probe);
    expect_events("p");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("toggle");
    TCase *toggles = add_case(suite, "toggles");
    TCase *rules = add_case(suite, "rules");

    tcase_add_test(toggles, each_change_between_one_and_more_is_told_once);
    tcase_add_test(toggles, what_is_so_when_it_is_set_is_not_told);
    tcase_add_test(toggles, a_second_toggle_replaces_the_first);
    tcase_add_test(toggles, pools_count_as_one_reference);
    tcase_add_test(toggles, giving_the_second_reference_to_a_pool_that_holds_it_leaves_one);
    tcase_add_test(toggles, fields_weak_references_and_bases_count);
    tcase_add_test(toggles, pools_buffers_and_arrays_have_toggles_too);
    tcase_add_test(rules, the_call_may_release_the_last_reference);
    tcase_add_test(rules, calls_nest);
    tcase_add_test(rules, one_that_was_brought_back_may_have_one_again);
    return run_suite(suite);
}
