/*
 * listener.c - the socket that listens: it accepts connections, or refuses them in words.
 */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "server.h"
#include "worker.h"

#define BACKLOG 511
#define ACCEPTS_AT_ONCE 64      /* connections, before others get their turn */
#define RETRY_MILLISECONDS 100u /* until accept is tried again, where the system cannot */

static const char too_many[] = "-ERR max number of clients reached\r\n";
static const char no_memory[] = "-OOM out of memory, no new connection\r\n";

static void open_spare(struct listener *listener)
{
    if (listener->spare < 0)
        listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* What fits into the buffer of a new socket is sent at once. */
static void refuse(struct listener *listener, int socket, const char *line)
{
    (void)!send(socket, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(socket);
    listener->worker->server->connections_rejected++;
}

static int accept_one(const struct listener *listener)
{
    int socket;
    do
        socket = accept(listener->socket, NULL, NULL);
    while (socket < 0 && (errno == EINTR || errno == ECONNABORTED));
    return socket;
}

static void receive(struct listener *listener, int socket)
{
    struct server *server = listener->worker->server;
    if (__atomic_load_n(&server->connection_count, __ATOMIC_RELAXED) >= server->options.clients_max)
        refuse(listener, socket, too_many);
    else if (connection_open(server, socket) != 0)
        refuse(listener, socket, no_memory);
}

/* Uses the spare descriptor to refuse one. false: nobody could be refused. */
static bool refuse_one(struct listener *listener)
{
    if (listener->spare < 0)
        return false;
    close(listener->spare);
    listener->spare = -1;
    int socket = accept_one(listener);
    if (socket >= 0)
        refuse(listener, socket, too_many);
    open_spare(listener);
    return socket >= 0;
}

static void on_retry(uv_timer_t *timer);

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;
    (void)status;
    (void)events;
    worker_begin(listener->worker);
    open_spare(listener);
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int socket = accept_one(listener);
        if (socket >= 0) {
            receive(listener, socket);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if ((errno != EMFILE && errno != ENFILE) || !refuse_one(listener)) {
            /* The connection stays in the queue, so the loop would find it again and again. */
            uv_poll_stop(&listener->poll);
            uv_timer_start(&listener->retry, on_retry, RETRY_MILLISECONDS, 0);
            return;
        }
    }
}

static void on_retry(uv_timer_t *timer)
{
    struct listener *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

static int make_socket(struct listener *listener, const char *address, int port)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    int error = uv_ip4_addr(address, port, &name);
    if (error)
        return error;
    listener->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->socket < 0 ||
        setsockopt(listener->socket, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(listener->socket, (struct sockaddr *)&name, length) != 0 ||
        listen(listener->socket, BACKLOG) != 0 ||
        getsockname(listener->socket, (struct sockaddr *)&name, &length) != 0)
        return uv_translate_sys_error(errno);
    return ntohs(name.sin_port);
}

int listener_open(struct listener *listener, struct worker *worker, const char *address, int port)
{
    listener->worker = worker;
    listener->spare = listener->socket = -1;
    int result = make_socket(listener, address, port);
    int error =
        result < 0 ? result : uv_poll_init(&worker->loop, &listener->poll, listener->socket);
    if (error) {
        if (listener->socket >= 0)
            close(listener->socket);
        return error;
    }
    uv_timer_init(&worker->loop, &listener->retry);
    listener->poll.data = listener->retry.data = listener;
    open_spare(listener);
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    listener->is_open = true;
    return result;
}

void listener_close(struct listener *listener)
{
    if (!listener->is_open)
        return;
    listener->is_open = false;
    uv_close((uv_handle_t *)&listener->poll, NULL); /* it is not watched any more when closed */
    uv_close((uv_handle_t *)&listener->retry, NULL);
    close(listener->socket);
    if (listener->spare >= 0)
        close(listener->spare);
}
