/*
 * listener.h - the socket that listens: it accepts connections, or refuses them in words.
 *
 * It is a socket of our own and not uv_tcp_t's: libuv stops listening where a connection that it
 * has accepted is not taken from it at once, and calls back for ever where accept goes on failing.
 */
#ifndef RESPD_LISTENER_H
#define RESPD_LISTENER_H

#include <stdbool.h>

#include <uv.h>

struct worker;

struct listener {
    struct worker *worker; /* the first, whose loop it is in */
    uv_poll_t poll;
    uv_timer_t retry;
    int socket;
    int spare;    /* given up where there are no descriptors, so that a client can be told; or -1 */
    bool is_open; /* between listener_open and listener_close */
};

/* Listens at an IPv4 address; port 0: the kernel chooses. The port, or an error of libuv. */
int listener_open(struct listener *listener, struct worker *worker, const char *address, int port);

/* Listens no more. Does nothing where it does not listen. */
void listener_close(struct listener *listener);

#endif
