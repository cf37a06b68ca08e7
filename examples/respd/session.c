/*
 * session.c - commands about the connection itself.
 */
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "channels.h"
#include "commands.h"
#include "number.h"
#include "transaction.h"

void command_ping(struct request *request)
{
    if (request->argument_count > 2)
        reply_wrong_arity(request);
    else if (channels_of(request->connection) > 0) { /* among messages, it must look like one */
        reply_array(request, 2);
        reply_word(request, "pong");
        if (request->argument_count == 2)
            reply_string(request, argument(request, 1));
        else
            reply_word(request, "");
    } else if (request->argument_count == 2)
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

/* There is no password, and the only user is the default one. */
static bool is_user(const struct string *name)
{
    return string_equal(name, "default", 7);
}

static void reply_wrong_password(struct request *request)
{
    reply_error(request, "WRONGPASS invalid username-password pair or user is disabled.");
}

void command_auth(struct request *request)
{
    if (request->argument_count > 3)
        reply_syntax_error(request);
    else if (request->argument_count == 2)
        reply_error(request, "ERR AUTH <password> called without any password configured for the "
                             "default user. Are you sure your configuration is correct?");
    else if (is_user(argument(request, 1)))
        reply_ok(request);
    else
        reply_wrong_password(request);
}

/* As if the client had just come. */
void command_reset(struct request *request)
{
    struct connection *connection = request->connection;
    transaction_end(connection);
    channels_leave_all(connection);
    connection->database = &server_of(request)->databases[0];
    connection->name[0] = '\0';
    reply_status(request, "RESET");
}

void command_time(struct request *request)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    reply_array(request, 2);
    reply_number(request, now.tv_sec);
    reply_number(request, now.tv_usec);
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

bool take_client_name(struct request *request, const struct string *name)
{
    if (name->length >= CONNECTION_NAME_MAX) {
        reply_error(request, "ERR Client names cannot be longer than %d bytes",
                    CONNECTION_NAME_MAX - 1);
        return false;
    }
    for (size_t i = 0; i < name->length; i++)
        if (name->bytes[i] < '!' || name->bytes[i] > '~') {
            reply_error(request,
                        "ERR Client names cannot contain spaces, newlines or special characters.");
            return false;
        }
    memcpy(request->connection->name, name->bytes, name->length);
    request->connection->name[name->length] = '\0';
    return true;
}

/* What may follow the version: who the client is, and how it calls itself. false: replied why not.
 */
static bool take_hello_options(struct request *request)
{
    size_t name = 0;
    for (size_t i = 2; i < request->argument_count; i++) {
        size_t left = request->argument_count - 1 - i;
        if (left >= 2 && string_is_word(argument(request, i), "AUTH")) {
            if (!is_user(argument(request, i + 1))) {
                reply_wrong_password(request);
                return false;
            }
            i += 2;
        } else if (left >= 1 && string_is_word(argument(request, i), "SETNAME")) {
            name = ++i;
        } else {
            reply_error(
                request, "ERR Syntax error in HELLO option '%.*s'",
                (int)(argument(request, i)->length < 128 ? argument(request, i)->length : 128),
                argument(request, i)->bytes);
            return false;
        }
    }
    return !name || take_client_name(request, argument(request, name));
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
    if (!take_hello_options(request))
        return;
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
