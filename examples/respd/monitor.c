/*
 * monitor.c - the socket of --monitor: own_monitor_serve in the loop of the first worker.
 *
 * An answer shows all pools. So the monitor is served with every worker's turn (worker.h): the
 * others stand still while it is made, but not while a client takes it.
 */
#include "monitor.h"

#include <errno.h>

#include <own.h>

#include "worker.h"

static void on_monitor(uv_poll_t *handle, int status, int events)
{
    struct worker *worker = handle->data;
    uv_os_fd_t monitor;
    (void)events;
    if (status != 0 || uv_fileno((uv_handle_t *)handle, &monitor) != 0)
        return;
    worker_begin(worker);
    worker_stop_others(worker);
    (void)own_monitor_serve(monitor); /* without descriptors clients wait */
    worker_resume_others(worker);
}

int monitor_start(uv_poll_t *handle, struct worker *worker, const char *path)
{
    if (!path)
        return 0;
    int monitor = own_monitor_open(path);
    if (monitor < 0)
        return uv_translate_sys_error(errno);
    int error = uv_poll_init(&worker->loop, handle, monitor);
    if (error) {
        own_monitor_close(monitor);
        return error;
    }
    handle->data = worker;
    return uv_poll_start(handle, UV_READABLE, on_monitor);
}

void monitor_stop(uv_poll_t *handle)
{
    uv_os_fd_t monitor;
    if (!handle->data || uv_fileno((uv_handle_t *)handle, &monitor) != 0)
        return;
    uv_close((uv_handle_t *)handle, NULL); /* it is not watched any more when it is closed */
    own_monitor_close(monitor);
}
