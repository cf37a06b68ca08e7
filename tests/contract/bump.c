/*
 * bump.c - the next block of a pool, with a call and without: own_bump, own_bump_fits, and all ways
 * to own_alloc and own_alloc_raw, which must not differ in anything but speed.
 */
#include "source.h"

static void *alloc_inline(own_pool *pool, size_t count, size_t size)
{
    return own_alloc(pool, count, size);
}

static void *alloc_raw_inline(own_pool *pool, size_t count, size_t size)
{
    return own_alloc_raw(pool, count, size);
}

/* What own_alloc is to do, by the functions that it is made of. */
static void *alloc_by_hand(own_pool *pool, size_t count, size_t size)
{
    size_t bytes = count * size;
    bool fits = (!size || bytes / size == count) && own_bump_fits(pool, bytes);

    return fits ? memset(own_bump(pool, bytes), 0, bytes) : own_alloc_slow(pool, count, size);
}

static const struct way {
    void *(*alloc)(own_pool *pool, size_t count, size_t size);
    bool zeroes;
} ways[] = {
    {alloc_inline, true},        {own_alloc, true},         {own_alloc_slow, true},
    {alloc_by_hand, true},       {alloc_raw_inline, false}, {own_alloc_raw, false},
    {own_alloc_raw_slow, false},
};

#define WAYS ((int)(sizeof ways / sizeof ways[0]))

/* At the edges of granules, of what is bumped, and of what small blocks are. */
static const size_t sizes[] = {0,   1,   15,   16,   17,   32,   496,  497,  511, 512,
                               513, 528, 1024, 4064, 4080, 4081, 4096, 4097, 5000};

#define SIZES (sizeof sizes / sizeof sizes[0])

static size_t rounded(size_t size)
{
    return size ? (size + 15) / 16 * 16 : 16;
}

/* A pool with room for what a test puts into it, that has a block. */
static own_pool *new_roomy(own_pool *owner, unsigned flags)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.reserve = 100000, .flags = flags});

    expect(pool && own_alloc(pool, 1, 16));
    return pool;
}

/* Makes memory that a pool is to get again as dirty as it can be. */
static void soil(own_pool *pool)
{
    for (int i = 0; i < 400; i++) {
        char *block = (char *)own_alloc(pool, 1, 240);
        expect(block != NULL);
        memset(block, 0xff, 240);
    }
    own_pool_clear(pool);
}

static void check_block(const own_pool *pool, const char *block, size_t size, bool is_zeroed)
{
    expect(block && (uintptr_t)block % 16 == 0 && own_contains(pool, block));
    expect(own_block_size(pool, block) == rounded(size));
    /* What rounding adds is zero in any case, so that growth inside of the block is. */
    expect(all_bytes_are(block + size, rounded(size) - size, 0));
    expect(!is_zeroed || all_bytes_are(block, rounded(size), 0));
}

START_TEST(only_small_sizes_fit)
{
    own_pool *pool = new_roomy(NULL, 0);
    own_usage before = usage_of(pool);

    for (size_t i = 0; i < SIZES; i++) {
        bool is_small = sizes[i] > 0 && sizes[i] <= OWN_BUMP_MAX;
        expect_keeps_errno(own_bump_fits(pool, sizes[i]) == (is_small && blocks_are_bumped()));
        expect(!own_bump_fits(NULL, sizes[i]));
    }
    for (size_t less = 0; less <= OWN_BUMP_MAX; less++) {
        expect(!own_bump_fits(pool, SIZE_MAX - less));
        expect(!own_bump_fits(pool, SIZE_MAX / 2 - less + OWN_BUMP_MAX / 2));
    }
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(bumped_blocks_lie_side_by_side)
{
    own_pool *pool = new_roomy(NULL, 0);

    soil(pool);
    char *next = NULL;
    for (size_t size = 1; size <= OWN_BUMP_MAX && blocks_are_bumped(); size += 7) {
        if (!own_bump_fits(pool, size)) /* what is cleared may need a call first */
            expect(!next && own_alloc(pool, 1, 1));
        own_usage before = usage_of(pool);
        char *block = (char *)own_bump(pool, size);
        expect(!next || block == next);
        expect(all_bytes_are(block + rounded(size) - 16, 16, 0));
        check_block(pool, block, size, false);
        own_usage after = usage_of(pool);
        expect(after.blocks == before.blocks + 1 && after.bytes == before.bytes + rounded(size));
        expect(after.reserved == before.reserved);
        memset(block, 0xff, rounded(size));
        next = block + rounded(size);
    }
    own_decref(pool);
}
END_TEST

START_TEST(all_ways_give_the_same_blocks)
{
    const struct way *way = &ways[_i];
    own_pool *pool = new_roomy(NULL, 0), *called = new_roomy(NULL, 0);

    soil(pool);
    soil(called);
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < SIZES; i++) {
            size_t count = round % 3 == 0 ? 1 : round % 3 == 1 ? sizes[i] : 4;
            size_t size = round % 3 == 0 ? sizes[i] : round % 3 == 1 ? 1 : sizes[i] / 4;
            char *block;
            expect_keeps_errno((block = (char *)way->alloc(pool, count, size)) != NULL);
            check_block(pool, block, count * size, way->zeroes);
            memset(block, 0xff, own_block_size(pool, block));
            expect(own_alloc_slow(called, count, size) != NULL);
            own_usage here = usage_of(pool), there = usage_of(called);
            expect(memcmp(&here, &there, sizeof here) == 0);
        }
    }
    own_decref(pool);
    own_decref(called);
}
END_TEST

