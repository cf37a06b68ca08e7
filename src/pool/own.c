/*
 * pool/own.c - what a pool can be told to own: references and deferred calls.
 *
 * Each call makes ready what may fail, then changes everything in steps that cannot.
 */
#include "object/weakref.h"
#include "pool/shared.h"

#include <errno.h>

static int fail(int error)
{
    errno = error;
    return -1;
}

bool pool_orphan(own_pool *entered, own_pool *child)
{
    /* What another thread may be using goes on counting against the limits that it was under. */
    bool leaves_limits = child->limit && !own_is_shared(child);
    ledger_remove_child(entered, child);
    bool last = object_unhold(&child->object);
    if (last)
        learn_child(&entered->typical, child);
    else if (leaves_limits)
        limit_move(child, NULL, true);
    return last;
}

/* A node becomes the newest entry of what was entered, which is left. */
static void add_and_leave(own_pool *entered, struct node *node, void *object, void (*call)(void *))
{
    ledger_add(entered, node, object, call);
    pool_debug_step(entered);
    pool_leave(entered);
}

/* Enters a pool with a node made ready. NULL: ENOMEM or EDQUOT; nothing is entered. */
static own_pool *enter_for_node(own_pool *pool, struct node **node)
{
    own_pool *entered = pool_enter(pool);
    *node = ledger_node_get(entered);
    if (OWN_LIKELY(*node != NULL))
        return entered;
    pool_leave(entered);
    return NULL;
}

/* What comes into a shared pool becomes shared. That takes as long as there is to be shared, so the
   pool is left meanwhile. False: ENOMEM; the node is put back and the pool left for good. */
static bool share_for(own_pool *entered, struct node *node, void *object)
{
    if (OWN_LIKELY(!entered->shared || own_is_shared(object)))
        return true;
    pool_leave_with_node(entered);
    bool shared = own_share(object) == 0;
    pool_come_back(entered);
    if (shared)
        return true;
    ledger_node_put(entered, node);
    pool_leave(entered);
    errno = ENOMEM;
    return false;
}

bool constructor_enter(own_pool *owner, struct constructor *constructor)
{
    if (!pool_check(owner, "a constructor")) {
        errno = EINVAL;
        return false;
    }
    constructor->entered = enter_for_node(owner, &constructor->node);
    return constructor->entered;
}

void *constructor_give(const struct constructor *constructor, void *made)
{
    own_pool *entered = constructor->entered;
    own_object *object = made;
    if (!object) {
        ledger_node_put(entered, constructor->node);
        pool_leave(entered);
        return NULL;
    }
    if (OWN_UNLIKELY(!share_for(entered, constructor->node, object))) {
        own_decref(object);
        errno = ENOMEM;
        return NULL;
    }
    object_give(object);
    add_and_leave(entered, constructor->node, object, NULL);
    return object;
}

void *own_new(own_pool *owner, const own_type *type)
{
    struct constructor constructor;
    if (!constructor_begin(owner, &constructor))
        return NULL;
    return constructor_end(&constructor, object_new(type));
}

own_weakref *own_weakref_new(own_pool *owner, void *object,
                             void (*died)(own_weakref *ref, void *arg), void *arg)
{
    struct constructor constructor;
    if (!object || !object_check(object, "own_weakref_new", owner ? owner->name : NULL)) {
        errno = EINVAL;
        return NULL;
    }
    if (!constructor_begin(owner, &constructor))
        return NULL;
    return constructor_end(&constructor, weakref_make(object, died, arg));
}

/* What comes into a shared pool becomes shared. False: ENOMEM. */
static bool share_with(const own_pool *pool, void *object)
{
    return OWN_LIKELY(!pool->shared || own_is_shared(object)) || own_share(object) == 0;
}

/* Enters a pool with a node made ready for a reference to an object, which is shared then where it
   has to be. NULL: ENOMEM or EDQUOT; nothing is entered, and nothing has changed. */
static own_pool *enter_for_reference(own_pool *pool, void *object, struct node **node)
{
    own_pool *entered = enter_for_node(pool, node);
    return entered && share_for(entered, *node, object) ? entered : NULL;
}

int own_hold(own_pool *pool, void *object)
{
    struct node *node;
    if (!pool_check(pool, "own_hold") || !object || !object_check(object, "own_hold", pool->name))
        return fail(EINVAL);
    own_pool *entered = enter_for_reference(pool, object, &node);
    if (!entered)
        return -1;
    object_hold(object);
    add_and_leave(entered, node, object, NULL);
    return 0;
}

