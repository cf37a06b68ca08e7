/*
 * monitor/monitor.c - the monitors of the process; opening, serving and closing one.
 */
#include "monitor/monitor.h"

#include "base/lock.h"
#include "chunk/chunk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTENER_TAG CLIENTS /* beside the numbers of clients */
#define ACCEPTED_AT_ONCE 32

static struct lock monitors_lock;
static struct monitor *monitors; /* the newest first */

static void lock(void)
{
    lock_take(&monitors_lock);
}

static void unlock(void)
{
    lock_release(&monitors_lock);
}

/* A child process must not find the lock taken by a thread that it does not have. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    (void)pthread_atfork(lock, unlock, unlock);
}

static struct monitor **link_to(int fd)
{
    struct monitor **link = &monitors;
    while (*link && (*link)->poll != fd)
        link = &(*link)->next;
    return link;
}

void monitor_validate(const struct monitor *monitor)
{
    size_t untaken = 0;
    for (const struct client *client = monitor->clients; client < monitor->clients + CLIENTS;
         client++) {
        if (client->fd < 0)
            continue;
        require(client->got <= LINE_MAX_BYTES, "monitor", client, "got <= 64");
        if (client->answer) {
            require(client->sent < client->size, "monitor", client, "sent < size");
            untaken += client->size;
        }
    }
    require(untaken == monitor->untaken, "monitor", monitor, "untaken = sum of size");
}

void monitor_save_spare(struct monitor *monitor)
{
    if (monitor->spare < 0)
        monitor->spare = fcntl(monitor->listener, F_DUPFD_CLOEXEC, 0);
}

static void close_all(const struct monitor *monitor)
{
    if (monitor->spare >= 0)
        close(monitor->spare);
    if (monitor->listener >= 0)
        close(monitor->listener);
    if (monitor->poll >= 0)
        close(monitor->poll);
}

/* Edge-triggered: see monitor.h. */
static int watch_listener(const struct monitor *monitor, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = LISTENER_TAG};
    return epoll_ctl(monitor->poll, operation, monitor->listener, &event);
}

/* Fills a zeroed monitor that has its path. -1: nothing is left behind. */
static int start(struct monitor *monitor)
{
    monitor->listener = monitor->spare = -1;
    monitor->process = getpid();
    for (size_t i = 0; i < CLIENTS; i++)
        monitor->clients[i].fd = -1;
    monitor->poll = epoll_create1(EPOLL_CLOEXEC);
    if (monitor->poll >= 0 && place_take(monitor) == 0) {
        monitor_save_spare(monitor);
        if (monitor->spare >= 0 && watch_listener(monitor, EPOLL_CTL_ADD) == 0)
            return 0;
        int error = errno;
        place_leave(monitor);
        errno = error;
    }
    int error = errno;
    close_all(monitor);
    return fail_with(error);
}

int own_monitor_open(const char *path)
{
    if (!path || !*path)
        return fail_with(EINVAL);
    size_t length = strlen(path);
    if (length > PATH_MAX_BYTES)
        return fail_with(ENAMETOOLONG);
    int saved = errno;
    size_t granted;
    struct monitor *monitor = chunk_get(sizeof *monitor, &granted);
    if (!monitor)
        return -1;
    memset(monitor, 0, sizeof *monitor);
    memcpy(monitor->path, path, length);
    if (start(monitor) < 0) {
        chunk_put(monitor, sizeof *monitor);
        return -1;
    }
    lock();
    monitor->next = monitors;
    monitors = monitor;
    unlock();
    errno = saved;
    return monitor->poll;
}

/* Makes room for one descriptor more. Returns false: there is none to spare. */
static bool use_spare(struct monitor *monitor)
{
    if (monitor->spare < 0)
        return false;
    close(monitor->spare);
    monitor->spare = -1;
    return true;
}

/* Whether a client waits to be accepted. Without descriptors accept does not say. */
static bool is_awaited(const struct monitor *monitor)
{
    struct pollfd listener = {.fd = monitor->listener, .events = POLLIN};
    return poll(&listener, 1, 0) == 1;
}

static int accept_clients(struct monitor *monitor)
{
    for (int n = 0; n < ACCEPTED_AT_ONCE;) {
        int fd = accept4(monitor->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            n++;
            client_begin(monitor, fd);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return 0;
        } else if (errno == EMFILE || errno == ENFILE) {
            int error = errno;
            if (!is_awaited(monitor))
                return 0;
            if (!use_spare(monitor))
                return fail_with(error);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return -1;
        }
    }
    /* There may be more, of which the edge has been seen: this makes another. */
    return watch_listener(monitor, EPOLL_CTL_MOD);
}

static int serve(struct monitor *monitor)
{
    struct epoll_event events[CLIENTS + 1];
    int count = epoll_wait(monitor->poll, events, CLIENTS + 1, 0);
    if (count < 0 && errno != EINTR)
        return -1;
    for (int i = 0; i < count; i++) {
        if (events[i].data.u32 == LISTENER_TAG)
            continue;
        struct client *client = &monitor->clients[events[i].data.u32];
        if (client->fd >= 0) /* it may have been dropped for another */
            client_serve(monitor, client);
    }
    /* In every call, and last: those that have gone may have made room for those that wait. */
    int result = accept_clients(monitor);
    if (OWN_DEBUG)
        monitor_validate(monitor);
    return result;
}

int own_monitor_serve(int fd)
{
    int saved = errno;
    lock();
    struct monitor *monitor = *link_to(fd);
    unlock();
    if (!monitor)
        return fail_with(EBADF);
    if (monitor->process != getpid())
        return fail_with(EPERM);
    if (__atomic_exchange_n(&monitor->busy, true, __ATOMIC_ACQUIRE))
        return fail_with(EBUSY);
    int result = serve(monitor);
    __atomic_store_n(&monitor->busy, false, __ATOMIC_RELEASE);
    if (result == 0)
        errno = saved;
    return result;
}

int own_monitor_close(int fd)
{
    int saved = errno;
    lock();
    struct monitor **link = link_to(fd);
    struct monitor *monitor = *link;
    if (monitor)
        *link = monitor->next;
    unlock();
    if (!monitor)
        return fail_with(EBADF);
    bool is_mine = monitor->process == getpid();
    if (is_mine) {
        place_leave(monitor);
        shutdown(monitor->listener, SHUT_RDWR); /* a child process may have it, too */
    }
    for (struct client *client = monitor->clients; client < monitor->clients + CLIENTS; client++) {
        if (client->fd < 0)
            continue;
        if (is_mine)
            client_drop(monitor, client);
        else
            client_forget(client);
    }
    close_all(monitor);
    chunk_put(monitor, sizeof *monitor);
    errno = saved;
    return 0;
}
