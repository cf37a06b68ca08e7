/*
 * refusal.h - commands that are refused since the system has no memory for them.
 *
 * A client below its own limit is not closed for that: its command is read to its end without being
 * kept, and the reply says so. That reply must not need memory, so a connection has one request for
 * it from the start, the spare. While the spare waits to be written nothing more is run, so that it
 * is the last in the queue: it stands for all commands that are refused meanwhile.
 */
#ifndef RESPD_REFUSAL_H
#define RESPD_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include <own.h>

struct connection;
struct request;

enum skip_state {
    SKIP_NOTHING, /* commands are kept and run */
    SKIP_START,   /* the next byte begins a command */
    SKIP_INLINE,  /* the rest of a line */
    SKIP_COUNT,   /* how many arguments, after '*' */
    SKIP_MARK,    /* '$' */
    SKIP_LENGTH,  /* of an argument, after '$' */
    SKIP_BYTES,   /* an argument, and the end of its line */
};

/* What a connection has for this. */
struct refusal {
    struct request *spare;
    bool is_queued;
    enum skip_state state;
    size_t arguments, bytes; /* that are still to come */
    bool is_empty;           /* a line without a word */
    char line[24];
    size_t line_length;
};

/* Gives a connection its spare request. -1 with errno as own_alloc. */
int refusal_init(struct connection *connection);

/* Has the reply of a request say that there was no memory, whatever it said. Needs none. */
void refusal_reply(struct request *request);

/* The spare, as a request that arrives: its arguments are not kept. It must not be queued. */
struct request *refusal_take(struct connection *connection);

/* Queues the spare for a command that was refused; fails the connection where there are too many.
 */
void refusal_queue(struct connection *connection);

/* The spare is written, or dropped before it was queued. */
void refusal_done(struct connection *connection);

/* There is no room for what comes: from now on what the parser had, and what follows, is skipped.
 */
void refusal_skip(struct connection *connection);

/* Skips up to the end of a command; returns how many bytes. Errors fail the connection. */
size_t refusal_feed(struct connection *connection, const char *bytes, size_t length);

#endif
