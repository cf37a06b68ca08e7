/*
 * main.c - a service to start from: its loop, its signals, and its end.
 *
 *   service      a root pool: connections are its children
 *   connection   a pool with a limit: the client's state, and the input that is not a line yet
 *   request      a pool below: what one answer takes, until it is written
 *   settings     a pool of its own, replaced as a whole by SIGHUP. A request holds the one that it
 *                began with, which so lives until the last such request has ended
 *
 * One thread, one loop. Nothing is freed by hand: what ends is a pool.
 */
#include "service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_monitor(uv_poll_t *handle, int status, int events)
{
    struct service *service = handle->data;
    (void)events;
    if (status == 0)
        (void)own_monitor_serve(service->monitor_fd);
}

static void reload(struct service *service)
{
    own_pool *settings = settings_read(service->settings_path);
    if (settings)
        OWN_SET(service->settings, settings);
    else
        fprintf(stderr, "%s: %s; the settings stay\n", service->settings_path, strerror(errno));
}

/* What is left in the loop at the end: connections end with their pools, the rest lies still. */
static void close_handle(uv_handle_t *handle, void *arg)
{
    struct service *service = arg;
    bool is_connection = handle->type == UV_TCP && handle != (uv_handle_t *)&service->listener &&
                         handle != (uv_handle_t *)&service->metrics;
    if (!uv_is_closing(handle))
        uv_close(handle, is_connection ? on_closed : NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct service *service = handle->data;
    if (number == SIGHUP)
        reload(service);
    else
        uv_walk(&service->loop, close_handle, service);
}

/* Binds to the loopback address. Returns the port, or an error of libuv's, which is negative. */
static int listen_at(struct service *service, uv_tcp_t *listener, int port)
{
    struct sockaddr_in address;
    struct sockaddr_storage bound;
    int length = sizeof(bound);
    uv_tcp_init(&service->loop, listener);
    listener->data = service;
    int error = uv_ip4_addr("127.0.0.1", port, &address);
    if (!error)
        error = uv_tcp_bind(listener, (const struct sockaddr *)&address, 0);
    if (!error)
        error = uv_listen((uv_stream_t *)listener, 128, on_connection);
    if (!error)
        error = uv_tcp_getsockname(listener, (struct sockaddr *)&bound, &length);
    return error ? error : ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

static int start_monitor(struct service *service, const char *path)
{
    service->monitor_fd = path ? own_monitor_open(path) : -1;
    if (service->monitor_fd < 0)
        return path ? -errno : 0;
    service->monitor.data = service;
    int error = uv_poll_init(&service->loop, &service->monitor, service->monitor_fd);
    return error ? error : uv_poll_start(&service->monitor, UV_READABLE, on_monitor);
}

static int run(struct service *service, int port, int metrics_port, const char *monitor)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    int bound = listen_at(service, &service->listener, port);
    int bound_metrics = listen_at(service, &service->metrics, metrics_port);
    int error = start_monitor(service, monitor);
    if (bound < 0 || bound_metrics < 0 || error) {
        int first = bound < 0 ? bound : bound_metrics < 0 ? bound_metrics : error;
        fprintf(stderr, "service: %s\n", uv_strerror(first));
        uv_walk(&service->loop, close_handle, service);
        uv_run(&service->loop, UV_RUN_DEFAULT);
        return 1;
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        uv_signal_init(&service->loop, &service->signals[i]);
        service->signals[i].data = service;
        uv_signal_start(&service->signals[i], on_signal, numbers[i]);
    }
    printf("serving at 127.0.0.1:%d, metrics at 127.0.0.1:%d\n", bound, bound_metrics);
    fflush(stdout);
    uv_run(&service->loop, UV_RUN_DEFAULT); /* until a signal has closed all handles */
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: service PORT METRICS_PORT [SETTINGS [MONITOR_SOCKET]]\n"
                        "a port of 0 is one that is free\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct service service = {.settings_path = argc > 3 ? argv[3] : NULL};
    service.pool = own_pool_create(NULL, &(own_pool_options){.name = "service"});
    service.settings = settings_read(service.settings_path);
    if (!service.pool || !service.settings || uv_loop_init(&service.loop) != 0) {
        perror(service.settings_path ? service.settings_path : "service");
        return 1;
    }
    int status = run(&service, atoi(argv[1]), atoi(argv[2]), argc > 4 ? argv[4] : NULL);
    uv_loop_close(&service.loop);
    if (service.monitor_fd >= 0)
        (void)own_monitor_close(service.monitor_fd);
    own_decref(service.pool);
    own_decref(service.settings);
    return status;
}
