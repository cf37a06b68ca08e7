/*
 * ownership/hold.c - adding and removing references and deferred calls, and constructors.
 *
 * Each call first makes ready what may fail, then changes everything in steps that cannot.
 */
#include "object/toggle.h"
#include "object/weakref.h"
#include "ownership/ownership.h"

#include <errno.h>

int fail_and_tell(own_pool *pool)
{
    side_tell_failed(pool, 0);
    return -1;
}

void part_add(struct part *entered, struct node *node, enum kind kind, void *object,
              void (*call)(void *))
{
    own_pool *pool = pool_home(entered);
    node_fill(node, kind, object, call);
    ledger_add(&entered->ledger, part_account(entered), node, entered, part_time(&pool->part));
    part_debug_step(entered);
}

/* Enters a pool and makes a node ready. NULL: ENOMEM or EDQUOT; no part is entered. */
static NO_STACK_PROTECTOR struct part *enter_for_node(own_pool *pool, struct node **node)
{
    struct part *entered = pool_enter(pool);
    if (OWN_UNLIKELY(!entered))
        return NULL;
    *node = node_get(part_account(entered));
    if (OWN_LIKELY(*node != NULL))
        return entered;
    pool_leave(entered);
    return NULL;
}

bool pool_share_with(const own_pool *pool, void *object, struct part *entered)
{
    if (OWN_LIKELY(!pool_parts(pool) || own_is_shared(object)))
        return true;
    if (entered)
        pool_leave_with_node(entered);
    bool shared = object_share(object);
    if (entered)
        pool_enter_with_node(entered);
    return shared;
}

bool constructor_enter(own_pool *owner, struct constructor *constructor)
{
    if (!pool_check(owner, "a constructor")) {
        errno = EINVAL;
        return false;
    }
    constructor->entered = enter_for_node(owner, &constructor->node);
    if (OWN_UNLIKELY(!constructor->entered))
        side_tell_failed(owner, constructor->bytes);
    else if (OWN_UNLIKELY(pool_parts(owner)))
        toggle_hush(true); /* of the object that is made, and of what it takes references to */
    return constructor->entered;
}

void *constructor_give(const struct constructor *constructor, void *made)
{
    struct part *entered = constructor->entered;
    own_pool *pool = pool_home(entered);
    own_object *object = made;
    if (OWN_UNLIKELY(pool_parts(pool)))
        toggle_hush(false);
    if (OWN_UNLIKELY(!object || !pool_share_with(pool, object, entered))) {
        int error = errno;
        node_put_failed(part_account(entered), constructor->node);
        pool_leave(entered);
        own_decref(object);
        errno = error;
        side_tell_failed(pool, constructor->bytes);
        return NULL;
    }
    object_give(object);
    part_add(entered, constructor->node, KIND_REFERENCE, object, NULL);
    pool_leave(entered);
    return object;
}

static __attribute__((noinline)) void *new_with_refs(own_pool *owner, const own_type *type)
{
    struct constructor constructor;
    object_collect_if_due();
    if (!constructor_begin(owner, type->size, &constructor))
        return NULL;
    return constructor_end(&constructor, object_new_with_refs(type));
}

NO_STACK_PROTECTOR void *own_new(own_pool *owner, const own_type *type)
{
    struct constructor constructor;
    if (OWN_UNLIKELY(!type))
        return fail_pointer(EINVAL);
    if (type->refs)
        return new_with_refs(owner, type);
    if (!constructor_begin(owner, type->size, &constructor))
        return NULL;
    return constructor_end(&constructor, object_new(type));
}

void *own_new_sized(own_pool *owner, const own_type *type, size_t size)
{
    struct constructor constructor;
    if (type && (type->refs || type->tail_refs))
        object_collect_if_due();
    if (!constructor_begin(owner, size, &constructor))
        return NULL;
    return constructor_end(&constructor, object_new_sized(type, size));
}

NO_STACK_PROTECTOR own_weakref *
own_weakref_new(own_pool *owner, void *object, void (*died)(own_weakref *ref, void *arg), void *arg)
{
    struct constructor constructor;
    if (!object || !object_check(object, "own_weakref_new", owner ? pool_name(owner) : NULL)) {
        errno = EINVAL;
        return NULL;
    }
    if (!constructor_begin(owner, sizeof(own_weakref), &constructor))
        return NULL;
    return constructor_end(&constructor, weakref_make(object, died, arg));
}

struct part *pool_enter_for_reference(own_pool *pool, void *object, struct node **node)
{
    struct part *entered = enter_for_node(pool, node);
    if (!entered || OWN_LIKELY(pool_share_with(pool_home(entered), object, entered)))
        return entered;
    int error = errno;
    node_put_failed(part_account(entered), *node);
    pool_leave(entered);
    return fail_pointer(error);
}

NO_STACK_PROTECTOR int own_hold(own_pool *pool, void *object)
{
    struct node *node;
    if (!pool_check(pool, "own_hold") || !object ||
        !object_check(object, "own_hold", pool_name(pool)))
        return fail_with(EINVAL);
    struct part *entered = pool_enter_for_reference(pool, object, &node);
    if (!entered)
        return fail_and_tell(pool);
    object_hold(object);
    part_add(entered, node, KIND_REFERENCE, object, NULL);
    pool_leave(entered);
    object_tell(object);
    return 0;
}

