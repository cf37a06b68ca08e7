/*
 * processes.c - processes that a pool was told of, and what becomes of them when it is cleared or
 * destroyed, by how they are to be ended.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "subject.h"

/* What a process does, until it is killed. */
enum behaviour {
    POLITE,   /* ends at SIGTERM, after 0.3 seconds */
    STUBBORN, /* does not hear SIGTERM */
    BRIEF,    /* ends by itself after 0.3 seconds */
    DEAD,     /* has ended */
};

struct process {
    apr_proc_t proc;
    int told; /* 't' comes after SIGTERM, 'e' when it ends by itself */
};

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
}

static void behave(enum behaviour behaviour, int told)
{
    sigset_t term;
    int signal;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    alarm(60); /* it outlives no test that fails */
    if (write(told, "r", 1) != 1)
        _exit(1);
    switch (behaviour) {
    case POLITE:
        sigwait(&term, &signal);
        pause_briefly();
        _exit(write(told, "t", 1) == 1 ? 0 : 1);
    case STUBBORN:
        for (;;)
            pause();
    case BRIEF:
        pause_briefly();
        _exit(write(told, "e", 1) == 1 ? 0 : 1);
    case DEAD:
        break;
    }
    _exit(0);
}

static void start(struct process *process, enum behaviour behaviour)
{
    int ends[2];
    char ready;

    expect(pipe(ends) == 0);
    memset(process, 0, sizeof *process);
    process->proc.pid = fork();
    expect(process->proc.pid >= 0);
    if (process->proc.pid == 0)
        behave(behaviour, ends[1]);
    close(ends[1]);
    process->told = ends[0];
    expect(read(process->told, &ready, 1) == 1 && ready == 'r');
    if (behaviour == DEAD) { /* but nobody has waited for it: what it held open is closed */
        siginfo_t info;

        expect(waitid(P_PID, (id_t)process->proc.pid, &info, WEXITED | WNOWAIT) == 0);
    }
}

/* What it has told before its end; 0 for nothing. */
static char last_words(const struct process *process)
{
    char word = 0;

    expect(read(process->told, &word, 1) >= 0);
    close(process->told);
    return word;
}

