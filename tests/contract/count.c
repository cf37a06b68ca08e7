/*
 * count.c - the number line of the count, seen through the public calls. A test that needs a count
 * near a boundary writes the header's field.
 */
#include "harness.h"

/* Immortals stay reachable from here, so that leak checkers see them. */
static void *immortals[8];

static void set_count(struct probe *probe, int32_t count)
{
    __atomic_store_n(&probe->header.count, count, __ATOMIC_RELAXED);
}

static int32_t count_of(const struct probe *probe)
{
    return __atomic_load_n(&probe->header.count, __ATOMIC_RELAXED);
}

/* Puts an object whose count was written back to one reference, and releases that. */
static void end(struct probe *probe)
{
    set_count(probe, 1);
    expect_events("");
    own_decref(probe);
    expect_events("a");
}

START_TEST(count_follows_every_reference)
{
    struct probe *probe = probe_new(NULL, 'a');

    for (size_t n = 1; n < 1000; n++) {
        expect(own_refcount(probe) == n);
        expect(own_incref(probe) == probe);
    }
    for (size_t n = 1000; n > 1; n--) {
        expect(own_refcount(probe) == n);
        own_decref(probe);
    }
    expect_events("");
    own_decref(probe);
    expect_events("a");
}
END_TEST

START_TEST(refcount_includes_what_pools_hold)
{
    own_pool *one = new_root(), *two = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    expect(own_hold(one, probe) == 0 && own_refcount(probe) == 2);
    expect(own_hold(one, probe) == 0 && own_refcount(probe) == 3);
    expect(own_hold(two, probe) == 0 && own_refcount(probe) == 4);
    own_decref(probe);
    expect(own_refcount(probe) == 3);
    own_decref(one);
    expect(own_refcount(probe) == 1);
    expect_events("");
    own_decref(two);
    expect_events("a");
}
END_TEST

START_TEST(references_of_pools_make_one_step_of_the_count)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    for (int i = 0; i < 100; i++)
        expect(own_hold(pool, probe) == 0);
    expect(own_refcount(probe) == 101);
    expect(count_of(probe) == 2);
    own_decref(probe);
    expect(count_of(probe) == 1 && own_refcount(probe) == 100);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(confined_counts_move_by_one_up_to_the_limit)
{
    const int32_t starts[] = {1, 2, 1000, OWN_COUNT_MAX / 2, OWN_COUNT_MAX - 2};
    struct probe *probe = probe_new(NULL, 'a');

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        set_count(probe, starts[i]);
        expect(own_refcount(probe) == (size_t)starts[i]);
        expect(own_incref(probe) == probe);
        expect(count_of(probe) == starts[i] + 1);
        expect(own_refcount(probe) == (size_t)starts[i] + 1);
        own_decref(probe);
        expect(count_of(probe) == starts[i]);
    }
    set_count(probe, OWN_COUNT_MAX - 1);
    own_decref(probe);
    expect(count_of(probe) == OWN_COUNT_MAX - 2);
    end(probe);
}
END_TEST

START_TEST(saturated_confined_count_never_comes_back)
{
    const int32_t starts[] = {OWN_COUNT_MAX, OWN_COUNT_MAX + 1, OWN_COUNT_TOGGLED - 1,
                              OWN_COUNT_TOGGLED};
    struct probe *probe = probe_new(NULL, 'a');

    set_count(probe, OWN_COUNT_MAX - 1);
    own_incref(probe); /* the step into the band */
    expect(count_of(probe) >= OWN_COUNT_MAX && own_refcount(probe) == SIZE_MAX);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        set_count(probe, starts[i]);
        expect(own_refcount(probe) == SIZE_MAX);
        for (int n = 0; n < 10; n++) {
            expect(own_incref(probe) == probe);
            expect(count_of(probe) >= OWN_COUNT_MAX);
        }
        for (int n = 0; n < 50; n++) {
            own_decref(probe);
            expect(count_of(probe) >= OWN_COUNT_MAX && own_refcount(probe) == SIZE_MAX);
        }
    }
    end(probe);
}
END_TEST

