/*
 * tests/cost/calls.c - the hot calls, each in a function of its own whose instructions are counted.
 *
 * A function cost_NAME() makes the calls that NAME stands for ROUNDS times. Under callgrind, the
 * instructions of the function and of all that it calls are dumped with its name; tests/cost.sh
 * reads that. The code around a call, mostly a loop, is counted too. Each function runs twice, and
 * the second run counts, so that caches of the library are warm and symbols are bound.
 */
#include "config.h"

#include <own.h>

#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

#define ROUNDS 1000
#define COST(name) static __attribute__((noinline)) void cost_##name(void)

/* The compiler must not leave out what led to the value. */
static inline void use(const void *pointer)
{
    __asm__ volatile("" : : "r"(pointer) : "memory");
}

struct thing {
    own_object object;
    char rest[48];
};

static const own_type thing_type = {.name = "thing", .size = sizeof(struct thing)};

static own_pool *parent; /* long-lived, with children of its own */
static own_pool *bumped; /* dropped after each round of a function */
static own_pool *fixed;  /* has the blocks */
static void *blocks[ROUNDS];
static struct thing *thing;
static struct thing *referred; /* has a weak reference */
static own_weakref *weakref;
static struct thing *held[ROUNDS];

static void nothing(void *argument)
{
    (void)argument;
}

static void must(bool done)
{
    if (!done) {
        fputs("calls: a call failed\n", stderr);
        exit(1);
    }
}

COST(alloc_raw_32)
{
    for (int i = 0; i < ROUNDS; i++)
        use(own_alloc_raw(bumped, 1, 32));
}

COST(alloc_raw_100)
{
    for (int i = 0; i < ROUNDS; i++)
        use(own_alloc_raw(bumped, 1, 100));
}

COST(alloc_32)
{
    for (int i = 0; i < ROUNDS; i++)
        use(own_alloc(bumped, 1, 32));
}

COST(alloc_aligned_64)
{
    for (int i = 0; i < ROUNDS; i++)
        use(own_alloc_aligned(bumped, 64, 1, 64));
}

/* The newest block: nothing is left of it. */
COST(free_newest_alloc_raw_64)
{
    void *block = own_alloc_raw(bumped, 1, 64);
    for (int i = 0; i < ROUNDS; i++) {
        own_free(bumped, block);
        block = own_alloc_raw(bumped, 1, 64);
        use(block);
    }
}

/* A block between two others: what is left of it is used again. */
COST(free_alloc_raw_64)
{
    for (int i = 0; i < ROUNDS; i++) {
        own_free(fixed, blocks[i]);
        blocks[i] = own_alloc_raw(fixed, 1, 64);
        use(blocks[i]);
    }
}

/* Blocks of other sizes, half of them apart: holes are joined and split. */
COST(free_alloc_raw_mixed)
{
    for (int i = 0; i < ROUNDS; i++) {
        int victim = i * 389 % ROUNDS;
        own_free(fixed, blocks[victim]);
        blocks[victim] = own_alloc_raw(fixed, 1, (size_t)(16 + i * 13 % 97));
        use(blocks[victim]);
    }
}

COST(realloc_in_place)
{
    for (int i = 0; i < ROUNDS; i++)
        use(blocks[i] = own_realloc(fixed, blocks[i], 1, i % 2 ? 50 : 64));
}

COST(contains)
{
    for (int i = 0; i < ROUNDS; i++)
        use(own_contains(fixed, blocks[i]) ? blocks : NULL);
}

COST(block_size)
{
    for (int i = 0; i < ROUNDS; i++)
        use((const void *)own_block_size(fixed, blocks[i]));
}

COST(pool_new_decref_root)
{
    for (int i = 0; i < ROUNDS; i++) {
        own_pool *pool = own_pool_new(NULL);
        use(pool);
        own_decref(pool);
    }
}

COST(pool_new_drop_child)
{
    for (int i = 0; i < ROUNDS; i++) {
        own_pool *pool = own_pool_new(parent);
        use(pool);
        (void)!own_drop(parent, pool);
    }
}

/* With blocks of 100 bytes, 20 of them. */
COST(request)
{
    for (int i = 0; i < ROUNDS; i++) {
        own_pool *pool = own_pool_new(parent);
        for (int block = 0; block < 20; block++)
            use(own_alloc_raw(pool, 1, 100));
        (void)!own_drop(parent, pool);
    }
}

