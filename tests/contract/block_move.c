/*
 * block_move.c - own_block_move: contents, addresses, limits, between all kinds of pools.
 */
#include "source.h"

#include <pthread.h>

#define KIB ((size_t)1 << 10)

enum { PLAIN, SHARED, EXACT, ALLOCATED, KINDS };

static own_pool *new_pool(own_pool *owner, int kind, size_t limit)
{
    own_pool_options options = {.limit = limit, .flags = kind == EXACT ? OWN_POOL_EXACT : 0};

    if (kind == ALLOCATED)
        options.allocator = OWN_ALLOCATOR(malloc, free);
    own_pool *pool = own_pool_create(owner, &options);
    expect(pool && (kind != SHARED || own_share(pool) == 0));
    return pool;
}

static bool is_plain(int kind)
{
    return kind == PLAIN || kind == SHARED;
}

static unsigned char *filled(own_pool *pool, size_t size, int value)
{
    unsigned char *block = own_alloc_raw(pool, 1, size);
    expect(block);
    memset(block, value, size);
    return block;
}

/* Whether all that a pool has is one block of that size and content, or nothing. */
static void check_only(own_pool *pool, unsigned char *block, size_t size, int value)
{
    expect(usage_of(pool).blocks == 1 && own_contains(pool, block));
    expect(own_block_size(pool, block) >= size && all_bytes_are(block, size, value));
    expect(usage_of(pool).bytes == own_block_size(pool, block));
}

static void move_and_back(int from_kind, int to_kind, size_t size)
{
    own_pool *from = new_pool(NULL, from_kind, 0);
    own_pool *to = new_pool(NULL, to_kind, 0);
    unsigned char *block = filled(from, size, 5);
    unsigned char *moved;

    expect_keeps_errno((moved = own_block_move(from, to, block)) != NULL);
    check_only(to, moved, size, 5);
    expect(usage_of(from).blocks == 0 && usage_of(from).bytes == 0);
    expect(!own_contains(from, moved));
    bool large = size > 64 * KIB && is_plain(from_kind) && is_plain(to_kind);
    expect(!large || moved == block);
    unsigned char *grown = own_realloc(to, moved, 1, size + 100);
    expect(grown && all_bytes_are(grown, size, 5) && all_bytes_are(grown + size, 100, 0));
    unsigned char *back = own_block_move(to, from, grown);
    check_only(from, back, size, 5);
    expect(usage_of(to).blocks == 0);
    expect(own_free(from, back) == 0);
    own_decref(to);
    own_decref(from);
}

START_TEST(contents_are_kept)
{
    static const size_t sizes[] = {1,    16,    100,      500,       600,
                                   5000, 60000, 70 * KIB, 300 * KIB, 2000 * KIB};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        move_and_back(_i / KINDS, _i % KINDS, sizes[i]);
}
END_TEST

START_TEST(a_pool_ends_without_what_left_it)
{
    own_pool *from = new_pool(NULL, _i, 0);
    own_pool *to = new_pool(NULL, PLAIN, 0);
    unsigned char *block = filled(from, 1000 * KIB, 3);

    filled(from, 1000 * KIB, 4);
    block = own_block_move(from, to, block);
    own_decref(from);
    check_only(to, block, 1000 * KIB, 3);
    own_pool_clear(to);
    expect(usage_of(to).blocks == 0);
    own_decref(to);
}
END_TEST

static unsigned frees;

static void count_free(void *memory)
{
    frees++;
    free(memory);
}

START_TEST(an_adopted_block_keeps_address_and_free_function)
{
    own_pool *from = new_pool(NULL, PLAIN, 0);
    own_pool *to = new_pool(NULL, _i, 0);
    void *memory = malloc(50);

    frees = 0;
    expect(own_adopt(from, memory, 50, count_free) == 0);
    expect(own_block_move(from, to, memory) == memory && frees == 0);
    expect(own_block_size(to, memory) == 50 && usage_of(from).blocks == 0);
    own_decref(from);
    expect(frees == 0);
    own_decref(to);
    expect(frees == 1);
}
END_TEST

