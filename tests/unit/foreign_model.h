/*
 * foreign_model.h - what pools have and must release, as a naive model knows it: lists that are
 * searched from end to end. foreign.c does the same to the pools and to the model.
 */
#ifndef UNIT_FOREIGN_MODEL_H
#define UNIT_FOREIGN_MODEL_H

#include "harness.h"
#include "pool/pool.h"

#define POOLS 10
#define ITEMS 400

enum item_kind { NOTHING, ADOPTED, PRIVATE, ORDINARY, DEFERRED };

/* What a pool has, as the model knows it. */
struct item {
    enum item_kind kind;
    size_t pool;
    size_t turn; /* the later, the newer */
    size_t size;
    unsigned char *memory; /* of a block; begins with the number of the item */
};

struct member {
    own_pool *pool; /* NULL: there is none */
    size_t parent;  /* of member 0: itself */
    size_t turn;
    size_t limit; /* 0: none */
    bool is_private;
};

extern struct item items[ITEMS];
extern struct member members[POOLS];

/* The allocator of private pools, and whether it gives nothing at the moment. */
extern const own_allocator source;
extern bool source_fails;

/* What deferred calls and free functions do: log the number that the memory begins with. */
void log_release(const void *memory);
void free_adopted(void *memory);

/* What own_block_size says of a block. */
size_t block_size(const struct item *item);

/* The model releases one item. */
void model_release(size_t index);
/* It expects that the old block of an item is released, as realloc does. */
void model_release_old(size_t index);
/* It releases all that a pool has, in the order in which a pool does. */
void model_clear(size_t pool);

/* Whether just that was released since the last look, in that order. */
void compare_releases(void);

/* Whether a pool has what the model says, and as much room under its limits. */
void check_member(size_t index);

#endif