/*
 * Where a pool changes its parent and others could do that, or look upwards, at the same time. What
 * is said of a child below is done under this lock.
 */
static bool lock_tree(const own_pool *pool, const own_pool *child)
{
    bool shared = pool->shared || own_is_shared(child);
    if (shared)
        shared_lock_tree();
    return shared;
}

static void unlock_tree(bool locked)
{
    if (locked)
        shared_unlock_tree();
}

/* Whether `child` may become a child of `pool`. */
static int check_parent(const own_pool *pool, const own_pool *child, bool locked)
{
    if (pool_is_dying(child))
        return fail(EPERM);
    if (child == pool)
        return fail(ELOOP);
    if (!child->shared && !child->children)
        return 0;
    bool loops = locked ? tree_is_ancestor(child, pool) : own_pool_is_ancestor(child, pool);
    return loops ? fail(ELOOP) : 0;
}

/*
 * A dying pool has lost its parent, but still counts against the limits that were above it. Before
 * anything else gets below it that ends: what is given may be just what was above.
 */
static void leave_former_limits(own_pool *pool)
{
    if (!pool->limit || pool->shared)
        return;
    for (own_pool *parent; (parent = tree_parent(pool));)
        pool = parent;
    if (pool_is_dying(pool) && !own_is_shared(pool))
        limit_move(pool, NULL, true);
}

/* A child that may come under its new parent is counted there, and shared where that is. False:
   EDQUOT, EPERM or ENOMEM; nothing has changed. */
static bool adapt(own_pool *parent, own_pool *child)
{
    leave_former_limits(parent);
    struct limit *before = limit_above(child);
    if (!limit_move(child, parent->limit, false))
        return false;
    if (share_with(parent, child))
        return true;
    limit_move(child, before, true);
    errno = ENOMEM;
    return false;
}

static void enter_child(own_pool *pool, own_pool *child)
{
    own_pool *entered = pool_enter(pool);
    ledger_add_child(entered, child);
    pool_debug_step(entered);
    pool_leave(entered);
}

/* Makes a pool without a parent a child. False: it has one. */
static bool give_child(own_pool *pool, own_pool *child, int *result)
{
    bool locked = lock_tree(pool, child);
    bool is_root = !tree_parent(child);
    if (is_root) {
        *result = check_parent(pool, child, locked);
        if (*result == 0 && !adapt(pool, child))
            *result = -1;
    }
    if (is_root && *result == 0) {
        object_give(&child->object);
        enter_child(pool, child);
    }
    unlock_tree(locked);
    return is_root;
}

int own_give(own_pool *pool, void *object)
{
    struct node *node;
    int result;
    if (!pool_check(pool, "own_give") || !object || !object_check(object, "own_give", pool->name) ||
        !object_check_caller(object, "own_give", pool->name))
        return fail(EINVAL);
    if (object_is_pool(object) && give_child(pool, object, &result))
        return result;
    own_pool *entered = enter_for_reference(pool, object, &node);
    if (!entered)
        return -1;
    object_give(object);
    add_and_leave(entered, node, object, NULL);
    return 0;
}

/* Enters the stripe of the pool that has a node, which is found. NULL: none has. */
static own_pool *enter_found(own_pool *pool, const void *object, void (*call)(void *),
                             struct node **node)
{
    if (OWN_LIKELY(!pool->shared)) {
        *node = ledger_find(pool, object, call);
        return *node ? pool_enter(pool) : NULL;
    }
    for (own_pool *stripe = pool; stripe; stripe = stripe_next(pool, stripe)) {
        pool_enter_stripe(stripe);
        *node = ledger_find(stripe, object, call);
        if (*node)
            return stripe;
        pool_leave(stripe);
    }
    return NULL;
}

/* Enters the stripe of the pool that a child is in. NULL: it is not a child of the pool. */
static own_pool *enter_parent(const own_pool *pool, const own_pool *child)
{
    for (;;) {
        own_pool *in = __atomic_load_n(&child->entry.parent, __ATOMIC_ACQUIRE);
        if (!in || !pool_has_stripe(pool, in))
            return NULL;
        pool_enter_stripe(in);
        if (OWN_LIKELY(__atomic_load_n(&child->entry.parent, __ATOMIC_ACQUIRE) == in))
            return in;
        pool_leave(in); /* it has been moved meanwhile */
    }
}

