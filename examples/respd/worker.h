/*
 * worker.h - a thread: its loop, its connections, and its turns.
 *
 * A connection stays with the worker that it was given to. What is below its pool is used by that
 * thread alone, with two exceptions that the locks here and in server.h are for:
 *
 *   turn   a worker has its turn from the first thing that its loop calls until the loop waits
 *          again. Commands that look at all workers (INFO, OWN, CLIENT) take everybody's turn
 *          first: then no pool changes anywhere.
 *   door   what others leave for a worker: connections that have arrived, messages for its
 *          clients, and whether it may still be woken.
 *
 * In the order in which they are taken: server's `alone`, turns, the server's keys, its channels,
 * doors. With one thread only doors are.
 */
#ifndef RESPD_WORKER_H
#define RESPD_WORKER_H

#include <uv.h>

#include <own.h>

#include "channels.h"

struct connection;
struct statistic;
struct post;
struct server;

#define READ_SIZE ((size_t)60 << 10) /* 64 KiB with what a pool adds */

struct worker {
    struct server *server;
    unsigned number;    /* 0: the first, which is the main thread's */
    uv_thread_t thread; /* of the others */

    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t drain_timer;
    uv_check_t flusher;
    uv_prepare_t waiter;
    uv_poll_t highest; /* closed before the loop runs, see size_watchers */
    bool draining;
    int64_t now; /* milliseconds since 1970, of the last worker_begin */

    struct connection *first_connection;                /* borrowed, a list */
    struct connection *first_to_flush, **last_to_flush; /* borrowed, another */
    size_t connection_count;
    uint64_t commands_processed, bytes_received, bytes_sent;
    struct statistic *statistics; /* one for each command; see statistics.h */
    unsigned trims;               /* of the server's, those that this one knows of */
    char *read_buffer;            /* READ_SIZE bytes, for one read at a time */

    struct channels channels; /* of its clients; see channels.h for who may use them */

    uv_mutex_t turn;
    bool in_turn;

    uv_mutex_t door;
    struct connection *first_arrival;     /* borrowed, a list by `next` */
    struct post *first_post, **last_post; /* borrowed, messages for its clients */
    bool has_posts;                       /* atomic: whether it is worth to look */
    bool is_shut;
};

/* Makes a zeroed worker ready. An error of libuv. */
int worker_init(struct worker *worker, struct server *server, unsigned number);

/* Serves until the worker has drained and its connections are gone. 0, or an error of libuv. */
int worker_run(struct worker *worker);

/* At the beginning of whatever the loop calls: takes the worker's turn, and the time. */
void worker_begin(struct worker *worker);

/* Takes the turns of all others, and gives them back. In the worker's own turn. */
void worker_stop_others(struct worker *worker);
void worker_resume_others(struct worker *worker);

/* Has a worker look at what was left for it. From any thread. */
void worker_wake(struct worker *worker);

/* Leaves a connection with its worker, which starts it. -1: the worker ends. From any thread. */
int worker_hand_over(struct worker *worker, struct connection *connection);

/* No new connections; those that are there go when their replies are written, or after a while. */
void worker_drain(struct worker *worker);

/* Called by connections, when they start and at their death. */
void worker_enter(struct worker *worker, struct connection *connection);
void worker_leave(struct worker *worker, struct connection *connection);

/*
 * Has the replies of a connection written when all that is ready has been read: clients then find
 * more of their replies at once, and those who read them are woken less often.
 */
void worker_will_flush(struct worker *worker, struct connection *connection);

#endif
