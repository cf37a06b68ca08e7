/*
 * client.h - what the tests of respd share: a server of their own, and clients that misbehave.
 *
 * Everything here ends the test with a message where something goes wrong.
 */
#ifndef RESPD_CLIENT_H
#define RESPD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct server {
    pid_t pid;
    int port;
    int output; /* its stdout */
};

/* Starts $RESPD, or the one in the build folder, on a free port. options: ended by NULL. */
void server_start(struct server *server, const char *const *options);

/* Sends SIGTERM, and sees that the server exits with 0 and has no pool left. */
void server_stop(struct server *server);

/* Waits for the end that something else has brought about. */
void server_wait(struct server *server);

/* Prints what went wrong and ends the test; kills the server. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Whether the tests are to be short: under Valgrind and sanitizers ($RESPD_QUICK). */
bool is_quick(void);

int client_connect(const struct server *server);
void client_send(int client, const char *bytes, size_t length);
void client_send_string(int client, const char *string);

/* Reads exactly so many bytes. */
void client_read(int client, char *bytes, size_t length);

/* Reads until the server closes; returns how many bytes. Also where the server resets. */
size_t client_read_all(int client, char *bytes, size_t size);

/* Reads so many bytes as are expected, and compares them. */
void client_expect_reply(int client, const char *reply);

/* Sends a command and compares the whole reply. */
void client_expect(int client, const char *command, const char *reply);

/* Sends a command in words, and reads a bulk reply into a new string, for free(). */
char *client_bulk(int client, const char *command);

/* A number out of INFO, by the name before the colon. */
long long info_number(int client, const char *name);

/* The figures that must be the same whenever the server is idle. */
struct idle {
    long long bytes, blocks, pools, alive, clients;
};

struct idle idle_figures(int client);

/* Waits until so many clients are connected: others than the first may be accepted, or seen to have
   closed, later than what this one asks. */
void clients_wait(int client, long long count);

/* Waits until the figures are those again; fails after some seconds. */
void idle_expect(int client, struct idle idle, const char *after);

#endif
