/*
 * source.h - an allocator for the tests, which checks what it is asked for and given back.
 */
#ifndef SHARED_SOURCE_H
#define SHARED_SOURCE_H

#include "harness.h"

/* Its blocks are named in order, a to z: where one is given back, that is logged. */
struct source {
    own_pool *pool;
    struct {
        char *memory; /* NULL: given back */
        char *start;  /* for free */
    } given[256];
    size_t count, live;
    size_t asked;                          /* the size of the last request */
    bool is_empty;                         /* the next request gets NULL */
    size_t offset;                         /* of what it returns, from a multiple of 64 */
    void (*meddle)(struct source *source); /* called first by both functions; may be NULL */
};

/* A pool whose blocks it gives: a root, or the owner's child. Never NULL. */
own_pool *pool_with(own_pool *owner, struct source *source);

bool all_bytes_are(const void *memory, size_t size, int value);

#endif