struct part *pool_enter_and_take(own_pool *pool, enum kind kind, const void *object,
                                 void (*call)(void *), struct node **node)
{
    for (struct part *part = &pool->part; part; part = part_next(&pool->part, part)) {
        pool_enter_part(part);
        const struct entry *newest = part->ledger.newest;
        *node = ledger_take(&part->ledger, part_account(part), kind, object, call);
        if (*node) {
            part_leaves(part, &(*node)->entry, newest);
            return part;
        }
        pool_leave(part);
    }
    return NULL;
}

struct part *pool_enter_parent(const own_pool *pool, const own_pool *child)
{
    for (;;) {
        struct part *in = __atomic_load_n(&child->entry.owner, __ATOMIC_ACQUIRE);
        if (!in || !part_is_of(&pool->part, in))
            return NULL;
        pool_enter_part(in);
        if (OWN_LIKELY(__atomic_load_n(&child->entry.owner, __ATOMIC_ACQUIRE) == in))
            return in;
        pool_leave(in); /* it has been moved meanwhile */
    }
}

static int drop_child(own_pool *pool, own_pool *child)
{
    if (pool_flags(child) & (POOL_SAMPLED | POOL_SHORT) && pool_is_held_once(pool, child) &&
        sampled_make_plain(child))
        return own_drop(pool, child); /* by the shortest way */
    struct part *entered = pool_enter_parent(pool, child);
    if (!entered)
        return fail_with(EINVAL);
    bool shared = own_is_shared(child);
    bool last = pool_orphan(entered, child);
    part_debug_step(entered);
    pool_leave(entered);
    if (last)
        object_die(&child->object);
    else if (shared)
        tree_pass();
    else
        object_tell(&child->object);
    return 0;
}

bool pool_is_only_child(const own_object *object)
{
    return object_is_pool(object) && object_held(object) == 1 &&
           __atomic_load_n(&((const own_pool *)(const void *)object)->entry.owner,
                           __ATOMIC_RELAXED);
}

static NO_STACK_PROTECTOR __attribute__((noinline)) int drop_slow(own_pool *pool, void *object)
{
    if (!pool_check(pool, "own_drop") || !object)
        return fail_with(EINVAL);
    struct node *node = NULL;
    struct part *entered = NULL;
    if ((pool_parts(pool) || pool->part.ledger.index) && !pool_is_only_child(object))
        entered = pool_enter_and_take(pool, KIND_REFERENCE, object, NULL, &node);
    if (!entered)
        return object_is_pool(object) ? drop_child(pool, object)
                                      : object_not_held(object, "own_drop");
    node_put(part_account(entered), node);
    part_debug_step(entered);
    pool_leave(entered);
    if (object_unhold_and_tell(object))
        object_die(object);
    return 0;
}

int own_drop(own_pool *pool, void *object)
{
    if (POOL_READY && OWN_LIKELY(pool && object) && object_is_pool(object) &&
        OWN_LIKELY(pool_drop_plain(pool, object)))
        return 0;
    return drop_slow(pool, object);
}

NO_STACK_PROTECTOR int own_defer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct node *node;
    if (!call || !pool_check(pool, "own_defer"))
        return fail_with(EINVAL);
    struct part *entered = enter_for_node(pool, &node);
    if (!entered)
        return fail_and_tell(pool);
    part_add(entered, node, KIND_CALL, arg, call);
    pool_leave(entered);
    return 0;
}

/* A call of the side record, under the lock of the first part. */
static int defer_aside(own_pool *pool, enum phase phase, void (*call)(void *arg), void *arg)
{
    struct part *part = &pool->part;
    struct account *account = part_account(part);
    pool_enter_part(part);
    struct node *node = node_get(account);
    struct side *side = node ? side_make(pool) : NULL;
    if (side) {
        node_fill(node, KIND_CALL, arg, call);
        ledger_add(&side->calls[phase], account, node, part, 0);
    } else if (node) {
        node_put_failed(account, node);
    }
    part_debug_step(part);
    pool_leave(part);
    return side ? 0 : fail_and_tell(pool);
}

int own_defer_first(own_pool *pool, void (*call)(void *arg), void *arg)
{
    if (!call || !pool_check(pool, "own_defer_first"))
        return fail_with(EINVAL);
    return defer_aside(pool, CALLS_FIRST, call, arg);
}

int own_defer_last(own_pool *pool, void (*call)(void *arg), void *arg)
{
    if (!call || !pool_check(pool, "own_defer_last"))
        return fail_with(EINVAL);
    return defer_aside(pool, CALLS_LAST, call, arg);
}

static int undefer_aside(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct part *part = &pool->part;
    struct node *node = NULL;
    pool_enter_part(part);
    struct side *side = pool_side(pool);
    for (enum phase phase = CALLS_FIRST; side && !node && phase <= CALLS_LAST; phase++)
        node = ledger_take(&side->calls[phase], part_account(part), KIND_CALL, arg, call);
    if (node)
        node_put(part_account(part), node);
    part_debug_step(part);
    pool_leave(part);
    return node ? 0 : fail_with(EINVAL);
}

NO_STACK_PROTECTOR int own_undefer(own_pool *pool, void (*call)(void *arg), void *arg)
{
    struct node *node;
    if (!call || !pool_check(pool, "own_undefer"))
        return fail_with(EINVAL);
    struct part *entered = pool_enter_and_take(pool, KIND_CALL, arg, call, &node);
    if (!entered)
        return pool_side(pool) ? undefer_aside(pool, call, arg) : fail_with(EINVAL);
    node_put(part_account(entered), node);
    part_debug_step(entered);
    pool_leave(entered);
    return 0;
}
