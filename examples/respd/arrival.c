/*
 * arrival.c - a client that comes: its connection is made, given to a worker, and started.
 */
#include <stdio.h>
#include <unistd.h>

#include "census.h"
#include "connection.h"
#include "parser.h"

#define KEEPALIVE_SECONDS 300

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

static void print_address(char text[ADDRESS_MAX], const struct sockaddr_in *address)
{
    char host[INET_ADDRSTRLEN] = "?";
    uv_ip4_name(address, host, sizeof host);
    snprintf(text, ADDRESS_MAX, "%s:%u", host, ntohs(address->sin_port));
}

static void name_ends(struct connection *connection)
{
    struct sockaddr_in address = {0};
    int length = sizeof address;
    uv_tcp_getpeername(&connection->tcp, (struct sockaddr *)&address, &length);
    print_address(connection->peer, &address);
    length = sizeof address;
    uv_tcp_getsockname(&connection->tcp, (struct sockaddr *)&address, &length);
    print_address(connection->local, &address);
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
    server->connections_accepted++;
    connection->since = connection->active = server->workers[0].now;
    connection->database = &server->databases[0];
    connection->tcp.data = connection->write.data = connection;
    __atomic_add_fetch(&server->connection_count, 1, __ATOMIC_RELAXED);
    if (parser_init(connection) != 0 || refusal_init(connection) != 0 ||
        own_pool_set_limit(pool, server->options.client_limit) != 0) {
        own_drop(server->pool, pool);
        return NULL;
    }
    return connection;
}

void connection_start(struct connection *connection)
{
    uv_tcp_init(&connection->worker->loop, &connection->tcp);
    worker_enter(connection->worker, connection);
    if (uv_tcp_open(&connection->tcp, connection->socket) != 0) {
        close(connection->socket);
        connection_close(connection);
        return;
    }
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_tcp_keepalive(&connection->tcp, 1, KEEPALIVE_SECONDS); /* finds out who has vanished */
    name_ends(connection);
    connection_read(connection);
}

int connection_open(struct server *server, int socket)
{
    struct worker *worker = &server->workers[server->next_worker];
    struct connection *connection = connection_new(worker);
    if (!connection)
        return -1;
    connection->socket = socket;
    server->next_worker = (server->next_worker + 1) % server->options.threads;
    if (worker->number == 0) {
        connection_start(connection);
    } else if (worker_hand_over(worker, connection) != 0) { /* it ends, as the server does */
        close(socket);
        own_drop(server->pool, connection->pool);
    }
    return 0;
}
