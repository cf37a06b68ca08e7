/*
 * workload_scale.h - the cost of a call as there comes to be more of something in a pool.
 *
 *   scale-blocks      so many live blocks of 64 bytes; a random one is freed and allocated again
 *   scale-chunks      the same with blocks of 300 KiB, each a chunk of its own
 *   scale-children    so many child pools; a random one is dropped and made again
 *   scale-holds       so many objects held; a random one is released and held again
 *   scale-defers      so many deferred calls; a random one is taken back and deferred again
 */
#ifndef WORKLOAD_SCALE_H
#define WORKLOAD_SCALE_H

#include "peer.h"

#ifdef PEER_POOLS

#define SCALE_MOST ((size_t)10000000)

static uint64_t scale_random = 7;

struct scale {
    const char *metric;
    size_t first;
    size_t most;
    bool (*grow)(size_t count); /* to that many; false: cannot */
    void (*rounds)(size_t count);
};

/* Ten times as many in each step, while memory lasts and no call or step takes for ever. */
static void scale_steps(const struct scale *scale)
{
    const size_t most = measure_quick && scale->most > 10000 ? 10000 : scale->most;
    const uint64_t longest_step = 10000000000U;
    const double longest_call = 100000;
    size_t before = rss_now();
    for (size_t count = scale->first; count <= most; count *= 10) {
        uint64_t start = measure_now();
        if (!scale->grow(count)) {
            measure_note("%s: no memory for %zu", PEER_NAME, count);
            return;
        }
        struct timing timing = measure_rounds(scale->rounds, 1);
        measure_timing(scale->metric, count, timing);
        if (count * 10 > most)
            return;
        if ((rss_now() - before) * 10 > rss_available() / 2) {
            measure_note("%s: %zu would take too much memory", PEER_NAME, count * 10);
            return;
        }
        if (timing.median > longest_call || measure_now() - start > longest_step) {
            measure_note("%s: %zu would take too long", PEER_NAME, count * 10);
            return;
        }
    }
}

#ifdef PEER_FREE

static pool *scale_pool;
static void ***scale_live;
static size_t scale_count;
static size_t scale_size;

static bool scale_blocks_grow(size_t count)
{
    for (; scale_count < count; scale_count++) {
        void **block = peer_block_new(scale_pool, scale_size);
        if (!block)
            return false;
        *block = block;
        scale_live[scale_count] = block;
    }
    return true;
}

static void scale_blocks_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        size_t victim = random_below(&scale_random, scale_count);
        peer_block_free(scale_pool, scale_live[victim]);
        void **block = peer_block_new(scale_pool, scale_size);
        *block = block;
        scale_live[victim] = block;
    }
}

static void scale_blocks_of(size_t size, size_t most)
{
    scale_pool = measure_must(peer_pool_new(1));
    scale_live = measure_memory(most * sizeof(void **));
    scale_size = size;
    scale_steps(&(struct scale){"block", 10, most, scale_blocks_grow, scale_blocks_rounds});
}

static void scale_blocks(void)
{
    scale_blocks_of(64, SCALE_MOST);
}

/* More would not fit the address space that a process gets. */
static void scale_chunks(void)
{
    scale_blocks_of((size_t)300 << 10, 100000);
}

#endif

#ifdef PEER_CHAIN_DEPTH

static pool *scale_parent;
static pool **scale_child;
static size_t scale_children_count;

static bool scale_children_grow(size_t count)
{
    for (; scale_children_count < count; scale_children_count++) {
        scale_child[scale_children_count] = peer_child_new(scale_parent);
        if (!scale_child[scale_children_count])
            return false;
    }
    return true;
}

static void scale_children_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        size_t victim = random_below(&scale_random, scale_children_count);
        peer_child_drop(scale_parent, scale_child[victim]);
        scale_child[victim] = peer_child_new(scale_parent);
    }
}

static void scale_children(void)
{
    scale_parent = measure_must(peer_pool_new(1));
    scale_child = measure_memory(SCALE_MOST * sizeof(pool *));
    scale_steps(
        &(struct scale){"child", 10, SCALE_MOST, scale_children_grow, scale_children_rounds});
}

#endif

#ifdef PEER_HOLDS

static pool *scale_holder;
static object **scale_held;
static size_t scale_held_count;

static bool scale_holds_grow(size_t count)
{
    for (; scale_held_count < count; scale_held_count++) {
        object *made = peer_object_new();
        scale_held[scale_held_count] = made;
        if (!made || !peer_hold(scale_holder, made))
            return false;
    }
    return true;
}

static void scale_holds_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        object *victim = scale_held[random_below(&scale_random, scale_held_count)];
        peer_unhold(scale_holder, victim);
        measure_must(peer_hold(scale_holder, victim));
    }
}

static void scale_holds(void)
{
    scale_holder = measure_must(peer_pool_new(1));
    scale_held = measure_memory(SCALE_MOST * sizeof(object *));
    scale_steps(&(struct scale){"hold", 10, SCALE_MOST, scale_holds_grow, scale_holds_rounds});
}

#endif

#ifdef PEER_DEFERS

static pool *scale_deferrer;
static char *scale_arguments;
static size_t scale_deferred_count;

static void scale_nothing(void *argument)
{
    (void)argument;
}

static bool scale_defers_grow(size_t count)
{
    for (; scale_deferred_count < count; scale_deferred_count++)
        peer_defer(scale_deferrer, scale_nothing, scale_arguments + 16 * scale_deferred_count);
    return true;
}

static void scale_defers_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        char *victim = scale_arguments + 16 * random_below(&scale_random, scale_deferred_count);
        peer_undefer(scale_deferrer, scale_nothing, victim);
        peer_defer(scale_deferrer, scale_nothing, victim);
    }
}

static void scale_defers(void)
{
    scale_deferrer = measure_must(peer_pool_new(1));
    scale_arguments = measure_memory(16 * SCALE_MOST);
    scale_steps(&(struct scale){"call", 10, SCALE_MOST, scale_defers_grow, scale_defers_rounds});
}

#endif

#endif

#endif
