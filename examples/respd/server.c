/*
 * server.c - the server: its pool, its databases, its threads, and how it ends.
 */
#include "server.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "census.h"
#include "connection.h"
#include "monitor.h"

#define EXPIRE_AT_ONCE 1000   /* keys, before others get their turn */
#define EXPIRY_WAIT 60000     /* milliseconds: the system's clock may be set meanwhile */
#define CLOCK_DIFFERENCE 1000 /* milliseconds, between threads */

static const own_type server_type = {
    .name = "server",
    .size = sizeof(struct server),
    .refs = OWN_REFS(struct server, pool),
};

static struct worker *first_worker(struct server *server)
{
    return &server->workers[0];
}

/* The keys */

/* Most commands end before a thread could fall asleep: a thread that waits spins first. */
static void make_keys_lock(pthread_mutex_t *keys)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
#ifdef __GLIBC__
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(keys, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void server_lock_keys(struct worker *worker)
{
    struct server *server = worker->server;
    if (server_is_threaded(server))
        pthread_mutex_lock(&server->keys);
    /* Threads differ by a little, and the clock of the databases does not go back for that; but
       where the system's clock was set back it does. */
    if (worker->now > server->now || worker->now < server->now - CLOCK_DIFFERENCE)
        server->now = worker->now;
}

void server_unlock_keys(struct worker *worker)
{
    if (server_is_threaded(worker->server))
        pthread_mutex_unlock(&worker->server->keys);
}

/* Expiry: the first worker does it, whoever sets the deadlines. The keys are locked. */

static void on_expiry(uv_timer_t *timer);

static void set_timer(struct server *server)
{
    int64_t now = first_worker(server)->now;
    int64_t wait = server->due > now ? server->due - now : 0;
    if (server->due != INT64_MAX && !first_worker(server)->draining)
        uv_timer_start(&server->expiry_timer, on_expiry,
                       (uint64_t)(wait < EXPIRY_WAIT ? wait : EXPIRY_WAIT), 0);
}

static void run_expiry(struct server *server)
{
    bool more = false;
    for (size_t i = 0; i < DATABASES; i++)
        more |= expiry_run(&server->databases[i], EXPIRE_AT_ONCE);

    server->due = more ? server->now : INT64_MAX;
    for (size_t i = 0; i < DATABASES; i++) {
        int64_t when = expiry_earliest(&server->databases[i]);
        if (when >= 0 && when < server->due)
            server->due = when;
    }
    set_timer(server);
}

static void on_expiry(uv_timer_t *timer)
{
    struct server *server = timer->data;
    worker_begin(first_worker(server));
    server_lock_keys(first_worker(server));
    run_expiry(server);
    server_unlock_keys(first_worker(server));
}

void server_expect(struct worker *worker, int64_t when)
{
    struct server *server = worker->server;
    if (when >= server->due)
        return;
    server->due = when;
    if (worker == first_worker(server))
        set_timer(server);
    else
        worker_wake(first_worker(server));
}

/* The end */

static void drain(struct worker *worker)
{
    struct server *server = worker->server;
    bool is_first = worker == first_worker(server) && !worker->draining;
    worker_drain(worker);
    if (is_first) {
        listener_close(&server->listener);
        uv_close((uv_handle_t *)&server->expiry_timer, NULL);
        uv_close((uv_handle_t *)&server->terminate, NULL);
        uv_close((uv_handle_t *)&server->interrupt, NULL);
        monitor_stop(&server->monitor);
    }
}

void server_drain(struct worker *worker)
{
    struct server *server = worker->server;
    if (__atomic_exchange_n(&server->draining, true, __ATOMIC_RELAXED))
        return;
    for (unsigned i = 0; i < server->options.threads; i++)
        if (i != worker->number)
            worker_wake(&server->workers[i]);
    drain(worker);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct server *server = signal->data;
    (void)number;
    worker_begin(first_worker(server));
    server_drain(first_worker(server));
}

void server_look(struct worker *worker)
{
    struct server *server = worker->server;
    unsigned trims = __atomic_load_n(&server->trims, __ATOMIC_RELAXED);
    if (trims != worker->trims)
        own_trim();
    worker->trims = trims;
    if (__atomic_load_n(&server->draining, __ATOMIC_RELAXED)) {
        drain(worker);
    } else if (worker == first_worker(server)) {
        server_lock_keys(worker);
        set_timer(server);
        server_unlock_keys(worker);
    }
}

void server_trim(void)
{
    own_trim();
#ifdef __GLIBC__
    malloc_trim(0); /* the buffers of hiredis and libuv */
#endif
}

void server_trim_others(struct worker *worker)
{
    struct server *server = worker->server;
    if (!server_is_threaded(server))
        return;
    worker->trims = __atomic_add_fetch(&server->trims, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < server->options.threads; i++)
        if (i != worker->number)
            worker_wake(&server->workers[i]);
}

static int server_listen(struct server *server)
{
    const struct options *options = &server->options;
    int port = listener_open(&server->listener, first_worker(server), options->bind, options->port);
    if (port < 0)
        return port;
    server->port = port;
    int error = uv_signal_start(&server->terminate, on_signal, SIGTERM);
    return error ? error : uv_signal_start(&server->interrupt, on_signal, SIGINT);
}

static void add_handles(struct server *server)
{
    uv_loop_t *loop = &first_worker(server)->loop;
    uv_timer_init(loop, &server->expiry_timer);
    uv_signal_init(loop, &server->terminate);
    uv_signal_init(loop, &server->interrupt);
    server->expiry_timer.data = server->terminate.data = server->interrupt.data = server;
}

static int make_workers(struct server *server)
{
    make_keys_lock(&server->keys);
    uv_mutex_init(&server->alone);
    uv_mutex_init(&server->channels);
    server->due = INT64_MAX;
    server->workers = OWN_ALLOC_N(server->pool, struct worker, server->options.threads);
    int error = server->workers ? 0 : UV_ENOMEM;
    for (unsigned i = 0; i < server->options.threads && error == 0; i++)
        error = worker_init(&server->workers[i], server, i);
    return error;
}

static void make_run_id(char id[RUN_ID_SIZE])
{
    unsigned char bytes[RUN_ID_SIZE / 2] = {0};
    uv_random(NULL, NULL, bytes, sizeof bytes, 0, NULL);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + i * 2, RUN_ID_SIZE - i * 2, "%02x", bytes[i]);
}

