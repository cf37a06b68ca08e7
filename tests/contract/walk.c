/*
 * walk.c - own_pool_walk: the order, depths, what a visit may do, and what it returns.
 */
#include "harness.h"

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

static int skip_one(void *object, int depth, void *arg)
{
    const char *skipped = (const char *)arg;

    log_event(letter_of(object));
    log_event((char)('0' + depth));
    return letter_of(object) == *skipped ? OWN_WALK_SKIP : 0;
}

START_TEST(what_a_visit_skips_is_not_gone_into)
{
    own_pool *root = build_tree();
    const char *const skipped[][2] = {{"R", "R0"},
                                      {"L", "R0L1a1S1x2x2L2S1"},
                                      {"D", "R0L1x2y2D2a1S1x2x2L2S1"},
                                      {"S", "R0L1x2y2D2a1S1S1"},
                                      {"x", "R0L1x2y2D2a1S1x2x2L2S1"}};

    for (size_t shared = 0; shared < 2; shared++) {
        for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
            expect(own_pool_walk(root, skip_one, (void *)(uintptr_t)skipped[i][0]) == 0);
            expect_events(skipped[i][1]);
        }
        expect(shared || own_share(root) == 0);
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

int main(void)
{
    Suite *suite = suite_create("walk");
    TCase *walk = add_case(suite, "walk");

    tcase_add_test(walk, walk_visits_in_the_order_of_taking_on_a_pool_before_its_own);
    tcase_add_test(walk, walk_of_an_empty_pool_visits_the_pool);
    tcase_add_test(walk, walk_from_the_middle_does_not_leave_the_subtree);
    tcase_add_test(walk, visit_ends_the_walk_with_its_own_result);
    tcase_add_test(walk, what_a_visit_skips_is_not_gone_into);
    tcase_add_test(walk, self_hold_is_visited_once_for_each_hold);
    tcase_add_test(walk, visit_may_allocate_and_free_blocks);
    return run_suite(suite);
}
