/*
 * pool/tree.c - parents, ancestors, and iteration over a subtree without recursion.
 */
#include "pool/shared.h"

own_pool *tree_parent(const own_pool *pool)
{
    const own_pool *parent = __atomic_load_n(&pool->entry.owner, __ATOMIC_RELAXED);
    return parent ? pool_home(parent) : NULL;
}

bool tree_is_ancestor(const own_pool *ancestor, const own_pool *pool)
{
    while ((pool = tree_parent(pool))) {
        if (pool == ancestor)
            return true;
    }
    return false;
}

own_pool *tree_locked_parent(const own_pool *pool)
{
    bool shared = own_is_shared(pool);
    if (shared)
        shared_lock_tree();
    own_pool *parent = tree_parent(pool);
    if (shared)
        shared_unlock_tree();
    return parent;
}

own_pool *own_pool_parent(const own_pool *pool)
{
    return pool && pool_check(pool, "own_pool_parent") ? tree_locked_parent(pool) : NULL;
}

bool own_pool_is_ancestor(const own_pool *ancestor, const own_pool *pool)
{
    if (!ancestor || !pool)
        return false;
    for (; !own_is_shared(pool); pool = tree_parent(pool)) {
        const own_pool *parent = tree_parent(pool);
        if (!parent || parent == ancestor)
            return parent;
    }
    shared_lock_tree();
    bool is_ancestor = tree_is_ancestor(ancestor, pool);
    shared_unlock_tree();
    return is_ancestor;
}

/* The first child at `entry` or newer, which are in the ledger of `parent`. */
static own_pool *child_from(const own_pool *parent, struct entry *entry)
{
    for (;; entry = entry->newer) {
        if (entry_is_child(entry))
            return entry_child(entry);
        if (entry == parent->ledger.newest)
            return NULL;
    }
}

/* The oldest child in a stripe behind `stripe`. */
static own_pool *child_of_later(const own_pool *pool, const own_pool *stripe)
{
    own_pool *child = NULL;
    while (!child && (stripe = stripe_next(pool, stripe)))
        child = stripe->ledger.children ? child_from(stripe, stripe->ledger.newest->newer) : NULL;
    return child;
}

own_pool *tree_first_child(const own_pool *pool)
{
    own_pool *child = pool->ledger.children ? child_from(pool, pool->ledger.newest->newer) : NULL;
    return child ? child : child_of_later(pool, pool);
}

static own_pool *next_sibling(own_pool *pool)
{
    own_pool *in = pool->entry.owner;
    own_pool *next = in->ledger.newest == &pool->entry ? NULL : child_from(in, pool->entry.newer);
    return next ? next : child_of_later(pool_home(in), in);
}

own_pool *tree_next(const own_pool *root, own_pool *at, bool below)
{
    own_pool *next = below ? tree_first_child(at) : NULL;
    while (!next && at != root) {
        next = next_sibling(at);
        at = tree_parent(at);
    }
    return next;
}
