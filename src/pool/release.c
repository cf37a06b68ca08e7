/*
 * pool/release.c - releasing what a pool owns, the newest entry first.
 */
#include "object/toggle.h"
#include "pool/pool.h"

#include <errno.h>

bool pool_orphan(struct part *entered, own_pool *child)
{
    /* A shared child goes on counting against the limits that it was under. */
    bool leaves_limits = pool_limit(child) && !own_is_shared(child);
    part_remove_child(entered, &child->entry);
    bool last = object_unhold(&child->object);
    if (last)
        learn_child(entered, child);
    else if (leaves_limits)
        limit_move(child, NULL, true);
    return last;
}

/* The newest entry, which has been taken out of the ledger. */
struct taken {
    enum kind kind;
    void *object;
    void (*call)(void *argument);
    bool last;   /* of a child: the reference was the last one */
    bool shared; /* of a child: it is shared */
};

static inline struct taken take_newest(struct part *entered)
{
    struct entry *newest = entered->ledger.newest;
    struct taken taken = {.kind = entry_kind(newest)};
    if (taken.kind == KIND_CHILD) {
        own_pool *child = entry_child(newest);
        taken.object = child;
        taken.shared = own_is_shared(child);
        taken.last = pool_orphan(entered, child);
        return taken;
    }
    struct node *node = entry_node(newest);
    taken.object = node->object;
    taken.call = node->call;
    if (OWN_LIKELY(taken.kind == KIND_REFERENCE || taken.kind == KIND_CALL)) {
        part_leaves(entered, newest, newest);
        ledger_remove(&entered->ledger, part_account(entered), node);
        node_put(part_account(entered), node);
    } else { /* a bookmark, whose call does nothing */
        part_leaves(entered, newest, newest);
        ring_leave(&entered->ledger, newest);
    }
    return taken;
}

/* Frees the adopted block that is the newest entry; leaves. */
static void release_adopted(struct part *entered)
{
    struct foreign *newest = node_foreign(entry_node(entered->ledger.newest));
    const struct released released = foreign_take(pool_home(entered), newest);
    pool_leave(entered);
    foreign_give_back(&released);
}

/* Releases the reference, or makes the call. Returns an object whose last
   reference that was, or NULL. */
static inline own_object *settle(const struct taken *taken)
{
    if (taken->kind == KIND_CHILD) {
        if (taken->last)
            return taken->object;
        if (OWN_UNLIKELY(taken->shared))
            tree_pass();
        else
            object_tell(taken->object);
        return NULL;
    }
    if (taken->kind == KIND_REFERENCE)
        return object_unhold_and_tell(taken->object) ? taken->object : NULL;
    int saved = errno;
    taken->call(taken->object);
    errno = saved;
    return NULL;
}

/* Makes the newest call of a phase. False: there is none. */
static bool call_aside(own_pool *pool, enum phase phase)
{
    if (OWN_LIKELY(!side_has_calls(pool, phase)))
        return false;
    struct part *part = &pool->part;
    pool_enter_part(part);
    struct ledger *calls = &pool->side->calls[phase];
    struct node *node = calls->newest ? entry_node(calls->newest) : NULL;
    struct taken taken = {.kind = KIND_CALL};
    if (node) {
        taken.object = node->object;
        taken.call = node->call;
        if (entry_kind(&node->entry) == KIND_BOOKMARK) { /* its call does nothing */
            ring_leave(calls, &node->entry);
        } else {
            ledger_remove(calls, part_account(part), node);
            node_put(part_account(part), node);
        }
    }
    pool_leave(part);
    if (node)
        settle(&taken);
    return node;
}

/* The same without the calls of own_defer_last. */
static own_object *release_newest(own_pool *pool)
{
    struct part *entered;
    own_object *last = NULL;
    while (call_aside(pool, CALLS_FIRST))
        continue;
    while (!last && (entered = part_enter_newest(&pool->part))) {
        if (OWN_UNLIKELY(entry_kind(entered->ledger.newest) == KIND_ADOPTED)) {
            release_adopted(entered);
        } else {
            const struct taken taken = take_newest(entered);
            pool_leave(entered);
            last = settle(&taken);
        }
        /* What a call defers first comes before what the pool still owns. */
        while (call_aside(pool, CALLS_FIRST))
            continue;
    }
    return last;
}

void pool_call_first(own_pool *pool)
{
    while (call_aside(pool, CALLS_FIRST))
        continue;
}

own_object *pool_release(own_pool *pool)
{
    own_object *last = release_newest(pool);
    while (!last && OWN_UNLIKELY(call_aside(pool, CALLS_LAST)))
        last = release_newest(pool);
    return last;
}

void pool_release_all(own_pool *pool)
{
    for (own_object *object; (object = pool_release(pool));)
        object_die_now(object);
}
