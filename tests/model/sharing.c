/*
 * model/sharing.c - the model: limits, and what becomes shared.
 */
#include "calls.h"

void share(struct world *world, int node)
{
    struct node *self = &world->node[node];

    if (self->shared)
        return;
    self->shared = true;
    self->peak_most = SIZE_MAX; /* the sum of what its parts had at most */
    for (int i = 0; self->kind == OBJECT && i < self->refs; i++)
        if (self->ref[i] != NOBODY)
            share(world, self->ref[i]);
    for (int i = 0; i < self->items; i++)
        share(world, self->item[i]);
    for (int i = 0; i < self->entries; i++)
        if (self->entry[i].kind == HELD || self->entry[i].kind == CHILD)
            share(world, self->entry[i].subject);
    for (int i = 0; i < NODES; i++)
        if (world->node[i].state && world->node[i].kind == WEAK && world->node[i].target == node)
            share(world, i);
}

bool choose_share(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    return op->a != NOBODY && world->depth == 0;
}

struct outcome perform_share(struct world *world, const struct op *op)
{
    share(world, op->a);
    return done(0);
}

bool choose_is_shared(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    return op->a != NOBODY;
}

struct outcome perform_is_shared(struct world *world, const struct op *op)
{
    return done(world->node[op->a].shared);
}

bool choose_set_limit(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    if (op->a == NOBODY || world->depth > 0)
        return false;
    int kind = pick(world, 4);
    op->size = kind == 0 ? 0 : kind == 1 ? SIZE_MAX : (size_t)1 << (9 + pick(world, 14));
    return true;
}

struct outcome perform_set_limit(struct world *world, const struct op *op)
{
    world->node[op->a].limit = op->size;
    if (op->size && op->size != SIZE_MAX)
        world->tight = true;
    return done(0);
}
