/*
 * model/lists.c - the model: calls of own/list.h.
 */
#include "calls.h"

bool choose_list_new(struct world *world, struct op *op)
{
    return choose_pool_new(world, op);
}

struct outcome perform_list_new(struct world *world, const struct op *op)
{
    make_node(world, op->to, op->a, LIST);
    return done(op->to);
}

static bool reaches(const struct world *world, int from, int list, bool *seen)
{
    const struct node *self = &world->node[from];

    if (from == list)
        return true;
    if (self->kind != LIST || seen[from])
        return false;
    seen[from] = true;
    for (int i = 0; i < self->items; i++)
        if (reaches(world, self->item[i], list, seen))
            return true;
    return false;
}

/* Whether lists would keep each other alive that may become shared: nothing could cut that. */
static bool makes_ring(const struct world *world, const struct op *op)
{
    bool seen[NODES] = {false};

    return world->enabled >> SHARING & 1 && reaches(world, op->b, op->a, seen);
}

/* SIZE is mostly an index of the list, at times one or two too many. */
static bool choose_item(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, LIST);
    op->b = (int8_t)pick_node(world);
    if (op->a == NOBODY)
        return false;
    op->size = (size_t)pick(world, world->node[op->a].items + 2);
    return true;
}

bool choose_list_append(struct world *world, struct op *op)
{
    return choose_item(world, op) && world->node[op->a].items < ITEMS && !makes_ring(world, op);
}

bool choose_list_insert(struct world *world, struct op *op)
{
    return choose_list_append(world, op);
}

static struct outcome insert(struct world *world, const struct op *op, size_t index)
{
    struct node *self = &world->node[op->a];

    if (self->shared)
        return fail(EPERM);
    if (index > (size_t)self->items)
        return fail(ERANGE);
    memmove(&self->item[index + 1], &self->item[index], (size_t)self->items - index);
    self->item[index] = op->b;
    self->items++;
    take(world, op->b);
    return done(0);
}

struct outcome perform_list_append(struct world *world, const struct op *op)
{
    return insert(world, op, (size_t)world->node[op->a].items);
}

struct outcome perform_list_insert(struct world *world, const struct op *op)
{
    return insert(world, op, op->size);
}

bool choose_list_get(struct world *world, struct op *op)
{
    return choose_item(world, op);
}

struct outcome perform_list_get(struct world *world, const struct op *op)
{
    const struct node *self = &world->node[op->a];

    return op->size < (size_t)self->items ? done(self->item[op->size]) : fail(ERANGE);
}

bool choose_list_set(struct world *world, struct op *op)
{
    return choose_item(world, op) && !makes_ring(world, op);
}

struct outcome perform_list_set(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];

    if (self->shared)
        return fail(EPERM);
    if (op->size >= (size_t)self->items)
        return fail(ERANGE);
    int old = self->item[op->size];
    take(world, op->b);
    self->item[op->size] = op->b;
    release(world, old);
    return done(0);
}

bool choose_list_remove(struct world *world, struct op *op)
{
    return choose_item(world, op);
}

struct outcome perform_list_remove(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];

    if (self->shared)
        return fail(EPERM);
    if (op->size >= (size_t)self->items)
        return fail(ERANGE);
    int old = self->item[op->size];
    self->items--;
    memmove(&self->item[op->size], &self->item[op->size + 1], (size_t)self->items - op->size);
    release(world, old);
    return done(0);
}

bool choose_list_clear(struct world *world, struct op *op)
{
    return choose_item(world, op);
}

struct outcome perform_list_clear(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];
    int8_t items[ITEMS];
    int count = self->items;

    if (self->shared)
        return fail(EPERM);
    memcpy(items, self->item, sizeof items);
    self->items = 0;
    while (count > 0)
        release(world, items[--count]);
    return done(0);
}
