/*
 * tools/ownstat/memory.c - ownstat's memory is in pools of libown, which end the program when there
 * is no more; so nobody else has to look whether a block was got.
 */
#include <stdlib.h>

#include "ownstat.h"

static void no_memory(own_pool *pool, int error, size_t bytes)
{
    (void)pool;
    (void)error;
    fail("out of memory (%zu bytes were asked for)", bytes);
}

own_pool *memory_new(own_pool *owner, const char *name)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.name = name, .failed = no_memory});
    if (!pool)
        fail("out of memory");
    return pool;
}

void *memory_grow(own_pool *pool, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t larger = *room < 8 ? 8 : *room + *room / 2 + 1;
    void *grown = own_realloc(pool, array, larger, size);
    if (!grown)
        fail("out of memory");
    *room = larger;
    return grown;
}
