/*
 * refusal.c - commands that are refused since the system has no memory for them.
 */
#include "refusal.h"

#include <string.h>

#include "connection.h"
#include "number.h"
#include "parser.h"
#include "request.h"

#define LINE "-" NO_MEMORY_ERROR "\r\n"
#define LINES_8 LINE LINE LINE LINE LINE LINE LINE LINE

/* As many refusals as may wait for a client. */
static const char lines[] = LINES_8 LINES_8 LINES_8 LINES_8;

static uv_buf_t show(const char *bytes, size_t length)
{
    return (uv_buf_t){.base = (char *)(uintptr_t)bytes, .len = length};
}

int refusal_init(struct connection *connection)
{
    struct request *spare = OWN_ALLOC(connection->pool, struct request);
    if (!spare)
        return -1;
    spare->connection = connection;
    spare->buffers = spare->first_buffers;
    connection->refusal.spare = spare;
    return 0;
}

void refusal_reply(struct request *request)
{
    request->buffers = request->first_buffers;
    request->buffers[0] = show(lines, sizeof LINE - 1);
    request->buffer_count = 1;
    request->reply_size = sizeof LINE - 1;
}

struct request *refusal_take(struct connection *connection)
{
    struct request *spare = connection->refusal.spare;
    spare->argument_count = 0;
    return spare;
}

void refusal_queue(struct connection *connection)
{
    struct refusal *refusal = &connection->refusal;
    if (!refusal->is_queued) {
        refusal_reply(refusal->spare);
        refusal->spare->next = NULL;
        refusal->spare->buffers_written = 0;
        refusal->is_queued = true;
        connection_queue(connection, refusal->spare);
        return;
    }
    uv_buf_t *buffer = &refusal->spare->buffers[0];
    if (connection->last_unwritten == refusal->spare &&
        buffer->base + buffer->len + sizeof LINE <= lines + sizeof lines)
        buffer->len += sizeof LINE - 1;
    else
        connection_fail(connection, NO_MEMORY_ERROR);
}

void refusal_done(struct connection *connection)
{
    connection->refusal.is_queued = false;
}

/* Skipping */

static void begin(struct refusal *refusal, enum skip_state state)
{
    refusal->state = state;
    refusal->line_length = 0;
    refusal->is_empty = true;
}

static void end(struct connection *connection, bool is_empty)
{
    begin(&connection->refusal, SKIP_NOTHING);
    if (!is_empty)
        refusal_queue(connection);
}

/* A whole line with a number. NULL: fine, else what is wrong with it. */
static const char *take_number(struct connection *connection)
{
    struct refusal *refusal = &connection->refusal;
    bool is_count = refusal->state == SKIP_COUNT;
    int64_t number;
    if (!number_parse(refusal->line, refusal->line_length, &number) ||
        number > (is_count ? ARGUMENTS_MAX : BULK_MAX) || (!is_count && number < 0))
        return is_count ? PARSER_COUNT_ERROR : PARSER_LENGTH_ERROR;
    if (!is_count && (size_t)number > connection->server->options.client_limit)
        return PARSER_LIMIT_ERROR;
    if (!is_count) {
        refusal->bytes = (size_t)number + 2;
        begin(refusal, SKIP_BYTES);
    } else if (number <= 0) {
        end(connection, true);
    } else {
        refusal->arguments = (size_t)number;
        begin(refusal, SKIP_MARK);
    }
    return NULL;
}

static const char *take_digit(struct connection *connection, char byte)
{
    struct refusal *refusal = &connection->refusal;
    if (byte == '\n')
        return take_number(connection);
    if (byte == '\r')
        return NULL;
    if (refusal->line_length == sizeof refusal->line)
        return refusal->state == SKIP_COUNT ? PARSER_COUNT_ERROR : PARSER_LENGTH_ERROR;
    refusal->line[refusal->line_length++] = byte;
    return NULL;
}

/* One byte in any state but SKIP_BYTES. */
static const char *take_byte(struct connection *connection, char byte)
{
    struct refusal *refusal = &connection->refusal;
    switch (refusal->state) {
    case SKIP_START:
        begin(refusal, byte == '*' ? SKIP_COUNT : SKIP_INLINE);
        return byte == '*' ? NULL : take_byte(connection, byte);
    case SKIP_INLINE:
        if (byte == '\n')
            end(connection, refusal->is_empty);
        else if (byte != '\r' && byte != ' ' && byte != '\t')
            refusal->is_empty = false;
        return NULL;
    case SKIP_MARK:
        begin(refusal, SKIP_LENGTH);
        return byte == '$' ? NULL : PARSER_LENGTH_ERROR;
    case SKIP_COUNT:
    case SKIP_LENGTH:
        return take_digit(connection, byte);
    case SKIP_BYTES:
    case SKIP_NOTHING:
        break;
    }
    return NULL;
}

static size_t take_bytes(struct connection *connection, size_t length)
{
    struct refusal *refusal = &connection->refusal;
    size_t taken = length < refusal->bytes ? length : refusal->bytes;
    refusal->bytes -= taken;
    if (refusal->bytes == 0 && --refusal->arguments > 0)
        begin(refusal, SKIP_MARK);
    else if (refusal->bytes == 0)
        end(connection, false);
    return taken;
}

size_t refusal_feed(struct connection *connection, const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length && connection->refusal.state != SKIP_NOTHING) {
        if (connection->refusal.state == SKIP_BYTES) {
            at += take_bytes(connection, length - at);
            continue;
        }
        const char *error = take_byte(connection, bytes[at++]);
        if (error) {
            connection_fail(connection, error);
            return length;
        }
    }
    return at;
}

void refusal_skip(struct connection *connection)
{
    struct refusal *refusal = &connection->refusal;
    const char *rest;
    size_t length = parser_give_up(connection, &rest, &refusal->arguments, &refusal->state);
    begin(refusal, refusal->state);
    while (length > 0 && !connection->finishing) {
        size_t taken = refusal_feed(connection, rest, length);
        rest += taken;
        length -= taken;
        if (refusal->state == SKIP_NOTHING)
            begin(refusal, SKIP_START);
    }
    parser_clear(connection);
}
