/*
 * churn.c - long random use of blocks against a list kept by the test, with checks of the contents;
 * and how much memory a pool takes for what is in it.
 */
#include "harness.h"

#define MIB ((size_t)1 << 20)

struct block {
    unsigned char *at;
    size_t size;
    uint64_t pattern;
};

static void fill(struct block *block, struct random *random)
{
    struct random bytes = {block->pattern = random_next(random)};

    for (size_t i = 0; i < block->size; i += 8) {
        uint64_t word = random_next(&bytes);
        memcpy(block->at + i, &word, block->size - i < 8 ? block->size - i : 8);
    }
}

static void check(const struct block *block, size_t size)
{
    struct random bytes = {block->pattern};

    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = random_next(&bytes);
        expect(memcmp(block->at + i, &word, size - i < 8 ? size - i : 8) == 0);
    }
}

static void check_zero(const unsigned char *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        expect(at[i] == 0);
}

static size_t rounded(size_t size)
{
    return size ? (size + 15) / 16 * 16 : 16;
}

/* Mostly small, some middling, few large. */
static size_t random_size(struct random *random)
{
    size_t kind = random_below(random, 100);

    return kind == 0    ? random_below(random, 2 * MIB)
           : kind <= 5  ? random_below(random, 40000)
           : kind <= 30 ? random_below(random, 3000)
                        : random_below(random, 200);
}

static void allocate(own_pool *pool, struct block *block, struct random *random)
{
    block->size = random_size(random);
    switch (random_below(random, 4)) {
    case 0: {
        size_t alignment = (size_t)1 << random_below(random, 15);
        block->at = (unsigned char *)own_alloc_aligned(pool, alignment, 1, block->size);
        expect(block->at && (uintptr_t)block->at % alignment == 0);
        check_zero(block->at, rounded(block->size));
        break;
    }
    case 1:
        block->at = (unsigned char *)own_alloc_raw(pool, 1, block->size);
        break;
    default:
        block->at = (unsigned char *)own_alloc(pool, 1, block->size);
        expect(block->at != NULL);
        check_zero(block->at, rounded(block->size));
    }
    expect(block->at != NULL && (uintptr_t)block->at % 16 == 0);
    fill(block, random);
}

static void reallocate(own_pool *pool, struct block *block, struct random *random)
{
    size_t size = random_size(random), old = block->size;

    block->at = (unsigned char *)own_realloc(pool, block->at, 1, size);
    expect(block->at != NULL);
    check(block, size < old ? size : old);
    if (size > old)
        check_zero(block->at + old, rounded(size) - old);
    block->size = size;
    fill(block, random);
}

static void check_pool(own_pool *pool, const struct block *blocks, size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++) {
        check(&blocks[i], blocks[i].size);
        expect(own_contains(pool, blocks[i].at));
        expect(own_block_size(pool, blocks[i].at) == rounded(blocks[i].size));
        bytes += rounded(blocks[i].size);
    }
    own_usage usage = usage_of(pool);
    expect(usage.blocks == count && usage.bytes == bytes);
    expect(usage.peak >= bytes && usage.reserved >= bytes);
}

static void churn(uint64_t seed)
{
    enum { capacity = 300 };
    static struct block blocks[2][capacity];
    size_t counts[2] = {0, 0};
    own_pool *pools[2] = {new_root(), new_root()};
    struct random random;

    random_seed(&random, seed);
    for (size_t step = scaled(8000); step > 0; step--) {
        size_t side = random_below(&random, 2), *count = &counts[side];
        own_pool *pool = pools[side];
        size_t at = *count ? random_below(&random, *count) : 0;
        struct block *block = &blocks[side][at];

        size_t what = random_below(&random, 10);
        if (*count == 0 || (what < 5 && *count < capacity)) {
            allocate(pool, &blocks[side][(*count)++], &random);
        } else if (what < 8) {
            check(block, block->size);
            expect_error(own_free(pools[!side], block->at) == -1, EINVAL);
            expect(own_free(pool, block->at) == 0);
            *block = blocks[side][--*count];
        } else {
            reallocate(pool, block, &random);
        }
        if (step % 1000 == 0)
            check_pool(pools[side], blocks[side], counts[side]);
        if (random_below(&random, 3000) == 0) {
            own_pool_clear(pool);
            *count = 0;
        }
    }
    for (int side = 0; side < 2; side++) {
        check_pool(pools[side], blocks[side], counts[side]);
        own_decref(pools[side]);
    }
}

