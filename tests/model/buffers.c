/*
 * model/buffers.c - the model: calls of own/buffer.h.
 */
#include "calls.h"

static size_t pick_size(struct world *world)
{
    size_t size = (size_t)pick(world, 256);

    return pick(world, 4) < 3 ? size : size * 30;
}

bool choose_buffer_new(struct world *world, struct op *op)
{
    op->size = pick_size(world);
    return choose_pool_new(world, op);
}

struct outcome perform_buffer_new(struct world *world, const struct op *op)
{
    make_node(world, op->to, op->a, BUFFER)->size = op->size;
    return done(op->to);
}

bool choose_buffer_new_raw(struct world *world, struct op *op)
{
    return choose_buffer_new(world, op);
}

struct outcome perform_buffer_new_raw(struct world *world, const struct op *op)
{
    return perform_buffer_new(world, op);
}

bool choose_buffer_adopt(struct world *world, struct op *op)
{
    return choose_buffer_new(world, op);
}

struct outcome perform_buffer_adopt(struct world *world, const struct op *op)
{
    struct outcome outcome = perform_buffer_new(world, op);

    world->node[op->to].adopted = true;
    return outcome;
}

bool choose_buffer_resize(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, BUFFER);
    op->size = pick_size(world);
    return op->a != NOBODY && !world->node[op->a].busy;
}

/* What frees the old memory may do anything but use the buffer, whose contents are changing. */
struct outcome perform_buffer_resize(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];

    if (op->size == self->size)
        return done(0);
    self->size = op->size;
    if (!self->adopted)
        return done(0);
    self->adopted = false;
    self->busy = true;
    world->busy++;
    event(world, BUFFER_FREED, op->a);
    world->busy--;
    self->busy = false;
    return done(0);
}

bool choose_buffer_size(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, BUFFER);
    return op->a != NOBODY;
}

struct outcome perform_buffer_size(struct world *world, const struct op *op)
{
    return done((intptr_t)world->node[op->a].size);
}
