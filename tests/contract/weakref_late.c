/*
 * weakref_late.c - weak references made to dying objects: by calls, finalizers and deferred calls.
 */
#include "watch.h"

static void watch_again(struct watch *self)
{
    struct watch *next = (struct watch *)self->other;

    watch_start(next, self->pool, self->object, next->name, next->then);
    void *got = own_weakref_get(next->ref);
    expect(got == self->object);
    own_decref(got);
}

START_TEST(weak_references_that_calls_make_are_called_too)
{
    own_pool *owner = new_root();
    struct probe *probe = probe_new(NULL, 'o');
    struct watch third = {.name = '3'};
    struct watch second = {.name = '2', .then = watch_again, .other = &third, .pool = owner};
    struct watch first = {.other = &second, .pool = owner}, older = {.name = 0};

    watch_start(&older, owner, probe, '0', NULL);
    watch_start(&first, owner, probe, '1', watch_again);
    own_decref(probe);
    expect_events("1023o");
    own_decref(owner);
}
END_TEST

START_TEST(weak_reference_made_in_a_dying_pool_is_called)
{
    own_pool *pool = new_root();
    struct watch second = {.name = '2'};
    struct watch first = {.other = &second, .pool = pool};

    watch_start(&first, pool, pool, '1', watch_again);
    own_decref(pool);
    expect_events("12"); /* before the pool released it */
}
END_TEST

static own_pool *watched;
static struct watch from_call;

static void watch_the_pool(void *arg)
{
    watch_start(&from_call, arg, watched, '1', watch_again);
}

/* The same where the first was made while the pool released what it owns: it went uncalled. */
START_TEST(weak_reference_made_in_a_pool_that_is_empty_is_called)
{
    own_pool *owner = new_root();
    struct watch second = {.name = '2'};

    watched = new_root();
    from_call = (struct watch){.other = &second, .pool = watched};
    expect(own_defer(watched, watch_the_pool, owner) == 0);
    own_decref(watched);
    expect_events("12");
    own_decref(owner);
}
END_TEST

static struct watch in_finalizer;
static void *stash;

static void watch_self(struct probe *self)
{
    watch_start(&in_finalizer, NULL, self, 'w', NULL);
    void *got = own_weakref_get(in_finalizer.ref);
    expect(got == self);
    own_decref(got);
}

START_TEST(weak_reference_made_by_the_finalizer_is_called_before_the_fields_go)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = watch_self;
    own_decref(probe);
    expect_events("owf");
    expect(own_weakref_get(in_finalizer.ref) == NULL);
    own_decref(in_finalizer.ref);
}
END_TEST

static void watch_and_resurrect(struct probe *self)
{
    watch_self(self);
    stash = own_incref(self);
}

START_TEST(weak_reference_made_by_the_finalizer_lasts_where_the_object_lives_on)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->then = watch_and_resurrect;
    own_decref(probe);
    expect_events("o");
    own_decref(own_weakref_get(in_finalizer.ref)); /* still alive: stash */
    expect(own_refcount(probe) == 1);
    own_decref(stash);
    expect_events("w");
    own_decref(in_finalizer.ref);
}
END_TEST

static void resurrect_by_weak_reference(struct probe *self)
{
    watch_self(self);
    stash = own_weakref_get(in_finalizer.ref);
}

START_TEST(finalizer_may_resurrect_by_a_weak_reference_that_it_made)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->then = resurrect_by_weak_reference;
    own_decref(probe);
    expect_events("o");
    expect(stash == probe && own_refcount(probe) == 1);
    own_decref(stash);
    expect_events("w");
    own_decref(in_finalizer.ref);
}
END_TEST

static void defer_and_watch(void *arg)
{
    struct watch *watch = (struct watch *)arg;

    log_event('d');
    watch_start(watch, NULL, watch->pool, 'w', watch->then);
}

static void add_to_pool(struct watch *self)
{
    probe_new(self->pool, 'p');
    expect(own_alloc(self->pool, 1, 1000) != NULL);
}

START_TEST(what_is_added_to_a_pool_by_the_last_call_goes_too)
{
    struct watch watch = {.pool = new_root(), .then = add_to_pool};

    expect(own_defer(watch.pool, defer_and_watch, &watch) == 0);
    own_decref(watch.pool);
    expect_events("dwp");
    own_decref(watch.ref);
}
END_TEST

START_TEST(pool_can_be_saved_by_the_last_call)
{
    own_pool *other = new_root();
    struct watch watch = {.pool = new_root(), .then = watch_keep};
    own_pool *pool = watch.pool;

    expect(own_defer(pool, defer_and_watch, &watch) == 0);
    own_decref(pool);
    expect_events("dw");
    expect(watch.other == pool && own_refcount(pool) == 1 && own_weakref_get(watch.ref) == NULL);
    expect(own_give(other, pool) == 0 && own_alloc(pool, 1, 100) != NULL);
    own_decref(other);
    own_decref(watch.ref);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_late");
    TCase *late = add_case(suite, "late");

    tcase_add_test(late, weak_references_that_calls_make_are_called_too);
    tcase_add_test(late, weak_reference_made_in_a_dying_pool_is_called);
    tcase_add_test(late, weak_reference_made_in_a_pool_that_is_empty_is_called);
    tcase_add_test(late, weak_reference_made_by_the_finalizer_is_called_before_the_fields_go);
    tcase_add_test(late, weak_reference_made_by_the_finalizer_lasts_where_the_object_lives_on);
    tcase_add_test(late, finalizer_may_resurrect_by_a_weak_reference_that_it_made);
    tcase_add_test(late, what_is_added_to_a_pool_by_the_last_call_goes_too);
    tcase_add_test(late, pool_can_be_saved_by_the_last_call);
    return run_suite(suite);
}
