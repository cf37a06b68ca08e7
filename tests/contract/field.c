/*
 * field.c - the macros for fields and scopes that own a reference.
 */
#include "harness.h"

static void expect_field_is_null(struct probe *self)
{
    expect(*(void **)self->context == NULL);
}

static void expect_field_has_changed(struct probe *self)
{
    struct probe *now = *(struct probe **)self->context;

    expect(now && now->name == 'n');
}

START_TEST(own_clear_empties_the_field_before_the_release)
{
    static struct probe *field;

    field = probe_new(NULL, 'o');
    field->then = expect_field_is_null;
    field->context = &field;
    OWN_CLEAR(field);
    expect(field == NULL);
    expect_events("o");
}
END_TEST

START_TEST(own_set_changes_the_field_before_the_release)
{
    static struct probe *field;

    field = probe_new(NULL, 'o');
    field->then = expect_field_has_changed;
    field->context = &field;
    OWN_SET(field, probe_new(NULL, 'n'));
    expect_events("o");
    expect(own_refcount(field) == 1); /* the new reference was stolen */
    OWN_SET(field, own_incref(field));
    expect(own_refcount(field) == 1);
    OWN_CLEAR(field);
    expect_events("n");
}
END_TEST

START_TEST(field_macros_evaluate_their_arguments_once)
{
    struct probe *fields[3] = {NULL, NULL, NULL};
    int at = 0, made = 0;

    OWN_SET(fields[at++], probe_new(NULL, (char)('a' + made++)));
    OWN_SET(fields[at++], probe_new(NULL, (char)('a' + made++)));
    expect(at == 2 && made == 2 && fields[2] == NULL);
    at = 0;
    OWN_CLEAR(fields[at++]);
    OWN_CLEAR(fields[at++]);
    expect(at == 2);
    expect_events("ab");
}
END_TEST

static void use_scope(struct probe **passed_on)
{
    OWN_SCOPED struct probe *first = probe_new(NULL, 'a');
    OWN_SCOPED struct probe *second = probe_new(NULL, 'b');
    OWN_SCOPED own_pool *pool = new_root();

    expect(first && own_refcount(second) == 1);
    expect(own_defer(pool, log_call, "p") == 0);
    *passed_on = first;
    first = NULL;
    expect_events("");
}

START_TEST(own_scoped_releases_at_the_end_of_the_scope)
{
    struct probe *passed_on;

    use_scope(&passed_on);
    expect_events("pb");
    own_decref(passed_on);
    expect_events("a");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("field");
    TCase *macros = add_case(suite, "macros");

    tcase_add_test(macros, own_clear_empties_the_field_before_the_release);
    tcase_add_test(macros, own_set_changes_the_field_before_the_release);
    tcase_add_test(macros, field_macros_evaluate_their_arguments_once);
    tcase_add_test(macros, own_scoped_releases_at_the_end_of_the_scope);
    return run_suite(suite);
}
