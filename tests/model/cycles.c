/*
 * model/cycles.c - the model: collections, as own/collect.h says, by looking at everything.
 *
 * What is called in a collection is compared as a set, and does nothing: the order among the
 * objects of a group is the library's.
 */
#include "calls.h"

/* Calls `each` for every reference that a node owns. */
static void each_reference(const struct world *world, int node, void (*each)(int to))
{
    const struct node *self = &world->node[node];

    for (int i = 0; self->kind == OBJECT && i < self->refs; i++)
        if (self->ref[i] != NOBODY)
            each(self->ref[i]);
    for (int i = 0; self->kind == LIST && i < self->items; i++)
        each(self->item[i]);
    for (int i = 0; self->kind == POOL && i < self->entries; i++)
        if (self->entry[i].kind == HELD || self->entry[i].kind == CHILD)
            each(self->entry[i].subject);
}

static const struct world *of;
static int outside[NODES]; /* references that do not come from what is looked at */
static bool looked_at[NODES], stays[NODES], garbage[NODES], confined_only;

static bool is_tracked(int node)
{
    const struct node *self = &of->node[node];

    return self->state && (self->kind == OBJECT || self->kind == LIST || self->kind == POOL) &&
           !(confined_only && self->shared);
}

static void look_from(int node)
{
    if (looked_at[node] || (confined_only && of->node[node].shared))
        return;
    looked_at[node] = true;
    each_reference(of, node, look_from);
    if (of->node[node].kind == WEAK && of->node[node].target != NOBODY)
        look_from(of->node[node].target);
}

static void count_one(int to)
{
    outside[to]--;
}

static void keep(int node)
{
    if (stays[node])
        return;
    stays[node] = true;
    each_reference(of, node, keep);
}

/* Which objects a collection takes; how many. */
static int find_garbage(const struct world *world, int from)
{
    int count = 0;

    of = world;
    confined_only = from != NOBODY;
    memset(looked_at, from == NOBODY, sizeof looked_at);
    memset(stays, 0, sizeof stays);
    if (from != NOBODY)
        look_from(from);
    for (int i = 0; i < NODES; i++)
        outside[i] = world->node[i].references;
    for (int i = 0; i < NODES; i++)
        if (looked_at[i] && is_tracked(i))
            each_reference(world, i, count_one);
    for (int i = 0; i < NODES; i++)
        if (looked_at[i] && is_tracked(i) && outside[i] > 0)
            keep(i);
    for (int i = 0; i < NODES; i++) {
        garbage[i] = looked_at[i] && is_tracked(i) && !stays[i];
        count += garbage[i];
    }
    return count;
}

/* Whether it matters in which order groups are emptied: of weak references to what is no part of a
   group but dies with it. */
static bool order_matters(const struct world *world)
{
    for (int i = 0; i < NODES; i++) {
        const struct node *self = &world->node[i];
        /* A collection does not look at the one, and what it counts of the other is not said. */
        if (self->state && (self->regional || self->kind == ARRAY))
            return true;
        if (self->state && self->kind == WEAK && self->target != NOBODY &&
            (world->node[self->target].kind == WEAK || world->node[self->target].kind == BUFFER))
            return true;
    }
    return false;
}

static bool choose_at_rest(struct world *world, struct op *op)
{
    (void)op;
    return world->depth == 0 && !order_matters(world);
}

bool choose_collect(struct world *world, struct op *op)
{
    return choose_at_rest(world, op);
}

bool choose_pool_collect(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    return op->a != NOBODY && choose_at_rest(world, op);
}

/* The references of one that is no pool. */
static void empty_object(struct world *world, int node)
{
    struct node *self = &world->node[node];

    while (self->kind == LIST && self->items > 0)
        release(world, self->item[--self->items]);
    for (int i = self->refs - 1; self->kind == OBJECT && i >= 0; i--) {
        int old = self->ref[i];
        self->ref[i] = NOBODY;
        if (old != NOBODY)
            release(world, old);
    }
}

static struct outcome collect(struct world *world, int from)
{
    bool group[NODES];
    int count = find_garbage(world, from);

    world->reactions = 0;
    memcpy(group, garbage, sizeof group);
    for (int i = 0; i < NODES; i++)
        if (group[i]) {
            take(world, i);
            clear_weak(world, i);
        }
    for (int i = 0; i < NODES; i++)
        if (group[i] && world->node[i].armed) {
            world->node[i].armed = false;
            event(world, FINALIZED, i);
        }
    for (int i = 0; i < NODES; i++)
        if (group[i] && world->node[i].kind == POOL)
            empty(world, i);
    for (int i = 0; i < NODES; i++)
        if (group[i])
            empty_object(world, i);
    for (int i = 0; i < NODES; i++)
        if (group[i])
            release(world, i);
    return done(count);
}

struct outcome perform_collect(struct world *world, const struct op *op)
{
    (void)op;
    return collect(world, NOBODY);
}

struct outcome perform_pool_collect(struct world *world, const struct op *op)
{
    if (world->node[op->a].shared)
        return done(0);
    return collect(world, op->a);
}
