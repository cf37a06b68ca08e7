/*
 * workloads.h - all workloads that a peer can do, and main() of its program:
 *
 *     peer-talloc list                    version, workloads, and why others are left out
 *     peer-talloc [--quick] region-20     measures and prints samples; see measure.h
 */
#ifndef WORKLOADS_H
#define WORKLOADS_H

#include <gnu/libc-version.h>
#include <stdio.h>

#include "workload_array.h"
#include "workload_chain.h"
#include "workload_churn.h"
#include "workload_curve.h"
#include "workload_few.h"
#include "workload_foreign.h"
#include "workload_grow.h"
#include "workload_reference.h"
#include "workload_region.h"
#include "workload_return.h"
#include "workload_scale.h"
#include "workload_threads.h"
#include "workload_tree.h"
#include "workload_weak.h"

#ifdef PEER_IS_LIMIT

/* What a call into a shared library costs on this machine, whatever it does there. */
static void call_rounds(size_t count)
{
    for (size_t i = 0; i < count; i++)
        measure_use(gnu_get_libc_version());
}

static void call(void)
{
    measure_timing("call", 0, measure_rounds(call_rounds, 1));
}

#endif

static const struct workload {
    const char *name;
    void (*run)(void);
} workloads[] = {
#ifdef PEER_IS_LIMIT
    {"call", call},
#endif
#ifdef PEER_POOLS
    {"region-20", region_20},
    {"region-1000", region_1000},
    {"region-100000", region_100000},
    {"region-20-zero", region_20_zero},
    {"region-1000-zero", region_1000_zero},
    {"region-100000-zero", region_100000_zero},
    {"request", request},
    {"size", curve_size},
    {"pools", curve_pools},
#endif
#ifdef PEER_FREE
    {"churn", churn},
    {"lone", lone},
    {"scale-blocks", scale_blocks},
    {"scale-chunks", scale_chunks},
#endif
#ifdef PEER_CHAIN_DEPTH
    {"tree", tree},
    {"chain", chain},
    {"chain-deepest", chain_deepest},
    {"scale-children", scale_children},
#endif
#ifdef PEER_HOLDS
    {"hold", hold},
    {"hold-first", hold_first},
    {"scale-holds", scale_holds},
#endif
#ifdef PEER_DEFERS
    {"scale-defers", scale_defers},
#endif
#ifdef PEER_FOREIGN
    {"adopt", adopt},
    {"private", private_blocks},
#endif
#ifdef PEER_COUNTS
    {"ref", reference},
#endif
#ifdef PEER_COUNTS_SHARED
    {"ref-shared", reference_shared},
    {"threads-ref", threads_reference},
    {"threads-ref-same", threads_reference_same},
#endif
#ifdef PEER_WEAK
    {"weak", weak},
    {"weak-shared", weak_shared},
#endif
#ifdef PEER_SHARED
    {"threads-blocks", threads_blocks},
    {"threads-halves", threads_halves},
#endif
#ifdef PEER_REQUESTS
    {"threads-requests", threads_requests},
#endif
#ifdef PEER_SHARED_REQUESTS
    {"shared-request", shared_request},
#endif
#if defined(PEER_SHARED) || defined(PEER_FOREIGN)
    {"shared-free", shared_free},
#endif
#ifdef PEER_GROW
    {"grow", grow},
#endif
#ifdef PEER_BLOCKS
    {"overhead", overhead},
#endif
#ifdef PEER_TRIM
    {"return", give_back},
#endif
#ifdef PEER_ARRAY_VIEWS
    {"array-new", array_new},
    {"array-slice", array_slice},
#endif
#ifdef PEER_ARRAYS
    {"array-transpose", array_transpose},
    {"array-loop", array_loop},
#endif
};

static const struct {
    const char *name;
    const char *why;
} lacks[] = {
#ifdef PEER_LACKS
    PEER_LACKS
#endif
    {NULL, NULL},
};

static void list(void)
{
    printf("version %s\n", peer_version());
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        printf("workload %s\n", workloads[i].name);
    for (size_t i = 0; lacks[i].name; i++)
        printf("lacks %s %s\n", lacks[i].name, lacks[i].why);
}

int main(int count, char **arguments)
{
    const char *wanted = count > 1 ? arguments[count - 1] : "";
    measure_quick = count > 2 && strcmp(arguments[1], "--quick") == 0;
    if (strcmp(wanted, "list") == 0) {
        list();
        return 0;
    }
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
        if (strcmp(workloads[i].name, wanted) == 0) {
            peer_start();
            trace_make();
            workloads[i].run();
            return 0;
        }
    }
    fprintf(stderr, "%s: no workload '%s'; see 'list'\n", PEER_NAME, wanted);
    return 2;
}

#endif
