/*
 * protocol.c - tests what goes over the wire, byte by byte: commands in pieces, pipelines, inline
 * commands, and what breaks the protocol, with the words that Redis has for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

static const struct {
    const char *sent, *reply;
    bool closes; /* the server closes after the reply */
} cases[] = {
    {"*1\r\n$4\r\nPING\r\n", "+PONG\r\n", false},
    {"PING\r\n", "+PONG\r\n", false},
    {"PING\n", "+PONG\r\n", false},
    {"\r\n\r\nPING\r\n", "+PONG\r\n", false},
    {"*0\r\nPING\r\n", "+PONG\r\n", false},
    {"*-1\r\nPING\r\n", "+PONG\r\n", false},
    {"ECHO \"a b\\x41\\n\" \r\n", "$5\r\na bA\n\r\n", false},
    {"ECHO 'it\\'s'\r\n", "$4\r\nit's\r\n", false},
    {"ECHO a\"b c\"\r\n", "$4\r\nab c\r\n", false},
    {"ECHO \"\"\r\n", "$0\r\n\r\n", false},
    {"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", "$0\r\n\r\n", false},
    {"*2\r\n$4\r\nECHO\r\n$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n", false},
    {"*1\r\n$4\r\nPING\r\nPING\r\n*2\r\n$4\r\necho\r\n$2\r\nhi\r\n",
     "+PONG\r\n+PONG\r\n$2\r\nhi\r\n", false},
    {"SET k v\r\nGET k\r\nDEL k\r\n", "+OK\r\n$1\r\nv\r\n:1\r\n", false},
    {"GET a b\r\nPING\r\n", "-ERR wrong number of arguments for 'get' command\r\n+PONG\r\n", false},
    {"QUIT\r\nPING\r\n", "+OK\r\n", true},
    {"ECHO \"unbalanced\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n", true},
    {"ECHO \"a\"b\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n", true},
    {"*x\r\n", "-ERR Protocol error: invalid multibulk length\r\n", true},
    {"*1048577\r\n", "-ERR Protocol error: invalid multibulk length\r\n", true},
    {"*99999999999999999999\r\n", "-ERR Protocol error: invalid multibulk length\r\n", true},
    {"*1\r\n+PING\r\n", "-ERR Protocol error: expected '$', got '+'\r\n", true},
    {"*1\r\n-PING\r\n", "-ERR Protocol error: expected '$', got '-'\r\n", true},
    {"*1\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'\r\n", true},
    {"*1\r\n:x\r\n", "-ERR Protocol error: expected '$', got ':'\r\n", true},
    {"*1\r\n*1\r\n$4\r\nPING\r\n", "-ERR Protocol error: expected '$', got '*'\r\n", true},
    {"*1\r\nPING\r\n", "-ERR Protocol error: expected '$', got 'P'\r\n", true},
    {"*1\r\n\"\r\n", "-ERR Protocol error: expected '$', got '\"'\r\n", true},
    {"*1\r\n$x\r\n", "-ERR Protocol error: invalid bulk length\r\n", true},
    {"*1\r\n$-1\r\n", "-ERR Protocol error: invalid bulk length\r\n", true},
    {"*1\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n", true},
    {"*1\r\n$9223372036854775807\r\n", "-ERR Protocol error: invalid bulk length\r\n", true},
    {"*2\r\n$4\r\nECHO\r\n$300000000\r\n", "-ERR client exceeded its memory limit\r\n", true},
    {"PING\r\n*1\r\n$x\r\nPING\r\n", "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n", true},
};

static void check(const struct server *server, size_t number, size_t piece)
{
    char got[1024];
    const char *reply = cases[number].reply;
    size_t length = strlen(reply), sent = 0, all = strlen(cases[number].sent);
    int client = client_connect(server);
    for (; sent < all; sent += piece) {
        /* The server may close before all is sent: then the reply says why. */
        if (send(client, cases[number].sent + sent, piece < all - sent ? piece : all - sent,
                 MSG_NOSIGNAL) < 0)
            break;
        if (piece < all)
            usleep(200);
    }
    if (cases[number].closes) {
        size_t got_length = client_read_all(client, got, sizeof got - 1);
        got[got_length] = '\0';
    } else {
        client_read(client, got, length);
        got[length] = '\0';
    }
    if (strcmp(got, reply) != 0)
        fail("case %zu in pieces of %zu: \"%s\" instead of \"%s\"", number, piece, got, reply);
    close(client);
}

