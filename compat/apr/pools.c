/*
 * pools.c - creating, clearing and destroying pools; memory from them, and what they have.
 */
#include "record.h"

extern inline own_pool *own_apr_pool(apr_pool_t *pool);
extern inline apr_pool_t *own_apr_pool_of(own_pool *pool);
extern inline void *own_apr_palloc(apr_pool_t *pool, apr_size_t size);
extern inline void *own_apr_pcalloc(apr_pool_t *pool, apr_size_t size);

#define NO_PLACE "apr_pool_create_ex"

#define USUAL_SIZE 3000
#define LESSONS 6 /* each at most doubles what is known */

static __thread bool has_learned;

void *pool_failed(apr_pool_t *pool)
{
    const struct record *record = record_known(pool);
    if (record && record->abort_fn)
        record->abort_fn(APR_ENOMEM);
    return NULL;
}

void *own_apr_palloc_slow(apr_pool_t *pool, apr_size_t size)
{
    void *block = own_alloc_raw_slow(own_apr_pool(pool), 1, size);
    return OWN_LIKELY(block != NULL) ? block : pool_failed(pool);
}

void *own_apr_pcalloc_slow(apr_pool_t *pool, apr_size_t size)
{
    void *block = own_alloc_slow(own_apr_pool(pool), 1, size);
    return OWN_LIKELY(block != NULL) ? block : pool_failed(pool);
}

void *own_apr_palloc_debug(apr_pool_t *pool, apr_size_t size, const char *place)
{
    (void)place;
    return own_apr_palloc(pool, size);
}

void *own_apr_pcalloc_debug(apr_pool_t *pool, apr_size_t size, const char *place)
{
    (void)place;
    return own_apr_pcalloc(pool, size);
}

/*
 * The first chunk of a pool is as large as earlier pools of the thread needed. A thread that had
 * none learns here that it is a page or so: pools of APR tend to be cleared and filled again and
 * again, and have two pages from the start.
 */
static __attribute__((noinline)) void learn_first_size(void)
{
    for (int i = 0; i < LESSONS; i++) {
        own_pool *pool = own_pool_new_at(NULL, "a pool of usual size");
        (void)!own_alloc_raw(pool, 1, USUAL_SIZE);
        own_decref(pool);
    }
}

/* The pool of a subpool. Nobody has it yet. */
static own_pool *pool_below(const struct record *parent, const char *place)
{
    if (OWN_LIKELY(!parent || !parent->nests))
        return own_pool_new_at(NULL, place);
    own_pool *above = own_apr_pool(parent->pool);
    if (!own_is_shared(above))
        return own_pool_new_at(above, place);
    return own_pool_create(above, &(own_pool_options){.name = place, .flags = OWN_POOL_CONFINED});
}

/* parent  NULL: the pool is unmanaged. */
static apr_status_t create(apr_pool_t **newpool, struct record *parent, apr_abortfunc_t abort_fn,
                           apr_allocator_t *allocator, const char *place)
{
    own_pool *pool = pool_below(parent, place);
    struct record *record = OWN_LIKELY(pool != NULL) ? record_make(parent, pool) : NULL;
    if (OWN_LIKELY(record != NULL)) {
        record->abort_fn = abort_fn;
        record->allocator = allocator;
        if (OWN_UNLIKELY(parent && parent->nests)) {
            record->nests = true;
            record->nested = true;
        }
        *newpool = own_apr_pool_of(pool);
        return APR_SUCCESS;
    }
    if (pool && parent && parent->nests)
        (void)!own_drop(own_apr_pool(parent->pool), pool);
    else
        own_decref(pool);
    if (abort_fn)
        abort_fn(APR_ENOMEM);
    return APR_ENOMEM;
}

apr_status_t own_apr_pool_create_ex_debug(apr_pool_t **newpool, apr_pool_t *parent,
                                          apr_abortfunc_t abort_fn, apr_allocator_t *allocator,
                                          const char *place)
{
    *newpool = NULL;
    if (OWN_UNLIKELY(!has_learned)) {
        has_learned = true;
        learn_first_size();
    }
    struct record *above = OWN_LIKELY(parent != NULL) ? record_of(parent) : top_record();
    if (OWN_LIKELY(above != NULL)) {
        if (!abort_fn)
            abort_fn = above->abort_fn;
        return create(newpool, above, abort_fn, allocator ? allocator : above->allocator, place);
    }
    if (abort_fn)
        abort_fn(APR_ENOMEM);
    return APR_ENOMEM;
}

apr_status_t own_apr_pool_create_ex(apr_pool_t **newpool, apr_pool_t *parent,
                                    apr_abortfunc_t abort_fn, apr_allocator_t *allocator)
{
    return own_apr_pool_create_ex_debug(newpool, parent, abort_fn, allocator, NO_PLACE);
}

