/*
 * session.c - commands about the connection itself.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "number.h"

void command_ping(struct request *request)
{
    if (request->argument_count > 2)
        reply_wrong_arity(request);
    else if (request->argument_count == 2)
        reply_string(request, argument(request, 1));
    else
        reply_status(request, "PONG");
}

void command_echo(struct request *request)
{
    reply_string(request, argument(request, 1));
}

void command_quit(struct request *request)
{
    reply_ok(request);
    connection_stop(request->connection);
}

void command_select(struct request *request)
{
    int64_t number;
    if (!integer_argument(request, 1, &number))
        return;
    if (number < 0 || number >= DATABASES) {
        reply_error(request, "ERR DB index is out of range");
        return;
    }
    request->connection->database = &server_of(request)->databases[number];
    reply_ok(request);
}

void command_hello(struct request *request)
{
    int64_t protocol = 2;
    if (request->argument_count > 1 &&
        !number_parse(argument(request, 1)->bytes, argument(request, 1)->length, &protocol)) {
        reply_error(request, "ERR Protocol version is not an integer or out of range");
        return;
    }
    if (protocol != 2) {
        reply_error(request, "NOPROTO unsupported protocol version");
        return;
    }
    if (request->argument_count > 2) {
        reply_syntax_error(request);
        return;
    }
    reply_array(request, 14);
    reply_word(request, "server");
    reply_word(request, "respd");
    reply_word(request, "version");
    reply_word(request, own_version());
    reply_word(request, "proto");
    reply_integer(request, 2);
    reply_word(request, "id");
    reply_integer(request, (int64_t)request->connection->id);
    reply_word(request, "mode");
    reply_word(request, "standalone");
    reply_word(request, "role");
    reply_word(request, "master");
    reply_word(request, "modules");
    reply_array(request, 0);
}

/* CLIENT */

static void set_name(struct request *request)
{
    const struct string *name = argument(request, 2);
    if (name->length >= CONNECTION_NAME_MAX) {
        reply_error(request, "ERR Client names cannot be longer than %d bytes",
                    CONNECTION_NAME_MAX - 1);
        return;
    }
    for (size_t i = 0; i < name->length; i++)
        if (name->bytes[i] < '!' || name->bytes[i] > '~') {
            reply_error(request,
                        "ERR Client names cannot contain spaces, newlines or special characters.");
            return;
        }
    memcpy(request->connection->name, name->bytes, name->length);
    request->connection->name[name->length] = '\0';
    reply_ok(request);
}

/* A line about a connection at the end of a string of the request's pool; NULL: no room. */
static char *describe(struct request *request, char *list, const struct connection *connection)
{
    own_usage usage;
    own_pool_total(connection->pool, &usage);
    return own_asprintf_append(
        request->pool, list,
        "id=%llu addr=%s name=%s age=%lld db=%d qbuf=%zu oll=%zu tot-mem=%zu flags=%c\n",
        (unsigned long long)connection->id, connection->peer, connection->name,
        (long long)(worker_of(request)->now - connection->since) / 1000,
        (int)(connection->database - server_of(request)->databases),
        connection_buffered(connection), connection->unwritten, usage.reserved,
        connection->paused ? 'P' : 'N');
}

static void reply_list(struct request *request, const char *list)
{
    if (list)
        reply_word(request, list);
    else
        request_fail(request);
}

static void get_id(struct request *request)
{
    reply_integer(request, (int64_t)request->connection->id);
}

static void get_name(struct request *request)
{
    if (request->connection->name[0])
        reply_word(request, request->connection->name);
    else
        reply_nil(request);
}

static void list_all(struct request *request)
{
    const struct server *server = server_of(request);
    char *list = own_strdup(request->pool, "");
    for (unsigned i = 0; i < server->options.threads; i++)
        for (const struct connection *connection = server->workers[i].first_connection;
             connection && list; connection = connection->next)
            list = describe(request, list, connection);
    reply_list(request, list);
}

static void list_this(struct request *request)
{
    char *list = own_strdup(request->pool, "");
    reply_list(request, list ? describe(request, list, request->connection) : NULL);
}

void command_client(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"GETNAME", 2, get_name}, {"ID", 2, get_id},        {"INFO", 2, list_this},
        {"LIST", 2, list_all},    {"SETINFO", 4, reply_ok}, {"SETNAME", 3, set_name},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
