/*
 * statistics.h - how often each command has run, and for how long.
 *
 * Each worker counts for itself. What has been counted is read, and forgotten, with everybody's
 * turn.
 */
#ifndef RESPD_STATISTICS_H
#define RESPD_STATISTICS_H

#include <stdint.h>

#include <own.h>

struct command;
struct report;
struct request;
struct server;

struct statistic {
    uint64_t calls;
    uint64_t timed, nanoseconds; /* of the calls, and how long those took */
    uint64_t rejected;           /* before they ran */
    uint64_t failed;             /* with an error as the reply */
};

/* One for each command, in the order of the table. NULL with errno as own_alloc. */
OWN_MUST_USE struct statistic *statistics_new(own_pool *pool);

/* Runs a command, and counts that. */
void statistics_run(struct request *request, const struct command *command);

/* A command was refused. */
void statistics_reject(const struct request *request, const struct command *command);

/* Of all workers: lines for INFO, the sum of the errors, and a new beginning. */
void statistics_report(const struct server *server, struct report *report);
uint64_t statistics_errors(const struct server *server);
void statistics_reset(struct server *server);

#endif
