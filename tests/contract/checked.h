/*
 * checked.h - what the tests of OWN_CHECK share.
 */
#ifndef CONTRACT_CHECKED_H
#define CONTRACT_CHECKED_H

#include "harness.h"

#define SIZE ((size_t)112)

static inline own_pool *named(own_pool *owner, const char *name)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.name = name});
    expect(pool != NULL);
    return pool;
}

static inline volatile char *block_of(own_pool *pool, size_t size)
{
    volatile char *block = own_alloc(pool, 1, size);
    expect(block != NULL);
    return block;
}

static inline void *plain(volatile char *block)
{
    return (void *)(uintptr_t)block;
}

static own_pool *larder; /* of each test */

static inline void begin(void)
{
    larder = named(NULL, "larder");
    record_misuses();
}

/* What is right has been told by nobody, to the end. */
static inline void end(void)
{
    if (larder)
        own_decref(larder);
    expect(own_pool_check(NULL) == 0);
    expect(misuses == 0);
}

static const size_t sizes[] = {0, 1, 15, 16, 100, 112, 5000, 300000, (size_t)3 << 20};
#define SIZES (sizeof(sizes) / sizeof(*sizes))

struct thing {
    own_object object;
    char text[21];
};

static const own_type thing_type = {.name = "thing", .size = sizeof(struct thing)};

#endif
