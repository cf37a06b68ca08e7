/*
 * leaving.c - memory of a shared pool that another thread may be reading is given back once that
 * thread has gone, or with all blocks. And sharing a pool that has memory of all kinds, without
 * memory, or with sampled blocks.
 */
#include "harness.h"
#include "memory/outside.h"
#include "pool/pool.h"

#include <own/report.h>

#define KIB ((size_t)1 << 10)
#define BLOCKS 6000

static own_pool *pool;
static char *blocks[BLOCKS];

/* Blocks in units and in extents. */
static size_t size_of(size_t number)
{
    return number % 20 ? 48 : 8 * KIB;
}

static void make_blocks(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        expect((blocks[i] = own_alloc_raw(pool, 1, size_of(i))) != NULL);
}

static void free_blocks(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        expect(own_free(pool, blocks[i]) == 0);
}

static void validate(void)
{
    part_enter(&pool->part);
    pool_validate(pool);
    part_leave(&pool->part);
}

/* `_i`: the pool is cleared before the other thread, which this one plays, has gone. */
START_TEST(memory_that_another_thread_may_read_waits)
{
    size_t live = chunk_live_bytes();
    slot_of_thread();
    pool = new_root();
    expect(own_alloc(pool, 1, 20) && own_share(pool) == 0);
    struct memory *memory = &pool->part.memory;
    make_blocks();
    size_t full = usage_of(pool).reserved;

    outside_enter(memory->outside);
    free_blocks();
    expect(memory->outside->leaving && outside_waits(memory->outside));
    expect(usage_of(pool).reserved == full);
    validate();
    if (_i) {
        outside_leave(memory->outside);
        own_pool_clear(pool);
    } else {
        part_enter(&pool->part);
        outside_gather(memory);
        part_leave(&pool->part);
        expect(memory->outside->leaving && usage_of(pool).reserved == full); /* it is still there */
        outside_leave(memory->outside);
        /* The next request that finds nothing gives it back. */
        for (int i = 0; i < 100 && memory->outside->leaving; i++)
            expect(own_alloc(pool, 1, 60 * KIB) != NULL);
    }
    expect(!memory->outside->leaving && usage_of(pool).reserved < full + 4096 * KIB);
    validate();
    make_blocks();
    free_blocks();
    validate();
    own_decref(pool);
    expect(chunk_live_bytes() == live);
}
END_TEST

/* Whether a thread frees what it has recorded before. */
START_TEST(what_is_freed_twice_is_counted_once)
{
    pool = new_root();
    expect(own_share(pool) == 0);
    make_blocks();
    struct outside *outside = pool->part.memory.outside;
    struct remote *remote = outside->small ? outside->small : outside->first;
    expect(remote != NULL);
    expect(remote_free(outside, remote, 5, 32) && outside->blocks == 1 && outside->bytes == 32);
    expect(!remote_free(outside, remote, 5, 32));
    expect(outside->blocks == 1 && outside->bytes == 32 && outside->stack == remote);
    remote_clear(remote, 0, bit_of(5));
    outside_count_back(outside, 1, 32);
    own_decref(pool);
}
END_TEST

/* All requests from the n-th on fail, or that alone. */
START_TEST(sharing_that_fails_changes_nothing)
{
    pool = new_root();
    make_blocks();
    own_usage before = usage_of(pool);
    size_t live = chunk_live_bytes();
    long n = 1;
    int result;

    do {
        expect(n < 1000 && !own_is_shared(pool));
        chunk_fail_after(n);
        errno = 0;
        result = own_share(pool);
        chunk_fail_after(0);
        expect(result == 0 || (errno == ENOMEM && chunk_live_bytes() == live));
        own_usage after = usage_of(pool);
        expect(result == 0 || (after.reserved == before.reserved && after.bytes == before.bytes));
        n++;
    } while (result < 0);
    expect(n > 5 && own_is_shared(pool) && usage_of(pool).blocks == BLOCKS);
    validate();
    free_blocks();
    own_decref(pool);
}
END_TEST

START_TEST(sampled_blocks_are_shared_with_their_pool)
{
    pool = new_root();
    /* After that: the equations leave out the end of a first extent that is short. */
    own_set_site_tracking(1);
    void *first = own_alloc(pool, 1, 5000);
    void *second = own_alloc(pool, 1, 3000);
    expect(first && second && (pool_flags(pool) & POOL_SAMPLED));
    size_t reserved = usage_of(pool).reserved;
    expect(own_share(pool) == 0 && usage_of(pool).reserved >= reserved);
    validate();
    expect(own_free(pool, first) == 0);
    validate();
    expect(own_free(pool, second) == 0 && usage_of(pool).bytes == 0);
    validate();
    own_set_site_tracking(0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("leaving");
    TCase *leaving = add_case(suite, "leaving");

    tcase_add_loop_test(leaving, memory_that_another_thread_may_read_waits, 0, 2);
    tcase_add_test(leaving, what_is_freed_twice_is_counted_once);
    tcase_add_test(leaving, sharing_that_fails_changes_nothing);
    tcase_add_test(leaving, sampled_blocks_are_shared_with_their_pool);
    return run_suite(suite);
}
