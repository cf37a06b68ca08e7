/*
 * expiry.c - tests that what expires goes by itself, with its memory, in the right order, and that
 * deadlines survive being changed, removed and moved.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define KEYS 2000

static void send_keys(int client, const char *format, int from, int to, const char *reply)
{
    char command[128];
    for (int i = from; i < to; i++) {
        snprintf(command, sizeof command, format, i, 1 + i * 7919 % 300);
        client_expect(client, command, reply);
    }
}

int main(void)
{
    struct server server;
    server_start(&server, NULL);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);

    /* All go, without anybody looking at them. */
    send_keys(client, "SET key%d value PX %d", 0, KEYS, "+OK\r\n");
    idle_expect(client, idle, "expiry");
    if (info_number(client, "expired_keys") != KEYS)
        fail("%lld keys expired, not %d", info_number(client, "expired_keys"), KEYS);

    /* What was persisted, overwritten, renamed to or deleted meanwhile is left alone. */
    client_expect(client, "SET kept value", "+OK\r\n");
    send_keys(client, "SET key%d value PX 9999%d", 0, KEYS, "+OK\r\n");
    send_keys(client, "PERSIST key%d", 0, 100, ":1\r\n");
    send_keys(client, "SET key%d again", 100, 200, "+OK\r\n");
    send_keys(client, "DEL key%d", 200, 300, ":1\r\n");
    send_keys(client, "SET key%d again KEEPTTL", 300, 400, "+OK\r\n");
    send_keys(client, "PEXPIRE key%d %d", 400, KEYS, ":1\r\n");
    client_expect(client, "RENAME key300 renamed", "+OK\r\n");
    client_expect(client, "EXPIRE kept 1000", ":1\r\n");
    client_expect(client, "RENAME kept key301", "+OK\r\n");
    for (int tries = 0; tries < 500 && info_number(client, "expired_keys") < 2 * KEYS - 400;
         tries++)
        usleep(10000);
    send_keys(client, "GET key%d", 100, 200, "$5\r\nagain\r\n");
    client_expect(client, "GET key0", "$5\r\nvalue\r\n");
    client_expect(client, "GET key300", "$-1\r\n");
    client_expect(client, "GET key301", "$5\r\nvalue\r\n");
    client_expect(client, "TTL key0", ":-1\r\n");
    client_expect(client, "TTL key301", ":1000\r\n");
    client_expect(client, "EXISTS renamed", ":1\r\n");
    client_expect(client, "DBSIZE", ":300\r\n");

    /* A deadline that lies in the past, seen at the next look and by nobody. */
    client_expect(client, "PEXPIRE key0 20", ":1\r\n");
    client_expect(client, "PEXPIRE key1 -5", ":1\r\n");
    client_expect(client, "EXISTS key1", ":0\r\n");
    usleep(60000);
    client_expect(client, "EXISTS key0", ":0\r\n");
    client_expect(client, "FLUSHALL", "+OK\r\n");
    idle_expect(client, idle, "FLUSHALL");
    server_stop(&server);
    return 0;
}
