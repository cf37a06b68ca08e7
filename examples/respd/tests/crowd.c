/*
 * crowd.c - a server among clients that are many, slow, half closed or send anything, without
 * descriptors, stopped and continued, and told to end under load. It serves the others all the
 * while, is idle to the byte again, ends with 0, and OWN_CHECK=leak has nothing to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define CLIENTS 1000
#define CLIENTS_QUICK 150
#define FEW_DESCRIPTORS 120 /* that the server may have, in its test without */
#define LOADERS 4
#define VALUE_SIZE ((size_t)1 << 20)
#define SEED 20

static char value[VALUE_SIZE + 3];

/* How many clients there are to be at once: as many as descriptors allow. */
static size_t many(void)
{
    struct rlimit limit;
    size_t count = is_quick() ? CLIENTS_QUICK : CLIENTS;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("getrlimit: %s", strerror(errno));
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count + 100) {
        count = (size_t)limit.rlim_cur / 2;
        fprintf(stderr, "only %zu clients: descriptors are limited\n", count);
    }
    return count;
}

/* Starts a server that says on a file, as its stderr, what leaks. */
static int start(struct server *server)
{
    FILE *file = tmpfile();
    int errors = file ? dup(fileno(file)) : -1, saved = dup(STDERR_FILENO);

    if (errors < 0 || saved < 0)
        fail("tmpfile: %s", strerror(errno));
    fclose(file);
    setenv("OWN_CHECK", "leak", 1);
    dup2(errors, STDERR_FILENO);
    server_start(server, NULL);
    dup2(saved, STDERR_FILENO);
    close(saved);
    return errors;
}

/* The server has ended; it has said nothing on its stderr. */
static void expect_silence(int errors)
{
    char text[2000];
    ssize_t length = pread(errors, text, sizeof text - 1, 0);

    if (length != 0)
        fail("the server says: %.*s", (int)length, text);
    close(errors);
}

static void set_value(int client)
{
    char head[64];

    memset(value, 'v', VALUE_SIZE);
    int length =
        snprintf(head, sizeof head, "*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$%zu\r\n", VALUE_SIZE);
    client_send(client, head, (size_t)length);
    memcpy(value + VALUE_SIZE, "\r\n", 2);
    client_send(client, value, VALUE_SIZE + 2);
    client_expect_reply(client, "+OK\r\n");
}

/* All are connected before the first is served. */
static void be_many(const struct server *server, size_t count)
{
    int *clients = calloc(count, sizeof *clients);

    for (size_t i = 0; i < count; i++)
        clients[i] = client_connect(server);
    for (size_t i = 0; i < count; i++) {
        char command[64];
        snprintf(command, sizeof command, "SET many:%zu %zu\r\n", i % 10, i);
        client_send_string(clients[i], command);
    }
    for (size_t i = count; i-- > 0;) {
        client_expect_reply(clients[i], "+OK\r\n");
        close(clients[i]);
    }
    free(clients);
}

/* They ask for much, read a little of it, and go. */
static void be_slow(const struct server *server, int observer)
{
    int clients[20];
    char some[100];

    set_value(observer);
    for (int i = 0; i < 20; i++) {
        clients[i] = client_connect(server);
        for (int times = 0; times < 10; times++)
            client_send_string(clients[i], "GET big\r\n");
    }
    for (int i = 0; i < 20; i++)
        client_read(clients[i], some, sizeof some);
    client_expect(observer, "PING", "+PONG\r\n");
    client_expect(observer, "DEL big", ":1\r\n"); /* replies have it still */
    for (int i = 0; i < 20; i++)
        close(clients[i]);
}

static void send_anything(int client, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0)
            return; /* the server has closed it, or reads no more */
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* Bytes of all kinds, and such that look like RESP. */
static void send_garbage(const struct server *server, size_t count)
{
    static const char resp[] = "*$+-:0123456789\r\n\r\n\r\n SETGETDEL";
    unsigned seed = SEED;
    char bytes[3000];

    for (size_t i = 0; i < count; i++) {
        int client = client_connect(server);
        size_t length = (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t j = 0; j < length; j++)
            bytes[j] =
                i % 2 ? (char)rand_r(&seed) : resp[(size_t)rand_r(&seed) % (sizeof resp - 1)];
        send_anything(client, bytes, length);
        if (i % 3 == 0)
            shutdown(client, SHUT_WR);
        close(client);
    }
}

/* Clients that have closed their side, at once or in the middle of a command. */
static void half_close(const struct server *server)
{
    static const char *const sent[] = {"", "PING\r\n", "*2\r\n$4\r\nECHO\r\n$5\r\nhe",
                                       "*1000000\r\n", "GET k\r\nGET k\r\nGE"};
    char reply[200];

    for (size_t i = 0; i < 50; i++) {
        int client = client_connect(server);
        client_send_string(client, sent[i % 5]);
        shutdown(client, SHUT_WR);
        (void)client_read_all(client, reply, sizeof reply); /* the server closes its own */
        close(client);
    }
}

