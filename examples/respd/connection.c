/*
 * connection.c - a client: reading, running its requests, writing their replies, and the end.
 */
#include "connection.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "census.h"
#include "commands.h"
#include "parser.h"
#include "request.h"

/* A client that does not take its replies is not served further while so much waits for it, */
#define UNWRITTEN_MAX ((size_t)1 << 20)
#define UNWRITTEN_SHARE 4 /* or such a part of its limit */

#define KEEPALIVE_SECONDS 300

#define WRITE_BUFFERS 256              /* pieces in one write, */
#define WRITE_ENOUGH ((size_t)1 << 20) /* and no more than up to here: what is out can go sooner */
#define FEED_SIZE ((size_t)16 << 10)   /* bytes for the parser at once: it moves the rest about */

static void connection_finalize(void *self)
{
    struct connection *connection = self;
    parser_free(connection);
    worker_leave(connection->worker, connection);
    __atomic_sub_fetch(&connection->server->connection_count, 1, __ATOMIC_RELAXED);
}

static const own_type connection_type = {
    .name = "connection",
    .size = sizeof(struct connection),
    .finalize = connection_finalize,
};

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
    return connection->unwritten >= (share < UNWRITTEN_MAX ? share : UNWRITTEN_MAX);
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
        if (uv_write(&connection->write, stream, buffers, count, on_written) != 0) {
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

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    worker_begin(connection->worker);
    if (size == UV_EOF) {
        connection_finish(connection); /* its other half may be open still */
        return;
    }
    if (size < 0) {
        connection_close(connection);
        return;
    }
    for (size_t at = 0; at < (size_t)size && !connection->finishing && !connection->closing;) {
        size_t left = (size_t)size - at;
        size_t length = left < FEED_SIZE ? left : FEED_SIZE;
        if (parser_feed(connection, buffer->base + at, length) != 0)
            connection_fail(connection, "ERR client exceeded its memory limit");
        else if (!connection->paused)
            connection_run(connection);
        at += length;
    }
    worker_will_flush(connection->worker, connection);
}

static void connection_pause(struct connection *connection, bool paused)
{
    if (paused == connection->paused)
        return;
    connection->paused = paused;
    if (paused)
        uv_read_stop((uv_stream_t *)&connection->tcp);
    else if (!connection->finishing && !connection->closing)
        uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_read);
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
        command_run(request);
        if (request->failed || request->buffer_count == 0) {
            if (request->failed)
                connection_fail(connection, "ERR client exceeded its memory limit");
            request_drop(request);
            continue;
        }
        *(connection->first_unwritten ? &connection->last_unwritten->next
                                      : &connection->first_unwritten) = request;
        connection->last_unwritten = request;
        request->weight = weigh(request);
        connection->unwritten += request->weight;
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

/* The beginning */

/* A socket that the first worker accepts but does not serve: it is refused, or another's. */
struct visitor {
    uv_tcp_t tcp;
    own_pool *pool;
    struct server *server;
};

static void on_gone(uv_handle_t *handle)
{
    struct visitor *visitor = handle->data;
    worker_begin(&visitor->server->workers[0]);
    own_drop(visitor->server->pool, visitor->pool);
}

/* Accepts a visitor, says a line, and closes it. With `copy`: a descriptor of its own, or -1. */
static void receive(struct server *server, const char *line, int *copy)
{
    own_pool *pool = census_pool(server->pool, "visitor", sizeof(struct visitor), 0);
    struct visitor *visitor = pool ? OWN_ALLOC(pool, struct visitor) : NULL;
    if (!visitor) {
        own_drop(server->pool, pool);
        return;
    }
    visitor->pool = pool;
    visitor->server = server;
    visitor->tcp.data = visitor;
    uv_tcp_init(&server->workers[0].loop, &visitor->tcp);
    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&visitor->tcp) == 0) {
        uv_buf_t buffer = {.base = (char *)(uintptr_t)line, .len = strlen(line)};
        uv_os_fd_t descriptor;
        if (*line)
            uv_try_write((uv_stream_t *)&visitor->tcp, &buffer, 1);
        if (copy && uv_fileno((uv_handle_t *)&visitor->tcp, &descriptor) == 0)
            *copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    }
    uv_close((uv_handle_t *)&visitor->tcp, on_gone);
}

static void name_peer(struct connection *connection)
{
    struct sockaddr_in address;
    int length = sizeof address;
    char host[INET_ADDRSTRLEN] = "?";
    if (uv_tcp_getpeername(&connection->tcp, (struct sockaddr *)&address, &length) == 0)
        uv_ip4_name(&address, host, sizeof host);
    snprintf(connection->peer, sizeof connection->peer, "%s:%u", host, ntohs(address.sin_port));
}

static struct connection *connection_new(struct worker *worker)
{
    struct server *server = worker->server;
    own_pool *pool = census_pool(server->pool, "connection", 0, 0);
    struct connection *connection = pool ? own_new(pool, &connection_type) : NULL;
    if (!connection) {
        own_drop(server->pool, pool);
        return NULL;
    }
    connection->pool = pool;
    connection->server = server;
    connection->worker = worker;
    connection->id = ++server->connections_received;
    connection->since = server->workers[0].now;
    connection->database = &server->databases[0];
    connection->socket = -1;
    connection->tcp.data = connection->write.data = connection;
    __atomic_add_fetch(&server->connection_count, 1, __ATOMIC_RELAXED);
    if (parser_init(connection) != 0 ||
        own_pool_set_limit(pool, server->options.client_limit) != 0) {
        own_drop(server->pool, pool);
        return NULL;
    }
    return connection;
}

/* Where the socket could not be had, the connection ends. */
static int start(struct connection *connection, int error)
{
    worker_enter(connection->worker, connection);
    if (error) {
        connection_close(connection);
        return -1;
    }
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_tcp_keepalive(&connection->tcp, 1, KEEPALIVE_SECONDS); /* finds out who has vanished */
    name_peer(connection);
    uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_read);
    return 0;
}

void connection_start(struct connection *connection)
{
    uv_tcp_init(&connection->worker->loop, &connection->tcp);
    int error = uv_tcp_open(&connection->tcp, connection->socket);
    if (error)
        close(connection->socket);
    (void)start(connection, error);
}

/* The pool goes to the worker's thread with all that is in it. */
static int hand_over(struct connection *connection)
{
    struct server *server = connection->server;
    receive(server, "", &connection->socket);
    if (connection->socket >= 0 && worker_hand_over(connection->worker, connection) == 0)
        return 0;
    if (connection->socket >= 0)
        close(connection->socket);
    own_drop(server->pool, connection->pool);
    return -1;
}

int connection_accept(struct server *server)
{
    struct worker *worker = &server->workers[server->next_worker];
    struct connection *connection = NULL;
    if (__atomic_load_n(&server->connection_count, __ATOMIC_RELAXED) < server->options.clients_max)
        connection = connection_new(worker);
    if (!connection) {
        receive(server, "-ERR max number of clients reached\r\n", NULL);
        return -1;
    }
    server->next_worker = (server->next_worker + 1) % server->options.threads;
    if (worker->number > 0)
        return hand_over(connection);
    uv_tcp_init(&worker->loop, &connection->tcp);
    return start(connection,
                 uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&connection->tcp));
}
