/*
 * pool/side.h - the side record: what few pools have. Included by pool.h only.
 *
 * It is made when it is first needed, and lasts as long as the pool.
 */
#ifndef POOL_SIDE_H
#define POOL_SIDE_H

#include "pool/pool.h"

struct side {
    const char *place; /* where the pool was made, borrowed; NULL: not kept */
    char *name;        /* a chunk: the copy of own_pool_set_name. NULL: there is none */
    /* Calls of own_defer_first and own_defer_last, under the lock of the first part; all nodes are
       of KIND_CALL, and their owner is the first part. */
    struct ledger calls[2];
    struct exact *exact; /* of a pool with POOL_EXACT, for good */
    void (*failed)(own_pool *pool, int error, size_t bytes); /* NULL: none. Never changes */
};

enum phase { CALLS_FIRST, CALLS_LAST };

/* The side record. NULL: there is none. */
static inline struct side *pool_side(const own_pool *pool)
{
    return __atomic_load_n(&pool->side, __ATOMIC_ACQUIRE);
}

/* The same, made if there is none, by a caller that has entered the first part. NULL: ENOMEM or
   EDQUOT. */
struct side *side_make(own_pool *pool);
/* Whether calls of a phase wait. */
static inline bool side_has_calls(const own_pool *pool, enum phase phase)
{
    const struct side *side = pool_side(pool);
    return OWN_UNLIKELY(side) && __atomic_load_n(&side->calls[phase].newest, __ATOMIC_RELAXED);
}

/* Tells the user's `failed` that a call which asked for `bytes` fails with errno. The last act of
   that call: nothing is entered, and `failed` may never return. NULL is accepted. */
void side_tell_failed(own_pool *pool, size_t bytes);
/* A new pool has the `failed` of its owner, or its own. False: ENOMEM or EDQUOT. */
bool side_inherit(const own_pool *owner, own_pool *pool,
                  void (*failed)(own_pool *pool, int error, size_t bytes));
/* Whether children need a side record. */
static inline bool side_bequeaths(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    return OWN_UNLIKELY(side) && side->failed;
}

/* The number of calls of both phases. */
size_t side_calls(const own_pool *pool);
/* What it has of `reserved`. */
size_t side_bytes(const own_pool *pool);
/* What the ledger's account of the first part has paid beside the ledger. */
struct part_beside side_beside(const own_pool *pool);
/* Frees it with all that it has; the lists of calls are empty. */
void side_free(own_pool *pool);

#endif
