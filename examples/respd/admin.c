/*
 * admin.c - commands that clients send to find out what they talk to, and SHUTDOWN.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "glob.h"
#include "number.h"
#include "parser.h"
#include "statistics.h"

/*
 * CONFIG: what redis-cli, redis-benchmark and client libraries ask for. A parameter that cannot be
 * set can be set to what it is.
 */

#define VALUE_MAX 64

enum parameter_kind { KIND_CONSTANT, KIND_NUMBER, KIND_MEMORY };

struct parameter {
    const char *name;
    const char *constant;
    enum parameter_kind kind;
    void (*print)(const struct server *server, char value[VALUE_MAX]); /* where it is no constant */
    void (*set)(struct server *server, size_t number);                 /* NULL: it cannot be set */
    size_t (*largest)(const struct server *server);
    size_t least;
};

static size_t any_size(const struct server *server)
{
    (void)server;
    return SIZE_MAX;
}

static void print_bind(const struct server *server, char value[VALUE_MAX])
{
    snprintf(value, VALUE_MAX, "%s", server->options.bind);
}

static void print_client_limit(const struct server *server, char value[VALUE_MAX])
{
    size_t limit = server->options.client_limit;
    snprintf(value, VALUE_MAX, "%zu", limit == SIZE_MAX ? 0 : limit);
}

/* The pools that are there learn of it: a limit below what they have refuses more. */
static void set_client_limit(struct server *server, size_t limit)
{
    server->options.client_limit = limit ? limit : SIZE_MAX;
    for (unsigned i = 0; i < server->options.threads; i++)
        for (struct connection *connection = server->workers[i].first_connection; connection;
             connection = connection->next)
            parser_limit(connection);
}

static void print_databases(const struct server *server, char value[VALUE_MAX])
{
    (void)server;
    snprintf(value, VALUE_MAX, "%d", DATABASES);
}

static void print_clients_max(const struct server *server, char value[VALUE_MAX])
{
    snprintf(value, VALUE_MAX, "%zu", server->options.clients_max);
}

static size_t largest_clients_max(const struct server *server)
{
    return server->clients_room;
}

static void set_clients_max(struct server *server, size_t clients)
{
    server->options.clients_max = clients;
}

static void print_memory_limit(const struct server *server, char value[VALUE_MAX])
{
    snprintf(value, VALUE_MAX, "%zu", server->options.memory_limit);
}

static void set_memory_limit(struct server *server, size_t limit)
{
    server->options.memory_limit = limit;
    for (size_t i = 0; i < DATABASES; i++)
        database_limit(&server->databases[i], limit);
}

static void print_port(const struct server *server, char value[VALUE_MAX])
{
    snprintf(value, VALUE_MAX, "%d", server->port);
}

static void print_bulk_max(const struct server *server, char value[VALUE_MAX])
{
    (void)server;
    snprintf(value, VALUE_MAX, "%lld", (long long)BULK_MAX);
}

static void print_threads(const struct server *server, char value[VALUE_MAX])
{
    snprintf(value, VALUE_MAX, "%u", server->options.threads);
}

static const struct parameter parameters[] = {
    {.name = "appendfsync", .constant = "everysec"},
    {.name = "appendonly", .constant = "no"},
    {.name = "bind", .print = print_bind},
    {.name = "client-limit",
     .kind = KIND_MEMORY,
     .print = print_client_limit,
     .set = set_client_limit,
     .largest = any_size},
    {.name = "cluster-enabled", .constant = "no"},
    {.name = "databases", .print = print_databases},
    {.name = "io-threads", .print = print_threads},
    {.name = "maxclients",
     .kind = KIND_NUMBER,
     .print = print_clients_max,
     .set = set_clients_max,
     .largest = largest_clients_max,
     .least = 1},
    {.name = "maxmemory",
     .kind = KIND_MEMORY,
     .print = print_memory_limit,
     .set = set_memory_limit,
     .largest = any_size},
    {.name = "maxmemory-policy", .constant = "noeviction"},
    {.name = "notify-keyspace-events", .constant = ""},
    {.name = "port", .print = print_port},
    {.name = "proto-max-bulk-len", .print = print_bulk_max},
    {.name = "requirepass", .constant = ""},
    {.name = "save", .constant = ""},
    {.name = "tcp-keepalive", .constant = "300"},
    {.name = "threads", .print = print_threads},
    {.name = "timeout", .constant = "0"},
};

#define PARAMETERS (sizeof parameters / sizeof *parameters)

static void print_value(const struct server *server, const struct parameter *parameter,
                        char value[VALUE_MAX])
{
    if (parameter->print)
        parameter->print(server, value);
    else
        snprintf(value, VALUE_MAX, "%s", parameter->constant);
}

/* An argument in lower case, as names are; without a NUL. Returns its length, 0: too long. */
static size_t lower_argument(const struct request *request, size_t index, char lower[VALUE_MAX])
{
    const struct string *string = argument(request, index);
    for (size_t i = 0; i < string->length && i < VALUE_MAX; i++)
        lower[i] = (char)tolower((unsigned char)string->bytes[i]);
    return string->length <= VALUE_MAX ? string->length : 0;
}

