/*
 * census.c - every pool of respd is counted, from its birth to its death.
 */
#include "census.h"

static size_t born, died;

static void count_death(void *arg)
{
    ++*(size_t *)arg;
}

own_pool *census_pool(own_pool *owner, const char *name, size_t reserve)
{
    own_pool_options options = {.name = name, .reserve = reserve};
    own_pool *pool = own_pool_create(owner, &options);
    if (!pool)
        return NULL;
    if (own_defer(pool, count_death, &died) != 0) {
        if (owner)
            own_drop(owner, pool);
        else
            own_decref(pool);
        return NULL;
    }
    born++;
    return pool;
}

size_t census_born(void)
{
    return born;
}

size_t census_alive(void)
{
    return born - died;
}
