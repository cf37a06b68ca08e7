/*
 * tools/ownstat/say.c - complaints, and the ends that come with them; output files; the arguments
 * of options.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ownstat.h"

void (*before_complaints)(void);

bool problem_set(struct problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    return false;
}

static void say(const char *format, va_list arguments) OWN_PRINTF(1, 0);

static void say(const char *format, va_list arguments)
{
    if (before_complaints)
        before_complaints();
    fflush(stdout);
    fputs("ownstat: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    exit(STATUS_BAD);
}

void fail_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fail_options(command);
}

void fail_options(const char *command)
{
    fprintf(stderr, "Try `ownstat%s%s --help'.\n", command ? " " : "", command ? command : "");
    exit(STATUS_USAGE);
}

FILE *open_output(const char *path)
{
    if (!path || strcmp(path, "-") == 0)
        return stdout;
    FILE *out = fopen(path, "we");
    if (!out)
        fail("%s: %s", path, strerror(errno));
    return out;
}

void finish_output(FILE *out, const char *path)
{
    errno = 0;
    bool failed = fflush(out) != 0 || ferror(out);
    int error = errno;
    if (out != stdout && fclose(out) != 0) {
        failed = true;
        error = errno;
    }
    if (failed)
        fail("%s: %s", out == stdout ? "stdout" : path, error ? strerror(error) : "write error");
}

uint64_t parse_number(const char *command, const char *option, const char *argument, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(argument, &end, 10);
    if (argument[0] < '0' || argument[0] > '9' || *end || errno || number > most)
        fail_usage(command, "--%s: not a number from 0 to %llu: %s", option,
                   (unsigned long long)most, argument);
    return number;
}

double parse_seconds(const char *command, const char *option, const char *argument)
{
    static const double most = 86400;
    char *end;
    double seconds = strtod(argument, &end);
    if (end == argument || *end || !(seconds > 0 && seconds <= most))
        fail_usage(command, "--%s: not a number of seconds, up to a day: %s", option, argument);
    return seconds;
}

void print_help(const char *text)
{
    fputs(text, stdout);
    finish_output(stdout, NULL);
    exit(STATUS_FINE);
}
