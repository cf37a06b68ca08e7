/*
 * pool/find.c - the pool that has the memory at an address.
 *
 * Big extents, units of pages and large blocks are claimed in the unit map by their memory. First
 * chunks and small extents have a label (chunk/chunk.h), and nothing else has: so what such a chunk
 * begins with is the library's, a pool or the header of an extent. From that, the list of small
 * extents leads to the first one, which lies in the pool.
 */
#include "pool/pool.h"

_Static_assert(sizeof(own_object) == LABELLED_BEGIN && sizeof(struct extent) == LABELLED_BEGIN,
               "what a labelled chunk begins with is read as a whole");

static own_pool *of_labelled(const void *address)
{
    own_object begin;
    void *chunk = chunk_labelled_at(address, &begin);
    if (!chunk)
        return NULL;
    /* In an extent the granules are there, of which a small one has too few for an address. */
    if (begin.type == &pool_class.type)
        return object_is_dead(&begin) ? NULL : chunk; /* another thread may keep a dead one ready */
    char *first = (char *)extent_oldest(chunk);
    return (own_pool *)(void *)(first - offsetof(own_pool, first));
}

own_pool *pool_at(const void *address)
{
    const struct part *part = chunk_owner(address); /* its memory, which is its first field */
    own_pool *pool = part ? pool_home(part) : of_labelled(address);
    return pool && !object_is_dead(&pool->object) ? pool : NULL;
}
