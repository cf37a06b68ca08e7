/*
 * model/look.c - compares the state of both sides.
 */
#include "calls.h"
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

static void look_at_array(const struct node *self, const own_array *real)
{
    const uint8_t *memory = world->memory[self->memory].byte;
    int rows = self->axes > 0 ? self->length[0] : 1, columns = self->axes > 1 ? self->length[1] : 1;

    same("own_array_ndim", self->axes, own_array_ndim(real));
    same("own_array_is_readonly", self->readonly, own_array_is_readonly(real));
    for (int i = 0; i < self->axes; i++)
        same("own_array_shape", self->length[i], (long)own_array_shape(real)[i]);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            const ptrdiff_t index[2] = {i, j};
            const uint8_t *item = (const uint8_t *)own_array_at(real, index);
            int place = self->start + i * (self->axes > 0 ? self->stride[0] : 0) +
                        j * (self->axes > 1 ? self->stride[1] : 0);
            if (!item)
                real_differs(world, "own_array_at", i, j);
            same("an item of an array", memory[place], *item);
        }
}

static void look_at_node(int at)
{
    const struct node *self = &world->node[at];

    if (!usable(self))
        return;
    same("the count", self->references, (long)own_refcount(nodes[at]));
    if (self->kind == POOL)
        look_at_pool(self, pool(at));
    same("own_is_shared", self->shared, own_is_shared(nodes[at]));
    if (self->kind == LIST)
        same("own_list_size", self->items, (long)own_list_size(list(at)));
    for (int i = 0; self->kind == LIST && i < self->items; i++)
        if (own_list_get(list(at), (size_t)i) != node(self->item[i]))
            real_differs(world, "an item", self->item[i], i);
    if (self->kind == ARRAY)
        look_at_array(self, array(at));
    if (self->kind == BUFFER && !self->busy)
        same("a buffer's size", (long)self->size, (long)checked_buffer(at));
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
    if (got.peak < got.bytes && !world->node[at].limit)
        real_differs(world, "total.peak", (long)got.bytes, (long)got.peak);
}

/* Whether one of the limits may have had no room for what a call needs, with what the library may
   take in one go. */
void look_at_refusal(const struct world *of, const struct op *op)
{
    size_t buffers = 0;

    world = of;
    if (op->call == CALL_buffer_resize ||
        op->call == CALL_array_resize) /* it may count against the limit of a dead pool */
        return;
    for (int i = 0; i < NODES; i++)
        if (of->node[i].state && of->node[i].kind == BUFFER)
            buffers += of->node[i].size;
    size_t needed = op->size + op->size / 2 + buffers + ((size_t)1 << 18);
    if (op->b >= 0 && calls[op->call].result == BLOCK)
        needed += 2 * of->block[op->b].size;
    for (int i = 0; i < NODES && calls[op->call].group == OWNERSHIP; i++) {
        own_usage brought; /* by a child */
        if ((i != op->b && i != op->c) || !usable(&of->node[i]) || of->node[i].kind != POOL)
            continue;
        own_pool_total(pool(i), &brought);
        needed += brought.reserved;
    }
    for (int i = 0; i < NODES; i++) {
        own_usage total;
        if (!usable(&of->node[i]) || of->node[i].kind != POOL || !of->node[i].limit)
            continue;
        own_pool_total(pool(i), &total);
        if (total.reserved + needed > of->node[i].limit)
            return;
    }
    real_differs(of, "a limit that had room", (long)needed, 0);
}

/* Whether own_pool_blocks visits just the blocks that there are. */
static int visit_block(void *block, size_t size, void *arg)
{
    int *left = (int *)arg;

    for (int i = 0; i < BLOCKS; i++)
        if (world->block[i].live && blocks[i] == block && world->block[i].size == size) {
            --*left;
            return 0;
        }
    return 1;
}

static void look_at_blocks(int at)
{
    int left = world->node[at].blocks;

    same("own_pool_blocks", 0, own_pool_blocks(pool(at), visit_block, &left));
    same("visits of own_pool_blocks", 0, left);
}

static int visit_root(void *object, void *arg)
{
    (void)object;
    ++*(int *)arg;
    return 0;
}

void look_at_end(const struct world *of)
{
    int roots = 0;

    world = of;
    same("own_roots", 0, own_roots(visit_root, &roots));
    same("visits of own_roots", 0, roots);
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
        if (usable(&world->node[i]) && world->node[i].kind == POOL) {
            look_at_total(i);
            look_at_blocks(i);
        }
    }
    for (int i = 0; i < BLOCKS; i++)
        look_at_block(i);
}
