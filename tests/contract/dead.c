/*
 * dead.c - a dead pool as the pool of a call: each call tells, returns an error, and does nothing.
 */
#include "harness.h"

/* A pool that has died; its memory waits for the next. */
static own_pool *dead_pool(void)
{
    own_pool *pool = own_pool_new(NULL);

    expect(pool && own_alloc(pool, 1, 100));
    own_decref(pool);
    return pool;
}

static void do_nothing(void *unused)
{
    (void)unused;
}

static int visit_nothing(void *object, int depth, void *arg)
{
    (void)object;
    (void)depth;
    (void)arg;
    return 0;
}

/* The condition holds a call that fails with EINVAL, and tells once, naming itself. */
#define expect_dead(condition, call) expect_told(condition, call, "dead")

START_TEST(every_call_tells_that_its_pool_is_dead)
{
    static char memory[64];
    own_pool *live = own_pool_new(NULL);
    struct probe *probe = probe_new(NULL, 'p');
    own_pool *dead = dead_pool(); /* the last: its memory must not be used again */

    record_misuses();
    if (!memory_is_checked()) {
        expect_dead(own_alloc(dead, 1, 20) == NULL, "own_alloc");
        expect_dead(own_alloc_raw(dead, 1, 20) == NULL, "own_alloc");
        expect_dead(own_strdup(dead, "text") == NULL, "own_alloc");
    }
    expect_dead(own_alloc(dead, 1, 5000) == NULL, "own_alloc");
    expect_dead(own_alloc_slow(dead, 1, 20) == NULL, "own_alloc");
    expect_dead(own_alloc_raw_slow(dead, 1, 20) == NULL, "own_alloc");
    expect_dead(own_alloc_aligned(dead, 64, 1, 20) == NULL, "own_alloc_aligned");
    expect_dead(own_free(dead, memory) == -1, "own_free");
    expect_dead(own_realloc(dead, memory, 1, 20) == NULL, "own_realloc");
    expect_dead(own_realloc_raw(dead, memory, 1, 20) == NULL, "own_realloc_raw");
    expect_dead(own_block_size(dead, memory) == 0, "own_block_size");
    expect_dead(own_adopt(dead, memory, 8, do_nothing) == -1, "own_adopt");
    expect_dead(own_disown(dead, memory) == -1, "own_disown");
    expect_dead(own_hold(dead, probe) == -1, "own_hold");
    expect_dead(own_give(dead, probe) == -1, "own_give");
    expect_dead(own_drop(dead, probe) == -1, "own_drop");
    expect_dead(own_move(dead, live, probe) == -1, "own_move");
    expect_dead(own_move(live, dead, probe) == -1, "own_move");
    expect_dead(own_defer(dead, do_nothing, NULL) == -1, "own_defer");
    expect_dead(own_undefer(dead, do_nothing, NULL) == -1, "own_undefer");
    expect_dead(own_new(dead, &probe_type) == NULL, "constructor");
    expect_dead(own_pool_new(dead) == NULL, "own_pool_new");
    expect_dead(own_pool_create(dead, &(own_pool_options){.name = "child"}) == NULL,
                "own_pool_create");
    expect_dead(own_pool_set_limit(dead, 1000) == -1, "own_pool_set_limit");
    expect_dead(own_pool_set_name(dead, "%s", "name") == -1, "own_pool_set_name");
    expect_dead(own_pool_walk(dead, visit_nothing, NULL) == -1, "own_pool_walk");
    own_usage usage;
    own_pool_usage(dead, &usage);
    expect_misuse("own_pool_usage", "dead");
    expect(usage.pools == 0);
    own_pool_total(dead, &usage);
    expect_misuse("own_pool_total", "dead");
    expect(usage.pools == 0);
    expect(own_pool_parent(dead) == NULL);
    expect_misuse("own_pool_parent", "dead");
    expect(*own_pool_name(dead) == '\0');
    expect_misuse("own_pool_name", "dead");
    expect(own_refcount(probe) == 1);
    restore_misuses();
    own_decref(probe);
    own_decref(live);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dead");

    tcase_add_test(add_case(suite, "dead"), every_call_tells_that_its_pool_is_dead);
    return run_suite(suite);
}