START_TEST(random_use_agrees_with_a_list)
{
    churn((uint64_t)_i + 100);
}
END_TEST

static size_t small_size(struct random *random)
{
    return 16 + random_below(random, 240);
}

static size_t mixed_size(struct random *random)
{
    size_t kind = random_below(random, 20);

    return kind == 0   ? random_below(random, 8192)
           : kind <= 3 ? random_below(random, 2048)
                       : random_below(random, 256);
}

static size_t shifting_size(struct random *random)
{
    return (size_t)16 << random_below(random, 8); /* powers of two up to 2 KiB */
}

static size_t (*const sizes[])(struct random *) = {small_size, mixed_size, shifting_size};

START_TEST(replaced_blocks_reuse_the_memory_of_freed_ones)
{
    enum { live = 10000 };
    static void *blocks[live];
    own_pool *pool = new_root();
    struct random random;

    random_seed(&random, 200 + (uint64_t)_i);
    for (size_t i = 0; i < live; i++)
        blocks[i] = own_alloc_raw(pool, 1, sizes[_i](&random));
    size_t last = scaled(300000);
    for (size_t step = 1; step <= last; step++) {
        size_t at = random_below(&random, live);
        expect(own_free(pool, blocks[at]) == 0);
        blocks[at] = own_alloc_raw(pool, 1, sizes[_i](&random));
        expect(blocks[at] != NULL);
        if (step % 50000 == 0 || step == last) {
            own_usage usage = usage_of(pool);
            expect(usage.blocks == live);
            if (usage.reserved * 10 > usage.bytes * 15)
                ck_abort_msg("after %zu replacements %zu bytes are reserved for %zu (seed %d)",
                             step, usage.reserved, usage.bytes, 200 + _i);
        }
    }
    own_decref(pool);
}
END_TEST

START_TEST(size_that_grows_over_time_reuses_memory)
{
    static void *blocks[5000];
    size_t live = scaled(5000);
    own_pool *pool = new_root();

    for (size_t size = 16; size <= 1024; size += 16)
        for (size_t i = 0; i < live; i++) { /* every size replaces the size before */
            expect(own_free(pool, blocks[i]) == 0);
            blocks[i] = own_alloc_raw(pool, 1, size);
            expect(blocks[i] != NULL);
        }
    own_usage usage = usage_of(pool);
    expect(usage.bytes == live * 1024);
    expect(usage.reserved <=
           4 * usage.bytes + 65536); /* without reuse it would be 32 times as much */
    own_decref(pool);
}
END_TEST

START_TEST(large_blocks_go_back_when_they_are_freed)
{
    own_pool *pool = new_root();
    struct random random;

    random_seed(&random, 300);
    for (int i = 0; i < 500; i++) {
        void *block = own_alloc_raw(pool, 1, MIB + random_below(&random, 30 * MIB));
        expect(block != NULL && own_free(pool, block) == 0);
        expect(usage_of(pool).reserved < MIB);
    }
    own_decref(pool);
}
END_TEST

START_TEST(pool_reserves_little_more_than_is_in_it)
{
    size_t count = scaled(100000);
    own_pool *pool = new_root();

    for (size_t i = 0; i < count; i++)
        expect(own_alloc_raw(pool, 1, 32) != NULL);
    own_usage usage = usage_of(pool);
    expect(usage.bytes == 32 * count);
    expect(usage.reserved <= usage.bytes * 2); /* pieces grow with the pool, but not beyond it */
    own_decref(pool);
}
END_TEST

/* Free blocks between live ones serve the next requests that are smaller by a granule. */
START_TEST(free_blocks_of_each_size_are_used_again)
{
    enum { BLOCKS_OF_A_SIZE = 300 };
    void *blocks_of_a_size[BLOCKS_OF_A_SIZE];

    for (size_t size = 560; size <= 1600; size += 16) {
        own_pool *pool = new_root();
        for (int i = 0; i < BLOCKS_OF_A_SIZE; i++) {
            blocks_of_a_size[i] = own_alloc_raw(pool, 1, size);
            expect(blocks_of_a_size[i] && own_alloc_raw(pool, 1, 560));
        }
        for (int i = 0; i < BLOCKS_OF_A_SIZE; i++)
            expect(own_free(pool, blocks_of_a_size[i]) == 0);
        size_t reserved = usage_of(pool).reserved;
        for (int i = 0; i < BLOCKS_OF_A_SIZE; i++)
            expect(own_alloc_raw(pool, 1, size - 16) != NULL);
        expect(usage_of(pool).reserved == reserved);
        own_decref(pool);
    }
}
END_TEST

