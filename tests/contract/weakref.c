/*
 * weakref.c - weak references: what they give, when they are called, to what and by whom they may
 * be held. What calls do from inside is in weakref_calls.c.
 */
#include "harness.h"

static void log_died(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    log_event(*(const char *)arg);
}

/* A weak reference that logs the first letter of `name` when its object has died. */
static own_weakref *watch(own_pool *owner, void *object, const char *name)
{
    own_weakref *ref = own_weakref_new(owner, object, log_died, (void *)(uintptr_t)name);

    expect(ref != NULL);
    return ref;
}

static void expect_gives(own_weakref *ref, const void *object)
{
    size_t references = own_refcount(object);
    void *got;

    expect_keeps_errno((got = own_weakref_get(ref)) == object);
    expect(own_refcount(object) == references + 1 || references == SIZE_MAX);
    own_decref(got);
}

static void expect_gives_nothing(own_weakref *ref)
{
    void *got;

    expect_keeps_errno((got = own_weakref_get(ref)) == NULL);
}

START_TEST(weak_reference_gives_its_object_until_that_dies)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(NULL, probe, NULL, NULL);

    expect(ref != NULL && own_refcount(ref) == 1);
    expect(own_refcount(probe) == 1);
    expect_gives(ref, probe);
    expect_gives(ref, probe);
    own_decref(probe);
    expect_events("o");
    expect_gives_nothing(ref);
    expect_gives_nothing(ref);
    own_decref(ref);
}
END_TEST

START_TEST(reference_that_was_got_keeps_the_object_alive)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = watch(NULL, probe, "r");
    struct probe *got = (struct probe *)own_weakref_get(ref);

    own_decref(probe);
    expect_events("");
    expect_gives(ref, got);
    own_decref(got);
    expect_events("ro");
    own_decref(ref);
}
END_TEST

START_TEST(weak_reference_is_an_object)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(pool, probe, NULL, NULL);

    expect(ref != NULL && own_refcount(ref) == 1 && usage_of(pool).held == 1);
    expect(own_typeof(ref) == own_weakref_type());
    expect(own_weakref_type() != NULL && own_weakref_type()->name != NULL);
    expect(own_cast(ref, own_weakref_type()) == ref);
    expect(own_cast(probe, own_weakref_type()) == NULL);
    own_incref(ref);
    expect(own_hold(pool, ref) == 0);
    expect(own_refcount(ref) == 3);
    own_decref(pool);
    expect(own_refcount(ref) == 1);
    expect_gives(ref, probe);
    own_decref(ref);
    own_decref(probe);
    expect_events("o");
}
END_TEST

START_TEST(field_can_own_a_weak_reference)
{
    struct probe *holder = probe_new(NULL, 'h');
    struct probe *probe = probe_new(NULL, 'o');

    holder->first = (own_object *)watch(NULL, probe, "r");
    own_decref(holder);
    expect_events("h");
    own_decref(probe);
    expect_events("o"); /* died first: never called */
}
END_TEST

START_TEST(weak_references_are_cleared_and_called_newest_first_before_the_finalizer)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *refs[] = {watch(NULL, probe, "a"), watch(NULL, probe, "b"),
                           watch(NULL, probe, "c"), watch(NULL, probe, "d")};

    probe->first = &probe_new(NULL, 'f')->header;
    own_decref(probe);
    expect_events("dcbaof");
    for (int i = 0; i < 4; i++) {
        expect_gives_nothing(refs[i]);
        own_decref(refs[i]);
    }
    expect_events("");
}
END_TEST

START_TEST(order_of_calls_survives_the_death_of_any_weak_reference)
{
    static const char *const expected[] = {"dcb", "dca", "dba", "cba"};
    static const char *const names[] = {"a", "b", "c", "d"};

    for (int dead = 0; dead < 4; dead++) {
        struct probe *probe = probe_new(NULL, 'o');
        own_weakref *refs[4];
        char events[8];

        for (int i = 0; i < 4; i++)
            refs[i] = watch(NULL, probe, names[i]);
        own_decref(refs[dead]);
        own_weakref *late = watch(NULL, probe, "e");
        own_decref(probe);
        snprintf(events, sizeof events, "e%so", expected[dead]);
        expect_events(events);
        for (int i = 0; i < 4; i++)
            if (i != dead)
                own_decref(refs[i]);
        own_decref(late);
    }
}
END_TEST

