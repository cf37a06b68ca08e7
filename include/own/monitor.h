/*
 * own/monitor.h - a socket at which a running program answers what its pools have.
 *
 * A monitor is a Unix socket in the file system. A program that serves it from its own loop can be
 * asked by other programs of the same user, at any time; no thread is made, and nothing happens
 * between two calls of own_monitor_serve. The program ownstat shows it (ownstat(1)); or with nc:
 *
 *     echo text | nc -U /run/user/1000/program.own
 *
 * The protocol: a client connects, and sends one line of at most 64 bytes, its newline included.
 * It gets the answer and end of file. The lines:
 *
 *   text, json, dot, folded   own_report of all roots, in that format (report.h)
 *   metrics                   own_metrics
 *   help                      these lines
 *
 * Anything else is answered by one line that begins with "error: ", as is what cannot be answered
 * now. An answer is made at once, in memory, when its line has come: it shows one moment, however
 * slowly the client takes it.
 *
 * Clients. Those of the user that the program runs as (its effective user id), and of the
 * superuser, are answered; the file has mode 0600. At most 8 are served at once. When one more
 * comes, the client that was idle longest is dropped, if it was idle for two seconds or more;
 * else the new one is told to come again. Answers that clients have not taken yet take at most
 * 64 MiB and one answer. No client can block the program, raise a signal in it, or have it do
 * more than a bounded amount of work in one call, but for making answers: at most one for each
 * client in a call.
 *
 * fork. A monitor stays with the process that opened it. A child that does not call exec calls
 * own_monitor_close, which closes the child's descriptors and touches neither the file nor the
 * clients; until then the socket does not look dead when the parent has died. The descriptors are
 * closed by exec.
 */
#ifndef OWN_MONITOR_H
#define OWN_MONITOR_H

#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * Opens a monitor: makes a socket, whose mode is 0600 from its first moment on. Where there is
 * one already that a dead process has left, it is replaced.
 *
 * path  at most 90 bytes. The folder is to be one in which only the user can write, or one with
 *       the sticky bit. Copied; relative to the working directory, also in own_monitor_close.
 *
 * Returns a descriptor, which becomes readable whenever own_monitor_serve has something to do: the
 * loop of the program waits for that, with poll, epoll, or anything built on them, and does nothing
 * else with the descriptor. Returns -1 with errno EADDRINUSE (another process, or this one, serves
 * a socket there), EEXIST (a file of another kind is there), ENAMETOOLONG, EINVAL (path is NULL or
 * empty), ENOMEM, EMFILE, or what creating files may set. Threads: any. Cost: some system calls.
 */
OWN_API int own_monitor_open(const char *path);

/*
 * Does what is due: accepts clients, reads their lines, makes answers, and sends what clients take.
 * Never blocks.
 *
 * fd  from own_monitor_open.
 *
 * Returns 0; -1 with errno EBADF (no monitor has that descriptor), EPERM (it is the monitor of the
 * parent process), EBUSY (another thread is in this call, with the same fd), or EMFILE, ENFILE,
 * ENOMEM: a client that waits could not be accepted, which is tried again in the next call. One
 * client can be served all the same when the process has no descriptor left. Errors of clients only
 * end these clients. errno is kept on success.
 *
 * Threads: one at a time for each monitor. An answer is own_report or own_metrics of all roots, and
 * asks for their promise: while the call runs, no other thread uses the library, not even shared
 * pools. A program with several threads lets the others wait, as examples/respd/monitor.c does.
 * Where that cannot be, it answers in a way of its own, with own_report of one shared pool, which
 * asks for no promise. Cost: that of own_report for each answer; else some system calls for
 * each client.
 */
OWN_API int own_monitor_serve(int fd);

/*
 * Closes a monitor: drops its clients, closes all its descriptors, and removes the file, if it is
 * still the one that own_monitor_open made.
 *
 * Returns -1 with errno EBADF: no monitor has that descriptor. Threads: no other thread is in
 * own_monitor_serve with the same fd, nor will be. Cost: some system calls for each client.
 */
OWN_API int own_monitor_close(int fd);

OWN_END_DECLS

#endif