/* Whichever it is. Most go from pieces of a size that a pool does not keep when they are empty; the
   last that goes is a large one. */
START_TEST(one_block_stays_when_all_others_go)
{
    enum { BYTES = 12 << 20, LEAST = 900 };
    static unsigned char *all[BYTES / LEAST];

    for (size_t size = LEAST; size < 64000; size *= 8) {
        size_t count = BYTES / size;
        size_t kept = _i == 0 ? 0 : _i == 1 ? count / 2 : count - 1;
        own_pool *pool = new_root();
        for (size_t i = 0; i < count; i++) {
            all[i] = (unsigned char *)own_alloc_raw(pool, 1, size);
            expect(all[i] != NULL);
        }
        memset(all[kept], 7, size);
        for (size_t i = 0; i < count; i++)
            expect(i == kept || own_free(pool, all[i]) == 0);
        expect(own_free(pool, own_alloc_raw(pool, 1, 3 * MIB)) == 0);
        expect(usage_of(pool).blocks == 1 && own_contains(pool, all[kept]));
        expect(all[kept][0] == 7 && memcmp(all[kept], all[kept] + 1, size - 1) == 0);
        expect(own_free(pool, all[kept]) == 0);
        own_decref(pool);
    }
}
END_TEST

/* No call between looks at the small ones, which have gone with the large one before. */
START_TEST(small_blocks_outlive_a_large_one)
{
    own_pool *pool = new_root();
    size_t reserved = usage_of(pool).reserved;

    for (size_t size = 200; size < 4000; size += 300) {
        void *large = own_alloc_raw(pool, 1, 12 * MIB);
        unsigned char *small = (unsigned char *)own_alloc_raw(pool, 1, size);
        expect(large && small && own_free(pool, large) == 0);
        expect(usage_of(pool).blocks == 1 && usage_of(pool).reserved >= reserved);
        memset(small, 7, size);
        expect(own_alloc_raw(pool, 1, size) && own_contains(pool, small));
        expect(own_free(pool, own_alloc(pool, 1, size)) == 0);
        expect(small[0] == 7 && memcmp(small, small + 1, size - 1) == 0);
        own_pool_clear(pool);
    }
    own_decref(pool);
}
END_TEST

/* Memory of large blocks begins at multiples of 64 KiB anyway. */
START_TEST(alignment_that_large_blocks_have_costs_nothing)
{
    own_pool *pool = new_root();
    own_pool *aligned = new_root();

    for (size_t size = 2 * MIB; size < 3 * MIB; size += MIB / 8) {
        expect(own_alloc_raw(pool, 1, size) != NULL);
        void *block = own_alloc_aligned(aligned, 64 << 10, 1, size);
        expect(block && (uintptr_t)block % (64 << 10) == 0);
        expect(usage_of(aligned).reserved == usage_of(pool).reserved);
    }
    own_decref(aligned);
    own_decref(pool);
}
END_TEST

START_TEST(pool_that_is_empty_again_keeps_no_large_piece)
{
    own_pool *pool = new_root();
    void *large = own_alloc_raw(pool, 1, 12 * MIB);
    void *small = own_alloc_raw(pool, 1, 4000); /* in a piece that is made for it */

    expect(large && small && own_free(pool, large) == 0);
    expect(own_free(pool, small) == 0);
    expect(usage_of(pool).blocks == 0 && usage_of(pool).reserved <= MIB / 8);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("churn");
    TCase *model = add_case(suite, "model");
    TCase *memory = add_case(suite, "memory");

    tcase_add_loop_test(model, random_use_agrees_with_a_list, 0, 12);
    tcase_add_loop_test(memory, replaced_blocks_reuse_the_memory_of_freed_ones, 0,
                        sizeof sizes / sizeof sizes[0]);
    tcase_add_test(memory, size_that_grows_over_time_reuses_memory);
    tcase_add_test(memory, large_blocks_go_back_when_they_are_freed);
    tcase_add_test(memory, pool_reserves_little_more_than_is_in_it);
    tcase_add_test(memory, free_blocks_of_each_size_are_used_again);
    tcase_add_test(memory, small_blocks_outlive_a_large_one);
    tcase_add_test(memory, alignment_that_large_blocks_have_costs_nothing);
    tcase_add_test(memory, pool_that_is_empty_again_keeps_no_large_piece);
    tcase_add_loop_test(memory, one_block_stays_when_all_others_go, 0, 3);
    return run_suite(suite);
}