START_TEST(shared_counts_move_away_from_zero_and_back)
{
    const int32_t starts[] = {-1, -2, -1000, OWN_COUNT_SHARED / 2, OWN_COUNT_SHARED + 2};
    struct probe *probe = probe_new(NULL, 'a');

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        set_count(probe, starts[i]);
        expect(own_refcount(probe) == (size_t)-starts[i]);
        expect(own_incref(probe) == probe);
        expect(count_of(probe) == starts[i] - 1);
        own_decref(probe);
        expect(count_of(probe) == starts[i]);
    }
    set_count(probe, OWN_COUNT_SHARED + 1);
    own_decref(probe);
    expect(count_of(probe) == OWN_COUNT_SHARED + 2);
    end(probe);
}
END_TEST

START_TEST(shared_object_dies_with_its_last_reference)
{
    struct probe *probe = probe_new(NULL, 'a');

    set_count(probe, -2);
    own_decref(probe);
    expect_events("");
    own_decref(probe);
    expect_events("a");
}
END_TEST

START_TEST(saturated_shared_count_never_comes_back)
{
    const int32_t starts[] = {OWN_COUNT_SHARED, OWN_COUNT_SHARED - 1, OWN_COUNT_DEAD + 2,
                              OWN_COUNT_DEAD + 1};
    struct probe *probe = probe_new(NULL, 'a');

    set_count(probe, OWN_COUNT_SHARED + 1);
    own_incref(probe); /* the step into the band */
    expect(count_of(probe) <= OWN_COUNT_SHARED && count_of(probe) > OWN_COUNT_DEAD);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        set_count(probe, starts[i]);
        expect(own_refcount(probe) == SIZE_MAX);
        for (int n = 0; n < 50; n++) {
            expect(own_incref(probe) == probe);
            expect(count_of(probe) <= OWN_COUNT_SHARED && count_of(probe) > OWN_COUNT_DEAD);
        }
        for (int n = 0; n < 100; n++) {
            own_decref(probe);
            expect(count_of(probe) <= OWN_COUNT_SHARED && count_of(probe) > OWN_COUNT_DEAD);
        }
        expect(own_refcount(probe) == SIZE_MAX);
    }
    end(probe);
}
END_TEST

START_TEST(any_use_of_a_dead_count_is_a_misuse)
{
    const int32_t dead[] = {OWN_COUNT_DEAD, OWN_COUNT_DEAD - 1, INT32_MIN + 1, INT32_MIN};
    struct probe *probe = probe_new(NULL, 'a');

    record_misuses();
    for (unsigned i = 0; i < sizeof dead / sizeof dead[0]; i++) {
        set_count(probe, dead[i]);
        expect(own_refcount(probe) == 0);
        expect(own_incref(probe) == probe);
        expect_misuse("own_incref", "probe");
        own_decref(probe);
        expect_misuse("own_decref", "probe");
        own_immortalize(probe);
        expect_misuse("own_immortalize", "probe");
        expect(count_of(probe) == dead[i]); /* nothing was done */
    }
    restore_misuses();
    end(probe);
}
END_TEST

START_TEST(saturated_object_survives_the_pools_that_hold_it)
{
    static struct probe *probe;
    own_pool *pool = new_root();

    probe = probe_new(NULL, 'a');
    set_count(probe, OWN_COUNT_MAX);
    expect(own_hold(pool, probe) == 0);
    expect(own_drop(pool, probe) == 0);
    expect(own_hold(pool, probe) == 0);
    expect(own_give(pool, probe) == 0);
    own_decref(pool);
    expect_events("");
    expect(own_refcount(probe) == SIZE_MAX);
}
END_TEST

START_TEST(immortal_object_is_not_counted)
{
    struct probe *probe = probe_new(NULL, 'a');

    immortals[0] = probe;
    own_incref(probe);
    own_immortalize(probe);
    expect(own_refcount(probe) == SIZE_MAX);
    for (int i = 0; i < 100; i++)
        own_decref(probe);
    for (int i = 0; i < 10; i++)
        expect(own_incref(probe) == probe);
    own_immortalize(probe);
    expect(own_refcount(probe) == SIZE_MAX);
    expect_events("");
}
END_TEST

