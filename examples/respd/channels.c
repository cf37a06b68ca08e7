/*
 * channels.c - who has subscribed to what.
 */
#include "channels.h"

#include "census.h"
#include "connection.h"
#include "message.h"
#include "siphash.h"

void channels_lock(struct server *server)
{
    if (server_is_threaded(server))
        uv_mutex_lock(&server->channels);
}

void channels_unlock(struct server *server)
{
    if (server_is_threaded(server))
        uv_mutex_unlock(&server->channels);
}

struct channel *channels_find(const struct worker *worker, enum subscription_kind kind,
                              const struct string *name)
{
    return (struct channel *)table_find(&worker->channels.tables[kind], name,
                                        siphash(name->bytes, name->length));
}

/* The channels of a worker */

static size_t count_all(const struct table tables[SUBSCRIPTION_KINDS])
{
    size_t count = 0;
    for (int kind = 0; kind < SUBSCRIPTION_KINDS; kind++)
        count += tables[kind].count;
    return count;
}

static void init_tables(struct table tables[SUBSCRIPTION_KINDS], own_pool *pool, size_t item_size)
{
    for (int kind = 0; kind < SUBSCRIPTION_KINDS; kind++)
        table_init(&tables[kind], pool, item_size);
}

/* The last subscription has ended: nothing stays. */
static void drop_if_empty(struct worker *worker)
{
    struct channels *channels = &worker->channels;
    if (!channels->pool || count_all(channels->tables) > 0)
        return;
    own_pool *pool = channels->pool;
    *channels = (struct channels){.pool = NULL};
    own_drop(worker->server->pool, pool);
}

static struct channel *open_channel(struct worker *worker, enum subscription_kind kind,
                                    const struct string *name)
{
    struct channels *channels = &worker->channels;
    struct channel *channel = channels_find(worker, kind, name);
    if (channel)
        return channel;
    if (!channels->pool) {
        channels->pool = census_pool(worker->server->pool, "channels", 0, 0);
        if (!channels->pool)
            return NULL;
        init_tables(channels->tables, channels->pool, sizeof(struct channel));
    }
    channel = (struct channel *)table_add(&channels->tables[kind], name,
                                          siphash(name->bytes, name->length), NULL);
    if (!channel)
        drop_if_empty(worker);
    return channel;
}

static void close_channel(struct worker *worker, enum subscription_kind kind,
                          struct channel *channel)
{
    if (channel->count > 0)
        return;
    table_remove(&worker->channels.tables[kind], &channel->item);
    drop_if_empty(worker);
}

static void count_monitor(struct server *server, enum subscription_kind kind, int by)
{
    if (kind == KIND_MONITOR)
        __atomic_add_fetch(&server->monitors, (size_t)by, __ATOMIC_RELAXED);
}

static void enter(struct channel *channel, struct subscription *subscription)
{
    subscription->channel = channel;
    subscription->link = &channel->first;
    subscription->next = channel->first;
    if (subscription->next)
        subscription->next->link = &subscription->next;
    channel->first = subscription;
    channel->count++;
}

static void leave(struct worker *worker, enum subscription_kind kind,
                  struct subscription *subscription)
{
    *subscription->link = subscription->next;
    if (subscription->next)
        subscription->next->link = subscription->link;
    subscription->channel->count--;
    close_channel(worker, kind, subscription->channel);
    count_monitor(worker->server, kind, -1);
}

/* The subscriptions of a client */

/* Called when the pool of a subscriber dies. */
static void leave_all(void *arg)
{
    struct subscriber *subscriber = arg;
    struct worker *worker = subscriber->connection->worker;
    channels_lock(worker->server);
    for (int kind = 0; kind < SUBSCRIPTION_KINDS; kind++)
        for (struct item *item = table_first(&subscriber->tables[kind]); item;
             item = table_next(&subscriber->tables[kind], item))
            leave(worker, (enum subscription_kind)kind, (struct subscription *)item);
    channels_unlock(worker->server);
}

void channels_leave_all(struct connection *connection)
{
    if (!connection->subscriber)
        return;
    own_pool *pool = connection->subscriber->pool;
    connection->subscriber = NULL;
    own_drop(connection->pool, pool);
}

static struct subscriber *open_subscriber(struct connection *connection)
{
    if (connection->subscriber)
        return connection->subscriber;
    own_pool *pool = census_pool(connection->pool, "subscriber", 0, 0);
    struct subscriber *subscriber = pool ? OWN_ALLOC(pool, struct subscriber) : NULL;
    if (!subscriber || own_defer(pool, leave_all, subscriber) != 0) {
        own_drop(connection->pool, pool);
        return NULL;
    }
    subscriber->pool = pool;
    subscriber->connection = connection;
    init_tables(subscriber->tables, pool, sizeof(struct subscription));
    connection->subscriber = subscriber;
    return subscriber;
}

static struct subscription *find(const struct connection *connection, enum subscription_kind kind,
                                 const struct string *name)
{
    if (!connection->subscriber)
        return NULL;
    return (struct subscription *)table_find(&connection->subscriber->tables[kind], name,
                                             siphash(name->bytes, name->length));
}

/* What was published until now goes to those who had subscribed until now. */
static void lock_and_deliver(struct worker *worker)
{
    channels_lock(worker->server);
    messages_deliver(worker);
}

int channels_join(struct connection *connection, enum subscription_kind kind,
                  const struct string *name)
{
    struct worker *worker = connection->worker;
    if (find(connection, kind, name))
        return 0;
    struct subscriber *subscriber = open_subscriber(connection);
    struct subscription *subscription =
        subscriber ? (struct subscription *)table_add(&subscriber->tables[kind], name,
                                                      siphash(name->bytes, name->length), NULL)
                   : NULL;
    if (!subscription)
        return -1;
    subscription->connection = connection;
    lock_and_deliver(worker);
    struct channel *channel = open_channel(worker, kind, name);
    if (channel) {
        enter(channel, subscription);
        count_monitor(worker->server, kind, 1);
    }
    channels_unlock(worker->server);
    if (!channel)
        table_remove(&subscriber->tables[kind], &subscription->item);
    return channel ? 0 : -1;
}

void channels_leave(struct connection *connection, enum subscription_kind kind,
                    const struct string *name)
{
    struct subscription *subscription = find(connection, kind, name);
    if (!subscription)
        return;
    lock_and_deliver(connection->worker);
    leave(connection->worker, kind, subscription);
    channels_unlock(connection->worker->server);
    table_remove(&connection->subscriber->tables[kind], &subscription->item);
    if (count_all(connection->subscriber->tables) == 0)
        channels_leave_all(connection);
}

size_t channels_of(const struct connection *connection)
{
    const struct subscriber *subscriber = connection->subscriber;
    return subscriber
               ? subscriber->tables[KIND_CHANNEL].count + subscriber->tables[KIND_PATTERN].count
               : 0;
}

bool channels_monitored_by(const struct connection *connection)
{
    return connection->subscriber && connection->subscriber->tables[KIND_MONITOR].count > 0;
}
