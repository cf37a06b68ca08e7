/*
 * pool/exact.c - pools that remember sizes as asked for.
 */
#include "pool/pool.h"

const char exact_kind;

/* Room for blocks in the record of a pool without a reserve. */
#define ROOM_LEAST ((size_t)256)

bool exact_begin(own_pool *pool, size_t reserve)
{
    struct account *account = part_account(&pool->part);
    size_t extent = memory_first_size(max_size(reserve, ROOM_LEAST));
    size_t granted;
    struct side *side = side_make(pool);
    struct exact *exact =
        side ? account_get(account, offsetof(struct exact, first) + extent, &granted) : NULL;
    if (!exact)
        return false;
    exact->slack = 0;
    exact->peak = 0;
    exact->reserved = granted;
    exact->granted = granted;
    exact->memory.account = *account;
    if (!memory_init(&exact->memory, &exact->first, granted - offsetof(struct exact, first))) {
        account_put_failed(account, exact, granted);
        return false;
    }
    exact->pool = pool;
    exact->kind = &exact_kind;
    account_label(account, exact, granted);
    memory_cut(&pool->part.memory);
    side->exact = exact;
    pool_set_flags(pool, POOL_EXACT);
    return true;
}

struct exact *exact_enter(own_pool *pool)
{
    struct exact *exact = pool_exact(pool);
    pool_enter_part(&pool->part);
    exact->memory.account = *part_account(&pool->part);
    return exact;
}

void exact_leave(own_pool *pool, struct exact *exact)
{
    struct account *account = part_account(&pool->part);
    size_t more = exact->memory.account.reserved - account->reserved;
    exact->reserved += more;
    account_add(account, more);
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
}

struct memory_counts exact_count(const struct exact *exact)
{
    struct memory_counts counts = memory_count(&exact->memory);
    counts.bytes -= exact->slack;
    return counts;
}

void exact_note_peak(own_pool *pool, struct exact *exact, size_t more)
{
    size_t bytes = exact_count(exact).bytes + foreign_counts(pool).foreign_bytes + more;
    exact->peak = max_size(exact->peak, bytes);
}

void exact_clear(own_pool *pool)
{
    struct exact *exact = exact_enter(pool);
    memory_clear(&exact->memory);
    exact->slack = 0;
    exact_leave(pool, exact);
}

void exact_end(own_pool *pool)
{
    struct account *account = part_account(&pool->part);
    struct exact *exact = pool_exact(pool);
    exact->memory.account = *account;
    memory_end(&exact->memory);
    memory_unclaim_first(&exact->first);
    account_add(account, exact->memory.account.reserved - account->reserved);
    pool->side->exact = NULL;
    account_unlabel(account, exact, exact->granted);
    account_put(account, exact, exact->granted);
}

void exact_validate(own_pool *pool)
{
    static const struct memory_counts none;
    struct exact *exact = pool_exact(pool);
    const struct memory *first = &pool->part.memory;
    struct account account = exact->memory.account;
    exact->memory.account = *part_account(&pool->part);
    size_t chunks = memory_validate(&exact->memory, &none) + offsetof(struct exact, first);
    exact->memory.account = account;
    require(chunks == exact->reserved, "pool", pool, "reserved = the chunks of the exact memory");
    require(exact->slack <= memory_count(&exact->memory).bytes &&
                exact->slack >= memory_count(&exact->memory).blocks,
            "pool", pool, "each exact block is longer than was asked for");
    require(first->extent == &pool->first && first->bump == memory_behind(&pool->first) &&
                !first->stock,
            "pool", pool, "the first extent of an exact pool has no room");
}
