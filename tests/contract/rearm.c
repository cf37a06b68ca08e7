/*
 * rearm.c - own_rearm: finalizers that run again.
 */
#include "harness.h"

static void *stash;

static void resurrect(struct probe *self)
{
    stash = own_incref(self);
    own_rearm(self);
}

START_TEST(a_rearmed_finalizer_runs_at_every_death)
{
    struct probe *probe = probe_new(NULL, 'p');

    probe->first = &probe_new(NULL, 'f')->header;
    probe->then = resurrect;
    if (_i)
        expect(own_share(probe) == 0);
    for (int i = 0; i < 10; i++) {
        own_decref(probe);
        expect_events("p");
        expect(stash == probe && own_refcount(probe) == 1 && probe->first != NULL);
    }
    probe->then = NULL;
    own_decref(probe);
    expect_events("pf");
}
END_TEST

static void resurrect_once(struct probe *self)
{
    stash = own_incref(self);
}

START_TEST(the_holder_may_rearm_it)
{
    struct probe *probe = probe_new(NULL, 'p');

    probe->then = resurrect_once;
    own_decref(probe);
    expect_events("p");
    own_rearm(probe);
    own_rearm(probe);
    own_decref(probe);
    expect_events("p");
    expect(own_refcount(probe) == 1);
    own_decref(probe); /* without the finalizer */
    expect_events("");
}
END_TEST

static void only_rearm(struct probe *self)
{
    own_rearm(self);
}

START_TEST(rearming_alone_does_not_save)
{
    struct probe *probe = probe_new(NULL, 'p');

    probe->then = only_rearm;
    probe->first = &probe_new(NULL, 'f')->header;
    own_decref(probe);
    expect_events("pf");
    own_rearm(NULL);
    own_pool *pool = new_root();
    own_rearm(pool); /* has no finalizer */
    own_decref(pool);
    record_misuses();
    if (!memory_is_checked()) {
        own_rearm(probe);
        expect_misuse("own_rearm", "probe");
    }
    restore_misuses();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rearm");
    TCase *rearm = add_case(suite, "rearm");

    tcase_add_loop_test(rearm, a_rearmed_finalizer_runs_at_every_death, 0, 2);
    tcase_add_test(rearm, the_holder_may_rearm_it);
    tcase_add_test(rearm, rearming_alone_does_not_save);
    return run_suite(suite);
}
