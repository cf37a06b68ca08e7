/*
 * pool/pool.c - making pools, their steps of dying, names.
 */
#include "pool/shared.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static own_pool *as_pool(own_object *object)
{
    return (own_pool *)(void *)object; /* its first field */
}

/* Lays a pool out in a chunk; its first reference is the owner's, or the caller's. */
static bool pool_init(own_pool *pool, own_pool *owner, size_t size, const char *name)
{
    uint32_t held = owner ? STATE_HELD_ONE : 0;
    /* Field by field: clearing all at once costs more than the rest of this. */
    pool->object = (own_object){
        .count = 1, .state = STATE_OBJECT | STATE_CLASS | held, .type = &pool_class.type};
    pool->end = NULL;
    pool->holes = 0;
    pool->blocks = 0;
    pool->bytes = 0;
    pool->children = 0;
    pool->typical = 0;
    pool->flags = owner ? 0 : POOL_ROOT;
    pool->bins = NULL;
    pool->peak = 0;
    pool->reserved = size;
    pool->limit = NULL;
    pool->entry.parent = NULL;
    pool->newest = NULL;
    pool->nodes = 0;
    pool->name = name;
    pool->large = NULL;
    pool->shared = NULL;
    return extent_init_first(pool, size);
}

own_pool *pool_make_sized(own_pool *owner, size_t size, const char *name)
{
    struct limit *limit = owner ? owner->limit : NULL;
    if (limit && !limit_add(limit, size))
        return NULL;
    own_pool *pool = chunk_get(size, &size);
    if (!pool) {
        limit_subtract(limit, size);
        return NULL;
    }
    if (!pool_init(pool, owner, size, name)) {
        limit_subtract(limit, size);
        chunk_put(pool, size);
        return NULL;
    }
    limit_join(pool, limit);
    return pool;
}

/* What is made under a shared pool is born shared. False: ENOMEM. */
static bool be_born(const own_pool *owner, own_pool *pool)
{
    if (!owner->shared)
        return true; /* what is below a confined pool is of its thread, though others count it */
    if (!(pool->flags & POOL_CONFINED)) {
        pool->shared = shared_make(pool_spread(pool));
        if (!pool->shared)
            return false;
        pool_open(pool);
    }
    limit_meet(pool->limit);
    pool->object.count = -1;
    return true;
}

static void become_child(own_pool *owner, own_pool *pool)
{
    own_pool *entered = pool_enter(owner);
    ledger_add_child(entered, pool);
    pool_debug_step(entered);
    pool_leave(entered);
}

static own_pool *refuse(void)
{
    errno = EINVAL;
    return NULL;
}

/* Under a limit, or a shared pool, or both. */
static __attribute__((noinline)) own_pool *new_with_care(own_pool *owner, const char *place)
{
    own_pool *pool = pool_make_sized(owner, learn_first_chunk(owner, 0, 0), place);
    if (!pool)
        return NULL;
    if (!be_born(owner, pool)) {
        pool_free_memory(pool);
        return NULL;
    }
    become_child(owner, pool);
    return pool;
}

own_pool *own_pool_new_at(own_pool *owner, const char *place)
{
    if (OWN_UNLIKELY(owner && !pool_check(owner, "own_pool_new")))
        return refuse();
    if (OWN_UNLIKELY(owner && (owner->limit || owner->shared)))
        return new_with_care(owner, place);
    size_t size = learn_size_of_next(owner);
    own_pool *pool = chunk_get(size, &size);
    if (OWN_UNLIKELY(!pool))
        return NULL;
    if (OWN_UNLIKELY(!pool_init(pool, owner, size, place))) {
        chunk_put(pool, size);
        return NULL;
    }
    if (owner)
        become_child(owner, pool);
    return pool;
}

