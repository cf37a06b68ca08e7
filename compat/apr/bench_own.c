/*
 * bench_own.c - the workloads with libown-apr.
 */
#define OWN_APR_ALONE
#include <own/compat/apr_pools.h>

#include "bench_workloads.h"

const struct workload *bench_own(void)
{
    return bench_begin();
}
