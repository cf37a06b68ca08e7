/*
 * channels.h - who has subscribed to what.
 *
 *     server pool
 *       worker's channels           while a client of that worker has subscribed: the channels
 *       connection pool
 *         subscriber pool           while it has subscribed: its subscriptions
 *
 * A subscription is of its client and is in the list of a channel, which is of the client's worker.
 * Only that worker changes either, and with the server's channels locked: so it reads them without
 * the lock, and other workers count receivers with it. The death of a subscriber's pool takes its
 * subscriptions out of their channels, in a deferred call, so a client that vanishes needs nothing
 * else.
 */
#ifndef RESPD_CHANNELS_H
#define RESPD_CHANNELS_H

#include <own.h>

#include "table.h"

struct connection;
struct server;
struct worker;

/* MONITOR is a subscription too, to one channel without a name. */
enum subscription_kind { KIND_CHANNEL, KIND_PATTERN, KIND_MONITOR, SUBSCRIPTION_KINDS };

struct channel {
    struct item item;
    struct subscription *first;
    size_t count;
};

struct subscription {
    struct item item; /* of the subscriber's table */
    struct channel *channel;
    struct connection *connection;
    struct subscription *next, **link; /* in the list of the channel */
};

/* The channels of a worker's clients. */
struct channels {
    own_pool *pool; /* borrowed from the server's; NULL while there are none */
    struct table tables[SUBSCRIPTION_KINDS];
};

/* The subscriptions of a client. */
struct subscriber {
    own_pool *pool; /* borrowed: it is the pool that this is a block of */
    struct connection *connection;
    struct table tables[SUBSCRIPTION_KINDS];
};

/* Has a connection subscribe, if it has not. -1 with errno as own_alloc. */
int channels_join(struct connection *connection, enum subscription_kind kind,
                  const struct string *name);

/* Ends a subscription, if there is one. */
void channels_leave(struct connection *connection, enum subscription_kind kind,
                    const struct string *name);

/* Ends all. */
void channels_leave_all(struct connection *connection);

/* How many channels and patterns a connection has subscribed to. */
size_t channels_of(const struct connection *connection);

/* Whether it has sent MONITOR. */
bool channels_monitored_by(const struct connection *connection);

/* The channel of a name at a worker, or NULL. The channels are locked, or it is our own worker. */
struct channel *channels_find(const struct worker *worker, enum subscription_kind kind,
                              const struct string *name);

void channels_lock(struct server *server);
void channels_unlock(struct server *server);

#endif
