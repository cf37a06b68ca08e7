/*
 * tools/ownstat/source.h - where reports come from: files, stdin, and monitors, which are Unix
 * sockets of running programs.
 */
#ifndef OWNSTAT_SOURCE_H
#define OWNSTAT_SOURCE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "report.h"

/* What all commands that read reports are told. */
struct reading {
    double timeout; /* how long a monitor may say nothing, in seconds */
};

static const double default_timeout = 10;

/*
 * Reads a report from FILE, `-', SOCKET or PID. A name of digits only is a PID.
 * The result's memory is the caller's reference. NULL: problem says why.
 */
struct report *source_read(const char *name, const struct reading *reading,
                           struct problem *problem);
/* The same, but the program ends where it fails. */
struct report *source_must_read(const char *name, const struct reading *reading);

/* Whether a name stands for a process, and which; 0: it does not. */
long source_process(const char *name);

/* The address of a Unix socket. */
struct monitor_address {
    struct sockaddr_un name;
    socklen_t length;
    char text[sizeof(struct sockaddr_un) + 1]; /* for people; `@' first: an abstract one */
};

/* False where the path is too long. */
bool monitor_address_set(struct monitor_address *address, const char *path,
                         struct problem *problem);

/* One question to a monitor, step by step. */
struct monitor_request {
    int descriptor; /* -1: none is open */
    bool is_sent;
    own_pool *memory;
    char *bytes;
    size_t length, room;
    double deadline; /* by clock_now; moved with each step */
    double timeout;
};

enum monitor_state { MONITOR_WAITS, MONITOR_ANSWERED, MONITOR_FAILED };

double clock_now(void);

/* Begins one. Answer: as monitor_step. What is in memory lives as long as that. */
enum monitor_state monitor_begin(struct monitor_request *request, own_pool *memory,
                                 const struct monitor_address *address, double timeout,
                                 struct problem *problem);
/* Goes on as far as is possible without waiting. The descriptor is closed at the end. */
enum monitor_state monitor_step(struct monitor_request *request, struct problem *problem);
/* What to poll the descriptor for, and how long at most, in milliseconds. */
short monitor_events(const struct monitor_request *request);
int monitor_patience(const struct monitor_request *request);
/* Gives it up. */
void monitor_end(struct monitor_request *request);

/*
 * The monitor of a process: its listening sockets are asked one after the other, and the first that
 * answers with a report is it. The report is read too.
 */
struct report *process_read(long process, double timeout, struct monitor_address *address,
                            struct problem *problem);
/* Asks one, and waits for the answer. */
struct report *monitor_read(const struct monitor_address *address, double timeout,
                            struct problem *problem);

#endif
