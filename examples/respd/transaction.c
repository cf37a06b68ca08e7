/*
 * transaction.c - MULTI, EXEC, DISCARD, WATCH: commands that are queued, and run as one.
 */
#include "transaction.h"

#include "census.h"
#include "commands.h"

void command_multi(struct request *request)
{
    struct connection *connection = request->connection;
    if (connection->transaction) {
        reply_error(request, "ERR MULTI calls can not be nested");
        return;
    }
    own_pool *pool = census_pool(connection->pool, "transaction", sizeof(struct transaction), 0);
    struct transaction *transaction = pool ? OWN_ALLOC(pool, struct transaction) : NULL;
    if (!transaction) {
        request_fail(request);
        own_drop(connection->pool, pool);
        return;
    }
    transaction->pool = pool;
    transaction->last = &transaction->first;
    connection->transaction = transaction;
    reply_ok(request);
}

bool transaction_takes(const struct connection *connection, const struct command *command)
{
    return connection->transaction && command->run != command_multi &&
           command->run != command_exec && command->run != command_discard &&
           command->run != command_watch && command->run != command_quit &&
           command->run != command_reset;
}

struct request *transaction_queue(struct request *request, const struct command *command)
{
    struct connection *connection = request->connection;
    struct transaction *transaction = connection->transaction;
    if (command->run == command_shutdown) {
        reply_error(request, "ERR Command not allowed inside a transaction");
        transaction->spoilt = true;
        return request;
    }
    struct request *receipt = request_new(connection);
    if (!receipt || own_move(connection->pool, transaction->pool, request->pool) != 0) {
        request_fail(request);
        if (receipt)
            request_drop(receipt);
        transaction->spoilt = true;
        return request;
    }
    *transaction->last = request;
    transaction->last = &request->next;
    transaction->count++;
    reply_status(receipt, "QUEUED");
    return receipt;
}

void transaction_spoil(struct connection *connection)
{
    if (connection->transaction)
        connection->transaction->spoilt = true;
}

/* What was queued goes, if EXEC has not moved it back. */
static void drop(struct connection *connection)
{
    if (connection->transaction)
        own_drop(connection->pool, connection->transaction->pool);
    connection->transaction = NULL;
}

void transaction_end(struct connection *connection)
{
    drop(connection);
    watch_end(connection);
}

void command_discard(struct request *request)
{
    if (!request->connection->transaction) {
        reply_error(request, "ERR DISCARD without MULTI");
        return;
    }
    transaction_end(request->connection);
    reply_ok(request);
}

/* EXEC */

/* What all that is queued needs at once. */
static enum needs needs_of(const struct transaction *transaction)
{
    enum needs most = NEEDS_KEYS; /* to see whether something that is watched has changed */
    for (const struct request *request = transaction->first; request; request = request->next)
        if (command_of(request)->needs > most)
            most = command_of(request)->needs;
    return most;
}

/* Moves what was queued back. -1: no memory; then the rest stays in the transaction. */
static int take_back(struct connection *connection, struct transaction *transaction)
{
    for (struct request *request = transaction->first; request; request = request->next)
        if (own_move(transaction->pool, connection->pool, request->pool) != 0) {
            for (struct request *moved = transaction->first; moved != request;) {
                struct request *next = moved->next;
                request_drop(moved);
                moved = next;
            }
            return -1;
        }
    return 0;
}

/* Runs what was queued, each with its own reply. What comes for the connection meanwhile, as it has
   subscribed, is appended to them. */
static void run_all(struct request *exec, struct transaction *transaction)
{
    struct connection *connection = exec->connection;
    size_t count = transaction->count;
    reply_array(exec, count);
    exec->next = transaction->first;
    connection->last_running = transaction->last;
    for (struct request *request = exec->next; count-- > 0; request = request->next)
        command_execute(request, command_of(request));
    connection->last_running = NULL;
}

/* With what is needed locked: runs all, or replies why not. */
static void execute(struct request *exec, struct transaction *transaction)
{
    struct connection *connection = exec->connection;
    server_lock_keys(connection->worker);
    if (!watch_holds(connection))
        reply_nil_array(exec);
    else if (take_back(connection, transaction) != 0)
        request_fail(exec);
    else
        run_all(exec, transaction);
    server_unlock_keys(connection->worker);
}

void command_exec(struct request *request)
{
    struct connection *connection = request->connection;
    struct transaction *transaction = connection->transaction;
    if (!transaction) {
        reply_error(request, "ERR EXEC without MULTI");
        return;
    }
    if (transaction->spoilt) {
        reply_error(request, "EXECABORT Transaction discarded because of previous errors.");
    } else {
        bool all = needs_of(transaction) == NEEDS_ALL;
        if (all)
            worker_stop_others(connection->worker);
        execute(request, transaction);
        if (all)
            worker_resume_others(connection->worker);
    }
    transaction_end(connection);
}

/* WATCH */

void command_watch(struct request *request)
{
    struct connection *connection = request->connection;
    if (connection->transaction) {
        reply_error(request, "ERR WATCH inside MULTI is not allowed");
        return;
    }
    for (size_t i = 1; i < request->argument_count; i++)
        if (watch_add(connection, connection->database, argument(request, i)) != 0) {
            request_fail(request);
            return;
        }
    reply_ok(request);
}

void command_unwatch(struct request *request)
{
    /* The keys must not be locked: what has them locked is an EXEC, after which nothing is watched
       anyway. */
    if (!request->connection->last_running)
        watch_end(request->connection);
    reply_ok(request);
}
