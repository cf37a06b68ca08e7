/*
 * transactions.c - tests of MULTI and EXEC that replies alone do not show: what a transaction owns,
 * that it goes with its client and counts against its limit, and that nobody sees half of it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define VALUE_SIZE ((size_t)6 << 20) /* more than sockets buffer */
#define WRITERS 3
#define ROUNDS 1500
#define ROUNDS_QUICK 200

static char *value;

static void send_set(int client, const char *key)
{
    char head[64];
    int length = snprintf(head, sizeof head, "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n",
                          strlen(key), key, VALUE_SIZE);
    client_send(client, head, (size_t)length);
    client_send(client, value, VALUE_SIZE);
    client_send_string(client, "\r\n");
}

static void expect_alive(int observer, long long alive, const char *when)
{
    long long now = 0;
    for (int tries = 0; tries < 500; tries++) {
        now = info_number(observer, "mem_pools_alive");
        if (now == alive)
            return;
        usleep(10000);
    }
    fail("%s: %lld pools are alive instead of %lld", when, now, alive);
}

static void expect_in_tree(int observer, const char *name)
{
    static char tree[65536];
    size_t used = 0;
    client_send_string(observer, "OWN TREE\r\nPING\r\n");
    do {
        client_read(observer, tree + used++, 1);
        tree[used] = '\0';
    } while (used < sizeof tree - 1 && (used < 7 || strcmp(tree + used - 7, "+PONG\r\n") != 0));
    if (!strstr(tree, name))
        fail("no %s in the tree: %s", name, tree);
}

/* What is queued is in the transaction's pool, and in the tree; EXEC gives it to the database. */
static void check_owner(const struct server *server, int observer, struct idle idle)
{
    int client = client_connect(server);
    client_expect(client, "PING", "+PONG\r\n");
    expect_alive(observer, idle.alive + 1, "a client came");
    client_expect(client, "MULTI", "+OK\r\n");
    send_set(client, "k");
    client_expect_reply(client, "+QUEUED\r\n");
    client_expect(client, "GET k", "+QUEUED\r\n");
    /* The transaction, two requests, and the long string of the first. */
    expect_alive(observer, idle.alive + 1 + 4, "two commands were queued");
    expect_in_tree(observer, "transaction");
    client_expect(observer, "EXISTS k", ":0\r\n");
    client_send_string(client, "EXEC\r\n");
    client_expect_reply(client, "*2\r\n+OK\r\n$6291456\r\n");
    client_expect(observer, "DEL k", ":1\r\n"); /* the reply holds it */
    char *got = malloc(VALUE_SIZE);
    client_read(client, got, VALUE_SIZE);
    if (memcmp(got, value, VALUE_SIZE) != 0)
        fail("the reply in a transaction is not what it was");
    free(got);
    client_expect_reply(client, "\r\n");
    expect_alive(observer, idle.alive + 1, "EXEC");
    close(client);
}

/* A client that vanishes between MULTI and EXEC, and one that only watches. */
static void check_gone(const struct server *server, int observer)
{
    int client = client_connect(server), other = client_connect(server);
    client_expect(other, "WATCH k l m", "+OK\r\n");
    client_expect(client, "WATCH k k", "+OK\r\n");
    client_expect(client, "MULTI", "+OK\r\n");
    send_set(client, "k");
    client_expect_reply(client, "+QUEUED\r\n");
    client_send_string(client, "*3\r\n$3\r\nSET\r\n$1\r\nl\r\n$1000000\r\nhalf of it");
    close(client);
    close(other);
    client_expect(observer, "SET k 1", "+OK\r\n");
    client_expect(observer, "EXISTS k l", ":1\r\n");
    client_expect(observer, "DEL k", ":1\r\n");
}

/* A key that expires is a change, whether or not it is gone already. */
static void check_expiry(const struct server *server)
{
    int client = client_connect(server);
    client_expect(client, "PSETEX k 30 v", "+OK\r\n");
    client_expect(client, "WATCH k", "+OK\r\n");
    usleep(60000);
    client_expect(client, "MULTI", "+OK\r\n");
    client_expect(client, "PING", "+QUEUED\r\n");
    client_expect(client, "EXEC", "*-1\r\n");
    client_expect(client, "WATCH k", "+OK\r\n");
    client_expect(client, "MULTI", "+OK\r\n");
    client_expect(client, "EXEC", "*0\r\n");
    close(client);
}

/* Commands that need all threads stopped, or end the connection. */
static void check_all(const struct server *server)
{
    int client = client_connect(server);
    client_expect(client, "MULTI", "+OK\r\n");
    client_expect(client, "SET k v", "+QUEUED\r\n");
    client_expect(client, "CLIENT GETNAME", "+QUEUED\r\n");
    client_expect(client, "FLUSHALL", "+QUEUED\r\n");
    client_expect(client, "UNWATCH", "+QUEUED\r\n");
    client_expect(client, "EXEC", "*4\r\n+OK\r\n$-1\r\n+OK\r\n+OK\r\n");
    client_expect(client, "MULTI", "+OK\r\n");
    client_expect(client, "SET k v", "+QUEUED\r\n");
    client_expect(client, "QUIT", "+OK\r\n");
    char rest;
    if (client_read_all(client, &rest, 1) != 0)
        fail("a byte after QUIT");
    close(client);
}

