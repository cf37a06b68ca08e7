/*
 * block/move.c - own_block_move.
 */
#include "block/block.h"

#include <string.h>

/* Whether blocks of a pool lie in the memories of its parts. */
static bool has_plain_blocks(const own_pool *pool)
{
    return !(pool_flags(pool) & (POOL_PRIVATE | POOL_EXACT));
}

/* A large block has come or gone. */
static void debug_step(own_pool *pool)
{
    if (!pool_parts(pool)) {
        inside_begin(pool);
        part_debug_step(&pool->part);
        inside_end(pool);
    }
    pool_debug_blocks(pool);
}

static void *move_by_copy(own_pool *from, own_pool *to, void *block)
{
    size_t size = own_block_size(from, block);
    void *fresh = block_alloc_untold(to, size);
    if (!fresh)
        return NULL;
    /* An allocator of `to` may have freed it meanwhile. */
    if (OWN_UNLIKELY(!own_contains(from, block) || own_block_size(from, block) != size)) {
        own_free(to, fresh);
        return fail_pointer(EINVAL);
    }
    memcpy(fresh, block, size);
    own_free(from, block);
    return fresh;
}

void *own_block_move(own_pool *from, own_pool *to, void *block)
{
    int saved = errno;
    size_t size;
    if (!pool_check(from, "own_block_move") || !pool_check(to, "own_block_move") ||
        !own_contains(from, block))
        return fail_pointer(EINVAL);
    if (from == to)
        return block;
    size = own_block_size(from, block);
    struct sample sample;
    bool sampled = sample_any() && sample_find(block, from, &sample);
    enum handover result = HANDOVER_NONE;
    if (has_plain_blocks(from) && has_plain_blocks(to)) {
        result = parts_hand_over(&from->part, &to->part, block);
        debug_step(from);
        debug_step(to);
    }
    if (result == HANDOVER_NONE)
        result = foreign_hand_over(from, to, block);
    if (sampled && result == HANDOVER_DONE)
        sampled_move(to, &sample);
    void *moved = result == HANDOVER_DONE   ? block
                  : result == HANDOVER_NONE ? move_by_copy(from, to, block)
                                            : NULL;
    if (moved)
        errno = saved;
    else
        side_tell_failed(to, size);
    return moved;
}
