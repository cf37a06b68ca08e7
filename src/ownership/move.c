/*
 * ownership/move.c - own_give, own_move: references and children that get another owner.
 */
#include "object/toggle.h"
#include "ownership/ownership.h"

/*
 * Takes the lock of the tree if another thread could change the parent of one of the pools, or
 * follow parent pointers from it, at the same time. All changes to a child below are made under it.
 */
static bool lock_tree(const own_pool *pool, const own_pool *child)
{
    bool shared = pool_parts(pool) || own_is_shared(child);
    if (shared)
        tree_lock();
    return shared;
}

static void unlock_tree(bool locked)
{
    if (locked)
        tree_unlock();
}

/* Whether `child` may become a child of `pool`. */
static int check_parent(const own_pool *pool, const own_pool *child, bool locked)
{
    if (pool_is_dying(child))
        return fail_with(EPERM);
    if (child == pool)
        return fail_with(ELOOP);
    if (!pool_parts(child) && !child->part.ledger.children)
        return 0;
    bool loops = locked ? tree_is_ancestor(child, pool) : own_pool_is_ancestor(child, pool);
    return loops ? fail_with(ELOOP) : 0;
}

/*
 * A dying pool has lost its parent, but still counts against the limits that were above it. It is
 * taken out of them before it gets a child: the child may be the pool that was above it.
 */
static void leave_former_limits(own_pool *pool)
{
    if (!pool_limit(pool) || pool_parts(pool))
        return;
    for (own_pool *parent; (parent = tree_parent(pool));)
        pool = parent;
    if (pool_is_dying(pool) && !own_is_shared(pool))
        limit_move(pool, NULL, true);
}

/* Counts a child in the limits of its new parent, and makes it shared if the parent is. Returns the
   part of the parent that it will be in. NULL: EDQUOT, EPERM or ENOMEM; nothing has changed. */
static struct part *adapt(own_pool *parent, own_pool *child)
{
    struct part *part = part_mine(&parent->part);
    if (!part)
        return NULL;
    leave_former_limits(parent);
    struct limit *before = limit_above(child);
    if (!limit_move(child, pool_limit(parent), false))
        return NULL;
    if (pool_share_with(parent, child, NULL))
        return part;
    int error = errno;
    limit_move_back(child, before);
    return fail_pointer(error);
}

static void add_child(own_pool *pool, struct part *part, own_pool *child)
{
    pool_enter_part(part);
    part_add_child(part, child, part_time(&pool->part));
    part_debug_step(part);
    pool_leave(part);
}

/* Makes a pool without a parent a child. False: it has one. */
static bool give_child(own_pool *pool, own_pool *child, int *result)
{
    bool locked = lock_tree(pool, child);
    bool is_root = !tree_parent(child);
    bool toggled = object_is_toggled(&child->object);
    if (is_root) {
        struct part *part = NULL;
        *result = check_parent(pool, child, locked);
        if (*result == 0 && !(part = adapt(pool, child)))
            *result = -1;
        if (part) {
            object_give(&child->object);
            add_child(pool, part, child);
        }
    }
    unlock_tree(locked);
    if (OWN_UNLIKELY(is_root && toggled))
        toggle_tell(&child->object);
    return is_root;
}

static int give_reference(own_pool *pool, void *object)
{
    struct node *node;
    struct part *entered = pool_enter_for_reference(pool, object, &node);
    if (!entered)
        return -1;
    bool toggled = object_is_toggled(object); /* later another thread may have released it */
    object_give(object);
    part_add(entered, node, KIND_REFERENCE, object, NULL);
    pool_leave(entered);
    if (OWN_UNLIKELY(toggled))
        toggle_tell(object);
    return 0;
}

/* Whether the caller has a reference to an object and may give it to the pool. */
static bool can_give(const own_pool *pool, void *object, const char *call)
{
    if (pool_check(pool, call) && object && object_check(object, call, pool_name(pool)) &&
        object_check_caller(object, call, pool_name(pool)))
        return true;
    errno = EINVAL;
    return false;
}

static int give(own_pool *pool, void *object)
{
    int result;
    if (object_is_pool(object) && give_child(pool, object, &result))
        return result;
    return give_reference(pool, object);
}

int own_give(own_pool *pool, void *object)
{
    if (!can_give(pool, object, "own_give"))
        return -1;
    return give(pool, object) == 0 ? 0 : fail_and_tell(pool);
}

int own_give_reference(own_pool *pool, void *object)
{
    if (!can_give(pool, object, "own_give_reference"))
        return -1;
    return give_reference(pool, object) == 0 ? 0 : fail_and_tell(pool);
}

int own_give_child(own_pool *parent, own_pool *child)
{
    int result;
    if (!can_give(parent, child, "own_give_child"))
        return -1;
    if (!object_is_pool(&child->object))
        return fail_with(EINVAL);
    if (!give_child(parent, child, &result))
        return fail_with(EEXIST);
    return result == 0 ? 0 : fail_and_tell(parent);
}

static int take_over(own_pool *from, own_pool *to, struct part *part, own_pool *child,
                     struct limit *before)
{
    struct part *entered = pool_enter_parent(from, child);
    if (!entered) { /* another thread was faster */
        limit_move_back(child, before);
        return fail_with(EINVAL);
    }
    part_remove_child(entered, &child->entry);
    part_debug_step(entered);
    pool_leave(entered);
    add_child(to, part, child);
    return 0;
}

static int move_child(own_pool *from, own_pool *to, own_pool *child)
{
    bool locked = lock_tree(to, child);
    struct limit *before = limit_above(child);
    int result = -1;
    struct part *part;
    const struct part *in = __atomic_load_n(&child->entry.owner, __ATOMIC_RELAXED);
    if (!in || !part_is_of(&from->part, in))
        errno = EINVAL;
    else if (check_parent(to, child, locked) == 0 && (part = adapt(to, child)))
        result = take_over(from, to, part, child, before);
    unlock_tree(locked);
    return result;
}

/* The new node is ready before the old one is removed. */
static int move_reference(own_pool *from, own_pool *to, own_object *object)
{
    struct node *node;
    struct node *old;
    struct part *entered = pool_enter_for_reference(to, object, &node);
    if (!entered)
        return -1;
    pool_leave_with_node(entered); /* one lock at a time */
    struct part *left = pool_enter_and_take(from, KIND_REFERENCE, object, NULL, &old);
    if (left) {
        node_put(part_account(left), old);
        pool_leave(left);
    }
    pool_enter_with_node(entered);
    if (left)
        part_add(entered, node, KIND_REFERENCE, object, NULL);
    else
        node_put_failed(part_account(entered), node); /* another thread was faster */
    pool_leave(entered);
    return left ? 0 : fail_with(EINVAL);
}

static bool has_reference(own_pool *pool, const void *object)
{
    bool found = false;
    for (struct part *part = &pool->part; part && !found; part = part_next(&pool->part, part)) {
        pool_enter_part(part);
        found = ledger_find(&part->ledger, part_account(part), KIND_REFERENCE, object, NULL);
        pool_leave(part);
    }
    return found;
}

int own_move(own_pool *from, own_pool *to, void *object)
{
    if (!pool_check(from, "own_move") || !pool_check(to, "own_move") || !object)
        return fail_with(EINVAL);
    if (!pool_is_only_child(object) && has_reference(from, object))
        return move_reference(from, to, object) == 0 ? 0 : fail_and_tell(to);
    if (!object_is_pool(object))
        return object_not_held(object, "own_move");
    return move_child(from, to, object) == 0 ? 0 : fail_and_tell(to);
}
