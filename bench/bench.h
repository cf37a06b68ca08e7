/*
 * bench.h - the program that runs the others: catalogue.c says what there is, run.c runs one peer
 * on one workload, samples.c keeps what comes back, report.c shows it, machine.c says where.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* catalogue.c */
struct peer {
    const char *name;
    const char *missing; /* what configure did not find; NULL: it is there */
};

struct workload {
    const char *name;
    const char *what;
    bool once; /* gives the same each time */
};

/* At most `factor` times what the peer has, in medians; without a peer, at most `factor`. */
struct goal {
    const char *workload;
    const char *metric;
    const char *peer;
    double factor;
};

extern const struct peer catalogue_peers[]; /* ended by a name of NULL, as the others are */
extern const struct workload catalogue_workloads[];
extern const struct goal catalogue_goals[];

/* The peer that goals are for. */
#define GOALS_OF "own"

/* samples.c */
#define NAME_MOST 32

struct sample {
    char workload[NAME_MOST];
    char peer[NAME_MOST];
    char metric[NAME_MOST];
    char unit[NAME_MOST];
    size_t x;
    size_t run;
    double value; /* of one run */
    double least; /* of its slices of time */
};

struct samples {
    struct sample *list;
    size_t count;
    size_t room;
};

void samples_add(struct samples *samples, const struct sample *sample);

/* Of all runs of one thing. False: there are none. */
struct summary {
    double median;
    double least;
};
bool samples_summarize(const struct samples *samples, const char *workload, const char *peer,
                       const char *metric, size_t x, struct summary *summary);

/* run.c */
#define LINE_MOST 256

/* Starts a peer's program in a pinned child and calls `each` with every line that it prints. Where
   that fails, `why` gets a sentence. */
bool run_peer(const char *peer, bool quick, const char *workload,
              void (*each)(const char *line, void *context), void *context, char why[LINE_MOST]);
size_t run_cpu(void); /* the CPU that children are pinned to */

/* report.c */
void report_workload(FILE *out, const struct samples *samples, const struct workload *workload,
                     const char *base);
void report_tsv(FILE *out, const struct samples *samples);

/* machine.c */
void machine_describe(FILE *out, const char *prefix);

void *must(void *pointer);

#endif
