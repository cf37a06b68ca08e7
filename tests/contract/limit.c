/*
 * limit.c - limits of memory, of a pool and of all below it.
 */
#include "harness.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* Allocates blocks of a size until the limit; how many bytes that were. */
static size_t fill(own_pool *pool, size_t size)
{
    size_t bytes = 0;

    for (;;) {
        errno = 0;
        if (!own_alloc(pool, 1, size))
            break;
        bytes += size;
    }
    expect(errno == EDQUOT);
    return bytes;
}

START_TEST(limit_can_be_used_nearly_to_the_end)
{
    const size_t limits[] = {64 * KIB, 256 * KIB, MIB, 10 * MIB};
    const size_t sizes[] = {16, 256, 1024};

    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 3; j++) {
            if (limits[i] / sizes[j] > scaled(20000))
                continue; /* nothing new, but slow where every step is validated */
            own_pool *pool = new_root();
            expect_keeps_errno(own_pool_set_limit(pool, limits[i]) == 0);
            size_t used = fill(pool, sizes[j]);
            expect(usage_of(pool).reserved <= limits[i]);
            expect(used >= limits[i] / 10 * 9);
            own_decref(pool);
        }
    }
}
END_TEST

START_TEST(refused_allocation_changes_nothing)
{
    own_pool_options options = {.limit = 256 * KIB};
    own_pool *pool = own_pool_create(NULL, &options);

    expect(pool != NULL);
    char *block = own_strdup(pool, "kept");
    own_usage before = usage_of(pool);
    expect_error(own_alloc(pool, 1, MIB) == NULL, EDQUOT);
    expect_error(own_alloc_raw(pool, 256, KIB) == NULL, EDQUOT);
    expect_error(own_alloc_aligned(pool, 64, 256, KIB) == NULL, EDQUOT);
    expect_error(own_realloc(pool, block, 1, MIB) == NULL, EDQUOT);
    expect_error(own_asprintf(pool, "%0*d", 300000, 1) == NULL, EDQUOT);
    expect_error(own_asprintf_append(pool, block, "%0*d", 300000, 1) == NULL, EDQUOT);
    expect_error(own_pool_set_name(pool, "%0*d", 300000, 1) == -1, EDQUOT);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    ck_assert_str_eq(block, "kept");
    expect(own_alloc(pool, 1, KIB) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(limit_holds_for_all_below_the_pool)
{
    own_pool *root = new_root(), *middle = own_pool_new(root), *leaf = own_pool_new(middle);

    expect(own_pool_set_limit(root, MIB) == 0);
    expect(own_alloc(root, 1, 300 * KIB) != NULL && own_alloc(middle, 1, 300 * KIB) != NULL);
    expect(own_alloc(leaf, 1, 300 * KIB) != NULL);
    expect_error(own_alloc(leaf, 1, 300 * KIB) == NULL, EDQUOT);
    expect_error(own_alloc(middle, 1, 300 * KIB) == NULL, EDQUOT);
    expect_error(own_alloc(root, 1, 300 * KIB) == NULL, EDQUOT);
    expect(total_of(root).reserved <= MIB);
    own_decref(root);
}
END_TEST

START_TEST(smallest_limit_on_the_way_up_decides)
{
    own_pool *root = new_root(), *middle = own_pool_new(root), *leaf = own_pool_new(middle);

    expect(own_pool_set_limit(leaf, 10 * MIB) == 0);
    expect(own_pool_set_limit(middle, MIB) == 0);
    expect(own_pool_set_limit(root, 5 * MIB) == 0);
    expect_error(own_alloc(leaf, 1, 2 * MIB) == NULL, EDQUOT);
    expect(own_alloc(root, 1, 2 * MIB) != NULL);
    expect(own_pool_set_limit(middle, 0) == 0);
    expect(own_alloc(leaf, 1, 2 * MIB) != NULL);
    expect_error(own_alloc(leaf, 1, 2 * MIB) == NULL, EDQUOT);
    expect(own_pool_set_limit(root, 0) == 0);
    expect(own_alloc(leaf, 1, 2 * MIB) != NULL);
    expect_error(own_alloc(leaf, 1, 7 * MIB) == NULL, EDQUOT);
    own_decref(root);
}
END_TEST

/* Pools take pieces larger than what they are asked for; near a limit smaller ones. */
START_TEST(room_that_a_pool_does_not_need_is_left_to_others)
{
    own_pool *root = new_root(), *first = own_pool_new(root), *second = own_pool_new(root);

    expect(own_pool_set_limit(root, 200 * KIB) == 0);
    expect(own_alloc(first, 1, 32000) && own_alloc(first, 1, 800));
    expect(own_alloc(second, 1, 40000) != NULL);
    own_decref(root);
}
END_TEST

START_TEST(children_are_made_within_the_limit)
{
    own_pool *root = new_root();
    size_t made = 0;

    expect(own_pool_set_limit(root, 64 * KIB) == 0);
    for (;;) {
        errno = 0;
        if (!own_pool_new(root))
            break;
        made++;
    }
    expect(errno == EDQUOT);
    expect(made >= 50 && usage_of(root).children == made); /* an empty pool is small */
    expect(total_of(root).reserved <= 64 * KIB);
    own_decref(root);
}
END_TEST

START_TEST(limit_too_small_for_the_pool_itself_is_refused)
{
    own_pool_options options = {.limit = 1};
    own_pool *parent = new_root();

    expect_error(own_pool_create(NULL, &options) == NULL, EDQUOT);
    expect_error(own_pool_create(parent, &options) == NULL, EDQUOT);
    options = (own_pool_options){.limit = 100 * KIB, .reserve = MIB};
    expect_error(own_pool_create(parent, &options) == NULL, EDQUOT);
    expect(usage_of(parent).children == 0);
    own_decref(parent);
}
END_TEST

START_TEST(lowering_a_limit_below_the_use_takes_nothing_away)
{
    own_pool *pool = new_root();
    void *blocks[10];

    for (int i = 0; i < 10; i++)
        blocks[i] = own_alloc(pool, 1, 2 * MIB);
    expect(own_pool_set_limit(pool, 10 * MIB) == 0);
    for (int i = 0; i < 10; i++)
        expect(own_block_size(pool, blocks[i]) == 2 * MIB);
    expect_error(own_alloc(pool, 1, 2 * MIB) == NULL, EDQUOT);
    for (int i = 0; i < 4; i++) {
        expect(own_free(pool, blocks[i]) == 0);
        expect_error(own_alloc(pool, 1, 2 * MIB) == NULL, EDQUOT); /* still not enough */
    }
    for (int i = 4; i < 8; i++)
        expect(own_free(pool, blocks[i]) == 0);
    expect(own_alloc(pool, 1, 2 * MIB) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(limit_set_over_existing_children_counts_them)
{
    own_pool *root = new_root(), *child = own_pool_new(root), *leaf = own_pool_new(child);

    expect(own_alloc(leaf, 1, 2 * MIB) != NULL);
    expect(own_pool_set_limit(root, 3 * MIB) == 0);
    expect_error(own_alloc(root, 1, 2 * MIB) == NULL, EDQUOT);
    expect(own_drop(child, leaf) == 0);
    expect(own_alloc(root, 1, 2 * MIB) != NULL);
    own_decref(root);
}
END_TEST

START_TEST(dead_children_give_their_share_back)
{
    own_pool *root = new_root();

    expect(own_pool_set_limit(root, MIB) == 0);
    for (int i = 0; i < 50; i++) {
        own_pool *child = own_pool_new(root);
        expect(child != NULL);
        expect(own_alloc(child, 1, 700 * KIB) != NULL);
        expect(own_alloc(own_pool_new(child), 1, 100 * KIB) != NULL);
        expect_error(own_alloc(child, 1, 700 * KIB) == NULL, EDQUOT);
        expect(own_drop(root, child) == 0);
    }
    own_decref(root);
}
END_TEST

START_TEST(cleared_and_freed_memory_gives_its_share_back)
{
    own_pool *root = new_root(), *child = own_pool_new(root);

    expect(own_pool_set_limit(root, MIB) == 0);
    for (int i = 0; i < 10; i++) {
        fill(child, KIB);
        own_pool_clear(child);
        void *block = own_alloc(root, 1, 700 * KIB);
        expect(block != NULL && own_free(root, block) == 0);
    }
    own_decref(root);
}
END_TEST

START_TEST(pool_that_leaves_gives_its_share_back)
{
    own_pool *root = new_root(), *other = new_root(), *child = own_pool_new(root);

    expect(own_pool_set_limit(root, 3 * MIB) == 0);
    expect(own_alloc(child, 1, 2 * MIB) != NULL);
    expect_error(own_alloc(root, 1, 2 * MIB) == NULL, EDQUOT);
    expect(own_move(root, other, child) == 0);
    void *block = own_alloc(root, 1, 2 * MIB);
    expect(block != NULL);
    expect_error(own_move(other, root, child) == -1, EDQUOT);
    expect(own_free(root, block) == 0);
    expect(own_move(other, root, child) == 0);

    own_incref(child);
    expect(own_drop(root, child) == 0); /* a root now */
    expect(own_alloc(child, 1, 10 * MIB) != NULL);
    expect(own_alloc(root, 1, 2 * MIB) != NULL);
    own_decref(child);
    own_decref(root);
    own_decref(other);
}
END_TEST

START_TEST(child_that_would_break_a_limit_is_refused_and_nothing_changes)
{
    own_pool *limited = new_root(), *below = own_pool_new(limited);
    own_pool *other = new_root(), *child = new_root(), *grandchild = own_pool_new(child);

    expect(own_pool_set_limit(limited, MIB) == 0);
    expect(own_alloc(grandchild, 1, 2 * MIB) != NULL);
    own_usage before = total_of(limited);

    expect_error(own_give(limited, child) == -1, EDQUOT);
    expect_error(own_give(below, child) == -1, EDQUOT);
    expect(own_pool_parent(child) == NULL && own_refcount(child) == 1);

    expect(own_give(other, child) == 0);
    expect_error(own_move(other, limited, child) == -1, EDQUOT);
    expect_error(own_move(other, below, child) == -1, EDQUOT);
    expect(own_pool_parent(child) == other && own_refcount(child) == 1);
    expect(usage_of(other).children == 1);

    own_usage after = total_of(limited);
    expect(memcmp(&before, &after, sizeof before) == 0);
    expect(own_alloc(below, 1, 700 * KIB) != NULL); /* none of its share was taken */
    own_decref(limited);
    expect(own_alloc(grandchild, 1, 2 * MIB) != NULL); /* nor is it limited now */
    own_decref(other);
}
END_TEST

START_TEST(move_within_a_limited_tree_needs_no_second_share)
{
    own_pool *root = new_root(), *one = own_pool_new(root), *two = own_pool_new(root);
    own_pool *child = own_pool_new(one);

    expect(own_pool_set_limit(root, 3 * MIB) == 0);
    expect(own_alloc(child, 1, 2 * MIB) != NULL);
    for (int i = 0; i < 10; i++) {
        expect(own_move(one, two, child) == 0);
        expect(own_move(two, root, child) == 0);
        expect(own_move(root, one, child) == 0);
    }
    expect_error(own_alloc(two, 1, 2 * MIB) == NULL, EDQUOT);
    expect(own_alloc(two, 1, 700 * KIB) != NULL);
    own_decref(root);
}
END_TEST

START_TEST(move_between_limits_under_one_limit_counts_once)
{
    own_pool *root = new_root(), *one = own_pool_new(root), *two = own_pool_new(root);
    own_pool *small = own_pool_new(root), *child = own_pool_new(one);

    expect(own_alloc(own_pool_new(child), 1, 2 * MIB) != NULL);
    expect(own_pool_set_limit(root, 3 * MIB) == 0 && own_pool_set_limit(one, 3 * MIB) == 0);
    expect(own_pool_set_limit(two, 3 * MIB) == 0 && own_pool_set_limit(small, MIB) == 0);
    for (int i = 0; i < 5; i++) {
        expect(own_move(one, two, child) == 0);
        expect(own_alloc(one, 1, 100) != NULL);
        expect_error(own_move(two, small, child) == -1, EDQUOT);
        expect_error(own_alloc(two, 1, 2 * MIB) == NULL, EDQUOT);
        expect(own_move(two, one, child) == 0);
    }
    expect(own_drop(one, child) == 0); /* all its share is free again */
    expect(own_alloc(two, 1, 2 * MIB) != NULL);
    own_decref(root);
}
END_TEST

static void take(void *pool)
{
    own_incref(pool);
}

START_TEST(dying_child_that_lives_on_leaves_its_limit)
{
    own_pool *root = new_root(), *child = own_pool_new(root);

    expect(own_pool_set_limit(root, 3 * MIB) == 0);
    expect(own_alloc(child, 1, 2 * MIB) != NULL && own_defer(child, take, child) == 0);
    expect(own_drop(root, child) == 0);
    expect(own_refcount(child) == 1 && usage_of(child).blocks == 1);
    expect(own_alloc(root, 1, 2 * MIB) != NULL && own_alloc(child, 1, 5 * MIB) != NULL);
    own_decref(root);
    expect(own_alloc(child, 1, 5 * MIB) != NULL);
    own_decref(child);
}
END_TEST

START_TEST(plain_holds_bring_nothing_under_a_limit)
{
    own_pool *limited = new_root(), *large = new_root();

    expect(own_pool_set_limit(limited, MIB) == 0);
    expect(own_alloc(large, 1, 2 * MIB) != NULL);
    expect(own_hold(limited, large) == 0);
    expect(own_alloc(limited, 1, 700 * KIB) != NULL);
    expect(own_alloc(large, 1, 2 * MIB) != NULL);
    own_decref(limited);
    own_decref(large);
}
END_TEST

START_TEST(references_and_calls_need_memory_under_the_limit)
{
    static char mark = 'x';
    own_pool *pool = new_root();
    size_t held = 0, deferred = 0;

    expect(own_pool_set_limit(pool, 64 * KIB) == 0);
    fill(pool, 16);
    while (own_hold(pool, pool) == 0)
        held++;
    expect_error(own_hold(pool, pool) == -1, EDQUOT);
    while (own_defer(pool, log_call, &mark) == 0)
        deferred++;
    expect_error(own_defer(pool, log_call, &mark) == -1, EDQUOT);
    expect(held < 10000 && deferred < 10000);
    expect(usage_of(pool).held == held && usage_of(pool).deferred == deferred);
    expect(own_refcount(pool) == 1 + held && usage_of(pool).reserved <= 64 * KIB);
    while (deferred-- > 0)
        expect(own_undefer(pool, log_call, &mark) == 0);
    own_pool_clear(pool);
    expect(own_refcount(pool) == 1);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limit");
    TCase *one = add_case(suite, "one pool");
    TCase *trees = add_case(suite, "trees");

    tcase_add_test(one, limit_can_be_used_nearly_to_the_end);
    tcase_add_test(one, refused_allocation_changes_nothing);
    tcase_add_test(one, limit_too_small_for_the_pool_itself_is_refused);
    tcase_add_test(one, lowering_a_limit_below_the_use_takes_nothing_away);
    tcase_add_test(one, references_and_calls_need_memory_under_the_limit);

    tcase_add_test(trees, limit_holds_for_all_below_the_pool);
    tcase_add_test(trees, smallest_limit_on_the_way_up_decides);
    tcase_add_test(trees, room_that_a_pool_does_not_need_is_left_to_others);
    tcase_add_test(trees, children_are_made_within_the_limit);
    tcase_add_test(trees, limit_set_over_existing_children_counts_them);
    tcase_add_test(trees, dead_children_give_their_share_back);
    tcase_add_test(trees, cleared_and_freed_memory_gives_its_share_back);
    tcase_add_test(trees, pool_that_leaves_gives_its_share_back);
    tcase_add_test(trees, child_that_would_break_a_limit_is_refused_and_nothing_changes);
    tcase_add_test(trees, move_within_a_limited_tree_needs_no_second_share);
    tcase_add_test(trees, move_between_limits_under_one_limit_counts_once);
    tcase_add_test(trees, dying_child_that_lives_on_leaves_its_limit);
    tcase_add_test(trees, plain_holds_bring_nothing_under_a_limit);
    return run_suite(suite);
}
