/*
 * subscribe.c - SUBSCRIBE, PUBLISH, and what goes with them.
 */
#include "subscribe.h"

#include "channels.h"
#include "commands.h"
#include "glob.h"
#include "message.h"

static const char *const names[2][2] = {
    [KIND_CHANNEL] = {"unsubscribe", "subscribe"},
    [KIND_PATTERN] = {"punsubscribe", "psubscribe"},
};

bool subscriber_refuses(struct request *request, const struct command *command)
{
    const struct connection *connection = request->connection;
    if (!connection->subscriber)
        return false;
    if (channels_of(connection) > 0 && command->run != command_subscribe &&
        command->run != command_unsubscribe && command->run != command_psubscribe &&
        command->run != command_punsubscribe && command->run != command_ping &&
        command->run != command_quit && command->run != command_reset) {
        reply_error(request,
                    "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT"
                    " / RESET are allowed in this context",
                    command->name);
        return true;
    }
    if (channels_monitored_by(connection) && command->needs == NEEDS_KEYS) {
        reply_error(request, "ERR Replica can't interact with the keyspace");
        return true;
    }
    return false;
}

/* name: NULL where there was nothing to end. */
static void reply_change(struct request *request, enum subscription_kind kind, bool joined,
                         const struct string *name)
{
    reply_array(request, 3);
    reply_word(request, names[kind][joined]);
    if (name)
        reply_string(request, name);
    else
        reply_nil(request);
    reply_integer(request, (int64_t)channels_of(request->connection));
}

static void join(struct request *request, enum subscription_kind kind)
{
    for (size_t i = 1; i < request->argument_count && !request->failed; i++)
        if (channels_join(request->connection, kind, argument(request, i)) != 0)
            request_fail(request);
        else
            reply_change(request, kind, true, argument(request, i));
}

/* Ends all subscriptions of a kind, one by one: each is replied. */
static void leave_all(struct request *request, enum subscription_kind kind)
{
    const struct connection *connection = request->connection;
    const struct item *item;
    if (!connection->subscriber || connection->subscriber->tables[kind].count == 0)
        reply_change(request, kind, false, NULL);
    while (!request->failed && connection->subscriber &&
           (item = table_first(&connection->subscriber->tables[kind]))) {
        struct string key = table_key(&connection->subscriber->tables[kind], item);
        struct string name = key;
        if (!key.text && !(name.bytes = own_memdup(request->pool, key.bytes, key.length))) {
            request_fail(request);
            return;
        }
        if (key.text && own_hold(request->pool, key.text->pool) != 0) {
            request_fail(request);
            return;
        }
        channels_leave(request->connection, kind, &name);
        reply_change(request, kind, false, &name);
    }
}

static void leave(struct request *request, enum subscription_kind kind)
{
    if (request->argument_count == 1)
        leave_all(request, kind);
    for (size_t i = 1; i < request->argument_count; i++) {
        channels_leave(request->connection, kind, argument(request, i));
        reply_change(request, kind, false, argument(request, i));
    }
}

void command_subscribe(struct request *request)
{
    join(request, KIND_CHANNEL);
}

void command_psubscribe(struct request *request)
{
    join(request, KIND_PATTERN);
}

void command_unsubscribe(struct request *request)
{
    leave(request, KIND_CHANNEL);
}

void command_punsubscribe(struct request *request)
{
    leave(request, KIND_PATTERN);
}

void command_publish(struct request *request)
{
    OWN_SCOPED struct message *message =
        message_new(server_of(request), argument(request, 1), argument(request, 2));
    if (message)
        reply_integer(request, (int64_t)message_publish(server_of(request), message));
    else
        request_fail(request);
}

/* PUBSUB: the channels of all workers, which are locked. */

static size_t count_at_all(const struct server *server, const struct string *name)
{
    size_t count = 0;
    for (unsigned i = 0; i < server->options.threads; i++) {
        const struct channel *channel = channels_find(&server->workers[i], KIND_CHANNEL, name);
        count += channel ? channel->count : 0;
    }
    return count;
}

/* Whether a worker before that one has the name too, and so has shown it. */
static bool is_known(const struct server *server, unsigned before, enum subscription_kind kind,
                     const struct string *name)
{
    for (unsigned i = 0; i < before; i++)
        if (channels_find(&server->workers[i], kind, name))
            return true;
    return false;
}

/* Goes through the names of a kind, each once; with `show`, replies those that match. */
static size_t go_through(struct request *request, enum subscription_kind kind, bool show,
                         const struct string *pattern)
{
    const struct server *server = server_of(request);
    size_t count = 0;
    for (unsigned i = 0; i < server->options.threads; i++) {
        const struct table *table = &server->workers[i].channels.tables[kind];
        for (struct item *item = table_first(table); item; item = table_next(table, item)) {
            struct string name = table_key(table, item);
            if (is_known(server, i, kind, &name) ||
                (pattern && !glob_match(pattern->bytes, pattern->length, name.bytes, name.length)))
                continue;
            count++;
            if (show)
                reply_string(request, &name);
        }
    }
    return count;
}

static void show_channels(struct request *request)
{
    if (request->argument_count > 3) {
        reply_error(request,
                    "ERR unknown subcommand or wrong number of arguments for '%.*s'."
                    " Try PUBSUB HELP.",
                    (int)argument(request, 1)->length, argument(request, 1)->bytes);
        return;
    }
    const struct string *pattern = request->argument_count == 3 ? argument(request, 2) : NULL;
    channels_lock(server_of(request));
    uint32_t array = reply_array_begin(request);
    reply_array_end(request, array, go_through(request, KIND_CHANNEL, true, pattern));
    channels_unlock(server_of(request));
}

static void show_counts(struct request *request)
{
    reply_array(request, (request->argument_count - 2) * 2);
    channels_lock(server_of(request));
    for (size_t i = 2; i < request->argument_count; i++) {
        reply_string(request, argument(request, i));
        reply_integer(request, (int64_t)count_at_all(server_of(request), argument(request, i)));
    }
    channels_unlock(server_of(request));
}

static void show_patterns(struct request *request)
{
    channels_lock(server_of(request));
    reply_integer(request, (int64_t)go_through(request, KIND_PATTERN, false, NULL));
    channels_unlock(server_of(request));
}

void command_pubsub(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"CHANNELS", -2, show_channels},
        {"NUMPAT", 2, show_patterns},
        {"NUMSUB", -2, show_counts},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
