/*
 * client.c - what the tests of respd share.
 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 120
#define OPTIONS_MAX 8

static pid_t started;

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (started > 0)
        kill(started, SIGKILL);
    exit(EXIT_FAILURE);
}

bool is_quick(void)
{
    const char *sanitizer = getenv("OWN_SANITIZER");
    return getenv("RESPD_QUICK") || (sanitizer && *sanitizer && strcmp(sanitizer, "no") != 0);
}

static void on_alarm(int signal)
{
    (void)signal;
    static const char message[] = "the test takes too long\n";
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    if (started > 0)
        kill(started, SIGKILL);
    _exit(EXIT_FAILURE);
}

/* The command of the server: $RESPD may be several words, as "valgrind respd". */
static void execute(const char *const *options)
{
    const char *program = getenv("RESPD");
    char words[1024];
    char *arguments[OPTIONS_MAX + 24];
    size_t count = 0;
    snprintf(words, sizeof words, "%s", program ? program : "examples/respd/respd");
    for (char *word = strtok(words, " "); word && count < 16; word = strtok(NULL, " "))
        arguments[count++] = word;
    arguments[count++] = strdup("--port");
    arguments[count++] = strdup("0");
    for (size_t i = 0; options && options[i] && i < OPTIONS_MAX; i++)
        arguments[count++] = strdup(options[i]);
    arguments[count] = NULL;
    execvp(arguments[0], arguments);
    perror(arguments[0]);
    _exit(127);
}

void server_start(struct server *server, const char *const *options)
{
    int pipes[2];
    char line[256] = "";
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, on_alarm);
    alarm(TIMEOUT_SECONDS * (is_quick() ? 5 : 1));
    if (pipe(pipes) != 0)
        fail("pipe: %s", strerror(errno));
    server->pid = started = fork();
    if (server->pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execute(options);
    }
    close(pipes[1]);
    server->output = pipes[0];
    for (size_t i = 0; i < sizeof line - 1 && !strchr(line, '\n'); i++)
        if (read(pipes[0], line + i, 1) != 1)
            fail("the server does not start");
    const char *port = strstr(line, " port ");
    server->port = port ? atoi(port + 6) : 0;
    if (server->port == 0)
        fail("the server does not say its port: %s", line);
}

void server_wait(struct server *server)
{
    char output[4096];
    size_t length = 0;
    ssize_t size;
    int status;
    while ((size = read(server->output, output + length, sizeof output - 1 - length)) > 0)
        length += (size_t)size;
    output[length] = '\0';
    if (waitpid(server->pid, &status, 0) != server->pid)
        fail("waitpid: %s", strerror(errno));
    started = 0;
    close(server->output);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("the server ended with status %#x: %s", status, output);
    if (!strstr(output, " 0 are alive"))
        fail("the server left pools alive: %s", output);
}

void server_stop(struct server *server)
{
    kill(server->pid, SIGTERM);
    server_wait(server);
}

int client_connect(const struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect: %s", strerror(errno));
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return client;
}

void client_send(int client, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = write(client, bytes, length);
        if (sent < 0)
            fail("write: %s", strerror(errno));
        bytes += sent;
        length -= (size_t)sent;
    }
}

void client_send_string(int client, const char *string)
{
    client_send(client, string, strlen(string));
}

void client_read(int client, char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t got = read(client, bytes, length);
        if (got <= 0)
            fail("read: %s", got == 0 ? "the server closed" : strerror(errno));
        bytes += got;
        length -= (size_t)got;
    }
}

size_t client_read_all(int client, char *bytes, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while (length < size && (got = read(client, bytes + length, size - length)) > 0)
        length += (size_t)got;
    return length;
}

static void expect_reply(int client, const char *command, const char *reply)
{
    size_t length = strlen(reply);
    char *got = malloc(length + 1);
    client_read(client, got, length);
    if (memcmp(got, reply, length) != 0)
        fail("%s: \"%.*s\" instead of \"%s\"", command, (int)length, got, reply);
    free(got);
}

void client_expect_reply(int client, const char *reply)
{
    expect_reply(client, "a reply", reply);
}

void client_expect(int client, const char *command, const char *reply)
{
    client_send_string(client, command);
    client_send_string(client, "\r\n");
    expect_reply(client, command, reply);
}

char *client_bulk(int client, const char *command)
{
    char line[32];
    size_t used = 0;
    client_send_string(client, command);
    client_send_string(client, "\r\n");
    do
        client_read(client, line + used, 1);
    while (line[used++] != '\n' && used < sizeof line - 1);
    line[used] = '\0';
    if (line[0] != '$' || line[1] == '-')
        fail("%s: no bulk reply: %s", command, line);
    size_t length = strtoul(line + 1, NULL, 10);
    char *bulk = malloc(length + 2);
    client_read(client, bulk, length + 2);
    bulk[length] = '\0';
    return bulk;
}

static long long number_of(const char *info, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\n%s:", name);
    const char *found = strstr(info, key);
    if (!found)
        fail("INFO has no %s", name);
    return strtoll(found + strlen(key), NULL, 10);
}

long long info_number(int client, const char *name)
{
    char *info = client_bulk(client, "INFO");
    long long number = number_of(info, name);
    free(info);
    return number;
}

struct idle idle_figures(int client)
{
    char *info = client_bulk(client, "INFO");
    struct idle idle = {
        .bytes = number_of(info, "used_memory"),
        .blocks = number_of(info, "mem_blocks"),
        .pools = number_of(info, "mem_pools"),
        .alive = number_of(info, "mem_pools_alive"),
        .clients = number_of(info, "connected_clients"),
    };
    free(info);
    return idle;
}

void clients_wait(int client, long long count)
{
    for (int tries = 0; idle_figures(client).clients != count; tries++) {
        if (tries == 1000)
            fail("there are not %lld clients", count);
        usleep(10000);
    }
}

void idle_expect(int client, struct idle idle, const char *after)
{
    struct idle now = idle;
    for (int tries = 0; tries < 500; tries++) {
        now = idle_figures(client);
        /* The text of INFO is a block of its own request: its digits are not the server's. */
        bool same_bytes = now.bytes - idle.bytes < 64 && idle.bytes - now.bytes < 64;
        if (same_bytes && now.blocks == idle.blocks && now.pools == idle.pools &&
            now.alive == idle.alive && now.clients == idle.clients)
            return;
        usleep(20000);
    }
    fail("after %s: %lld bytes, %lld blocks, %lld pools, %lld alive, %lld clients;"
         " idle were %lld, %lld, %lld, %lld, %lld",
         after, now.bytes, now.blocks, now.pools, now.alive, now.clients, idle.bytes, idle.blocks,
         idle.pools, idle.alive, idle.clients);
}
