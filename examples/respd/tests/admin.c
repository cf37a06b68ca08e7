/*
 * admin.c - tests CLIENT, CONFIG, COMMAND and INFO where replies differ from server to server, so
 * that they cannot be compared with those of Redis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

/* What redis-py, exporters and redis-cli read of CLIENT LIST. */
static const char *const fields[] = {
    "id=",
    "addr=127.0.0.1:",
    "laddr=127.0.0.1:",
    "fd=",
    "name=",
    "age=",
    "idle=",
    "flags=",
    "db=",
    "sub=",
    "psub=",
    "multi=",
    "qbuf=",
    "qbuf-free=",
    "argv-mem=",
    "multi-mem=",
    "obl=",
    "oll=",
    "omem=",
    "tot-mem=",
    "events=",
    "cmd=",
    "user=default",
    "redir=-1",
    "resp=2",
    "lib-name=",
    "lib-ver=",
};

static long long number_after(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    if (!found)
        fail("no %s in %s", name, text);
    return strtoll(found + strlen(name), NULL, 10);
}

static void expect_in(int client, const char *command, const char *part)
{
    char *bulk = client_bulk(client, command);
    if (!strstr(bulk, part))
        fail("%s: no %s in %s", command, part, bulk);
    free(bulk);
}

static long long identity(int client)
{
    char *info = client_bulk(client, "CLIENT INFO");
    long long id = number_after(info, "id=");
    free(info);
    return id;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    while ((text = strchr(text, '\n'))) {
        text++;
        count++;
    }
    return count;
}

static void expect_lines(int client, const char *command, size_t lines)
{
    char *bulk = client_bulk(client, command);
    if (count_lines(bulk) != lines)
        fail("%s: not %zu lines: %s", command, lines, bulk);
    free(bulk);
}

static void check_list(const struct server *server, int client)
{
    char command[128], part[128];
    int other = client_connect(server);
    long long first = identity(client), second = identity(other);
    char *list = client_bulk(client, "CLIENT LIST");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!strstr(list, fields[i]))
            fail("CLIENT LIST: no %s in %s", fields[i], list);
    if (count_lines(list) != 2)
        fail("CLIENT LIST: two clients are %s", list);
    free(list);

    snprintf(command, sizeof command, "CLIENT LIST ID %lld", second);
    snprintf(part, sizeof part, "id=%lld ", second);
    expect_lines(client, command, 1);
    expect_in(client, command, part);
    snprintf(command, sizeof command, "CLIENT LIST ID %lld 999 %lld", second, first);
    expect_lines(client, command, 2);
    expect_lines(client, "CLIENT LIST ID 999", 0);
    expect_lines(client, "CLIENT LIST TYPE normal", 2);
    expect_lines(client, "CLIENT LIST TYPE master", 0);
    expect_lines(client, "CLIENT LIST TYPE pubsub", 0);
    snprintf(part, sizeof part, ":%d ", server->port);
    expect_in(client, "CLIENT INFO", part);

    client_expect(other, "CLIENT SETNAME second", "+OK\r\n");
    client_expect(other, "CLIENT SETINFO LIB-NAME tester", "+OK\r\n");
    client_expect(other, "CLIENT SETINFO lib-ver 1.2", "+OK\r\n");
    client_expect(other, "CLIENT SETINFO lib-x 1.2", "-ERR Unrecognized option 'lib-x'\r\n");
    client_expect(other, "CLIENT SETINFO lib-ver \"1 2\"",
                  "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n");
    client_expect(other, "CLIENT NO-EVICT on", "+OK\r\n");
    client_expect(other, "SELECT 3", "+OK\r\n");
    snprintf(command, sizeof command, "CLIENT LIST ID %lld", second);
    expect_in(client, command, " name=second ");
    expect_in(client, command, " lib-name=tester lib-ver=1.2\n");
    expect_in(client, command, " flags=e ");
    expect_in(client, command, " db=3 ");
    expect_in(client, command, " cmd=select ");
    client_expect(other, "CLIENT NO-EVICT off", "+OK\r\n");
    expect_in(client, command, " flags=N ");

    /* A command that has come in part, and replies that are not taken. */
    client_send_string(other, "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100000\r\n0123456789");
    for (int tries = 0; tries < 500; tries++) {
        list = client_bulk(client, command);
        bool has_come = number_after(list, " qbuf=") >= 10 && number_after(list, "argv-mem=") > 0;
        free(list);
        if (has_come) {
            close(other);
            return;
        }
        usleep(10000);
    }
    fail("CLIENT LIST: no qbuf and argv-mem of what has come in part");
}

