/*
 * monitor/place.c - the socket in the file system: made so that nobody finds it half done, and
 * taken over from dead processes only.
 *
 * The socket is bound to a name of its own, listens, and gets its real name by link: so whoever
 * finds the real name finds a socket that listens, unless its process is dead. A link also fails
 * where the name is taken, whatever came in between.
 */
#include "monitor/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define ATTEMPTS 10

static bool is_file(const char *path, const struct file_id *file)
{
    struct stat status;
    return lstat(path, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->number;
}

/* Closes a descriptor, and fails with the errno that there is. */
static int close_and_fail(int fd)
{
    int error = errno;
    close(fd);
    return fail_with(error);
}

static void address_of(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path));
}

/* Binds to a free name that begins with the path, and fills `name` with it. */
static int bind_apart(int fd, const char *path, char *name, size_t size)
{
    for (unsigned n = 0;; n++) {
        struct sockaddr_un address;
        snprintf(name, size, "%s.%ld.%u", path, (long)getpid(), n);
        address_of(&address, name);
        if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            return 0;
        if (errno != EADDRINUSE || n == ATTEMPTS)
            return -1;
    }
}

/* Removes the socket at the path, which refuses connections. Where it has become another one in
   the meantime, that is put back, unless a third one is there by now. */
static int remove_dead(const char *path, const char *aside, const struct file_id *dead)
{
    if (rename(path, aside) < 0)
        return errno == ENOENT ? 0 : -1;
    if (!is_file(aside, dead) && link(aside, path) < 0 && errno != EEXIST)
        return -1;
    return unlink(aside);
}

/* Whether the name is free now, or may be tried again. -1: it is taken. */
static int make_room(const char *path, const char *aside)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : -1;
    if (!S_ISSOCK(status.st_mode))
        return fail_with(EEXIST);
    struct sockaddr_un address;
    address_of(&address, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    int error = connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
    close(fd);
    if (error == ENOENT)
        return 0;
    if (error == EACCES || error == EPERM)
        return fail_with(error);
    if (error != ECONNREFUSED)
        return fail_with(EADDRINUSE);
    const struct file_id dead = {.device = status.st_dev, .number = status.st_ino};
    return remove_dead(path, aside, &dead);
}

/* Gives the socket at `name` the name `path` instead. */
static int rename_exclusively(const char *name, const char *path)
{
    char aside[sizeof((struct sockaddr_un *)0)->sun_path + 8];
    snprintf(aside, sizeof aside, "%s.dead", name);
    int error = 0;
    for (unsigned n = 0; link(name, path) < 0; n++) {
        if (errno != EEXIST || n == ATTEMPTS || make_room(path, aside) < 0) {
            error = errno;
            break;
        }
    }
    unlink(name);
    return error ? fail_with(error) : 0;
}

int place_take(struct monitor *monitor)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path];
    _Static_assert(PATH_MAX_BYTES + sizeof ".2147483647.10" <= sizeof name, "it fits");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    /* The file gets the mode that the socket has when it is bound: no umask is to be changed, which
       other threads would see. */
    if (fchmod(fd, S_IRUSR | S_IWUSR) < 0 || bind_apart(fd, monitor->path, name, sizeof name) < 0)
        return close_and_fail(fd);
    struct stat status;
    if (listen(fd, BACKLOG) < 0 || lstat(name, &status) < 0) {
        int error = errno;
        unlink(name);
        close(fd);
        return fail_with(error);
    }
    if (rename_exclusively(name, monitor->path) < 0)
        return close_and_fail(fd);
    monitor->listener = fd;
    monitor->file = (struct file_id){.device = status.st_dev, .number = status.st_ino};
    return 0;
}

void place_leave(const struct monitor *monitor)
{
    if (is_file(monitor->path, &monitor->file))
        unlink(monitor->path);
}
