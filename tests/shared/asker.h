/*
 * asker.h - a program that asks a monitor (own/monitor.h), played in the process that serves it.
 */
#ifndef SHARED_ASKER_H
#define SHARED_ASKER_H

#include "harness.h"

#define PATH_SIZE 80

/* A path in a new folder that nobody else uses; both are gone after leave_place. */
extern char place[PATH_SIZE];
void make_place(void);
void leave_place(void);

/* Another name in the same folder. */
void name_beside(char name[PATH_SIZE], const char *last);

/* A connected socket that does not block; -1: errno. */
int try_connect(const char *path);
int connect_to(const char *path);

void send_bytes(int client, const char *bytes, size_t length);
void send_line(int client, const char *line);

/* Serves while there is something to do at once. Every call must succeed. */
void serve(int monitor);

/* Whether the monitor's descriptor says that there is something to do. */
bool has_work(int monitor);

/* What has come from the monitor so far. */
struct received {
    char *bytes; /* ends with a NUL that is not counted; for free() */
    size_t size;
    bool ended; /* by the end of the stream; a reset fails the test */
};

/* Reads all that is there. */
void receive(int client, struct received *received);

/* Serves and reads until the end of the answer, and closes the client. */
void finish(int monitor, int client, struct received *received);

/* Connects, sends a line, and returns the whole answer, for free(). */
char *ask(int monitor, const char *path, const char *line);

/* Asks with some bytes, newline included, and compares. */
void expect_answer(int monitor, const char *bytes, const char *answer);

/* What own_report writes now, for free(). */
char *report_now(own_report_format format);

/* A root with a name of so many bytes, so that reports are large. */
own_pool *new_with_long_name(size_t length);

#endif
