/*
 * every_process.c - reports, and the calls on the whole process: see every.h.
 */
#include "every.h"

#include "asker.h"

#include <fcntl.h>
#include <unistd.h>

static int visit_root(void *object, void *arg)
{
    (void)object;
    ++*(size_t *)arg;
    return 0;
}

static bool call_own_roots(struct setting *s)
{
    (void)s;
    size_t visited = 0;

    return own_roots(visit_root, &visited) == 0 && visited >= 2;
}

static bool call_own_trim(struct setting *s)
{
    (void)s;
    own_trim();
    return true;
}

static bool call_own_set_cache_limit(struct setting *s)
{
    (void)s;
    own_set_cache_limit(0);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
    return true;
}

static bool call_own_report(struct setting *s)
{
    bool success = own_report(s->out, s->root, OWN_REPORT_JSON) == 0;
    expect(ftell(s->out) == 0 || success);
    return success;
}

static bool call_own_report_tree(struct setting *s)
{
    bool success = own_report_tree(s->out, s->root, -1, 10) == 0;
    expect(ftell(s->out) == 0 || success);
    return success;
}

static bool call_own_report_fd(struct setting *s)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    expect(nowhere >= 0);
    bool success = own_report_fd(nowhere, s->root, OWN_REPORT_TEXT) == 0;
    int error = errno;
    close(nowhere);
    errno = error;
    return success;
}

static bool call_own_metrics(struct setting *s)
{
    return own_metrics(s->out) == 0;
}

static bool call_own_set_site_tracking(struct setting *s)
{
    (void)s;
    own_set_site_tracking(1);
    own_set_site_tracking(0);
    return true;
}

static bool call_own_pool_check(struct setting *s)
{
    return own_pool_check(s->pool) == 0;
}

static bool call_own_set_misuse_handler(struct setting *s)
{
    (void)s;
    own_set_misuse_handler(NULL);
    return true;
}

static bool call_own_version(struct setting *s)
{
    (void)s;
    return own_version() != NULL;
}

static bool call_own_monitor_open(struct setting *s)
{
    (void)s;
    int monitor = own_monitor_open(place);
    if (monitor >= 0)
        expect(own_monitor_close(monitor) == 0);
    return monitor >= 0;
}

static bool call_own_monitor_close(struct setting *s)
{
    (void)s;
    return own_monitor_close(-1) == -1 && errno == EBADF && (errno = 0) == 0;
}

static bool call_own_monitor_serve(struct setting *s)
{
    (void)s;
    return own_monitor_serve(-1) == -1 && errno == EBADF && (errno = 0) == 0;
}

static const struct row rows[] = {
    FREE(own_roots, .traces = 0),
    FREE(own_trim, .traces = 0),
    FREE(own_set_cache_limit, .traces = 0),
    NEEDS(own_report, .traces = 0),
    NEEDS(own_report_tree, .traces = 0),
    NEEDS(own_report_fd, .prepare = make_levels),
    NEEDS(own_metrics, .prepare = make_levels),
    FREE(own_set_site_tracking, .traces = 0),
    FREE(own_pool_check, .traces = 0),
    FREE(own_set_misuse_handler, .traces = 0),
    FREE(own_version, .traces = 0),
    NEEDS(own_monitor_open, .traces = 0),
    FREE(own_monitor_close, .traces = 0),
    FREE(own_monitor_serve, .traces = 0),
};
const struct rows process_rows = {rows, sizeof rows / sizeof rows[0]};