START_TEST(weak_reference_that_dies_first_is_never_called)
{
    struct probe *probe = probe_new(NULL, 'o');

    own_decref(watch(NULL, probe, "a"));
    own_weakref *kept = watch(NULL, probe, "b");
    own_decref(watch(NULL, probe, "c"));
    own_decref(kept);
    own_decref(probe);
    expect_events("o");
}
END_TEST

START_TEST(pool_can_be_referred_to)
{
    own_pool *parent = new_root();
    own_pool *child = own_pool_new(parent);
    own_weakref *to_parent = watch(NULL, parent, "p");
    own_weakref *to_child = watch(NULL, child, "c");

    expect(own_defer(child, log_call, (void *)(uintptr_t) "d") == 0);
    expect_gives(to_child, child);
    own_pool_clear(parent);
    expect_events("cd");
    expect_gives(to_parent, parent); /* a clear is no death */
    expect(own_defer(parent, log_call, (void *)(uintptr_t) "e") == 0);
    own_decref(parent);
    expect_events("pe");
    expect_gives_nothing(to_parent);
    own_decref(to_parent);
    own_decref(to_child);
}
END_TEST

START_TEST(child_that_survives_its_parent_keeps_its_weak_references)
{
    own_pool *parent = new_root();
    own_pool *child = own_pool_new(parent);
    own_weakref *ref = watch(NULL, child, "c");
    own_pool *got = (own_pool *)own_weakref_get(ref);

    own_decref(parent);
    expect_gives(ref, child);
    expect(own_pool_parent(got) == NULL);
    own_decref(got);
    expect_events("c");
    own_decref(ref);
}
END_TEST

START_TEST(weak_reference_can_be_referred_to)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *first = watch(NULL, probe, "1");
    own_weakref *second = watch(NULL, first, "2");
    own_weakref *third = watch(NULL, second, "3");

    expect_gives(second, first);
    expect_gives(third, second);
    own_decref(second);
    expect_events("3");
    own_decref(probe);
    expect_events("1o");
    second = watch(NULL, first, "2");
    expect_gives(second, first); /* though that gives nothing */
    own_decref(first);
    expect_events("2");
    own_decref(second);
    own_decref(third);
}
END_TEST

START_TEST(weak_reference_in_the_pool_it_refers_to_is_called)
{
    own_pool *pool = new_root();
    struct probe *older = probe_new(pool, 'o');

    older->then = NULL;
    watch(pool, pool, "r");
    probe_new(pool, 'n');
    own_decref(pool);
    expect_events("rno");
}
END_TEST

START_TEST(of_a_pool_the_newer_dies_first)
{
    own_pool *pool = new_root();
    struct probe *first = probe_new(pool, '1');

    watch(pool, first, "a"); /* newer than its object: dies before that */
    struct probe *second = probe_new(NULL, '2');
    watch(pool, second, "b"); /* older than the pool's reference to it */
    expect(own_give(pool, second) == 0);
    own_decref(pool);
    expect_events("b21");

    pool = new_root();
    own_pool *child = own_pool_new(NULL);
    watch(pool, child, "c");
    watch(child, pool, "p");
    expect(own_give(pool, child) == 0);
    own_pool_clear(pool);
    expect_events("c"); /* the one in the child died with it, before the pool */
    own_decref(pool);
    expect_events("");
}
END_TEST

START_TEST(fields_follow_the_same_order)
{
    struct probe *outer = probe_new(NULL, 'o');
    struct probe *inner = probe_new(NULL, 'i');

    outer->first = (own_object *)watch(NULL, inner, "a");
    outer->second = &inner->header;
    outer->third = (own_object *)watch(NULL, inner, "b");
    own_decref(outer);
    expect_events("oai"); /* b died with the third field */
}
END_TEST

