/*
 * statistics.c - how often each command has run, and for how long.
 */
#include "statistics.h"

#include <string.h>

#include "commands.h"
#include "report.h"

/* To ask for the time takes as long as a short command does. */
#define TIMED_EVERY 16

struct statistic *statistics_new(own_pool *pool)
{
    return OWN_ALLOC_N(pool, struct statistic, commands_count());
}

static struct statistic *statistic_of(const struct request *request, const struct command *command)
{
    return &worker_of(request)->statistics[command - commands];
}

static bool is_error(const struct request *request)
{
    return request->failed || (request->buffer_count > 0 && request->buffers[0].len > 0 &&
                               request->buffers[0].base[0] == '-');
}

void statistics_run(struct request *request, const struct command *command)
{
    struct statistic *statistic = statistic_of(request, command);
    request->connection->last = command;
    request->connection->active = worker_of(request)->now;
    if (statistic->calls++ % TIMED_EVERY == 0) {
        uint64_t begin = uv_hrtime();
        command->run(request);
        statistic->nanoseconds += uv_hrtime() - begin;
        statistic->timed++;
    } else {
        command->run(request);
    }
    statistic->failed += is_error(request);
}

void statistics_reject(const struct request *request, const struct command *command)
{
    statistic_of(request, command)->rejected++;
}

static struct statistic sum(const struct server *server, size_t command)
{
    struct statistic all = {0};
    for (unsigned i = 0; i < server->options.threads; i++) {
        const struct statistic *one = &server->workers[i].statistics[command];
        all.calls += one->calls;
        all.timed += one->timed;
        all.nanoseconds += one->nanoseconds;
        all.rejected += one->rejected;
        all.failed += one->failed;
    }
    return all;
}

void statistics_report(const struct server *server, struct report *report)
{
    for (size_t i = 0; i < commands_count(); i++) {
        struct statistic all = sum(server, i);
        double each = all.timed > 0 ? (double)all.nanoseconds / 1000 / (double)all.timed : 0;
        if (all.calls > 0 || all.rejected > 0)
            report_add(report,
                       "cmdstat_%s:calls=%llu,usec=%llu,usec_per_call=%.2f,rejected_calls=%llu,"
                       "failed_calls=%llu\r\n",
                       commands[i].name, (unsigned long long)all.calls,
                       (unsigned long long)(each * (double)all.calls), each,
                       (unsigned long long)all.rejected, (unsigned long long)all.failed);
    }
}

uint64_t statistics_errors(const struct server *server)
{
    uint64_t errors = 0;
    for (size_t i = 0; i < commands_count(); i++) {
        struct statistic all = sum(server, i);
        errors += all.rejected + all.failed;
    }
    return errors;
}

void statistics_reset(struct server *server)
{
    for (unsigned i = 0; i < server->options.threads; i++) {
        struct worker *worker = &server->workers[i];
        memset(worker->statistics, 0, commands_count() * sizeof *worker->statistics);
        worker->commands_processed = worker->bytes_received = worker->bytes_sent = 0;
    }
    for (size_t i = 0; i < DATABASES; i++)
        server->databases[i].hits = server->databases[i].misses = server->databases[i].expired = 0;
    server->connections_accepted = server->connections_rejected = 0;
}
