/*
 * cleanups.c - cleanups, those before a program is executed, and userdata.
 */
#include "record.h"

/* The pointer to the newest cleanup with that function and data in a list, or to its end. */
static struct cleanup **find(struct cleanup **list, const void *data, apr_status_t (*plain)(void *))
{
    while (*list && !((*list)->data == data && (*list)->plain == plain))
        list = &(*list)->older;
    return list;
}

/* Enters a cleanup into a list of the record. */
static inline void enter(struct record *record, struct cleanup **list, const void *data,
                         apr_status_t (*plain)(void *), apr_status_t (*child)(void *))
{
    struct cleanup *cleanup = record->unused;
    if (cleanup)
        record->unused = cleanup->older;
    else if (OWN_UNLIKELY(!(cleanup = own_apr_palloc(record->pool, sizeof(*cleanup)))))
        return;
    cleanup->older = *list;
    cleanup->data = data;
    cleanup->plain = plain;
    cleanup->child = child;
    *list = cleanup;
}

static __attribute__((noinline)) void register_slow(apr_pool_t *pool, const void *data,
                                                    apr_status_t (*plain)(void *),
                                                    apr_status_t (*child)(void *))
{
    struct record *record = pool ? record_of(pool) : NULL;
    if (record)
        enter(record, &record->cleanups, data, plain, child);
}

void own_apr_pool_cleanup_register(apr_pool_t *pool, const void *data,
                                   apr_status_t (*plain_cleanup)(void *),
                                   apr_status_t (*child_cleanup)(void *))
{
    struct record *record = record_last;
    if (OWN_LIKELY(record_is_of(record, pool)))
        enter(record, &record->cleanups, data, plain_cleanup, child_cleanup);
    else
        register_slow(pool, data, plain_cleanup, child_cleanup);
}

void own_apr_pool_pre_cleanup_register(apr_pool_t *pool, const void *data,
                                       apr_status_t (*plain_cleanup)(void *))
{
    struct record *record = pool ? record_of(pool) : NULL;
    if (record)
        enter(record, &record->pre_cleanups, data, plain_cleanup, NULL);
}

static void remove_from(struct record *record, struct cleanup **list, const void *data,
                        apr_status_t (*plain)(void *))
{
    struct cleanup **place = find(list, data, plain), *cleanup = *place;
    if (!cleanup)
        return;
    *place = cleanup->older;
    cleanup->older = record->unused;
    record->unused = cleanup;
}

void own_apr_pool_cleanup_kill(apr_pool_t *pool, const void *data, apr_status_t (*cleanup)(void *))
{
    struct record *record = pool ? record_known(pool) : NULL;
    if (!record)
        return;
    remove_from(record, &record->cleanups, data, cleanup);
    remove_from(record, &record->pre_cleanups, data, cleanup);
}

void own_apr_pool_child_cleanup_set(apr_pool_t *pool, const void *data,
                                    apr_status_t (*plain_cleanup)(void *),
                                    apr_status_t (*child_cleanup)(void *))
{
    struct record *record = pool ? record_known(pool) : NULL;
    struct cleanup *cleanup = record ? *find(&record->cleanups, data, plain_cleanup) : NULL;
    if (cleanup)
        cleanup->child = child_cleanup;
}

apr_status_t own_apr_pool_cleanup_run(apr_pool_t *pool, void *data, apr_status_t (*cleanup)(void *))
{
    own_apr_pool_cleanup_kill(pool, data, cleanup);
    return cleanup(data);
}

apr_status_t own_apr_pool_cleanup_null(void *data)
{
    (void)data;
    return APR_SUCCESS;
}

void cleanups_run(struct cleanup **list)
{
    struct cleanup *cleanup;
    while ((cleanup = *list) != NULL) {
        *list = cleanup->older; /* first: it may register more */
        cleanup->plain((void *)cleanup->data);
    }
}

static void run_child_cleanups(struct record *record)
{
    struct cleanup *cleanup;
    while ((cleanup = record->cleanups) != NULL) {
        record->cleanups = cleanup->older;
        cleanup->child((void *)cleanup->data);
    }
}

/* Takes no lock: this is the only thread of a process that was forked. */
void own_apr_pool_cleanup_for_exec(void)
{
    struct record *root = top_record_known();
    for (struct record *at = root; at; at = record_next(root, at))
        run_child_cleanups(at);
}

static struct datum *datum_find(const struct record *record, const char *key)
{
    struct datum *datum = record ? record->data : NULL;
    while (datum && strcmp(datum->key, key) != 0)
        datum = datum->older;
    return datum;
}

/* copies  whether the key is copied, where it is new. */
static apr_status_t set_userdata(const void *data, const char *key, bool copies,
                                 apr_status_t (*cleanup)(void *), apr_pool_t *pool)
{
    struct record *record = record_of(pool);
    if (!record)
        return APR_ENOMEM;
    struct datum *datum = datum_find(record, key);
    if (!datum) {
        const char *kept = copies ? own_apr_pstrdup(pool, key) : key;
        datum = kept ? own_apr_palloc(pool, sizeof(*datum)) : NULL;
        if (!datum)
            return APR_ENOMEM;
        *datum = (struct datum){.older = record->data, .key = kept};
        record->data = datum;
    }
    datum->data = data;
    if (cleanup)
        own_apr_pool_cleanup_register(pool, data, cleanup, cleanup);
    return APR_SUCCESS;
}

apr_status_t own_apr_pool_userdata_set(const void *data, const char *key,
                                       apr_status_t (*cleanup)(void *), apr_pool_t *pool)
{
    return set_userdata(data, key, true, cleanup, pool);
}

apr_status_t own_apr_pool_userdata_setn(const void *data, const char *key,
                                        apr_status_t (*cleanup)(void *), apr_pool_t *pool)
{
    return set_userdata(data, key, false, cleanup, pool);
}

apr_status_t own_apr_pool_userdata_get(void **data, const char *key, apr_pool_t *pool)
{
    const struct datum *datum = datum_find(record_known(pool), key);
    *data = datum ? (void *)datum->data : NULL;
    return APR_SUCCESS;
}
