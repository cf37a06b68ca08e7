/*
 * model/memory.c - the model: calls of own/block.h.
 */
#include "calls.h"

enum { GRANULE = 16, MANY = 40 };

/* As own_block_size answers it. */
size_t rounded_size(const struct node *pool, size_t size)
{
    if (pool->exact || pool->private)
        return size;
    return size == 0 ? GRANULE : (size + GRANULE - 1) / GRANULE * GRANULE;
}

static void count(struct node *pool, size_t more)
{
    pool->bytes += more;
    if (pool->peak < pool->bytes)
        pool->peak = pool->bytes;
    if (pool->peak_most < pool->bytes)
        pool->peak_most = pool->bytes;
}

/* Where a block is copied, both count; whether it is, the headers leave open. */
void count_both(struct node *pool, size_t more)
{
    if (pool->peak_most < pool->bytes + more)
        pool->peak_most = pool->bytes + more;
}

void make_block(struct world *world, int block, int pool, enum block_kind kind, size_t size)
{
    struct node *self = &world->node[pool];

    world->block[block] = (struct block){.live = true, .kind = (uint8_t)kind, .pool = pool};
    world->block[block].size = size;
    world->block[block].serial = world->serial++;
    self->blocks++;
    count(self, size);
}

void make_own(struct world *world, int block, int pool, size_t asked)
{
    const struct node *self = &world->node[pool];

    make_block(world, block, pool, self->private ? PRIVATE : OWN, rounded_size(self, asked));
}

void block_gone(struct world *world, int block)
{
    struct block *self = &world->block[block];
    struct node *pool = &world->node[self->pool];

    self->live = false;
    pool->blocks--;
    pool->bytes -= self->size;
}

void blocks_gone(struct world *world, int pool)
{
    for (int i = 0; i < BLOCKS; i++)
        if (world->block[i].live && world->block[i].pool == pool)
            block_gone(world, i);
}

bool release_private(struct world *world, int pool)
{
    int newest = NOBODY;

    if (!world->node[pool].private)
        return false;
    for (int i = 0; i < BLOCKS; i++) {
        const struct block *block = &world->block[i];
        if (block->live && block->kind == PRIVATE && block->pool == pool &&
            (newest == NOBODY || block->serial > world->block[newest].serial))
            newest = i;
    }
    if (newest == NOBODY)
        return false;
    block_gone(world, newest);
    event(world, FREED, newest);
    return true;
}

int free_block(struct world *world)
{
    int start = pick(world, BLOCKS);

    for (int i = 0; i < BLOCKS; i++) {
        int block = start + i < BLOCKS ? start + i : start + i - BLOCKS;
        if (!world->block[block].live && !world->block[block].busy)
            return block;
    }
    return NOBODY;
}

/* Any block whose address is known. */
static int pick_block(struct world *world)
{
    int start = pick(world, BLOCKS);

    for (int i = 0; i < BLOCKS; i++) {
        int block = start + i < BLOCKS ? start + i : start + i - BLOCKS;
        if (world->block[block].live && !world->block[block].busy)
            return block;
    }
    return NOBODY;
}

/* Mostly small, at times one that has a chunk or a mapping of its own. */
static size_t pick_size(struct world *world)
{
    int kind = pick(world, 64), more = pick(world, 256);
    size_t size = (size_t)more;

    if (kind < 24)
        return size % 72;
    if (kind < 48)
        return size * 2;
    if (kind < 60)
        return size * 20;
    if (kind < 63)
        return size * 400;
    return size * (more % 16 < 15 ? 6000 : 60000);
}

/* A pool, mostly that of the block. */
static bool pick_block_and_pool(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_block(world);
    if (op->b == NOBODY)
        return false;
    op->a = (int8_t)world->block[op->b].pool;
    if (pick(world, 16) == 15)
        op->a = (int8_t)pick_kind(world, POOL);
    return op->a != NOBODY && usable(&world->node[op->a]);
}

static bool is_of(const struct world *world, const struct op *op)
{
    return world->block[op->b].pool == op->a;
}

/* OTHER is the size that own_block_size will answer: the block is filled up to there. */
bool choose_alloc(struct world *world, struct op *op)
{
    op->to = (int8_t)free_block(world);
    op->a = (int8_t)pick_kind(world, POOL);
    if (op->to == NOBODY || op->a == NOBODY)
        return false;
    op->size = pick_size(world);
    op->other = rounded_size(&world->node[op->a], op->size);
    return true;
}

struct outcome perform_alloc(struct world *world, const struct op *op)
{
    make_own(world, op->to, op->a, op->size);
    return done(op->to);
}

bool choose_alloc_raw(struct world *world, struct op *op)
{
    return choose_alloc(world, op);
}

struct outcome perform_alloc_raw(struct world *world, const struct op *op)
{
    return perform_alloc(world, op);
}

bool choose_alloc_aligned(struct world *world, struct op *op)
{
    op->c = (int8_t)pick(world, 14);
    return choose_alloc(world, op) && (!world->node[op->a].private || op->c <= 4);
}

