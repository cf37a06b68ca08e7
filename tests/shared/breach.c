/*
 * breach.c - a process that is to abort, and what it says on the way.
 */
#include "breach.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ABORTED 66

/* Ends in the usual way where nothing minds, so that make coverage counts what has run. */
static void on_abort(int number)
{
    if (!memory_is_checked())
        exit(ABORTED);
    signal(number, SIG_DFL);
    raise(number);
}

static bool has_aborted(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == ABORTED;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void read_all(int from, char *text, size_t size)
{
    size_t length = 0;

    for (ssize_t got; (got = read(from, text + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    text[length] = '\0';
}

void expect_breach(const struct breach *breach, void (*build)(void), void (*validate)(void))
{
    char text[4096];
    int ends[2];
    int status;

    expect(pipe(ends) == 0);
    pid_t process = fork();
    expect(process >= 0);
    if (process == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        signal(SIGABRT, on_abort);
        build();
        breach->cause();
        validate();
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    read_all(ends[0], text, sizeof(text));
    close(ends[0]);
    expect(waitpid(process, &status, 0) == process);
    if (!breach->equation) {
        expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
        return;
    }
    if (!has_aborted(status) || !strstr(text, breach->equation))
        ck_abort_msg("status %x, \"%s\", expected \"%s\"", (unsigned)status, text,
                     breach->equation);
}