START_TEST(errors_change_nothing)
{
    own_pool *from = new_pool(NULL, _i / KINDS, 0);
    own_pool *to = new_pool(NULL, _i % KINDS, 64 * KIB);
    unsigned char *large = filled(from, 500 * KIB, 7);
    unsigned char *other = filled(to, 10, 8);

    own_usage before = usage_of(from);
    own_usage there = usage_of(to);
    expect_error(!own_block_move(from, to, large), EDQUOT);
    expect_error(!own_block_move(from, to, other), EINVAL);
    expect_error(!own_block_move(from, to, large + 16), EINVAL);
    expect_error(!own_block_move(from, to, NULL), EINVAL);
    expect_error(!own_block_move(NULL, to, large), EINVAL);
    expect_error(!own_block_move(from, NULL, large), EINVAL);
    expect_error(!own_block_move(from, from, other), EINVAL);
    expect(own_block_move(from, from, large) == large);
    own_usage after = usage_of(from);
    own_usage there_after = usage_of(to);
    expect(before.blocks == after.blocks && before.bytes == after.bytes);
    expect(there.blocks == there_after.blocks && there.bytes == there_after.bytes);
    expect(all_bytes_are(large, 500 * KIB, 7) && all_bytes_are(other, 10, 8));
    own_decref(to);
    own_decref(from);
}
END_TEST

/* A large block moves below one limit that has no room for two. */
START_TEST(a_common_limit_needs_no_room)
{
    own_pool *root = new_pool(NULL, PLAIN, 1500 * KIB);
    own_pool *from = new_pool(root, PLAIN, 1200 * KIB);
    own_pool *to = new_pool(root, PLAIN, 1300 * KIB);
    unsigned char *block = filled(from, 1000 * KIB, 1);

    expect(own_block_move(from, to, block) == block && own_block_move(to, from, block) == block);
    expect(own_block_move(from, to, block) == block);
    expect_error(!own_alloc(to, 1, 400 * KIB), EDQUOT);
    expect(own_alloc(from, 1, 300 * KIB) && own_free(to, block) == 0);
    expect(own_alloc(to, 1, 900 * KIB));
    own_decref(root);
}
END_TEST

#define ROUNDS 300

struct pair {
    own_pool *pool[2];
    bool swapped;
};

static void *move_often(void *arg)
{
    struct pair *pair = arg;
    own_pool *one = pair->pool[pair->swapped];
    own_pool *other = pair->pool[!pair->swapped];

    for (size_t i = 0; i < scaled(ROUNDS * 10) / 10 + 20; i++) {
        size_t size = i % 2 ? 100 * KIB : 100;
        unsigned char *block = filled(one, size, (int)(i & 0x7f));
        block = own_block_move(one, other, block);
        expect(block && all_bytes_are(block, size, (int)(i & 0x7f)));
        block = own_block_move(other, one, block);
        expect(block && own_free(one, block) == 0);
    }
    return NULL;
}

START_TEST(threads_move_between_shared_pools)
{
    pthread_t thread;
    struct pair pair = {.pool = {new_pool(NULL, SHARED, 0), new_pool(NULL, SHARED, 0)}};
    struct pair swapped = pair;

    swapped.swapped = true;
    expect(pthread_create(&thread, NULL, move_often, &swapped) == 0);
    move_often(&pair);
    pthread_join(thread, NULL);
    expect(usage_of(pair.pool[0]).blocks == 0 && usage_of(pair.pool[1]).blocks == 0);
    own_decref(pair.pool[0]);
    own_decref(pair.pool[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("block_move");
    TCase *moves = add_case(suite, "moves");

    tcase_add_loop_test(moves, contents_are_kept, 0, KINDS * KINDS);
    tcase_add_loop_test(moves, a_pool_ends_without_what_left_it, 0, KINDS);
    tcase_add_loop_test(moves, an_adopted_block_keeps_address_and_free_function, 0, KINDS);
    tcase_add_loop_test(moves, errors_change_nothing, 0, KINDS * KINDS);
    tcase_add_test(moves, a_common_limit_needs_no_room);
    tcase_add_test(moves, threads_move_between_shared_pools);
    return run_suite(suite);
}
