/*
 * connection.c - a client: reading, running its requests, writing their replies, and the end.
 */
#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "census.h"
#include "commands.h"
#include "parser.h"
#include "request.h"
#include "transaction.h"

/* A client that does not take its replies is not served further while so much waits for it, */
#define UNWRITTEN_MAX ((size_t)1 << 20)
#define UNWRITTEN_SHARE 4 /* or such a part of its limit */

#define WRITE_BUFFERS 256 /* pieces in one write, */
#define WRITE_BUFFERS_KEPT 4
#define WRITE_ENOUGH ((size_t)1 << 20) /* and no more than up to here: what is out can go sooner */
#define FEED_SIZE ((size_t)16 << 10)   /* bytes for the parser at once: it moves the rest about */

/* Writing */

static bool is_written(const struct connection *connection)
{
    return !connection->first_unwritten && connection->farewell_length == 0;
}

/* Collects what is to be written next. */
static unsigned gather(const struct connection *connection, uv_buf_t *buffers, size_t *size)
{
    unsigned count = 0;
    *size = 0;
    for (const struct request *request = connection->first_unwritten; request;
         request = request->next)
        for (uint32_t i = request->buffers_written; i < request->buffer_count; i++) {
            if (count == WRITE_BUFFERS || *size >= WRITE_ENOUGH)
                return count;
            buffers[count++] = request->buffers[i];
            *size += request->buffers[i].len;
        }
    if (connection->farewell_length > 0 && count < WRITE_BUFFERS) {
        buffers[count++] = (uv_buf_t){.base = (char *)(uintptr_t)connection->farewell,
                                      .len = connection->farewell_length};
        *size += connection->farewell_length;
    }
    return count;
}

/* So many bytes are out: the requests whose replies they complete go, and what those held. */
static void advance(struct connection *connection, size_t size)
{
    connection->worker->bytes_sent += size;
    struct request *request;
    while ((request = connection->first_unwritten)) {
        while (request->buffers_written < request->buffer_count) {
            uv_buf_t *buffer = &request->buffers[request->buffers_written];
            if (size < buffer->len) {
                buffer->base += size;
                buffer->len -= size;
                return;
            }
            size -= buffer->len;
            request->buffers_written++;
        }
        connection->first_unwritten = request->next;
        connection->unwritten -= request->weight;
        request_drop(request);
    }
    connection->last_unwritten = NULL;
    memmove(connection->farewell, connection->farewell + size, connection->farewell_length - size);
    connection->farewell_length -= size;
}

/* What a request keeps until its reply is out: its memory, or what it shows of others', if that is
   more. */
static size_t weigh(const struct request *request)
{
    own_usage usage;
    own_pool_usage(request->pool, &usage);
    return usage.reserved > request->reply_size ? usage.reserved : request->reply_size;
}

static bool has_enough(const struct connection *connection)
{
    size_t share = connection->server->options.client_limit / UNWRITTEN_SHARE;
    return connection->refusal.is_queued ||
           connection->unwritten >= (share < UNWRITTEN_MAX ? share : UNWRITTEN_MAX);
}

static void connection_run(struct connection *connection);
static void on_written(uv_write_t *write, int status);

/* Writes what there is; what the socket does not take now, libuv writes when it does. */
void connection_flush(struct connection *connection)
{
    uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
    while (!connection->closing && !connection->writing && !is_written(connection)) {
        uv_buf_t buffers[WRITE_BUFFERS];
        size_t size;
        unsigned count = gather(connection, buffers, &size);
        int written = uv_try_write(stream, buffers, count);
        if (written < 0 && written != UV_EAGAIN) {
            connection_close(connection);
            return;
        }
        if (written > 0)
            advance(connection, (size_t)written);
        if (written > 0 && (size_t)written == size)
            continue;
        count = gather(connection, buffers, &size);
        int error = uv_write(&connection->write, stream, buffers, count, on_written);
        if (error == UV_ENOMEM && count > WRITE_BUFFERS_KEPT) {
            count = WRITE_BUFFERS_KEPT; /* libuv keeps so few without an allocation */
            size = 0;
            for (unsigned i = 0; i < count; i++)
                size += buffers[i].len;
            error = uv_write(&connection->write, stream, buffers, count, on_written);
        }
        if (error != 0) {
            connection_close(connection);
            return;
        }
        connection->writing = size;
    }
    if (connection->finishing && is_written(connection))
        connection_close(connection);
}

static void on_written(uv_write_t *write, int status)
{
    struct connection *connection = write->data;
    size_t size = connection->writing;
    worker_begin(connection->worker);
    connection->writing = 0;
    if (status != 0) {
        connection_close(connection);
        return;
    }
    advance(connection, size);
    connection_flush(connection);
    if (connection->paused && !has_enough(connection))
        connection_run(connection);
}

