/*
 * pool/pool.c - making pools, their steps of dying, names.
 */
#include "pool/pool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A first chunk is at most this large, unless a reserve asks for more. */
#define FIRST_CHUNK_MAX ((size_t)32 << 10)

static own_pool *as_pool(own_object *object)
{
    return (own_pool *)(void *)object; /* its first field */
}

void pool_learn(uint16_t *typical, const own_pool *pool)
{
    /* Not what it reserved: that follows from what was learned before. */
    size_t blocks = min_size(max_size(pool->bytes, pool->peak), FIRST_CHUNK_MAX);
    size_t needed = min_size(extent_first_size(blocks), FIRST_CHUNK_MAX) / GRANULE;
    *typical = (uint16_t)((*typical * 3 + needed + 3) / 4);
}

/* The size of a pool's first chunk. 0: a reserve that could never be had. */
static size_t first_chunk_size(const own_pool *owner, size_t reserve, size_t own_limit)
{
    if (OWN_UNLIKELY(reserve)) {
        size_t exact = extent_first_size(reserve);
        return exact ? chunk_round(exact) : 0;
    }
    size_t least = FIRST_CHUNK_LEAST;
    const uint16_t *typical = owner ? &owner->typical : chunk_typical_root();
    size_t size = chunk_round(typical ? max_size(least, *typical * GRANULE) : least);
    /* What was learned must not make a limit bind sooner. */
    size_t room = own_limit ? own_limit : SIZE_MAX;
    if (owner && OWN_UNLIKELY(owner->limit))
        room = min_size(room, limit_room(owner->limit));
    return room / 4 < size ? least : size;
}

static own_pool *pool_make(own_pool *owner, size_t reserve, size_t own_limit, const char *name)
{
    size_t size = first_chunk_size(owner, reserve, own_limit);
    if (OWN_UNLIKELY(!size)) {
        errno = reserve > PTRDIFF_MAX ? EOVERFLOW : ENOMEM;
        return NULL;
    }
    struct limit *limit = owner ? owner->limit : NULL;
    if (OWN_UNLIKELY(limit) && !limit_add(limit, size))
        return NULL;
    own_pool *pool = chunk_get(size, &size);
    if (OWN_UNLIKELY(!pool)) {
        limit_subtract(limit, size);
        return NULL;
    }
    /* Field by field from here on: clearing all at once costs more than the rest of this. */
    pool->object = (own_object){.count = 1, .state = STATE_CLASS, .type = &pool_class.type};
    pool->blocks = 0;
    pool->bytes = 0;
    pool->holes = 0;
    pool->typical = 0;
    pool->flags = owner ? 0 : POOL_ROOT;
    pool->bins = NULL;
    pool->peak = 0;
    pool->reserved = size;
    pool->entry.parent = NULL;
    pool->newest = NULL;
    pool->nodes = 0;
    pool->children = 0;
    pool->name = name;
    pool->large = NULL;
    limit_join(pool, limit);
    if (OWN_UNLIKELY(!extent_init_first(pool, size))) {
        limit_uncharge(pool, size);
        limit_leave(pool);
        chunk_put(pool, size);
        return NULL;
    }
    return pool;
}

static void become_child(own_pool *owner, own_pool *pool)
{
    object_give(&pool->object);
    ledger_add_child(owner, pool);
    pool_debug_step(owner);
}

own_pool *own_pool_new_at(own_pool *owner, const char *place)
{
    own_pool *pool = pool_make(owner, 0, 0, place);
    if (pool && owner)
        become_child(owner, pool);
    return pool;
}

/* Sets the limit that a pool is made with. 0, or an errno. */
static int set_first_limit(own_pool *pool, size_t limit)
{
    if (limit == 0)
        return 0;
    if (pool->reserved > limit)
        return EDQUOT;
    return own_pool_set_limit(pool, limit) < 0 ? ENOMEM : 0;
}

