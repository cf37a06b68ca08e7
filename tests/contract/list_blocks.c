/*
 * list_blocks.c - own_pool_blocks: every live block once, of all kinds; what a visit may do; what
 * it returns.
 */
#include "blocks.h"

static struct blocks blocks;
static struct random dice;

/* A pool in which there is a block of every kind. `limit`: 0 for none. */
static own_pool *new_filled(size_t limit, size_t reserve, size_t count)
{
    own_pool_options options = {.limit = limit, .reserve = reserve};

    if (random_below(&dice, 3) == 0)
        options.flags = OWN_POOL_EXACT;
    own_pool *pool = own_pool_create(NULL, &options);

    expect(pool != NULL);
    for (size_t i = 0; i < count; i++) {
        (void)blocks_alloc(&blocks, &dice, pool, true);
        struct known_block *known = blocks_any(&blocks, &dice, pool);
        if (known && random_below(&dice, 3) == 0) {
            char *address = known->address;
            expect(own_free(pool, address) == 0);
            blocks_remove(&blocks, address);
        }
    }
    return pool;
}

START_TEST(all_live_blocks_are_visited_once)
{
    static const size_t limits[] = {0, 0, 0, 40000, 300000, 20000000};

    random_seed(&dice, (uint64_t)_i);
    for (size_t round = 0; round < scaled(20); round++) {
        size_t kind = random_below(&dice, 6);
        size_t reserve = random_below(&dice, 3) == 0 ? random_below(&dice, 30000) : 0;
        own_pool *pool = new_filled(limits[kind], reserve, random_below(&dice, 800));
        expect_blocks(&blocks, pool);
        for (int more = 0; more < 20; more++)
            (void)blocks_alloc(&blocks, &dice, pool, true);
        expect_blocks(&blocks, pool);
        own_pool_clear(pool);
        blocks_forget(&blocks, pool);
        expect_blocks(&blocks, pool);
        own_decref(pool);
    }
}
END_TEST

START_TEST(blocks_that_were_only_allocated_are_visited)
{
    own_pool *pool = new_root();

    expect_blocks(&blocks, pool);
    for (size_t i = 0; i < 4000; i++) {
        blocks_add(&blocks, pool, own_alloc_raw(pool, 1, i % 300), false);
        if (i < 40 || i % 1000 == 0)
            expect_blocks(&blocks, pool);
    }
    expect_blocks(&blocks, pool);
    own_decref(pool);
    blocks_forget(&blocks, pool);
}
END_TEST

static int free_visited(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;
    const struct known_block *known = blocks_find(&blocks, block);

    expect(known && known->pool == pool && known->size == size);
    blocks_remove(&blocks, block);
    expect(own_free(pool, block) == 0);
    return 0;
}

START_TEST(visit_frees_the_block_that_it_got)
{
    random_seed(&dice, (uint64_t)_i + 100);
    for (size_t round = 0; round < scaled(20); round++) {
        own_pool *pool = new_filled(0, round % 3 ? 0 : 20000, random_below(&dice, 900));
        expect(own_pool_blocks(pool, free_visited, pool) == 0);
        expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
        expect_blocks(&blocks, pool);
        own_decref(pool);
    }
}
END_TEST

/* Frees the block, or leaves it, or resizes it; allocates others. */
static int churn(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;
    struct known_block *known = blocks_find(&blocks, block);

    expect(known && known->pool == pool && known->size == size && known->visits == 0);
    size_t chance = random_below(&dice, 4);
    bool is_foreign = known->is_foreign;
    if (chance > 1) {
        known->visits = 1;
    } else {
        blocks_remove(&blocks, block);
        if (chance == 0) {
            expect(own_free(pool, block) == 0);
        } else {
            void *resized = own_realloc_raw(pool, block, 1, random_below(&dice, 2 * size + 32));
            blocks_add(&blocks, pool, resized, is_foreign && resized == block);
            blocks_find(&blocks, resized)->visits = 2; /* may be visited as the new block it is */
        }
    }
    void *fresh = blocks_alloc(&blocks, &dice, pool, true);
    blocks_find(&blocks, fresh)->visits = 2;
    return 0;
}

/* A visit of something that came meanwhile is no mistake. */
static int churn_or_not(void *block, size_t size, void *arg)
{
    struct known_block *known = blocks_find(&blocks, block);

    expect(known != NULL);
    if (known->visits != 2)
        return churn(block, size, arg);
    expect(known->size == size);
    known->visits = 3; /* once */
    return 0;
}

START_TEST(visit_allocates_frees_and_resizes)
{
    random_seed(&dice, (uint64_t)_i + 200);
    for (size_t round = 0; round < scaled(15); round++) {
        own_pool *pool = new_filled(0, 0, random_below(&dice, 300));
        expect_keeps_errno(own_pool_blocks(pool, churn_or_not, pool) == 0);
        for (size_t i = 0; i < blocks_capacity; i++) {
            if (blocks.known[i].pool == pool)
                expect(blocks.known[i].visits > 0); /* what was there all the time, at least */
            blocks.known[i].visits = 0;
        }
        expect_blocks(&blocks, pool);
        own_decref(pool);
        blocks_forget(&blocks, pool);
    }
}
END_TEST

/* The same size again and again, so that each new block lies where the next visit goes. */
static int free_and_allocate(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;
    static size_t visits;

    expect(++visits < 100000);
    expect(own_free(pool, block) == 0);
    expect(own_alloc_raw(pool, 1, size) != NULL);
    expect(own_alloc_raw(pool, 1, size) != NULL);
    return 0;
}

