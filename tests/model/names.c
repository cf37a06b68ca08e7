/*
 * model/names.c - the model: names, user pointers and strings.
 */
#include "calls.h"

bool choose_set_name(struct world *world, struct op *op)
{
    op->a = (int8_t)pick_kind(world, POOL);
    op->b = (int8_t)pick(world, CALLS);
    return op->a != NOBODY;
}

struct outcome perform_set_name(struct world *world, const struct op *op)
{
    if (world->node[op->a].shared)
        return fail(EPERM);
    world->node[op->a].name = op->b;
    return done(0);
}

bool choose_set_name_borrowed(struct world *world, struct op *op)
{
    return choose_set_name(world, op);
}

struct outcome perform_set_name_borrowed(struct world *world, const struct op *op)
{
    world->node[op->a].name = op->b;
    return done(0);
}

bool choose_name(struct world *world, struct op *op)
{
    if (!choose_set_name(world, op) || world->node[op->a].name == NOBODY)
        return false;
    op->b = (int8_t)world->node[op->a].name;
    return true;
}

struct outcome perform_name(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return done(true);
}

bool choose_set_user(struct world *world, struct op *op)
{
    return choose_set_name(world, op);
}

struct outcome perform_set_user(struct world *world, const struct op *op)
{
    world->node[op->a].user = op->b;
    return done(0);
}

bool choose_user(struct world *world, struct op *op)
{
    if (!choose_set_name(world, op))
        return false;
    op->b = (int8_t)world->node[op->a].user;
    return true;
}

struct outcome perform_user(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return done(true);
}

/* SIZE letters, and a zero behind them. */
bool choose_strdup(struct world *world, struct op *op)
{
    op->to = (int8_t)free_block(world);
    op->a = (int8_t)pick_kind(world, POOL);
    if (op->to == NOBODY || op->a == NOBODY)
        return false;
    op->size = (size_t)pick(world, 200);
    op->other = rounded_size(&world->node[op->a], op->size + 1);
    return true;
}

struct outcome perform_strdup(struct world *world, const struct op *op)
{
    make_own(world, op->to, op->a, op->size + 1);
    return done(op->to);
}

bool choose_strndup(struct world *world, struct op *op)
{
    return choose_strdup(world, op);
}

struct outcome perform_strndup(struct world *world, const struct op *op)
{
    return perform_strdup(world, op);
}

bool choose_asprintf(struct world *world, struct op *op)
{
    return choose_strdup(world, op);
}

struct outcome perform_asprintf(struct world *world, const struct op *op)
{
    return perform_strdup(world, op);
}

/* C letters are there, and the rest is printed behind them. */
bool choose_asprintf_append(struct world *world, struct op *op)
{
    op->c = (int8_t)pick(world, 100);
    return choose_strdup(world, op) && !world->tight && (size_t)op->c <= op->size;
}

struct outcome perform_asprintf_append(struct world *world, const struct op *op)
{
    struct node *self = &world->node[op->a];
    size_t before = rounded_size(self, (size_t)op->c + 1);

    self->bytes += before;
    count_both(self, op->other);
    self->bytes -= before;
    return perform_strdup(world, op);
}
