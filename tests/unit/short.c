/*
 * short.c - pools whose first extents are short, and that use the rest behind it: whatever is done
 * with them, the equations hold, blocks keep their contents, and what is counted is what lives.
 */
#include "harness.h"
#include "pool/pool.h"

#include <string.h>

#define MOST 60

static struct block {
    unsigned char *at;
    size_t size;
} blocks[MOST];
static size_t count;
static size_t rests; /* how often what lies behind a short extent was used */

static void fill(struct block *block)
{
    memset(block->at, (int)(block->size / GRANULE), block->size);
}

static void look_at(const struct block *block)
{
    for (size_t i = 0; i < block->size; i += GRANULE - 1)
        expect(block->at[i] == (unsigned char)(block->size / GRANULE));
}

static size_t next_size(struct random *chosen)
{
    return GRANULE * (1 + random_below(chosen, random_below(chosen, 8) ? 12 : 70));
}

static void step(own_pool *pool, struct random *chosen)
{
    size_t kind = random_below(chosen, 16);
    struct block *block = count ? &blocks[random_below(chosen, count)] : NULL;

    if (block && kind < 3) {
        look_at(block);
        expect(own_free(pool, block->at) == 0);
        *block = blocks[--count];
    } else if (block && kind == 3) {
        look_at(block);
        size_t size = next_size(chosen);
        block->at = own_realloc_raw(pool, block->at, 1, size);
        block->size = size;
        expect(block->at != NULL);
        fill(block);
    } else if (kind == 4 && random_below(chosen, 20) == 0) {
        own_pool_clear(pool);
        count = 0;
    } else if (count < MOST) {
        size_t size = next_size(chosen);
        block = &blocks[count++];
        block->size = size;
        block->at = kind == 5 ? own_alloc_aligned(pool, 64, 1, size) : own_alloc_raw(pool, 1, size);
        expect(block->at != NULL);
        fill(block);
    }
}

/* The newest block comes and goes, or any. */
START_TEST(what_is_done_with_short_pools_is_right)
{
    struct random chosen;
    own_pool *root = new_root();
    size_t shorter = 0;

    random_seed(&chosen, 30 + (uint64_t)_i);
    site_seed(5);
    own_set_site_tracking((size_t)2 << (10 + _i));
    for (size_t i = 0; i < scaled(6000); i++) {
        own_pool *pool = own_pool_new(_i == 1 ? NULL : root);
        size_t steps = 1 + random_below(&chosen, 90);
        expect(pool != NULL);
        shorter += (pool_flags(pool) & POOL_SHORT) != 0;
        count = 0;
        for (size_t n = 0; n < steps; n++) {
            const struct extent *before = pool->part.memory.extent;
            step(pool, &chosen);
            const struct extent *now = pool->part.memory.extent;
            rests += now != before && now->older == &pool->first &&
                     (const char *)now < (const char *)pool + 4096;
            own_usage usage = usage_of(pool);
            size_t bytes = 0;
            for (size_t k = 0; k < count; k++)
                bytes += blocks[k].size;
            expect(usage.blocks == count && usage.bytes == bytes);
            if (n % 8 == 0)
                pool_validate(pool);
        }
        for (size_t k = 0; k < count; k++)
            look_at(&blocks[k]);
        if (i % 16 == 0) {
            expect(own_share(pool) == 0 && own_alloc(pool, 1, 100) != NULL);
            if (i % 32 == 0)
                own_pool_clear(pool);
            pool_validate(pool);
        }
        if (_i == 1)
            own_decref(pool);
        else
            expect(own_drop(root, pool) == 0);
        expect(sample_live == 0);
        pool_validate(root);
    }
    if (!OWN_DEBUG && !MARKS_ASAN)
        expect(shorter > scaled(200) && rests > scaled(100));
    own_decref(root);
}
END_TEST

/* What was to be sampled in a pool that was kept stands for as much as it did then, although the
   interval is eight times as large when the pool is used again. */
START_TEST(short_pools_have_the_interval_with_which_they_were_kept)
{
    enum { POOLS = 100, BLOCKS = 20, SIZE = 64 };
    own_pool *pools[POOLS];
    own_pool *root = new_root();
    double estimated = 0;
    double bytes = 0;
    struct sample sample;

    site_seed(5);
    for (size_t i = 0; i < 2 * (50 + scaled(250)); i++) {
        own_set_site_tracking((size_t)1 << (i % 2 ? 15 : 12));
        for (size_t k = 0; k < POOLS; k++) {
            pools[k] = own_pool_new(root);
            for (size_t n = 0; n < BLOCKS; n++)
                expect(own_alloc_raw(pools[k], 1, SIZE) != NULL);
        }
        uint32_t place = 0;
        bytes += i % 2 ? POOLS * BLOCKS * SIZE : 0;
        while (i % 2 && sample_next_of_all(&place, &sample))
            estimated += site_weight(sample.size, sample.interval) * (double)sample.size;
        for (size_t k = 0; k < POOLS; k++)
            expect(own_drop(root, pools[k]) == 0);
    }
    expect(estimated > bytes * 0.8 && estimated < bytes * 1.2);
    own_decref(root);
    expect(sample_live == 0);
}
END_TEST

/* A first extent that is short by one granule has no rest: what begins where its chunk ends is in
   another chunk, and may be an extent of the same pool. */
START_TEST(an_extent_in_the_next_chunk_is_not_the_rest)
{
    enum { POOLS = 100, BLOCKS = 40, LARGEST = 4000 };
    own_pool *pools[POOLS];
    own_pool *root = new_root();
    struct random chosen;
    size_t next = 0;

    random_seed(&chosen, 5);
    site_seed(5);
    own_set_site_tracking(20000);
    for (size_t i = 0; i < 20 + scaled(1000); i++) {
        for (size_t k = 0; k < POOLS; k++) {
            own_pool *pool = pools[k] = own_pool_new(root);
            size_t size = pool->part.memory.account.reserved;
            for (size_t n = random_below(&chosen, BLOCKS + 1); n > 0; n--)
                expect(own_alloc_raw(pool, 1, 1 + random_below(&chosen, LARGEST)) != NULL);
            const char *extent = (const char *)pool->part.memory.extent;
            bool within = extent > (const char *)pool && extent < (const char *)pool + size;
            if (!(pool_flags(pool) & POOL_SHORT))
                continue;
            expect(memory_is_within_first(&pool->part.memory) == within);
            next += extent == (const char *)pool + size;
        }
        for (size_t k = 0; k < POOLS; k++)
            expect(own_drop(root, pools[k]) == 0);
        chunk_validate();
    }
    if (!OWN_DEBUG && !MARKS_ASAN)
        expect(next > 0);
    own_decref(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("short");
    TCase *pools = add_case(suite, "pools");

    tcase_add_loop_test(pools, what_is_done_with_short_pools_is_right, 0, 3);
    tcase_add_test(pools, short_pools_have_the_interval_with_which_they_were_kept);
    tcase_add_test(pools, an_extent_in_the_next_chunk_is_not_the_rest);
    return run_suite(suite);
}
