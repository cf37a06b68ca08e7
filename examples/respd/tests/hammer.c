/*
 * hammer.c - several processes at the same keys at once, through connections of all threads. What
 * comes back must be what one of them has put there, whole; and in the end nothing may be lost or
 * be there twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define PROCESSES 4
#define CONNECTIONS 4 /* of each */
#define STEPS 20000   /* of each */
#define STEPS_QUICK 1500
#define KEYS 5
#define LONG_MAX_LENGTH 60000

/* A value says by itself whether it is whole: a letter, so many times. */
static size_t fill(char *value, unsigned *seed)
{
    bool is_long = rand_r(seed) % 3 == 0;
    size_t length = 1 + (size_t)rand_r(seed) % (is_long ? LONG_MAX_LENGTH : 600);
    memset(value, 'a' + rand_r(seed) % 26, length);
    return length;
}

static void expect_whole(const char *value, size_t length, const char *command)
{
    if (length == 0 || value[0] < 'a' || value[0] > 'z' ||
        memcmp(value, value + 1, length - 1) != 0)
        fail("%s: %zu bytes that nobody has put there", command, length);
}

static size_t read_line(int client, char *line, size_t size)
{
    size_t used = 0;
    do
        client_read(client, line + used, 1);
    while (line[used++] != '\n' && used < size - 1);
    line[used] = '\0';
    return used;
}

/* Reads a bulk reply into room for LONG_MAX_LENGTH; -1: nil. */
static long read_bulk(int client, char *value)
{
    char line[64];
    read_line(client, line, sizeof line);
    long length = line[0] == '$' ? atol(line + 1) : -2;
    if (length < -1 || length > LONG_MAX_LENGTH)
        fail("no bulk reply: %s", line);
    if (length >= 0)
        client_read(client, value, (size_t)length + 2);
    return length;
}

static long long read_integer(int client)
{
    char line[64];
    read_line(client, line, sizeof line);
    if (line[0] != ':')
        fail("no integer: %s", line);
    return atoll(line + 1);
}

static void send_value(int client, const char *begin, const char *value, size_t length)
{
    char head[128];
    int size = snprintf(head, sizeof head, "%s$%zu\r\n", begin, length);
    client_send(client, head, (size_t)size);
    client_send(client, value, length);
    client_send_string(client, "\r\n");
}

/* What a process has done, for its parent to add up. */
struct done {
    long long increments, pushed, popped, appended;
};

static void set(int client, unsigned *seed)
{
    static char value[LONG_MAX_LENGTH + 2];
    char begin[64], line[16];
    snprintf(begin, sizeof begin, "*3\r\n$3\r\nSET\r\n$2\r\nk%d\r\n", rand_r(seed) % KEYS);
    send_value(client, begin, value, fill(value, seed));
    read_line(client, line, sizeof line);
    if (strcmp(line, "+OK\r\n") != 0)
        fail("SET: %s", line);
}

static void get(int client, unsigned *seed)
{
    static char value[LONG_MAX_LENGTH + 2];
    static const char *const commands[] = {"GET k%d\r\n", "GET k%d\r\n", "GETDEL k%d\r\n",
                                           "HGET h f%d\r\n"};
    char command[64];
    snprintf(command, sizeof command, commands[rand_r(seed) % 4], rand_r(seed) % KEYS);
    client_send_string(client, command);
    long length = read_bulk(client, value);
    if (length >= 0)
        expect_whole(value, (size_t)length, command);
}

static void set_field(int client, unsigned *seed)
{
    static char value[LONG_MAX_LENGTH + 2];
    char begin[64];
    snprintf(begin, sizeof begin, "*4\r\n$4\r\nHSET\r\n$1\r\nh\r\n$2\r\nf%d\r\n",
             rand_r(seed) % KEYS);
    send_value(client, begin, value, fill(value, seed));
    read_integer(client);
}

/* The keys that go away and come back; their database is empty at times, and has no pool then. */
static void remove_keys(int client, unsigned *seed)
{
    static const char *const commands[] = {"DEL k0 k1\r\n",    "DEL k2 k3 k4\r\n", "DEL h\r\n",
                                           "PEXPIRE k0 1\r\n", "PEXPIRE h 2\r\n",  "DBSIZE\r\n"};
    client_send_string(client, commands[rand_r(seed) % 6]);
    read_integer(client);
}

