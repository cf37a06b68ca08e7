/*
 * destructors.c - destructors of talloc: their order, refusals, and what they may do.
 */
#include "world.h"

static char *saviour, *victim;

START_TEST(destructor_is_called_before_those_of_the_children)
{
    char *root = letter(NULL, "r");

    letter(letter(root, "a"), "x");
    letter(root, "b");
    talloc_free(root);
    expect_events("rbax");
}
END_TEST

START_TEST(last_destructor_that_was_set_counts)
{
    char *a = letter(NULL, "a"), *b = letter(NULL, "b");

    talloc_set_destructor(a, (int (*)(char *))NULL);
    talloc_set_destructor(b, refuse_letter);
    expect(talloc_free(a) == 0);
    expect(talloc_free(b) == -1);
    talloc_set_destructor(b, log_letter);
    expect(talloc_free(b) == 0);
    expect_events("bb");
}
END_TEST

START_TEST(refusal_leaves_the_context_and_its_children)
{
    char *root = letter(NULL, "r"), *child = letter(root, "c");

    letter(child, "x");
    talloc_set_destructor(child, refuse_letter);
    expect(talloc_free(child) == -1);
    expect_events("c");
    expect(talloc_parent(child) == root && talloc_total_blocks(child) == 2);
    expect(talloc_unlink(root, child) == -1);
    talloc_set_destructor(child, log_letter);
    talloc_free(root);
    expect_events("crcx");
}
END_TEST

START_TEST(child_that_refuses_outlives_its_parent)
{
    char *top = letter(NULL, "t"), *root = letter(top, "r"), *child = letter(root, "c");

    letter(child, "x");
    talloc_set_destructor(child, refuse_letter);
    expect(talloc_free(root) == 0);
    expect_events("rc");
    expect_text(talloc_get_name(child), "c");
    expect(talloc_parent(child) == top && talloc_total_blocks(top) == 3);
    talloc_set_destructor(child, log_letter);
    talloc_free(top);
    expect_events("tcx");
}
END_TEST

static int free_self(char *context)
{
    log_letter(context);
    expect(talloc_free(context) == -1);
    return 0;
}

static int free_victim(char *context)
{
    log_letter(context);
    expect(talloc_free(victim) == 0);
    return 0;
}

static int save_victim(char *context)
{
    log_letter(context);
    talloc_steal(saviour, victim);
    return 0;
}

static int save_itself(char *context)
{
    log_letter(context);
    talloc_steal(saviour, context);
    return -1;
}

static int make_a_child(char *context)
{
    log_letter(context);
    letter(context, "n");
    return 0;
}

START_TEST(free_of_the_dying_context_is_ignored)
{
    char *root = letter(NULL, "r");

    talloc_set_destructor(root, free_self);
    expect(talloc_free(root) == 0);
    expect_events("r");
}
END_TEST

START_TEST(destructor_frees_others)
{
    char *root = letter(NULL, "r"), *child = letter(root, "c");

    victim = letter(NULL, "v");
    talloc_set_destructor(child, free_victim);
    talloc_free(root);
    expect_events("rcv");
}
END_TEST

START_TEST(destructor_frees_its_own_child)
{
    char *root = letter(NULL, "r");

    letter(root, "a");
    victim = letter(root, "v");
    letter(root, "b");
    talloc_set_destructor(root, free_victim);
    talloc_free(root);
    expect_events("rvba");
}
END_TEST

START_TEST(destructor_of_a_child_frees_its_sibling)
{
    char *root = letter(NULL, "r");

    letter(root, "a");
    victim = letter(root, "v");
    talloc_set_destructor(letter(root, "b"), free_victim);
    talloc_free(root);
    expect_events("rbva");
}
END_TEST

START_TEST(destructor_saves_a_child)
{
    char *root = letter(NULL, "r");

    saviour = letter(NULL, "s");
    victim = letter(root, "v");
    letter(root, "b");
    talloc_set_destructor(root, save_victim);
    talloc_free(root);
    expect_events("rb");
    expect(talloc_parent(victim) == saviour);
    talloc_free(saviour);
    expect_events("sv");
}
END_TEST

START_TEST(destructor_steals_its_context_and_refuses)
{
    char *root = letter(NULL, "r"), *child = letter(root, "c");

    saviour = letter(NULL, "s");
    talloc_set_destructor(child, save_itself);
    talloc_free(root);
    expect_events("rc");
    expect(talloc_parent(child) == saviour);
    talloc_set_destructor(child, log_letter);
    talloc_free(saviour);
    expect_events("sc");
}
END_TEST

START_TEST(child_that_a_destructor_makes_dies_too)
{
    char *root = letter(NULL, "r");

    letter(root, "a");
    talloc_set_destructor(root, make_a_child);
    talloc_free(root);
    expect_events("rna");
}
END_TEST

START_TEST(destructor_sees_its_parent_and_name)
{
    char *root = letter(NULL, "r");

    talloc_set_name(root, "%s", "xylophone");
    talloc_free(root);
    expect_events("x");
}
END_TEST

START_TEST(destructor_stays_when_a_context_is_resized)
{
    char *root = letter(NULL, "r");

    root = (char *)talloc_realloc_size(NULL, root, 3000);
    expect(root != NULL);
    talloc_set_name_const(root, "s");
    talloc_free(root);
    expect_events("s");
}
END_TEST

START_TEST(deep_tree_is_freed)
{
    /* libtalloc recurses here: a depth that fits its stack */
    size_t depth = IS_LIBTALLOC ? 5000 : scaled(1000000);
    char *root = letter(NULL, "r"), *low = root;

    for (size_t i = 0; i < depth; i++)
        low = (char *)talloc_named_const(low, 1, "level");
    letter(low, "l");
    expect(talloc_total_blocks(root) == depth + 2);
    talloc_free(root);
    expect_events("rl");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("talloc: destructors");
    TCase *tcase = add_case(suite, "destructors");

    tcase_add_test(tcase, destructor_is_called_before_those_of_the_children);
    tcase_add_test(tcase, last_destructor_that_was_set_counts);
    tcase_add_test(tcase, refusal_leaves_the_context_and_its_children);
    tcase_add_test(tcase, child_that_refuses_outlives_its_parent);
    tcase_add_test(tcase, free_of_the_dying_context_is_ignored);
    tcase_add_test(tcase, destructor_frees_others);
    tcase_add_test(tcase, destructor_frees_its_own_child);
    tcase_add_test(tcase, destructor_of_a_child_frees_its_sibling);
    tcase_add_test(tcase, destructor_saves_a_child);
    tcase_add_test(tcase, destructor_steals_its_context_and_refuses);
    tcase_add_test(tcase, child_that_a_destructor_makes_dies_too);
    tcase_add_test(tcase, destructor_sees_its_parent_and_name);
    tcase_add_test(tcase, destructor_stays_when_a_context_is_resized);
    tcase_add_test(tcase, deep_tree_is_freed);
    return run_suite(suite);
}