static int drop_child(own_pool *pool, own_pool *child)
{
    own_pool *entered = enter_parent(pool, child);
    if (!entered)
        return fail(EINVAL);
    bool shared = own_is_shared(child);
    bool last = pool_orphan(entered, child);
    pool_debug_step(entered);
    pool_leave(entered);
    if (last)
        object_die(&child->object);
    else if (shared)
        shared_leave_tree();
    return 0;
}

/* Whether no pool but a parent can have a reference to an object. */
static bool is_held_by_parent_only(const own_object *object)
{
    return object_is_pool(object) && object_held(object) == 1 &&
           __atomic_load_n(&((const own_pool *)(const void *)object)->entry.parent,
                           __ATOMIC_RELAXED);
}

int own_drop(own_pool *pool, void *object)
{
    if (!pool_check(pool, "own_drop") || !object)
        return fail(EINVAL);
    struct node *node = NULL;
    own_pool *entered = NULL;
    if ((pool->shared || pool->nodes) && !is_held_by_parent_only(object))
        entered = enter_found(pool, object, NULL, &node);
    if (!entered)
        return object_is_pool(object) ? drop_child(pool, object)
                                      : object_not_held(object, "own_drop");
    ledger_remove(entered, node);
    ledger_node_put(entered, node);
    pool_debug_step(entered);
    pool_leave(entered);
    if (object_unhold(object))
        object_die(object);
    return 0;
}

static int take_over(own_pool *from, own_pool *to, own_pool *child, struct limit *before)
{
    own_pool *entered = enter_parent(from, child);
    if (!entered) { /* another thread was faster */
        limit_move(child, before, true);
        return fail(EINVAL);
    }
    ledger_remove_child(entered, child);
    pool_debug_step(entered);
    pool_leave(entered);
    enter_child(to, child);
    return 0;
}

static int move_child(own_pool *from, own_pool *to, own_pool *child)
{
    bool locked = lock_tree(to, child);
    struct limit *before = limit_above(child);
    int result = -1;
    if (!pool_has_stripe(from, __atomic_load_n(&child->entry.parent, __ATOMIC_RELAXED)))
        errno = EINVAL;
    else if (check_parent(to, child, locked) == 0 && adapt(to, child))
        result = take_over(from, to, child, before);
    unlock_tree(locked);
    return result;
}

/* The new place is ready before the old one is given up. */
static int move_reference(own_pool *from, own_pool *to, own_object *object)
{
    struct node *node;
    struct node *old;
    own_pool *entered = enter_for_reference(to, object, &node);
    if (!entered)
        return -1;
    pool_leave_with_node(entered); /* one lock at a time */
    own_pool *left = enter_found(from, object, NULL, &old);
    if (left) {
        ledger_remove(left, old);
        ledger_node_put(left, old);
        pool_leave(left);
    }
    pool_come_back(entered);
    if (left)
        ledger_add(entered, node, object, NULL);
    else
        ledger_node_put(entered, node); /* another thread was faster */
    pool_debug_step(entered);
    pool_leave(entered);
    return left ? 0 : fail(EINVAL);
}

static bool has_reference(own_pool *pool, const void *object)
{
    struct node *node;
    own_pool *entered = enter_found(pool, object, NULL, &node);
    if (entered)
        pool_leave(entered);
    return entered;
}

int own_move(own_pool *from, own_pool *to, void *object)
{
    if (!pool_check(from, "own_move") || !pool_check(to, "own_move") || !object)
        return fail(EINVAL);
    if (!is_held_by_parent_only(object) && has_reference(from, object))
        return move_reference(from, to, object);
    return object_is_pool(object) ? move_child(from, to, object)
                                  : object_not_held(object, "own_move");
}

int own_defer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct node *node;
    if (!call || !pool_check(pool, "own_defer"))
        return fail(EINVAL);
    own_pool *entered = enter_for_node(pool, &node);
    if (!entered)
        return -1;
    add_and_leave(entered, node, arg, call);
    return 0;
}

int own_undefer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct node *node;
    if (!call || !pool_check(pool, "own_undefer"))
        return fail(EINVAL);
    own_pool *entered = enter_found(pool, arg, call, &node);
    if (!entered)
        return fail(EINVAL);
    ledger_remove(entered, node);
    ledger_node_put(entered, node);
    pool_debug_step(entered);
    pool_leave(entered);
    return 0;
}
