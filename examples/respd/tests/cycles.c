/*
 * cycles.c - tests that a pool which holds its own parent is found while the server serves, named
 * with its chain, and collected.
 */
#include <string.h>

#include "client.h"

#define OWNS "pool 'session' owns pool 'transaction'"
#define HOLDS "pool 'transaction' holds pool 'session'"
#define BEGIN "*1\r\n$92\r\n2 objects: "

/* The chain may begin with either. */
static void expect_chain(int client)
{
    static const char chains[][110] = {BEGIN OWNS " -> " HOLDS "\r\n",
                                       BEGIN HOLDS " -> " OWNS "\r\n"};
    char got[110] = "";
    client_send_string(client, "OWN CYCLES\r\n");
    client_read(client, got, strlen(chains[0]));
    if (strcmp(got, chains[0]) != 0 && strcmp(got, chains[1]) != 0)
        fail("OWN CYCLES: \"%s\"", got);
}

static void check(const char *const *options)
{
    struct server server;
    server_start(&server, options);
    int client = client_connect(&server);
    int other = client_connect(&server);

    client_expect(client, "SET key value", "+OK\r\n");
    client_expect(client, "OWN CYCLES", "*0\r\n");
    client_expect(client, "OWN COLLECT", ":0\r\n");
    struct idle idle = idle_figures(other);
    client_expect(client, "OWN LEAK", "+OK\r\n");
    expect_chain(other);
    client_expect(other, "GET key", "$5\r\nvalue\r\n");
    expect_chain(other); /* it is still there */
    client_expect(client, "OWN LEAK", "+OK\r\n");
    client_expect(other, "OWN COLLECT", ":4\r\n");
    client_expect(client, "OWN CYCLES", "*0\r\n");
    client_expect(client, "GET key", "$5\r\nvalue\r\n");
    idle_expect(other, idle, "collected cycles");
    server_stop(&server);
}

int main(void)
{
    static const char *const alone[] = {NULL};
    static const char *const threads[] = {"--threads", "3", NULL};
    check(alone);
    check(threads);
    return 0;
}
