/*
 * pool.c - pools as such: construction, names, the tree of parents.
 */
#include "harness.h"

START_TEST(pool_without_owner_is_a_root_and_the_callers)
{
    own_pool *pool;

    expect_keeps_errno((pool = own_pool_new(NULL)) != NULL);
    expect(own_refcount(pool) == 1);
    expect(own_pool_parent(pool) == NULL);
    expect(own_defer(pool, log_call, "p") == 0);
    expect_keeps_errno((own_decref(pool), true));
    expect_events("p");
}
END_TEST

START_TEST(pool_with_owner_is_the_owners_child)
{
    own_pool *parent = new_root(), *child;

    expect_keeps_errno((child = own_pool_new(parent)) != NULL);
    expect(own_refcount(child) == 1 && own_refcount(parent) == 1);
    expect(own_pool_parent(child) == parent);
    expect(usage_of(parent).children == 1 && usage_of(parent).held == 0);
    expect(own_defer(child, log_call, "c") == 0);
    own_decref(parent);
    expect_events("c");
}
END_TEST

START_TEST(children_die_newest_first_each_with_all_below_it)
{
    own_pool *root = new_root();

    for (int i = 0; i < 3; i++) {
        own_pool *child = own_pool_new(root), *grandchild = own_pool_new(child);
        expect(own_defer(child, log_call, &"abc"[i]) == 0);
        expect(own_defer(grandchild, log_call, &"xyz"[i]) == 0);
    }
    own_decref(root);
    /* a child took its grandchild on before it deferred the call */
    expect_events("czbyax");
}
END_TEST

START_TEST(child_that_somebody_holds_survives_its_parent_as_a_root)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent);
    own_pool *grandchild = own_pool_new(child);
    char *text = own_strdup(child, "whole and usable");

    expect(own_defer(grandchild, log_call, "g") == 0);
    own_incref(child);
    own_decref(parent);
    expect(own_refcount(child) == 1 && own_pool_parent(child) == NULL);
    expect(own_pool_parent(grandchild) == child);
    expect(own_contains(child, text) && strcmp(text, "whole and usable") == 0);
    expect(own_alloc(child, 10, 1000) != NULL && own_pool_new(child) != NULL);
    expect_events("");
    own_decref(child);
    expect_events("g");
}
END_TEST

START_TEST(default_name_is_the_place_of_the_call)
{
    char place[256];
    own_pool_options options = {.limit = 0};

    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    own_pool *pool = own_pool_new(NULL);
    expect(strcmp(own_pool_name(pool), place) == 0);

    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    own_pool *child = own_pool_create(pool, NULL);
    expect(strcmp(own_pool_name(child), place) == 0);

    snprintf(place, sizeof place, "%s:%d", __FILE__, __LINE__ + 1);
    child = own_pool_create(pool, &options);
    expect(strcmp(own_pool_name(child), place) == 0);

    child = own_pool_new_at(pool, "here");
    expect(strcmp(own_pool_name(child), "here") == 0);
    child = own_pool_create_at(pool, &options, "there");
    expect(strcmp(own_pool_name(child), "there") == 0);
    options.name = "named";
    child = own_pool_create_at(pool, &options, "there");
    expect(strcmp(own_pool_name(child), "named") == 0);
    own_decref(pool);
}
END_TEST

START_TEST(name_is_printed_and_copied)
{
    char source[] = "text";
    own_pool *pool = new_root();

    expect_keeps_errno(own_pool_set_name(pool, "%s %d", source, 42) == 0);
    memset(source, 'x', sizeof source - 1);
    expect(strcmp(own_pool_name(pool), "text 42") == 0);
    expect(own_pool_set_name(pool, "%s", "") == 0);
    expect(own_pool_name(pool)[0] == '\0');
    own_decref(pool);
}
END_TEST

START_TEST(old_name_may_be_among_the_arguments)
{
    own_pool *pool = own_pool_new_at(NULL, "0");

    for (int i = 1; i < 500; i++) {
        expect(own_pool_set_name(pool, "%s/%d", own_pool_name(pool), i % 10) == 0);
        expect(strlen(own_pool_name(pool)) == 1 + 2 * (size_t)i);
    }
    for (size_t i = 0; i < 500; i++)
        expect((size_t)(own_pool_name(pool)[2 * i] - '0') == i % 10);
    own_decref(pool);
}
END_TEST

START_TEST(name_is_not_a_block_of_the_pool)
{
    own_pool *pool = new_root();

    expect(own_pool_set_name(pool, "a name") == 0);
    expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
    expect(!own_contains(pool, own_pool_name(pool)));
    expect_error(own_free(pool, (void *)(uintptr_t)own_pool_name(pool)) == -1, EINVAL);
    expect(strcmp(own_pool_name(pool), "a name") == 0);
    own_decref(pool);
}
END_TEST

START_TEST(renaming_again_and_again_does_not_grow_the_pool)
{
    own_pool *pool = new_root();

    expect(own_pool_set_name(pool, "%0100d", 0) == 0);
    size_t reserved = usage_of(pool).reserved;
    for (int i = 0; i < 10000; i++)
        expect(own_pool_set_name(pool, "%0100d", i) == 0);
    expect(usage_of(pool).reserved <= reserved + 65536);
    own_decref(pool);
}
END_TEST

