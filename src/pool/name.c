/*
 * pool/name.c - the names of pools.
 */
#include "pool/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t name_bytes(const own_pool *pool)
{
    return pool_flags(pool) & POOL_NAME_OWNED ? chunk_round(strlen(pool->name) + 1) : 0;
}

void name_free(own_pool *pool)
{
    if (OWN_UNLIKELY(pool_flags(pool) & POOL_NAME_OWNED))
        account_put(pool_account(pool), (void *)(uintptr_t)pool->name, strlen(pool->name) + 1);
}

const char *own_pool_name(const own_pool *pool)
{
    return pool && pool_check(pool, "own_pool_name") ? pool->name : "";
}

int own_pool_set_name(own_pool *pool, const char *format, ...)
{
    if (!format || !pool_check(pool, "own_pool_set_name"))
        return fail_with(EINVAL);
    if (pool_parts(pool))
        return fail_with(EPERM); /* others may be reading it */
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -1;
    size_t granted;
    char *name = account_get(pool_account(pool), (size_t)length + 1, &granted);
    if (!name)
        return -1;
    va_start(arguments, format);
    vsnprintf(name, (size_t)length + 1, format, arguments);
    va_end(arguments);
    name_free(pool);
    pool->name = name;
    pool_set_flags(pool, POOL_NAME_OWNED);
    part_debug_step(&pool->part);
    return 0;
}
