/*
 * server.h - the server: its pool, its databases, its connections, and how it ends.
 */
#ifndef RESPD_SERVER_H
#define RESPD_SERVER_H

#include <uv.h>

#include <own.h>

#include "database.h"

#define DATABASES 16
#define READ_SIZE ((size_t)60 << 10) /* 64 KiB with what a pool adds */

struct options {
    const char *bind;
    int port;            /* 0: the kernel chooses */
    size_t client_limit; /* bytes that one connection may take */
    size_t memory_limit; /* bytes that one database may take; 0: any */
    size_t clients_max;
};

/* An object: the reference to it is main's, the one to its pool is its own. */
struct server {
    own_object object;
    own_pool *pool; /* the root: databases and connections are its children */
    struct options options;
    int port;

    uv_loop_t loop;
    uv_tcp_t listener;
    uv_timer_t expiry_timer;
    uv_timer_t drain_timer;
    uv_signal_t terminate, interrupt;
    uv_check_t flusher;
    bool draining;

    struct database databases[DATABASES];
    int64_t now; /* milliseconds, the clock of the databases; as old as the loop's turn */

    struct connection *first_connection; /* borrowed, a list */
    struct connection *first_to_flush;   /* borrowed, another */
    size_t connection_count;
    uint64_t connections_received, connections_rejected, commands_processed;
    char *read_buffer; /* READ_SIZE bytes, for one read at a time */
};

/* Creates a server that listens. A new reference; NULL after a message to stderr. */
OWN_MUST_USE struct server *server_new(const struct options *options);

/* Serves until it is told to end, and all connections are gone. 0, or an error of libuv. */
int server_run(struct server *server);

/* Sets the clock, at the beginning of whatever the loop calls. */
void server_take_time(struct server *server);

/*
 * Begins the end: no new connections; those that are there go when their replies are written,
 * or after a few seconds.
 */
void server_drain(struct server *server);

/*
 * Gives the memory that is kept for later back to the system. FLUSHALL does it before it frees: what
 * is kept then are the odd pieces that this load has left over, while what it frees next is in the
 * shape that the next load needs. So round after round takes the same memory.
 */
void server_trim(void);

/* Called by connections, at their birth and death. */
void server_enter(struct server *server, struct connection *connection);
void server_leave(struct server *server, struct connection *connection);

/*
 * Has the replies of a connection written when all that is ready has been read: clients then find
 * more of their replies at once, and those who read them are woken less often.
 */
void server_will_flush(struct server *server, struct connection *connection);

/* A deadline was set: sees to it that the timer is not too late. */
void server_expect(struct server *server, int64_t when);

#endif
