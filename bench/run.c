/*
 * run.c - one peer, one workload, one process: forked, pinned to a CPU, killed after a limit.
 */
#include "config.h"

#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_MOST 900
#define STACK_BYTES ((rlim_t)8 << 20)

/* The last of those allowed: the first has most of the interrupts. */
size_t run_cpu(void)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 0;
    size_t last = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed))
            last = cpu;
    return last;
}

/* The peers' programs lie beside this one. */
static void path_of(const char *peer, char *path, size_t size)
{
    char own[4096];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(own, '/');
    snprintf(path, size, "%.*s/peer-%s", slash ? (int)(slash - own) : 1, slash ? own : ".", peer);
}

static _Noreturn void become(const char *peer, bool quick, const char *workload, int output)
{
    char path[4200];
    path_of(peer, path, sizeof path);
    cpu_set_t pinned;
    CPU_ZERO(&pinned);
    CPU_SET(run_cpu(), &pinned);
    sched_setaffinity(0, sizeof pinned, &pinned);
    struct rlimit stack = {STACK_BYTES, STACK_BYTES};
    setrlimit(RLIMIT_STACK, &stack);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dup2(output, STDOUT_FILENO);
    if (quick)
        execl(path, path, "--quick", workload, (char *)NULL);
    else
        execl(path, path, workload, (char *)NULL);
    dprintf(STDOUT_FILENO, "note %s: %s\n", path, strerror(errno));
    _exit(127);
}

/* Reads lines until the end. False: it took too long. */
static bool read_lines(int input, void (*each)(const char *line, void *context), void *context)
{
    char buffer[4096];
    size_t filled = 0;
    time_t end = time(NULL) + SECONDS_MOST;
    for (;;) {
        time_t left = end - time(NULL);
        struct pollfd ready = {.fd = input, .events = POLLIN};
        int found = left > 0 ? poll(&ready, 1, (int)left * 1000) : 0;
        if (found < 0 && errno == EINTR)
            continue;
        if (found <= 0)
            return false;
        ssize_t got = read(input, buffer + filled, sizeof buffer - 1 - filled);
        if (got <= 0)
            return true;
        filled += (size_t)got;
        buffer[filled] = '\0';
        char *line = buffer;
        for (char *end_of_line; (end_of_line = strchr(line, '\n')); line = end_of_line + 1) {
            *end_of_line = '\0';
            each(line, context);
        }
        filled -= (size_t)(line - buffer);
        memmove(buffer, line, filled);
        if (filled == sizeof buffer - 1)
            filled = 0; /* no line of ours is so long */
    }
}

bool run_peer(const char *peer, bool quick, const char *workload,
              void (*each)(const char *line, void *context), void *context, char why[LINE_MOST])
{
    int ends[2];
    if (pipe(ends) != 0) {
        snprintf(why, LINE_MOST, "pipe: %s", strerror(errno));
        return false;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become(peer, quick, workload, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        snprintf(why, LINE_MOST, "fork: %s", strerror(errno));
        return false;
    }
    bool in_time = read_lines(ends[0], each, context);
    close(ends[0]);
    if (!in_time)
        kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (in_time && status == 0)
        return true;
    if (!in_time)
        snprintf(why, LINE_MOST, "stopped after %d seconds", SECONDS_MOST);
    else if (WIFSIGNALED(status))
        snprintf(why, LINE_MOST, "%s", strsignal(WTERMSIG(status)));
    else
        snprintf(why, LINE_MOST, "status %d", WEXITSTATUS(status));
    return false;
}
