/*
 * pool/name.c - the names of pools.
 */
#include "pool/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *own_pool_name(const own_pool *pool)
{
    return pool && pool_check(pool, "own_pool_name") ? pool_name(pool) : "";
}

void pool_keep_place(own_pool *pool, const char *place)
{
    int saved = errno;
    struct side *side = site_is_on() ? side_make(pool) : NULL;
    if (side)
        __atomic_store_n(&side->place, place, __ATOMIC_RELEASE);
    errno = saved;
}

/* The pool is about to get another name; the first part is entered. */
static void keep_place(own_pool *pool)
{
    if (pool_flags(pool) & POOL_NAMED)
        return;
    pool_keep_place(pool, pool_name(pool));
    pool_set_flags(pool, POOL_NAMED);
}

const char *pool_site(const own_pool *pool)
{
    const struct side *side = pool_side(pool);
    const char *place = side ? __atomic_load_n(&side->place, __ATOMIC_ACQUIRE) : NULL;
    if (!place && !(pool_flags(pool) & POOL_NAMED))
        place = pool_name(pool);
    return place && strchr(place, ':') ? place : NULL; /* else the caller told none */
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
    struct account *account = pool_account(pool);
    char *name = account_get(account, (size_t)length + 1, &granted);
    struct side *side = name ? side_make(pool) : NULL;
    if (!side) {
        if (name)
            account_put_failed(account, name, granted);
        side_tell_failed(pool, (size_t)length + 1);
        return -1;
    }
    va_start(arguments, format);
    vsnprintf(name, (size_t)length + 1, format, arguments);
    va_end(arguments);
    keep_place(pool);
    if (side->name)
        account_put(account, side->name, strlen(side->name) + 1);
    /* In this order: a report that sees the new name must see whose it is (report/look.c). */
    __atomic_store_n(&side->name, name, __ATOMIC_RELAXED);
    __atomic_store_n(&pool->name, name, __ATOMIC_RELEASE);
    if (pool_checks(pool))
        check_name(pool_checks(pool), name);
    probe_2(pool_name, pool, name);
    part_debug_step(&pool->part);
    return 0;
}

void own_pool_set_name_borrowed(own_pool *pool, const char *name)
{
    /* A copy of own_pool_set_name stays: other threads may be reading it. */
    if (!name || !pool_check(pool, "own_pool_set_name_borrowed"))
        return;
    if (!(pool_flags(pool) & POOL_NAMED)) {
        pool_enter_part(&pool->part);
        keep_place(pool);
        pool_leave(&pool->part);
    }
    __atomic_store_n(&pool->name, name, __ATOMIC_RELEASE);
    if (pool_checks(pool))
        check_name(pool_checks(pool), name);
    probe_2(pool_name, pool, name);
}