/* What must add up is in a database of its own. */
static void count(int client, unsigned *seed, struct done *done)
{
    static char value[LONG_MAX_LENGTH + 2];
    char begin[64];
    client_send_string(client, "SELECT 1\r\n");
    char line[16];
    read_line(client, line, sizeof line);
    switch (rand_r(seed) % 4) {
    case 0:
        client_send_string(client, "INCR counter\r\nHINCRBY counters field 1\r\n");
        read_integer(client);
        read_integer(client);
        done->increments++;
        break;
    case 1:
        snprintf(begin, sizeof begin, "*3\r\n$5\r\n%s\r\n$4\r\nlist\r\n",
                 rand_r(seed) % 2 ? "LPUSH" : "RPUSH");
        send_value(client, begin, value, fill(value, seed));
        read_integer(client);
        done->pushed++;
        break;
    case 2:
        client_send_string(client, rand_r(seed) % 2 ? "LPOP list\r\n" : "RPOP list\r\n");
        long length = read_bulk(client, value);
        if (length >= 0)
            expect_whole(value, (size_t)length, "POP");
        done->popped += length >= 0;
        break;
    default:
        client_send_string(client, "APPEND text x\r\nGETRANGE text 0 2000\r\n");
        read_integer(client);
        length = read_bulk(client, value);
        if (memcmp(value, "xx", (size_t)(length < 2 ? length : 2)) != 0)
            fail("APPEND: %.10s", value);
        done->appended++;
    }
    client_send_string(client, "SELECT 0\r\n");
    read_line(client, line, sizeof line);
}

/* Those that look at everything stop all others meanwhile. */
static void look(int client, unsigned *seed)
{
    static const char *const commands[] = {"INFO", "CLIENT LIST"};
    free(client_bulk(client, commands[rand_r(seed) % 2]));
}

static struct done hammer(const struct server *server, unsigned seed)
{
    struct done done = {0};
    int clients[CONNECTIONS];
    int steps = is_quick() ? STEPS_QUICK : STEPS;
    for (int i = 0; i < CONNECTIONS; i++)
        clients[i] = client_connect(server);
    for (int i = 0; i < steps; i++) {
        int client = clients[rand_r(&seed) % CONNECTIONS];
        int kind = rand_r(&seed) % 16;
        if (kind < 4)
            set(client, &seed);
        else if (kind < 8)
            get(client, &seed);
        else if (kind < 9)
            set_field(client, &seed);
        else if (kind < 11)
            remove_keys(client, &seed);
        else if (rand_r(&seed) % 40 == 0)
            look(client, &seed);
        else
            count(client, &seed, &done);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        close(clients[i]);
    return done;
}

/* Replies that still show a value while others replace it: more than sockets take at once. */
static void read_slowly(const struct server *server)
{
    enum { GETS = 40, LENGTH = LONG_MAX_LENGTH };
    static char value[LENGTH + 2];
    int slow = client_connect(server), other = client_connect(server);
    for (int i = 0; i < 10; i++) {
        memset(value, 'a' + i, LENGTH);
        send_value(other, "*3\r\n$3\r\nSET\r\n$4\r\nslow\r\n", value, LENGTH);
        client_expect(other, "", "+OK\r\n");
        for (int j = 0; j < GETS; j++)
            client_send_string(slow, "GET slow\r\n");
    }
    client_expect(other, "DEL slow", ":1\r\n");
    for (int i = 0; i < 10 * GETS; i++) {
        long length = read_bulk(slow, value);
        if (length >= 0)
            expect_whole(value, (size_t)length, "GET slow");
    }
    close(slow);
    close(other);
}

static long long ask_number(int client, const char *command)
{
    char *bulk = client_bulk(client, command);
    long long number = atoll(bulk);
    free(bulk);
    return number;
}

static void expect_sum(const char *what, long long is, long long should)
{
    if (is != should)
        fail("%s: %lld instead of %lld", what, is, should);
}

static void expect_sums(int client, const struct done *all)
{
    client_expect(client, "SELECT 1", "+OK\r\n");
    expect_sum("INCR", ask_number(client, "GET counter"), all->increments);
    expect_sum("HINCRBY", ask_number(client, "HGET counters field"), all->increments);
    client_send_string(client, "LLEN list\r\nSTRLEN text\r\n");
    expect_sum("LPUSH and LPOP", read_integer(client), all->pushed - all->popped);
    expect_sum("APPEND", read_integer(client), all->appended);
    client_expect(client, "SELECT 0", "+OK\r\n");
}

int main(void)
{
    struct server server;
    int pipes[2];
    unsigned seed = (unsigned)getpid();
    printf("seed %u\n", seed);
    fflush(stdout);
    server_start(&server, NULL);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    if (pipe(pipes) != 0)
        fail("pipe");

    pid_t children[PROCESSES];
    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct done done = hammer(&server, seed + i);
            _exit(write(pipes[1], &done, sizeof done) == sizeof done ? 0 : 1);
        }
    }
    read_slowly(&server);

    struct done all = {0}, done;
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status;
        if (waitpid(children[i], &status, 0) != children[i] || status != 0)
            fail("a client ended with status %#x", (unsigned)status);
        if (read(pipes[0], &done, sizeof done) != sizeof done)
            fail("a client does not say what it did");
        all.increments += done.increments;
        all.pushed += done.pushed;
        all.popped += done.popped;
        all.appended += done.appended;
    }
    expect_sums(client, &all);
    client_expect(client, "FLUSHALL", "+OK\r\n");
    idle_expect(client, idle, "the hammering");
    server_stop(&server);
    return 0;
}
