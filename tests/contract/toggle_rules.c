/*
 * toggle_rules.c - what may have a toggle, what becomes of it, and many at once. More in toggle.c.
 */
#include "harness.h"

static own_pool *pool;
static unsigned calls;
static bool last_told;
static void *last_object;

/* Logs '1' where only one reference is left, and '+' where there are more. */
static void tell(void *object, bool only, void *arg)
{
    expect(arg == &calls);
    last_told = only;
    last_object = object;
    log_event(only ? '1' : '+');
}

static struct probe *toggled_probe(void)
{
    struct probe *probe = probe_new(NULL, 'p');

    expect(own_set_toggle(probe, tell, &calls) == 0);
    return probe;
}

START_TEST(what_cannot_have_one)
{
    struct probe *probe = probe_new(NULL, 'p');
    own_weakref *ref = own_weakref_new(NULL, probe, NULL, NULL);

    expect_error(own_set_toggle(NULL, tell, NULL) == -1, EINVAL);
    expect_error(own_set_toggle(ref, tell, NULL) == -1, EINVAL);
    own_decref(ref);
    expect(own_share(probe) == 0);
    expect_error(own_set_toggle(probe, tell, NULL) == -1, EPERM);
    own_decref(probe);
    probe = probe_new(NULL, 'q');
    record_misuses();
    own_decref(probe);
    if (!memory_is_checked())
        expect_told(own_set_toggle(probe, tell, NULL) == -1, "own_set_toggle", "probe");
    restore_misuses();
    expect_events("pq");
    static struct probe forever;
    struct probe *model = probe_new(NULL, 'r');
    forever.header = model->header;
    own_immortalize(&forever);
    expect_error(own_set_toggle(&forever, tell, NULL) == -1, EPERM);
    forever.header.count = OWN_COUNT_MAX;
    expect_error(own_set_toggle(&forever, tell, NULL) == -1, EPERM);
    forever.header.count = INT32_MAX - OWN_COUNT_TOGGLED + 1;
    expect_error(own_set_toggle(&forever, tell, NULL) == -1, EPERM);
    forever.header.count = INT32_MAX - OWN_COUNT_TOGGLED;
    expect(own_set_toggle(&forever, tell, &calls) == 0);
    expect(own_refcount(&forever) == 536870911);
    own_incref(&forever); /* one too many */
    expect(own_refcount(&forever) == SIZE_MAX);
    for (int i = 0; i < 3; i++)
        own_decref(&forever);
    expect(own_refcount(&forever) == SIZE_MAX);
    own_decref(model);
    expect_events("r");
}
END_TEST

START_TEST(an_immortal_object_loses_its_toggle)
{
    struct probe *probe = toggled_probe();

    own_immortalize(probe);
    own_incref(probe);
    expect(own_refcount(probe) == SIZE_MAX);
    expect_events("");
    probe->header.count = 1; /* so that nothing is lost */
    own_decref(probe);
    expect_events("p");
}
END_TEST

START_TEST(one_with_a_toggle_cannot_become_shared)
{
    struct probe *probe = toggled_probe();
    struct probe *holder = probe_new(NULL, 'h');
    own_pool *shared = new_root();
    int number = 0;

    holder->first = (own_object *)own_incref(probe);
    expect(own_share(shared) == 0);
    expect_events("+");
    expect_error(own_share(probe) == -1, EBUSY);
    expect_error(own_share(holder) == -1, EBUSY);
    expect_error(own_hold(shared, probe) == -1, EBUSY);
    expect_error(own_hold(shared, holder) == -1, EBUSY);
    expect_error(own_give(shared, holder) == -1, EBUSY);
    own_pool *root = new_root();
    expect(own_hold(root, probe) == 0);
    expect_error(own_give(shared, root) == -1, EBUSY);
    own_decref(root);
    own_decref(holder);
    expect_events("h1");
    /* a view whose owner is shared would share its base: nothing is told under the lock */
    expect_error(own_array_wrap(shared, "i", OWN_C_ORDER, 0, NULL, &number, probe) == NULL, EBUSY);
    expect(own_refcount(probe) == 1 && !own_is_shared(probe) && !own_is_shared(holder));
    expect_events("");
    own_incref(probe);
    expect_events("+");
    expect(own_set_toggle(probe, NULL, NULL) == 0);
    expect(own_share(probe) == 0);
    own_decref(probe);
    own_decref(probe);
    own_decref(shared);
    expect_events("p");
}
END_TEST

START_TEST(releasing_what_is_not_yours_is_a_misuse_as_ever)
{
    struct probe *probe = toggled_probe();

    pool = new_root();
    expect(own_give(pool, probe) == 0);
    record_misuses();
    own_decref(probe);
    expect_misuse("own_decref", "own_drop");
    restore_misuses();
    expect_events("");
    own_decref(pool);
    expect_events("p");
}
END_TEST

static const own_type plain_type = {.name = "plain", .size = sizeof(own_object)};

/* So many that the table grows and shrinks, in a random order. */
START_TEST(many_have_toggles)
{
    enum { MANY = 5000 };
    static void *objects[MANY];
    struct random random;

    random_seed(&random, 91);
    for (size_t i = 0; i < MANY; i++) {
        objects[i] = own_new(NULL, &plain_type);
        expect(objects[i] != NULL && own_set_toggle(objects[i], tell, &calls) == 0);
    }
    for (size_t round = 0; round < scaled(20000); round++) {
        void *object = objects[random_below(&random, MANY)];
        own_incref(object);
        expect(last_object == object && !last_told);
        own_decref(object);
        expect(last_object == object && last_told);
        expect_events("+1");
    }
    for (size_t left = MANY; left > 0; left--) {
        size_t at = random_below(&random, left);
        void *object = objects[at];
        objects[at] = objects[left - 1];
        if (left % 2)
            expect(own_set_toggle(object, NULL, NULL) == 0);
        own_decref(object);
        expect_events("");
        if (left > 1) {
            own_incref(objects[0]);
            own_decref(objects[0]);
            expect_events("+1");
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("toggle_rules");
    TCase *rules = add_case(suite, "rules");

    tcase_add_test(rules, what_cannot_have_one);
    tcase_add_test(rules, an_immortal_object_loses_its_toggle);
    tcase_add_test(rules, one_with_a_toggle_cannot_become_shared);
    tcase_add_test(rules, releasing_what_is_not_yours_is_a_misuse_as_ever);
    tcase_add_test(rules, many_have_toggles);
    return run_suite(suite);
}
