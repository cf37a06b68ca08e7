/*
 * weakref_misuse.c - misuse of weak references is seen, and the call has done nothing.
 */
#include "harness.h"

START_TEST(dead_weak_reference_gives_nothing)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(NULL, probe, NULL, NULL);

    own_decref(ref);
    expect_keeps_errno(own_weakref_get(ref) == NULL);
    expect_misuse("own_weakref_get", "weak reference");
    own_decref(ref);
    expect_misuse("own_decref", "weak reference");
    own_decref(probe);
}
END_TEST

START_TEST(dead_object_cannot_be_referred_to)
{
    own_pool *pool = own_pool_new_at(NULL, "larder");
    struct probe *probe = probe_new(NULL, 'o');

    own_decref(probe);
    expect_error(own_weakref_new(NULL, probe, NULL, NULL) == NULL, EINVAL);
    expect_misuse("own_weakref_new", "probe");
    expect_error(own_weakref_new(pool, probe, NULL, NULL) == NULL, EINVAL);
    expect_misuse("own_weakref_new", "larder");
    expect(usage_of(pool).held == 0);
    own_decref(pool);
}
END_TEST

static own_weakref *made;

static void refer_to_context(struct probe *self)
{
    expect_error((made = own_weakref_new(NULL, self->context, NULL, NULL)) == NULL, EINVAL);
    expect_misuse("own_weakref_new", "probe");
}

START_TEST(object_whose_fields_are_being_released_cannot_be_referred_to)
{
    struct probe *outer = probe_new(NULL, 'o'), *inner = probe_new(NULL, 'i');

    inner->then = refer_to_context;
    inner->context = outer;
    outer->first = &inner->header;
    own_decref(outer);
    expect_events("oi");
    expect(made == NULL);
}
END_TEST

static void release_twice(own_weakref *ref, void *arg)
{
    log_event(*(const char *)arg);
    own_decref(ref); /* its only reference */
    own_decref(ref); /* that of the library, for the time of the call */
    expect_misuse("own_decref", "weak reference");
    expect(own_weakref_get(ref) == NULL);
}

START_TEST(call_that_releases_its_weak_reference_too_often_is_seen)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(NULL, probe, release_twice, "w");

    expect(ref != NULL);
    own_decref(probe);
    expect_events("wo");
    own_decref(ref);
    expect_misuse("own_decref", "weak reference");
}
END_TEST

static void release_object(own_weakref *ref, void *arg)
{
    (void)ref;
    own_decref(arg);
    expect_misuse("own_decref", "probe");
}

START_TEST(call_that_releases_the_dying_object_is_seen)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(NULL, probe, release_object, probe);

    own_decref(probe);
    expect_events("o");
    own_decref(ref);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_misuse");
    TCase *told = add_case(suite, "told");

    tcase_add_checked_fixture(told, record_misuses, restore_misuses);
    if (memory_is_checked()) {
        fprintf(stderr, "left out: uses of dead objects, which the memory checker would end\n");
    } else {
        tcase_add_test(told, dead_weak_reference_gives_nothing);
        tcase_add_test(told, dead_object_cannot_be_referred_to);
        tcase_add_test(told, call_that_releases_its_weak_reference_too_often_is_seen);
    }
    tcase_add_test(told, object_whose_fields_are_being_released_cannot_be_referred_to);
    tcase_add_test(told, call_that_releases_the_dying_object_is_seen);
    return run_suite(suite);
}
