/*
 * model/objects.c - the model: calls of own/object.h.
 */
#include "calls.h"

bool choose_pool_new(struct world *world, struct op *op)
{
    op->to = (int8_t)free_node(world);
    op->a = (int8_t)pick_owner(world);
    return op->to != NOBODY;
}

struct outcome perform_pool_new(struct world *world, const struct op *op)
{
    make_node(world, op->to, op->a, POOL);
    return done(op->to);
}

bool choose_new(struct world *world, struct op *op)
{
    op->b = (int8_t)pick(world, 2);
    return choose_pool_new(world, op);
}

struct outcome perform_new(struct world *world, const struct op *op)
{
    struct node *self = make_node(world, op->to, op->a, OBJECT);

    self->finalizes = self->armed = op->b;
    self->refs = FIELDS;
    for (int i = 0; i < REFS; i++)
        self->ref[i] = NOBODY;
    return done(op->to);
}

bool choose_new_sized(struct world *world, struct op *op)
{
    op->c = (int8_t)pick(world, TAIL + 1);
    return choose_new(world, op);
}

struct outcome perform_new_sized(struct world *world, const struct op *op)
{
    struct outcome outcome = perform_new(world, op);

    world->node[op->to].refs = FIELDS + op->c;
    world->node[op->to].tailed = true;
    return outcome;
}

/* So many references of the driver's that leaving one out would not be seen are not needed. */
enum { CALLERS = 4 };

bool choose_incref(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    return op->a != NOBODY && world->node[op->a].callers < CALLERS;
}

struct outcome perform_incref(struct world *world, const struct op *op)
{
    take(world, op->a);
    world->node[op->a].callers++;
    return done(op->a);
}

bool choose_decref(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    return op->a != NOBODY && world->node[op->a].callers > 0;
}

struct outcome perform_decref(struct world *world, const struct op *op)
{
    world->node[op->a].callers--;
    release(world, op->a);
    return done(0);
}

/* All references are those of pools: one that is released besides is seen at once. */
bool choose_decref_held(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    if (op->a == NOBODY)
        return false;
    const struct node *self = &world->node[op->a];
    return self->state == ALIVE && self->callers == 0 &&
           self->references == holds_of_pools(world, op->a);
}

struct outcome perform_decref_held(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return done(1);
}

bool choose_set(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, OBJECT);
    if (op->a == NOBODY)
        return false;
    op->b = (int8_t)pick(world, world->node[op->a].refs);
    op->c = (int8_t)(pick(world, 4) ? pick_node(world) : NOBODY);
    /* What is put into a shared object is shared first. */
    return op->c == NOBODY || !world->node[op->a].shared || world->node[op->c].shared;
}

struct outcome perform_set(struct world *world, const struct op *op)
{
    int8_t *ref = &world->node[op->a].ref[op->b];
    int old = *ref;

    if (op->c != NOBODY)
        take(world, op->c);
    *ref = op->c;
    if (old != NOBODY)
        release(world, old);
    return done(0);
}

bool choose_rearm(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, OBJECT);
    return op->a != NOBODY;
}

struct outcome perform_rearm(struct world *world, const struct op *op)
{
    world->node[op->a].armed = world->node[op->a].finalizes;
    return done(0);
}

bool choose_refcount(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_node(world);
    return op->a != NOBODY;
}

struct outcome perform_refcount(struct world *world, const struct op *op)
{
    return done(world->node[op->a].references);
}

bool choose_cast(struct world *world, struct op *op)
{
    return choose_refcount(world, op);
}

struct outcome perform_cast(struct world *world, const struct op *op)
{
    return done(world->node[op->a].kind == POOL ? op->a : NOBODY);
}

bool choose_typeof(struct world *world, struct op *op)
{
    return choose_refcount(world, op);
}

struct outcome perform_typeof(struct world *world, const struct op *op)
{
    const struct node *self = &world->node[op->a];

    return done(self->kind != OBJECT ? self->kind : 100 + 2 * self->tailed + self->finalizes);
}
