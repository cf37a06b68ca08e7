/*
 * pool/pool.c - creating, clearing and ending pools.
 */
#include "pool/pool.h"

#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(own_pool) % GRANULE == 0, "the bits of the first extent are aligned");
_Static_assert(offsetof(own_pool, first) % GRANULE == 0, "granules are aligned");
_Static_assert(offsetof(own_pool, first) + MEMORY_FIRST_LEAST + 3 * GRANULE == FIRST_CHUNK_LEAST,
               "an empty pool has room for 48 bytes");

/* Makes a chunk a pool with one reference, which is the owner's or the caller's. False: ENOMEM. */
static bool pool_init(own_pool *pool, const own_pool *owner, size_t size, const char *name)
{
    uint32_t held = owner ? STATE_HELD_ONE : 0;
    pool->object = (own_object){
        .count = 1, .state = STATE_OBJECT | STATE_CLASS | held, .type = &pool_class.type};
    pool->part.ledger = (struct ledger){.flags = owner ? 0 : POOL_ROOT};
    pool->part.memory.account = (struct account){.reserved = size};
    pool->entry.owner = NULL;
    pool->name = name;
    pool->user = NULL;
    pool->side = NULL;
    size_t bytes = size - offsetof(own_pool, first);
    return memory_init(&pool->part.memory, &pool->first, bytes);
}

own_pool *pool_make_sized(own_pool *owner, size_t size, const char *name)
{
    struct limit *limit = owner ? pool_limit(owner) : NULL;
    if (limit && !limit_add(limit, size))
        return NULL;
    own_pool *pool = chunk_get(size, &size);
    if (!pool) {
        limit_cancel(limit, size);
        return NULL;
    }
    if (!pool_init(pool, owner, size, name)) {
        limit_cancel(limit, size);
        chunk_put(pool, size);
        return NULL;
    }
    account_join(pool_account(pool), limit);
    return pool;
}

/* Makes a new pool shared if its owner is. `learned`: its first chunk is as large as such pools
   needed, with the record of their parts. False: ENOMEM. */
static bool be_born(const own_pool *owner, own_pool *pool, bool learned)
{
    if (!pool_parts(owner))
        return true; /* pools below a confined one are confined, even if its count is shared */
    if (!(pool_flags(pool) & POOL_CONFINED) &&
        !(learned && parts_begin_inside(&pool->part, pool))) {
        struct parts *parts = parts_make(&pool->part, pool);
        if (!parts)
            return false;
        const struct part_beside beside = side_beside(pool);
        parts_begin(parts, &beside);
    }
    limit_meet(pool_limit(pool));
    pool->object.count = -1;
    return true;
}

/* Makes a new pool a child. False: ENOMEM or EDQUOT. */
static bool become_child(own_pool *owner, own_pool *pool)
{
    struct part *entered = pool_enter(owner);
    if (!entered)
        return false;
    part_add_child(entered, pool, part_time(&owner->part));
    part_debug_step(entered);
    pool_leave(entered);
    return true;
}

static own_pool *refuse(void)
{
    return fail_pointer(EINVAL);
}

/* Frees a pool that is no child yet and that the caller has not got. */
static void unmake(own_pool *pool)
{
    int saved = errno;
    struct account *account = pool_account(pool);
    if (account->limit) {
        limit_cancel(account->limit, account->reserved);
        limit_leave(account->limit, pool);
        account->limit = NULL;
    }
    pool_free_memory(pool);
    errno = saved;
}

static __attribute__((noinline)) own_pool *new_slow(own_pool *owner, const char *place)
{
    if (OWN_UNLIKELY(owner && !pool_check(owner, "own_pool_new")))
        return refuse();
    own_pool *pool = owner && pool_parts(owner) ? pool_wake_for_shared(owner, place) : NULL;
    if (!pool)
        pool = pool_make_sized(owner, learn_first_chunk(owner, 0, 0), place);
    if (!pool || !owner)
        return pool;
    if (be_born(owner, pool, true) && become_child(owner, pool))
        return pool;
    unmake(pool);
    return NULL;
}

