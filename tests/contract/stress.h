/*
 * stress.h - many threads in the same shared pools, at random: what the stress tests share.
 *
 * stress is a plain program. It is short by default; the environment makes it long:
 *
 *     OWN_STRESS_SEED     of all random numbers (1); a failure names it
 *     OWN_STRESS_THREADS  (4)
 *     OWN_STRESS_SCALE    pools and objects that threads meet at (64), and blocks that each keeps
 *     OWN_STRESS_STEPS    of each thread in a round (20000, fewer where steps are slow)
 *     OWN_STRESS_ROUNDS   each with another seed (1)
 *     OWN_STRESS_SECONDS  rounds go on for as long (0)
 *
 * A minute: OWN_STRESS_SECONDS=60 tests/contract/stress
 */
#ifndef CONTRACT_STRESS_H
#define CONTRACT_STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own.h>

#define THREADS_MAX 32
#define SCALE_MAX 4096

struct knobs {
    uint64_t seed;
    size_t threads;
    size_t scale;
    size_t steps;
};

extern struct knobs knobs;

/* Ends the program with a sentence that names the seed. */
void stress_failed(const char *file, int line, const char *condition) __attribute__((noreturn));

#define expect(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            stress_failed(__FILE__, __LINE__, #condition);                                         \
    } while (0)

/* One of the threads of a round. */
struct worker {
    size_t number;
    uint64_t random;
    void *arg;
};

size_t below(struct worker *worker, size_t bound);

/* Runs that in all threads at once, and waits for them. */
void run_threads(void (*run)(struct worker *worker), void *arg);

/* What has been made and what has ended, by all threads. */
struct tally {
    size_t made;
    size_t ended;
};

void tally_made(struct tally *tally);
void tally_ended(struct tally *tally);

/* The scenarios; each ends with nothing left. */
void stress_tree(void);   /* stress_tree.c: all calls, in one tree */
void stress_counts(void); /* stress_counts.c: counts, weak references, fields */
void stress_handing(
    void); /* stress_handing.c: pools handed over through a queue; ends of threads */

#endif
