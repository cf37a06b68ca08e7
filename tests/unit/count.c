/*
 * count.c - the pure steps of the count at every boundary of its number line, and the functions
 * that apply them to objects.
 */
#include "harness.h"
#include "object/object.h"

#include <pthread.h>

/* What a step from each boundary must be, written down by hand. */
static const struct boundary {
    int32_t count;
    int32_t up; /* how far an increment moves */
    enum count_verdict up_verdict;
    int32_t down;
    enum count_verdict down_verdict;
    size_t references;
} line[] = {
    {INT32_MIN, 0, COUNT_IS_DEAD, 0, COUNT_IS_DEAD, 0},
    {INT32_MIN + 1, 0, COUNT_IS_DEAD, 0, COUNT_IS_DEAD, 0},
    {OWN_COUNT_DEAD - 1, 0, COUNT_IS_DEAD, 0, COUNT_IS_DEAD, 0},
    {OWN_COUNT_DEAD, 0, COUNT_IS_DEAD, 0, COUNT_IS_DEAD, 0},
    {OWN_COUNT_DEAD + 1, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {COUNT_SHARED_STOP - 1, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {COUNT_SHARED_STOP, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {COUNT_SHARED_STOP + 1, -1, COUNT_MOVED, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_SHARED - 1, -1, COUNT_MOVED, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_SHARED, -1, COUNT_MOVED, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_SHARED + 1, -1, COUNT_MOVED, 1, COUNT_MOVED, 536870911},
    {-2, -1, COUNT_MOVED, 1, COUNT_MOVED, 2},
    {-1, -1, COUNT_MOVED, 0, COUNT_LAST, 1},
    {0, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {1, 1, COUNT_MOVED, 0, COUNT_LAST, 1},
    {2, 1, COUNT_MOVED, -1, COUNT_MOVED, 2},
    {OWN_COUNT_MAX - 1, 1, COUNT_MOVED, -1, COUNT_MOVED, 1073741823},
    {OWN_COUNT_MAX, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_MAX + 1, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_TOGGLED, 0, COUNT_STAYS, 0, COUNT_STAYS, SIZE_MAX},
    {OWN_COUNT_TOGGLED + 1, 1, COUNT_MOVED, 0, COUNT_LAST, 1},
    {OWN_COUNT_TOGGLED + 2, 1, COUNT_MOVED, -1, COUNT_MOVED, 2},
    {INT32_MAX - 1, 1, COUNT_MOVED, -1, COUNT_MOVED, 536870910},
    {INT32_MAX, OWN_COUNT_MAX - INT32_MAX, COUNT_MOVED, -1, COUNT_MOVED, 536870911},
};
#define BOUNDARIES (sizeof(line) / sizeof(line[0]))

static const own_type plain_type = {.name = "plain", .size = sizeof(own_object)};

static void expect_step(struct count_step step, int32_t count, enum count_verdict verdict)
{
    expect(step.count == count);
    expect(step.verdict == verdict);
}

START_TEST(steps_at_every_boundary)
{
    const struct boundary *at = &line[_i];

    expect_step(count_up(at->count), at->count + at->up, at->up_verdict);
    expect_step(count_down(at->count), at->count + at->down, at->down_verdict);
    expect(count_references(at->count) == at->references);
}
END_TEST

START_TEST(a_step_down_undoes_a_step_up_of_every_ordinary_count)
{
    struct random random;
    const int32_t span = -(OWN_COUNT_SHARED + 2);

    random_seed(&random, 11);
    for (size_t i = 0; i < scaled(1000000); i++) {
        int32_t confined = 1 + (int32_t)random_below(&random, OWN_COUNT_MAX - 2);
        int32_t shared = -1 - (int32_t)random_below(&random, (size_t)span);
        expect(count_down(count_up(confined).count).count == confined);
        expect(count_down(count_up(shared).count).count == shared);
        expect(count_references(count_up(confined).count) == (size_t)confined + 1);
        expect(count_references(count_up(shared).count) == (size_t)-shared + 1);
    }
}
END_TEST

/* From each saturated count: however steps follow each other, it stays saturated. */
START_TEST(saturated_counts_never_come_back)
{
    static const int32_t starts[] = {
        OWN_COUNT_DEAD + 1,   COUNT_SHARED_STOP - 1,
        COUNT_SHARED_STOP,    COUNT_SHARED_STOP + 1,
        OWN_COUNT_SHARED - 1, OWN_COUNT_SHARED,
        OWN_COUNT_MAX,        OWN_COUNT_MAX + 1,
        OWN_COUNT_TOGGLED,    0,
    };
    struct random random;

    random_seed(&random, 12);
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        int32_t count = starts[i];
        unsigned ups = 0;
        for (size_t step = 0; step < scaled(300000); step++) {
            if (step % 1000 == 0)
                ups = (unsigned)random_below(&random, 101); /* per cent, from none to all */
            struct count_step next =
                random_below(&random, 100) < ups ? count_up(count) : count_down(count);
            expect(next.verdict == COUNT_STAYS || next.verdict == COUNT_MOVED);
            expect(count_references(next.count) == SIZE_MAX);
            expect((next.count < 0) == (starts[i] < 0));
            count = next.count;
        }
    }
}
END_TEST

/* Threads that have read a shared count may each still move it once. */
START_TEST(saturated_bands_are_wider_than_threads_can_overshoot)
{
    const int32_t threads = 1 << 24;

    expect(OWN_COUNT_SHARED - COUNT_SHARED_STOP >= threads);
    expect(COUNT_SHARED_STOP - OWN_COUNT_DEAD > threads);
    expect(OWN_COUNT_TOGGLED - OWN_COUNT_MAX >= threads);
    expect(OWN_COUNT_DEAD - INT32_MIN >= threads);
}
END_TEST

static void finalize_and_log(void *self)
{
    (void)self;
    log_event('x');
}

static const own_type logging_type = {
    .name = "logging",
    .size = sizeof(own_object),
    .finalize = finalize_and_log,
};

static void ignore(void *object, bool only, void *arg)
{
    (void)object, (void)only, (void)arg;
}

static bool toggled; /* the object has a toggle, as its count says */

static own_object *object_with(int32_t count)
{
    own_object *object = (own_object *)own_new(NULL, &logging_type);

    expect(object != NULL);
    toggled = count > OWN_COUNT_TOGGLED;
    expect(!toggled || own_set_toggle(object, ignore, NULL) == 0);
    object->count = count;
    return object;
}

/* Ends an object whatever its count is. */
static void end_object(own_object *object)
{
    object->count = toggled ? OWN_COUNT_TOGGLED + 1 : 1;
    own_decref(object);
    expect_events("x");
}

static void expect_incref(void (*incref)(own_object *), const struct boundary *at)
{
    own_object *object = object_with(at->count);

    misuses = 0;
    incref(object);
    expect(object->count == at->count + at->up);
    expect(misuses == (at->up_verdict == COUNT_IS_DEAD));
    expect(!misuses || strstr(misuse_sentence, "dead or dying"));
    end_object(object);
}

static void expect_decref(void (*decref)(own_object *), const struct boundary *at)
{
    own_object *object = object_with(at->count);

    misuses = 0;
    decref(object);
    if (at->down_verdict == COUNT_LAST) {
        expect_events("x");
    } else {
        expect_events("");
        expect(object->count == at->count + at->down);
        end_object(object);
    }
    expect(misuses == (at->down_verdict == COUNT_IS_DEAD));
    expect(!misuses || strstr(misuse_sentence, "dead or dying"));
}

static void incref_inline(own_object *object)
{
    expect(own_incref(object) == object);
}

static void decref_inline(own_object *object)
{
    own_decref(object);
}

START_TEST(calls_agree_with_the_steps)
{
    record_misuses();
    expect_incref(incref_inline, &line[_i]);
    expect_incref(own_incref_slow, &line[_i]);
    expect_decref(decref_inline, &line[_i]);
    expect_decref(own_decref_slow, &line[_i]);
    restore_misuses();
}
END_TEST

START_TEST(refcount_agrees_with_the_steps)
{
    own_object *object = object_with(line[_i].count);

    expect(own_refcount(object) == line[_i].references);
    end_object(object);
}
END_TEST

START_TEST(only_the_dead_cannot_be_made_immortal)
{
    own_object *object = object_with(line[_i].count);
    bool dead = line[_i].up_verdict == COUNT_IS_DEAD;
    int32_t immortal = line[_i].count < 0 ? COUNT_SHARED_STOP : 0;

    record_misuses();
    own_immortalize(object);
    restore_misuses();
    expect(misuses == dead);
    expect(!dead || strstr(misuse_sentence, "dead or dying"));
    expect(object->count == (dead ? line[_i].count : immortal));
    toggled = false; /* it has lost it */
    end_object(object);
}
END_TEST

/* For each count: what pools hold is one step of it, whichever way they came to hold it. */
START_TEST(what_pools_hold_is_one_step)
{
    const struct boundary *at = &line[_i];
    own_object *object = object_with(at->count);

    if (at->up_verdict == COUNT_MOVED && at->down_verdict == COUNT_MOVED &&
        count_references(at->count + at->up) != SIZE_MAX) {
        object_hold(object);
        expect(object->count == at->count + at->up && object_held(object) == 1);
        object_hold(object);
        expect(object->count == at->count + at->up && object_held(object) == 2);
        object_give(object);
        expect(object->count == at->count && object_held(object) == 3);
        expect(!object_unhold(object) && !object_unhold(object));
        expect(object->count == at->count && object_held(object) == 1);
        expect(!object_unhold(object));
        expect(object->count == at->count + at->down && object_held(object) == 0);
    } else if (at->up_verdict == COUNT_STAYS) {
        object_hold(object);
        object_give(object);
        expect(object->count == at->count && object_held(object) == 2);
        expect(!object_unhold(object) && !object_unhold(object));
        expect(object->count == at->count && object_held(object) == 0);
    }
    end_object(object);
}
END_TEST

START_TEST(object_held_too_often_is_never_released_again)
{
    own_object *object = object_with(1);

    object->count = 2;
    object->state |= (STATE_HELD_MAX - 1) * STATE_HELD_ONE;
    expect(own_refcount(object) == STATE_HELD_MAX);
    object_hold(object);
    expect(object_held(object) == STATE_HELD_MAX);
    object_hold(object);
    object_give(object);
    expect(object_held(object) == STATE_HELD_MAX);
    expect((object->state & STATE_FLAGS) == STATE_OBJECT);
    expect(own_refcount(object) == SIZE_MAX);
    for (int i = 0; i < 5; i++)
        expect(!object_unhold(object));
    expect(object_held(object) == STATE_HELD_MAX);
    object->state = STATE_OBJECT;
    end_object(object);
}
END_TEST

START_TEST(shared_object_held_too_often_is_not_released_either)
{
    own_object *object = object_with(1);

    expect(own_share(object) == 0);
    object->state |= STATE_HELD_MAX * STATE_HELD_ONE;
    for (int i = 0; i < 5; i++)
        expect(!object_unhold(object));
    expect(object_held(object) == STATE_HELD_MAX);
    object->state &= STATE_HELD_ONE - 1;
    own_decref(object);
}
END_TEST

static size_t turns;

static void *count_to_and_fro(void *object)
{
    for (size_t i = turns; i > 0; i--) {
        own_incref(object);
        own_incref(object);
        own_decref(object);
        own_decref(object);
    }
    return NULL;
}

START_TEST(threads_count_shared_objects_exactly)
{
    static const int32_t counts[] = {-1, -2, OWN_COUNT_SHARED + 9, 0};
    own_object object = {.count = counts[_i], .state = STATE_OBJECT, .type = &plain_type};
    pthread_t threads[4];

    turns = scaled(200000);
    for (int i = 0; i < 4; i++)
        expect(pthread_create(&threads[i], NULL, count_to_and_fro, &object) == 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    expect(object.count == counts[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("count");
    TCase *steps = add_case(suite, "steps");
    TCase *calls = add_case(suite, "calls");

    tcase_add_loop_test(steps, steps_at_every_boundary, 0, BOUNDARIES);
    tcase_add_test(steps, a_step_down_undoes_a_step_up_of_every_ordinary_count);
    tcase_add_test(steps, saturated_counts_never_come_back);
    tcase_add_test(steps, saturated_bands_are_wider_than_threads_can_overshoot);

    tcase_add_loop_test(calls, calls_agree_with_the_steps, 0, BOUNDARIES);
    tcase_add_loop_test(calls, refcount_agrees_with_the_steps, 0, BOUNDARIES);
    tcase_add_loop_test(calls, only_the_dead_cannot_be_made_immortal, 0, BOUNDARIES);
    tcase_add_loop_test(calls, what_pools_hold_is_one_step, 0, BOUNDARIES);
    tcase_add_test(calls, object_held_too_often_is_never_released_again);
    tcase_add_test(calls, shared_object_held_too_often_is_not_released_either);
    tcase_add_loop_test(calls, threads_count_shared_objects_exactly, 0, 4);
    return run_suite(suite);
}
