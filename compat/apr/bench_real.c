/*
 * bench_real.c - the workloads with libapr-1.
 */
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "bench_workloads.h"

const struct workload *bench_real(void)
{
    return bench_begin();
}
