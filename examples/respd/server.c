/*
 * server.c - the server: its pool, its databases, its connections, and how it ends.
 */
#include "server.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "census.h"
#include "connection.h"

#define BACKLOG 511
#define DRAIN_MILLISECONDS 3000
#define EXPIRE_AT_ONCE 1000 /* keys, before others get their turn */

static const own_type server_type = {
    .name = "server",
    .size = sizeof(struct server),
    .refs = OWN_REFS(struct server, pool),
};

void server_take_time(struct server *server)
{
    server->now = (int64_t)uv_now(&server->loop);
}

/* Expiry */

static void on_expiry(uv_timer_t *timer)
{
    struct server *server = timer->data;
    bool more = false;
    server_take_time(server);
    for (size_t i = 0; i < DATABASES; i++)
        more |= expiry_run(&server->databases[i], EXPIRE_AT_ONCE);

    int64_t earliest = more ? server->now : -1;
    for (size_t i = 0; i < DATABASES; i++) {
        int64_t when = expiry_earliest(&server->databases[i]);
        if (when >= 0 && (earliest < 0 || when < earliest))
            earliest = when;
    }
    if (earliest >= 0)
        server_expect(server, earliest);
}

void server_expect(struct server *server, int64_t when)
{
    uv_timer_t *timer = &server->expiry_timer;
    uint64_t delay = when > server->now ? (uint64_t)(when - server->now) : 0;
    if (!server->draining &&
        (!uv_is_active((uv_handle_t *)timer) || uv_timer_get_due_in(timer) > delay))
        uv_timer_start(timer, on_expiry, delay, 0);
}

/* The end */

static void on_drain_timeout(uv_timer_t *timer)
{
    struct server *server = timer->data;
    for (struct connection *connection = server->first_connection; connection;
         connection = connection->next)
        connection_close(connection);
}

void server_drain(struct server *server)
{
    if (server->draining)
        return;
    server->draining = true;
    uv_close((uv_handle_t *)&server->listener, NULL);
    uv_close((uv_handle_t *)&server->expiry_timer, NULL);
    uv_close((uv_handle_t *)&server->terminate, NULL);
    uv_close((uv_handle_t *)&server->interrupt, NULL);
    uv_timer_start(&server->drain_timer, on_drain_timeout, DRAIN_MILLISECONDS, 0);
    for (struct connection *connection = server->first_connection; connection;
         connection = connection->next)
        connection_finish(connection);
    if (server->connection_count == 0)
        uv_close((uv_handle_t *)&server->drain_timer, NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    server_drain(signal->data);
}

void server_trim(void)
{
    own_trim();
#ifdef __GLIBC__
    malloc_trim(0); /* the buffers of hiredis and libuv */
#endif
}

/* Connections */

void server_will_flush(struct server *server, struct connection *connection)
{
    if (connection->to_flush)
        return;
    connection->to_flush = true;
    connection->next_to_flush = server->first_to_flush;
    server->first_to_flush = connection;
}

/* Comes after all reading, and before the connections that were closed meanwhile go. */
static void on_all_read(uv_check_t *flusher)
{
    struct server *server = flusher->data;
    struct connection *connection;
    while ((connection = server->first_to_flush)) {
        server->first_to_flush = connection->next_to_flush;
        connection->to_flush = false;
        connection_flush(connection);
    }
}

void server_enter(struct server *server, struct connection *connection)
{
    connection->next = server->first_connection;
    if (connection->next)
        connection->next->previous = connection;
    server->first_connection = connection;
    server->connection_count++;
    connection->id = ++server->connections_received;
}

void server_leave(struct server *server, struct connection *connection)
{
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        server->first_connection = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    server->connection_count--;
    if (server->draining && server->connection_count == 0)
        uv_close((uv_handle_t *)&server->drain_timer, NULL);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    if (status == 0 && connection_accept(server) != 0)
        server->connections_rejected++;
}

/* Listening */

static int server_listen(struct server *server)
{
    struct sockaddr_in address;
    int length = sizeof address;
    int error = uv_ip4_addr(server->options.bind, server->options.port, &address);
    if (error == 0)
        error = uv_tcp_bind(&server->listener, (const struct sockaddr *)&address, 0);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    if (error == 0)
        error = uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length);
    if (error == 0) {
        server->port = ntohs(address.sin_port);
        error = uv_signal_start(&server->terminate, on_signal, SIGTERM);
    }
    return error ? error : uv_signal_start(&server->interrupt, on_signal, SIGINT);
}

static void add_handles(struct server *server)
{
    uv_tcp_init(&server->loop, &server->listener);
    uv_timer_init(&server->loop, &server->expiry_timer);
    uv_timer_init(&server->loop, &server->drain_timer);
    uv_signal_init(&server->loop, &server->terminate);
    uv_signal_init(&server->loop, &server->interrupt);
    uv_check_init(&server->loop, &server->flusher);
    server->listener.data = server->expiry_timer.data = server->drain_timer.data =
        server->terminate.data = server->interrupt.data = server->flusher.data = server;
    uv_check_start(&server->flusher, on_all_read);
    uv_unref((uv_handle_t *)&server->flusher); /* the loop ends without it */
}

struct server *server_new(const struct options *options)
{
    OWN_SCOPED struct server *server = own_new(NULL, &server_type);
    if (!server || !(server->pool = census_pool(NULL, "server", 0)))
        return NULL;
    server->options = *options;
    server->read_buffer = own_alloc_raw(server->pool, READ_SIZE, 1);
    for (unsigned i = 0; i < DATABASES; i++)
        database_init(&server->databases[i], i, server->pool, options->memory_limit, &server->now);
    if (!server->read_buffer || uv_loop_init(&server->loop) != 0)
        return NULL;
    add_handles(server);

    int error = server_listen(server);
    if (error) {
        fprintf(stderr, "respd: %s port %d: %s\n", options->bind, options->port,
                uv_strerror(error));
        server_drain(server);
        server_run(server);
        return NULL;
    }
    struct server *result = server;
    server = NULL; /* the reference goes to the caller */
    return result;
}

int server_run(struct server *server)
{
    server_take_time(server);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&server->flusher, NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    return uv_loop_close(&server->loop);
}
