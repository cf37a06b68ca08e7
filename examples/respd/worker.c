/*
 * worker.c - a thread: its loop, its connections, and its turns.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "census.h"
#include "connection.h"
#include "message.h"
#include "server.h"
#include "statistics.h"

#define DRAIN_MILLISECONDS 3000
#define DESCRIPTORS_MAX (1 << 20)
#define DESCRIPTORS_BESIDES 1024 /* of loops, files and the monitor's clients */

/* Turns */

static void take_turn(struct worker *worker)
{
    struct server *server = worker->server;
    if (__atomic_load_n(&server->stopping, __ATOMIC_RELAXED)) {
        /* Another thread waits for our turn: let it go first, or a busy loop would starve it. */
        uv_mutex_lock(&server->alone);
        uv_mutex_unlock(&server->alone);
    }
    uv_mutex_lock(&worker->turn);
    worker->in_turn = true;
}

static void end_turn(struct worker *worker)
{
    if (!worker->in_turn)
        return;
    worker->in_turn = false;
    uv_mutex_unlock(&worker->turn);
}

static int64_t wall_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void worker_begin(struct worker *worker)
{
    if (!worker->in_turn && server_is_threaded(worker->server))
        take_turn(worker);
    worker->now = wall_clock();
}

static void on_wait(uv_prepare_t *waiter)
{
    end_turn(waiter->data);
}

void worker_stop_others(struct worker *worker)
{
    struct server *server = worker->server;
    if (!server_is_threaded(server))
        return;
    /* Two that stop each other would wait for ever if they kept their own turns. */
    end_turn(worker);
    __atomic_add_fetch(&server->stopping, 1, __ATOMIC_RELAXED);
    uv_mutex_lock(&server->alone);
    for (unsigned i = 0; i < server->options.threads; i++)
        uv_mutex_lock(&server->workers[i].turn);
    worker->in_turn = true;
}

void worker_resume_others(struct worker *worker)
{
    struct server *server = worker->server;
    if (!server_is_threaded(server))
        return;
    for (unsigned i = 0; i < server->options.threads; i++)
        if (i != worker->number)
            uv_mutex_unlock(&server->workers[i].turn);
    __atomic_sub_fetch(&server->stopping, 1, __ATOMIC_RELAXED);
    uv_mutex_unlock(&server->alone);
}

/* Connections */

void worker_enter(struct worker *worker, struct connection *connection)
{
    connection->next = worker->first_connection;
    if (connection->next)
        connection->next->previous = connection;
    worker->first_connection = connection;
    worker->connection_count++;
    connection->is_listed = true;
}

void worker_leave(struct worker *worker, struct connection *connection)
{
    if (!connection->is_listed)
        return;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        worker->first_connection = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    worker->connection_count--;
    if (worker->draining && worker->connection_count == 0)
        uv_close((uv_handle_t *)&worker->drain_timer, NULL);
}

void worker_will_flush(struct worker *worker, struct connection *connection)
{
    if (connection->to_flush)
        return;
    connection->to_flush = true;
    connection->next_to_flush = NULL;
    *worker->last_to_flush = connection;
    worker->last_to_flush = &connection->next_to_flush;
}

/* Comes after all reading, and before the connections that were closed meanwhile go. */
static void on_all_read(uv_check_t *flusher)
{
    struct worker *worker = flusher->data;
    struct connection *connection;
    if (__atomic_load_n(&worker->has_posts, __ATOMIC_RELAXED)) {
        worker_begin(worker);
        messages_deliver(worker);
    }
    while ((connection = worker->first_to_flush)) {
        worker->first_to_flush = connection->next_to_flush;
        connection->to_flush = false;
        connection_flush(connection);
    }
    worker->last_to_flush = &worker->first_to_flush;
}

/* The door */

void worker_wake(struct worker *worker)
{
    uv_mutex_lock(&worker->door);
    if (!worker->is_shut)
        uv_async_send(&worker->wake);
    uv_mutex_unlock(&worker->door);
}

int worker_hand_over(struct worker *worker, struct connection *connection)
{
    uv_mutex_lock(&worker->door);
    bool is_shut = worker->is_shut;
    if (!is_shut) {
        connection->next = worker->first_arrival;
        worker->first_arrival = connection;
        uv_async_send(&worker->wake);
    }
    uv_mutex_unlock(&worker->door);
    return is_shut ? -1 : 0;
}

