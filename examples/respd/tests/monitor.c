/*
 * monitor.c - tests that the server's pools can be looked at from outside while clients are served:
 * each answer is whole and of one moment, slow readers delay nobody, and nothing is left behind.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define LOADERS 2
#define CONNECTIONS 4
#define KEYS 200
#define ASKED 60
#define ASKED_QUICK 8
#define ASKED_MOST 2000 /* on a busy machine, many are over before a loader runs at all */
#define SERVED 10
#define LARGEST ((size_t)16 << 20)

static char path[64];

static int monitor_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path, path);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) != 0)
        fail("%s: %s", path, strerror(errno));
    return client;
}

/* The whole answer, for free(). */
static char *monitor_ask(const char *line)
{
    char *answer = malloc(LARGEST);
    int client = monitor_connect();
    client_send_string(client, line);
    client_send_string(client, "\n");
    size_t length = client_read_all(client, answer, LARGEST - 1);
    answer[length] = '\0';
    close(client);
    if (length == 0 || answer[length - 1] != '\n')
        fail("%s: an answer without an end: %zu bytes", line, length);
    return answer;
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        count++;
    return count;
}

/* Commands of all kinds until it is told to end. Keys of all threads, some of them long. */
static void load(const struct server *server)
{
    static char value[2000];
    int clients[CONNECTIONS];
    unsigned seed = (unsigned)getpid();
    memset(value, 'v', sizeof value - 1);
    for (int i = 0; i < CONNECTIONS; i++)
        clients[i] = client_connect(server);
    for (unsigned n = 0;; n++) {
        char command[sizeof value + 100];
        int client = clients[n % CONNECTIONS], key = rand_r(&seed) % KEYS;
        snprintf(command, sizeof command, "SET key%d %.*s", key, rand_r(&seed) % 1999 + 1, value);
        client_expect(client, command, "+OK\r\n");
        snprintf(command, sizeof command, "DEL list%d", key);
        client_send_string(client, command);
        client_send_string(client, "\r\n");
        char reply[5] = "";
        client_read(client, reply, 4);
        snprintf(command, sizeof command, "RPUSH list%d a b %d", key, key);
        client_send_string(client, command);
        client_send_string(client, "\r\n");
        client_read(client, reply, 2);
        do
            client_read(client, reply, 1);
        while (*reply != '\n');
        if (n % 1000 == 999)
            client_expect(client, "FLUSHALL", "+OK\r\n");
    }
}

static void expect_whole_answers(void)
{
    char *json = monitor_ask("json");
    if (json[0] != '{' || !strstr(json, "\"own-report\"") || !strstr(json, "\"server\"") ||
        count_of(json, "\"name\": \"connection\"") < LOADERS * CONNECTIONS ||
        count_of(json, "{") != count_of(json, "}"))
        fail("json: %.2000s", json);
    free(json);
    char *text = monitor_ask("text");
    if (!strstr(text, "server") || !strstr(text, "connection (9 pools)"))
        fail("text: %.2000s", text);
    free(text);
    char *folded = monitor_ask("folded");
    if (count_of(folded, "server;connection") < LOADERS * CONNECTIONS)
        fail("folded: %.2000s", folded);
    free(folded);
    char *metrics = monitor_ask("metrics");
    if (!strstr(metrics, "own_"))
        fail("metrics: %.2000s", metrics);
    free(metrics);
    char *unknown = monitor_ask("what");
    if (strncmp(unknown, "error: ", 7) != 0)
        fail("what: %s", unknown);
    free(unknown);
}

/* Commands of the loaders since `start`, when this process has given `own` commands. */
static long long loaders_served(int client, long long start, int own)
{
    return info_number(client, "total_commands_processed") - start - own;
}

static void check(const char *const *options)
{
    struct server server;
    server_start(&server, options);
    int client = client_connect(&server);
    struct idle idle = idle_figures(client);
    struct stat status;
    if (stat(path, &status) != 0 || (status.st_mode & 07777) != 0600)
        fail("%s: not a socket of its user alone", path);

    pid_t loaders[LOADERS];
    for (int i = 0; i < LOADERS; i++) {
        loaders[i] = fork();
        if (loaders[i] == 0)
            load(&server);
    }
    while (info_number(client, "connected_clients") < LOADERS * CONNECTIONS + 1)
        usleep(10000);
    int slow = monitor_connect(); /* asks, and takes nothing */
    client_send_string(slow, "json\n");
    long long start = info_number(client, "total_commands_processed");
    int least = is_quick() ? ASKED_QUICK : ASKED;
    int own = 0; /* commands of this process */
    for (int asked = 0; asked < least || loaders_served(client, start, ++own) < SERVED; asked++) {
        if (asked == ASKED_MOST)
            fail("clients are not served while the monitor is asked");
        expect_whole_answers();
    }
    client_expect(client, "SET key value", "+OK\r\n");
    for (int i = 0; i < LOADERS; i++) {
        kill(loaders[i], SIGKILL);
        waitpid(loaders[i], NULL, 0);
    }
    while (info_number(client, "connected_clients") > 1)
        usleep(10000); /* what they sent last may still be carried out */
    client_expect(client, "FLUSHALL", "+OK\r\n");
    idle_expect(client, idle, "questions under load");
    server_stop(&server);
    close(slow);
    close(client);
    if (stat(path, &status) == 0)
        fail("%s: still there", path);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/respd-monitor.%ld", (long)getpid());
    const char *const alone[] = {"--monitor", path, NULL};
    const char *const threads[] = {"--threads", "3", "--monitor", path, NULL};
    check(alone);
    check(threads);
    return 0;
}
