/*
 * model/weak.c - the model: calls of own/weakref.h.
 */
#include "calls.h"

bool choose_weakref_new(struct world *world, struct op *op)
{
    op->to = (int8_t)free_node(world);
    op->a = (int8_t)pick_owner(world);
    op->b = (int8_t)pick_node(world);
    op->c = pick(world, 8) < 7;
    return op->to != NOBODY && op->b != NOBODY;
}

struct outcome perform_weakref_new(struct world *world, const struct op *op)
{
    struct node *weak = make_node(world, op->to, op->a, WEAK);

    weak->target = op->b;
    weak->has_call = op->c;
    if (world->node[op->b].shared)
        share(world, op->to);
    return done(op->to);
}

bool choose_weakref_get(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, WEAK);
    if (op->a == NOBODY)
        return false;
    int target = world->node[op->a].target;
    return target == NOBODY || world->node[target].callers < 8;
}

struct outcome perform_weakref_get(struct world *world, const struct op *op)
{
    int target = world->node[op->a].target;

    if (target != NOBODY) {
        take(world, target);
        world->node[target].callers++;
    }
    return done(target);
}
