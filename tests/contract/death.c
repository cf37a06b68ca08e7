/*
 * death.c - the death of objects: declared references, finalizers, resurrection. The macros for
 * fields are in field.c.
 */
#include "harness.h"

static void *stash; /* where finalizers leave references */

START_TEST(declared_references_are_released_last_declared_first)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'a')->header;
    probe->second = &probe_new(NULL, 'b')->header;
    probe->third = &probe_new(NULL, 'c')->header;
    own_decref(probe);
    expect_events("ocba");
}
END_TEST

START_TEST(what_a_field_kept_alive_dies_before_the_field_declared_before)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct probe *inner = probe_new(NULL, 'c');

    inner->first = &probe_new(NULL, 'd')->header;
    inner->third = &probe_new(NULL, 'e')->header;
    probe->third = &inner->header;
    probe->first = &probe_new(NULL, 'a')->header;
    own_decref(probe);
    expect_events("oceda");
}
END_TEST

START_TEST(object_in_two_fields_dies_with_the_second_release)
{
    struct probe *probe = probe_new(NULL, 'o');
    struct probe *twice = probe_new(NULL, 't');

    probe->first = (own_object *)own_incref(twice);
    probe->second = &probe_new(NULL, 'b')->header;
    probe->third = &twice->header;
    own_decref(probe);
    expect_events("obt");
}
END_TEST

struct wide {
    own_object header;
    own_object *a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l, *m, *n, *o, *p;
};

START_TEST(sixteen_fields_can_be_declared)
{
    const own_type type = {
        .name = "wide",
        .size = sizeof(struct wide),
        .refs = OWN_REFS(struct wide, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
    };
    struct wide *wide = (struct wide *)own_new(NULL, &type);

    expect(wide != NULL);
    own_object **fields[] = {&wide->a, &wide->b, &wide->c, &wide->d, &wide->e, &wide->f,
                             &wide->g, &wide->h, &wide->i, &wide->j, &wide->k, &wide->l,
                             &wide->m, &wide->n, &wide->o, &wide->p};
    for (int i = 0; i < 16; i++)
        *fields[i] = &probe_new(NULL, (char)('a' + i))->header;
    own_decref(wide);
    expect_events("ponmlkjihgfedcba");
}
END_TEST

static void *expected_last; /* the object that is to be finalized next */

static void expect_to_be_last(struct probe *self)
{
    expect(self == expected_last);
    expected_last = self->context;
}

START_TEST(types_with_very_many_fields_release_all_of_them_in_order)
{
    static const size_t counts[] = {1, 253, 254, 255, 256, 257, 1000};
    static size_t refs[1001];

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t count = counts[i];
        const own_type type = {
            .name = "many", .size = sizeof(own_object) + count * sizeof(void *), .refs = refs};
        for (size_t at = 0; at < count; at++) /* declared from the last field to the first */
            refs[at] = sizeof(own_object) + (count - 1 - at) * sizeof(void *);
        refs[count] = OWN_REFS_END;

        char *object = (char *)own_new(NULL, &type);
        expect(object != NULL);
        expected_last = NULL;
        for (size_t at = 0; at < count; at++) {
            struct probe *probe = probe_new(NULL, 'x');
            probe->then = expect_to_be_last;
            probe->context = expected_last;
            expected_last = probe;
            memcpy(object + refs[at], &probe, sizeof probe);
        }
        own_decref(object);
        expect(expected_last == NULL);
    }
}
END_TEST

START_TEST(only_declared_fields_are_released)
{
    static const own_type type = {.name = "plain", .size = sizeof(struct probe)};
    struct probe *plain = (struct probe *)own_new(NULL, &type);
    struct probe *other = probe_new(NULL, 'a');

    expect(plain != NULL);
    plain->first = &other->header;
    own_decref(plain);
    expect(own_refcount(other) == 1);
    own_decref(other);
    expect_events("a");
}
END_TEST