own_pool *own_pool_new_at(own_pool *owner, const char *place)
{
    own_pool *pool = owner ? pool_wake_child(owner, place) : pool_wake_root(place);
    return OWN_LIKELY(pool != NULL) ? pool : new_slow(owner, place);
}

static own_object *pool_step(own_object *object)
{
    own_pool *pool = as_pool(object);
    own_object *last = pool_release(pool);
    if (OWN_LIKELY(!(pool_flags(pool) & POOL_PRIVATE)))
        return last;
    /* Private blocks are freed while the pool is whole, unless it is to live on. */
    while (!last && !object_is_revived(object) && private_release(pool))
        last = pool_release(pool);
    return last;
}

void pool_free_memory(own_pool *pool)
{
    struct account *account = pool_account(pool);
    side_free(pool);
    if (OWN_UNLIKELY(pool_parts(pool)))
        parts_end(&pool->part);
    if (pool_flags(pool) & POOL_ROOT)
        learn_root(pool);
    memory_end(&pool->part.memory);
    if (OWN_UNLIKELY(account->limit)) {
        limit_subtract(account->limit, account->reserved);
        limit_leave(account->limit, pool);
        account->limit = NULL;
    }
    memory_unclaim_first(&pool->first);
    pool->part.memory.end = NULL; /* a dead pool is not allocated from */
    pool->object.state = 0;
    __atomic_store_n(&pool->object.count, OWN_COUNT_DEAD, __ATOMIC_RELAXED);
    chunk_put(pool, account->reserved);
}

static void pool_free(own_object *object)
{
    pool_free_memory(as_pool(object));
}

static bool pool_free_bare(own_object *object)
{
    own_pool *pool = as_pool(object);
    if (OWN_UNLIKELY(pool_parts(pool)) && !parts_end_bare(&pool->part))
        return false;
    if (POOL_READY && OWN_LIKELY(pool_is_plain(pool))) {
        /* What a child needed was learned when it left its parent. */
        bool root = pool_flags(pool) & POOL_ROOT;
        if (pool_keep(pool, root ? chunk_typical(TYPICAL_ROOT) : NULL))
            return true;
    }
    if (pool->part.ledger.newest || pool_flags(pool) & POOL_PRIVATE || side_calls(pool))
        return false;
    pool_free(object);
    return true;
}

static void pool_revive(own_object *object)
{
    own_pool *pool = as_pool(object);
    pool->entry = (struct entry){.owner = NULL};
    if (!own_is_shared(pool))
        limit_move(pool, NULL, true);
}

