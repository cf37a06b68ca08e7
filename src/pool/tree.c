/*
 * pool/tree.c - parents, ancestors, and iteration over a subtree without recursion.
 */
#include "pool/pool.h"

own_pool *own_pool_parent(const own_pool *pool)
{
    return pool ? pool->entry.parent : NULL;
}

bool own_pool_is_ancestor(const own_pool *ancestor, const own_pool *pool)
{
    if (!ancestor || !pool)
        return false;
    for (pool = pool->entry.parent; pool; pool = pool->entry.parent) {
        if (pool == ancestor)
            return true;
    }
    return false;
}

/* The first child at `entry` or newer, which are in the ledger of `parent`. */
static own_pool *child_from(const own_pool *parent, struct entry *entry)
{
    for (;; entry = entry->newer) {
        if (entry_is_child(entry))
            return entry_child(entry);
        if (entry == parent->newest)
            return NULL;
    }
}

own_pool *tree_first_child(const own_pool *pool)
{
    return pool->children ? child_from(pool, pool->newest->newer) : NULL;
}

static own_pool *next_sibling(own_pool *pool)
{
    own_pool *parent = pool->entry.parent;
    return parent->newest == &pool->entry ? NULL : child_from(parent, pool->entry.newer);
}

own_pool *tree_next(const own_pool *root, own_pool *at, bool below)
{
    own_pool *next = below ? tree_first_child(at) : NULL;
    while (!next && at != root) {
        next = next_sibling(at);
        at = at->entry.parent;
    }
    return next;
}
