/*
 * weakref_calls.c - what the calls of weak references do from inside, to whom it may be done, and
 * weak references that are made to dying objects.
 */
#include "harness.h"

/* What a call has to do. */
struct watch {
    own_weakref *ref;
    void (*then)(struct watch *self); /* may be NULL */
    void *object, *other;             /* for `then` */
    own_pool *pool;
    char name;
};

static void died(own_weakref *ref, void *arg)
{
    struct watch *watch = (struct watch *)arg;

    expect(ref == watch->ref);
    expect(own_weakref_get(ref) == NULL);
    log_event(watch->name);
    if (watch->then)
        watch->then(watch);
    expect(own_weakref_get(ref) == NULL); /* kept alive, whatever was released */
}

static void start(struct watch *watch, own_pool *owner, void *object, char name,
                  void (*then)(struct watch *self))
{
    watch->name = name;
    watch->then = then;
    watch->object = object;
    watch->ref = own_weakref_new(owner, object, died, watch);
    expect(watch->ref != NULL);
}

static void release_self(struct watch *self)
{
    own_decref(self->ref);
}

START_TEST(call_may_release_its_own_weak_reference)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watch = {.name = 0}, of_watch = {.name = 0};

    start(&watch, NULL, probe, 'a', release_self);
    start(&of_watch, NULL, watch.ref, 'w', NULL);
    own_decref(probe);
    expect_events("awo"); /* it died, after its call */
    own_decref(of_watch.ref);
}
END_TEST

static void drop_owner(struct watch *self)
{
    own_decref(self->pool);
}

START_TEST(call_may_release_the_pool_of_its_weak_reference)
{
    struct watch watch = {.pool = new_root()};
    struct probe *probe = probe_new(NULL, 'o');

    start(&watch, watch.pool, probe, 'a', drop_owner);
    probe_new(watch.pool, 'p');
    own_decref(probe);
    expect_events("apo");
}
END_TEST

static void release_other(struct watch *self)
{
    own_decref(self->other);
}

START_TEST(call_may_release_others_that_are_then_not_called)
{
    for (int victim = 0; victim < 3; victim++) {
        struct probe *probe = probe_new(NULL, 'o');
        struct watch watches[4] = {{.name = 0}};

        for (int i = 0; i < 4; i++)
            start(&watches[i], NULL, probe, (char)('a' + i), i == 3 ? release_other : NULL);
        watches[3].other = watches[victim].ref;
        own_decref(probe);
        expect_events(victim == 0 ? "dcbo" : victim == 1 ? "dcao" : "dbao");
        for (int i = 0; i < 4; i++)
            if (i != victim)
                own_decref(watches[i].ref);
    }
}
END_TEST

static void release_all_others(struct watch *self)
{
    struct watch *watches = (struct watch *)self->other;

    for (int i = 0; i < 100; i++)
        if (&watches[i] != self)
            OWN_CLEAR(watches[i].ref);
}

START_TEST(call_may_release_all_others)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watches[100] = {{.name = 0}};

    for (int i = 0; i < 100; i++) {
        start(&watches[i], NULL, probe, (char)('0' + i / 10), i == 42 ? release_all_others : NULL);
        watches[i].other = watches;
    }
    own_decref(probe);
    /* 99 to 43 had been called before */
    expect_events("99999999998888888888777777777766666666665555555555"
                  "44444444o");
    own_decref(watches[42].ref);
}
END_TEST

static void expect_whole_but_out_of_reach(struct watch *self)
{
    struct probe *probe = (struct probe *)self->object;

    expect(own_typeof(probe) == &probe_type && probe->name == 'o');
    expect(own_refcount(probe) == 0);
    own_incref(probe); /* by a pointer that it had: it may be counted */
    own_decref(probe);
}

START_TEST(object_is_whole_while_its_weak_references_are_called)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watch = {.name = 0};

    start(&watch, NULL, probe, 'a', expect_whole_but_out_of_reach);
    own_decref(probe);
    expect_events("ao");
    own_decref(watch.ref);
}
END_TEST

static void keep(struct watch *self)
{
    self->other = own_incref(self->object);
}

static void hold(struct watch *self)
{
    expect(own_hold(self->pool, self->object) == 0);
}

