/*
 * pool/create.c - own_pool_create: pools with options.
 */
#include "pool/pool.h"

#include <own/check.h>

#include <errno.h>
#include <string.h>

/* Sets the limit of a new pool. Returns 0 or an errno. */
static int set_first_limit(own_pool *pool, size_t limit)
{
    if (limit == 0)
        return 0;
    if (pool_account(pool)->reserved > limit)
        return EDQUOT;
    return limit_set_first(pool, limit) ? 0 : ENOMEM;
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
    if (needed > room) {
        limit_refused(owner ? pool_limit(owner) : NULL, needed);
        return EDQUOT;
    }
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

/* Whether the blocks are checked: those of the program's own allocators are not, nor those that
   have to lie in memory from own_chunks. */
static bool is_checked(const own_pool *owner, const own_pool_options *options)
{
    return OWN_UNLIKELY(check_words() != 0) && !options->allocator && !options->chunks &&
           !(owner && pool_tap(owner));
}

/* Whether the library itself has to remember sizes: those of private blocks it does remember. */
static bool is_exact(const own_pool *owner, const own_pool_options *options)
{
    return (options->flags & OWN_POOL_EXACT || OWN_UNLIKELY(check_words() != 0)) &&
           !options->allocator && !is_checked(owner, options);
}

/* What options say, each struct copied. */
struct wishes {
    own_pool_options options;
    own_allocator allocator;
    own_chunks chunks;
};

static bool read_options(struct wishes *wishes, const own_pool_options *from, uint64_t sizes)
{
    own_pool_options *options = &wishes->options;
    const own_allocator *allocator;
    if (!read_sized(options, sizeof(*options), from, sizes & 0xffff) ||
        options->flags & ~(OWN_POOL_CONFINED | OWN_POOL_EXACT))
        return false;
    const own_chunks *chunks = options->chunks;
    if (chunks) {
        options->chunks = &wishes->chunks;
        if (!read_sized(&wishes->chunks, sizeof(*chunks), chunks, sizes >> 32 & 0xffff) ||
            !wishes->chunks.get || !wishes->chunks.put)
            return false;
    }
    allocator = options->allocator;
    if (!allocator)
        return true;
    options->allocator = &wishes->allocator;
    return read_sized(&wishes->allocator, sizeof(*allocator), allocator, sizes >> 16 & 0xffff) &&
           wishes->allocator.alloc && wishes->allocator.free;
}

/* False: ENOMEM. */
static bool begin_checks(own_pool *pool)
{
    struct checks *checks = check_begin(pool, pool_name(pool));
    if (!checks)
        return false;
    const own_allocator allocator = {.alloc = check_allocate, .free = check_free, .ctx = checks};
    private_begin(pool, &allocator);
    pool_set_flags(pool, POOL_CHECKED);
    return true;
}

/* A checked pool keeps no memory for its reserve, but is refused where others would be: how much a
   limit must have room for. *size becomes 0 if no machine has as much. */
static size_t reserve_of_checked(const own_pool_options *options, size_t *size)
{
    size_t reserve = options->reserve;
    if (reserve > PTRDIFF_MAX)
        return reserve;
    reserve += *size;
    if (!memory_first_size(reserve))
        *size = 0;
    return reserve;
}

/* Makes a new pool what its options say, and a child. Returns 0 or an errno. */
static int follow_options(own_pool *owner, own_pool *pool, const own_pool_options *options,
                          const char *place)
{
    if (options->name) {
        pool_set_flags(pool, POOL_NAMED);
        pool_keep_place(pool, place);
    }
    pool->user = options->user;
    if (OWN_UNLIKELY(options->allocator))
        private_begin(pool, options->allocator);
    if (is_checked(owner, options) && !begin_checks(pool))
        return errno;
    if (options->flags & OWN_POOL_CONFINED)
        pool_set_flags(pool, POOL_CONFINED);
    if (!side_inherit(owner, pool, options->failed))
        return errno;
    if (is_exact(owner, options) && !exact_begin(pool, options->reserve))
        return errno;
    int error = set_first_limit(pool, options->limit);
    if (!error && owner && !pool_join(owner, pool, false))
        error = errno;
    return error;
}

/* Makes a pool with a first chunk of that size, which is no child yet, and all else of which is
   still to follow its options. NULL: ENOMEM, EDQUOT or EINVAL. */
static own_pool *make_with_options(own_pool *owner, const own_pool_options *options, size_t size,
                                   const char *place)
{
    const char *name = options->name ? options->name : place;
    bool fixed = options->reserve || options->allocator || is_checked(owner, options);
    size_t least = fixed ? size : FIRST_CHUNK_LEAST;
    if (OWN_LIKELY(!options->chunks))
        return pool_make_sized(owner, pool_limit_below(owner), size, least, name);
    struct source *source = source_make(options->chunks);
    if (!source)
        return NULL;
    struct limit *tap = limit_make_tap(source, owner ? pool_limit(owner) : NULL);
    own_pool *pool = tap ? pool_make_sized(owner, tap, size, least, name) : NULL;
    if (pool) {
        source->first = pool;
    } else {
        int saved = errno;
        limit_drop_tap(tap);
        errno = saved;
    }
    source_release(source); /* the pool has it now, if there is one */
    return pool;
}

/* A pool as its options say. NULL: they cannot be followed. */
static own_pool *make(own_pool *owner, const own_pool_options *options, const char *place)
{
    bool is_private = options->allocator || is_checked(owner, options);
    size_t reserve = is_private ? sizeof(struct private_memory) : options->reserve;
    if (is_exact(owner, options))
        reserve = EXACT_FIRST_ROOM; /* that of the blocks follows */
    size_t size = learn_first_chunk(owner, reserve, options->limit);
    size_t needed = is_checked(owner, options) ? reserve_of_checked(options, &size) : reserve;
    int refusal = refuse_first_chunk(owner, options, needed, size);
    if (refusal)
        return fail_pointer(refusal);
    own_pool *pool = make_with_options(owner, options, size, place);
    if (!pool)
        return NULL;
    int error = follow_options(owner, pool, options, place);
    if (!error)
        return pool;
    pool_unmake(pool);
    return fail_pointer(error);
}

size_t own_pool_check(const own_pool *pool)
{
    int saved = errno;
    if (pool && !pool_check(pool, "own_pool_check"))
        return 0;
    const struct checks *checks = pool ? pool_checks(pool) : NULL;
    size_t found = OWN_UNLIKELY(check_words() != 0) && (checks || !pool) ? check_guards(checks) : 0;
    errno = saved;
    return found;
}

own_pool *pool_new_checked(own_pool *owner, const char *place)
{
    const own_pool_options defaults = {.name = NULL};
    return own_pool_create_sized(owner, &defaults, OWN_OPTION_SIZES, place);
}

own_pool *own_pool_create_sized(own_pool *owner, const own_pool_options *given, uint64_t sizes,
                                const char *place)
{
    struct wishes wishes;
    if (!given)
        return own_pool_new_at(owner, place);
    if (!read_options(&wishes, given, sizes) || (owner && !pool_check(owner, "own_pool_create")))
        return fail_pointer(EINVAL);
    object_tracked++; /* as in own_pool_new */
    object_collect_if_due();
    own_pool *pool = make(owner, &wishes.options, place);
    if (pool)
        probe_3(pool_new, pool, owner, pool->name);
    else
        side_tell_failed(owner, wishes.options.reserve);
    return pool;
}