/* The room that is left in what a pool bumps in, as far as own_bump_fits tells. */
static size_t room_of(const own_pool *pool)
{
    size_t room = OWN_BUMP_MAX;

    while (room > 0 && !own_bump_fits(pool, room))
        room--;
    return room;
}

START_TEST(last_block_of_an_extent_ends_where_that_does)
{
    const struct way *way = &ways[_i];

    for (size_t step = 16; step <= OWN_BUMP_MAX; step += 16) {
        /* Of a size of its own, not what earlier roots came to need. */
        own_pool *pool = own_pool_create(NULL, &(own_pool_options){.reserve = 1000});
        char *blocks[2000];
        int count = 0, ends = 0;
        while (count < (blocks_are_bumped() ? 2000 : 200) && ends < 2) {
            size_t room = room_of(pool), size = step;
            if (room > 0 && room < OWN_BUMP_MAX) {
                expect(room % 16 == 0 && !own_bump_fits(pool, room + 1));
                size = room; /* all of it */
            }
            blocks[count] = (char *)way->alloc(pool, 1, size);
            check_block(pool, blocks[count], size, way->zeroes);
            memset(blocks[count], count & 0xff, size);
            if (size == room && room < OWN_BUMP_MAX) {
                expect(room_of(pool) == 0);
                ends++;
            }
            count++;
        }
        expect(!blocks_are_bumped() || ends == 2);
        expect(usage_of(pool).blocks == (size_t)count);
        while (count-- > 0)
            expect(all_bytes_are(blocks[count], own_block_size(pool, blocks[count]), count & 0xff));
        own_decref(pool);
    }
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    const struct way *way = &ways[_i];
    const size_t half = SIZE_MAX / 2 + 1;
    /* The products are small, or 0, but for what does not fit. */
    const size_t wrong[][2] = {{half, 2},
                               {half + 8, 2},
                               {2, half + 1},
                               {SIZE_MAX, 2},
                               {SIZE_MAX, SIZE_MAX},
                               {half / 8 + 1, 16},
                               {half / 128 + 1, 256}};
    own_pool *pool = new_roomy(NULL, 0);
    own_usage before = usage_of(pool);

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_error(way->alloc(pool, wrong[i][0], wrong[i][1]) == NULL, EOVERFLOW);
    for (size_t i = 0; i < SIZES; i++)
        expect_error(way->alloc(NULL, 1, sizes[i]) == NULL, EINVAL);
    expect_error(way->alloc(pool, 1, SIZE_MAX / 2) == NULL, ENOMEM);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

/* What a pool looks like in which nothing is bumped. */
static void expect_calls(own_pool *pool, const struct way *way)
{
    for (size_t i = 0; i < SIZES; i++) {
        expect(!own_bump_fits(pool, sizes[i]));
        char *block = (char *)way->alloc(pool, 1, sizes[i]);
        check_block(pool, block, sizes[i], way->zeroes);
        memset(block, 0xff, own_block_size(pool, block));
    }
}

START_TEST(shared_pools_are_always_called)
{
    own_pool *pool = new_roomy(NULL, 0), *child = new_roomy(pool, 0);
    own_pool *confined = new_roomy(pool, OWN_POOL_CONFINED);

    expect(own_share(pool) == 0);
    own_pool *born = new_roomy(pool, 0), *apart = new_roomy(pool, OWN_POOL_CONFINED);
    expect_calls(pool, &ways[_i]);
    expect_calls(child, &ways[_i]);
    expect_calls(born, &ways[_i]);
    expect(own_bump_fits(confined, 512) == blocks_are_bumped());
    expect(own_bump_fits(apart, 512) == blocks_are_bumped());
    own_pool_clear(pool);
    expect_calls(pool, &ways[_i]);
    own_decref(pool);
}
END_TEST

START_TEST(freed_blocks_serve_first)
{
    const struct way *way = &ways[_i];
    own_pool *pool = new_roomy(NULL, 0);

    for (size_t size = 16; size <= 528; size += 16) {
        char *block = (char *)way->alloc(pool, 1, size), *other = (char *)way->alloc(pool, 1, size);
        expect(block && other);
        memset(block, 0xff, size);
        expect(own_free(pool, block) == 0 && !own_contains(pool, block));
        expect(!own_bump_fits(pool, size)); /* a call is what looks for it */
        expect(way->alloc(pool, 1, size - 1) == block);
        check_block(pool, block, size - 1, way->zeroes);
    }
    own_decref(pool);
}
END_TEST

START_TEST(allocators_are_always_asked)
{
    const struct way *way = &ways[_i];
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);

    for (size_t i = 0; i < SIZES; i++) {
        expect(!own_bump_fits(pool, sizes[i]));
        char *block = (char *)way->alloc(pool, 1, sizes[i]);
        size_t asked = sizes[i] ? sizes[i] : 1;
        expect(block && source.count == i + 1 && source.given[i].memory == block);
        expect(source.asked == asked && own_block_size(pool, block) == sizes[i]);
        expect(all_bytes_are(block, sizes[i], way->zeroes ? 0 : 0xa5));
    }
    source.is_empty = true;
    expect_error(way->alloc(pool, 1, 16) == NULL, ENOMEM);
    own_decref(pool);
    expect(source.live == 0);
    expect_events("srqponmlkjihgfedcba");
}
END_TEST

