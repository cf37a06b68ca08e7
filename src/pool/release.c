/*
 * pool/release.c - releasing what a pool owns, the newest entry first.
 */
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
    if (taken.kind == KIND_ADOPTED) {
        foreign_remove(entered, node_foreign(node));
    } else {
        part_leaves(entered, newest, newest);
        ledger_remove(&entered->ledger, part_account(entered), node);
        node_put(part_account(entered), node);
    }
    return taken;
}

/* Releases the reference, makes the call, or frees the memory. Returns an object whose last
   reference that was, or NULL. */
static inline own_object *settle(const struct taken *taken)
{
    if (taken->kind == KIND_CHILD) {
        if (taken->last)
            return taken->object;
        if (OWN_UNLIKELY(taken->shared))
            tree_pass();
        return NULL;
    }
    if (taken->kind == KIND_REFERENCE)
        return object_unhold(taken->object) ? taken->object : NULL;
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
        ledger_remove(calls, part_account(part), node);
        node_put(part_account(part), node);
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
        const struct taken taken = take_newest(entered);
        pool_leave(entered);
        last = settle(&taken);
        /* What a call defers first comes before what the pool still owns. */
        while (call_aside(pool, CALLS_FIRST))
            continue;
    }
    return last;
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