static void get_config(struct request *request)
{
    size_t found = 0;
    uint32_t array = reply_array_begin(request);
    for (size_t i = 0; i < PARAMETERS; i++) {
        const char *name = parameters[i].name;
        bool matched = false;
        for (size_t at = 2; at < request->argument_count && !matched; at++) {
            char pattern[VALUE_MAX];
            size_t length = lower_argument(request, at, pattern);
            matched = glob_match(pattern, length, name, strlen(name));
        }
        if (matched) {
            char value[VALUE_MAX];
            print_value(server_of(request), &parameters[i], value);
            reply_word(request, name);
            reply_word(request, value);
            found += 2;
        }
    }
    reply_array_end(request, array, found);
}

static const struct parameter *parameter_argument(const struct request *request, size_t index)
{
    char name[VALUE_MAX];
    size_t length = lower_argument(request, index, name);
    for (size_t i = 0; i < PARAMETERS; i++)
        if (length == strlen(parameters[i].name) && memcmp(name, parameters[i].name, length) == 0)
            return &parameters[i];
    return NULL;
}

/* A number, or with a unit one of bytes: "100mb". false: it is none. */
static bool parse_value(const struct string *string, enum parameter_kind kind, size_t *number)
{
    static const struct {
        const char *word;
        int64_t bytes;
    } units[] = {
        {"B", 1},        {"K", 1000},       {"KB", 1 << 10}, {"M", 1000000},
        {"MB", 1 << 20}, {"G", 1000000000}, {"GB", 1 << 30},
    };
    int64_t value, unit = 1;
    size_t digits = 0;
    while (digits < string->length && string->bytes[digits] >= '0' && string->bytes[digits] <= '9')
        digits++;
    if (digits < string->length) {
        struct string rest = {.bytes = string->bytes + digits, .length = string->length - digits};
        unit = 0;
        for (size_t i = 0; i < sizeof units / sizeof *units && kind == KIND_MEMORY; i++)
            if (string_is_word(&rest, units[i].word))
                unit = units[i].bytes;
    }
    if (unit == 0 || !number_parse(string->bytes, digits, &value) ||
        __builtin_mul_overflow(value, unit, &value))
        return false;
    *number = (size_t)value;
    return true;
}

static bool refuse_value(struct request *request, const struct parameter *parameter,
                         const char *reason)
{
    reply_error(request, "ERR CONFIG SET failed (possibly related to argument '%s') - %s",
                parameter->name, reason);
    return false;
}

/* Whether a parameter and its value, two arguments, can be set, or replied why not. */
static bool check_value(struct request *request, size_t index, size_t *number)
{
    const struct parameter *parameter = parameter_argument(request, index);
    const struct string *value = argument(request, index + 1);
    char now[VALUE_MAX], reason[128];
    if (!parameter) {
        reply_error(
            request, "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
            (int)(argument(request, index)->length < 128 ? argument(request, index)->length : 128),
            argument(request, index)->bytes);
        return false;
    }
    for (size_t i = 2; i < index; i += 2)
        if (parameter_argument(request, i) == parameter)
            return refuse_value(request, parameter, "duplicate parameter");
    print_value(server_of(request), parameter, now);
    if (!parameter->set)
        return string_equal(value, now, strlen(now)) ||
               refuse_value(request, parameter, "can't set immutable config");
    if (!parse_value(value, parameter->kind, number))
        return refuse_value(request, parameter,
                            parameter->kind == KIND_MEMORY
                                ? "argument must be a memory value"
                                : "argument couldn't be parsed into an integer");
    size_t largest = parameter->largest(server_of(request));
    if (*number >= parameter->least && *number <= largest)
        return true;
    snprintf(reason, sizeof reason, "argument must be between %zu and %zu inclusive",
             parameter->least, largest);
    return refuse_value(request, parameter, reason);
}

/* All or nothing. */
static void set_config(struct request *request)
{
    size_t number;
    if (request->argument_count % 2 == 1) {
        reply_error(request, "ERR wrong number of arguments for 'config|set' command");
        return;
    }
    for (size_t i = 2; i < request->argument_count; i += 2)
        if (!check_value(request, i, &number))
            return;
    for (size_t i = 2; i < request->argument_count; i += 2) {
        const struct parameter *parameter = parameter_argument(request, i);
        if (parameter->set && parse_value(argument(request, i + 1), parameter->kind, &number))
            parameter->set(server_of(request), number);
    }
    reply_ok(request);
}

static void reset_statistics(struct request *request)
{
    statistics_reset(server_of(request));
    reply_ok(request);
}

static void rewrite_config(struct request *request)
{
    reply_error(request, "ERR The server is running without a config file");
}

void command_config(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"GET", -3, get_config},
        {"RESETSTAT", 2, reset_statistics},
        {"REWRITE", 2, rewrite_config},
        {"SET", -4, set_config},
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
