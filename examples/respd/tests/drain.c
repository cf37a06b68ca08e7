/*
 * drain.c - tests the end: SIGTERM and SHUTDOWN let replies out that are on their way, do not wait
 * for ever, and leave no pool, whatever there is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define VALUE_SIZE ((size_t)8 << 20)

static void store_value(int client)
{
    char head[64], *value = malloc(VALUE_SIZE + 2);
    int length = snprintf(head, sizeof head, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%zu\r\n", VALUE_SIZE);
    memset(value, 'v', VALUE_SIZE);
    memcpy(value + VALUE_SIZE, "\r\n", 2);
    client_send(client, head, (size_t)length);
    client_send(client, value, VALUE_SIZE + 2);
    client_expect(client, "", "+OK\r\n");
    free(value);
}

/* A server with values of all kinds, a command that has half arrived, and a reply half read. */
static int prepare(struct server *server)
{
    server_start(server, NULL);
    int client = client_connect(server);
    client_expect(client, "RPUSH list a b c", ":3\r\n");
    client_expect(client, "HSET hash f v", ":1\r\n");
    client_expect(client, "SADD set m", ":1\r\n");
    client_expect(client, "SET short v EX 1000", "+OK\r\n");
    client_expect(client, "SELECT 5", "+OK\r\n");
    client_expect(client, "SET short v", "+OK\r\n");
    client_expect(client, "SELECT 0", "+OK\r\n");
    store_value(client);
    client_send_string(client, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nab");

    int slow = client_connect(server);
    char peek;
    client_send_string(slow, "GET k\r\n");
    if (recv(slow, &peek, 1, MSG_PEEK) != 1)
        fail("no reply");
    return slow;
}

static void expect_whole_value(int slow)
{
    size_t expected = strlen("$8388608\r\n") + VALUE_SIZE + 2;
    char *got = malloc(expected + 1);
    usleep(200000);
    size_t length = client_read_all(slow, got, expected + 1);
    if (length != expected)
        fail("%zu bytes of the reply came out of %zu", length, expected);
    free(got);
}

int main(void)
{
    struct server server;
    server_start(&server, NULL);
    server_stop(&server); /* nothing has happened */

    int slow = prepare(&server);
    kill(server.pid, SIGTERM);
    expect_whole_value(slow);
    server_wait(&server);

    slow = prepare(&server);
    int other = client_connect(&server);
    client_send_string(other, "SHUTDOWN NOSAVE\r\n");
    expect_whole_value(slow);
    server_wait(&server);

    slow = prepare(&server); /* this one never reads */
    server_stop(&server);
    close(slow);
    return 0;
}
