/*
 * server.h - the server: its pool, its databases, its threads, and how it ends.
 *
 * With several threads the server's pool is shared. The pools right below it - of connections and
 * databases - are confined, but counted by all: a connection is used by the worker that serves it,
 * a database by the thread that has locked the keys. So only the command of a request takes a lock;
 * and a command takes less time than reading, parsing and writing the request.
 */
#ifndef RESPD_SERVER_H
#define RESPD_SERVER_H

#include <pthread.h>

#include <uv.h>

#include <own.h>

#include "census.h"
#include "database.h"
#include "listener.h"
#include "worker.h"

#define DATABASES 16
#define RUN_ID_SIZE 41
#define THREADS_MAX CENSUS_THREADS

struct options {
    const char *bind;
    const char *monitor; /* a path; NULL: none */
    int port;            /* 0: the kernel chooses */
    unsigned threads;    /* at most THREADS_MAX */
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
    int64_t started;          /* milliseconds since 1970 */
    char run_id[RUN_ID_SIZE]; /* of this process, at random */
    size_t clients_room;      /* as many as maxclients may be */
    struct worker *workers;   /* as many as threads */

    /* Of the first worker's loop, and used by that thread alone: */
    struct listener listener;
    uv_timer_t expiry_timer;
    uv_signal_t terminate, interrupt;
    uv_poll_t monitor;
    unsigned next_worker;                                /* who gets the next connection */
    uint64_t connections_received;                       /* and the identity of the last one */
    uint64_t connections_accepted, connections_rejected; /* since CONFIG RESETSTAT */

    pthread_mutex_t keys; /* for all of these: */
    struct database databases[DATABASES];
    int64_t now; /* milliseconds since 1970, the clock of the databases */
    int64_t due; /* when the expiry timer is to expire; INT64_MAX: never */

    uv_mutex_t channels; /* see channels.h */
    size_t monitors;     /* clients that have sent MONITOR; atomic */

    uv_mutex_t alone;  /* of who takes everybody's turn */
    unsigned stopping; /* how many want to; atomic, as are: */
    unsigned trims;
    size_t connection_count;
    bool draining;
};

/* Creates a server that listens. A new reference; NULL after a message to stderr. */
OWN_MUST_USE struct server *server_new(const struct options *options);

/* Serves until it is told to end, and all connections are gone. 0, or an error of libuv. */
int server_run(struct server *server);

/* Whether there is anybody to be locked out. */
static inline bool server_is_threaded(const struct server *server)
{
    return server->options.threads > 1;
}

/* Before the databases are used, and after. */
void server_lock_keys(struct worker *worker);
void server_unlock_keys(struct worker *worker);

/*
 * Begins the end, by any worker: no new connections; those that are there go when their replies are
 * written, or after a few seconds.
 */
void server_drain(struct worker *worker);

/* What a worker that was woken has to do for the server. */
void server_look(struct worker *worker);

/*
 * Gives the memory that is kept for later back to the system. FLUSHALL does so before it frees:
 * what is kept then are odd pieces left over by this load, while what it frees next has the shape
 * that the next load needs. So round after round takes the same memory. What other threads keep,
 * only they can give back: they are told to when all is freed.
 */
void server_trim(void);
void server_trim_others(struct worker *worker);

/* A deadline was set: sees to it that the timer is not too late. The keys are locked. */
void server_expect(struct worker *worker, int64_t when);

#endif
