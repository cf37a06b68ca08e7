/*
 * connection.c - clients: a pool for each connection, and below it one for the request that is
 * answered. One that finds no memory is an error to its client alone.
 */
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct connection {
    uv_tcp_t tcp;
    struct service *service;
    own_pool *pool;
    char *input; /* the beginning of a line; NULL: nothing */
    size_t length;
    bool is_metrics;  /* an HTTP client that wants the numbers of the pools */
    char chunk[4096]; /* what has just been read */
};

struct request {
    uv_write_t write;
    struct connection *connection;
    own_pool *pool;
    bool is_last; /* the connection ends with it */
};

/* The numbers of all pools for Prometheus, as an answer of HTTP. NULL: errno says why. */
static char *metrics(own_pool *request)
{
    char *text = NULL, *reply = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    if (!file)
        return NULL;
    int failed = own_metrics(file);
    if (fclose(file) == 0 && !failed)
        reply = own_asprintf(request,
                             "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
                             "Content-Length: %zu\r\n\r\n%s",
                             length, text);
    free(text);
    return reply;
}

/* The handle lies in the connection's pool: that is dropped when the loop has let go of it. */
void on_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    (void)own_drop(connection->service->pool, connection->pool);
}

static void connection_end(struct connection *connection)
{
    if (!uv_is_closing((uv_handle_t *)&connection->tcp))
        uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

static void next_line(struct connection *connection);

static void on_written(uv_write_t *write, int status)
{
    struct request *request = write->data;
    struct connection *connection = request->connection;
    bool is_last = request->is_last || status != 0;
    (void)own_drop(connection->pool, request->pool);
    if (is_last)
        connection_end(connection);
    else
        next_line(connection);
}

/* Writes text that lies in the request's pool, or is static; then the request ends. */
static void request_reply(struct request *request, const char *text)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));
    uv_stream_t *stream = (uv_stream_t *)&request->connection->tcp;
    request->write.data = request;
    int error = uv_write(&request->write, stream, &buffer, 1, on_written);
    if (error)
        on_written(&request->write, error);
}

/* A pool below the connection's, and the request in it. NULL: the limit has no room for it. */
static struct request *request_new(struct connection *connection)
{
    own_pool *pool = own_pool_create(connection->pool, &(own_pool_options){.name = "request"});
    struct request *request = pool ? OWN_ALLOC(pool, struct request) : NULL;
    if (!request || own_hold(pool, connection->service->settings) != 0) {
        if (pool)
            (void)own_drop(connection->pool, pool);
        return NULL;
    }
    request->connection = connection;
    request->pool = pool;
    return request;
}

/* False: nothing is to be answered. */
static bool handle_line(struct connection *connection, const char *line)
{
    if (connection->is_metrics && strcmp(line, "\r") != 0)
        return false; /* the head of a request ends with an empty line */
    struct request *request = request_new(connection);
    if (!request) {
        connection_end(connection);
        return true;
    }
    request->is_last = connection->is_metrics;
    const char *text = connection->is_metrics
                           ? metrics(request->pool)
                           : answer(request->pool, settings_of(connection->service), line);
    request_reply(request, text ? text : "ERROR: OUT OF MEMORY\n");
    return true;
}

/* Adds what was read to the input. */
static int add_input(struct connection *connection, const char *bytes, size_t count)
{
    size_t size = connection->length + count;
    char *input = own_realloc_raw(connection->pool, connection->input, size, 1);
    if (!input)
        return -1;
    memcpy(input + connection->length, bytes, count);
    connection->input = input;
    connection->length = size;
    return 0;
}

static void refuse_line(struct connection *connection)
{
    struct request *request = request_new(connection);
    uv_read_stop((uv_stream_t *)&connection->tcp);
    if (!request) {
        connection_end(connection);
        return;
    }
    request->is_last = true;
    request_reply(request, "ERROR: THE LINE IS TOO LONG\n");
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(connection->chunk, sizeof(connection->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    if (count == 0)
        return;
    if (count < 0)
        connection_end(connection);
    else if (add_input(connection, buffer->base, (size_t)count) == 0)
        next_line(connection);
    else
        refuse_line(connection);
}

/* The line is handled, and no input any more. */
static bool take_line(struct connection *connection, char *end)
{
    *end = '\0';
    bool is_answered = handle_line(connection, connection->input);
    connection->length -= (size_t)(end + 1 - connection->input);
    memmove(connection->input, end + 1, connection->length);
    return is_answered;
}

/* Handles the next line, if it is there: one at a time, so that a client that takes no answers is
   not read from. Else reads on. */
static void next_line(struct connection *connection)
{
    uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
    char *end;
    uv_read_stop(stream);
    while (connection->length &&
           (end = memchr(connection->input, '\n', connection->length)) != NULL) {
        if (take_line(connection, end))
            return;
    }
    if (uv_read_start(stream, on_room, on_read) != 0)
        connection_end(connection);
}

/* A connection with its pool, not accepted yet. NULL: there is no memory for it. */
static struct connection *connection_new(uv_stream_t *listener)
{
    struct service *service = listener->data;
    own_pool_options options = {.name = "connection",
                                .limit = settings_of(service)->connection_bytes};
    own_pool *pool = own_pool_create(service->pool, &options);
    struct connection *connection = pool ? OWN_ALLOC(pool, struct connection) : NULL;
    if (!connection) {
        if (pool)
            (void)own_drop(service->pool, pool);
        return NULL;
    }
    connection->service = service;
    connection->pool = pool;
    connection->is_metrics = listener == (uv_stream_t *)&service->metrics;
    uv_tcp_init(&service->loop, &connection->tcp);
    connection->tcp.data = connection;
    return connection;
}

static void on_refused(uv_handle_t *refused)
{
    uv_stream_t *listener = refused->data;
    refused->data = NULL;
    on_connection(listener, 0); /* who has come meanwhile waits */
}

/* Accepts a connection only to close it: while one waits, the loop tells of no other. */
static void refuse(uv_stream_t *listener)
{
    static uv_tcp_t refused; /* one at a time: there is no memory */
    if (refused.data)
        return;
    uv_tcp_init(listener->loop, &refused);
    refused.data = listener;
    (void)uv_accept(listener, (uv_stream_t *)&refused);
    uv_close((uv_handle_t *)&refused, on_refused);
}

void on_connection(uv_stream_t *listener, int status)
{
    struct connection *connection = status == 0 ? connection_new(listener) : NULL;
    uv_stream_t *client = connection ? (uv_stream_t *)&connection->tcp : NULL;
    if (!client)
        refuse(listener);
    else if (uv_accept(listener, client) != 0 || uv_read_start(client, on_room, on_read) != 0)
        connection_end(connection); /* nobody waits any more */
}
