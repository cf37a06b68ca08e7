/*
 * limit_edges.c - limits that are lowered, change while a pool dies, bind mappings, and small ones.
 * limits.c has their arithmetic.
 */
#include "harness.h"
#include "pool/pool.h"

#define KIB ((size_t)1 << 10)

/* A limit that is lowered below what is in use takes nothing away, but lets nothing more in. */
START_TEST(lowered_limit_binds_until_enough_is_free)
{
    own_pool *root = new_root();
    own_pool *child = own_pool_new(root);
    void *large = own_alloc(child, 1, 300 * KIB);

    expect(child && large);
    size_t used = total_of(root).reserved;
    expect(own_pool_set_limit(root, used - 100 * KIB) == 0);
    expect(limit_room(pool_limit(child)) == 0 && limit_room(pool_limit(root)) == 0);
    expect_error(own_pool_set_name(child, "%s", "name") == -1, EDQUOT);
    expect_error(!own_pool_new(child), EDQUOT);
    expect(own_free(child, large) == 0);
    expect(limit_room(pool_limit(child)) == used - 100 * KIB - total_of(root).reserved);
    expect(own_pool_set_name(child, "%s", "name") == 0);
    own_decref(root);
}
END_TEST

/* A dying pool is still counted where it was, until its former parent, say, comes below it. */
static own_pool *former_parent, *dying;

static void take_former_parent(void *unused)
{
    (void)unused;
    expect(limit_room(pool_limit(dying)) < 64 * KIB);
    expect(own_give(dying, former_parent) == 0);
    expect(own_pool_parent(former_parent) == dying && !pool_limit(dying));
    expect(total_of(dying).pools == 2);
}

START_TEST(dying_pool_takes_what_was_above_it)
{
    size_t before = chunk_live_bytes();

    former_parent = new_root();
    expect(own_pool_set_limit(former_parent, 64 * KIB) == 0);
    dying = own_pool_new(former_parent);
    expect(dying && own_defer(dying, take_former_parent, NULL) == 0);
    own_incref(former_parent);
    expect(own_drop(former_parent, dying) == 0);
    expect(own_refcount(former_parent) == 1 && !own_pool_parent(former_parent));
    expect(limit_room(pool_limit(former_parent)) == 64 * KIB - usage_of(former_parent).reserved);
    own_decref(former_parent);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Blocks that are mappings grow where they are; the limit binds them all the same. */
START_TEST(mapped_blocks_grow_up_to_the_limit)
{
    own_pool *pool = new_root();
    char *block = (char *)own_alloc(pool, 1, 2000 * KIB);

    expect(block != NULL);
    block[2000 * KIB - 1] = 7;
    expect(own_pool_set_limit(pool, usage_of(pool).reserved + 1000 * KIB) == 0);
    own_usage before = usage_of(pool);
    expect_error(!own_realloc(pool, block, 1, 4000 * KIB), EDQUOT);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    expect(own_contains(pool, block) && block[2000 * KIB - 1] == 7);
    block = (char *)own_realloc(pool, block, 1, 2900 * KIB);
    expect(block && block[2000 * KIB - 1] == 7 && block[2900 * KIB - 1] == 0);
    expect(limit_room(pool_limit(pool)) < 164 * KIB);
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

/* What earlier children came to need must not make a later one's own limit too small for it. */
START_TEST(what_was_learned_leaves_small_limits_alone)
{
    own_pool *root = new_root();
    const own_pool_options small = {.limit = 300};

    for (int i = 0; i < 10; i++) {
        own_pool *child = own_pool_new(root);
        expect(child && own_alloc(child, 1, 16 * KIB));
        expect(own_drop(root, child) == 0);
    }
    own_pool *child = own_pool_create(root, &small);
    expect(child && usage_of(child).reserved <= small.limit);
    own_decref(root);
    own_pool *pool = own_pool_create(NULL, &small);
    expect(pool && usage_of(pool).reserved <= small.limit);
    own_decref(pool);
}
END_TEST

/* Free blocks in front of bump become one with what is behind them. */
START_TEST(freed_blocks_in_front_of_bump_are_room_for_a_larger_one)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = (size_t)256 << 10});
    static char *blocks[4096];
    size_t count = 0;

    expect(pool != NULL);
    while (count < 300)
        expect((blocks[count++] = own_alloc(pool, 1, 128)) != NULL);
    expect(own_free(pool, blocks[100]) == 0); /* from now on free blocks are looked for first */
    expect((blocks[100] = own_alloc(pool, 1, 128)) != NULL);
    while ((blocks[count] = own_alloc(pool, 1, 128)))
        count++;
    while (blocks[count - 1] + 128 != pool->part.memory.bump) /* to the last that was bumped */
        count--;
    for (size_t i = 2; i <= 8; i++)
        expect(own_free(pool, blocks[count - i]) == 0);
    expect(own_free(pool, blocks[count - 1]) == 0);
    expect(own_alloc(pool, 1, 512) != NULL);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limit_edges");
    TCase *edges = add_case(suite, "edges");

    tcase_add_test(edges, lowered_limit_binds_until_enough_is_free);
    tcase_add_test(edges, dying_pool_takes_what_was_above_it);
    tcase_add_test(edges, mapped_blocks_grow_up_to_the_limit);
    tcase_add_test(edges, what_was_learned_leaves_small_limits_alone);
    tcase_add_test(edges, freed_blocks_in_front_of_bump_are_room_for_a_larger_one);
    return run_suite(suite);
}
