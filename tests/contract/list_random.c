/*
 * list_random.c - random changes while children are listed: what stays is visited, once, in order.
 */
#include "harness.h"

enum { most_children = 200 };
struct crowd {
    struct random random;
    own_pool *pool;
    own_pool *children[most_children]; /* in the order of time; NULL: has been dropped */
    size_t count;
    size_t listed; /* how many there were at the beginning */
    size_t at;     /* the one that was visited last */
};

static void add_child(struct crowd *crowd)
{
    if (crowd->count == most_children)
        return;
    own_pool *child = own_pool_new(crowd->pool);
    expect(child != NULL);
    crowd->children[crowd->count++] = child;
    if (random_below(&crowd->random, 3) == 0)
        expect(own_alloc(child, 1, 10000) != NULL);
    if (random_below(&crowd->random, 3) == 0)
        expect(own_buffer_new(crowd->pool, 1, 1) != NULL);
}

static int visit_crowd(own_pool *child, void *arg)
{
    struct crowd *crowd = (struct crowd *)arg;

    while (crowd->at > 0 && !crowd->children[--crowd->at])
        ;
    expect(child == crowd->children[crowd->at]);
    if (random_below(&crowd->random, 3) == 0) {
        expect(own_drop(crowd->pool, child) == 0);
        crowd->children[crowd->at] = NULL;
    }
    for (size_t i = random_below(&crowd->random, 4); i > 0; i--) {
        size_t other = random_below(&crowd->random, crowd->count);
        if (!crowd->children[other] || random_below(&crowd->random, 2)) {
            add_child(crowd);
            continue;
        }
        expect(own_drop(crowd->pool, crowd->children[other]) == 0);
        crowd->children[other] = NULL;
    }
    return 0;
}

START_TEST(children_change_while_they_are_visited)
{
    for (size_t round = 0; round < scaled(500); round++) {
        struct crowd crowd = {.pool = new_root()};
        random_seed(&crowd.random, (uint64_t)round);
        for (size_t i = random_below(&crowd.random, most_children / 2); i > 0; i--)
            add_child(&crowd);
        if (round % 2)
            expect(own_share(crowd.pool) == 0);
        crowd.at = crowd.count;
        expect(own_pool_children(crowd.pool, visit_crowd, &crowd) == 0);
        while (crowd.at > 0)
            expect(!crowd.children[--crowd.at]); /* nothing was left out */
        own_decref(crowd.pool);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list_random");
    TCase *changes = add_case(suite, "changes");

    tcase_add_test(changes, children_change_while_they_are_visited);
    return run_suite(suite);
}
