/*
 * monitor/monitor.h - the room monitor: a Unix socket at which a program answers what its pools
 * have; own/monitor.h.
 *
 *   monitor.c   the monitors of the process; opening, serving and closing one
 *   client.c    one client: its line, its answer
 *   place.c     the socket in the file system
 *
 * The descriptor that the user polls is that of an epoll instance, which has the listening socket
 * and the clients. The listening socket is edge-triggered: where clients cannot be accepted, for
 * want of descriptors, the user's loop is not woken again and again. A client is watched for what
 * it can do next, and for nothing else: until its line has come for reading, then for writing.
 *
 * Equations (monitor_validate checks them in debug builds):
 *
 *   fd < 0       exactly where a place has no client
 *   got          <= LINE_MAX_BYTES
 *   answer       NULL before the line has come; afterwards not
 *   sent         < size where there is an answer: what has been sent completely is over
 *   untaken      = sum of size over the clients with an answer
 *
 * Nothing else in the library calls it. Threads: a monitor is used by one thread at a time; the
 * list of monitors is under a lock of its own.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "base/base.h"

#include <own/monitor.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CLIENTS 8
#define LINE_MAX_BYTES 64
#define PATIENCE_MILLISECONDS 2000
#define UNTAKEN_MAX ((size_t)64 << 20)
#define PATH_MAX_BYTES 90

/* Which file a name leads to. */
struct file_id {
    dev_t device;
    ino_t number;
};

struct client {
    int fd;
    uint64_t since; /* milliseconds: when it came, or took something last */
    size_t got;
    char line[LINE_MAX_BYTES];
    char *answer; /* of open_memstream */
    size_t size;
    size_t sent;
};

struct monitor {
    struct monitor *next;
    int poll; /* the user's descriptor: the epoll instance */
    int listener;
    int spare;     /* a descriptor in reserve, so that one client can be accepted; -1: it is used */
    pid_t process; /* that has opened it */
    bool busy;     /* a thread serves it; atomic */
    size_t untaken; /* bytes of answers, until they are over */
    struct file_id file;
    char path[PATH_MAX_BYTES + 1];
    struct client clients[CLIENTS];
};

/* place.c: makes a listening socket at monitor->path, and fills listener and file. -1: errno. */
int place_take(struct monitor *monitor);
/* Removes the socket's file, if it is still there. */
void place_leave(const struct monitor *monitor);

/* client.c: a client that has been accepted gets a place, or is told that there is none. */
void client_begin(struct monitor *monitor, int fd);
/* Does what a client can do now. */
void client_serve(struct monitor *monitor, struct client *client);
/* Ends a client, whatever it has got. */
void client_drop(struct monitor *monitor, struct client *client);
/* Closes the descriptor of a client of the parent process, which goes on with it. */
void client_forget(struct client *client);

/* Makes the descriptor in reserve, if it is used and can be made. */
void monitor_save_spare(struct monitor *monitor);

/* Aborts with a sentence where an equation above does not hold. */
void monitor_validate(const struct monitor *monitor);

#endif
