/*
 * main.c - respd: a cache server that speaks RESP2, and owns what it has by libown.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "commands.h"
#include "server.h"
#include "siphash.h"

static const char usage[] =
    "usage: respd [--port N] [--bind ADDRESS] [--client-limit BYTES] [--maxmemory BYTES]\n"
    "             [--maxclients N] [--threads N] [--monitor PATH]\n"
    "  --port          where to listen; 0: a free port, which is printed (6379)\n"
    "  --bind          an IPv4 address (127.0.0.1)\n"
    "  --client-limit  memory of one connection, its input included; 0: no limit (268435456)\n"
    "  --maxmemory     memory of one database; 0: no limit (0)\n"
    "  --maxclients    connections (10000)\n"
    "  --threads       that serve connections, each its own (1)\n"
    "  --monitor       a socket that is asked what the pools have, see own/monitor.h\n";

static size_t size_argument(const char *argument, size_t max)
{
    char *end;
    unsigned long long size = strtoull(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end || size > max) {
        fprintf(stderr, "respd: not a number that fits: %s\n%s", argument, usage);
        exit(2);
    }
    return (size_t)size;
}

static void parse_options(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (!value) {
            bool help = strcmp(name, "--help") == 0;
            fputs(usage, help ? stdout : stderr);
            exit(help ? 0 : 2);
        } else if (strcmp(name, "--port") == 0) {
            options->port = (int)size_argument(value, 65535);
        } else if (strcmp(name, "--bind") == 0) {
            options->bind = value;
        } else if (strcmp(name, "--monitor") == 0) {
            options->monitor = value;
        } else if (strcmp(name, "--client-limit") == 0) {
            options->client_limit = size_argument(value, SIZE_MAX);
            if (options->client_limit == 0)
                options->client_limit = SIZE_MAX;
        } else if (strcmp(name, "--maxmemory") == 0) {
            options->memory_limit = size_argument(value, SIZE_MAX);
        } else if (strcmp(name, "--maxclients") == 0) {
            options->clients_max = size_argument(value, INT_MAX);
        } else if (strcmp(name, "--threads") == 0) {
            options->threads = (unsigned)size_argument(value, THREADS_MAX);
            if (options->threads == 0)
                options->threads = 1;
        } else {
            fprintf(stderr, "respd: unknown option %s\n%s", name, usage);
            exit(2);
        }
    }
}

static int serve(const struct options *options)
{
    OWN_SCOPED struct server *server = server_new(options);
    if (!server)
        return -1;
    printf("respd: listening on %s port %d\n", options->bind, server->port);
    fflush(stdout);

    int error = server_run(server);
    if (error)
        fprintf(stderr, "respd: the loop still has handles\n");

    own_usage total;
    for (size_t i = 0; i < DATABASES; i++)
        database_flush(&server->databases[i]);
    own_pool_total(server->pool, &total);
    if (total.pools != 1) {
        fprintf(stderr, "respd: %zu pools below the server's\n", total.pools - 1);
        error = -1;
    }
    return error;
}

int main(int argc, char **argv)
{
    struct options options = {
        .bind = "127.0.0.1",
        .port = 6379,
        .client_limit = (size_t)256 << 20,
        .clients_max = 10000,
        .threads = 1,
    };
    parse_options(&options, argc, argv);
    signal(SIGPIPE, SIG_IGN); /* a client that went away is an error of its own connection */
    siphash_seed();
    commands_prepare();

    int error = serve(&options);
    printf("respd: %zu pools were made, %zu are alive\n", census_born(), census_alive());
    return error || census_alive() ? EXIT_FAILURE : EXIT_SUCCESS;
}