START_TEST(immortal_objects_are_always_given)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = watch(NULL, probe, "r");

    own_immortalize(probe);
    own_decref(probe);
    expect_gives(ref, probe);
    own_weakref *late = watch(NULL, probe, "l");
    expect_gives(late, probe);
    own_decref(ref);
    own_decref(late);
    expect_events("");
}
END_TEST

START_TEST(immortal_weak_references_are_called_once)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = watch(NULL, probe, "r");

    own_immortalize(ref);
    own_decref(ref);
    expect_gives(ref, probe);
    own_decref(probe);
    expect_events("ro");
    expect_gives_nothing(ref);
}
END_TEST

static void *stash;

static void resurrect(struct probe *self)
{
    stash = own_incref(self);
}

START_TEST(resurrected_object_has_lost_its_weak_references)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *old = watch(NULL, probe, "1");

    probe->then = resurrect;
    own_decref(probe);
    expect_events("1o");
    expect(stash == probe && own_refcount(probe) == 1);
    expect_gives_nothing(old);
    own_weakref *fresh = watch(NULL, probe, "2");
    expect_gives(fresh, probe);
    expect_gives_nothing(old);
    own_decref(probe);
    expect_events("2"); /* neither the first again, nor the finalizer */
    expect_gives_nothing(fresh);
    own_decref(old);
    own_decref(fresh);
}
END_TEST

START_TEST(null_is_refused_or_gives_null)
{
    own_pool *pool = new_root();

    expect_error(own_weakref_new(NULL, NULL, NULL, NULL) == NULL, EINVAL);
    expect_error(own_weakref_new(pool, NULL, log_died, NULL) == NULL, EINVAL);
    expect(usage_of(pool).held == 0);
    expect_gives_nothing(NULL);
    own_weakref *ref;
    expect_keeps_errno((ref = own_weakref_new(pool, pool, NULL, NULL)) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(object_of_that_type_made_otherwise_refers_to_nothing)
{
    own_weakref *ref = (own_weakref *)own_new(NULL, own_weakref_type());

    expect(ref != NULL);
    expect_gives_nothing(ref);
    own_decref(ref);
}
END_TEST

START_TEST(limit_of_the_owner_holds)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'o');

    expect(own_pool_set_limit(pool, usage_of(pool).reserved) == 0);
    expect_error(own_weakref_new(pool, probe, log_died, NULL) == NULL, EDQUOT);
    expect(own_pool_set_limit(pool, 0) == 0);
    own_decref(probe);
    expect_events("o");
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref");
    TCase *gives = add_case(suite, "gives");
    TCase *called = add_case(suite, "called");

    tcase_add_test(gives, weak_reference_gives_its_object_until_that_dies);
    tcase_add_test(gives, reference_that_was_got_keeps_the_object_alive);
    tcase_add_test(gives, weak_reference_is_an_object);
    tcase_add_test(gives, pool_can_be_referred_to);
    tcase_add_test(gives, child_that_survives_its_parent_keeps_its_weak_references);
    tcase_add_test(gives, weak_reference_can_be_referred_to);
    tcase_add_test(gives, immortal_objects_are_always_given);
    tcase_add_test(gives, resurrected_object_has_lost_its_weak_references);
    tcase_add_test(gives, null_is_refused_or_gives_null);
    tcase_add_test(gives, object_of_that_type_made_otherwise_refers_to_nothing);
    tcase_add_test(gives, limit_of_the_owner_holds);

    tcase_add_test(called, field_can_own_a_weak_reference);
    tcase_add_test(called,
                   weak_references_are_cleared_and_called_newest_first_before_the_finalizer);
    tcase_add_test(called, order_of_calls_survives_the_death_of_any_weak_reference);
    tcase_add_test(called, weak_reference_that_dies_first_is_never_called);
    tcase_add_test(called, weak_reference_in_the_pool_it_refers_to_is_called);
    tcase_add_test(called, of_a_pool_the_newer_dies_first);
    tcase_add_test(called, fields_follow_the_same_order);
    tcase_add_test(called, immortal_weak_references_are_called_once);
    return run_suite(suite);
}
