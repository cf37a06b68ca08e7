/*
 * pool/tree.c - parents, ancestors, and iteration over a subtree without recursion.
 */
#include "pool/pool.h"

#include <pthread.h>

static pthread_mutex_t lock_of_tree = PTHREAD_MUTEX_INITIALIZER;

void tree_lock(void)
{
    pthread_mutex_lock(&lock_of_tree);
}

void tree_unlock(void)
{
    pthread_mutex_unlock(&lock_of_tree);
}

void tree_pass(void)
{
    tree_lock();
    tree_unlock();
}

/* After fork the child process must not find the lock taken by a thread that it does not have. Fork
   runs the handlers in reverse, so it takes the locks in the order in which all other code does. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    chunk_prepare_for_fork();
    limit_prepare_for_fork();
    (void)pthread_atfork(tree_lock, tree_unlock, tree_unlock);
}

own_pool *tree_parent(const own_pool *pool)
{
    const struct part *part = __atomic_load_n(&pool->entry.owner, __ATOMIC_RELAXED);
    return part ? pool_home(part) : NULL;
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
        tree_lock();
    own_pool *parent = tree_parent(pool);
    if (shared)
        tree_unlock();
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
    tree_lock();
    bool is_ancestor = tree_is_ancestor(ancestor, pool);
    tree_unlock();
    return is_ancestor;
}

own_pool *tree_child_from(const struct part *part, struct entry *entry)
{
    if (!part->ledger.children)
        return NULL;
    for (; entry; entry = ledger_newer(&part->ledger, entry)) {
        if (entry_is_child(entry))
            return entry_child(entry);
    }
    return NULL;
}

own_pool *tree_next(const own_pool *root, own_pool *at, bool below)
{
    own_pool *next = NULL;
    if (below)
        next = tree_child_from(&at->part, ledger_oldest(&at->part.ledger));
    while (!next && at != root) {
        const struct part *in = at->entry.owner;
        next = tree_child_from(in, ledger_newer(&in->ledger, &at->entry));
        at = pool_home(in);
    }
    return next;
}
