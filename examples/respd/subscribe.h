/*
 * subscribe.h - what a client that has subscribed may still do.
 */
#ifndef RESPD_SUBSCRIBE_H
#define RESPD_SUBSCRIBE_H

#include <stdbool.h>

struct command;
struct request;

/* Whether a command must not be run, since its client has subscribed or sent MONITOR; then that is
   replied. */
bool subscriber_refuses(struct request *request, const struct command *command);

#endif
