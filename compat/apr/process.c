/*
 * process.c - subprocesses that end with a pool.
 */
#include "record.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define PATIENCE_MS 3000 /* from SIGTERM to SIGKILL */
#define FIRST_SLEEP_MS 10

void own_apr_pool_note_subprocess(apr_pool_t *pool, apr_proc_t *process, apr_kill_conditions_e how)
{
    struct record *record = record_of(pool);
    struct process *noted = record ? own_apr_palloc(pool, sizeof(*noted)) : NULL;
    if (!noted)
        return;
    *noted = (struct process){.older = record->processes, .noted = process, .how = how};
    record->processes = noted;
}

/* Whether a process has ended and been reaped, or is none of this process's. */
static bool has_ended(pid_t id, int flags)
{
    pid_t ended;
    do
        ended = waitpid(id, NULL, flags);
    while (ended < 0 && errno == EINTR);
    return ended != 0;
}

static void sleep_ms(long milliseconds)
{
    struct timespec left = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

/* Reaps those that have ended among those with that condition. Returns whether others run on. */
static bool run_on(struct process *newest, apr_kill_conditions_e how)
{
    bool any = false;
    for (struct process *process = newest; process; process = process->older) {
        if (process->how != how)
            continue;
        if (has_ended(process->noted->pid, WNOHANG))
            process->how = APR_KILL_NEVER;
        else
            any = true;
    }
    return any;
}

static void send(struct process *newest, apr_kill_conditions_e how, int number)
{
    for (struct process *process = newest; process; process = process->older)
        if (process->how == how)
            kill(process->noted->pid, number);
}

/* Each is noted once: a reaped number may be another process's soon, so it gets no signal. */
void processes_end(struct process *newest)
{
    for (struct process *process = newest; process; process = process->older)
        if (has_ended(process->noted->pid, WNOHANG))
            process->how = APR_KILL_NEVER;
    send(newest, APR_KILL_ALWAYS, SIGKILL);
    send(newest, APR_KILL_AFTER_TIMEOUT, SIGTERM);
    send(newest, APR_KILL_ONLY_ONCE, SIGTERM);
    long slept = 0, next = FIRST_SLEEP_MS;
    while (run_on(newest, APR_KILL_AFTER_TIMEOUT) && slept < PATIENCE_MS) {
        if (next > PATIENCE_MS - slept)
            next = PATIENCE_MS - slept;
        sleep_ms(next);
        slept += next;
        next *= 2;
    }
    send(newest, APR_KILL_AFTER_TIMEOUT, SIGKILL);
    for (struct process *process = newest; process; process = process->older)
        if (process->how != APR_KILL_NEVER)
            has_ended(process->noted->pid, 0);
}
