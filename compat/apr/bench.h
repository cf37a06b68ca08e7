/*
 * bench.h - what is timed with libown-apr and with libapr-1 in one process.
 */
#ifndef OWN_APR_BENCH_H
#define OWN_APR_BENCH_H

#define BENCH_WORKLOADS 6

struct workload {
    const char *name;
    void (*round)(void);
};

/* The workloads, the same in both, after what they need has been made. */
const struct workload *bench_own(void);
const struct workload *bench_real(void);

#endif