static void expect_closed(int client, const char *after)
{
    char byte;
    if (client_read_all(client, &byte, 1) != 0)
        fail("%s: the client was not closed", after);
    close(client);
}

static void check_kill(const struct server *server, int client)
{
    char command[128], list[128];
    enum { VICTIMS = 4 };
    int victims[VICTIMS];
    for (int i = 0; i < VICTIMS; i++) {
        victims[i] = client_connect(server);
        snprintf(command, sizeof command, "CLIENT KILL ID %lld", identity(victims[i]));
        snprintf(list, sizeof list, "CLIENT LIST ID %lld", identity(victims[i]));
        client_expect(client, command, ":1\r\n");
        expect_lines(client, list, 0);
        expect_closed(victims[i], command);
        client_expect(client, command, ":0\r\n");
    }

    /* By address, in the new form and the old one. */
    for (int i = 0; i < 2; i++) {
        char address[64];
        int victim = client_connect(server);
        char *info = client_bulk(victim, "CLIENT INFO");
        sscanf(strstr(info, " addr="), " addr=%63s", address);
        free(info);
        snprintf(command, sizeof command, "CLIENT KILL %s%s", i ? "" : "ADDR ", address);
        client_expect(client, command, i ? "+OK\r\n" : ":1\r\n");
        expect_closed(victim, command);
    }

    /* Itself: only where it says so, and with a reply. */
    int self = client_connect(server);
    snprintf(command, sizeof command, "CLIENT KILL ID %lld", identity(self));
    client_expect(self, command, ":0\r\n");
    strcat(command, " SKIPME no");
    client_expect(self, command, ":1\r\n");
    expect_closed(self, command);

    for (int i = 0; i < VICTIMS; i++)
        client_expect(victims[i] = client_connect(server), "PING", "+PONG\r\n");
    client_expect(client, "CLIENT KILL TYPE normal", ":4\r\n");
    for (int i = 0; i < VICTIMS; i++)
        expect_closed(victims[i], "CLIENT KILL TYPE");
    client_expect(client, "PING", "+PONG\r\n");
}

/* A client that does not take its replies, and is not read from, is killed too. */
static void check_kill_paused(const struct server *server, int client, struct idle idle)
{
    char command[64];
    int victim = client_connect(server);
    snprintf(command, sizeof command, "CLIENT KILL ID %lld", identity(victim));
    client_expect(client, "SETRANGE large 1000000 x", ":1000001\r\n");
    for (int i = 0; i < 100; i++)
        client_send_string(victim, "GET large\r\n");
    for (int tries = 0; tries < 500; tries++) {
        char *list = client_bulk(client, "CLIENT LIST");
        bool is_paused = strstr(list, "events=w ") != NULL;
        free(list);
        if (is_paused)
            break;
        usleep(10000);
    }
    client_expect(client, command, ":1\r\n");
    client_expect(client, "DEL large", ":1\r\n");
    idle_expect(client, idle, "CLIENT KILL of one that does not read");
    close(victim);
}