START_TEST(call_that_leaves_a_reference_saves_the_object_before_its_finalizer)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch older = {.name = 0}, newer = {.name = 0}, fresh = {.name = 0};

    probe->first = &probe_new(NULL, 'f')->header;
    start(&older, NULL, probe, 'a', NULL);
    start(&newer, NULL, probe, 'b', keep);
    own_decref(probe);
    expect_events("ba"); /* all are called */
    expect(own_refcount(probe) == 1 && probe->first != NULL);
    expect(own_weakref_get(older.ref) == NULL);
    start(&fresh, NULL, probe, 'c', NULL);
    own_decref(probe);
    expect_events("cof"); /* the finalizer has been saved for this */
    own_decref(older.ref);
    own_decref(newer.ref);
    own_decref(fresh.ref);
}
END_TEST

START_TEST(call_that_holds_a_dying_pool_saves_all_that_it_owns)
{
    own_pool *other = new_root(), *parent = new_root();
    own_pool *pool = own_pool_new(parent);
    struct watch watch = {.pool = other};

    probe_new(pool, 'p');
    expect(own_defer(pool, log_call, (void *)(uintptr_t) "d") == 0);
    expect(own_pool_set_limit(parent, (size_t)1 << 20) == 0);
    start(&watch, NULL, pool, 'a', hold);
    own_decref(parent);
    expect_events("a");
    expect(own_refcount(pool) == 1 && own_pool_parent(pool) == NULL);
    expect(usage_of(pool).held == 1 && usage_of(pool).deferred == 1);
    expect(own_alloc(pool, 2, (size_t)1 << 20) != NULL); /* the parent's limit is the parent's */
    own_decref(other);
    expect_events("dp");
    own_decref(watch.ref);
}
END_TEST

static void watch_again(struct watch *self)
{
    struct watch *next = (struct watch *)self->other;

    start(next, self->pool, self->object, next->name, next->then);
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

    start(&older, owner, probe, '0', NULL);
    start(&first, owner, probe, '1', watch_again);
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

    start(&first, pool, pool, '1', watch_again);
    own_decref(pool);
    expect_events("12"); /* before the pool released it */
}
END_TEST

static struct watch in_finalizer;
static void *stash;

static void watch_self(struct probe *self)
{
    start(&in_finalizer, NULL, self, 'w', NULL);
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
    start(watch, NULL, watch->pool, 'w', watch->then);
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
    struct watch watch = {.pool = new_root(), .then = keep};
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

static void kill_object(struct watch *self)
{
    own_decref(self->other);
}

START_TEST(dying_weak_reference_is_not_called)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watch = {.name = 0}, of_watch = {.other = probe};

    start(&watch, NULL, probe, 'a', NULL);
    start(&of_watch, NULL, watch.ref, 'w', kill_object);
    own_decref(watch.ref); /* its own death kills the object that it refers to */
    expect_events("wo");
    own_decref(of_watch.ref);
}
END_TEST

static void change_errno(struct watch *self)
{
    (void)self;
    errno = EDOM;
}

START_TEST(errno_is_kept_around_calls)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watches[2];

    memset(watches, 0, sizeof watches);
    start(&watches[0], NULL, probe, 'a', change_errno);
    start(&watches[1], NULL, probe, 'b', change_errno);
    expect_keeps_errno((own_decref(probe), true));
    expect_events("bao");
    own_decref(watches[0].ref);
    own_decref(watches[1].ref);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_calls");
    TCase *calls = add_case(suite, "calls");
    TCase *late = add_case(suite, "late");

    tcase_add_test(calls, call_may_release_its_own_weak_reference);
    tcase_add_test(calls, call_may_release_the_pool_of_its_weak_reference);
    tcase_add_test(calls, call_may_release_others_that_are_then_not_called);
    tcase_add_test(calls, call_may_release_all_others);
    tcase_add_test(calls, object_is_whole_while_its_weak_references_are_called);
    tcase_add_test(calls, call_that_leaves_a_reference_saves_the_object_before_its_finalizer);
    tcase_add_test(calls, call_that_holds_a_dying_pool_saves_all_that_it_owns);
    tcase_add_test(calls, dying_weak_reference_is_not_called);
    tcase_add_test(calls, errno_is_kept_around_calls);

    tcase_add_test(late, weak_references_that_calls_make_are_called_too);
    tcase_add_test(late, weak_reference_made_in_a_dying_pool_is_called);
    tcase_add_test(late, weak_reference_made_by_the_finalizer_is_called_before_the_fields_go);
    tcase_add_test(late, weak_reference_made_by_the_finalizer_lasts_where_the_object_lives_on);
    tcase_add_test(late, finalizer_may_resurrect_by_a_weak_reference_that_it_made);
    tcase_add_test(late, what_is_added_to_a_pool_by_the_last_call_goes_too);
    tcase_add_test(late, pool_can_be_saved_by_the_last_call);
    return run_suite(suite);
}
