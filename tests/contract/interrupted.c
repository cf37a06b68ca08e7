/*
 * interrupted.c - fork, ends of threads and signals, while threads are in the middle of any public
 * calls, those of pairs_*.c: a child process can make each of them on things of its own; what
 * threads that have ended leave is used by others, also from destructors of thread keys; a signal
 * changes no result; a report from a signal handler ends.
 */
#include "pairs.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUSY_THREADS 3
#define FORKS 100
#define THREADS_THAT_END 600
#define SIGNAL_STEPS 60000
#define REPORTS 40
#define CHILD_SECONDS 30U /* a child that takes longer hangs */

static bool stop; /* atomic */

/* What may be called beside anything: the header leaves no pair to the user. */
static bool is_free_for_all(const struct pair_row *row)
{
    return !(row->flags & (STILL | READS | WRITES));
}

static void call_one(struct worker *worker, struct random *random)
{
    const struct pair_row *row = row_at(random_below(random, count_rows()));

    worker->random = (size_t)random_next(random);
    if (is_free_for_all(row))
        row->call(worker);
}

static FILE *open_nowhere(void)
{
    FILE *nowhere = fopen("/dev/null", "w");

    expect(nowhere != NULL);
    return nowhere;
}

static void *keep_calling(void *number)
{
    struct worker worker = {.number = (size_t)(uintptr_t)number, .out = open_nowhere()};
    struct random random = {.state = worker.number + 1};

    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        call_one(&worker, &random);
    fclose(worker.out);
    return NULL;
}

static void begin_busy(pthread_t *threads)
{
    __atomic_store_n(&stop, false, __ATOMIC_RELEASE);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        expect(pthread_create(&threads[i], NULL, keep_calling, (void *)(uintptr_t)i) == 0);
}

static void end_busy(const pthread_t *threads)
{
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (size_t i = 0; i < BUSY_THREADS; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    if (world.handed)
        expect(own_free(world.pool, world.handed) == 0);
    end_world();
}

static void rest(long microseconds)
{
    const struct timespec time = {.tv_nsec = microseconds * 1000};

    nanosleep(&time, NULL);
}

/* A child process: all calls once, on things of its own. */
static void call_all(int nowhere)
{
    struct worker worker = {.number = 1, .out = fdopen(nowhere, "w")};

    signal(SIGALRM, SIG_DFL); /* Check has a handler of its own */
    alarm(CHILD_SECONDS);
    make_world();
    for (size_t i = 0; i < count_rows(); i++)
        row_at(i)->call(&worker);
    if (world.handed)
        expect(own_free(world.pool, world.handed) == 0);
    end_world();
    _exit(0);
}

/* How a child has ended: 0, or the signal. */
static int wait_for(pid_t process)
{
    int status;

    expect(process > 0 && waitpid(process, &status, 0) == process);
    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 0;
}

START_TEST(a_child_process_can_make_every_call)
{
    pthread_t threads[BUSY_THREADS];
    size_t forks = scaled(FORKS);
    int nowhere = fileno(open_nowhere());

    make_world();
    begin_busy(threads);
    for (size_t i = 0; i < forks || i < 3; i++) {
        rest((long)(i * 37 % 500));
        pid_t process = fork();
        if (process == 0)
            call_all(nowhere);
        int killed = wait_for(process);
        if (killed)
            ck_abort_msg("a child was ended by signal %d, or hangs", killed);
    }
    end_busy(threads);
}
END_TEST

/* Keys made before and after the library's own: their destructors are called in some order. */
static pthread_key_t keys[2];

static void call_at_end(void *rounds)
{
    struct worker worker = {.out = open_nowhere()};
    struct random random = {.state = (size_t)(uintptr_t)rounds};
    own_pool *pool = own_pool_new(world.pool);
    size_t left = (size_t)(uintptr_t)rounds;

    for (int i = 0; i < 5; i++)
        call_one(&worker, &random);
    expect(pool && own_alloc(pool, 1, 100) && own_drop(world.pool, pool) == 0);
    fclose(worker.out);
    if (left > 1) /* called again, when the library's own has been, perhaps */
        pthread_setspecific(keys[left % 2], (void *)(uintptr_t)(left - 1));
}

static void *call_and_end(void *number)
{
    struct worker worker = {.number = (size_t)(uintptr_t)number, .out = open_nowhere()};
    struct random random = {.state = worker.number + 100};

    for (int i = 0; i < 2; i++)
        expect(pthread_setspecific(keys[i], (void *)2) == 0);
    for (int i = 0; i < 5; i++)
        call_one(&worker, &random);
    /* A block that another thread frees, after this one has ended. */
    char *block = own_alloc(world.pool, 1, 300);
    block = __atomic_exchange_n(&world.handed, block, __ATOMIC_ACQ_REL);
    expect(!block || own_free(world.pool, block) == 0);
    fclose(worker.out);
    if (worker.number % 2)
        pthread_exit(NULL);
    return NULL;
}

START_TEST(threads_end_while_others_call)
{
    pthread_t busy[BUSY_THREADS], ending[4];
    size_t threads = scaled(THREADS_THAT_END) / 4 + 1;

    expect(pthread_key_create(&keys[0], call_at_end) == 0);
    make_world();
    expect(pthread_key_create(&keys[1], call_at_end) == 0);
    begin_busy(busy);
    for (size_t i = 0; i < threads; i++) {
        for (size_t j = 0; j < 4; j++)
            expect(pthread_create(&ending[j], NULL, call_and_end, (void *)(i * 4 + j)) == 0);
        for (size_t j = 0; j < 4; j++)
            expect(pthread_join(ending[j], NULL) == 0);
    }
    end_busy(busy);
}
END_TEST

static int signals;

static void count_signal(int number)
{
    (void)number;
    __atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED); /* on any thread */
}