static void expect_whole(struct probe *self)
{
    struct probe *first = (struct probe *)own_cast(self->first, &probe_type);

    expect(own_typeof(self) == &probe_type);
    expect(first && first->name == 'a' && own_refcount(first) == 1);
    own_incref(self); /* may be used and counted */
    own_decref(self);
}

START_TEST(finalizer_sees_the_object_whole)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'a')->header;
    probe->then = expect_whole;
    own_decref(probe);
    expect_events("oa");
}
END_TEST

static void resurrect(struct probe *self)
{
    stash = own_incref(self);
}

START_TEST(finalizer_that_leaves_a_reference_lets_the_object_live_on)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->first = &probe_new(NULL, 'a')->header;
    probe->then = resurrect;
    own_decref(probe);
    expect_events("o");
    expect(stash == probe);
    expect(own_refcount(probe) == 1);
    expect(probe->first && ((struct probe *)probe->first)->name == 'a');
    own_incref(probe);
    own_decref(probe);
    expect_events("");
    own_decref(probe); /* dies for good: no finalizer, but its fields go */
    expect_events("a");
}
END_TEST

static void resurrect_twice(struct probe *self)
{
    own_incref(self);
    stash = own_incref(self);
}

START_TEST(resurrected_object_has_the_references_that_were_left)
{
    struct probe *probe = probe_new(NULL, 'o');

    probe->then = resurrect_twice;
    own_decref(probe);
    expect(own_refcount(probe) == 2);
    own_decref(probe);
    expect(own_refcount(probe) == 1);
    own_decref(probe);
    expect_events("o");
}
END_TEST

static void hold_in_context(struct probe *self)
{
    expect(own_hold((own_pool *)self->context, self) == 0);
}

static void give_to_context(struct probe *self)
{
    own_incref(self);
    expect(own_give((own_pool *)self->context, self) == 0);
}

START_TEST(finalizer_may_resurrect_into_a_pool)
{
    void (*const ways[])(struct probe *) = {hold_in_context, give_to_context};

    for (int i = 0; i < 2; i++) {
        own_pool *pool = new_root();
        struct probe *probe = probe_new(NULL, 'o');

        probe->first = &probe_new(NULL, 'a')->header;
        probe->then = ways[i];
        probe->context = pool;
        own_decref(probe);
        expect_events("o");
        expect(own_refcount(probe) == 1 && usage_of(pool).held == 1);
        own_decref(pool);
        expect_events("a");
    }
}
END_TEST

START_TEST(resurrection_in_a_cascade_spares_only_the_resurrected)
{
    struct probe *outer = probe_new(NULL, 'o');
    struct probe *middle = probe_new(NULL, 'm');

    middle->then = resurrect;
    middle->first = &probe_new(NULL, 'i')->header;
    outer->first = &probe_new(NULL, 'a')->header;
    outer->second = &middle->header;
    own_decref(outer);
    expect_events("oma");
    expect(stash == middle && own_refcount(middle) == 1);
    own_decref(middle);
    expect_events("i");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("death");
    TCase *death = add_case(suite, "death");

    tcase_add_test(death, declared_references_are_released_last_declared_first);
    tcase_add_test(death, what_a_field_kept_alive_dies_before_the_field_declared_before);
    tcase_add_test(death, object_in_two_fields_dies_with_the_second_release);
    tcase_add_test(death, sixteen_fields_can_be_declared);
    tcase_add_test(death, types_with_very_many_fields_release_all_of_them_in_order);
    tcase_add_test(death, only_declared_fields_are_released);
    tcase_add_test(death, finalizer_sees_the_object_whole);
    tcase_add_test(death, finalizer_that_leaves_a_reference_lets_the_object_live_on);
    tcase_add_test(death, resurrected_object_has_the_references_that_were_left);
    tcase_add_test(death, finalizer_may_resurrect_into_a_pool);
    tcase_add_test(death, resurrection_in_a_cascade_spares_only_the_resurrected);
    return run_suite(suite);
}
