/*
 * tools/ownstat/monitor.c - asks a monitor for a report: connects to its Unix socket, sends a word
 * and reads until the end. No step waits, so that a screen can be kept alive meanwhile.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

/* What a monitor is asked. */
static const char question[] = "json\n";

/* How much room for an answer there is at least before each read. */
static const size_t read_room = (size_t)64 << 10;

double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool monitor_address_set(struct monitor_address *address, const char *path, struct problem *problem)
{
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->name.sun_family = AF_UNIX;
    if (length >= sizeof address->name.sun_path)
        return problem_set(problem, "%s: the path is too long for a socket", path);
    memcpy(address->name.sun_path, path, length);
    memcpy(address->text, path, length);
    address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (path[0] == '@')
        address->name.sun_path[0] = '\0';
    else
        address->length++;
    return true;
}

void monitor_end(struct monitor_request *request)
{
    if (request->descriptor >= 0)
        close(request->descriptor);
    request->descriptor = -1;
}

static enum monitor_state end_with(struct monitor_request *request, struct problem *problem,
                                   const char *what)
{
    problem_set(problem, "%s", what);
    monitor_end(request);
    return MONITOR_FAILED;
}

static enum monitor_state end_with_errno(struct monitor_request *request, struct problem *problem)
{
    return end_with(request, problem, strerror(errno));
}

enum monitor_state monitor_begin(struct monitor_request *request, own_pool *memory,
                                 const struct monitor_address *address, double timeout,
                                 struct problem *problem)
{
    *request = (struct monitor_request){
        .memory = memory,
        .timeout = timeout,
        .deadline = clock_now() + timeout,
        .descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
    };
    if (request->descriptor < 0)
        return end_with_errno(request, problem);
    /* A Unix socket is connected at once, or its queue is full. */
    while (connect(request->descriptor, (const struct sockaddr *)&address->name, address->length) !=
           0) {
        if (errno != EAGAIN && errno != EINTR)
            return end_with_errno(request, problem);
        if (clock_now() > request->deadline)
            return end_with(request, problem, "its queue of connections is full");
        poll(NULL, 0, 20);
    }
    return monitor_step(request, problem);
}

short monitor_events(const struct monitor_request *request)
{
    return request->is_sent ? POLLIN : POLLOUT;
}

int monitor_patience(const struct monitor_request *request)
{
    double left = request->deadline - clock_now();
    return left > 0 ? (int)(left * 1000) + 1 : 0;
}

enum monitor_state monitor_step(struct monitor_request *request, struct problem *problem)
{
    if (!request->is_sent) {
        ssize_t sent = send(request->descriptor, question, sizeof question - 1, MSG_NOSIGNAL);
        request->is_sent = sent == (ssize_t)sizeof question - 1;
        if (!request->is_sent && (sent >= 0 || errno != EAGAIN))
            return end_with(request, problem, "it does not read the question");
    }
    while (request->is_sent) {
        while (request->room - request->length < read_room)
            request->bytes =
                memory_grow(request->memory, request->bytes, request->room, &request->room, 1);
        ssize_t got = recv(request->descriptor, request->bytes + request->length,
                           request->room - request->length, 0);
        if (got == 0) {
            monitor_end(request);
            return MONITOR_ANSWERED;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got < 0)
            return end_with_errno(request, problem);
        request->length += (size_t)got;
        request->deadline = clock_now() + request->timeout;
    }
    if (clock_now() > request->deadline)
        return end_with(request, problem, "it does not answer in time");
    return MONITOR_WAITS;
}

struct report *monitor_read(const struct monitor_address *address, double timeout,
                            struct problem *problem)
{
    own_pool *memory = memory_new(NULL, "report");
    struct monitor_request request;
    struct problem why;
    enum monitor_state state = monitor_begin(&request, memory, address, timeout, &why);
    while (state == MONITOR_WAITS) {
        struct pollfd polled = {request.descriptor, monitor_events(&request), 0};
        poll(&polled, 1, monitor_patience(&request));
        state = monitor_step(&request, &why);
    }
    if (state == MONITOR_ANSWERED && request.length == 0)
        problem_set(&why, "it answers nothing");
    if (state == MONITOR_FAILED || request.length == 0) {
        problem_set(problem, "%s: %s", address->text, why.text);
        own_decref(memory);
        return NULL;
    }
    return report_parse(memory, own_strdup(memory, address->text), request.bytes, request.length,
                        problem);
}