/* Reading */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = handle->data;
    (void)suggested;
    *buffer = (uv_buf_t){.base = connection->worker->read_buffer, .len = READ_SIZE};
}

/* Feeds the parser, and runs what has come completely. */
static void feed(struct connection *connection, const char *bytes, size_t size)
{
    while (size > 0 && !connection->finishing && !connection->closing) {
        size_t length = size < FEED_SIZE ? size : FEED_SIZE;
        if (parser_feed(connection, bytes, length) != 0)
            connection_fail(connection, PARSER_LIMIT_ERROR);
        else if (!connection->paused)
            connection_run(connection);
        bytes += length;
        size -= length;
    }
}

/* Where there is no room for all of it, commands are refused until there is. */
static void take(struct connection *connection, const char *bytes, size_t size)
{
    const struct refusal *refusal = &connection->refusal;
    for (size_t at = 0; at < size && !connection->finishing && !connection->closing;) {
        if (refusal->state != SKIP_NOTHING) {
            at += refusal_feed(connection, bytes + at, size - at);
        } else if (parser_reserve(connection, size - at) != 0) {
            refusal_skip(connection);
        } else {
            feed(connection, bytes + at, size - at);
            return;
        }
    }
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    worker_begin(connection->worker);
    if (size == UV_EOF && !connection->is_killed) {
        connection_finish(connection); /* its other half may be open still */
        return;
    }
    if (size < 0 || connection->is_killed) {
        connection_close(connection);
        return;
    }
    connection->worker->bytes_received += (uint64_t)size;
    take(connection, buffer->base, (size_t)size);
    worker_will_flush(connection->worker, connection);
}

void connection_read(struct connection *connection)
{
    uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_read);
}

static void connection_pause(struct connection *connection, bool paused)
{
    if (paused == connection->paused)
        return;
    connection->paused = paused;
    if (paused)
        uv_read_stop((uv_stream_t *)&connection->tcp);
    else if (!connection->finishing && !connection->closing)
        connection_read(connection);
}

void connection_queue(struct connection *connection, struct request *request)
{
    *(connection->first_unwritten ? &connection->last_unwritten->next
                                  : &connection->first_unwritten) = request;
    connection->last_unwritten = request;
    connection->unwritten += request->weight;
}

void connection_answer(struct connection *connection, struct request *request)
{
    struct request *next;
    for (; request; request = next) {
        next = request->next;
        request->next = NULL;
        if (request->failed && request->failed != EDQUOT)
            refusal_reply(request);
        else if (request->failed)
            connection_fail(connection, PARSER_LIMIT_ERROR);
        if (request->failed == EDQUOT || request->buffer_count == 0 || connection->closing) {
            request_drop(request);
            continue;
        }
        request->weight = weigh(request);
        connection_queue(connection, request);
    }
}

/* Runs what has come completely, as far as the client takes the replies. */
static void connection_run(struct connection *connection)
{
    while (!connection->finishing && !connection->closing) {
        if (has_enough(connection)) {
            connection_flush(connection);
            if (has_enough(connection)) {
                connection_pause(connection, true);
                return;
            }
        }
        const char *error;
        struct request *request = parser_next(connection, &error);
        if (error)
            connection_fail(connection, error);
        if (!request)
            break;
        if (request == connection->refusal.spare) {
            refusal_queue(connection);
            transaction_spoil(connection);
            continue;
        }
        connection_answer(connection, command_run(request));
    }
    if (connection->paused) {
        connection_pause(connection, false);
        connection_flush(connection);
    }
}

/* The end */

static void on_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    worker_begin(connection->worker);
    own_drop(connection->server->pool, connection->pool); /* with all that it still owned */
}

void connection_close(struct connection *connection)
{
    if (connection->closing)
        return;
    connection->closing = true;
    uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

/* Its own loop closes it, as that may be another thread's. */
void connection_kill(struct connection *connection)
{
    connection->is_killed = true;
    shutdown(connection->socket, SHUT_RDWR);
}

void connection_stop(struct connection *connection)
{
    connection->finishing = true;
    if (!connection->closing)
        uv_read_stop((uv_stream_t *)&connection->tcp);
}

void connection_finish(struct connection *connection)
{
    connection_stop(connection);
    if (is_written(connection))
        connection_close(connection);
}

void connection_fail(struct connection *connection, const char *error)
{
    if (connection->finishing)
        return;
    char line[FAREWELL_MAX];
    int length = snprintf(line, sizeof line, "-%s\r\n", error);
    memcpy(connection->farewell, line, (size_t)length);
    connection->farewell_length = (size_t)length;
    connection_finish(connection);
}
