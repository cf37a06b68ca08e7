/*
 * tools/ownstat/run.h - runs another program: it reads a file that is ready, so that neither waits
 * for the other.
 */
#ifndef OWNSTAT_RUN_H
#define OWNSTAT_RUN_H

#include "ownstat.h"

enum run_result {
    RUN_DONE,
    RUN_MISSING, /* there is no such program */
    RUN_FAILED   /* it could not run, or said that something was wrong, or took too long */
};

/*
 * Runs arguments[0], found in PATH, to its end, with `input` from its beginning as stdin.
 *
 * memory, output  where what it writes to stdout goes, as text with a zero at its end; NULL: to our
 *                 stdout.
 * quiet           what it says to stderr is thrown away.
 * problem         filled for RUN_FAILED.
 */
enum run_result run_program(const char *const *arguments, FILE *input, own_pool *memory,
                            char **output, bool quiet, struct problem *problem);

#endif
