/*
 * record.h - what a pool of libown is to APR: its record. The user pointer of the pool points to
 * it, if the record is of that pool.
 *
 * A pool has a record
 *   from its creation     by apr_pool_create and the like. Its parent's record, or that of the pool
 *                         above all others, has it in its list of children.
 *   or from its first use in a call that needs one, if it is a pool of libown. Then `deferred` is
 *                         true: a call of own_defer_first ends the record; it has no parent.
 *
 * Several locks cover the lists of children, by the address of the parent's record, and unused
 * records: each lock has its own, and a pool of libown for them. What else is in a record belongs
 * to the thread that uses the pool. No code of users runs with a lock held.
 *
 * What a record points to is in blocks of its pool: its cleanups, processes and data.
 */
#ifndef OWN_APR_RECORD_H
#define OWN_APR_RECORD_H

#include <own.h>
#include <own/compat/apr_pools.h>

#include <stdbool.h>

struct cleanup {
    struct cleanup *older;
    const void *data;
    apr_status_t (*plain)(void *);
    apr_status_t (*child)(void *); /* NULL: a pre-cleanup */
};

struct process {
    struct process *older;
    const apr_proc_t *noted;
    apr_kill_conditions_e how;
};

struct datum {
    struct datum *older;
    const char *key;
    const void *data; /* NULL: the key has been removed */
};

struct record {
    apr_pool_t *pool;        /* NO_POOL: of none, now; see record_is_of */
    struct record *parent;   /* NULL: that of a pool above all others, of an unmanaged one or one of
                                libown */
    struct record *children; /* the newest; unused records: the next one */
    struct record *older;    /* a child of the same parent */
    struct record **place;   /* where the pointer to this one is */
    struct cleanup *cleanups;
    struct cleanup *pre_cleanups;
    struct cleanup *unused; /* cleanups to be used again */
    struct process *processes;
    struct datum *data;
    apr_abortfunc_t abort_fn;
    apr_allocator_t *allocator;
    bool nests;    /* its children are children to libown too */
    bool nested;   /* so is it itself */
    bool joined;   /* with its parent, by apr_pool_join */
    bool deferred; /* see above */
};

/* Not NULL, which callers pass. */
#define NO_POOL ((apr_pool_t *)(void *)&record_of_none)
extern struct record record_of_none;

/* The record that the thread used last, or one that is of no pool. */
extern __thread struct record *record_last;

/* Records are never freed, only used for another pool: so any record may be asked. */
static inline bool record_is_of(const struct record *record, const apr_pool_t *pool)
{
    return __atomic_load_n(&record->pool, __ATOMIC_RELAXED) == pool;
}

/* The record of a pool. NULL: it has none. */
struct record *record_look_up(apr_pool_t *pool);
static inline struct record *record_known(apr_pool_t *pool)
{
    struct record *record = record_last;
    return OWN_LIKELY(record_is_of(record, pool)) ? record : record_look_up(pool);
}

/* The record of a pool, made if there is none. NULL: there is no memory. */
struct record *record_for_own(apr_pool_t *pool);
static inline struct record *record_of(apr_pool_t *pool)
{
    struct record *record = record_known(pool);
    return OWN_LIKELY(record != NULL) ? record : record_for_own(pool);
}

/* The record of the pool that is above all others. NULL: ENOMEM, or no pool was created yet. */
struct record *top_record(void);
struct record *top_record_known(void);

/* A new record in the list of its parent (NULL: none). NULL: ENOMEM. */
struct record *record_make(struct record *parent, own_pool *pool);
/* Takes it out of that list, and off its pool. Its children get the top for parent. */
void record_end(struct record *record);

/* The record after `at` of those at root and below: a parent before its children, the newest first.
   NULL: that was the last. */
struct record *record_next(const struct record *root, const struct record *at);

/* Makes it the record of that pool, or of NO_POOL, but does not tell the pool. */
static inline void record_set_pool(struct record *record, apr_pool_t *pool)
{
    __atomic_store_n(&record->pool, pool, __ATOMIC_RELAXED);
}

/* Runs what a pool and all below it registered, and destroys all below it. */
void record_run_all(struct record *record);
static inline void record_run(struct record *record)
{
    if (record->pre_cleanups || record->children || record->cleanups || record->processes)
        record_run_all(record);
}
/* After that: ends the record, and releases the reference to its pool. */
void record_release(struct record *record);

void cleanups_run(struct cleanup **list);
void processes_end(struct process *newest);
/* For apr_pool_destroy, after everything else. */
void allocator_pool_ends(apr_allocator_t *allocator, apr_pool_t *pool);
/* The allocator of pools that were given none. */
apr_allocator_t *allocator_of_all(void);

/* Calls the abort function of a pool (NULL: it has none). Returns NULL. */
void *pool_failed(apr_pool_t *pool);

#endif
