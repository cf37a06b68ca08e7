/*
 * message.c - what is published: one object, to which all its receivers refer.
 */
#include "message.h"

#include <stdio.h>
#include <string.h>

#include "census.h"
#include "connection.h"
#include "glob.h"
#include "number.h"
#include "request.h"

/* A message on its way to a worker, whose pool goes there from the thread that publishes. */
struct post {
    own_pool *pool; /* borrowed: it is the pool that this is a block of */
    struct post *next;
    struct message *message; /* held by the pool */
};

static const own_type message_type = {
    .name = "message",
    .size = sizeof(struct message),
};

static struct message *make(struct server *server, enum subscription_kind kind, size_t size)
{
    struct message *message = own_new_sized(NULL, &message_type, sizeof *message + size);
    if (!message || (server_is_threaded(server) && own_share(message) != 0)) {
        own_decref(message);
        return NULL;
    }
    message->kind = kind;
    message->size = size;
    return message;
}

struct message *message_new_line(struct server *server, size_t size)
{
    return make(server, KIND_MONITOR, size);
}

#define HEAD_MAX (NUMBER_MAX + 4) /* "$", the number, the end of the line, and of the string */

static char *put(char *to, const char *head, size_t head_length, const struct string *string)
{
    memcpy(to, head, head_length);
    memcpy(to + head_length, string->bytes, string->length);
    memcpy(to + head_length + string->length, "\r\n", 2);
    return to + head_length + string->length + 2;
}

struct message *message_new(struct server *server, const struct string *channel,
                            const struct string *payload)
{
    char first[HEAD_MAX], second[HEAD_MAX];
    size_t first_length = (size_t)snprintf(first, sizeof first, "$%zu\r\n", channel->length);
    size_t second_length = (size_t)snprintf(second, sizeof second, "$%zu\r\n", payload->length);
    struct message *message =
        make(server, KIND_CHANNEL,
             first_length + channel->length + 2 + second_length + payload->length + 2);
    if (!message)
        return NULL;
    message->channel_at = first_length;
    message->channel_length = channel->length;
    char *end = put(message->bytes, first, first_length, channel);
    put(end, second, second_length, payload);
    return message;
}

static struct string channel_of(const struct message *message)
{
    return (struct string){message->bytes + message->channel_at, message->channel_length, NULL};
}

/* Publishing */

static int post(struct worker *worker, struct message *message)
{
    own_pool *server_pool = worker->server->pool;
    own_pool *pool = census_pool(server_pool, "post", sizeof(struct post), 0);
    struct post *post = pool ? OWN_ALLOC(pool, struct post) : NULL;
    if (!post || own_hold(pool, message) != 0) {
        own_drop(server_pool, pool);
        return -1;
    }
    post->pool = pool;
    post->message = message;
    uv_mutex_lock(&worker->door);
    bool is_shut = worker->is_shut;
    if (!is_shut) {
        *worker->last_post = post;
        worker->last_post = &post->next;
        __atomic_store_n(&worker->has_posts, true, __ATOMIC_RELAXED);
        uv_async_send(&worker->wake);
    }
    uv_mutex_unlock(&worker->door);
    if (is_shut)
        own_drop(server_pool, pool);
    return is_shut ? -1 : 0;
}

static bool matches(const struct worker *worker, const struct item *pattern,
                    const struct string *channel)
{
    struct string key = table_key(&worker->channels.tables[KIND_PATTERN], pattern);
    return glob_match(key.bytes, key.length, channel->bytes, channel->length);
}

static size_t count_receivers(const struct worker *worker, const struct message *message)
{
    struct string name = channel_of(message);
    const struct channel *channel = channels_find(worker, message->kind, &name);
    size_t count = channel ? channel->count : 0;
    const struct table *patterns = &worker->channels.tables[KIND_PATTERN];
    if (message->kind == KIND_CHANNEL)
        for (struct item *item = table_first(patterns); item; item = table_next(patterns, item))
            if (matches(worker, item, &name))
                count += ((struct channel *)item)->count;
    return count;
}

/* All posts of a message are made under the lock: every receiver sees the same order. */
size_t message_publish(struct server *server, struct message *message)
{
    size_t total = 0;
    channels_lock(server);
    for (unsigned i = 0; i < server->options.threads; i++) {
        size_t count = count_receivers(&server->workers[i], message);
        if (count > 0 && post(&server->workers[i], message) == 0)
            total += count;
    }
    channels_unlock(server);
    return total;
}

/* Delivery */

static void queue(struct connection *connection, struct request *request)
{
    if (connection->last_running) { /* behind the replies of the EXEC that runs */
        *connection->last_running = request;
        connection->last_running = &request->next;
    } else {
        connection_answer(connection, request);
    }
    worker_will_flush(connection->worker, connection);
}

/* Shows a message to a client; pattern: why, NULL where it is the channel. */
static void show(struct connection *connection, struct message *message,
                 const struct string *pattern)
{
    if (connection->closing || connection->finishing)
        return;
    struct request *request = request_new(connection);
    if (request && message->kind == KIND_CHANNEL) {
        reply_array(request, pattern ? 4 : 3);
        reply_word(request, pattern ? "pmessage" : "message");
        if (pattern)
            reply_string(request, pattern);
    }
    if (request)
        reply_object(request, message, message->bytes, message->size);
    if (!request || request->failed ||
        connection->unwritten > connection->server->options.client_limit) {
        if (request)
            request_drop(request);
        connection_close(connection); /* it does not read what it has subscribed to */
        return;
    }
    queue(connection, request);
}

static void show_all(const struct channel *channel, struct message *message,
                     const struct string *pattern)
{
    for (struct subscription *subscription = channel ? channel->first : NULL; subscription;
         subscription = subscription->next)
        show(subscription->connection, message, pattern);
}

static void deliver(struct worker *worker, struct message *message)
{
    struct string name = channel_of(message);
    show_all(channels_find(worker, message->kind, &name), message, NULL);
    const struct table *patterns = &worker->channels.tables[KIND_PATTERN];
    if (message->kind != KIND_CHANNEL)
        return;
    for (struct item *item = table_first(patterns); item; item = table_next(patterns, item)) {
        struct string pattern = table_key(patterns, item);
        if (matches(worker, item, &name))
            show_all((struct channel *)item, message, &pattern);
    }
}

void messages_deliver(struct worker *worker)
{
    uv_mutex_lock(&worker->door);
    struct post *post = worker->first_post;
    worker->first_post = NULL;
    worker->last_post = &worker->first_post;
    __atomic_store_n(&worker->has_posts, false, __ATOMIC_RELAXED);
    uv_mutex_unlock(&worker->door);
    while (post) {
        struct post *next = post->next;
        deliver(worker, post->message);
        own_drop(worker->server->pool, post->pool);
        post = next;
    }
}