START_TEST(limits_end_all_ways_at_the_same_block)
{
    const struct way *way = &ways[_i];
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 20000});
    own_pool *called = own_pool_create(NULL, &(own_pool_options){.limit = 20000});

    expect(pool && called);
    for (size_t size = 512; size > 0; size -= size > 16 ? 16 : size) {
        while (way->alloc(pool, 1, size))
            expect(own_alloc_slow(called, 1, size) != NULL);
        expect(errno == EDQUOT && !own_bump_fits(pool, size));
        expect_error(own_alloc_slow(called, 1, size) == NULL, EDQUOT);
    }
    own_usage here = usage_of(pool), there = usage_of(called);
    expect(memcmp(&here, &there, sizeof here) == 0 && here.reserved <= 20000);
    own_decref(pool);
    own_decref(called);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bump");
    TCase *bump = add_case(suite, "bump");
    TCase *each_way = add_case(suite, "ways");

    tcase_add_test(bump, only_small_sizes_fit);
    tcase_add_test(bump, bumped_blocks_lie_side_by_side);

    tcase_add_loop_test(each_way, all_ways_give_the_same_blocks, 0, WAYS);
    tcase_add_loop_test(each_way, last_block_of_an_extent_ends_where_that_does, 0, WAYS);
    tcase_add_loop_test(each_way, wrong_arguments_are_refused, 0, WAYS);
    tcase_add_loop_test(each_way, shared_pools_are_always_called, 0, WAYS);
    tcase_add_loop_test(each_way, freed_blocks_serve_first, 0, WAYS);
    tcase_add_loop_test(each_way, allocators_are_always_asked, 0, WAYS);
    tcase_add_loop_test(each_way, limits_end_all_ways_at_the_same_block, 0, WAYS);
    return run_suite(suite);
}
