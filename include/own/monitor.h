/*
 * own/monitor.h - a socket at which a running program answers what its pools have.
 *
 * A monitor is a Unix socket in the file system. A program that serves it from its own loop can be
 * asked by other programs of the same user, at any time; no thread is made, and nothing happens
 * between two calls of own_monitor_serve. With nc, for example:
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
 * Clients. Those of the user that the program runs as (its effective user id), and of root, are
 * answered; the file has mode 0600. At most 8 are served at once. When one more comes, the client
 * that has done nothing for the longest time is dropped, if that is two seconds or more; else the
 * new one is told to come again. Answers that clients have not taken yet take at most 64 MiB and
 * one answer. No client can block the program, raise a signal in it, or have it do more than a
 * bounded amount of work in one call, but for making answers: at most one for each client in a
 * call.
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
 * Opens a monitor: makes a socket with mode 0600, which nobody can find with another mode. Where
 * there is one already that a dead process has left, it is replaced.
 *
 * path  at most 90 bytes. The folder is to be one in which only the user can write, or one with
 *       the sticky bit. Copied; relative to the working directory, also in own_monitor_close.
 *
 * Returns a descriptor, which becomes readable whenever own_monitor_serve has something to do: the
 * loop of the program waits for that, with poll, epoll, or anything built on them. Nothing else is
 * done with the descriptor. Returns -1 with errno EADDRINUSE (another process, or this one, serves
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
 * Threads: one at a time for each monitor. While an answer is made, the call looks at the pools
 * that own_report(out, NULL, format) looks at: shared ones, and those confined pools of other
 * threads that nobody uses meanwhile; so a program with confined pools in several threads calls it
 * where these stand still. Cost: that of own_report for each answer; else some system calls for
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
