/*
 * monitor/client.c - one client of a monitor: its line, its answer.
 */
#include "monitor/monitor.h"

#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SENT_AT_ONCE ((size_t)256 << 10) /* to one client in one call */
#define READS_AT_END 16

enum word { WORD_TEXT, WORD_JSON, WORD_DOT, WORD_FOLDED, WORD_METRICS, WORD_HELP, WORD_COUNT };

static const struct {
    const char *name;
    const char *about;
} words[] = {
    [WORD_TEXT] = {"text", "all pools, as a tree"},
    [WORD_JSON] = {"json", "all pools, as JSON"},
    [WORD_DOT] = {"dot", "all pools, as a graph for Graphviz"},
    [WORD_FOLDED] = {"folded", "all pools, for flame graphs"},
    [WORD_METRICS] = {"metrics", "numbers of the process"},
    [WORD_HELP] = {"help", "this list"},
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Sends a line that the socket has room for, as nothing has been sent before. */
static void tell(int fd, const char *line)
{
    (void)send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Ends the connection. What the client has sent in vain is read first, within reason: it would see
   a reset in place of the end of the answer. */
static void hang_up(int fd)
{
    char rest[4096];
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < READS_AT_END && recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0; i++)
        ;
    close(fd);
}

void client_drop(struct monitor *monitor, struct client *client)
{
    /* A child process may have the same descriptor: closing it would not stop the watch. */
    epoll_ctl(monitor->poll, EPOLL_CTL_DEL, client->fd, NULL);
    hang_up(client->fd);
    client->fd = -1;
    if (client->answer)
        monitor->untaken -= client->size;
    free(client->answer);
    client->answer = NULL;
    monitor_save_spare(monitor);
}

void client_forget(struct client *client)
{
    close(client->fd);
    free(client->answer);
    client->fd = -1;
    client->answer = NULL;
}

/* The client that has done nothing for the longest time, if it was long, goes; `except` stays.
   Returns whether there was one. */
static bool drop_idle(struct monitor *monitor, const struct client *except, bool with_answer)
{
    struct client *idle = NULL;
    for (struct client *client = monitor->clients; client < monitor->clients + CLIENTS; client++) {
        if (client->fd >= 0 && client != except && (client->answer || !with_answer) &&
            (!idle || client->since < idle->since))
            idle = client;
    }
    if (!idle || now() - idle->since < PATIENCE_MILLISECONDS)
        return false;
    client_drop(monitor, idle);
    return true;
}

/* Whether it is a process of the same user, or of root. */
static bool is_allowed(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

static struct client *find_place(struct monitor *monitor)
{
    for (struct client *client = monitor->clients; client < monitor->clients + CLIENTS; client++) {
        if (client->fd < 0)
            return client;
    }
    return NULL;
}

static int watch(const struct monitor *monitor, const struct client *client, int operation,
                 uint32_t events)
{
    struct epoll_event event = {.events = events,
                                .data.u32 = (uint32_t)(client - monitor->clients)};
    return epoll_ctl(monitor->poll, operation, client->fd, &event);
}

static void turn_away(struct monitor *monitor, int fd, const char *why)
{
    tell(fd, why);
    hang_up(fd);
    monitor_save_spare(monitor);
}

void client_begin(struct monitor *monitor, int fd)
{
    if (!is_allowed(fd)) {
        turn_away(monitor, fd, "error: this is another user's program\n");
        return;
    }
    struct client *client = find_place(monitor);
    if (!client && drop_idle(monitor, NULL, false))
        client = find_place(monitor);
    if (!client) {
        turn_away(monitor, fd, "error: too many clients, come again\n");
        return;
    }
    *client = (struct client){.fd = fd, .since = now()};
    if (watch(monitor, client, EPOLL_CTL_ADD, EPOLLIN) < 0) {
        client->fd = -1;
        turn_away(monitor, fd, "error: out of memory\n");
    }
}

/* Sends as much as the client takes now, within reason. */
static void send_on(struct monitor *monitor, struct client *client)
{
    size_t most = SENT_AT_ONCE;
    while (client->sent < client->size && most > 0) {
        size_t left = client->size - client->sent;
        ssize_t sent = send(client->fd, client->answer + client->sent, left < most ? left : most,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (sent <= 0) {
            client_drop(monitor, client);
            return;
        }
        client->sent += (size_t)sent;
        client->since = now();
        most -= (size_t)sent;
    }
    if (client->sent == client->size)
        client_drop(monitor, client);
}

static int write_help(FILE *out)
{
    for (int word = 0; word < WORD_COUNT; word++)
        fprintf(out, "%-8s  %s\n", words[word].name, words[word].about);
    return 0;
}

static int write_answer(FILE *out, enum word word)
{
    switch (word) {
    case WORD_TEXT:
        return own_report(out, NULL, OWN_REPORT_TEXT);
    case WORD_JSON:
        return own_report(out, NULL, OWN_REPORT_JSON);
    case WORD_DOT:
        return own_report(out, NULL, OWN_REPORT_DOT);
    case WORD_FOLDED:
        return own_report(out, NULL, OWN_REPORT_FOLDED);
    case WORD_METRICS:
        return own_metrics(out);
    case WORD_HELP:
    case WORD_COUNT:
        break;
    }
    return write_help(out);
}

/* Writes the answer into memory, all of it or none. Returns false: there is no memory for it. */
static bool make_answer(struct client *client, enum word word)
{
    char *answer = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&answer, &size);
    if (!out)
        return false;
    bool good = write_answer(out, word) == 0;
    good &= !ferror(out);
    good &= fclose(out) == 0;
    good &= size > 0;
    if (!good) {
        free(answer);
        return false;
    }
    client->answer = answer;
    client->size = size;
    return true;
}

static void refuse(struct monitor *monitor, struct client *client, const char *why)
{
    tell(client->fd, why);
    client_drop(monitor, client);
}

static void answer(struct monitor *monitor, struct client *client, size_t length)
{
    int word = 0;
    if (length > 0 && client->line[length - 1] == '\r')
        length--;
    while (word < WORD_COUNT && (strlen(words[word].name) != length ||
                                 memcmp(words[word].name, client->line, length) != 0))
        word++;
    if (word == WORD_COUNT) {
        refuse(monitor, client, "error: unknown word, try help\n");
        return;
    }
    while (monitor->untaken >= UNTAKEN_MAX && drop_idle(monitor, client, true))
        ;
    if (monitor->untaken >= UNTAKEN_MAX) {
        refuse(monitor, client, "error: other clients have not taken their answers, come again\n");
        return;
    }
    if (!make_answer(client, (enum word)word)) {
        refuse(monitor, client, "error: out of memory\n");
        return;
    }
    monitor->untaken += client->size;
    if (watch(monitor, client, EPOLL_CTL_MOD, EPOLLOUT) < 0)
        client_drop(monitor, client);
    else
        send_on(monitor, client);
}

static void read_line(struct monitor *monitor, struct client *client)
{
    ssize_t size;
    do {
        size = recv(client->fd, client->line + client->got, sizeof client->line - client->got,
                    MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            client_drop(monitor, client);
        return;
    }
    char *end = memchr(client->line + client->got, '\n', (size_t)size);
    client->got += (size_t)size;
    if (end)
        answer(monitor, client, (size_t)(end - client->line));
    else if (size == 0 && client->got > 0) /* its end ends the line, too */
        answer(monitor, client, client->got);
    else if (size == 0)
        client_drop(monitor, client);
    else if (client->got == sizeof client->line)
        refuse(monitor, client, "error: the line is too long\n");
}

void client_serve(struct monitor *monitor, struct client *client)
{
    if (client->answer)
        send_on(monitor, client);
    else
        read_line(monitor, client);
}