struct server *server_new(const struct options *options)
{
    OWN_SCOPED struct server *server = own_new(NULL, &server_type);
    if (!server || !(server->pool = census_pool(NULL, "server", 0, 0)))
        return NULL;
    server->options = *options;
    server->clients_room = options->clients_max;
    make_run_id(server->run_id);
    for (unsigned i = 0; i < DATABASES; i++)
        database_init(&server->databases[i], i, server->pool, options->memory_limit, &server->now);
    if (server_is_threaded(server)) {
        texts_meet_threads();
        if (own_share(server) != 0) /* and its pool */
            return NULL;
    }
    int error = make_workers(server);
    if (error) {
        fprintf(stderr, "respd: %u threads: %s\n", options->threads, uv_strerror(error));
        return NULL;
    }
    add_handles(server);
    worker_begin(first_worker(server));
    server->started = first_worker(server)->now;

    error = server_listen(server);
    if (error) {
        fprintf(stderr, "respd: %s port %d: %s\n", options->bind, options->port,
                uv_strerror(error));
        server_drain(first_worker(server));
        server_run(server);
        return NULL;
    }
    error = monitor_start(&server->monitor, first_worker(server), options->monitor);
    if (error) {
        fprintf(stderr, "respd: %s: %s\n", options->monitor, uv_strerror(error));
        server_drain(first_worker(server));
        server_run(server);
        return NULL;
    }
    struct server *result = server;
    server = NULL; /* the reference goes to the caller */
    return result;
}

static void run_thread(void *worker)
{
    if (worker_run(worker) != 0)
        fprintf(stderr, "respd: a loop still has handles\n");
}

int server_run(struct server *server)
{
    unsigned started = 1;
    int error = 0;
    while (started < server->options.threads && error == 0) {
        error = uv_thread_create(&server->workers[started].thread, run_thread,
                                 &server->workers[started]);
        started += error == 0;
    }
    if (error) {
        fprintf(stderr, "respd: %u threads: %s\n", server->options.threads, uv_strerror(error));
        server_drain(first_worker(server));
    }
    int first_error = worker_run(first_worker(server));
    for (unsigned i = 1; i < started; i++)
        uv_thread_join(&server->workers[i].thread);
    return error ? error : first_error;
}
