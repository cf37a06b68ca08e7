/*
 * tools/ownstat/source.c - reads a report from where an argument says.
 */
#include "source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

long source_process(const char *name)
{
    static const size_t most_digits = 9;
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && digits <= most_digits && !name[digits] ? strtol(name, NULL, 10) : 0;
}

static bool read_all(own_pool *memory, int descriptor, size_t expected, char **text, size_t *length)
{
    size_t room = expected + 1;
    *text = own_alloc_raw(memory, room, 1);
    *length = 0;
    for (;;) {
        ssize_t got = read(descriptor, *text + *length, room - *length);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            *length += (size_t)got;
        *text = memory_grow(memory, *text, *length, &room, 1);
    }
}

static struct report *read_file(const char *name, struct problem *problem)
{
    bool is_stdin = strcmp(name, "-") == 0;
    const char *source = is_stdin ? "stdin" : name;
    int descriptor = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        problem_set(problem, "%s: %s", source, strerror(errno));
        return NULL;
    }
    own_pool *memory = memory_new(NULL, "report");
    struct stat status;
    size_t expected = 0;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        expected = (size_t)status.st_size;
    char *text;
    size_t length;
    bool is_read = read_all(memory, descriptor, expected, &text, &length);
    if (!is_read)
        problem_set(problem, "%s: %s", source, strerror(errno));
    if (!is_stdin)
        close(descriptor);
    if (is_read)
        return report_parse(memory, own_strdup(memory, source), text, length, problem);
    own_decref(memory);
    return NULL;
}

struct report *source_read(const char *name, const struct reading *reading, struct problem *problem)
{
    struct monitor_address address;
    struct stat status;
    long process = source_process(name);
    if (process > 0)
        return process_read(process, reading->timeout, &address, problem);
    if (name[0] == '@' || (stat(name, &status) == 0 && S_ISSOCK(status.st_mode)))
        return monitor_address_set(&address, name, problem)
                   ? monitor_read(&address, reading->timeout, problem)
                   : NULL;
    return read_file(name, problem);
}

struct report *source_must_read(const char *name, const struct reading *reading)
{
    struct problem problem;
    struct report *report = source_read(name, reading, &problem);
    if (!report)
        fail("%s", problem.text);
    return report;
}
