/*
 * mirror.h - MONITOR: shows a client all commands of all clients.
 */
#ifndef RESPD_MIRROR_H
#define RESPD_MIRROR_H

struct command;
struct request;

/* Shows a command that is about to run to those who have sent MONITOR, if anybody has. */
void mirror_show(struct request *request, const struct command *command);

#endif
