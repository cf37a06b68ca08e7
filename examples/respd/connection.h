/*
 * connection.h - a client: its pool, what it has sent, and the requests whose replies it awaits.
 *
 *     server pool                   the only one that threads share
 *       connection pool             dropped when its socket is closed
 *         the connection            an object: its finalizer frees the parser
 *         request pool, ...         dropped when its reply is written
 */
#ifndef RESPD_CONNECTION_H
#define RESPD_CONNECTION_H

#include <uv.h>

#include <own.h>

#include "refusal.h"
#include "server.h"

struct request;
struct subscriber;
struct transaction;
struct watcher;
struct redisReader;

#define CONNECTION_NAME_MAX 64
#define ADDRESS_MAX 32
#define FAREWELL_MAX 160

struct connection {
    own_object object;
    own_pool *pool; /* borrowed: it holds the connection */
    struct server *server;
    struct worker *worker;              /* who serves it */
    struct connection *previous, *next; /* the worker's list, or its arrivals */
    struct connection *next_to_flush;   /* its list of those that have new replies */
    bool is_listed, to_flush;           /* whether it is in those lists */
    int socket;                         /* used by `tcp` when the connection starts */
    uint64_t id;
    int64_t since;
    struct database *database; /* that it has selected */

    /* Each in a child pool, NULL while there is none. */
    struct transaction *transaction;
    struct watcher *watcher;
    struct subscriber *subscriber;
    struct request **last_running; /* while EXEC runs: where the last of its replies ends */

    char name[CONNECTION_NAME_MAX];
    char library_name[CONNECTION_NAME_MAX], library_version[CONNECTION_NAME_MAX];
    char peer[ADDRESS_MAX], local[ADDRESS_MAX];
    int64_t active;             /* when the last command ran */
    const struct command *last; /* that command; NULL: there was none */
    bool is_kept;               /* NO-EVICT: only said, as nobody is closed for room */
    bool is_killed;             /* by CLIENT KILL; set with everybody's turn */
    uv_tcp_t tcp;

    /* In: from the reader come requests; the one whose end has not come yet is `arriving`. */
    struct redisReader *reader;
    size_t buffer_counted;    /* bytes of its buffer that are taken off the limit of the pool */
    struct request *arriving; /* borrowed from the pool */
    struct refusal refusal;
    const char *complaint; /* what the parser refuses; NULL: nothing */
    char complaint_byte;

    /* Out: requests in the order of their replies, which are written in this order. */
    struct request *first_unwritten, *last_unwritten; /* borrowed from the pool */
    size_t unwritten;                                 /* what they weigh, in bytes */
    uv_write_t write;
    size_t writing;              /* bytes that libuv writes now; 0: it writes nothing */
    char farewell[FAREWELL_MAX]; /* an error that comes after all replies, and the end */
    size_t farewell_length;

    bool paused;    /* it does not take its replies: nothing more is read or run until it does */
    bool finishing; /* reads no more, and is closed when all is written */
    bool closing;
};

/*
 * Makes a connection of a socket and gives it to a worker, one after the other. By the first
 * worker. -1: no memory; the socket is still the caller's.
 */
int connection_open(struct server *server, int socket);

/* Starts a connection that was handed over, by its worker. */
void connection_start(struct connection *connection);

/* Begins to read, or goes on after a pause. */
void connection_read(struct connection *connection);

/* Writes the replies that there are, as far as the client takes them now. */
void connection_flush(struct connection *connection);

/* Puts a request with its reply at the end of those that are to be written. */
void connection_queue(struct connection *connection, struct request *request);

/* Queues the reply of a request, and of those that are linked to it by `next`. They are dropped
   where there is none, or no room for it. */
void connection_answer(struct connection *connection, struct request *request);

/* Reads and runs nothing more; it is closed when the replies so far are written. For commands. */
void connection_stop(struct connection *connection);

/* The same from outside of a command: nothing that came before is lost. */
void connection_finish(struct connection *connection);

/* The same, with an error as the last reply, "-ERR ..." without the end of the line. */
void connection_fail(struct connection *connection, const char *error);

/* Closes at once. */
void connection_close(struct connection *connection);

/* Closes a connection of any worker; with everybody's turn. It is there until its loop sees it. */
void connection_kill(struct connection *connection);

/* Bytes that the parser keeps for what has not come completely. */
size_t connection_buffered(const struct connection *connection);

/* Bytes of its buffer that are free. */
size_t connection_buffer_left(const struct connection *connection);

#endif
