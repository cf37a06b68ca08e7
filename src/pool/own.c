/*
 * pool/own.c - what a pool can be told to own: references and deferred calls.
 *
 * Each call makes ready what may fail, then changes everything in steps that cannot.
 */
#include "pool/pool.h"
#include "weakref/weakref.h"

#include <errno.h>

static int fail(int error)
{
    errno = error;
    return -1;
}

bool pool_orphan(own_pool *parent, own_pool *child)
{
    ledger_remove_child(parent, child);
    bool last = object_unhold(&child->object);
    if (last)
        pool_learn(&parent->typical, child);
    else
        limit_move(child, NULL, true);
    return last;
}

/* What a constructor made, or NULL, goes to its owner, into the node that was got before. */
static void *give_new(own_pool *owner, struct node *node, own_object *object)
{
    if (!object) {
        ledger_node_put(owner, node);
        return NULL;
    }
    object_give(object);
    ledger_add(owner, node, object, NULL);
    pool_debug_step(owner);
    return object;
}

void *own_new(own_pool *owner, const own_type *type)
{
    if (!owner)
        return object_new(type);
    struct node *node = ledger_node_get(owner);
    return node ? give_new(owner, node, object_new(type)) : NULL;
}

own_weakref *own_weakref_new(own_pool *owner, void *object,
                             void (*died)(own_weakref *ref, void *arg), void *arg)
{
    if (!object || !object_check(object, "own_weakref_new", owner ? owner->name : NULL)) {
        errno = EINVAL;
        return NULL;
    }
    if (!owner)
        return weakref_make(object, died, arg);
    struct node *node = ledger_node_get(owner);
    return node ? give_new(owner, node, (void *)weakref_make(object, died, arg)) : NULL;
}

int own_hold(own_pool *pool, void *object)
{
    if (!pool || !object || !object_check(object, "own_hold", pool->name))
        return fail(EINVAL);
    struct node *node = ledger_node_get(pool);
    if (!node)
        return -1;
    object_hold(object);
    ledger_add(pool, node, object, NULL);
    pool_debug_step(pool);
    return 0;
}

/* Whether `child` may become a child of `pool`. */
static int check_parent(const own_pool *pool, const own_pool *child)
{
    if (pool_is_dying(child))
        return fail(EPERM);
    if (child == pool || (child->children && own_pool_is_ancestor(child, pool)))
        return fail(ELOOP);
    return 0;
}

/*
 * A dying pool has lost its parent, but still counts against the limits that were above it. Before
 * anything else gets below it that ends: what is given may be just what was above.
 */
static void leave_former_limits(own_pool *pool)
{
    if (!pool->limit)
        return;
    while (own_pool_parent(pool))
        pool = own_pool_parent(pool);
    if (pool_is_dying(pool))
        limit_move(pool, NULL, true);
}

/* Counts a child under its new parent. False: EDQUOT. */
static bool charge_parent(own_pool *parent, own_pool *child)
{
    leave_former_limits(parent);
    return limit_move(child, parent->limit, false);
}

static int give_child(own_pool *pool, own_pool *child)
{
    if (check_parent(pool, child) < 0 || !charge_parent(pool, child))
        return -1;
    object_give(&child->object);
    ledger_add_child(pool, child);
    pool_debug_step(pool);
    return 0;
}

int own_give(own_pool *pool, void *object)
{
    if (!pool || !object || !object_check(object, "own_give", pool->name) ||
        !object_check_caller(object, "own_give", pool->name))
        return fail(EINVAL);
    if (object_is_pool(object) && !own_pool_parent(object))
        return give_child(pool, object);
    struct node *node = ledger_node_get(pool);
    if (!node)
        return -1;
    object_give(object);
    ledger_add(pool, node, object, NULL);
    pool_debug_step(pool);
    return 0;
}

/* The child of `pool` that `object` is, or NULL. */
static own_pool *as_child(const own_pool *pool, void *object)
{
    return object_is_pool(object) && ((own_pool *)object)->entry.parent == pool ? object : NULL;
}

int own_drop(own_pool *pool, void *object)
{
    if (!pool || !object)
        return fail(EINVAL);
    struct node *node = pool->nodes ? ledger_find(pool, object, NULL) : NULL;
    bool last;
    if (node) {
        ledger_remove(pool, node);
        ledger_node_put(pool, node);
        last = object_unhold(object);
    } else {
        own_pool *child = as_child(pool, object);
        if (!child)
            return fail(EINVAL);
        last = pool_orphan(pool, child);
    }
    pool_debug_step(pool);
    if (last)
        object_die(object);
    return 0;
}

static int move_child(own_pool *from, own_pool *to, own_pool *child)
{
    if (check_parent(to, child) < 0 || !charge_parent(to, child))
        return -1;
    ledger_remove_child(from, child);
    ledger_add_child(to, child);
    return 0;
}

int own_move(own_pool *from, own_pool *to, void *object)
{
    if (!from || !to || !object)
        return fail(EINVAL);
    struct node *old = ledger_find(from, object, NULL);
    if (old) {
        struct node *node = ledger_node_get(to);
        if (!node)
            return -1;
        ledger_add(to, node, object, NULL);
        ledger_remove(from, old);
        ledger_node_put(from, old);
    } else {
        own_pool *child = as_child(from, object);
        if (!child)
            return fail(EINVAL);
        if (move_child(from, to, child) < 0)
            return -1;
    }
    pool_debug_step(from);
    pool_debug_step(to);
    return 0;
}

int own_defer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    if (!pool || !call)
        return fail(EINVAL);
    struct node *node = ledger_node_get(pool);
    if (!node)
        return -1;
    ledger_add(pool, node, arg, call);
    pool_debug_step(pool);
    return 0;
}

int own_undefer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct node *node = pool && call ? ledger_find(pool, arg, call) : NULL;
    if (!node)
        return fail(EINVAL);
    ledger_remove(pool, node);
    ledger_node_put(pool, node);
    pool_debug_step(pool);
    return 0;
}
