/*
 * model/look.c - compares the state of both sides.
 */
#include "real.h"
#include "things.h"

static const struct world *world;

static void same(const char *what, long expected, long got)
{
    if (expected != got)
        real_differs(world, what, expected, got);
}

static int count_entries(const struct node *pool, enum entry_kind kind)
{
    int count = 0;

    for (int i = 0; i < pool->entries; i++)
        count += pool->entry[i].kind == kind;
    return count;
}

static void look_at_pool(const struct node *self, own_pool *real)
{
    own_usage usage;

    own_pool_usage(real, &usage);
    same("usage.pools", 1, (long)usage.pools);
    same("usage.blocks", self->blocks, (long)usage.blocks);
    same("usage.bytes", (long)self->bytes, (long)usage.bytes);
    same("usage.children", count_entries(self, CHILD), (long)usage.children);
    same("usage.held", count_entries(self, HELD), (long)usage.held);
    same("usage.deferred", count_entries(self, CALL) + self->aside[FIRST] + self->aside[LAST],
         (long)usage.deferred);
    if (usage.peak < self->peak || usage.peak > self->peak_most)
        real_differs(world, "usage.peak", (long)self->peak, (long)usage.peak);
    if (usage.reserved < usage.bytes)
        real_differs(world, "usage.reserved", (long)usage.bytes, (long)usage.reserved);
    if (own_pool_parent(real) != pool(self->parent))
        real_differs(world, "the parent", self->parent, 0);
}

static void look_at_node(int at)
{
    const struct node *self = &world->node[at];

    if (!usable(self))
        return;
    same("the count", self->references, (long)own_refcount(nodes[at]));
    if (self->kind == POOL)
        look_at_pool(self, pool(at));
    for (int i = 0; self->kind == OBJECT && i < self->refs; i++)
        if (get_field(at, i) != node(self->ref[i]))
            real_differs(world, "a field", self->ref[i], i);
}

static void look_at_block(int at)
{
    const struct block *self = &world->block[at];

    if (!self->live)
        return;
    checked(at);
    same("own_contains", true, own_contains(pool(self->pool), blocks[at]));
    same("own_block_size", (long)self->size, (long)own_block_size(pool(self->pool), blocks[at]));
}

/* The total of a pool and all below it, added up. */
static void add_total(int at, own_usage *total)
{
    const struct node *self = &world->node[at];

    total->pools++;
    total->blocks += (size_t)self->blocks;
    total->bytes += self->bytes;
    total->held += (size_t)count_entries(self, HELD);
    total->deferred += (size_t)(count_entries(self, CALL) + self->aside[FIRST] + self->aside[LAST]);
    for (int i = 0; i < self->entries; i++)
        if (self->entry[i].kind == CHILD)
            add_total(self->entry[i].subject, total);
}

static void look_at_total(int at)
{
    own_usage due = {0}, got;

    add_total(at, &due);
    own_pool_total(pool(at), &got);
    same("total.pools", (long)due.pools, (long)got.pools);
    same("total.blocks", (long)due.blocks, (long)got.blocks);
    same("total.bytes", (long)due.bytes, (long)got.bytes);
    same("total.children", (long)due.pools - 1, (long)got.children);
    same("total.held", (long)due.held, (long)got.held);
    same("total.deferred", (long)due.deferred, (long)got.deferred);
}

void look_at(const struct world *of, const struct op *op)
{
    world = of;
    if (op->a >= 0 && op->a < NODES)
        look_at_node(op->a);
}

void look_at_all(const struct world *of)
{
    world = of;
    for (int i = 0; i < NODES; i++) {
        look_at_node(i);
        if (usable(&world->node[i]) && world->node[i].kind == POOL)
            look_at_total(i);
    }
    for (int i = 0; i < BLOCKS; i++)
        look_at_block(i);
}
