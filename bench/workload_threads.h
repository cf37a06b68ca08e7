/*
 * workload_threads.h - the same work by one thread, and by two at once; wall time of one operation
 * of all, and what two threads need of the time that one does: 0.5 is twice as fast.
 *
 *   threads-blocks     1,000 live blocks a thread, all in one pool: one is freed, another allocated
 *   threads-halves     1,000 blocks a thread, all in one pool: allocated; every other one freed,
 *                      then the rest
 *   threads-requests   a child of a shared pool with 20 blocks, for one thread; all dropped
 *   threads-ref        a reference taken and released, of objects that each thread has to itself
 *   threads-ref-same   of the same objects
 */
#ifndef WORKLOAD_THREADS_H
#define WORKLOAD_THREADS_H

#include "peer.h"

#if defined(PEER_SHARED) || defined(PEER_REQUESTS) || defined(PEER_COUNTS_SHARED)

/* The two threads share nothing but what they measure. */
struct threads_state {
    uint64_t random;
    size_t at; /* in the trace */
    void **slots;
    size_t first_object;
} __attribute__((aligned(256)));

static struct threads_state threads_states[2];

static void threads(void (*rounds)(size_t thread, size_t count), size_t operations)
{
    for (size_t i = 0; i < 2; i++)
        threads_states[i] = (struct threads_state){.random = i + 1, .at = i * 1000};
    struct timing one = measure_threads(1, rounds, operations);
    struct timing two = measure_threads(2, rounds, operations);
    measure_timing("one", 0, one);
    measure_timing("two", 0, two);
    measure_ratio("two-of-one", two.least / one.least);
}

#endif

#ifdef PEER_SHARED

#define THREADS_LIVE ((size_t)1000)

static shared_pool *threads_pool;

static void threads_blocks_rounds(size_t thread, size_t count)
{
    struct threads_state *state = &threads_states[thread];
    if (!state->slots)
        state->slots = measure_must(calloc(THREADS_LIVE, sizeof(void *)));
    for (size_t round = 0; round < count; round++) {
        void **slot = &state->slots[random_below(&state->random, THREADS_LIVE)];
        if (*slot)
            peer_shared_free(threads_pool, *slot);
        void **block = peer_shared_alloc(threads_pool, trace_next(&state->at));
        *block = block;
        *slot = block;
    }
}

static void threads_halves_rounds(size_t thread, size_t count)
{
    struct threads_state *state = &threads_states[thread];
    if (!state->slots)
        state->slots = measure_must(calloc(THREADS_LIVE, sizeof(void *)));
    for (size_t round = 0; round < count; round++) {
        for (size_t i = 0; i < THREADS_LIVE; i++) {
            void **block = peer_shared_alloc(threads_pool, trace_next(&state->at));
            *block = block;
            state->slots[i] = block;
        }
        for (size_t first = 0; first < 2; first++)
            for (size_t i = first; i < THREADS_LIVE; i += 2)
                peer_shared_free(threads_pool, state->slots[i]);
    }
}

static void threads_halves(void)
{
    threads_pool = measure_must(peer_shared_new());
    threads(threads_halves_rounds, 2 * THREADS_LIVE);
}

static void threads_blocks(void)
{
    threads_pool = measure_must(peer_shared_new());
    threads(threads_blocks_rounds, 1);
}

#endif

#ifdef PEER_REQUESTS

static shared_pool *threads_server;

static void threads_requests_rounds(size_t thread, size_t count)
{
    struct threads_state *state = &threads_states[thread];
    for (size_t round = 0; round < count; round++) {
        pool *request = peer_request_new(threads_server);
        for (size_t i = 0; i < 20; i++) {
            void **block = peer_alloc(request, trace_next(&state->at));
            *block = block;
        }
        peer_request_drop(threads_server, request);
    }
}

static void threads_requests(void)
{
    threads_server = measure_must(peer_shared_new());
    threads(threads_requests_rounds, 1);
}

#endif

#ifdef PEER_COUNTS_SHARED

#define THREADS_OBJECTS 64

static object *threads_objects[2 * THREADS_OBJECTS];

static void threads_reference_rounds(size_t thread, size_t count)
{
    object **objects = &threads_objects[threads_states[thread].first_object];
    for (size_t round = 0; round < count; round++) {
        for (size_t i = 0; i < THREADS_OBJECTS; i++) {
            peer_incref(objects[i]);
            measure_use(objects);
            peer_decref(objects[i]);
            measure_use(objects);
        }
    }
}

static void threads_reference_apart_rounds(size_t thread, size_t count)
{
    threads_states[thread].first_object = thread * THREADS_OBJECTS;
    threads_reference_rounds(thread, count);
}

static void threads_make_objects(void)
{
    for (size_t i = 0; i < 2 * THREADS_OBJECTS; i++)
        threads_objects[i] = measure_must(peer_shared_object_new());
}

static void threads_reference(void)
{
    threads_make_objects();
    threads(threads_reference_apart_rounds, THREADS_OBJECTS);
}

static void threads_reference_same(void)
{
    threads_make_objects();
    threads(threads_reference_rounds, THREADS_OBJECTS);
}

#endif

#endif
