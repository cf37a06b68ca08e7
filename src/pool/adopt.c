/*
 * pool/adopt.c - own_adopt, own_disown.
 */
#include "pool/place.h"
#include "pool/shared.h"

#include <errno.h>

/* Whether memory is a block of the pool already, or part of what its blocks are cut from. */
static bool is_in_pool(own_pool *pool, const void *memory)
{
    struct large *large = NULL;
    own_pool *entered = pool_enter_block(pool, memory);
    const struct extent *extent = extent_find(entered, memory, &large);
    bool found = extent ? extent_has(extent, memory) : large && large->block == memory;
    found |= (uintptr_t)memory - (uintptr_t)pool < sizeof(*pool);
    pool_leave(entered);
    return found;
}

/* Adopted blocks are in the first stripe. */
static int adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    int result = -1;
    pool_enter_stripe(pool);
    if (foreign_find(pool, memory))
        errno = EINVAL;
    else if (foreign_add(pool, KIND_ADOPTED, memory, size, free_fn))
        result = 0;
    pool_debug_step(pool);
    pool_leave(pool);
    return result;
}

int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    if (!memory || !free_fn || size > PTRDIFF_MAX || !pool_check(pool, "own_adopt") ||
        is_in_pool(pool, memory))
        return fail_with(EINVAL);
    return adopt(pool, memory, size, free_fn);
}

int own_disown(own_pool *pool, void *memory)
{
    if (!memory || !pool_check(pool, "own_disown"))
        return fail_with(EINVAL);
    pool_enter_stripe(pool);
    struct foreign *foreign = foreign_find(pool, memory);
    bool adopted = foreign && entry_kind(&foreign->node.entry) == KIND_ADOPTED;
    if (adopted)
        foreign_remove(pool, foreign);
    pool_leave(pool);
    return adopted ? 0 : fail_with(EINVAL);
}