START_TEST(a_signal_changes_no_result)
{
    const struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = count_signal}; /* system calls are interrupted */
    struct worker worker = {.number = 9, .out = open_nowhere()};
    struct random random = {.state = 9};
    pthread_t threads[BUSY_THREADS];
    size_t steps = scaled(SIGNAL_STEPS);

    __atomic_store_n(&signals, 0, __ATOMIC_RELAXED);
    setvbuf(worker.out, NULL, _IOFBF, 1 << 16);
    make_world();
    expect(sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGPROF, &action, NULL) == 0);
    begin_busy(threads);
    expect(setitimer(ITIMER_PROF, &often, NULL) == 0); /* for the process: of any thread */
    for (size_t i = 0; i < steps; i++) {
        if (i % 50 == 0)
            expect(pthread_kill(threads[i / 50 % BUSY_THREADS], SIGUSR1) == 0);
        call_one(&worker, &random);
    }
    expect(setitimer(ITIMER_PROF, &never, NULL) == 0);
    end_busy(threads);
    expect(__atomic_load_n(&signals, __ATOMIC_RELAXED) > 0);
    fclose(worker.out);
}
END_TEST

/* As own_report_fd says that it is done. */
static int report_to;

static void report_and_end(int number)
{
    (void)number;
    signal(SIGALRM, SIG_DFL);
    alarm(2);
    own_report_fd(report_to, world.root, OWN_REPORT_TEXT);
    _exit(0);
}

static void be_interrupted(size_t after)
{
    pthread_t threads[BUSY_THREADS];
    sigset_t usual;

    sigemptyset(&usual);
    sigaddset(&usual, SIGUSR1);
    signal(SIGUSR1, report_and_end);
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS); /* the handler makes it 2 */
    make_world();
    begin_busy(threads);
    if (after % 2) /* the signal comes on one that is busy */
        pthread_sigmask(SIG_BLOCK, &usual, NULL);
    rest((long)(1000 + after * 113 % 1000));
    kill(getpid(), SIGUSR1);
    rest(999999);
    for (;;) /* until the handler ends the process */
        pause();
}

START_TEST(a_report_in_a_signal_handler_ends)
{
    size_t reports = scaled(REPORTS), written = 0;
    FILE *nowhere = open_nowhere();

    report_to = fileno(nowhere);
    for (size_t i = 0; i < reports || i < 3; i++) {
        pid_t process = fork();
        if (process == 0)
            be_interrupted(i);
        /* What was half changed may be waited for, until SIGALRM, or be read as nonsense. */
        int killed = wait_for(process);
        if (killed && killed != SIGALRM && killed != SIGSEGV && killed != SIGBUS)
            ck_abort_msg("a report was ended by signal %d", killed);
        written += killed == 0;
    }
    printf("%zu of %zu reports in signal handlers were whole\n", written, reports);
    expect(written > 0);
    fclose(nowhere);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupted");
    TCase *calls = add_case(suite, "calls");

#ifdef THREAD_SANITIZED
    fprintf(stderr, "skipped: forks and reports in handlers, where ThreadSanitizer has locks\n");
#else
    if (!memory_is_checked()) {
        tcase_add_test(calls, a_child_process_can_make_every_call);
        tcase_add_test(calls, a_report_in_a_signal_handler_ends);
    } else {
        fprintf(stderr, "skipped: forks and reports in handlers, where malloc is a sanitizer's\n");
    }
#endif
    tcase_add_test(calls, threads_end_while_others_call);
    tcase_add_test(calls, a_signal_changes_no_result);
    return run_suite(suite);
}
