/*
 * pool/adopt.c - own_adopt, own_disown.
 */
#include "pool/place.h"

#include <errno.h>

static int fail(int error)
{
    errno = error;
    return -1;
}

/* Whether memory is a block of the pool already, or part of what its blocks are cut from. */
static bool is_in_pool(const own_pool *pool, const void *memory)
{
    return extent_of(pool, memory) || own_contains(pool, memory);
}

int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    if (!pool || !memory || !free_fn || size > PTRDIFF_MAX || is_in_pool(pool, memory))
        return fail(EINVAL);
    if (!foreign_add(pool, memory, size, free_fn))
        return -1;
    pool_debug_step(pool);
    return 0;
}

int own_disown(own_pool *pool, void *memory)
{
    struct foreign *foreign = pool && memory ? foreign_find(pool, memory) : NULL;
    if (!foreign || !foreign->free)
        return fail(EINVAL);
    foreign_remove(pool, foreign);
    return 0;
}