static void pool_describe(const own_object *object, char *text, size_t size)
{
    const own_pool *pool = (const void *)object;
    const own_pool *parent = tree_locked_parent(pool);
    if (parent)
        snprintf(text, size, "pool '%.50s' %p (child of '%.50s')", pool_name(pool),
                 (const void *)pool, pool_name(parent));
    else
        snprintf(text, size, "pool '%.50s' %p", pool_name(pool), (const void *)pool);
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

/* Sets the limit of a new pool. Returns 0 or an errno. */
static int set_first_limit(own_pool *pool, size_t limit)
{
    if (limit == 0)
        return 0;
    if (pool_account(pool)->reserved > limit)
        return EDQUOT;
    return own_pool_set_limit(pool, limit) < 0 ? ENOMEM : 0;
}

/* The reason not to make a pool with a first chunk of that size (0: it is too large): an errno. 0:
   there is none. */
static int refuse_first_chunk(const own_pool *owner, const own_pool_options *options,
                              size_t reserve, size_t size)
{
    size_t room = options->limit ? options->limit : SIZE_MAX;
    size_t needed = max_size(size, reserve);
    if (reserve > PTRDIFF_MAX)
        return EOVERFLOW;
    if (owner && pool_limit(owner))
        room = min_size(room, limit_room(pool_limit(owner)));
    if (needed > room)
        return EDQUOT;
    return size ? 0 : ENOMEM;
}

/* The one external definition of each inline function of own/pool.h. */
extern inline own_pool *own_pool_create_at(own_pool *owner, const own_pool_options *options,
                                           const char *place);
extern inline own_pool *(own_pool_create)(own_pool *owner, const own_pool_options *options);

/* Reads options of a program that may be older or newer than the library. False: they say more than
   it understands. */
static bool read_sized(void *to, size_t size, const void *from, size_t given)
{
    memset(to, 0, size);
    memcpy(to, from, min_size(size, given));
    for (size_t i = size; i < given; i++) {
        if (((const char *)from)[i])
            return false;
    }
    return true;
}

/* What options say, each struct copied. */
struct wishes {
    own_pool_options options;
    own_allocator allocator;
};

static bool read_options(struct wishes *wishes, const own_pool_options *from, uint64_t sizes)
{
    own_pool_options *options = &wishes->options;
    const own_allocator *allocator;
    if (!read_sized(options, sizeof(*options), from, sizes & 0xffff) ||
        options->flags & ~OWN_POOL_CONFINED)
        return false;
    allocator = options->allocator;
    if (!allocator)
        return true;
    options->allocator = &wishes->allocator;
    return read_sized(&wishes->allocator, sizeof(*allocator), allocator, sizes >> 16 & 0xffff) &&
           wishes->allocator.alloc && wishes->allocator.free;
}

/* Makes a new pool what its options say, and a child. Returns 0 or an errno. */
static int follow_options(own_pool *owner, own_pool *pool, const own_pool_options *options)
{
    pool->user = options->user;
    if (OWN_UNLIKELY(options->allocator))
        private_begin(pool, options->allocator);
    if (options->flags & OWN_POOL_CONFINED)
        pool_set_flags(pool, POOL_CONFINED);
    int error = set_first_limit(pool, options->limit);
    if (!error && owner && !(be_born(owner, pool, false) && become_child(owner, pool)))
        error = errno;
    return error;
}

own_pool *own_pool_create_sized(own_pool *owner, const own_pool_options *given, uint64_t sizes,
                                const char *place)
{
    struct wishes wishes;
    const own_pool_options *options = &wishes.options;
    if (!given)
        return own_pool_new_at(owner, place);
    if (!read_options(&wishes, given, sizes) || (owner && !pool_check(owner, "own_pool_create")))
        return refuse();
    size_t reserve = options->allocator ? sizeof(struct private_memory) : options->reserve;
    size_t size = learn_first_chunk(owner, reserve, options->limit);
    int refusal = refuse_first_chunk(owner, options, reserve, size);
    if (refusal)
        return fail_pointer(refusal);
    own_pool *pool = pool_make_sized(owner, size, options->name ? options->name : place);
    if (!pool)
        return NULL;
    int error = follow_options(owner, pool, options);
    if (!error)
        return pool;
    unmake(pool);
    return fail_pointer(error);
}

/* The function behind the macro, for callers that have no macros. */
own_pool *(own_pool_new)(own_pool *owner)
{
    return own_pool_new_at(owner, "pool");
}

void own_pool_clear(own_pool *pool)
{
    if (!pool_check(pool, "own_pool_clear"))
        return;
    /* Held by itself: a callback that releases it once too often is told so. */
    object_hold(&pool->object);
    do
        pool_release_all(pool);
    while (OWN_UNLIKELY(private_release(pool)));
    if (!(pool_flags(pool) & POOL_PRIVATE)) {
        inside_begin(pool);
        parts_clear(&pool->part);
        inside_end(pool);
    }
    if (!pool_parts(pool))
        part_debug_step(&pool->part);
    if (object_unhold(&pool->object))
        object_die(&pool->object);
}
