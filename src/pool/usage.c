/*
 * pool/usage.c - numbers, totals.
 */
#include "pool/pool.h"

/* Adds what a part has, which is entered. */
static void add_part(own_usage *usage, const own_pool *pool, const struct part *part)
{
    const struct part_counts counts = part_count(part);
    const struct counts nodes = ledger_counts(&part->ledger);
    usage->blocks += counts.blocks;
    usage->bytes += counts.bytes;
    usage->reserved += counts.reserved + nodes.foreign_bytes;
    usage->peak += counts.peak;
    usage->children += part->ledger.children;
    usage->held += nodes.held;
    usage->deferred += nodes.deferred;
    if (part != &pool->part)
        return;
    usage->deferred += side_calls(pool);
    if (OWN_UNLIKELY(pool_flags(pool) & POOL_PRIVATE))
        usage->reserved += ledger_counts(&private_memory(pool)->blocks).foreign_bytes;
}

static void add_pool(own_usage *usage, const own_pool *pool)
{
    usage->pools++;
    for (const struct part *part = &pool->part; part; part = part_next(&pool->part, part)) {
        part_enter(part);
        add_part(usage, pool, part);
        part_leave(part);
    }
}

void own_pool_usage(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    if (pool && pool_check(pool, "own_pool_usage"))
        add_pool(usage, pool);
}

/* A confined pool below one that several threads use: its thread may be in it. */
static void add_apart(own_usage *usage, own_pool *pool)
{
    usage->pools++;
    usage->reserved += account_reserved(pool_account(pool));
}

static struct entry *enter_and_add(own_usage *usage, const struct part *part)
{
    part_enter(part);
    add_part(usage, pool_home(part), part);
    return ledger_oldest(&part->ledger);
}

/*
 * Adds a pool that several threads use, and all below it. Each part on the way down stays entered:
 * so what is below cannot leave it, and lives. All who do this enter a parent before its children,
 * and nobody else enters a second part, so that nobody waits in a circle.
 */
static void add_shared(own_usage *usage, own_pool *root)
{
    const struct part *part = &root->part;
    struct entry *entry = enter_and_add(usage, part);
    usage->pools++;
    while (part) {
        own_pool *child = tree_child_from(part, entry);
        if (child && pool_parts(child)) {
            usage->pools++;
            part = &child->part;
            entry = enter_and_add(usage, part);
        } else if (child) {
            add_apart(usage, child);
            entry = ledger_newer(&part->ledger, &child->entry);
        } else {
            own_pool *pool = pool_home(part);
            const struct part *next = part_next(&pool->part, part);
            part_leave(part);
            part = next;
            if (next) {
                entry = enter_and_add(usage, part);
            } else if (pool != root) {
                part = pool->entry.owner; /* which is entered */
                entry = ledger_newer(&part->ledger, &pool->entry);
            }
        }
    }
}

void own_pool_total(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    own_pool *root = (own_pool *)(uintptr_t)pool;
    if (!pool || !pool_check(pool, "own_pool_total"))
        return;
    for (own_pool *at = root; at; at = tree_next(root, at, !pool_parts(at))) {
        if (pool_parts(at))
            add_shared(usage, at);
        else
            add_pool(usage, at);
    }
    const struct limit *limit = pool_limit(pool);
    if (OWN_UNLIKELY(limit_is_of(limit, pool)))
        usage->peak = limit_most(limit);
}
