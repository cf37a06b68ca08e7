/*
 * hold.c - tests that a reply on its way to a slow client shows what it showed when it was made,
 * whatever is done to the key, and that the memory goes when the last byte is out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

/* More than the sockets of a connection buffer. If it were less, a reply would be out before it is
   read, nothing would be held for it, and the test would fail. */
#define VALUE_SIZE ((size_t)16 << 20)
#define VALUE_SIZE_QUICK ((size_t)6 << 20)

static char *value;
static size_t value_size;

/* Sends a command whose last argument is the value. */
static void send_with_value(int client, const char *begin)
{
    char head[128];
    int length = snprintf(head, sizeof head, "%s$%zu\r\n", begin, value_size);
    client_send(client, head, (size_t)length);
    client_send(client, value, value_size);
    client_send_string(client, "\r\n");
}

/* Reads the value, slowly at first. */
static void read_value(int client, const char *what)
{
    char head[32];
    snprintf(head, sizeof head, "$%zu\r\n", value_size);
    client_expect_reply(client, head);
    char *got = malloc(value_size);
    for (size_t at = 0; at < value_size; at += value_size / 16) {
        client_read(client, got + at, value_size / 16);
        usleep(1000);
    }
    if (memcmp(got, value, value_size) != 0)
        fail("%s: the reply is not what it was", what);
    free(got);
    client_expect_reply(client, "\r\n");
}

/*
 * One client asks for a value and does not read. Another one takes the value away. The server then
 * has it only for the reply; when that is out it is gone.
 */
static const struct {
    const char *store, *stored; /* how the value gets in */
    const char *show;           /* what the slow client sends */
    const char *before;         /* what comes before the value in the reply */
    const char *take, *taken;   /* what takes it away; NULL: the reply is the new length */
    int deaths;                 /* pools that die with the reply: the request's, and the value's */
} cases[] = {
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GET k", "", "DEL k", ":1\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GET k", "", "SET k short", "+OK\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GET k", "", "FLUSHALL", "+OK\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GET k", "", "PEXPIRE k 1", ":1\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GET k", "", "APPEND k x", NULL, 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GETDEL k", "", "GET k", "$-1\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "SET k new GET", "", "GET k", "$3\r\nnew\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "GETRANGE k 0 -1", "", "DEL k", ":1\r\n", 2},
    {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n", "+OK\r\n", "MGET k", "*1\r\n", "DEL k", ":1\r\n", 2},
    {"*3\r\n$5\r\nLPUSH\r\n$1\r\nk\r\n", ":1\r\n", "LRANGE k 0 -1", "*1\r\n", "DEL k", ":1\r\n", 2},
    {"*3\r\n$5\r\nLPUSH\r\n$1\r\nk\r\n", ":1\r\n", "LINDEX k 0", "", "RPUSH k a b", ":3\r\n", 1},
    {"*3\r\n$5\r\nLPUSH\r\n$1\r\nk\r\n", ":1\r\n", "LPOP k", "", "LLEN k", ":0\r\n", 2},
    {"*4\r\n$4\r\nHSET\r\n$1\r\nk\r\n$1\r\nf\r\n", ":1\r\n", "HGET k f", "", "HDEL k f", ":1\r\n",
     2},
    {"*4\r\n$4\r\nHSET\r\n$1\r\nk\r\n$1\r\nf\r\n", ":1\r\n", "HGET k f", "", "HSET k f x g y",
     ":1\r\n", 2},
    {"*3\r\n$4\r\nSADD\r\n$1\r\nk\r\n", ":1\r\n", "SMEMBERS k", "*1\r\n", "FLUSHDB", "+OK\r\n", 2},
    {"*2\r\n$4\r\nECHO\r\n", NULL, NULL, "", "DBSIZE", ":0\r\n", 2},
};

static void check(const struct server *server, int observer, size_t number)
{
    int slow = client_connect(server), other = client_connect(server);
    send_with_value(cases[number].stored ? other : slow, cases[number].store);
    if (cases[number].stored) {
        client_expect_reply(other, cases[number].stored);
        client_send_string(slow, cases[number].show);
        client_send_string(slow, "\r\n");
    }
    char peek;
    if (recv(slow, &peek, 1, MSG_PEEK) != 1) /* the reply has begun */
        fail("case %zu: no reply", number);
    char length[32];
    snprintf(length, sizeof length, ":%zu\r\n", value_size + 1);
    client_expect(other, cases[number].take, cases[number].taken ? cases[number].taken : length);
    usleep(20000); /* what expires has expired */

    long long during = info_number(observer, "mem_pools_alive");
    long long held = info_number(observer, "mem_held");
    client_expect_reply(slow, cases[number].before);
    read_value(slow, cases[number].store);
    for (int tries = 0; info_number(observer, "mem_pools_alive") != during - cases[number].deaths;
         tries++) {
        if (tries == 200)
            fail("case %zu: %lld pools were alive during the reply, %lld after it", number, during,
                 info_number(observer, "mem_pools_alive"));
        usleep(10000);
    }
    if (held <= info_number(observer, "mem_held"))
        fail("case %zu: the reply held nothing", number);
    client_expect(other, "FLUSHALL", "+OK\r\n");
    close(slow);
    close(other);
}

/* A client that goes away with half of its reply. */
static void check_gone(const struct server *server)
{
    int slow = client_connect(server), other = client_connect(server);
    send_with_value(other, cases[0].store);
    client_expect_reply(other, "+OK\r\n");
    client_send_string(slow, "GET k\r\nGET k\r\nGET k\r\n");
    char peek;
    if (recv(slow, &peek, 1, MSG_PEEK) != 1)
        fail("no reply");
    client_expect(other, "DEL k", ":1\r\n");
    close(slow);
    close(other);
}

/*
 * A client that asks for more and more and reads nothing is not served further: of what is stored
 * and overwritten again and again, its replies keep one value, and not all.
 */
static void check_pressure(const struct server *server, int observer, struct idle idle)
{
    int slow = client_connect(server), other = client_connect(server);
    for (int i = 0; i < 8; i++) {
        send_with_value(other, cases[0].store);
        client_expect_reply(other, "+OK\r\n");
        client_send_string(slow, "GET k\r\n");
        usleep(30000);
    }
    if (info_number(observer, "mem_pools_alive") > idle.alive + 3 + 4 + 3)
        fail("a client that does not read keeps %lld pools",
             info_number(observer, "mem_pools_alive"));
    for (int i = 0; i < 8; i++)
        read_value(slow, "pressure");
    client_expect(other, "FLUSHALL", "+OK\r\n");
    close(slow);
    close(other);
}

int main(void)
{
    struct server server;
    value_size = is_quick() ? VALUE_SIZE_QUICK : VALUE_SIZE;
    value = malloc(value_size);
    for (size_t i = 0; i < value_size; i++)
        value[i] = (char)('a' + i * 7 % 26 + (i >> 16) % 3);
    server_start(&server, NULL);
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(&server, observer, i);
        idle_expect(observer, idle, cases[i].show ? cases[i].show : "ECHO");
    }
    check_gone(&server);
    idle_expect(observer, idle, "a client that went away");
    check_pressure(&server, observer, idle);
    idle_expect(observer, idle, "a client that did not read");
    server_stop(&server);
    free(value);
    return 0;
}