static void start(pid_t *child, void (*run)(const struct server *, int),
                  const struct server *server, int rounds)
{
    fflush(stdout);
    *child = fork();
    if (*child == 0) {
        run(server, rounds);
        _exit(0);
    }
}

static void wait_all(const pid_t *children, const char *what)
{
    int status;
    for (int i = 0; i < WRITERS; i++)
        if (waitpid(children[i], &status, 0) < 0 || status != 0)
            fail("%s: a client ended with %#x", what, status);
}

/* Both numbers change in one transaction: nobody finds them different. */
static void write_both(const struct server *server, int rounds)
{
    char got[4096];
    int client = client_connect(server);
    for (int i = 0; i < rounds; i++) {
        client_send_string(client, "MULTI\r\nINCR a\r\nINCR b\r\nMGET a b\r\nEXEC\r\n");
        int lines = 0; /* OK, QUEUED three times, *3, two numbers, *2, two strings of two lines */
        size_t used = 0;
        for (; lines < 12; used++) {
            client_read(client, got + used, 1);
            lines += got[used] == '\n';
        }
        got[used] = '\0';
        unsigned long first, second, third, fourth;
        const char *replies = strstr(got, "*3\r\n");
        if (!replies || sscanf(replies, "*3\r\n:%lu\r\n:%lu\r\n*2\r\n$%*u\r\n%lu\r\n$%*u\r\n%lu",
                               &first, &second, &third, &fourth) != 4)
            fail("not the replies of the transaction: %s", got);
        if (first != second || third != first || fourth != first)
            fail("half of a transaction was seen: %lu %lu %lu %lu", first, second, third, fourth);
    }
    close(client);
}

/* Adds one to what it has read, and only if nobody else has meanwhile. */
static void add_watched(const struct server *server, int rounds)
{
    char command[64];
    int client = client_connect(server);
    for (int done = 0; done < rounds;) {
        client_expect(client, "WATCH c", "+OK\r\n");
        char *old = client_bulk(client, "GET c");
        snprintf(command, sizeof command, "MULTI\r\nSET c %d\r\nEXEC\r\n", atoi(old) + 1);
        free(old);
        client_send_string(client, command);
        client_expect_reply(client, "+OK\r\n+QUEUED\r\n");
        char head[5];
        client_read(client, head, 4);
        head[4] = '\0';
        if (strcmp(head, "*-1\r") == 0) {
            client_expect_reply(client, "\n");
            continue;
        }
        if (strcmp(head, "*1\r\n") != 0)
            fail("EXEC: %s", head);
        client_expect_reply(client, "+OK\r\n");
        done++;
    }
    close(client);
}

static void check_together(const struct server *server, int observer)
{
    pid_t children[WRITERS];
    char number[32], reply[64];
    int rounds = is_quick() ? ROUNDS_QUICK : ROUNDS;
    for (int i = 0; i < WRITERS; i++)
        start(&children[i], write_both, server, rounds);
    wait_all(children, "two numbers");
    client_expect(observer, "SET c 0", "+OK\r\n");
    for (int i = 0; i < WRITERS; i++)
        start(&children[i], add_watched, server, rounds / 4);
    wait_all(children, "a watched number");
    int length = snprintf(number, sizeof number, "%d", WRITERS * (rounds / 4));
    snprintf(reply, sizeof reply, "$%d\r\n%s\r\n", length, number);
    client_expect(observer, "GET c", reply);
    client_expect(observer, "FLUSHALL", "+OK\r\n");
}

/* What is queued counts against the client's limit; nothing of it is run. */
static void check_limit(void)
{
    struct server server;
    server_start(&server, (const char *const[]){"--client-limit", "1000000", NULL});
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    int client = client_connect(&server);
    static char rest[65536];
    client_expect(client, "MULTI", "+OK\r\n");
    for (int i = 0; i < 20; i++) {
        char head[64];
        int length = snprintf(head, sizeof head, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n");
        if (send(client, head, (size_t)length, MSG_NOSIGNAL) < 0 ||
            send(client, value, 100000, MSG_NOSIGNAL) < 0 ||
            send(client, "\r\n", 2, MSG_NOSIGNAL) < 0)
            break;
    }
    size_t size = client_read_all(client, rest, sizeof rest - 1);
    rest[size] = '\0';
    if (size > 0 && strstr(rest, "*"))
        fail("a transaction above the limit was run: %s", rest);
    close(client);
    client_expect(observer, "DBSIZE", ":0\r\n");
    idle_expect(observer, idle, "a transaction above the limit");
    server_stop(&server);
}

int main(void)
{
    struct server server;
    value = malloc(VALUE_SIZE);
    for (size_t i = 0; i < VALUE_SIZE; i++)
        value[i] = (char)('a' + i * 7 % 26);
    server_start(&server, NULL);
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    check_owner(&server, observer, idle);
    idle_expect(observer, idle, "a transaction");
    check_gone(&server, observer);
    idle_expect(observer, idle, "clients that went away");
    check_expiry(&server);
    check_all(&server);
    check_together(&server, observer);
    idle_expect(observer, idle, "transactions of several clients");
    server_stop(&server);
    check_limit();
    free(value);
    return 0;
}