static void check_statistics(int client)
{
    client_expect(client, "CONFIG RESETSTAT", "+OK\r\n");
    client_expect(client, "SET counted 1", "+OK\r\n");
    client_expect(client, "INCR counted", ":2\r\n");
    client_expect(client, "LPUSH counted x",
                  "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
    client_expect(client, "INCR", "-ERR wrong number of arguments for 'incr' command\r\n");
    char *info = client_bulk(client, "INFO commandstats");
    static const char *const lines[] = {
        "\ncmdstat_set:calls=1,usec=", "\ncmdstat_incr:calls=1,usec=",
        "\ncmdstat_lpush:calls=1,usec=", "rejected_calls=1,failed_calls=0\r\n",
        "rejected_calls=0,failed_calls=1\r\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(info, lines[i]))
            fail("INFO commandstats: no \"%s\" in %s", lines[i], info);
    free(info);
    if (info_number(client, "total_error_replies") != 2)
        fail("two errors are %lld", info_number(client, "total_error_replies"));
    if (info_number(client, "total_net_input_bytes") == 0 ||
        info_number(client, "total_net_output_bytes") == 0)
        fail("INFO: no bytes were counted");
    expect_in(client, "INFO cpu", "used_cpu_user:");
    expect_in(client, "INFO everything", "# Commandstats");
    info = client_bulk(client, "INFO");
    if (strstr(info, "cmdstat_") || !strstr(info, "used_memory_human:"))
        fail("INFO: %s", info);
    free(info);
    client_expect(client, "DEL counted", ":1\r\n");
}

static void check_config(const struct server *server, int client)
{
    client_expect(client, "SET before x", "+OK\r\n");
    client_expect(client, "CONFIG SET maxmemory 100kb", "+OK\r\n");
    client_expect(client, "SETRANGE large 1000000 x",
                  "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
    client_expect(client, "CONFIG SET maxmemory 0", "+OK\r\n");
    client_expect(client, "SETRANGE large 1000000 x", ":1000001\r\n");
    client_expect(client, "FLUSHALL", "+OK\r\n");

    client_expect(client, "CONFIG SET client-limit 100000", "+OK\r\n");
    int greedy = client_connect(server);
    client_send_string(greedy, "*2\r\n$4\r\nECHO\r\n$200000\r\n");
    char got[128];
    got[client_read_all(greedy, got, sizeof got - 1)] = '\0';
    if (strcmp(got, "-ERR client exceeded its memory limit\r\n") != 0)
        fail("client-limit: \"%s\"", got);
    close(greedy);
    client_expect(client, "CONFIG SET client-limit 0 maxclients 1", "+OK\r\n");
    client_expect(client, "CONFIG GET client-l*", "*2\r\n$12\r\nclient-limit\r\n$1\r\n0\r\n");
    int second = client_connect(server);
    got[client_read_all(second, got, sizeof got - 1)] = '\0';
    if (strcmp(got, "-ERR max number of clients reached\r\n") != 0)
        fail("maxclients: \"%s\"", got);
    close(second);
    client_expect(client, "CONFIG SET maxclients 10001",
                  "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - argument "
                  "must be between 1 and 10000 inclusive\r\n");
    client_expect(client, "CONFIG SET maxclients 10000 client-limit 268435456", "+OK\r\n");
    client_expect(client, "CONFIG SET timeout 0 appendonly no", "+OK\r\n");
    client_expect(client, "CONFIG SET databases 5",
                  "-ERR CONFIG SET failed (possibly related to argument 'databases') - can't set "
                  "immutable config\r\n");
}

/* A bulk reply of several lines is easier to read than arrays: those are read word by word here. */
static char *read_string(int client)
{
    char line[32];
    size_t used = 0;
    do
        client_read(client, line + used, 1);
    while (line[used++] != '\n' && used < sizeof line - 1);
    line[used] = '\0';
    size_t length = strtoul(line + 1, NULL, 10);
    if (line[0] == '*' || line[0] == ':')
        return strdup(line);
    char *bulk = malloc(length + 3);
    client_read(client, bulk, length + 2);
    bulk[length] = '\0';
    return bulk;
}

/* Every command has a summary. */
static void check_documents(int client)
{
    client_send_string(client, "COMMAND DOCS\r\n");
    char *head = read_string(client);
    long long count = strtoll(head + 1, NULL, 10) / 2;
    free(head);
    if (count < 60)
        fail("%lld commands are documented", count);
    for (long long i = 0; i < count; i++) {
        char *strings[8]; /* name, array, and three pairs, of which the first is the summary */
        for (int at = 0; at < 8; at++)
            strings[at] = read_string(client);
        if (strcmp(strings[1], "*6\r\n") != 0 || strings[3][0] == '\0' || strings[7][0] == '\0')
            fail("%s has no summary", strings[0]);
        for (int at = 0; at < 8; at++)
            free(strings[at]);
    }
}

int main(void)
{
    struct server server;
    server_start(&server, NULL);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    check_list(&server, client);
    idle_expect(client, idle, "CLIENT LIST");
    check_kill(&server, client);
    idle_expect(client, idle, "CLIENT KILL");
    check_kill_paused(&server, client, idle);
    check_statistics(client);
    check_config(&server, client);
    check_documents(client);
    idle_expect(client, idle, "CONFIG and COMMAND");
    server_stop(&server);
    return 0;
}
