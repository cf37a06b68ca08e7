/*
 * kill.c - kills clients at any moment of their load, again and again: the others must not notice,
 * and nothing of the dead may stay.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define CLIENTS 8
#define KILLS 1000
#define KILLS_QUICK 40

/* A command of some kind, with a value of some length, short or long. */
static size_t make_command(char *command, size_t size, unsigned *seed)
{
    static const char *const kinds[] = {
        "*3\r\n$3\r\nSET\r\n",  "*3\r\n$5\r\nLPUSH\r\n", "*3\r\n$6\r\nAPPEND\r\n",
        "*3\r\n$4\r\nSADD\r\n", "*4\r\n$4\r\nHSET\r\n",
    };
    static const char *const reads[] = {
        "GET k%u\r\n",      "LRANGE l%u 0 -1\r\n", "LPOP l%u\r\n",   "HGETALL h%u\r\n",
        "SMEMBERS s%u\r\n", "DEL l%u\r\n",         "GETDEL k%u\r\n", "PEXPIRE k%u 5\r\n",
        "DEL a%u\r\n",      "KEYS *%u\r\n",
    };
    unsigned kind = (unsigned)rand_r(seed) % 10, key = (unsigned)rand_r(seed) % 50;
    if (kind >= 5)
        return (size_t)snprintf(command, size, reads[(unsigned)rand_r(seed) % 10], key);

    size_t length = (unsigned)rand_r(seed) % 4 == 0 ? (unsigned)rand_r(seed) % 200000
                                                    : (unsigned)rand_r(seed) % 1000;
    char name[8];
    int name_length = snprintf(name, sizeof name, "%c%u", "klash"[kind], key);
    size_t used = (size_t)snprintf(command, size, "%s$%d\r\n%s\r\n%s$%zu\r\n", kinds[kind],
                                   name_length, name, kind == 4 ? "$1\r\nf\r\n" : "", length);
    memset(command + used, 'v', length);
    memcpy(command + used + length, "\r\n", 2);
    return used + length + 2;
}

/* Sends and sometimes reads, until it is killed. */
static void load(const struct server *server, unsigned seed)
{
    static char command[256 << 10], got[64 << 10];
    int client = client_connect(server);
    for (;;) {
        size_t length = make_command(command, sizeof command, &seed);
        if (write(client, command, length) < 0)
            _exit(0);
        if (rand_r(&seed) % 3 != 0 && read(client, got, sizeof got) <= 0)
            _exit(0);
    }
}

int main(void)
{
    struct server server;
    pid_t children[CLIENTS];
    unsigned seed = (unsigned)time(NULL);
    int kills = is_quick() ? KILLS_QUICK : KILLS;
    printf("seed %u\n", seed);
    server_start(&server, NULL);
    int observer = client_connect(&server);
    struct idle idle = idle_figures(observer);

    for (int i = 0; i < CLIENTS + kills; i++) {
        pid_t *child = &children[i % CLIENTS];
        if (i >= CLIENTS) {
            usleep((unsigned)rand_r(&seed) % 20000);
            kill(*child, SIGKILL);
            waitpid(*child, NULL, 0);
        }
        fflush(stdout);
        *child = fork();
        if (*child == 0)
            load(&server, seed + (unsigned)i);
        if (i % 50 == 0) {
            client_expect(observer, "PING", "+PONG\r\n");
            client_expect(observer, "FLUSHALL", "+OK\r\n");
        }
    }
    for (int i = 0; i < CLIENTS; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    for (int tries = 0; info_number(observer, "connected_clients") > 1 && tries < 500; tries++)
        usleep(10000);
    client_expect(observer, "FLUSHALL", "+OK\r\n");
    idle_expect(observer, idle, "killed clients");
    server_stop(&server);
    return 0;
}
