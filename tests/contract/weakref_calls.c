/*
 * weakref_calls.c - what the calls of weak references do from inside, and to whom it may be done.
 * Weak references that are made to dying objects are in weakref_late.c.
 */
#include "watch.h"

static void release_self(struct watch *self)
{
    own_decref(self->ref);
}

START_TEST(call_may_release_its_own_weak_reference)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watch = {.name = 0}, of_watch = {.name = 0};

    watch_start(&watch, NULL, probe, 'a', release_self);
    watch_start(&of_watch, NULL, watch.ref, 'w', NULL);
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

    watch_start(&watch, watch.pool, probe, 'a', drop_owner);
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
            watch_start(&watches[i], NULL, probe, (char)('a' + i), i == 3 ? release_other : NULL);
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
        watch_start(&watches[i], NULL, probe, (char)('0' + i / 10),
                    i == 42 ? release_all_others : NULL);
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

    watch_start(&watch, NULL, probe, 'a', expect_whole_but_out_of_reach);
    own_decref(probe);
    expect_events("ao");
    own_decref(watch.ref);
}
END_TEST

static void hold(struct watch *self)
{
    expect(own_hold(self->pool, self->object) == 0);
}

START_TEST(call_that_leaves_a_reference_saves_the_object_before_its_finalizer)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch older = {.name = 0}, newer = {.name = 0}, fresh = {.name = 0};

    probe->first = &probe_new(NULL, 'f')->header;
    watch_start(&older, NULL, probe, 'a', NULL);
    watch_start(&newer, NULL, probe, 'b', watch_keep);
    own_decref(probe);
    expect_events("ba"); /* all are called */
    expect(own_refcount(probe) == 1 && probe->first != NULL);
    expect(own_weakref_get(older.ref) == NULL);
    watch_start(&fresh, NULL, probe, 'c', NULL);
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
    watch_start(&watch, NULL, pool, 'a', hold);
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

static void kill_object(struct watch *self)
{
    own_decref(self->other);
}

START_TEST(dying_weak_reference_is_not_called)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct watch watch = {.name = 0}, of_watch = {.other = probe};

    watch_start(&watch, NULL, probe, 'a', NULL);
    watch_start(&of_watch, NULL, watch.ref, 'w', kill_object);
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
    watch_start(&watches[0], NULL, probe, 'a', change_errno);
    watch_start(&watches[1], NULL, probe, 'b', change_errno);
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

    tcase_add_test(calls, call_may_release_its_own_weak_reference);
    tcase_add_test(calls, call_may_release_the_pool_of_its_weak_reference);
    tcase_add_test(calls, call_may_release_others_that_are_then_not_called);
    tcase_add_test(calls, call_may_release_all_others);
    tcase_add_test(calls, object_is_whole_while_its_weak_references_are_called);
    tcase_add_test(calls, call_that_leaves_a_reference_saves_the_object_before_its_finalizer);
    tcase_add_test(calls, call_that_holds_a_dying_pool_saves_all_that_it_owns);
    tcase_add_test(calls, dying_weak_reference_is_not_called);
    tcase_add_test(calls, errno_is_kept_around_calls);
    return run_suite(suite);
}
