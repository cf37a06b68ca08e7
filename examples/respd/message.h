/*
 * message.h - what is published: one object, to which all its receivers refer.
 *
 *     message                     an object: made once, shared by the threads
 *     server pool
 *       post pool                 one for each worker that has receivers; holds the message
 *       connection pool
 *         request pool            one for each receiver; holds the message until it is written
 *
 * The thread that publishes makes the message and the posts, and gives each post to its worker. A
 * worker makes, for each of its receivers, a request without arguments whose reply shows the
 * message. So nothing is copied, no thread waits for another's clients, and the message dies with
 * the last reply, in any thread.
 *
 * What waits for a receiver is counted as its replies are. If that is more than its limit, or if
 * there is no memory, it is closed; others do not notice.
 */
#ifndef RESPD_MESSAGE_H
#define RESPD_MESSAGE_H

#include <own.h>

#include "channels.h"

struct post;

struct message {
    own_object object;
    enum subscription_kind kind; /* KIND_CHANNEL, which patterns get too, or KIND_MONITOR */
    size_t channel_at, channel_length;
    size_t size;
    char bytes[]; /* as they are written, but for what comes before the name of the channel */
};

/* Creates a message. A new reference; NULL with errno ENOMEM. */
OWN_MUST_USE struct message *message_new(struct server *server, const struct string *channel,
                                         const struct string *payload);

/* The same for MONITOR, to be filled with a line of that size. */
OWN_MUST_USE struct message *message_new_line(struct server *server, size_t size);

/* Posts a message to all workers that have receivers. Returns how many receivers there are. */
size_t message_publish(struct server *server, struct message *message);

/* Gives a worker's clients what was posted to it. In its own turn. */
void messages_deliver(struct worker *worker);

#endif
