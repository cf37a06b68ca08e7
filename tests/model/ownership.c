/*
 * model/ownership.c - the model: what pools take on, give up and hand over.
 */
#include "calls.h"

static bool pick_pool(struct world *world, int8_t *pool)
{
    *pool = (int8_t)pick_kind(world, POOL);
    return *pool != NOBODY && has_room(&world->node[*pool]);
}

bool choose_hold(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_node(world);
    return pick_pool(world, &op->a);
}

struct outcome perform_hold(struct world *world, const struct op *op)
{
    take(world, op->b);
    add_entry(world, op->a, HELD, op->b);
    return done(0);
}

bool choose_give(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_node(world);
    return pick_pool(world, &op->a) && world->node[op->b].callers > 0;
}

/* Why a pool cannot become a child; 0: it can. */
static int refuse_child(const struct world *world, int pool, int child)
{
    if (world->node[child].state == EMPTYING)
        return EPERM;
    return pool == child || is_ancestor(world, child, pool) ? ELOOP : 0;
}

static struct outcome give_child(struct world *world, int pool, int child)
{
    int error = refuse_child(world, pool, child);

    if (error)
        return fail(error);
    world->node[child].callers--;
    world->node[child].parent = pool;
    add_entry(world, pool, CHILD, child);
    return done(0);
}

struct outcome perform_give_reference(struct world *world, const struct op *op)
{
    world->node[op->b].callers--;
    add_entry(world, op->a, HELD, op->b);
    return done(0);
}

struct outcome perform_give(struct world *world, const struct op *op)
{
    const struct node *self = &world->node[op->b];

    if (self->kind == POOL && self->parent == NOBODY)
        return give_child(world, op->a, op->b);
    return perform_give_reference(world, op);
}

bool choose_give_reference(struct world *world, struct op *op)
{
    return choose_give(world, op);
}

bool choose_give_child(struct world *world, struct op *op)
{
    return choose_give(world, op);
}

struct outcome perform_give_child(struct world *world, const struct op *op)
{
    if (world->node[op->b].kind != POOL)
        return fail(EINVAL);
    if (world->node[op->b].parent != NOBODY)
        return fail(EEXIST);
    return give_child(world, op->a, op->b);
}

bool choose_drop(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    if (op->a == NOBODY)
        return false;
    if (pick(world, 16) == 15)
        op->b = (int8_t)pick_node(world);
    else
        op->b = (int8_t)pick_owned(world, &world->node[op->a], 1U << HELD | 1U << CHILD);
    return op->b != NOBODY && usable(&world->node[op->b]);
}

/* The newest plain reference, else that to a child; -1: there is none. */
static int find_reference(const struct node *pool, int node)
{
    int at = find_entry(pool, HELD, node);

    return at >= 0 ? at : find_entry(pool, CHILD, node);
}

struct outcome perform_drop(struct world *world, const struct op *op)
{
    struct node *pool = &world->node[op->a];
    int at = find_reference(pool, op->b);

    if (at < 0)
        return fail(EINVAL);
    if (pool->entry[at].kind == CHILD)
        world->node[op->b].parent = NOBODY;
    cut_entry(pool, at);
    release(world, op->b);
    return done(0);
}

bool choose_move(struct world *world, struct op *op)
{
    if (!choose_drop(world, op))
        return false;
    op->c = op->b;
    return pick_pool(world, &op->b);
}

struct outcome perform_move(struct world *world, const struct op *op)
{
    struct node *from = &world->node[op->a];
    int at = find_reference(from, op->c);

    if (at < 0)
        return fail(EINVAL);
    const enum entry_kind kind = (enum entry_kind)from->entry[at].kind;
    int error = kind == CHILD ? refuse_child(world, op->b, op->c) : 0;
    if (error)
        return fail(error);
    cut_entry(from, at);
    if (kind == CHILD)
        world->node[op->c].parent = op->b;
    add_entry(world, op->b, kind, op->c);
    return done(0);
}

bool choose_clear(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    return op->a != NOBODY && pick(world, 4) == 3;
}

struct outcome perform_clear(struct world *world, const struct op *op)
{
    take(world, op->a); /* alive during the call */
    do
        empty(world, op->a);
    while (release_private(world, op->a));
    blocks_gone(world, op->a);
    release(world, op->a);
    return done(0);
}

bool choose_defer(struct world *world, struct op *op)
{
    op->b = (int8_t)pick(world, CALLS);
    return pick_pool(world, &op->a);
}

struct outcome perform_defer(struct world *world, const struct op *op)
{
    add_entry(world, op->a, CALL, op->b);
    return done(0);
}

static bool choose_aside(struct world *world, struct op *op, enum phase phase)
{
    return choose_defer(world, op) && world->node[op->a].aside[phase] < ASIDE;
}

static struct outcome perform_aside(struct world *world, const struct op *op, enum phase phase)
{
    struct node *pool = &world->node[op->a];

    pool->call_stamp[phase][pool->aside[phase]] = world->stamp++;
    pool->call[phase][pool->aside[phase]++] = op->b;
    return done(0);
}

bool choose_defer_first(struct world *world, struct op *op)
{
    return choose_aside(world, op, FIRST);
}

struct outcome perform_defer_first(struct world *world, const struct op *op)
{
    return perform_aside(world, op, FIRST);
}

bool choose_defer_last(struct world *world, struct op *op)
{
    return choose_aside(world, op, LAST);
}

struct outcome perform_defer_last(struct world *world, const struct op *op)
{
    return perform_aside(world, op, LAST);
}

bool choose_undefer(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    op->b = (int8_t)pick(world, CALLS);
    return op->a != NOBODY;
}

static bool undefer_aside(struct node *pool, enum phase phase, int call)
{
    int8_t *aside = pool->call[phase];

    for (int i = pool->aside[phase] - 1; i >= 0; i--) {
        if (aside[i] != call)
            continue;
        cut_call(pool, phase, i);
        return true;
    }
    return false;
}

struct outcome perform_undefer(struct world *world, const struct op *op)
{
    struct node *pool = &world->node[op->a];
    int at = find_entry(pool, CALL, op->b);

    if (at >= 0)
        cut_entry(pool, at);
    else if (!undefer_aside(pool, FIRST, op->b) && !undefer_aside(pool, LAST, op->b))
        return fail(EINVAL);
    return done(0);
}

bool choose_parent(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    return op->a != NOBODY;
}

struct outcome perform_parent(struct world *world, const struct op *op)
{
    return done(world->node[op->a].parent);
}

bool choose_is_ancestor(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_kind(world, POOL);
    return choose_parent(world, op);
}

struct outcome perform_is_ancestor(struct world *world, const struct op *op)
{
    return done(is_ancestor(world, op->a, op->b));
}