START_TEST(list_ends_though_each_visit_allocates)
{
    static const size_t sizes[] = {16, 64, 500, 3000, 40000, 100000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        own_pool *pool = new_root();
        for (int block = 0; block < 200; block++)
            expect(own_alloc(pool, 1, sizes[i]) != NULL);
        expect(own_pool_blocks(pool, free_and_allocate, pool) == 0);
        expect(usage_of(pool).blocks >= 400);
        own_decref(pool);
    }
}
END_TEST

static int count_down(void *block, size_t size, void *arg)
{
    size_t *left = (size_t *)arg;

    expect(block != NULL);
    (void)size;
    return --*left == 0 ? OWN_WALK_SKIP : 0; /* which means nothing here */
}

START_TEST(visit_ends_the_list)
{
    own_pool *pool = new_root();

    for (size_t i = 0; i < 3000; i++)
        expect(own_alloc(pool, 1, i % 500) != NULL);
    adopt_named(pool, 'a', 1);
    for (size_t most = 1; most <= 3001; most += 50) {
        size_t left = most;
        expect(own_pool_blocks(pool, count_down, &left) == OWN_WALK_SKIP && left == 0);
    }
    own_decref(pool);
    expect_events("a");
}
END_TEST

static int disown_or_free(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;

    log_event((char)('0' + size));
    if (size % 2 == 0)
        expect(own_free(pool, block) == 0);
    else
        expect(own_disown(pool, block) == 0);
    if (size % 2)
        free(block);
    return 0;
}

START_TEST(adopted_blocks_are_freed_and_disowned_by_a_visit)
{
    own_pool *pool = new_root();

    for (size_t i = 0; i < 6; i++) {
        adopt_named(pool, (char)('a' + (int)i), i + 1);
        expect(own_defer(pool, log_call, "!") == 0);
    }
    expect(own_pool_blocks(pool, disown_or_free, pool) == 0);
    expect_events("6f54d32b1");
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
    expect_events("!!!!!!");
}
END_TEST

static void *take(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void give_back(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

START_TEST(blocks_of_an_allocator_are_visited)
{
    own_allocator allocator = {.alloc = take, .free = give_back};
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.allocator = &allocator});

    expect(pool != NULL);
    for (size_t i = 0; i < 100; i++)
        blocks_add(&blocks, pool, own_alloc(pool, 1, i * 7), true);
    adopt_named(pool, 'a', 3);
    expect(own_pool_blocks(pool, count_down, &(size_t){200}) == 0);
    for (size_t i = 0; i < 50; i++) {
        char *address = blocks_any(&blocks, &dice, pool)->address;
        expect(own_free(pool, address) == 0);
        blocks_remove(&blocks, address);
    }
    expect(own_pool_blocks(pool, count_down, &(size_t){51}) == OWN_WALK_SKIP);
    expect(own_pool_blocks(pool, count_down, &(size_t){52}) == 0);
    own_decref(pool);
    expect_events("a");
    blocks_forget(&blocks, pool);
}
END_TEST

static int drop_pool(void *block, size_t size, void *arg)
{
    own_pool **pool = (own_pool **)arg;

    memset(block, 0, size);
    if (*pool)
        own_decref(*pool);
    *pool = NULL;
    return 0;
}

START_TEST(visit_drops_the_pool)
{
    own_pool *pool = new_root();

    for (size_t i = 0; i < 100; i++)
        expect(own_alloc(pool, 1, i) != NULL);
    expect(own_defer(pool, log_call, "!") == 0);
    own_pool *dropped = pool;
    expect(own_pool_blocks(pool, drop_pool, &dropped) == 0 && !dropped);
    expect_events("!");
}
END_TEST

static void list_own(void *arg)
{
    size_t left = 10;

    expect(own_pool_blocks((own_pool *)arg, count_down, &left) == 0 && left == 5);
    log_event('!');
}

START_TEST(dying_pool_lists_its_blocks)
{
    own_pool *pool = new_root();

    for (int i = 0; i < 5; i++)
        expect(own_alloc(pool, 1, 100) != NULL);
    expect(own_defer(pool, list_own, pool) == 0);
    own_decref(pool);
    expect_events("!");
}
END_TEST

START_TEST(arguments_are_checked)
{
    own_pool *pool = new_root();

    expect_error(own_pool_blocks(NULL, count_down, NULL) == -1, EINVAL);
    expect_error(own_pool_blocks(pool, NULL, NULL) == -1, EINVAL);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list_blocks");
    TCase *blocks_case = add_case(suite, "blocks");

    tcase_add_loop_test(blocks_case, all_live_blocks_are_visited_once, 0, 4);
    tcase_add_test(blocks_case, blocks_that_were_only_allocated_are_visited);
    tcase_add_loop_test(blocks_case, visit_frees_the_block_that_it_got, 0, 3);
    tcase_add_loop_test(blocks_case, visit_allocates_frees_and_resizes, 0, 3);
    tcase_add_test(blocks_case, list_ends_though_each_visit_allocates);
    tcase_add_test(blocks_case, visit_ends_the_list);
    tcase_add_test(blocks_case, adopted_blocks_are_freed_and_disowned_by_a_visit);
    tcase_add_test(blocks_case, blocks_of_an_allocator_are_visited);
    tcase_add_test(blocks_case, visit_drops_the_pool);
    tcase_add_test(blocks_case, dying_pool_lists_its_blocks);
    tcase_add_test(blocks_case, arguments_are_checked);
    return run_suite(suite);
}
