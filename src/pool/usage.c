/*
 * pool/usage.c - numbers, totals, walks.
 */
#include "pool/shared.h"

#include <errno.h>

static void add_stripe(own_usage *usage, own_pool *stripe)
{
    pool_enter_stripe(stripe);
    size_t bytes = pool_bytes(stripe);
    const struct counts counts = ledger_counts(&stripe->ledger);
    usage->blocks += pool_blocks(stripe);
    usage->bytes += bytes;
    usage->reserved += pool_reserved(stripe);
    usage->peak += max_size(stripe->peak, bytes);
    usage->children += stripe->ledger.children;
    usage->held += counts.held;
    usage->deferred += counts.deferred;
    pool_leave(stripe);
}

static void add_usage(own_usage *usage, const own_pool *pool)
{
    usage->pools++;
    for (own_pool *stripe = (own_pool *)(uintptr_t)pool; stripe; stripe = stripe_next(pool, stripe))
        add_stripe(usage, stripe);
}

void own_pool_usage(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    if (pool && pool_check(pool, "own_pool_usage"))
        add_usage(usage, pool);
}

void own_pool_total(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    own_pool *root = (own_pool *)(uintptr_t)pool;
    if (!pool || !pool_check(pool, "own_pool_total"))
        return;
    for (own_pool *at = root; at; at = tree_next(root, at, true))
        add_usage(usage, at);
}

/* The oldest entry in `stripe`, which becomes the one that has it, or a later one. NULL: none. */
static struct entry *first_entry(own_pool **stripe)
{
    own_pool *pool = pool_home(*stripe);
    struct entry *entry = ledger_oldest(&(*stripe)->ledger);
    for (own_pool *next; !entry && (next = stripe_next(pool, *stripe));
         entry = ledger_oldest(&next->ledger))
        *stripe = next;
    return entry;
}

static struct entry *next_entry(own_pool **stripe, struct entry *entry)
{
    struct entry *newer = ledger_newer(&(*stripe)->ledger, entry);
    if (newer)
        return newer;
    own_pool *next = stripe_next(pool_home(*stripe), *stripe);
    if (!next)
        return NULL;
    *stripe = next;
    return first_entry(stripe);
}

int own_pool_walk(own_pool *pool, int (*visit)(void *object, int depth, void *arg), void *arg)
{
    if (!visit || !pool_check(pool, "own_pool_walk")) {
        errno = EINVAL;
        return -1;
    }
    int depth = 0;
    int ended = visit(pool, depth, arg);
    own_pool *in = pool; /* a stripe of the pool whose ledger is walked */
    struct entry *entry = first_entry(&in);
    while (!ended) {
        while (!entry) {
            own_pool *walked = pool_home(in);
            if (walked == pool)
                return 0;
            in = walked->entry.owner;
            entry = next_entry(&in, &walked->entry);
            depth--;
        }
        if (entry_is_child(entry)) {
            own_pool *child = entry_child(entry);
            ended = visit(child, depth + 1, arg);
            in = child;
            depth++;
            entry = first_entry(&in);
            continue;
        }
        if (entry_kind(entry) == KIND_REFERENCE)
            ended = visit(entry_node(entry)->object, depth + 1, arg);
        entry = next_entry(&in, entry);
    }
    return ended;
}
