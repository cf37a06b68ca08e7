/*
 * talloc/null.c - the context that tracks chunks without a parent, the one that is freed at exit,
 * and reports of leaks.
 */
#include <stdlib.h>

#include <own/compat/talloc.h>

#include "chunk.h"

struct chunk *talloc_chunk_null;

static void *autofree;
static void (*report_leaks)(const void *context, FILE *file);
static bool has_atexit;

static void at_exit(void)
{
    if (autofree)
        own_talloc_free_at(autofree, OWN_HERE);
    if (report_leaks && talloc_chunk_null && own_talloc_total_size(NULL) != 0)
        report_leaks(NULL, stderr);
}

static void want_atexit(void)
{
    if (!has_atexit)
        has_atexit = atexit(at_exit) == 0;
}

static int forget_autofree(void *memory)
{
    (void)memory;
    autofree = NULL;
    return 0;
}

void *own_talloc_autofree_context(void)
{
    if (!autofree) {
        autofree = own_talloc_named_const(NULL, 0, "autofree_context");
        if (autofree) {
            own_talloc_set_destructor(autofree, forget_autofree);
            want_atexit();
        }
    }
    return autofree;
}

void own_talloc_enable_null_tracking_no_autofree(void)
{
    if (!talloc_chunk_null)
        talloc_chunk_null = talloc_chunk_new(NULL, 0, "null_context");
}

void own_talloc_enable_null_tracking(void)
{
    own_talloc_enable_null_tracking_no_autofree();
    if (autofree)
        own_talloc_reparent(NULL, memory_of(talloc_chunk_null), autofree);
}

void own_talloc_disable_null_tracking(void)
{
    struct chunk *tracker = talloc_chunk_null;
    if (!tracker)
        return;
    talloc_chunk_null = NULL;
    while (tracker->child)
        talloc_chunk_move(tracker->child, NULL);
    talloc_chunk_free(tracker, OWN_HERE);
}

static void enable_report(void (*report)(const void *context, FILE *file))
{
    own_talloc_enable_null_tracking();
    report_leaks = report;
    want_atexit();
}

void own_talloc_enable_leak_report(void)
{
    enable_report(own_talloc_report);
}

void own_talloc_enable_leak_report_full(void)
{
    enable_report(own_talloc_report_full);
}
