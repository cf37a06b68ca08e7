/*
 * pubsub.c - tests of SUBSCRIBE, PUBLISH and MONITOR: who gets what and in which order, that a
 * message is there once, and that a subscriber that reads slowly, or dies, disturbs nobody.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define PUBLISHERS 3
#define SUBSCRIBERS 4
#define MESSAGES 1500
#define MESSAGES_QUICK 300
#define LARGE ((size_t)6 << 20) /* more than sockets buffer */
#define KILLS 60
#define KILLS_QUICK 15

static void check_replies(const struct server *server)
{
    int subscriber = client_connect(server), other = client_connect(server);
    client_expect(other, "PUBLISH a x", ":0\r\n");
    client_expect(subscriber, "SUBSCRIBE a a",
                  "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n"
                  ":1\r\n");
    client_expect(subscriber, "PSUBSCRIBE [ab]", "*3\r\n$10\r\npsubscribe\r\n$4\r\n[ab]\r\n:2\r\n");
    client_expect(subscriber, "PING", "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    client_expect(subscriber, "PING x", "*2\r\n$4\r\npong\r\n$1\r\nx\r\n");
    client_expect(subscriber, "GET k",
                  "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT /"
                  " RESET are allowed in this context\r\n");
    client_expect(other, "PUBLISH a hello", ":2\r\n");
    client_expect(other, "PUBLISH b \"\"", ":1\r\n");
    client_expect(other, "PUBLISH c x", ":0\r\n");
    client_expect_reply(subscriber,
                        "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$5\r\nhello\r\n"
                        "*4\r\n$8\r\npmessage\r\n$4\r\n[ab]\r\n$1\r\na\r\n$5\r\nhello\r\n"
                        "*4\r\n$8\r\npmessage\r\n$4\r\n[ab]\r\n$1\r\nb\r\n$0\r\n\r\n");
    client_expect(other, "PUBSUB CHANNELS", "*1\r\n$1\r\na\r\n");
    client_expect(other, "PUBSUB CHANNELS x*", "*0\r\n");
    client_expect(other, "PUBSUB NUMSUB a b", "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:0\r\n");
    client_expect(other, "PUBSUB NUMPAT", ":1\r\n");
    client_expect(subscriber, "UNSUBSCRIBE", "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n");
    client_expect(subscriber, "UNSUBSCRIBE", "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:1\r\n");
    client_expect(subscriber, "PUNSUBSCRIBE x", "*3\r\n$12\r\npunsubscribe\r\n$1\r\nx\r\n:1\r\n");
    client_expect(subscriber, "PUNSUBSCRIBE", "*3\r\n$12\r\npunsubscribe\r\n$4\r\n[ab]\r\n:0\r\n");
    client_expect(subscriber, "GET k", "$-1\r\n");
    client_expect(subscriber, "MULTI", "+OK\r\n");
    client_expect(subscriber, "SUBSCRIBE t", "+QUEUED\r\n");
    client_expect(subscriber, "PUBLISH t m", "+QUEUED\r\n");
    client_expect(subscriber, "EXEC",
                  "*2\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nt\r\n:1\r\n:1\r\n"
                  "*3\r\n$7\r\nmessage\r\n$1\r\nt\r\n$1\r\nm\r\n");
    client_expect(subscriber, "RESET", "+RESET\r\n");
    client_expect(other, "PUBLISH t m", ":0\r\n");
    close(subscriber);
    close(other);
}

static void check_monitor(const struct server *server)
{
    int monitor = client_connect(server), other = client_connect(server);
    char line[256];
    client_expect(monitor, "MONITOR", "+OK\r\n");
    client_expect(monitor, "GET k", "-ERR Replica can't interact with the keyspace\r\n");
    client_expect(other, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\"\r\n", "+OK\r\n");
    size_t used = 0;
    do
        client_read(monitor, line + used, 1);
    while (line[used++] != '\n' && used < sizeof line - 1);
    line[used] = '\0';
    const char *quoted = strchr(line, '"');
    if (line[0] != '+' || !strstr(line, " [0 127.0.0.1:") || !quoted ||
        strcmp(quoted, "\"SET\" \"k\" \"a\\\"\\r\\n\"\r\n") != 0)
        fail("MONITOR shows %s", line);
    client_expect(other, "DEL k", ":1\r\n");
    close(monitor);
    close(other);
}

static int subscribe(const struct server *server)
{
    int subscriber = client_connect(server);
    client_expect(subscriber, "SUBSCRIBE c", "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
    return subscriber;
}

static void publish_large(int client)
{
    char head[64];
    char *bytes = malloc(LARGE);
    memset(bytes, 'x', LARGE);
    int length = snprintf(head, sizeof head, "*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n$%zu\r\n", LARGE);
    client_send(client, head, (size_t)length);
    client_send(client, bytes, LARGE);
    client_send_string(client, "\r\n");
    free(bytes);
}

static void read_large(int subscriber)
{
    char head[64];
    char *bytes = malloc(LARGE + 2);
    snprintf(head, sizeof head, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$%zu\r\n", LARGE);
    client_expect_reply(subscriber, head);
    client_read(subscriber, bytes, LARGE + 2);
    for (size_t i = 0; i < LARGE; i++)
        if (bytes[i] != 'x')
            fail("the message is not what it was");
    free(bytes);
}

static long resident(const struct server *server)
{
    char path[64], line[128];
    long kilobytes = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes;
}

/* Many receivers that do not read yet: each holds the message, which is there once. */
static void check_once(const struct server *server, int observer)
{
    int subscribers[8], publisher = client_connect(server);
    for (int i = 0; i < 8; i++)
        subscribers[i] = subscribe(server);
    long long held = info_number(observer, "mem_held");
    long before = resident(server);
    publish_large(publisher);
    client_expect_reply(publisher, ":8\r\n");
    for (int tries = 0; info_number(observer, "mem_held") < held + 8; tries++) {
        if (tries == 200)
            fail("eight receivers hold %lld references", info_number(observer, "mem_held") - held);
        usleep(10000);
    }
    long grown = resident(server) - before;
    /* What came in took a buffer and a string. Sanitizers and Valgrind keep more than is used. */
    if (!is_quick() && grown > (long)(4 * LARGE >> 10))
        fail("a message of %zu bytes for eight receivers takes %ld KiB", LARGE, grown);
    for (int i = 0; i < 8; i += 2)
        read_large(subscribers[i]);
    for (int i = 0; i < 8; i++)
        close(subscribers[i]); /* half of them in the middle of the message */
    close(publisher);
}

/* Reads what comes: each publisher's messages in their order. Its exit is silent, its pipe gets a
   hash of all: every subscriber must find the same. */
static void receive(int subscriber, int messages, int result)
{
    static const char head[] = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$8\r\n";
    char frame[sizeof head - 1 + 8 + 2 + 1] = "";
    int next[PUBLISHERS] = {0};
    unsigned long hash = 5381;
    for (int i = 0; i < PUBLISHERS * messages; i++) {
        client_read(subscriber, frame, sizeof frame - 1);
        int publisher, number;
        if (strncmp(frame, head, sizeof head - 1) != 0 ||
            sscanf(frame + sizeof head - 1, "%1d-%6d", &publisher, &number) != 2 ||
            publisher >= PUBLISHERS || next[publisher]++ != number)
            fail("message %d is %s", i, frame);
        hash = hash * 33 + (unsigned long)publisher;
    }
    if (write(result, &hash, sizeof hash) != sizeof hash)
        fail("write");
}

static void publish(const struct server *server, int publisher, int messages)
{
    char command[64], reply[16];
    int client = client_connect(server);
    snprintf(reply, sizeof reply, ":%d\r\n", SUBSCRIBERS);
    for (int i = 0; i < messages; i++) {
        snprintf(command, sizeof command, "PUBLISH c %d-%06d", publisher, i);
        client_expect(client, command, reply);
    }
    close(client);
}

static void check_order(const struct server *server)
{
    pid_t children[SUBSCRIBERS + PUBLISHERS];
    int results[2], status;
    int messages = is_quick() ? MESSAGES_QUICK : MESSAGES;
    unsigned long hashes[SUBSCRIBERS];
    if (pipe(results) != 0)
        fail("pipe");
    fflush(stdout);
    for (int i = 0; i < SUBSCRIBERS; i++) {
        int subscriber = subscribe(server);
        children[i] = fork();
        if (children[i] == 0) {
            receive(subscriber, messages, results[1]);
            _exit(0);
        }
        close(subscriber);
    }
    for (int i = 0; i < PUBLISHERS; i++) {
        children[SUBSCRIBERS + i] = fork();
        if (children[SUBSCRIBERS + i] == 0) {
            publish(server, i, messages);
            _exit(0);
        }
    }
    for (int i = 0; i < SUBSCRIBERS + PUBLISHERS; i++)
        if (waitpid(children[i], &status, 0) < 0 || status != 0)
            fail("a client ended with %#x", status);
    for (int i = 0; i < SUBSCRIBERS; i++)
        if (read(results[0], &hashes[i], sizeof hashes[i]) != sizeof hashes[i] ||
            hashes[i] != hashes[0])
            fail("subscribers do not see the same order");
    close(results[0]);
    close(results[1]);
}

/* Subscribers that come, go, and are killed at any moment while messages are published. */
static void check_deaths(const struct server *server)
{
    int kills = is_quick() ? KILLS_QUICK : KILLS;
    static const char first[] = "SUBSCRIBE c d\r\nPSUBSCRIBE c*\r\nUNSUBSCRIBE c\r\n";
    static const char second[] = "RESET\r\nMONITOR\r\nMULTI\r\nPING\r\nRESET\r\n";
    unsigned seed = 1;
    char got[4096];
    int publisher = client_connect(server), steady = subscribe(server);
    fflush(stdout);
    for (int i = 0; i < kills; i++) {
        pid_t child = fork();
        if (child == 0) {
            int client = client_connect(server);
            for (;;) {
                if (write(client, first, sizeof first - 1) < 0 ||
                    read(client, got, sizeof got) <= 0 ||
                    write(client, second, sizeof second - 1) < 0)
                    _exit(0);
            }
        }
        for (unsigned j = 0; j < 20 + (unsigned)rand_r(&seed) % 20; j++) {
            client_send_string(publisher, "PUBLISH c 12345678\r\n");
            client_read(publisher, got, 4); /* ":1\r\n" to ":3\r\n" */
            client_expect_reply(steady, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$8\r\n12345678\r\n");
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(publisher);
    close(steady);
}

/* A subscriber that does not read is closed when more waits for it than its limit; meanwhile
   nobody waits for it. */
static void check_slow(void)
{
    struct server server;
    server_start(&server, (const char *const[]){"--client-limit", "2000000", NULL});
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    int slow = subscribe(&server), monitor = client_connect(&server);
    client_expect(monitor, "MONITOR", "+OK\r\n"); /* nor does it */
    int good = subscribe(&server), publisher = client_connect(&server);
    static char payload[100001], got[100100];
    memset(payload, 'y', sizeof payload - 1);
    int published = 0;
    char reply[4] = ":2\r\n";
    for (; reply[1] == '2'; published++) {
        if (published == 1000)
            fail("a subscriber that does not read is never closed");
        client_send_string(publisher, "*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n$100000\r\n");
        client_send(publisher, payload, sizeof payload - 1);
        client_send_string(publisher, "\r\n");
        client_read(publisher, reply, 4);
        client_expect_reply(good, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$100000\r\n");
        client_read(good, got, sizeof payload - 1 + 2);
    }
    if (published < 20)
        fail("a subscriber was closed after %d messages", published);
    client_expect(observer, "PUBSUB NUMSUB c", "*2\r\n$1\r\nc\r\n:1\r\n");
    close(slow);
    close(monitor);
    close(good);
    close(publisher);
    idle_expect(observer, idle, "a subscriber that did not read");
    server_stop(&server);
}

int main(void)
{
    struct server server;
    server_start(&server, NULL);
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);
    check_replies(&server);
    check_monitor(&server);
    idle_expect(observer, idle, "subscribing");
    check_once(&server, observer);
    idle_expect(observer, idle, "large messages");
    check_order(&server);
    check_deaths(&server);
    idle_expect(observer, idle, "subscribers that were killed");
    int subscriber = subscribe(&server); /* and one that is there at the end */
    client_expect(observer, "PUBLISH c x", ":1\r\n");
    server_stop(&server);
    close(subscriber);
    check_slow();
    return 0;
}
