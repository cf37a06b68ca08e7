/*
 * bench_workloads.h - pools of APR as a server uses them, for the file that has chosen the library.
 */
#ifndef OWN_APR_BENCH_WORKLOADS_H
#define OWN_APR_BENCH_WORKLOADS_H

#include "bench.h"

#include <stdlib.h>

#define BLOCKS 20
#define BLOCK_SIZE 40
#define CLEANUPS 20
#define TEXTS 10

static apr_pool_t *parent;
static apr_pool_t *cleared;

static apr_status_t clean_up(void *data)
{
    (void)data;
    return APR_SUCCESS;
}

static void child_empty(void)
{
    apr_pool_t *child;
    apr_pool_create(&child, parent);
    apr_pool_destroy(child);
}

static void child_of_20_blocks(void)
{
    apr_pool_t *child;
    apr_pool_create(&child, parent);
    for (int i = 0; i < BLOCKS; i++) {
        void **block = apr_palloc(child, BLOCK_SIZE);
        *block = block;
    }
    apr_pool_destroy(child);
}

static void cleanups_20_and_clear(void)
{
    for (int i = 0; i < CLEANUPS; i++)
        apr_pool_cleanup_register(cleared, &parent, clean_up, apr_pool_cleanup_null);
    apr_pool_clear(cleared);
}

static void cleanups_20_and_destroy(void)
{
    apr_pool_t *child;
    apr_pool_create(&child, parent);
    for (int i = 0; i < CLEANUPS; i++)
        apr_pool_cleanup_register(child, &parent, clean_up, apr_pool_cleanup_null);
    apr_pool_destroy(child);
}

static void psprintf_10_and_clear(void)
{
    for (int i = 0; i < TEXTS; i++)
        apr_psprintf(cleared, "/srv/%s/%d.html", "pages", i * 1000);
    apr_pool_clear(cleared);
}

static void clear_empty(void)
{
    apr_pool_clear(cleared);
}

static const struct workload *bench_begin(void)
{
    static const struct workload workloads[BENCH_WORKLOADS] = {
        {"child + 20 blocks + destroy", child_of_20_blocks},
        {"20 cleanups + clear", cleanups_20_and_clear},
        {"10 psprintf + clear", psprintf_10_and_clear},
        {"child + destroy", child_empty},
        {"child + 20 cleanups + destroy", cleanups_20_and_destroy},
        {"clear of an empty pool", clear_empty},
    };
    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&parent, NULL) != APR_SUCCESS ||
        apr_pool_create(&cleared, parent) != APR_SUCCESS)
        abort();
    return workloads;
}

#endif
