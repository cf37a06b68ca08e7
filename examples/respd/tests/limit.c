/*
 * limit.c - tests that a client that takes too much gets an error and is closed, and that the
 * others do not notice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

/* Where we send on after the end, the system may drop the farewell before we have read it. */
static const char farewell[] = "-ERR client exceeded its memory limit\r\n";
static const char no_memory[] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

static char filler[64 << 10];

/* False: the server has closed this before all was sent. */
static bool send_all(int client, const char *bytes, size_t length)
{
    for (ssize_t sent; length > 0; bytes += sent, length -= (size_t)sent)
        if ((sent = send(client, bytes, length, MSG_NOSIGNAL)) < 0)
            return false;
    return true;
}

static void check_large_argument(const struct server *server)
{
    char got[256];
    int client = client_connect(server);
    client_send_string(client, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000\r\n");
    got[client_read_all(client, got, sizeof got - 1)] = '\0';
    if (strcmp(got, farewell) != 0)
        fail("an argument above the limit: \"%s\"", got);
    close(client);
}

/* What has been read is in memory until it has been copied: an argument counts twice meanwhile. */
static void check_argument_beside_its_input(const struct server *server)
{
    static const size_t lengths[] = {400000, 600000};
    static const char *const replies[] = {"+OK\r\n", farewell};
    static char argument[600000];
    for (int i = 0; i < 2; i++) {
        char got[256], start[64];
        int client = client_connect(server);
        snprintf(start, sizeof start, "*3\r\n$3\r\nSET\r\n$6\r\ncopied\r\n$%zu\r\n", lengths[i]);
        client_send_string(client, start);
        bool sent = send_all(client, argument, lengths[i]) && send_all(client, "\r\n", 2);
        shutdown(client, SHUT_WR);
        got[client_read_all(client, got, sizeof got - 1)] = '\0';
        if (strcmp(got, sent ? replies[i] : farewell) != 0 && (sent || got[0]))
            fail("an argument of %zu bytes: \"%s\"", lengths[i], got);
        close(client);
    }
}

/* Arguments that fit one by one, and not together. */
static void check_sum_of_arguments(const struct server *server)
{
    enum { LENGTH = 300000 };
    static char argument[LENGTH];
    char got[256];
    int client = client_connect(server);
    client_send_string(client, "*9\r\n$4\r\nMSET\r\n");
    for (int i = 0; i < 4; i++) /* the last of them is refused, or the one before */
        if (!send_all(client, "$300000\r\n", 9) || !send_all(client, argument, LENGTH) ||
            !send_all(client, "\r\n", 2))
            break;
    got[client_read_all(client, got, sizeof got - 1)] = '\0';
    if (got[0] && strcmp(got, farewell) != 0)
        fail("arguments above the limit together: \"%s\"", got);
    close(client);
}

static void check_many_arguments(const struct server *server)
{
    char got[256];
    int client = client_connect(server);
    client_send_string(client, "*1000000\r\n");
    for (int i = 0; i < 1000; i++)
        memcpy(filler + i * 9, "$3\r\nabc\r\n", 9);
    for (int i = 0; i < 1000; i++)
        if (!send_all(client, filler, 9000))
            break;
    got[client_read_all(client, got, sizeof got - 1)] = '\0';
    if (got[0] && strcmp(got, farewell) != 0)
        fail("too many arguments: \"%s\"", got);
    close(client);
}

/* A reply that does not fit is replaced by the error. */
static void check_large_reply(const struct server *server, int other)
{
    char got[256];
    int client = client_connect(server);
    for (int i = 0; i < 5000; i++) {
        client_expect(other, "RPUSH list 0123456789012345678901234567890123456789", "");
        char reply[32];
        int length = snprintf(reply, sizeof reply, ":%d\r\n", i + 1);
        client_read(other, got, (size_t)length);
    }
    /* What is held, and what is not read, is not counted twice. Each command comes by its own read
       and runs as soon as it may, while the reply before is being written. */
    for (int i = 0; i < 200; i++) {
        if (i % 20 == 0 && i > 0) {
            close(client);
            client = client_connect(server);
        }
        client_send_string(client, "LRANGE list 0 -1\r\n");
        usleep(100);
    }
    close(client);

    client = client_connect(server);
    client_send_string(client, "*200001\r\n$4\r\nMGET\r\n");
    memset(filler, 0, sizeof filler);
    for (int i = 0; i < 200000; i++)
        if (!send_all(client, "$1\r\nk\r\n", 7))
            break;
    got[client_read_all(client, got, sizeof got - 1)] = '\0';
    if (got[0] && strcmp(got, farewell) != 0)
        fail("a reply above the limit: \"%.100s\"", got);
    close(client);
    client_expect(other, "DEL list", ":1\r\n");
}

/* The limit of the whole server: writes are refused, reads and deletes go on. */
static void check_maxmemory(void)
{
    static const char *const options[] = {"--maxmemory", "8000000", NULL};
    struct server server;
    server_start(&server, options);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    char command[2048], got[128];
    memset(filler, 'x', 1500);
    bool refused = false;
    for (int i = 0; i < 20000 && !refused; i++) {
        int length = snprintf(command, sizeof command, "SET key%d %.1500s\r\n", i, filler);
        client_send(client, command, (size_t)length);
        client_read(client, got, 5);
        if (memcmp(got, "+OK\r\n", 5) != 0) {
            client_read(client, got + 5, sizeof no_memory - 1 - 5);
            refused = memcmp(got, no_memory, sizeof no_memory - 1) == 0;
            if (!refused)
                break;
        }
    }
    if (!refused)
        fail("maxmemory: no write was refused as it should be");
    client_expect(client, "EXISTS key0", ":1\r\n");
    client_expect(client, "DEL key0", ":1\r\n");
    client_expect(client, "FLUSHALL", "+OK\r\n");
    client_expect(client, "SET again value", "+OK\r\n");
    client_expect(client, "FLUSHALL", "+OK\r\n");
    idle_expect(client, idle, "maxmemory");
    server_stop(&server);
}

static void check_maxclients(void)
{
    static const char *const options[] = {"--maxclients", "2", NULL};
    struct server server;
    char got[128];
    server_start(&server, options);
    int first = client_connect(&server), second = client_connect(&server);
    client_expect(first, "PING", "+PONG\r\n");
    client_expect(second, "PING", "+PONG\r\n");
    int third = client_connect(&server);
    got[client_read_all(third, got, sizeof got - 1)] = '\0';
    if (strcmp(got, "-ERR max number of clients reached\r\n") != 0)
        fail("maxclients: \"%s\"", got);
    client_expect(first, "PING", "+PONG\r\n");
    server_stop(&server);
}

int main(void)
{
    static const char *const options[] = {"--client-limit", "1000000", NULL};
    struct server server;
    server_start(&server, options);
    int other = client_connect(&server);
    struct idle idle = idle_figures(other);

    check_large_argument(&server);
    idle_expect(other, idle, "a large argument");
    check_argument_beside_its_input(&server);
    client_expect(other, "DEL copied", ":1\r\n");
    idle_expect(other, idle, "an argument beside its input");
    check_many_arguments(&server);
    idle_expect(other, idle, "many arguments");
    check_large_reply(&server, other);
    idle_expect(other, idle, "a large reply");

    check_sum_of_arguments(&server);
    idle_expect(other, idle, "arguments above the limit together");
    client_expect(other, "PING", "+PONG\r\n");
    server_stop(&server);

    check_maxmemory();
    check_maxclients();
    return 0;
}
