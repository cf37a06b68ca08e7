/*
 * pairs.h - the shared things on which pairs.c makes every pair of public calls at once, and the
 * rows of calls.
 */
#ifndef CONTRACT_PAIRS_H
#define CONTRACT_PAIRS_H

#include "harness.h"

#define LIMIT ((size_t)1 << 30)

/* One of the threads. */
struct worker {
    size_t number;
    size_t random; /* another in each call */
    FILE *out;     /* of its own, to nowhere */
    char region[8192];
};

/* All of it is shared, and used by all threads. */
struct world {
    own_pool *root;  /* has a limit */
    own_pool *pool;  /* its child, with two children, a deferred call and a block */
    own_pool *other; /* its child */
    void *probe;     /* an object that pool holds too */
    void *immortal;
    own_weakref *ref; /* to probe */
    own_list *list;   /* of three times probe */
    own_buffer *buffer;
    own_array *array; /* 20 x 30 doubles, all 0 or all 1 */
    char *text;       /* a block of pool */
    char *handed;     /* NULL, or a block of pool that the next thread frees; atomic */
    own_chunks chunks;
};
extern struct world world;

struct thing {
    own_object header;
    own_object *other;
};
extern const own_type thing_type;

/* end_world expects that nobody else has a reference to what is in it. The first world's memory
   for chunks is used again by none. */
void make_world(void);
void end_world(void);

/* Drops something that was made in world.pool; it must not be NULL. */
void drop_from_pool(void *object);

/* What a call does or wants, for pairs that the headers forbid. */
#define BLOCKS 1U /* allocates or frees blocks of the pool */
#define STILL 2U  /* no other thread may do that meanwhile: own_pool_blocks */
#define WRITES 4U /* to items: threads that write need a lock of the user's */
#define READS 8U  /* items */

struct pair_row {
    const char *name;
    void (*call)(struct worker *worker); /* leaves the world as it was */
    unsigned flags;
};

struct pair_rows {
    const struct pair_row *row;
    size_t count;
};
extern const struct pair_rows pair_pools, pair_blocks, pair_objects, pair_arrays;

/* All rows. */
size_t count_rows(void);
const struct pair_row *row_at(size_t index);

/* Whether the headers let two threads make these calls at once. */
bool may_meet(const struct pair_row *one, const struct pair_row *two);

#endif
