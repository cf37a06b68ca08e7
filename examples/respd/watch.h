/*
 * watch.h - WATCH: which keys a connection has looked at, and whether they have changed since.
 *
 * What a connection watches is in a child pool of its own. The death of that pool takes the keys
 * out of the lists of the database, in a deferred call: a client that vanishes needs nothing else.
 * The database refers to all that is watched in it, so this is used with the keys locked.
 */
#ifndef RESPD_WATCH_H
#define RESPD_WATCH_H

#include <stdbool.h>

#include <own.h>

#include "database.h"

struct connection;
struct watch;

/* What one connection watches. */
struct watcher {
    own_pool *pool; /* borrowed: a child of the connection's, that this is a block of */
    struct connection *connection;
    struct watch *first;
    bool touched; /* one of the keys has changed */
};

/* Watches a key of a database, from now on. -1 with errno as own_alloc. The keys are locked. */
int watch_add(struct connection *connection, struct database *database, const struct string *key);

/* Whether nothing that the connection watches has changed, or expired. The keys are locked. */
bool watch_holds(struct connection *connection);

/* Watches nothing any more. The keys are not locked: it locks them itself. */
void watch_end(struct connection *connection);

/* Says that a key has changed, or that all of a database go. The keys are locked. */
void watch_mark(struct database *database, const struct entry *entry);
void watch_mark_all(struct database *database);

static inline void watch_touch(struct database *database, const struct entry *entry)
{
    if (database->watch_count > 0)
        watch_mark(database, entry);
}

#endif
