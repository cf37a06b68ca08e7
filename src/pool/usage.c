/*
 * pool/usage.c - numbers, totals, walks.
 */
#include "pool/pool.h"

#include <errno.h>

static void add_usage(own_usage *usage, const own_pool *pool)
{
    usage->pools++;
    size_t bytes = pool_bytes(pool);
    usage->blocks += pool_blocks(pool);
    usage->bytes += bytes;
    usage->reserved += pool_reserved(pool);
    usage->peak += max_size(pool->peak, bytes);
    usage->children += pool->children;
    usage->held += ledger_held(pool);
    usage->deferred += ledger_deferred(pool);
}

void own_pool_usage(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    if (pool)
        add_usage(usage, pool);
}

void own_pool_total(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    own_pool *root = (own_pool *)(uintptr_t)pool;
    for (own_pool *at = root; at; at = tree_next(root, at, true))
        add_usage(usage, at);
}

int own_pool_walk(own_pool *pool, int (*visit)(void *object, int depth, void *arg), void *arg)
{
    if (!pool || !visit) {
        errno = EINVAL;
        return -1;
    }
    int depth = 0;
    int ended = visit(pool, depth, arg);
    struct entry *entry = pool->newest ? pool->newest->newer : NULL;
    own_pool *in = pool; /* whose ledger `entry` is in; NULL entry: `in` has been walked */
    while (!ended) {
        while (!entry) {
            if (in == pool)
                return 0;
            own_pool *parent = in->entry.parent;
            entry = parent->newest == &in->entry ? NULL : in->entry.newer;
            in = parent;
            depth--;
        }
        if (entry_is_child(entry)) {
            own_pool *child = entry_child(entry);
            ended = visit(child, depth + 1, arg);
            in = child;
            depth++;
            entry = child->newest ? child->newest->newer : NULL;
            continue;
        }
        struct node *node = entry_node(entry);
        if (!node->call)
            ended = visit(node->object, depth + 1, arg);
        entry = in->newest == entry ? NULL : entry->newer;
    }
    return ended;
}
