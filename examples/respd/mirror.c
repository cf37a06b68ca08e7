/*
 * mirror.c - MONITOR: shows a client all commands of all clients.
 */
#include "mirror.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "channels.h"
#include "commands.h"
#include "message.h"

static const struct string no_name = {"", 0, NULL};

void command_monitor(struct request *request)
{
    struct connection *connection = request->connection;
    if (connection->last_running)
        reply_error(request, "ERR MONITOR isn't allowed for DENY BLOCKING client");
    else if (channels_monitored_by(connection))
        return; /* as in Redis: no reply */
    else if (channels_join(connection, KIND_MONITOR, &no_name) != 0)
        request_fail(request);
    else
        reply_ok(request);
}

/* A byte as it is quoted: up to four of them. */
static size_t quote_byte(unsigned char byte, char quoted[5])
{
    static const char escaped[] = "\\\"\n\r\t\a\b";
    static const char letters[] = "\\\"nrtab";
    const char *found = byte ? strchr(escaped, byte) : NULL;
    if (found)
        return (size_t)snprintf(quoted, 5, "\\%c", letters[found - escaped]);
    return (size_t)snprintf(quoted, 5, byte >= ' ' && byte <= '~' ? "%c" : "\\x%02x", byte);
}

/* Quotes the arguments, each after a blank. With `to` NULL it only counts the bytes. */
static size_t quote_all(const struct request *request, bool secret, char *to)
{
    size_t size = 0;
    char quoted[5];
    for (size_t i = 0; i < request->argument_count; i++) {
        const struct string *string = argument(request, i);
        struct string redacted = {"(redacted)", 10, NULL};
        if (secret && i > 0)
            string = &redacted;
        if (to)
            memcpy(to + size, " \"", 2);
        size += 2;
        for (size_t at = 0; at < string->length; at++) {
            size_t length = quote_byte((unsigned char)string->bytes[at], quoted);
            if (to)
                memcpy(to + size, quoted, length);
            size += length;
        }
        if (to)
            to[size] = '"';
        size++;
    }
    return size;
}

/* What would show the secrets of whoever runs the server is not shown. */
static bool is_hidden(const struct command *command)
{
    return command->run == command_config || command->run == command_shutdown ||
           command->run == command_monitor;
}

void mirror_show(struct request *request, const struct command *command)
{
    struct server *server = server_of(request);
    if (__atomic_load_n(&server->monitors, __ATOMIC_RELAXED) == 0 || is_hidden(command))
        return;
    char head[96];
    struct timeval now;
    gettimeofday(&now, NULL);
    size_t head_size = (size_t)snprintf(
        head, sizeof head, "+%lld.%06lld [%d %s]", (long long)now.tv_sec, (long long)now.tv_usec,
        (int)(database_of(request) - server->databases), request->connection->peer);
    bool secret = command->run == command_auth;
    size_t size = quote_all(request, secret, NULL);
    OWN_SCOPED struct message *line = message_new_line(server, head_size + size + 2);
    if (!line)
        return; /* no memory: the command itself goes on */
    memcpy(line->bytes, head, head_size);
    quote_all(request, secret, line->bytes + head_size);
    memcpy(line->bytes + head_size + size, "\r\n", 2);
    message_publish(server, line);
}