/* A line that never ends is refused, as is one that would not fit. */
static void check_long_lines(const struct server *server)
{
    static const struct {
        const char *begin, *reply;
    } lines[] = {
        {"", "-ERR Protocol error: too big inline request\r\n"},
        {"*", "-ERR Protocol error: too big mbulk count string\r\n"},
        {"*1\r\n$", "-ERR Protocol error: too big bulk count string\r\n"},
    };
    char ones[70000], got[256];
    memset(ones, '1', sizeof ones);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int client = client_connect(server);
        client_send_string(client, lines[i].begin);
        client_send(client, ones, sizeof ones);
        got[client_read_all(client, got, sizeof got - 1)] = '\0';
        if (strcmp(got, lines[i].reply) != 0)
            fail("long line %zu: \"%s\"", i, got);
        close(client);
    }
}

/* A client that has sent all it will, and closed that half, gets all replies. */
static void check_half_closed(const struct server *server)
{
    enum { COUNT = 20000 };
    static const char ping[] = "*1\r\n$4\r\nPING\r\n";
    int client = client_connect(server);
    if (fork() == 0) {
        for (int i = 0; i < COUNT; i++)
            client_send(client, ping, sizeof ping - 1);
        shutdown(client, SHUT_WR);
        _exit(0);
    }
    char *got = malloc((size_t)COUNT * 7 + 1);
    size_t length = client_read_all(client, got, (size_t)COUNT * 7 + 1);
    if (length != (size_t)COUNT * 7)
        fail("half-closed: %zu bytes of replies instead of %d", length, COUNT * 7);
    free(got);
    close(client);
}

/* A pipeline larger than all buffers on the way, of which nothing is read until all is sent. */
static void check_pipeline(const struct server *server)
{
    enum { COUNT = 100000 };
    int client = client_connect(server);
    if (fork() == 0) {
        char command[64];
        for (int i = 0; i < COUNT; i++) {
            int length = snprintf(command, sizeof command, "ECHO %d\r\n", i);
            client_send(client, command, (size_t)length);
        }
        _exit(0);
    }
    sleep(1);
    char expected[32], got[32];
    for (int i = 0; i < COUNT; i++) {
        char digits[16];
        int digit_count = snprintf(digits, sizeof digits, "%d", i);
        int length = snprintf(expected, sizeof expected, "$%d\r\n%s\r\n", digit_count, digits);
        client_read(client, got, (size_t)length);
        if (memcmp(got, expected, (size_t)length) != 0)
            fail("pipeline: reply %d is \"%.*s\"", i, length, got);
    }
    close(client);
}

/* A reply of more pieces than one write takes, and the farewell after it. */
static void check_many_pieces(const struct server *server)
{
    enum { ELEMENTS = 700, LENGTH = 600, BULK = 6 + LENGTH + 2 };
    static const char farewell[] = "-ERR Protocol error: invalid bulk length\r\n";
    static char element[LENGTH + 1], got[ELEMENTS * BULK + 256];
    char reply[16];
    int client = client_connect(server);
    for (int i = 0; i < ELEMENTS; i++) {
        memset(element, 'a' + i % 26, LENGTH);
        client_send_string(client, "RPUSH pieces ");
        snprintf(reply, sizeof reply, ":%d\r\n", i + 1);
        client_expect(client, element, reply);
    }
    client_send_string(client, "LRANGE pieces 0 -1\r\n*1\r\n$x\r\n");
    size_t length = client_read_all(client, got, sizeof got - 1);
    got[length] = '\0';
    const char *at = got + strlen("*700\r\n");
    for (int i = 0; i < ELEMENTS; i++, at += BULK) {
        memset(element, 'a' + i % 26, LENGTH);
        if (memcmp(at, "$600\r\n", 6) != 0 || memcmp(at + 6, element, LENGTH) != 0)
            fail("element %d of many is wrong", i);
    }
    if (strcmp(at, farewell) != 0)
        fail("after many pieces: \"%.100s\"", at);
    close(client);
    client = client_connect(server);
    client_expect(client, "DEL pieces", ":1\r\n");
    close(client);
}

int main(void)
{
    struct server server;
    server_start(&server, NULL);
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(&server, i, strlen(cases[i].sent));
        check(&server, i, 1);
        check(&server, i, 3);
    }
    check_long_lines(&server);
    idle_expect(observer, idle, "broken commands");
    check_half_closed(&server);
    check_pipeline(&server);
    check_many_pieces(&server);
    idle_expect(observer, idle, "pipelines");
    server_stop(&server);
    return 0;
}