START_TEST(immortal_object_survives_every_owner)
{
    own_pool *pool = new_root();
    struct probe *held = probe_new(pool, 'h'), *parent = probe_new(NULL, 'p');

    immortals[0] = held;
    own_immortalize(held);
    expect(own_hold(pool, held) == 0 && own_hold(pool, held) == 0);
    expect(own_give(pool, held) == 0);
    expect(own_drop(pool, held) == 0);
    parent->first = &held->header;
    own_decref(parent);
    own_decref(pool);
    expect_events("p");
    expect(own_refcount(held) == SIZE_MAX && held->name == 'h');
}
END_TEST

START_TEST(what_an_immortal_refers_to_is_counted_as_before)
{
    struct probe *probe = probe_new(NULL, 'i');

    immortals[0] = probe;
    probe->first = &probe_new(NULL, 'a')->header;
    own_immortalize(probe);
    expect(own_refcount(probe->first) == 1);
    OWN_CLEAR(probe->first);
    expect_events("a");
}
END_TEST

START_TEST(immortal_child_outlives_its_parent_as_a_root)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent);

    expect(child != NULL);
    immortals[0] = child;
    char *block = own_strdup(child, "kept");
    own_immortalize(child);
    expect(own_pool_parent(child) == parent && usage_of(parent).children == 1);
    own_decref(parent);
    expect(own_pool_parent(child) == NULL);
    expect(own_contains(child, block) && strcmp(block, "kept") == 0);
    expect(own_alloc(child, 1, 100) != NULL);

    own_pool *other = new_root();
    expect(own_give(other, child) == 0 && own_pool_parent(child) == other);
    expect(own_drop(other, child) == 0 && own_pool_parent(child) == NULL);
    own_decref(child);
    own_decref(other);
    expect(own_refcount(child) == SIZE_MAX && own_contains(child, block));
}
END_TEST

START_TEST(object_may_become_immortal_while_pools_hold_it)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *probe = probe_new(pool, 'a');

    immortals[0] = probe;
    expect(own_hold(other, probe) == 0);
    own_immortalize(probe);
    own_decref(probe); /* was the pool's: not counted any more, so no misuse */
    own_decref(pool);
    expect(own_move(other, other, probe) == 0);
    own_pool_clear(other);
    expect(usage_of(other).held == 0);
    own_decref(other);
    expect_events("");
}
END_TEST

static void immortalize(struct probe *self)
{
    own_immortalize(self);
}

START_TEST(object_immortalized_by_its_finalizer_lives_on)
{
    struct probe *probe = probe_new(NULL, 'a');

    immortals[0] = probe;
    probe->then = immortalize;
    probe->first = &probe_new(NULL, 'f')->header;
    own_decref(probe);
    expect_events("a");
    expect(own_refcount(probe) == SIZE_MAX && own_refcount(probe->first) == 1);
    own_decref(probe);
    expect_events("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("count");
    TCase *confined = add_case(suite, "confined");
    TCase *shared = add_case(suite, "shared");
    TCase *immortal = add_case(suite, "immortal");

    tcase_add_test(confined, count_follows_every_reference);
    tcase_add_test(confined, refcount_includes_what_pools_hold);
    tcase_add_test(confined, references_of_pools_make_one_step_of_the_count);
    tcase_add_test(confined, confined_counts_move_by_one_up_to_the_limit);
    tcase_add_test(confined, saturated_confined_count_never_comes_back);
    tcase_add_test(confined, saturated_object_survives_the_pools_that_hold_it);

    tcase_add_test(shared, shared_counts_move_away_from_zero_and_back);
    tcase_add_test(shared, shared_object_dies_with_its_last_reference);
    tcase_add_test(shared, saturated_shared_count_never_comes_back);
    tcase_add_test(shared, any_use_of_a_dead_count_is_a_misuse);

    tcase_add_test(immortal, immortal_object_is_not_counted);
    tcase_add_test(immortal, immortal_object_survives_every_owner);
    tcase_add_test(immortal, what_an_immortal_refers_to_is_counted_as_before);
    tcase_add_test(immortal, immortal_child_outlives_its_parent_as_a_root);
    tcase_add_test(immortal, object_may_become_immortal_while_pools_hold_it);
    tcase_add_test(immortal, object_immortalized_by_its_finalizer_lives_on);
    return run_suite(suite);
}
