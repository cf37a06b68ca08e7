/*
 * watch.c - WATCH: which keys a connection has looked at, and whether they have changed since.
 */
#include "watch.h"

#include "census.h"
#include "connection.h"
#include "siphash.h"

struct watch {
    struct watch *next, **link; /* in a list of the database */
    struct watch *sibling;      /* of the same watcher */
    struct watcher *watcher;
    struct database *database;
    struct string key; /* its bytes are in the pool of the watcher */
    uint32_t hash;
};

static struct watch **list_of(struct database *database, uint32_t hash)
{
    return &database->watches[hash % DATABASE_WATCH_LISTS];
}

/* Called when the pool of a watcher dies. */
static void leave_lists(void *arg)
{
    struct watcher *watcher = arg;
    server_lock_keys(watcher->connection->worker);
    for (struct watch *watch = watcher->first; watch; watch = watch->sibling) {
        *watch->link = watch->next;
        if (watch->next)
            watch->next->link = watch->link;
        watch->database->watch_count--;
    }
    server_unlock_keys(watcher->connection->worker);
}

static struct watcher *watcher_of(struct connection *connection)
{
    if (connection->watcher)
        return connection->watcher;
    own_pool *pool = census_pool(connection->pool, "watch", 0, 0);
    struct watcher *watcher = pool ? OWN_ALLOC(pool, struct watcher) : NULL;
    if (!watcher || own_defer(pool, leave_lists, watcher) != 0) {
        own_drop(connection->pool, pool);
        return NULL;
    }
    watcher->pool = pool;
    watcher->connection = connection;
    connection->watcher = watcher;
    return watcher;
}

int watch_add(struct connection *connection, struct database *database, const struct string *key)
{
    struct watcher *watcher = watcher_of(connection);
    if (!watcher)
        return -1;
    for (const struct watch *watch = watcher->first; watch; watch = watch->sibling)
        if (watch->database == database && string_equal(key, watch->key.bytes, watch->key.length))
            return 0;
    (void)database_find(database, key); /* what has expired goes now, and is no change later */
    struct watch *watch = OWN_ALLOC(watcher->pool, struct watch);
    char *bytes = watch ? own_memdup(watcher->pool, key->bytes, key->length) : NULL;
    if (!bytes) {
        own_free(watcher->pool, watch);
        return -1;
    }
    uint32_t hash = siphash(key->bytes, key->length);
    struct watch **list = list_of(database, hash);
    *watch = (struct watch){.next = *list,
                            .link = list,
                            .sibling = watcher->first,
                            .watcher = watcher,
                            .database = database,
                            .key = {bytes, key->length, NULL},
                            .hash = hash};
    if (watch->next)
        watch->next->link = &watch->next;
    *list = watch;
    watcher->first = watch;
    database->watch_count++;
    return 0;
}

bool watch_holds(struct connection *connection)
{
    const struct watcher *watcher = connection->watcher;
    if (!watcher)
        return true;
    for (const struct watch *watch = watcher->first; watch; watch = watch->sibling)
        (void)database_find(watch->database, &watch->key); /* deletes it if it has expired */
    return !watcher->touched;
}

void watch_end(struct connection *connection)
{
    if (!connection->watcher)
        return;
    own_pool *pool = connection->watcher->pool;
    connection->watcher = NULL;
    own_drop(connection->pool, pool);
}

void watch_mark(struct database *database, const struct entry *entry)
{
    struct string key = database_key(database, entry);
    uint32_t hash = entry->item.hash;
    for (struct watch *watch = *list_of(database, hash); watch; watch = watch->next)
        if (watch->hash == hash && string_equal(&key, watch->key.bytes, watch->key.length))
            watch->watcher->touched = true;
}

void watch_mark_all(struct database *database)
{
    for (size_t i = 0; database->watch_count > 0 && i < DATABASE_WATCH_LISTS; i++)
        for (struct watch *watch = database->watches[i]; watch; watch = watch->next)
            if (table_find(&database->keys, &watch->key, watch->hash))
                watch->watcher->touched = true;
}