struct outcome perform_alloc_aligned(struct world *world, const struct op *op)
{
    return perform_alloc(world, op);
}

bool choose_memdup(struct world *world, struct op *op)
{
    op->b = (int8_t)pick_block(world);
    if (op->b == NOBODY || !choose_alloc(world, op))
        return false;
    size_t most = world->block[op->b].size;
    op->size = op->size < most ? op->size : most;
    op->other = rounded_size(&world->node[op->a], op->size);
    return true;
}

struct outcome perform_memdup(struct world *world, const struct op *op)
{
    return perform_alloc(world, op);
}

bool choose_alloc_over(struct world *world, struct op *op)
{
    op->size = SIZE_MAX / 2 - (size_t)pick(world, 256);
    op->other = (size_t)3 + (size_t)pick(world, 64);
    op->a = (int8_t)pick_kind(world, POOL);
    return op->a != NOBODY;
}

struct outcome perform_alloc_over(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return fail(EOVERFLOW);
}

bool choose_realloc(struct world *world, struct op *op)
{
    if (!pick_block_and_pool(world, op))
        return false;
    op->size = pick_size(world);
    if (pick(world, 16) == 15)
        op->size = world->block[op->b].size;
    /* Where a limit has no room for another, a smaller one stays where it is. */
    if (world->tight && world->block[op->b].kind != OWN && op->size < world->block[op->b].size)
        return false;
    op->other = rounded_size(&world->node[op->a], op->size);
    if (world->block[op->b].kind == FOREIGN && op->size == world->block[op->b].size)
        op->other = op->size;
    return true;
}

/* The block lies elsewhere now, and its old memory goes to its free function: what that does cannot
   know the new address, and must not end the pool, since the address is then that of nothing. */
void give_back(struct world *world, int block)
{
    world->block[block].busy = true;
    world->busy++;
    event(world, FREED, block);
    world->busy--;
    world->block[block].busy = false;
}

struct outcome perform_realloc(struct world *world, const struct op *op)
{
    struct block *block = &world->block[op->b];
    struct node *pool = &world->node[op->a];
    const enum block_kind kind = (enum block_kind)block->kind;
    size_t old = block->size;

    if (!is_of(world, op))
        return fail(EINVAL);
    if (kind == OWN) {
        count_both(pool, op->other);
        block->size = op->other;
        pool->bytes -= old;
        count(pool, op->other);
        return done(op->b);
    }
    if (op->size == old)
        return done(op->b);
    if (kind == FOREIGN)
        cut_entry(pool, find_entry(pool, ADOPTED, op->b));
    count_both(pool, op->other);
    block_gone(world, op->b);
    make_own(world, op->b, op->a, op->size);
    give_back(world, op->b);
    return done(op->b);
}

bool choose_realloc_raw(struct world *world, struct op *op)
{
    return choose_realloc(world, op);
}

struct outcome perform_realloc_raw(struct world *world, const struct op *op)
{
    return perform_realloc(world, op);
}

bool choose_free(struct world *world, struct op *op)
{
    return pick_block_and_pool(world, op);
}

struct outcome perform_free(struct world *world, const struct op *op)
{
    const enum block_kind kind = (enum block_kind)world->block[op->b].kind;
    struct node *pool = &world->node[op->a];

    if (!is_of(world, op))
        return fail(EINVAL);
    if (kind == FOREIGN)
        cut_entry(pool, find_entry(pool, ADOPTED, op->b));
    block_gone(world, op->b);
    if (kind != OWN)
        event(world, FREED, op->b);
    return done(0);
}

/* An address inside a block is none. */
bool choose_free_inside(struct world *world, struct op *op)
{
    if (!pick_block_and_pool(world, op) || world->block[op->b].size < 2)
        return false;
    op->size = 1 + (size_t)pick(world, 256) % (world->block[op->b].size - 1);
    return true;
}

struct outcome perform_free_inside(struct world *world, const struct op *op)
{
    (void)world, (void)op;
    return fail(EINVAL);
}

bool choose_block_size(struct world *world, struct op *op)
{
    return pick_block_and_pool(world, op);
}

struct outcome perform_block_size(struct world *world, const struct op *op)
{
    if (!is_of(world, op))
        return (struct outcome){.error = EINVAL, .value = 0};
    return done((intptr_t)world->block[op->b].size);
}

bool choose_contains(struct world *world, struct op *op)
{
    return pick_block_and_pool(world, op);
}

struct outcome perform_contains(struct world *world, const struct op *op)
{
    return done(is_of(world, op));
}

bool choose_pool_of(struct world *world, struct op *op)
{
    return pick_block_and_pool(world, op) && !world->node[world->block[op->b].pool].regional;
}

/* Memory that somebody else has allocated is not found. */
struct outcome perform_pool_of(struct world *world, const struct op *op)
{
    const struct block *block = &world->block[op->b];

    return done(block->kind == OWN ? block->pool : NOBODY);
}
