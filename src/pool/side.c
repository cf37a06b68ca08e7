/*
 * pool/side.c - the side record: what few pools have.
 */
#include "pool/pool.h"

#include <errno.h>
#include <string.h>

static __attribute__((noinline)) struct side *make(own_pool *pool)
{
    size_t granted;
    struct side *side = account_get(part_account(&pool->part), sizeof(*side), &granted);
    if (!side)
        return NULL;
    *side = (struct side){.name = NULL};
    pool_set_flags(pool, POOL_SIDE);
    __atomic_store_n(&pool->side, side, __ATOMIC_RELEASE);
    return side;
}

struct side *side_make(own_pool *pool)
{
    struct side *side = pool_side(pool);
    return side ? side : make(pool);
}

void side_tell_failed(own_pool *pool, size_t bytes)
{
    int error = errno;
    if (!pool || (error != ENOMEM && error != EDQUOT && error != EOVERFLOW))
        return; /* a dead pool, which may not be looked at, fails with EINVAL */
    const struct side *side = pool_side(pool);
    if (OWN_LIKELY(!side || !side->failed))
        return;
    side->failed(pool, error, bytes);
    errno = error;
}

bool side_inherit(const own_pool *owner, own_pool *pool,
                  void (*failed)(own_pool *pool, int error, size_t bytes))
{
    if (!failed && owner && side_bequeaths(owner))
        failed = pool_side(owner)->failed;
    if (OWN_LIKELY(!failed))
        return true;
    struct side *side = side_make(pool);
    if (side)
        side->failed = failed;
    return side;
}

size_t side_calls(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    return side ? ledger_counts(&side->calls[CALLS_FIRST]).deferred +
                      ledger_counts(&side->calls[CALLS_LAST]).deferred
                : 0;
}

size_t side_bytes(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    if (!side)
        return 0;
    return chunk_round(sizeof(*side)) + (side->name ? chunk_round(strlen(side->name) + 1) : 0) +
           ledger_bytes(&side->calls[CALLS_FIRST]) + ledger_bytes(&side->calls[CALLS_LAST]) +
           (side->exact ? side->exact->reserved : 0);
}

struct part_beside side_beside(const own_pool *pool)
{
    const struct sampled_counts sampled = sampled_count(pool);
    return (struct part_beside){.second = private_ledger(pool),
                                .ledger_bytes = side_bytes(pool) + sampled.cost,
                                .blocks = sampled.blocks};
}

void side_free(own_pool *pool)
{
    struct side *side = pool->side;
    if (OWN_LIKELY(!side))
        return;
    struct account *account = part_account(&pool->part);
    if (side->name)
        account_put(account, side->name, strlen(side->name) + 1);
    if (side->exact)
        exact_end(pool);
    pool->side = NULL;
    account_put(account, side, sizeof(*side));
}

void *own_pool_user(const own_pool *pool)
{
    return pool && pool_check(pool, "own_pool_user")
               ? __atomic_load_n(&pool->user, __ATOMIC_ACQUIRE)
               : NULL;
}

void own_pool_set_user(own_pool *pool, void *user)
{
    if (pool_check(pool, "own_pool_set_user"))
        __atomic_store_n(&pool->user, user, __ATOMIC_RELEASE);
}
