/*
 * monitor.h - the socket of --monitor, at which other programs ask what the pools have.
 */
#ifndef RESPD_MONITOR_H
#define RESPD_MONITOR_H

#include <uv.h>

struct worker;

/*
 * Opens a monitor, which the worker's loop serves. With a path of NULL there is none, and the
 * handle is not one of the loop. An error of libuv.
 */
int monitor_start(uv_poll_t *handle, struct worker *worker, const char *path);

/* Ends it, where there is one. */
void monitor_stop(uv_poll_t *handle);

#endif