static void take_arrivals(struct worker *worker, bool shut)
{
    uv_mutex_lock(&worker->door);
    struct connection *connection = worker->first_arrival;
    worker->first_arrival = NULL;
    worker->is_shut = shut;
    uv_mutex_unlock(&worker->door);
    while (connection) {
        struct connection *next = connection->next;
        connection_start(connection);
        connection = next;
    }
}

static void on_wake(uv_async_t *wake)
{
    struct worker *worker = wake->data;
    worker_begin(worker);
    if (worker->draining)
        return;
    take_arrivals(worker, false);
    server_look(worker);
}

/* The end */

static void on_drain_timeout(uv_timer_t *timer)
{
    struct worker *worker = timer->data;
    worker_begin(worker);
    for (struct connection *connection = worker->first_connection; connection;
         connection = connection->next)
        connection_close(connection);
}

void worker_drain(struct worker *worker)
{
    if (worker->draining)
        return;
    take_arrivals(worker, true);
    messages_deliver(worker);
    worker->draining = true;
    uv_close((uv_handle_t *)&worker->wake, NULL);
    uv_timer_start(&worker->drain_timer, on_drain_timeout, DRAIN_MILLISECONDS, 0);
    for (struct connection *connection = worker->first_connection; connection;
         connection = connection->next)
        connection_finish(connection);
    if (worker->connection_count == 0)
        uv_close((uv_handle_t *)&worker->drain_timer, NULL);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

static void on_sized(uv_handle_t *poll)
{
    close((int)(intptr_t)poll->data);
}

/*
 * libuv has an array of what it watches, by descriptor. It aborts where that array must grow and
 * there is no memory. So the array gets its full size here: the highest descriptor is watched once.
 */
static int size_watchers(struct worker *worker)
{
    struct rlimit limit;
    size_t highest = worker->server->options.clients_max + DESCRIPTORS_BESIDES;
    int error = getrlimit(RLIMIT_NOFILE, &limit);
    if (highest > DESCRIPTORS_MAX)
        highest = DESCRIPTORS_MAX;
    if (error == 0 && limit.rlim_cur <= highest)
        highest = limit.rlim_cur - 1;
    int low = error == 0 ? socket(AF_UNIX, SOCK_DGRAM, 0) : -1;
    int high = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, (int)highest);
    error = high < 0 ? uv_translate_sys_error(errno)
                     : uv_poll_init(&worker->loop, &worker->highest, high);
    if (low >= 0)
        close(low);
    if (error) {
        if (high >= 0)
            close(high);
        return error;
    }
    worker->highest.data = (void *)(intptr_t)high;
    uv_poll_start(&worker->highest, UV_READABLE, on_event);
    uv_close((uv_handle_t *)&worker->highest, on_sized);
    uv_run(&worker->loop, UV_RUN_NOWAIT); /* closes it: the next worker wants the same descriptor */
    return 0;
}

int worker_init(struct worker *worker, struct server *server, unsigned number)
{
    worker->server = server;
    worker->number = number;
    worker->last_to_flush = &worker->first_to_flush;
    worker->last_post = &worker->first_post;
    worker->read_buffer = own_alloc_raw(server->pool, READ_SIZE, 1);
    worker->statistics = statistics_new(server->pool);
    if (!worker->read_buffer || !worker->statistics)
        return UV_ENOMEM;
    uv_mutex_init(&worker->turn);
    uv_mutex_init(&worker->door);
    int error = uv_loop_init(&worker->loop);
    if (error == 0)
        error = size_watchers(worker);
    if (error == 0)
        error = uv_async_init(&worker->loop, &worker->wake, on_wake);
    if (error)
        return error;
    uv_timer_init(&worker->loop, &worker->drain_timer);
    uv_check_init(&worker->loop, &worker->flusher);
    uv_prepare_init(&worker->loop, &worker->waiter);
    worker->wake.data = worker->drain_timer.data = worker->flusher.data = worker->waiter.data =
        worker;
    uv_check_start(&worker->flusher, on_all_read);
    uv_prepare_start(&worker->waiter, on_wait);
    uv_unref((uv_handle_t *)&worker->flusher); /* the loop ends without these */
    uv_unref((uv_handle_t *)&worker->waiter);
    return 0;
}

int worker_run(struct worker *worker)
{
    census_begin(worker->number);
    uv_run(&worker->loop, UV_RUN_DEFAULT);
    end_turn(worker);
    uv_close((uv_handle_t *)&worker->flusher, NULL);
    uv_close((uv_handle_t *)&worker->waiter, NULL);
    uv_run(&worker->loop, UV_RUN_DEFAULT);
    return uv_loop_close(&worker->loop);
}
