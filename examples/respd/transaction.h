/*
 * transaction.h - MULTI, EXEC, DISCARD, WATCH: commands that are queued, and run as one.
 *
 *     connection pool
 *       transaction pool            from MULTI to EXEC or DISCARD
 *         request pool, ...         what was queued: moved here, with its arguments
 *
 * A request that is queued goes from the connection's pool to the transaction's, and another one,
 * that is nothing but the reply QUEUED, takes its place. EXEC moves them back, and their replies
 * follow its own. DISCARD, an error, and a client that vanishes are one own_drop.
 */
#ifndef RESPD_TRANSACTION_H
#define RESPD_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include <own.h>

struct command;
struct connection;
struct request;

struct transaction {
    own_pool *pool;                /* borrowed: it is the pool that this is a block of */
    struct request *first, **last; /* borrowed from the pool, in their order */
    size_t count;
    bool spoilt; /* a command could not be queued: EXEC is refused */
};

/* Whether a command is to be queued, rather than run, between MULTI and EXEC. */
bool transaction_takes(const struct connection *connection, const struct command *command);

/* Queues a request. The result is the request whose reply goes out instead of its own. */
struct request *transaction_queue(struct request *request, const struct command *command);

/* A command was refused before it could be queued. */
void transaction_spoil(struct connection *connection);

/* Drops what is queued, if there is a transaction, and what is watched. */
void transaction_end(struct connection *connection);

#endif
