/*
 * tools/ownstat/run.c - runs another program.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"

/* It may work as long as it writes something this often; dot draws large graphs for long. */
static const int patience = 300 * 1000;

static int start(const char *const *arguments, int input, int output, bool quiet, pid_t *process)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (error == 0 && output != STDOUT_FILENO)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0 && quiet)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    /* What is spawned does not change its arguments. */
    if (error == 0)
        error = posix_spawnp(process, arguments[0], &actions, NULL,
                             (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads to the end; false: nothing came for too long. */
static bool collect(int descriptor, own_pool *memory, char **output)
{
    size_t length = 0, room = 4096;
    *output = own_alloc_raw(memory, room, 1);
    for (;;) {
        struct pollfd polled = {descriptor, POLLIN, 0};
        int ready = poll(&polled, 1, patience);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        ssize_t got = read(descriptor, *output + length, room - length);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            length += (size_t)got;
        *output = memory_grow(memory, *output, length, &room, 1);
    }
    (*output)[length] = '\0';
    return true;
}

static enum run_result finish(const char *name, pid_t process, struct problem *problem)
{
    int status;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR) {
            problem_set(problem, "%s: %s", name, strerror(errno));
            return RUN_FAILED;
        }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return RUN_DONE;
    if (WIFEXITED(status))
        problem_set(problem, "%s ended with the status %d", name, WEXITSTATUS(status));
    else
        problem_set(problem, "%s was ended by the signal %d", name, WTERMSIG(status));
    return RUN_FAILED;
}

enum run_result run_program(const char *const *arguments, FILE *input, own_pool *memory,
                            char **output, bool quiet, struct problem *problem)
{
    int pipe_ends[2] = {-1, STDOUT_FILENO};
    pid_t process;
    if (fflush(input) != 0 || lseek(fileno(input), 0, SEEK_SET) < 0 ||
        (output && pipe2(pipe_ends, O_CLOEXEC) != 0)) {
        problem_set(problem, "%s: %s", arguments[0], strerror(errno));
        return RUN_FAILED;
    }
    fflush(stdout);
    int error = start(arguments, fileno(input), pipe_ends[1], quiet, &process);
    if (output)
        close(pipe_ends[1]);
    if (error != 0) {
        if (output)
            close(pipe_ends[0]);
        problem_set(problem, "%s: %s", arguments[0], strerror(error));
        return error == ENOENT ? RUN_MISSING : RUN_FAILED;
    }
    bool in_time = !output || collect(pipe_ends[0], memory, output);
    if (output)
        close(pipe_ends[0]);
    if (!in_time)
        kill(process, SIGKILL);
    return finish(arguments[0], process, problem);
}