static own_object *pool_step(own_object *object)
{
    own_pool *pool = as_pool(object);
    own_object *last = ledger_release(pool);
    if (OWN_LIKELY(!(pool->flags & POOL_PRIVATE)))
        return last;
    /* The blocks go while the pool is whole, unless it is to live on. */
    while (!last && !object_is_revived(object) && private_release(pool))
        last = ledger_release(pool);
    return last;
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

/* What is left of it is the first chunk. */
static void free_first_chunk(own_pool *pool)
{
    if (pool->flags & POOL_ROOT)
        learn_root(pool);
    extent_unclaim_first(pool);
    pool->end = NULL; /* a dead pool is not allocated from */
    pool->object.state = 0;
    __atomic_store_n(&pool->object.count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(pool, pool->reserved);
}

void pool_free_memory(own_pool *pool)
{
    name_free(pool);
    large_free_all(pool);
    holes_forget(pool);
    extent_remove_all(pool);
    if (pool->limit)
        limit_subtract(pool->limit, pool->reserved);
    limit_leave(pool);
    free_first_chunk(pool);
}

static void pool_free(own_object *object)
{
    own_pool *pool = as_pool(object);
    if (OWN_UNLIKELY(pool->shared))
        shared_free(pool);
    pool_free_memory(pool);
}

static bool pool_free_bare(own_object *object)
{
    own_pool *pool = as_pool(object);
    if (pool->newest || pool->shared)
        return false;
    bool only_first = !pool->first.next && !pool->bins && !pool->large && !pool->limit &&
                      !(pool->flags & (POOL_NAME_OWNED | POOL_PRIVATE));
    if (OWN_LIKELY(only_first))
        free_first_chunk(pool);
    else if (pool->flags & POOL_PRIVATE)
        return false; /* its blocks go to its allocator first */
    else
        pool_free(object);
    return true;
}

static void pool_revive(own_object *object)
{
    own_pool *pool = as_pool(object);
    pool->entry = (struct entry){.parent = NULL};
    if (!own_is_shared(pool))
        limit_move(pool, NULL, true);
}

static void pool_describe(const own_object *object, char *text, size_t size)
{
    const own_pool *pool = (const void *)object;
    const own_pool *parent = tree_locked_parent(pool);
    if (parent)
        snprintf(text, size, "pool '%.50s' %p (child of '%.50s')", pool->name, (const void *)pool,
                 parent->name);
    else
        snprintf(text, size, "pool '%.50s' %p", pool->name, (const void *)pool);
}

const struct object_class pool_class = {
    .type = {.name = "pool"},
    .step = pool_step,
    .waiting = offsetof(own_pool, entry.older), /* a dying pool is in no ledger */
    .free = pool_free,
    .free_bare = pool_free_bare,
    .revive = pool_revive,
    .describe = pool_describe,
};

const own_type *own_pool_type(void)
{
    return &pool_class.type;
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
    if (options->flags & ~OWN_POOL_CONFINED || (owner && !pool_check(owner, "own_pool_create")))
        return refuse();
    const own_allocator *allocator = options->allocator;
    if (OWN_UNLIKELY(allocator && !(allocator->alloc && allocator->free)))
        return refuse();
    size_t reserve = allocator ? sizeof(struct private_memory) : options->reserve;
    size_t size = learn_first_chunk(owner, reserve, options->limit);
    if (!size) {
        errno = reserve > PTRDIFF_MAX ? EOVERFLOW : ENOMEM;
        return NULL;
    }
    own_pool *pool = pool_make_sized(owner, size, options->name ? options->name : place);
    if (!pool)
        return NULL;
    if (OWN_UNLIKELY(allocator))
        private_begin(pool, allocator);
    if (options->flags & OWN_POOL_CONFINED)
        pool->flags |= POOL_CONFINED;
    int error = set_first_limit(pool, options->limit);
    if (!error && owner && !be_born(owner, pool))
        error = ENOMEM;
    if (error) {
        pool_free(&pool->object);
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

void own_pool_clear(own_pool *pool)
{
    if (!pool_check(pool, "own_pool_clear"))
        return;
    /* Held by itself: a callback that releases it once too often is told so. */
    object_hold(&pool->object);
    do
        ledger_clear(pool);
    while (OWN_UNLIKELY(private_release(pool)));
    for (own_pool *stripe = pool; stripe; stripe = stripe_next(pool, stripe)) {
        pool_enter_stripe(stripe);
        large_free_all(stripe);
        holes_forget(stripe);
        extent_clear(stripe);
        pool_debug_step(stripe);
        pool_leave(stripe);
    }
    if (object_unhold(&pool->object))
        object_die(&pool->object);
}

const char *own_pool_name(const own_pool *pool)
{
    return pool && pool_check(pool, "own_pool_name") ? pool->name : "";
}

int own_pool_set_name(own_pool *pool, const char *format, ...)
{
    if (!format || !pool_check(pool, "own_pool_set_name")) {
        errno = EINVAL;
        return -1;
    }
    if (pool->shared) {
        errno = EPERM; /* others may be reading it */
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
