/*
 * subject.h - the library that a test of APR's pools is about, and what those tests share.
 *
 * Each test is built twice: as NAME-real with APR_TESTS_REAL against libapr-1, which proves that
 * what the test says is so; and as NAME against libown-apr, which must do the same. Where the two
 * differ on purpose, the test says so under `#ifdef APR_TESTS_REAL`.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "harness.h"

#ifdef APR_TESTS_REAL
#include <apr_allocator.h>
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#else
#include <own/compat/apr_pools.h>
#endif

/* A cleanup: logs the letter that data points to. */
apr_status_t log_cleanup(void *data);

/* Another that does the same, for what goes by the function. */
apr_status_t log_cleanup_too(void *data);

/* A child cleanup: logs the letter in upper case. */
apr_status_t log_child_cleanup(void *data);

/* Data for them: where that letter of a to z is. */
char *letter(char name);

/* A pool whose parent is `parent`, or a root; never NULL. */
apr_pool_t *new_pool(apr_pool_t *parent);

/* Registers log_cleanup in the pool, with that letter. */
void log_death(apr_pool_t *pool, char name);

/* The same as a pre-cleanup. */
void log_death_first(apr_pool_t *pool, char name);

/* A mutex that lives as long as the pool. libown-apr remembers mutexes and locks none of them, and
   its pools mean nothing to the function of libapr that makes one: there it is a pointer only. */
apr_thread_mutex_t *new_mutex(apr_pool_t *pool);

/* A test case between whose tests the library is initialized and terminated. */
TCase *add_apr_case(Suite *suite, const char *name);

#endif