/* Two million bytes in blocks of 2,000: extents are taken and given back. */
COST(region_2000000)
{
    own_pool *pool = own_pool_new(NULL);
    for (int i = 0; i < ROUNDS; i++)
        use(own_alloc_raw(pool, 1, 2000));
    own_decref(pool);
}

COST(new_decref)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *object = own_new(NULL, &thing_type);
        use(object);
        own_decref(object);
    }
}

COST(incref_decref)
{
    for (int i = 0; i < ROUNDS; i++) {
        own_incref(thing);
        use(thing);
        own_decref(thing);
        use(thing);
    }
}

COST(hold_drop)
{
    for (int i = 0; i < ROUNDS; i++) {
        must(own_hold(parent, thing) == 0);
        must(own_drop(parent, thing) == 0);
    }
}

/* With a thousand others held. */
COST(drop_hold_among_1000)
{
    for (int i = 0; i < ROUNDS; i++) {
        must(own_drop(fixed, held[i * 389 % ROUNDS]) == 0);
        must(own_hold(fixed, held[i * 389 % ROUNDS]) == 0);
    }
}

COST(defer_undefer)
{
    for (int i = 0; i < ROUNDS; i++) {
        must(own_defer(parent, nothing, thing) == 0);
        must(own_undefer(parent, nothing, thing) == 0);
    }
}

COST(weakref_new_decref)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *ref = own_weakref_new(NULL, referred, NULL, NULL);
        use(ref);
        own_decref(ref);
    }
}

COST(weakref_get_decref)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *object = own_weakref_get(weakref);
        use(object);
        own_decref(object);
    }
}

/* An object, a weak reference to it, and the deaths of both. */
COST(weakref_new_death_decref)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *object = own_new(NULL, &thing_type);
        void *ref = own_weakref_new(NULL, object, NULL, NULL);
        use(ref);
        own_decref(object);
        own_decref(ref);
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} costs[] = {
    {"alloc_raw_32", cost_alloc_raw_32},
    {"alloc_raw_100", cost_alloc_raw_100},
    {"alloc_32", cost_alloc_32},
    {"alloc_aligned_64", cost_alloc_aligned_64},
    {"free_newest_alloc_raw_64", cost_free_newest_alloc_raw_64},
    {"free_alloc_raw_64", cost_free_alloc_raw_64},
    {"realloc_in_place", cost_realloc_in_place},
    {"contains", cost_contains},
    {"block_size", cost_block_size},
    {"free_alloc_raw_mixed", cost_free_alloc_raw_mixed},
    {"pool_new_decref_root", cost_pool_new_decref_root},
    {"pool_new_drop_child", cost_pool_new_drop_child},
    {"request", cost_request},
    {"region_2000000", cost_region_2000000},
    {"new_decref", cost_new_decref},
    {"incref_decref", cost_incref_decref},
    {"hold_drop", cost_hold_drop},
    {"drop_hold_among_1000", cost_drop_hold_among_1000},
    {"defer_undefer", cost_defer_undefer},
    {"weakref_new_decref", cost_weakref_new_decref},
    {"weakref_get_decref", cost_weakref_get_decref},
    {"weakref_new_death_decref", cost_weakref_new_death_decref},
};

static void set_up(void)
{
    parent = own_pool_new(NULL);
    fixed = own_pool_new(NULL);
    thing = own_new(NULL, &thing_type);
    referred = own_new(NULL, &thing_type);
    must(parent && fixed && thing && referred);
    weakref = own_weakref_new(NULL, referred, NULL, NULL);
    must(weakref);
    for (int i = 0; i < ROUNDS; i++) {
        blocks[i] = own_alloc_raw(fixed, 1, 64);
        must(blocks[i] && own_alloc_raw(fixed, 1, 64));
        held[i] = own_new(NULL, &thing_type);
        must(held[i] && own_hold(fixed, held[i]) == 0);
    }
}

int main(void)
{
    set_up();
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        for (int run = 0; run < 2; run++) {
            bumped = own_pool_create(NULL, &(own_pool_options){.reserve = (size_t)200 << 10});
            must(bumped);
            CALLGRIND_ZERO_STATS;
            costs[i].run();
            if (run == 1)
                CALLGRIND_DUMP_STATS_AT(costs[i].name);
            own_decref(bumped);
        }
    }
    for (int i = 0; i < ROUNDS; i++)
        own_decref(held[i]);
    own_decref(weakref);
    own_decref(referred);
    own_decref(thing);
    own_decref(fixed);
    own_decref(parent);
    return 0;
}
