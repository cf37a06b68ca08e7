/*
 * workload_few.h - pools that have just been made, and calls that come first or one by one.
 *
 *   hold             1,000 and 100,000 objects held by a new pool, one after another; per object
 *   hold-first       the first object that a process holds
 *   lone             a root pool frees its only block and makes it again, by size; and the same
 *                    with another block beside it
 *   shared-request   a child of a shared pool with 20 blocks, made, used and dropped by one thread;
 *                    the child shared too, and confined where the peer has both
 *   shared-free      1,000 blocks of a shared pool are freed in random order; per block
 */
#ifndef WORKLOAD_FEW_H
#define WORKLOAD_FEW_H

#include "peer.h"

#ifdef PEER_HOLDS

static pool *hold_pool;
static object **hold_objects;
static size_t hold_count;

static void hold_prepare(void)
{
    if (hold_pool)
        peer_pool_drop(hold_pool);
    hold_pool = measure_must(peer_pool_new(1));
}

static void hold_all(void)
{
    for (size_t i = 0; i < hold_count; i++)
        measure_must(peer_hold(hold_pool, hold_objects[i]));
}

static void hold(void)
{
    const size_t most = 100000;
    hold_objects = measure_memory(most * sizeof(object *));
    for (size_t i = 0; i < most; i++)
        hold_objects[i] = measure_must(peer_object_new());
    for (hold_count = 1000; hold_count <= most; hold_count *= 100)
        measure_timing("hold", hold_count, measure_once(hold_prepare, hold_all, hold_count));
}

static void hold_first(void)
{
    object *held = measure_must(peer_object_new());
    hold_prepare();
    uint64_t start = measure_now();
    measure_must(peer_hold(hold_pool, held));
    measure_sample("hold", 0, "ns", (double)(measure_now() - start));
}

#endif

#ifdef PEER_FREE

static pool *lone_pool;
static void **lone_block;
static size_t lone_size;

static void lone_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        peer_block_free(lone_pool, lone_block);
        lone_block = peer_block_new(lone_pool, lone_size);
        *lone_block = lone_block;
    }
}

static void lone(void)
{
    static const size_t sizes[] = {128, (size_t)128 << 10, 300000};
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        lone_size = sizes[i / 2];
        lone_pool = measure_must(peer_pool_new(1));
        if (i % 2)
            measure_must(peer_block_new(lone_pool, lone_size));
        lone_block = measure_must(peer_block_new(lone_pool, lone_size));
        measure_timing(i % 2 ? "beside" : "pair", lone_size, measure_rounds(lone_rounds, 1));
        peer_pool_drop(lone_pool);
    }
}

#endif

#ifdef PEER_SHARED_REQUESTS

static shared_pool *shared_request_server;
static size_t shared_request_at; /* in the trace */

static void shared_request_fill(pool *request)
{
    for (size_t i = 0; i < 20; i++) {
        void **block = peer_alloc(request, trace_next(&shared_request_at));
        *block = block;
    }
}

static void shared_request_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        pool *request = peer_shared_request_new(shared_request_server);
        shared_request_fill(request);
        peer_request_drop(shared_request_server, request);
    }
}

static void confined_request_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        pool *request = peer_request_new(shared_request_server);
        shared_request_fill(request);
        peer_request_drop(shared_request_server, request);
    }
}

static void shared_request(void)
{
    shared_request_server = measure_must(peer_shared_new());
    struct timing shared = measure_rounds(shared_request_rounds, 1);
    struct timing confined = measure_rounds(confined_request_rounds, 1);
    measure_timing("shared", 0, shared);
    measure_timing("confined", 0, confined);
    measure_ratio("shared-of-confined", shared.least / confined.least);
}

#endif

/* Of a peer without shared pools, a pool that gets its blocks from malloc: cymem with its dict. */
#if defined(PEER_SHARED) || defined(PEER_FOREIGN)

#define SHARED_FREE_BLOCKS ((size_t)1000)

#ifdef PEER_SHARED
static shared_pool *shared_free_pool;
#else
static foreign_pool *shared_free_pool;
#endif
static void *shared_free_blocks[SHARED_FREE_BLOCKS];

static void shared_free_prepare(void)
{
    static uint64_t random = 3;
    static size_t at;
    for (size_t i = 0; i < SHARED_FREE_BLOCKS; i++) {
        size_t other = random_below(&random, i + 1);
        shared_free_blocks[i] = shared_free_blocks[other];
#ifdef PEER_SHARED
        void *block = peer_shared_alloc(shared_free_pool, trace_next(&at));
#else
        void *block = peer_private_alloc(shared_free_pool, trace_next(&at));
#endif
        shared_free_blocks[other] = measure_must(block);
    }
}

static void shared_free_all(void)
{
    for (size_t i = 0; i < SHARED_FREE_BLOCKS; i++) {
#ifdef PEER_SHARED
        peer_shared_free(shared_free_pool, shared_free_blocks[i]);
#else
        peer_foreign_free(shared_free_pool, shared_free_blocks[i]);
#endif
    }
}

static void shared_free(void)
{
#ifdef PEER_SHARED
    shared_free_pool = measure_must(peer_shared_new());
#else
    shared_free_pool = measure_must(peer_foreign_pool_new(false));
#endif
    measure_timing("free", 0,
                   measure_once(shared_free_prepare, shared_free_all, SHARED_FREE_BLOCKS));
}

#endif

#endif
