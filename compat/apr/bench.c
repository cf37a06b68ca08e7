/*
 * bench.c - libown-apr beside libapr-1: medians of short samples, taken in turns.
 *
 *     make bench-apr
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SAMPLES 4001
#define ROUNDS 100 /* a sample: some 10 us, so that few are interrupted */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double sample(void (*round)(void))
{
    double before = now();
    for (int i = 0; i < ROUNDS; i++)
        round();
    return (now() - before) / ROUNDS;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double median(double samples[SAMPLES])
{
    qsort(samples, SAMPLES, sizeof(*samples), compare);
    return samples[SAMPLES / 2];
}

int main(void)
{
    static double own[SAMPLES], real[SAMPLES];
    const struct workload *of_own = bench_own(), *of_real = bench_real();

    printf("%-32s %10s %10s %8s\n", "medians, ns", "libown-apr", "libapr-1", "ratio");
    for (int i = 0; i < BENCH_WORKLOADS; i++) {
        for (int at = 0; at < SAMPLES; at++) {
            own[at] = sample(of_own[i].round);
            real[at] = sample(of_real[i].round);
        }
        double of_this = median(own), of_that = median(real);
        printf("%-32s %10.1f %10.1f %8.2f\n", of_own[i].name, of_this, of_that, of_this / of_that);
    }
    return 0;
}