START_TEST(ancestors_are_those_above_and_not_the_pool_itself)
{
    own_pool *a = new_root(), *b = own_pool_new(a), *c = own_pool_new(b), *other = own_pool_new(a);

    expect(own_pool_is_ancestor(a, b) && own_pool_is_ancestor(a, c) && own_pool_is_ancestor(b, c));
    expect(!own_pool_is_ancestor(b, a) && !own_pool_is_ancestor(c, a));
    expect(!own_pool_is_ancestor(a, a) && !own_pool_is_ancestor(c, c));
    expect(!own_pool_is_ancestor(other, c) && !own_pool_is_ancestor(b, other));
    expect(!own_pool_is_ancestor(NULL, a) && !own_pool_is_ancestor(a, NULL));
    expect(!own_pool_is_ancestor(NULL, NULL));
    expect(own_pool_parent(NULL) == NULL);
    own_decref(a);
}
END_TEST

START_TEST(holder_is_not_an_ancestor)
{
    own_pool *holder = new_root(), *held = new_root();

    expect(own_hold(holder, held) == 0);
    expect(own_pool_parent(held) == NULL && !own_pool_is_ancestor(holder, held));
    expect(usage_of(holder).children == 0 && usage_of(holder).held == 1);
    own_decref(held);
    own_decref(holder);
}
END_TEST

START_TEST(reserve_is_there_from_the_start)
{
    const size_t reserves[] = {1000, 100000, (size_t)3 << 20};

    for (int i = 0; i < 3; i++) {
        own_pool_options options = {.reserve = reserves[i]};
        own_pool *pool = own_pool_create(NULL, &options);
        expect(pool != NULL);
        size_t reserved = usage_of(pool).reserved;
        expect(reserved >= options.reserve);
        for (size_t used = 0; used + 112 <= options.reserve; used += 112)
            expect(own_alloc_raw(pool, 7, 16) != NULL);
        expect(usage_of(pool).reserved == reserved);
        own_decref(pool);
    }
}
END_TEST

/* One block of all of it, or one behind a small one, needs no more; nor is much more taken. */
START_TEST(reserve_may_be_one_block)
{
    const size_t reserves[] = {1000, 32000, 65536, 100000, (size_t)1 << 20, (size_t)3 << 20};

    for (size_t i = 0; i < 12; i++) {
        size_t size = reserves[i / 2], small = i % 2 ? 48 : 0;
        own_pool *pool = own_pool_create(NULL, &(own_pool_options){.reserve = small + size});
        expect(pool != NULL);
        size_t reserved = usage_of(pool).reserved;
        expect(reserved < 2 * size + 1024);
        expect(!small || own_alloc(pool, 1, small));
        expect(own_alloc(pool, 1, size) && usage_of(pool).reserved == reserved);
        own_decref(pool);
    }
}
END_TEST

START_TEST(reserve_that_does_not_fit_is_refused)
{
    own_pool_options options = {.reserve = SIZE_MAX};
    own_pool *parent = new_root();

    expect_error(own_pool_create(NULL, &options) == NULL, EOVERFLOW);
    expect_error(own_pool_create(parent, &options) == NULL, EOVERFLOW);
    options.reserve = IMPOSSIBLE; /* a size, but no machine has it */
    errno = 0;
    expect(own_pool_create(parent, &options) == NULL);
    expect(errno == ENOMEM || errno == EOVERFLOW);
    expect(usage_of(parent).children == 0);
    own_decref(parent);
}
END_TEST

START_TEST(version_of_headers_and_library_agree)
{
    ck_assert_str_eq(own_version(), OWN_VERSION);
    expect(OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR, OWN_VERSION_MINOR, OWN_VERSION_PATCH));
    expect(!OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR, OWN_VERSION_MINOR, OWN_VERSION_PATCH + 1));
    expect(!OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR, OWN_VERSION_MINOR + 1, 0));
    expect(!OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR + 1, 0, 0));
    expect(OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR, OWN_VERSION_MINOR - 1, 99));
    expect(OWN_VERSION_AT_LEAST(OWN_VERSION_MAJOR - 1, 99, 99));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *creation = add_case(suite, "creation");
    TCase *names = add_case(suite, "names");
    TCase *tree = add_case(suite, "tree");

    tcase_add_test(creation, pool_without_owner_is_a_root_and_the_callers);
    tcase_add_test(creation, pool_with_owner_is_the_owners_child);
    tcase_add_test(creation, reserve_is_there_from_the_start);
    tcase_add_test(creation, reserve_may_be_one_block);
    tcase_add_test(creation, reserve_that_does_not_fit_is_refused);
    tcase_add_test(creation, version_of_headers_and_library_agree);

    tcase_add_test(names, default_name_is_the_place_of_the_call);
    tcase_add_test(names, name_is_printed_and_copied);
    tcase_add_test(names, old_name_may_be_among_the_arguments);
    tcase_add_test(names, name_is_not_a_block_of_the_pool);
    tcase_add_test(names, renaming_again_and_again_does_not_grow_the_pool);

    tcase_add_test(tree, children_die_newest_first_each_with_all_below_it);
    tcase_add_test(tree, child_that_somebody_holds_survives_its_parent_as_a_root);
    tcase_add_test(tree, ancestors_are_those_above_and_not_the_pool_itself);
    tcase_add_test(tree, holder_is_not_an_ancestor);
    return run_suite(suite);
}