own_pool *own_pool_create_at(own_pool *owner, const own_pool_options *options, const char *place)
{
    if (!options)
        return own_pool_new_at(owner, place);
    own_pool *pool =
        pool_make(owner, options->reserve, options->limit, options->name ? options->name : place);
    if (!pool)
        return NULL;
    int error = set_first_limit(pool, options->limit);
    if (error) {
        object_die(&pool->object);
        errno = error;
        return NULL;
    }
    if (owner)
        become_child(owner, pool);
    return pool;
}

/* The functions behind the macros, for callers that have no macros. */
own_pool *(own_pool_new)(own_pool *owner)
{
    return own_pool_new_at(owner, "pool");
}

own_pool *(own_pool_create)(own_pool *owner, const own_pool_options *options)
{
    return own_pool_create_at(owner, options, "pool");
}

static own_object *pool_step(own_object *object)
{
    return ledger_release(as_pool(object));
}

size_t name_bytes(const own_pool *pool)
{
    return pool->flags & POOL_NAME_OWNED ? chunk_round(strlen(pool->name) + 1) : 0;
}

static void name_free(own_pool *pool)
{
    if (OWN_UNLIKELY(pool->flags & POOL_NAME_OWNED))
        pool_chunk_put(pool, (void *)(uintptr_t)pool->name, strlen(pool->name) + 1);
}

static void pool_free(own_object *object)
{
    own_pool *pool = as_pool(object);
    uint16_t *typical_root = chunk_typical_root();
    if (typical_root && pool->flags & POOL_ROOT)
        pool_learn(typical_root, pool);
    name_free(pool);
    large_free_all(pool);
    holes_forget(pool);
    extent_remove_all(pool);
    size_t size = pool->reserved; /* all that is left is the first chunk */
    limit_uncharge(pool, size);
    limit_leave(pool);
    extent_unclaim_first(pool);
    object->state = 0;
    __atomic_store_n(&object->count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(pool, size);
}

static void pool_revive(own_object *object)
{
    own_pool *pool = as_pool(object);
    pool->entry = (struct entry){.parent = NULL};
    limit_move(pool, NULL, true);
}

static void pool_describe(const own_object *object, char *text, size_t size)
{
    const own_pool *pool = (const void *)object;
    const own_pool *parent = own_pool_parent(pool);
    if (parent)
        snprintf(text, size, "pool '%.50s' %p (child of '%.50s')", pool->name, (const void *)pool,
                 parent->name);
    else
        snprintf(text, size, "pool '%.50s' %p", pool->name, (const void *)pool);
}

const struct object_class pool_class = {
    .type = {.name = "pool", .size = sizeof(own_pool)},
    .step = pool_step,
    .waiting = offsetof(own_pool, entry.older), /* a dying pool is in no ledger */
    .free = pool_free,
    .revive = pool_revive,
    .describe = pool_describe,
};

const own_type *own_pool_type(void)
{
    return &pool_class.type;
}

void own_pool_clear(own_pool *pool)
{
    if (!pool || !object_check(&pool->object, "own_pool_clear", NULL))
        return;
    /* Held by itself: a callback that releases it once too often is told so. */
    object_hold(&pool->object);
    ledger_clear(pool);
    large_free_all(pool);
    holes_forget(pool);
    extent_clear(pool);
    pool_debug_step(pool);
    if (object_unhold(&pool->object))
        object_die(&pool->object);
}

const char *own_pool_name(const own_pool *pool)
{
    return pool ? pool->name : "";
}

int own_pool_set_name(own_pool *pool, const char *format, ...)
{
    if (!pool || !format) {
        errno = EINVAL;
        return -1;
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -1;
    size_t granted;
    char *name = pool_chunk_get(pool, (size_t)length + 1, &granted);
    if (!name)
        return -1;
    va_start(arguments, format);
    vsnprintf(name, (size_t)length + 1, format, arguments);
    va_end(arguments);
    name_free(pool);
    pool->name = name;
    pool->flags |= POOL_NAME_OWNED;
    pool_debug_step(pool);
    return 0;
}
