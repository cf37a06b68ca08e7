/*
 * shared_blocks.c - blocks of a shared pool that another thread frees, resizes and asks for than
 * the one that made them.
 */
#include <pthread.h>

#include "harness.h"

#define BLOCKS 3000

/* Blocks of one pool, and what becomes of them. */
struct blocks {
    own_pool *pool;
    unsigned char *block[BLOCKS];
    size_t size[BLOCKS];
};

static struct blocks blocks;

/* Of all kinds: small ones, many of a size, larger than pages, and chunks of their own. */
static size_t size_of(size_t i)
{
    static const size_t sizes[] = {16, 100, 512, 528, 3000, 48};

    return i % 500 == 499 ? 100000 : i % 50 == 49 ? 20000 : sizes[i % 6];
}

static void *make_all(void *unused)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks.size[i] = size_of(i);
        blocks.block[i] = own_alloc(blocks.pool, 1, blocks.size[i]);
        expect(blocks.block[i] != NULL);
        memset(blocks.block[i], (int)(i % 251), blocks.size[i]);
    }
    return unused;
}

static void expect_block(size_t i)
{
    const unsigned char *block = blocks.block[i];

    expect(block[0] == i % 251 && block[blocks.size[i] - 1] == i % 251);
    expect(own_contains(blocks.pool, block));
    expect(own_block_size(blocks.pool, block) == ((blocks.size[i] + 15) & ~(size_t)15));
}

static void *free_all(void *unused)
{
    own_pool *pool = blocks.pool;

    for (size_t i = 0; i < BLOCKS; i++) {
        expect_block(i);
        expect_error(own_free(pool, blocks.block[i] + 8) == -1, EINVAL);
        expect(own_free(pool, blocks.block[i]) == 0);
        expect(!own_contains(pool, blocks.block[i]));
        expect_error(own_block_size(pool, blocks.block[i]) == 0, EINVAL);
        expect_error(own_free(pool, blocks.block[i]) == -1, EINVAL);
    }
    return unused;
}

static void expect_all_free(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        expect(own_free(blocks.pool, blocks.block[i]) == -1);
    expect(usage_of(blocks.pool).blocks == 0 && usage_of(blocks.pool).bytes == 0);
}

static void begin(void)
{
    blocks.pool = new_root();
    expect(own_share(blocks.pool) == 0);
}

START_TEST(blocks_from_before_the_pool_was_shared_are_freed_by_another_thread)
{
    blocks.pool = new_root();
    make_all(NULL);
    expect(own_share(blocks.pool) == 0);
    in_thread(free_all, NULL);
    expect_all_free();
    make_all(NULL);
    in_thread(free_all, NULL);
    expect_all_free();
    own_decref(blocks.pool);
}
END_TEST

START_TEST(blocks_of_a_thread_that_has_ended_are_freed)
{
    begin();
    for (int i = 0; i < 3; i++) {
        in_thread(make_all, NULL);
        size_t reserved = usage_of(blocks.pool).reserved;
        free_all(NULL);
        expect_all_free();
        in_thread(make_all,
                  NULL); /* in what was freed: a thread goes on with the memory of that one */
        expect(usage_of(blocks.pool).reserved <= reserved + reserved / 4);
        in_thread(free_all, NULL);
        expect_all_free();
    }
    own_decref(blocks.pool);
}
END_TEST

START_TEST(pool_is_used_by_its_threads_after_it_was_cleared)
{
    begin();
    for (int i = 0; i < 3; i++) {
        make_all(NULL);
        in_thread(make_all, NULL);
        own_pool_clear(blocks.pool);
        expect(usage_of(blocks.pool).blocks == 0);
        in_thread(make_all, NULL);
        in_thread(free_all, NULL);
        in_thread(make_all, NULL);
        free_all(NULL);
        expect_all_free();
    }
    own_decref(blocks.pool);
}
END_TEST

static void *resize_all(void *unused)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = i % 3 ? blocks.size[i] * 2 : blocks.size[i] / 2 + 1;
        unsigned char *block = own_realloc(blocks.pool, blocks.block[i], 1, size);
        expect(block && block[0] == i % 251);
        if (i % 3)
            expect(block[blocks.size[i] - 1] == i % 251);
        for (size_t j = blocks.size[i]; j < size; j++)
            expect(block[j] == 0);
        memset(block, (int)(i % 251), size);
        blocks.block[i] = block;
        blocks.size[i] = size;
    }
    return unused;
}

START_TEST(blocks_are_resized_by_another_thread)
{
    begin();
    make_all(NULL);
    in_thread(resize_all, NULL);
    for (size_t i = 0; i < BLOCKS; i++)
        expect_block(i);
    resize_all(NULL);
    in_thread(resize_all, NULL);
    in_thread(free_all, NULL);
    expect_all_free();
    own_decref(blocks.pool);
}
END_TEST

/* The last block of a thread's memory goes and comes while another one is asked for its size. */
static void *ask_for_size(void *unused)
{
    for (size_t i = 0; i < 20000; i++)
        expect(own_block_size(blocks.pool, blocks.block[0]) == 1008);
    return unused;
}

START_TEST(size_stays_what_it_is_while_the_block_behind_comes_and_goes)
{
    pthread_t thread;

    begin();
    blocks.block[0] = own_alloc(blocks.pool, 1, 1000);
    expect(pthread_create(&thread, NULL, ask_for_size, NULL) == 0);
    for (size_t i = 0; i < 20000; i++) {
        void *behind = own_alloc(blocks.pool, 1, 600 + i % 7 * 100);
        expect(behind && own_free(blocks.pool, behind) == 0);
    }
    expect(pthread_join(thread, NULL) == 0);
    own_decref(blocks.pool);
}
END_TEST

/* What had been bumped and adopted before is in the peak of a pool that is shared then. */
START_TEST(the_peak_stays_when_a_pool_is_shared)
{
    own_pool *pool = new_root();
    void *adopted = malloc(1000);
    void *block = own_alloc(pool, 1, 112);
    void *large = own_alloc(pool, 1, 100000);
    expect(block && large && adopted && own_adopt(pool, adopted, 1000, free) == 0);
    const size_t peak = usage_of(pool).peak;
    expect(peak == 112 + 100000 + 1000 && own_share(pool) == 0 && usage_of(pool).peak == peak);
    expect(own_free(pool, block) == 0 && usage_of(pool).peak == peak);
    expect(own_free(pool, large) == 0 && usage_of(pool).peak == peak);
    expect(own_free(pool, adopted) == 0 && usage_of(pool).peak == peak);
    expect(usage_of(pool).bytes == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared blocks");
    TCase *others = add_case(suite, "others");

    tcase_add_test(others, blocks_from_before_the_pool_was_shared_are_freed_by_another_thread);
    tcase_add_test(others, blocks_of_a_thread_that_has_ended_are_freed);
    tcase_add_test(others, pool_is_used_by_its_threads_after_it_was_cleared);
    tcase_add_test(others, blocks_are_resized_by_another_thread);
    tcase_add_test(others, size_stays_what_it_is_while_the_block_behind_comes_and_goes);
    tcase_add_test(others, the_peak_stays_when_a_pool_is_shared);
    return run_suite(suite);
}
