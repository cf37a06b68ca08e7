/*
 * finalizer.c - finalizers that use the library on other objects, on their own fields, and errno.
 */
#include "harness.h"

static void release_context(struct probe *self)
{
    own_decref(self->context);
    log_event('.');
}

START_TEST(release_inside_a_finalizer_is_complete_when_it_returns)
{
    struct probe *outer = probe_new(NULL, 'o'), *inner = probe_new(NULL, 'i');

    inner->first = &probe_new(NULL, 'x')->header;
    outer->first = &probe_new(NULL, 'y')->header;
    outer->then = release_context;
    outer->context = inner;
    own_decref(outer);
    expect_events("oix.y");
}
END_TEST

static void set_own_fields(struct probe *self)
{
    OWN_CLEAR(self->first);
    OWN_SET(self->second, probe_new(NULL, 'n'));
    log_event('.');
}

START_TEST(finalizer_may_change_the_fields)
{
    struct probe *self = probe_new(NULL, 'o');

    self->first = &probe_new(NULL, 'a')->header;
    self->second = &probe_new(NULL, 'b')->header;
    self->then = set_own_fields;
    own_decref(self);
    expect_events("oab.n");
}
END_TEST

static void change_errno_too(void *arg)
{
    (void)arg;
    log_event('e');
    errno = ENOTTY;
}

static void change_errno(struct probe *self)
{
    (void)self;
    errno = ENOTTY;
}

static struct probe *new_changer(own_pool *owner)
{
    struct probe *changer = probe_new(owner, 'f');

    changer->then = change_errno;
    return changer;
}

START_TEST(errno_survives_callbacks_that_change_it)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *alone = new_changer(NULL), *dropped = new_changer(other);

    expect(own_defer(pool, change_errno_too, NULL) == 0 &&
           own_defer(other, change_errno_too, NULL) == 0);
    expect_keeps_errno((own_decref(alone), true));
    expect_keeps_errno(own_drop(other, dropped) == 0);
    expect_keeps_errno((own_decref(pool), true));
    new_changer(other);
    expect_keeps_errno((own_pool_clear(other), true));
    new_changer(other);
    expect_keeps_errno((own_decref(other), true));
    expect_events("ffefef");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("finalizer");
    TCase *finalizers = add_case(suite, "finalizers");

    tcase_add_test(finalizers, release_inside_a_finalizer_is_complete_when_it_returns);
    tcase_add_test(finalizers, finalizer_may_change_the_fields);
    tcase_add_test(finalizers, errno_survives_callbacks_that_change_it);
    return run_suite(suite);
}
