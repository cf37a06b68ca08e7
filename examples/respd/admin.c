/*
 * admin.c - commands that clients send to find out what they talk to, and SHUTDOWN.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "glob.h"
#include "parser.h"

/* CONFIG GET: what is asked for by redis-cli, redis-benchmark and client libraries. */

struct parameter {
    const char *name;
    char value[32];
};

static void reply_parameters(struct request *request, const struct parameter *parameters,
                             size_t count)
{
    size_t found = 0;
    uint32_t array = reply_array_begin(request);
    for (size_t i = 0; i < count; i++) {
        bool matched = false;
        for (size_t pattern = 2; pattern < request->argument_count && !matched; pattern++)
            matched =
                glob_match(argument(request, pattern)->bytes, argument(request, pattern)->length,
                           parameters[i].name, strlen(parameters[i].name));
        if (matched) {
            reply_word(request, parameters[i].name);
            reply_word(request, parameters[i].value);
            found += 2;
        }
    }
    reply_array_end(request, array, found);
}

static void get_config(struct request *request)
{
    const struct server *server = server_of(request);
    struct parameter parameters[] = {
        {"appendonly", "no"},
        {"bind", ""},
        {"client-limit", ""},
        {"databases", ""},
        {"maxclients", ""},
        {"maxmemory", ""},
        {"maxmemory-policy", "noeviction"},
        {"port", ""},
        {"proto-max-bulk-len", ""},
        {"save", ""},
        {"threads", ""},
        {"timeout", "0"},
    };
    size_t size = sizeof parameters[0].value;
    snprintf(parameters[1].value, size, "%s", server->options.bind);
    snprintf(parameters[2].value, size, "%zu", server->options.client_limit);
    snprintf(parameters[3].value, size, "%d", DATABASES);
    snprintf(parameters[4].value, size, "%zu", server->options.clients_max);
    snprintf(parameters[5].value, size, "%zu", server->options.memory_limit);
    snprintf(parameters[7].value, size, "%d", server->port);
    snprintf(parameters[8].value, size, "%lld", (long long)BULK_MAX);
    snprintf(parameters[10].value, size, "%u", server->options.threads);
    reply_parameters(request, parameters, sizeof parameters / sizeof *parameters);
}

void command_config(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"GET", -3, get_config},
        {"RESETSTAT", 2, reply_ok},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}

void command_shutdown(struct request *request)
{
    const struct string *word = argument(request, request->argument_count - 1);
    if (request->argument_count > 2 ||
        (request->argument_count == 2 && !string_is_word(word, "NOSAVE") &&
         !string_is_word(word, "SAVE") && !string_is_word(word, "NOW"))) {
        reply_syntax_error(request);
        return;
    }
    server_drain(worker_of(request)); /* no reply: the end of the connection is the answer */
}
