/*
 * model/foreign.c - the model: blocks that change hands, adopted memory, pools with options.
 */
#include "calls.h"

/* B: 0 a plain one, 1 an exact one, 2 one with an allocator, 3 with a reserve of SIZE bytes, 4
   one whose memory, and that of all below, comes from a region. */
bool choose_pool_create(struct world *world, struct op *op)
{
    /* What limits do to such pools when they move is more than the model knows. */
    op->b = (int8_t)pick(world, world->enabled >> LIMITS & 1 ? 4 : 5);
    op->size = op->b == 3 ? (size_t)pick(world, 256) * 500 : 0;
    return choose_pool_new(world, op);
}

struct outcome perform_pool_create(struct world *world, const struct op *op)
{
    struct node *self = make_node(world, op->to, op->a, POOL);

    self->exact = op->b == 1;
    self->private = op->b == 2;
    self->regional |= op->b == 4;
    return done(op->to);
}

/* A: from, B: the block, C: to. */
bool choose_block_move(struct world *world, struct op *op)
{
    if (!choose_free(world, op))
        return false;
    op->c = (int8_t)pick_kind(world, POOL);
    if (!has_room(&world->node[op->c]))
        return false;
    const struct block *block = &world->block[op->b];
    const struct node *to = &world->node[op->c];
    op->size = block->size;
    op->other = block->kind == FOREIGN || op->c == block->pool ? block->size
                                                               : rounded_size(to, block->size);
    return true;
}

struct outcome perform_block_move(struct world *world, const struct op *op)
{
    const struct block old = world->block[op->b];
    struct node *from = &world->node[op->a];

    if (old.pool != op->a)
        return fail(EINVAL);
    if (op->a == op->c)
        return done(op->b);
    if (old.kind == FOREIGN)
        cut_entry(from, find_entry(from, ADOPTED, op->b));
    block_gone(world, op->b);
    if (old.kind == FOREIGN) {
        make_block(world, op->b, op->c, FOREIGN, old.size);
        add_entry(world, op->c, ADOPTED, op->b);
    } else {
        make_own(world, op->b, op->c, old.size);
    }
    if (old.kind == PRIVATE)
        give_back(world, op->b);
    return done(op->b);
}

bool choose_adopt(struct world *world, struct op *op)
{
    op->to = (int8_t)free_block(world);
    op->a = (int8_t)pick_kind(world, POOL);
    op->size = (size_t)pick(world, 256);
    return op->to != NOBODY && op->a != NOBODY && has_room(&world->node[op->a]);
}

struct outcome perform_adopt(struct world *world, const struct op *op)
{
    make_block(world, op->to, op->a, FOREIGN, op->size);
    add_entry(world, op->a, ADOPTED, op->to);
    return done(0);
}

bool choose_adopt_with(struct world *world, struct op *op)
{
    return choose_adopt(world, op);
}

struct outcome perform_adopt_with(struct world *world, const struct op *op)
{
    return perform_adopt(world, op);
}

/* A live block of the pool cannot be adopted. */
bool choose_adopt_again(struct world *world, struct op *op)
{
    if (!choose_free(world, op))
        return false;
    op->size = (size_t)pick(world, 256);
    return world->block[op->b].pool == op->a;
}

struct outcome perform_adopt_again(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return fail(EINVAL);
}

bool choose_disown(struct world *world, struct op *op)
{
    return choose_free(world, op);
}

struct outcome perform_disown(struct world *world, const struct op *op)
{
    const struct block *block = &world->block[op->b];
    struct node *pool = &world->node[op->a];

    if (block->pool != op->a || block->kind != FOREIGN)
        return fail(EINVAL);
    cut_entry(pool, find_entry(pool, ADOPTED, op->b));
    block_gone(world, op->b);
    return done(0);
}
