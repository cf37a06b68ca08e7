/*
 * stacking.c - pools with an allocator among others: below them, on them, and used by their own
 * allocators.
 */
#include "source.h"

START_TEST(allocators_are_not_inherited)
{
    struct source source = {.count = 0}, other = {.count = 0};
    own_pool *root = pool_with(NULL, &source), *plain = own_pool_new(root);
    own_pool *third = pool_with(plain, &other);

    expect(plain && own_alloc(plain, 1, 100) && source.count == 0);
    expect(own_alloc(third, 1, 100) && other.live == 1 && source.live == 0);
    expect(own_alloc(root, 1, 100) && source.live == 1);
    expect(total_of(root).blocks == 3 && total_of(root).bytes == 312);
    own_decref(root);
    expect(source.live == 0 && other.live == 0);
    expect_events("aa");
}
END_TEST

/* Pool on pool. */
static void *pool_alloc(void *ctx, size_t size)
{
    return own_alloc_raw((own_pool *)ctx, 1, size);
}

static void pool_free(void *ctx, void *memory)
{
    expect(own_free((own_pool *)ctx, memory) == 0);
}

START_TEST(pool_may_get_its_blocks_from_its_parent)
{
    own_pool *root = new_root();
    const own_allocator allocator = {.alloc = pool_alloc, .free = pool_free, .ctx = root};
    own_pool_options options = {.allocator = &allocator};
    own_pool *pool = own_pool_create(root, &options);

    for (size_t size = 1; size < 1000000; size = size * 3 / 2 + 1) {
        char *block = (char *)own_alloc(pool, 1, size);
        expect(block && own_contains(pool, block) && own_contains(root, block));
        expect(own_block_size(pool, block) == size);
    }
    size_t blocks = usage_of(pool).blocks;
    expect(usage_of(root).blocks == blocks && total_of(root).blocks == 2 * blocks);
    own_incref(pool);
    own_pool_clear(pool);
    expect(usage_of(root).blocks == 0);
    expect(own_alloc(pool, 1, 10) && usage_of(root).blocks == 1);
    own_decref(pool);
    own_decref(root);
}
END_TEST

/* The functions use the pool that they are of. */
static void use_the_pool(struct source *source)
{
    void *memory = malloc(1);
    static char deferred = 'D';

    expect(own_adopt(source->pool, memory, 1, free) == 0);
    expect(own_defer(source->pool, log_call, &deferred) == 0);
    expect(own_pool_new(source->pool) != NULL);
}

START_TEST(allocator_may_use_the_pool)
{
    struct source source = {.meddle = use_the_pool};
    own_pool *pool = pool_with(NULL, &source);
    void *one = own_alloc(pool, 1, 10), *two = own_alloc(pool, 1, 20);

    expect(one && two && own_realloc(pool, one, 1, 30) != NULL);
    expect_events("a");
    own_pool_clear(pool); /* what freeing the blocks adds to the ledger goes too */
    expect_events("DDDDcDbD");
    expect(own_alloc(pool, 1, 10) != NULL);
    own_decref(pool);
    expect_events("DdD");
    expect(source.live == 0);
}
END_TEST

static void keep_the_pool(void *arg)
{
    own_incref(arg);
}

START_TEST(revived_pool_keeps_its_blocks)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    char *text = own_strdup(pool, "kept");

    expect(own_defer(pool, keep_the_pool, pool) == 0);
    own_decref(pool);
    expect_events("");
    ck_assert_str_eq(text, "kept");
    expect(own_refcount(pool) == 1 && own_contains(pool, text) && own_alloc(pool, 1, 10));
    own_decref(pool);
    expect_events("ba");
}
END_TEST

START_TEST(adopted_memory_and_private_blocks_share_a_pool)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    char *memory = (char *)malloc(10);

    memset(memory, 3, 10);
    expect(own_alloc(pool, 1, 10) && own_adopt(pool, memory, 10, free) == 0);
    expect(usage_of(pool).blocks == 2 && usage_of(pool).bytes == 20);
    memory = (char *)own_realloc(pool, memory, 1, 20);
    expect(memory == source.given[1].memory && source.live == 2); /* as own_alloc would get it */
    expect(all_bytes_are(memory, 10, 3) && all_bytes_are(memory + 10, 10, 0));
    own_decref(pool);
    expect_events("ba");
}
END_TEST

static void add_to_the_dead(own_weakref *ref, void *pool)
{
    expect(own_weakref_get(ref) == NULL);
    expect(own_alloc((own_pool *)pool, 1, 10) != NULL);
    log_event('W');
}

START_TEST(what_a_weak_references_call_allocates_goes_too)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);

    expect(own_alloc(pool, 1, 10) != NULL);
    own_weakref *ref = own_weakref_new(NULL, pool, add_to_the_dead, pool);
    expect(ref && own_weakref_get(ref) == pool);
    own_decref(pool);
    own_decref(pool);
    expect_events("Wba");
    expect(source.live == 0);
    own_decref(ref);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stacking");
    TCase *pools = add_case(suite, "pools");

    tcase_add_test(pools, allocators_are_not_inherited);
    tcase_add_test(pools, pool_may_get_its_blocks_from_its_parent);
    tcase_add_test(pools, allocator_may_use_the_pool);
    tcase_add_test(pools, revived_pool_keeps_its_blocks);
    tcase_add_test(pools, adopted_memory_and_private_blocks_share_a_pool);
    tcase_add_test(pools, what_a_weak_references_call_allocates_goes_too);
    return run_suite(suite);
}
