/*
 * service.h - what the files of the service share.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include <own.h>
#include <uv.h>

struct settings {
    size_t connection_bytes; /* at most, for all that a client makes us keep */
    char greeting[100];
};

struct service {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_tcp_t metrics;
    uv_signal_t signals[3];
    uv_poll_t monitor;
    int monitor_fd; /* -1: there is none */
    own_pool *pool;
    own_pool *settings; /* its user pointer is the struct settings */
    const char *settings_path;
};

/* answer.c: the answer to a line, a block of the request's pool. NULL: errno says why. */
char *answer(own_pool *request, const struct settings *settings, const char *line);

/* settings.c: a new pool with what is in the file, whose user pointer is the settings. NULL: errno
   says why. */
own_pool *settings_read(const char *path);
static inline const struct settings *settings_of(const struct service *service)
{
    return own_pool_user(service->settings);
}

/* connection.c: somebody connects to a listener, whose data is the service. */
void on_connection(uv_stream_t *listener, int status);
/* The end of a connection, given its handle. */
void on_closed(uv_handle_t *handle);

#endif
