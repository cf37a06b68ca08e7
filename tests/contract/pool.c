/*
 * pool.c - pools as such: construction, names, the tree of parents, the walk.
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
    options.reserve = SIZE_MAX / 4; /* a size, but no machine has it */
    errno = 0;
    expect(own_pool_create(parent, &options) == NULL);
    expect(errno == ENOMEM || errno == EOVERFLOW);
    expect(usage_of(parent).children == 0);
    own_decref(parent);
}
END_TEST

/* Records a walk as letters: each object's letter, then its depth. */
struct trace {
    char text[256];
    size_t length;
    size_t visits_left; /* the walk ends when it reaches 0 */
};

static char letter_of(void *object)
{
    const struct probe *probe = (const struct probe *)own_cast(object, &probe_type);

    return probe ? probe->name : own_pool_name((const own_pool *)object)[0];
}

static int record_visit(void *object, int depth, void *arg)
{
    struct trace *trace = (struct trace *)arg;

    expect(trace->length + 2 < sizeof trace->text);
    trace->text[trace->length++] = letter_of(object);
    trace->text[trace->length++] = (char)('0' + depth);
    return --trace->visits_left == 0 ? -7 : 0;
}

#define expect_walk(pool, expected)                                                                \
    do {                                                                                           \
        struct trace trace_ = {.visits_left = SIZE_MAX};                                           \
        expect(own_pool_walk((pool), record_visit, &trace_) == 0);                                 \
        ck_assert_str_eq(trace_.text, (expected));                                                 \
    } while (0)

static own_pool *build_tree(void)
{
    own_pool *root = own_pool_new_at(NULL, "R");
    own_pool *left = own_pool_new_at(root, "L");

    probe_new(root, 'a');
    expect(own_defer(root, log_call, "!") == 0);
    own_pool *right = own_pool_new_at(root, "S");
    struct probe *shared = probe_new(left, 'x');
    probe_new(left, 'y');
    expect(own_pool_new_at(left, "D") != NULL);
    expect(own_hold(right, shared) == 0 && own_hold(right, shared) == 0);
    expect(own_hold(right, left) == 0); /* held, so visited, but not gone into */
    expect(own_hold(root, right) == 0); /* a child that is held too */
    return root;
}

START_TEST(walk_visits_in_the_order_of_taking_on_a_pool_before_its_own)
{
    own_pool *root = build_tree();

    expect_walk(root, "R0L1x2y2D2a1S1x2x2L2S1");
    own_decref(root);
    expect_events("!ayx");
}
END_TEST

START_TEST(walk_of_an_empty_pool_visits_the_pool)
{
    own_pool *root = own_pool_new_at(NULL, "R");

    expect_walk(root, "R0");
    own_decref(root);
}
END_TEST

START_TEST(walk_from_the_middle_does_not_leave_the_subtree)
{
    own_pool *root = own_pool_new_at(NULL, "R"), *middle = own_pool_new_at(root, "M");

    expect(own_pool_new_at(middle, "A") != NULL && own_pool_new_at(middle, "B") != NULL);
    expect(own_pool_new_at(root, "N") != NULL);
    expect_walk(middle, "M0A1B1");
    expect_walk(root, "R0M1A2B2N1");
    own_decref(root);
}
END_TEST

START_TEST(visit_ends_the_walk_with_its_own_result)
{
    own_pool *root = build_tree();

    for (size_t visits = 1; visits <= 11; visits++) {
        struct trace trace = {.visits_left = visits};
        expect(own_pool_walk(root, record_visit, &trace) == -7);
        expect(trace.length == 2 * visits);
        expect(strncmp(trace.text, "R0L1x2y2D2a1S1x2x2L2S1", trace.length) == 0);
    }
    own_decref(root);
    expect_events("!ayx");
}
END_TEST

START_TEST(self_hold_is_visited_once_for_each_hold)
{
    own_pool *pool = own_pool_new_at(NULL, "P");

    expect(own_hold(pool, pool) == 0);
    expect_walk(pool, "P0P1");
    expect(own_drop(pool, pool) == 0);
    expect_walk(pool, "P0");
    own_decref(pool);
}
END_TEST

static int use_blocks(void *object, int depth, void *arg)
{
    own_pool *pool = (own_pool *)own_cast(object, own_pool_type());

    (void)depth;
    if (pool) {
        void *block = own_alloc(pool, 1, 5000);
        expect(block != NULL && own_alloc(pool, 1, 50) != NULL);
        expect(own_free(pool, block) == 0);
        ++*(int *)arg;
    }
    return 0;
}

START_TEST(visit_may_allocate_and_free_blocks)
{
    own_pool *root = build_tree();
    int pools = 0;

    expect_keeps_errno(own_pool_walk(root, use_blocks, &pools) == 0);
    expect(pools == 6 && total_of(root).blocks == 6); /* two of the visits are of held pools */
    own_decref(root);
    expect_events("!ayx");
}
END_TEST

START_TEST(version_of_headers_and_library_agree)
{
    ck_assert_str_eq(own_version(), OWN_VERSION);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *creation = add_case(suite, "creation");
    TCase *names = add_case(suite, "names");
    TCase *tree = add_case(suite, "tree");
    TCase *walk = add_case(suite, "walk");

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

    tcase_add_test(walk, walk_visits_in_the_order_of_taking_on_a_pool_before_its_own);
    tcase_add_test(walk, walk_of_an_empty_pool_visits_the_pool);
    tcase_add_test(walk, walk_from_the_middle_does_not_leave_the_subtree);
    tcase_add_test(walk, visit_ends_the_walk_with_its_own_result);
    tcase_add_test(walk, self_hold_is_visited_once_for_each_hold);
    tcase_add_test(walk, visit_may_allocate_and_free_blocks);
    return run_suite(suite);
}
