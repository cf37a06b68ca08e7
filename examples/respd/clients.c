/*
 * clients.c - CLIENT: who is connected.
 */
#include <stdio.h>
#include <string.h>

#include "channels.h"
#include "commands.h"
#include "number.h"
#include "report.h"
#include "transaction.h"

/* Calls for each connection; with everybody's turn. */
static void each_client(const struct server *server,
                        void (*call)(struct connection *connection, void *arg), void *arg)
{
    for (unsigned i = 0; i < server->options.threads; i++)
        for (struct connection *connection = server->workers[i].first_connection; connection;
             connection = connection->next)
            if (!connection->closing && !connection->is_killed)
                call(connection, arg);
}

static size_t subscriptions(const struct connection *connection, enum subscription_kind kind)
{
    return connection->subscriber ? connection->subscriber->tables[kind].count : 0;
}

/* Which of the types that Redis knows: normal or pubsub, as there are no others here. */
static bool is_of_type(const struct connection *connection, const struct string *type)
{
    return string_is_word(type, channels_of(connection) > 0 ? "PUBSUB" : "NORMAL");
}

/* Replies where there is no such type of clients. */
static bool check_type(struct request *request, const struct string *type)
{
    static const char *const types[] = {"NORMAL", "MASTER", "REPLICA", "SLAVE", "PUBSUB"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (string_is_word(type, types[i]))
            return true;
    reply_error(request, "ERR Unknown client type '%.*s'",
                (int)(type->length < 128 ? type->length : 128), type->bytes);
    return false;
}

static bool identity_argument(const struct request *request, size_t index, uint64_t *id)
{
    int64_t number;
    if (!number_parse(argument(request, index)->bytes, argument(request, index)->length, &number) ||
        number <= 0)
        return false;
    *id = (uint64_t)number;
    return true;
}

/* LIST and INFO */

static void print_flags(const struct connection *connection, char flags[8])
{
    size_t count = 0;
    if (channels_monitored_by(connection))
        flags[count++] = 'O';
    if (channels_of(connection) > 0)
        flags[count++] = 'P';
    if (connection->transaction)
        flags[count++] = 'x';
    if (connection->watcher && connection->watcher->touched)
        flags[count++] = 'd';
    if (connection->finishing)
        flags[count++] = 'c';
    if (connection->is_kept)
        flags[count++] = 'e';
    if (count == 0)
        flags[count++] = 'N';
    flags[count] = '\0';
}

/* Memory is said of pools: with what they reserve, not what is used of it. */
static void print_client(struct connection *connection, void *arg)
{
    struct report *report = arg;
    const struct worker *worker = worker_of(report->request);
    const char *last = connection->last ? connection->last->name : "NULL";
    char flags[8];
    own_usage all, arriving = {0}, queued = {0};
    size_t waiting = 0;
    uv_os_fd_t descriptor = -1;
    own_pool_total(connection->pool, &all);
    if (connection->arriving && connection->arriving->pool)
        own_pool_total(connection->arriving->pool, &arriving);
    if (connection->transaction)
        own_pool_total(connection->transaction->pool, &queued);
    for (const struct request *request = connection->first_unwritten; request;
         request = request->next)
        waiting++;
    uv_fileno((uv_handle_t *)&connection->tcp, &descriptor);
    print_flags(connection, flags);
    size_t buffer = connection_buffered(connection), left = connection_buffer_left(connection);
    report_add(report, "id=%llu addr=%s laddr=%s fd=%d name=%s age=%lld idle=%lld flags=%s db=%d",
               (unsigned long long)connection->id, connection->peer, connection->local, descriptor,
               connection->name, (long long)(worker->now - connection->since) / 1000,
               (long long)(worker->now - connection->active) / 1000, flags,
               (int)(connection->database - connection->server->databases));
    report_add(report, " sub=%zu psub=%zu ssub=0 multi=%lld qbuf=%zu qbuf-free=%zu argv-mem=%zu",
               subscriptions(connection, KIND_CHANNEL), subscriptions(connection, KIND_PATTERN),
               connection->transaction ? (long long)connection->transaction->count : -1LL, buffer,
               left, arriving.reserved);
    report_add(report,
               " multi-mem=%zu rbs=0 rbp=0 obl=0 oll=%zu omem=%zu tot-mem=%zu events=%s cmd=%s"
               " user=default redir=-1 resp=2 lib-name=%s lib-ver=%s\n",
               queued.reserved, waiting, connection->unwritten, all.reserved + buffer + left,
               connection->paused    ? "w"
               : connection->writing ? "rw"
                                     : "r",
               last, connection->library_name, connection->library_version);
}

struct listing {
    struct report report;
    const struct string *type; /* NULL: any */
    size_t first_id;           /* the argument; 0: any */
};

static void list_client(struct connection *connection, void *arg)
{
    struct listing *listing = arg;
    const struct request *request = listing->report.request;
    bool is_wanted = listing->first_id == 0;
    uint64_t id;
    for (size_t i = listing->first_id; i < request->argument_count && !is_wanted; i++)
        is_wanted = identity_argument(request, i, &id) && id == connection->id;
    if (is_wanted && (!listing->type || is_of_type(connection, listing->type)))
        print_client(connection, &listing->report);
}

static void list_all(struct request *request)
{
    struct listing listing = {.report = {.request = request}};
    size_t count = request->argument_count;
    uint64_t id;
    if (count == 4 && string_is_word(argument(request, 2), "TYPE")) {
        listing.type = argument(request, 3);
        if (!check_type(request, listing.type))
            return;
    } else if (count > 3 && string_is_word(argument(request, 2), "ID")) {
        listing.first_id = 3;
        for (size_t i = 3; i < count; i++)
            if (!identity_argument(request, i, &id)) {
                reply_error(request, "ERR Invalid client ID");
                return;
            }
    } else if (count != 2) {
        reply_syntax_error(request);
        return;
    }
    each_client(server_of(request), list_client, &listing);
    report_reply(&listing.report);
}

static void list_this(struct request *request)
{
    struct report report = {.request = request};
    print_client(request->connection, &report);
    report_reply(&report);
}

/* KILL */

struct killing {
    const struct request *request;
    uint64_t id; /* 0: any */
    const struct string *address, *local, *type;
    bool skip_this;
    size_t count;
};

static bool is_address(const struct string *string, const char *address)
{
    return !string || string_equal(string, address, strlen(address));
}

static void kill_client(struct connection *connection, void *arg)
{
    struct killing *killing = arg;
    bool is_this = connection == killing->request->connection;
    if ((killing->id && connection->id != killing->id) ||
        !is_address(killing->address, connection->peer) ||
        !is_address(killing->local, connection->local) ||
        (killing->type && !is_of_type(connection, killing->type)) ||
        (is_this && killing->skip_this))
        return;
    killing->count++;
    if (is_this)
        connection_stop(connection); /* after the reply */
    else
        connection_kill(connection);
}

/* An option and its value. false: replied what is wrong. */
static bool take_kill_option(struct request *request, size_t index, struct killing *killing)
{
    const struct string *option = argument(request, index), *value = argument(request, index + 1);
    if (string_is_word(option, "ID")) {
        if (identity_argument(request, index + 1, &killing->id))
            return true;
        reply_error(request, "ERR client-id should be greater than 0");
        return false;
    }
    if (string_is_word(option, "TYPE")) {
        killing->type = value;
        return check_type(request, value);
    }
    if (string_is_word(option, "ADDR")) {
        killing->address = value;
    } else if (string_is_word(option, "LADDR")) {
        killing->local = value;
    } else if (string_is_word(option, "USER")) {
        if (!string_equal(value, "default", 7)) {
            reply_error(request, "ERR No such user '%.*s'",
                        (int)(value->length < 128 ? value->length : 128), value->bytes);
            return false;
        }
    } else if (string_is_word(option, "SKIPME") &&
               (string_is_word(value, "YES") || string_is_word(value, "NO"))) {
        killing->skip_this = string_is_word(value, "YES");
    } else {
        reply_syntax_error(request);
        return false;
    }
    return true;
}

static void kill_some(struct request *request)
{
    struct killing killing = {.request = request, .skip_this = true};
    if (request->argument_count == 3) { /* as old clients have it */
        killing.address = argument(request, 2);
        killing.skip_this = false;
    } else if (request->argument_count % 2 == 1) {
        reply_syntax_error(request);
        return;
    }
    for (size_t i = 2; i + 1 < request->argument_count; i += 2)
        if (!take_kill_option(request, i, &killing))
            return;
    each_client(server_of(request), kill_client, &killing);
    if (request->argument_count > 3)
        reply_integer(request, (int64_t)killing.count);
    else if (killing.count > 0)
        reply_ok(request);
    else
        reply_error(request, "ERR No such client");
}

/* What a client says about itself */

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

static void set_name(struct request *request)
{
    if (take_client_name(request, argument(request, 2)))
        reply_ok(request);
}

static void set_info(struct request *request)
{
    const struct string *option = argument(request, 2), *value = argument(request, 3);
    bool is_name = string_is_word(option, "LIB-NAME");
    char *text = is_name ? request->connection->library_name : request->connection->library_version;
    if (!is_name && !string_is_word(option, "LIB-VER")) {
        reply_error(request, "ERR Unrecognized option '%.*s'",
                    (int)(option->length < 128 ? option->length : 128), option->bytes);
        return;
    }
    bool is_fine = value->length < CONNECTION_NAME_MAX;
    for (size_t i = 0; i < value->length && is_fine; i++)
        is_fine = value->bytes[i] >= '!' && value->bytes[i] <= '~';
    if (!is_fine) {
        reply_error(request, "ERR %s cannot contain spaces, newlines or special characters.",
                    is_name ? "lib-name" : "lib-ver");
        return;
    }
    memcpy(text, value->bytes, value->length);
    text[value->length] = '\0';
    reply_ok(request);
}

static void set_kept(struct request *request)
{
    const struct string *word = argument(request, 2);
    if (!string_is_word(word, "ON") && !string_is_word(word, "OFF")) {
        reply_syntax_error(request);
        return;
    }
    request->connection->is_kept = string_is_word(word, "ON");
    reply_ok(request);
}

static void get_redirection(struct request *request)
{
    reply_integer(request, -1); /* nothing is tracked */
}

void command_client(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"GETNAME", 2, get_name},  {"GETREDIR", 2, get_redirection}, {"ID", 2, get_id},
        {"INFO", 2, list_this},    {"KILL", -3, kill_some},          {"LIST", -2, list_all},
        {"NO-EVICT", 3, set_kept}, {"SETINFO", 4, set_info},         {"SETNAME", 3, set_name},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
