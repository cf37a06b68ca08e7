/*
 * shortage.c - tests that the server goes on where the system has no memory or no descriptors left:
 * clients are told so, keep their connections, and all is well again when there is some.
 *
 * The system's limits are set for the server alone, while it runs.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* prlimit */
#endif
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define MIB ((size_t)1 << 20)
#define ROOM (60 * MIB)
#define VALUE (5 * MIB)
#define ANSWER_MILLISECONDS 20000
#define VISITORS 12
#define MORE 16 /* descriptors, at most */

static const char no_memory[] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
static const char no_descriptor[] = "-ERR max number of clients reached\r\n";
static char value[VALUE];

static void set_limit(const struct server *server, int resource, rlim_t limit)
{
    struct rlimit both = {.rlim_cur = limit, .rlim_max = RLIM_INFINITY};
    struct rlimit old;
    if (prlimit(server->pid, (__rlimit_resource_t)resource, NULL, &old) != 0)
        fail("prlimit: %s", strerror(errno));
    both.rlim_max = old.rlim_max;
    if (limit == RLIM_INFINITY)
        both.rlim_cur = old.rlim_max;
    if (prlimit(server->pid, (__rlimit_resource_t)resource, &both, NULL) != 0)
        fail("prlimit: %s", strerror(errno));
}

/* Bytes of address space that the server has. */
static size_t address_space(const struct server *server)
{
    char path[64];
    unsigned long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)server->pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        fail("%s cannot be read", path);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static rlim_t descriptors(const struct server *server)
{
    char path[64];
    rlim_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)server->pid);
    DIR *folder = opendir(path);
    if (!folder)
        fail("%s cannot be read", path);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 2; /* . and .. */
}

/* Reads a line, within a time. false: the server closes instead. */
static bool read_line(int client, char *line, size_t size)
{
    size_t length = 0;
    while (length < size - 1 && (length == 0 || line[length - 1] != '\n')) {
        struct pollfd waits = {.fd = client, .events = POLLIN};
        if (poll(&waits, 1, ANSWER_MILLISECONDS) != 1)
            fail("no answer comes");
        if (read(client, line + length, 1) != 1)
            return false;
        length++;
    }
    line[length] = '\0';
    return true;
}

/* Whether a string of VALUE bytes could be set. The connection stays in any case. */
static bool set_value(int client, int number)
{
    char line[256];
    snprintf(line, sizeof line, "*3\r\n$3\r\nSET\r\n$4\r\nk%03d\r\n$%zu\r\n", number, VALUE);
    client_send_string(client, line);
    client_send(client, value, VALUE);
    client_send_string(client, "\r\n");
    if (!read_line(client, line, sizeof line))
        fail("a client below its limit was closed");
    if (strcmp(line, "+OK\r\n") != 0 && strcmp(line, no_memory) != 0)
        fail("SET without memory: \"%s\"", line);
    return line[0] == '+';
}

/* A new client is served, or refused in words. */
static bool visit(const struct server *server, const char *refusal)
{
    char line[256];
    int client = client_connect(server);
    client_send_string(client, "PING\r\n");
    bool answered = read_line(client, line, sizeof line);
    if (!answered || (strcmp(line, "+PONG\r\n") != 0 && strncmp(line, refusal, strlen(refusal))))
        fail("a new client was answered with \"%s\"", answered ? line : "nothing");
    close(client);
    return line[0] == '+';
}

static void check_memory(void)
{
    struct server server;
    server_start(&server, NULL);
    int client = client_connect(&server), other = client_connect(&server);
    clients_wait(client, 2);
    struct idle idle = idle_figures(client);
    memset(value, 'v', sizeof value);
    for (int round = 0; round < 2; round++) {
        int number = 0;
        set_limit(&server, RLIMIT_AS, address_space(&server) + ROOM);
        while (number < 999 && set_value(client, number))
            number++;
        if (number == 999)
            fail("the limit of the system does nothing");
        /* Commands after the one that was refused, in the same piece, are run. */
        for (int i = 0; i < VISITORS; i++) {
            (void)visit(&server, "-OOM ");
            (void)set_value(other, 999);
        }
        client_expect(client, "EXISTS k000 nosuch", ":1\r\n");
        client_expect(client, "FLUSHALL", "+OK\r\n");
        for (int i = 0; i < VISITORS; i++)
            if (!visit(&server, "-OOM "))
                fail("a new client is refused where there is memory");
        if (!set_value(other, 0))
            fail("a string is refused where there is memory");
        set_limit(&server, RLIMIT_AS, RLIM_INFINITY);
        client_expect(client, "FLUSHALL", "+OK\r\n");
    }
    close(other);
    other = client_connect(&server);
    idle_expect(client, idle, "a shortage of memory");
    server_stop(&server);
}

static void check_descriptors(void)
{
    struct server server;
    int clients[MORE];
    server_start(&server, NULL);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    for (int round = 0; round < 2; round++) {
        set_limit(&server, RLIMIT_NOFILE, descriptors(&server) + MORE / 2);
        int count = 0;
        while (count < MORE && visit(&server, no_descriptor))
            clients[count++] = client_connect(&server);
        if (count == 0 || count == MORE)
            fail("%d clients were served", count);
        for (int i = 0; i < VISITORS; i++)
            if (visit(&server, no_descriptor))
                fail("a client is served without a descriptor");
        client_expect(client, "PING", "+PONG\r\n");
        while (count > 0)
            close(clients[--count]);
        idle_expect(client, idle, "a shortage of descriptors");
        if (!visit(&server, no_descriptor))
            fail("a new client is refused where there is a descriptor");
        set_limit(&server, RLIMIT_NOFILE, RLIM_INFINITY);
    }
    server_stop(&server);
}

int main(void)
{
    const char *sanitizer = getenv("OWN_SANITIZER"), *program = getenv("RESPD");
    if ((sanitizer && *sanitizer && strcmp(sanitizer, "no") != 0) ||
        (program && strstr(program, "valgrind"))) {
        puts("shortage: Valgrind and sanitizers need memory themselves");
        return 77;
    }
    check_descriptors();
    check_memory();
    return 0;
}