/* Sends commands and reads replies until it is closed. */
static void load(const struct server *server, unsigned seed)
{
    static const char more[] = "\r\nLPUSH list a\r\nLPOP list\r\n";
    static char command[4000], got[1 << 16];
    int client = client_connect(server);

    for (;;) {
        size_t length = (size_t)rand_r(&seed) % 3000;
        int head = snprintf(command, sizeof command, "*3\r\n$3\r\nSET\r\n$2\r\nl%u\r\n$%zu\r\n",
                            seed % 10, length);
        memset(command + head, 'x', length);
        memcpy(command + head + length, more, sizeof more - 1);
        if (send(client, command, (size_t)head + length + sizeof more - 1, MSG_NOSIGNAL) < 0)
            _exit(0);
        if (recv(client, got, sizeof got, 0) <= 0)
            _exit(0);
    }
}

static void begin_load(const struct server *server, pid_t *loaders)
{
    for (unsigned i = 0; i < LOADERS; i++) {
        loaders[i] = fork();
        if (loaders[i] < 0)
            fail("fork: %s", strerror(errno));
        if (loaders[i] == 0)
            load(server, SEED + i);
    }
}

static void end_load(const pid_t *loaders)
{
    for (unsigned i = 0; i < LOADERS; i++) {
        kill(loaders[i], SIGKILL);
        waitpid(loaders[i], NULL, 0);
    }
}

/* Stopped in the middle of everything, it goes on where it was. */
static void stop_and_continue(const struct server *server, int observer)
{
    pid_t loaders[LOADERS];

    begin_load(server, loaders);
    for (int i = 0; i < 5; i++) {
        kill(server->pid, SIGSTOP);
        client_send_string(observer, "ECHO stopped\r\n");
        usleep(50000);
        kill(server->pid, SIGCONT);
        client_expect_reply(observer, "$7\r\nstopped\r\n");
        usleep(20000);
    }
    end_load(loaders);
}

/* Empties the database when all clients but one have gone: with several threads a command of one
   that has just closed may be run after that of another. */
static void flush(int observer)
{
    clients_wait(observer, 1);
    client_expect(observer, "FLUSHALL", "+OK\r\n");
}

static void test_clients(void)
{
    struct server server;
    size_t count = many();
    int errors = start(&server);
    int observer = client_connect(&server);

    be_many(&server, 10);
    flush(observer);
    struct idle idle = idle_figures(observer);
    be_many(&server, count);
    flush(observer);
    idle_expect(observer, idle, "many clients");
    be_slow(&server, observer);
    idle_expect(observer, idle, "slow clients");
    send_garbage(&server, is_quick() ? 30 : 300);
    flush(observer);
    idle_expect(observer, idle, "random bytes");
    half_close(&server);
    idle_expect(observer, idle, "half-closed clients");
    stop_and_continue(&server, observer);
    flush(observer);
    idle_expect(observer, idle, "SIGSTOP");
    close(observer);
    server_stop(&server);
    expect_silence(errors);
}

/* A server with few descriptors, and more clients: who is connected is served. */
static void test_descriptors(void)
{
    struct rlimit usual, few;
    struct server server;
    int clients[FEW_DESCRIPTORS * 2];

    getrlimit(RLIMIT_NOFILE, &usual);
    few = usual;
    few.rlim_cur = FEW_DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &few);
    int errors = start(&server);
    setrlimit(RLIMIT_NOFILE, &usual);
    int observer = client_connect(&server);
    client_expect(observer, "PING", "+PONG\r\n");
    for (int i = 0; i < FEW_DESCRIPTORS * 2; i++)
        clients[i] = client_connect(&server);
    client_expect(observer, "PING", "+PONG\r\n");
    for (int i = 0; i < FEW_DESCRIPTORS * 2; i++)
        close(clients[i]);
    for (int tries = 0;; tries++) { /* until it has seen that */
        char reply[7] = "";
        int client = client_connect(&server);
        send_anything(client, "PING\r\n", 6);
        struct pollfd wait = {.fd = client, .events = POLLIN};
        bool served = poll(&wait, 1, 1000) == 1 && recv(client, reply, 7, 0) == 7;
        close(client);
        if (served)
            break;
        if (tries == 100)
            fail("no client is served any more after there were no descriptors");
        usleep(20000);
    }
    client_expect(observer, "PING", "+PONG\r\n");
    close(observer);
    server_stop(&server);
    expect_silence(errors);
}

static void test_end_under_load(void)
{
    for (int i = 0; i < (is_quick() ? 2 : 5); i++) {
        pid_t loaders[LOADERS];
        struct server server;
        int errors = start(&server);
        begin_load(&server, loaders);
        usleep(50000 + 17000 * (unsigned)i);
        server_stop(&server);
        end_load(loaders);
        expect_silence(errors);
    }
}

int main(void)
{
    test_clients();
    test_descriptors();
    test_end_under_load();
    return EXIT_SUCCESS;
}