/* It has ended, and the library has waited for it. */
static bool is_gone(const struct process *process)
{
    return waitpid(process->proc.pid, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

START_TEST(processes_that_are_never_killed_live_on)
{
    apr_pool_t *pool = new_pool(NULL);
    struct process process;

    start(&process, STUBBORN);
    apr_pool_note_subprocess(pool, &process.proc, APR_KILL_NEVER);
    apr_pool_destroy(pool);
    expect(waitpid(process.proc.pid, NULL, WNOHANG) == 0);
    kill(process.proc.pid, SIGKILL);
    expect(waitpid(process.proc.pid, NULL, 0) == process.proc.pid);
    expect(last_words(&process) == 0);
}
END_TEST

START_TEST(processes_that_are_always_killed_hear_no_warning)
{
    apr_pool_t *pool = new_pool(NULL);
    struct process polite, stubborn;
    double start_time = now();

    start(&polite, POLITE);
    start(&stubborn, STUBBORN);
    apr_pool_note_subprocess(pool, &polite.proc, APR_KILL_ALWAYS);
    apr_pool_note_subprocess(pool, &stubborn.proc, APR_KILL_ALWAYS);
    apr_pool_clear(pool);
    expect(is_gone(&polite) && is_gone(&stubborn));
    expect(last_words(&polite) == 0 && last_words(&stubborn) == 0);
    expect(now() - start_time < 2.5);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(processes_that_get_time_end_by_themselves)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);
    struct process process;

    start(&process, POLITE);
    apr_pool_note_subprocess(child, &process.proc, APR_KILL_AFTER_TIMEOUT);
    apr_pool_destroy(pool);
    expect(is_gone(&process) && last_words(&process) == 't');
}
END_TEST

START_TEST(time_that_processes_get_is_three_seconds_for_all_together)
{
    apr_pool_t *pool = new_pool(NULL);
    struct process polite, stubborn[3];
    double start_time;

    start(&polite, POLITE);
    apr_pool_note_subprocess(pool, &polite.proc, APR_KILL_AFTER_TIMEOUT);
    for (int i = 0; i < 3; i++) {
        start(&stubborn[i], STUBBORN);
        apr_pool_note_subprocess(pool, &stubborn[i].proc, APR_KILL_AFTER_TIMEOUT);
    }
    start_time = now();
    apr_pool_destroy(pool);
    expect(now() - start_time > 2.5 && now() - start_time < 6);
    expect(is_gone(&polite) && last_words(&polite) == 't');
    for (int i = 0; i < 3; i++)
        expect(is_gone(&stubborn[i]) && last_words(&stubborn[i]) == 0);
}
END_TEST

START_TEST(processes_are_waited_for_without_a_signal)
{
    apr_pool_t *pool = new_pool(NULL);
    struct process process;

    start(&process, BRIEF);
    apr_pool_note_subprocess(pool, &process.proc, APR_JUST_WAIT);
    apr_pool_clear(pool);
    expect(is_gone(&process) && last_words(&process) == 'e');
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(processes_that_are_told_once_are_waited_for)
{
    apr_pool_t *pool = new_pool(NULL);
    struct process process;

    start(&process, POLITE);
    apr_pool_note_subprocess(pool, &process.proc, APR_KILL_ONLY_ONCE);
    apr_pool_destroy(pool);
    expect(is_gone(&process) && last_words(&process) == 't');
}
END_TEST

START_TEST(dead_processes_are_waited_for_at_once)
{
    static const apr_kill_conditions_e conditions[] = {
        APR_KILL_NEVER, APR_KILL_ALWAYS, APR_KILL_AFTER_TIMEOUT, APR_JUST_WAIT, APR_KILL_ONLY_ONCE};
    apr_pool_t *pool = new_pool(NULL);
    struct process processes[5];
    double start_time;

    for (size_t i = 0; i < 5; i++) {
        start(&processes[i], DEAD);
        apr_pool_note_subprocess(pool, &processes[i].proc, conditions[i]);
    }
    start_time = now();
    apr_pool_destroy(pool);
    expect(now() - start_time < 2.5);
    for (size_t i = 0; i < 5; i++)
        expect(is_gone(&processes[i]) && last_words(&processes[i]) == 0);
}
END_TEST

static apr_status_t see_it_alive(void *data)
{
    expect(waitpid(((struct process *)data)->proc.pid, NULL, WNOHANG) == 0);
    log_event('1');
    return APR_SUCCESS;
}

START_TEST(processes_end_after_subpools_and_cleanups)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);
    struct process process;

    start(&process, STUBBORN);
    apr_pool_cleanup_register(pool, &process, see_it_alive, apr_pool_cleanup_null);
    apr_pool_note_subprocess(pool, &process.proc, APR_KILL_ALWAYS);
    apr_pool_cleanup_register(pool, &process, see_it_alive, apr_pool_cleanup_null);
    apr_pool_cleanup_register(child, &process, see_it_alive, apr_pool_cleanup_null);
    apr_pool_pre_cleanup_register(pool, &process, see_it_alive);
    apr_pool_clear(pool);
    expect_events("1111");
    expect(is_gone(&process));
    close(process.told);
    /* it is forgotten: what has its number now is another process */
    start(&process, STUBBORN);
    apr_pool_destroy(pool);
    expect(waitpid(process.proc.pid, NULL, WNOHANG) == 0);
    kill(process.proc.pid, SIGKILL);
    expect(waitpid(process.proc.pid, NULL, 0) == process.proc.pid);
    close(process.told);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("processes");
    TCase *processes = add_apr_case(suite, "processes");

    tcase_add_test(processes, processes_that_are_never_killed_live_on);
    tcase_add_test(processes, processes_that_are_always_killed_hear_no_warning);
    tcase_add_test(processes, processes_that_get_time_end_by_themselves);
    tcase_add_test(processes, time_that_processes_get_is_three_seconds_for_all_together);
    tcase_add_test(processes, processes_are_waited_for_without_a_signal);
    tcase_add_test(processes, processes_that_are_told_once_are_waited_for);
    tcase_add_test(processes, dead_processes_are_waited_for_at_once);
    tcase_add_test(processes, processes_end_after_subpools_and_cleanups);
    return run_suite(suite);
}