apr_status_t own_apr_pool_create_unmanaged_ex_debug(apr_pool_t **newpool, apr_abortfunc_t abort_fn,
                                                    apr_allocator_t *allocator, const char *place)
{
    apr_allocator_t *made = NULL;
    *newpool = NULL;
    if (!allocator && own_apr_allocator_create(&made) != APR_SUCCESS) {
        if (abort_fn)
            abort_fn(APR_ENOMEM);
        return APR_ENOMEM;
    }
    apr_status_t status = create(newpool, NULL, abort_fn, allocator ? allocator : made, place);
    if (made && status == APR_SUCCESS)
        own_apr_allocator_owner_set(made, *newpool);
    else if (made)
        own_apr_allocator_destroy(made);
    return status;
}

apr_status_t own_apr_pool_create_unmanaged_ex(apr_pool_t **newpool, apr_abortfunc_t abort_fn,
                                              apr_allocator_t *allocator)
{
    return own_apr_pool_create_unmanaged_ex_debug(newpool, abort_fn, allocator, NO_PLACE);
}

void own_apr_pool_clear(apr_pool_t *pool)
{
    own_pool *own = own_apr_pool(pool);
    struct record *record = record_known(pool);
    if (OWN_UNLIKELY(!record || record->deferred)) {
        own_pool_clear(own);
        return;
    }
    record_run(record);
    record->unused = NULL;
    record->processes = NULL;
    record->data = NULL;
    /* What is registered meanwhile goes into a record of its own: it has to be run now. */
    record_set_pool(record, NO_POOL);
    own_pool_clear(own);
    record_set_pool(record, pool);
    own_pool_set_user(own, record);
}

void own_apr_pool_clear_debug(apr_pool_t *pool, const char *place)
{
    (void)place;
    own_apr_pool_clear(pool);
}

void own_apr_pool_destroy(apr_pool_t *pool)
{
    struct record *record = record_known(pool);
    if (OWN_LIKELY(record && !record->deferred)) {
        record_run(record);
        record_release(record);
        return;
    }
    own_pool *own = own_apr_pool(pool), *parent = own_pool_parent(own);
    if (parent)
        (void)!own_drop(parent, own);
    else
        own_decref(own);
}

void own_apr_pool_destroy_debug(apr_pool_t *pool, const char *place)
{
    (void)place;
    own_apr_pool_destroy(pool);
}

void own_apr_nest(apr_pool_t *pool)
{
    struct record *record = record_of(pool);
    if (record)
        record->nests = true;
}

apr_allocator_t *own_apr_pool_allocator_get(apr_pool_t *pool)
{
    const struct record *record = record_known(pool);
    return record ? record->allocator : allocator_of_all();
}

void own_apr_pool_abort_set(apr_abortfunc_t abort_fn, apr_pool_t *pool)
{
    struct record *record = record_of(pool);
    if (record)
        record->abort_fn = abort_fn;
}

apr_abortfunc_t own_apr_pool_abort_get(apr_pool_t *pool)
{
    const struct record *record = record_known(pool);
    return record ? record->abort_fn : NULL;
}

apr_pool_t *own_apr_pool_parent_get(apr_pool_t *pool)
{
    const struct record *record = record_known(pool);
    if (OWN_UNLIKELY(!record || record->deferred))
        return own_apr_pool_of(own_pool_parent(own_apr_pool(pool)));
    return record->parent ? record->parent->pool : NULL;
}

/* What apr_pool_join made of it. */
static apr_pool_t *lasting_as_long(apr_pool_t *pool)
{
    const struct record *record = record_known(pool);
    while (record && record->joined && record->parent)
        record = record->parent;
    return record ? record->pool : pool;
}

int own_apr_pool_is_ancestor(apr_pool_t *above, apr_pool_t *pool)
{
    if (!above)
        return 1;
    above = lasting_as_long(above);
    while (pool && pool != above)
        pool = own_apr_pool_parent_get(pool);
    return pool != NULL;
}

void own_apr_pool_tag(apr_pool_t *pool, const char *tag)
{
    own_pool_set_name_borrowed(own_apr_pool(pool), tag ? tag : "pool");
}

void own_apr_pool_join(apr_pool_t *pool, apr_pool_t *sub)
{
    struct record *record = record_known(sub);
    if (record && pool == own_apr_pool_parent_get(sub))
        record->joined = true;
}

void own_apr_pool_lock(apr_pool_t *pool, int flag)
{
    (void)pool;
    (void)flag;
}

apr_size_t own_apr_pool_num_bytes(apr_pool_t *pool, int recurse)
{
    own_usage usage;
    own_pool_usage(own_apr_pool(pool), &usage);
    apr_size_t bytes = usage.bytes;
    const struct record *root = record_known(pool);
    for (const struct record *at = recurse ? root : NULL; at && (at = record_next(root, at));) {
        own_pool_usage(own_apr_pool(at->pool), &usage);
        bytes += usage.bytes;
    }
    return bytes;
}

apr_pool_t *own_apr_pool_find(const void *memory)
{
    const struct record *root = top_record_known();
    for (const struct record *at = root; at; at = record_next(root, at))
        if (own_contains(own_apr_pool(at->pool), memory))
            return at->pool;
    return NULL;
}
