/*
 * block/list.c - own_pool_blocks and own_pool_of.
 */
#include "block/block.h"
#include "large/large.h"

struct visit_block {
    int (*visit)(void *block, size_t size, void *arg);
    void *arg;
};

static int visit_foreign(const struct listed *listed, void *arg)
{
    const struct visit_block *to = arg;
    return to->visit(listed->object, listed->size, to->arg);
}

static int visit_part(struct part *part, const struct visit_block *to)
{
    size_t size;
    int ended = 0;
    pool_enter_part(part);
    struct memory_list list = {.memory = &part->memory, .larges = part_newest_large(part)};
    memory_list_begin(&list);
    pool_leave(part);
    while (!ended) {
        pool_enter_part(part);
        list.larges = part_newest_large(part); /* visit may have made the pool shared */
        void *block = memory_list_next(&list, &size);
        pool_leave(part);
        if (!block)
            break;
        ended = to->visit(block, size, to->arg);
    }
    return ended;
}

static int visit_exact(own_pool *pool, const struct visit_block *to)
{
    size_t size;
    int ended = 0;
    struct exact *exact = exact_enter(pool);
    struct memory_list list = {.memory = &exact->memory,
                               .larges = memory_newest_large(&exact->memory)};
    memory_list_begin(&list);
    exact_leave(pool, exact);
    while (!ended) {
        exact_enter(pool);
        list.larges = memory_newest_large(&exact->memory);
        void *block = memory_list_next(&list, &size);
        exact_leave(pool, exact);
        if (!block)
            break;
        ended = to->visit(block, exact_size(pool, block, size), to->arg);
    }
    return ended;
}

static int visit_sampled(own_pool *pool, const struct visit_block *to)
{
    struct sample sample;
    uint32_t place = 0;
    int ended = 0;
    while (!ended && sample_next(pool, &place, &sample)) {
        if (sample.chunk)
            ended = to->visit((void *)(uintptr_t)sample.block, sample.size, to->arg);
    }
    return ended;
}

static int visit_blocks(own_pool *pool, struct visit_block *to)
{
    int ended = 0;
    if (pool_flags(pool) & POOL_SAMPLED)
        ended = visit_sampled(pool, to);
    for (struct part *part = &pool->part; part && !ended; part = part_next(&pool->part, part))
        ended = visit_part(part, to);
    if (!ended && pool_flags(pool) & POOL_EXACT)
        ended = visit_exact(pool, to);
    if (!ended && pool_flags(pool) & POOL_FOREIGN)
        ended = pool_list(pool, KIND_ADOPTED, NULL, visit_foreign, to);
    if (!ended && pool_flags(pool) & POOL_PRIVATE)
        ended = pool_list(pool, KIND_BLOCK, &private_memory(pool)->blocks, visit_foreign, to);
    return ended;
}

int own_pool_blocks(own_pool *pool, int (*visit)(void *block, size_t size, void *arg), void *arg)
{
    if (!visit || !pool_check(pool, "own_pool_blocks"))
        return fail_with(EINVAL);
    struct visit_block to = {.visit = visit, .arg = arg};
    object_hold(&pool->object);
    int ended = visit_blocks(pool, &to);
    if (object_unhold(&pool->object))
        object_die(&pool->object);
    return ended;
}

own_pool *own_pool_of(const void *address)
{
    own_pool *pool = pool_at(address);
    own_pool *checked = check_pool_of(address);
    struct sample sample;
    size_t size;
    if (OWN_UNLIKELY(checked))
        return checked;
    if (!pool && sample_any() && sample_find(address, NULL, &sample) && sample.chunk)
        return (own_pool *)(uintptr_t)sample.owner;
    return pool && (block_find_size(pool, address) || exact_find_size(pool, address, &size)) ? pool
                                                                                             : NULL;
}
