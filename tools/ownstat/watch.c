/*
 * tools/ownstat/watch.c - `ownstat watch': the tree of a running program, live. This part asks the
 * monitor again and again, and waits for it and for keys at once.
 */
#include "watch.h"

#include <errno.h>
#include <getopt.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "Usage: ownstat watch [OPTION]... SOCKET|PID\n"
    "Shows the tree of pools of a running program in the terminal, and again every second. The key "
    "h\n"
    "tells of the others, q ends it.\n"
    "\n"
    "      --delay=SECONDS    how often (1)\n"
    "  -s, --sort=KEY         total, own, blocks or growth, at first (total)\n"
    "  -b, --bytes            bytes in full, without units\n"
    "  -e, --exact-names      request 1 and request 2 are two lines, not both request #\n"
    "      --timeout=SECONDS  how long the monitor may say nothing (10)\n"
    "      --help             this text\n";

/* How long an escape sequence of a key may take, in milliseconds. */
static const int escape_delay = 50;

static void leave_screen(void)
{
    endwin();
}

static void begin_screen(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        fail("watch needs a terminal");
    if (!newterm(NULL, stdout, stdin))
        fail("the terminal %s is not known", getenv("TERM") ? getenv("TERM") : "(TERM is not set)");
    before_complaints = leave_screen;
    set_escdelay(escape_delay);
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
}

/* The monitor is not there, or not a monitor any more: says which. */
static void lose(struct watch *watch, const char *why)
{
    pid_t process = (pid_t)watch->view.report->process;
    bool has_ended = process > 0 && kill(process, 0) != 0 && errno == ESRCH;
    watch->is_lost = true;
    if (has_ended)
        snprintf(watch->state, sizeof watch->state,
                 "The program has ended; this is what it had at last.");
    else
        snprintf(watch->state, sizeof watch->state, "The program does not answer: %s", why);
}

static void take_answer(struct watch *watch, const struct monitor_request *request)
{
    struct problem problem;
    struct report *report =
        report_parse(request->memory, watch->name, request->bytes, request->length, &problem);
    if (!report) {
        lose(watch, problem.text);
        return;
    }
    if (!report_same_process(report, watch->view.report))
        snprintf(watch->message, sizeof watch->message, "Another process answers now");
    watch->is_lost = false;
    view_take(&watch->view, report);
}

/* Takes what a step of a question has brought. */
static void follow(struct watch *watch, struct monitor_request *request, enum monitor_state state,
                   const struct problem *problem)
{
    if (state == MONITOR_WAITS)
        return;
    if (state == MONITOR_ANSWERED) {
        take_answer(watch, request);
    } else {
        lose(watch, problem->text);
        own_decref(request->memory);
    }
}

/* Until a key, the answer, or the time for the next question. */
static void wait_for_something(const struct monitor_request *request, double until)
{
    double left = until - clock_now();
    int patience = left > 0 ? (int)(left * 1000) + 1 : 0;
    struct pollfd polled[2] = {{STDIN_FILENO, POLLIN, 0}, {-1, 0, 0}};
    if (request->descriptor >= 0) {
        polled[1] = (struct pollfd){request->descriptor, monitor_events(request), 0};
        patience = monitor_patience(request);
    }
    poll(polled, 2, patience);
    /* The terminal has gone. */
    if (polled[0].revents & (POLLHUP | POLLERR))
        exit(STATUS_FINE);
}

static void loop(struct watch *watch)
{
    struct monitor_request request = {.descriptor = -1};
    struct problem problem = {""};
    double next = clock_now() + watch->delay;
    while (!watch->ends) {
        watch_draw(watch);
        wait_for_something(&request, next);
        watch_keys(watch);
        if (request.descriptor >= 0) {
            follow(watch, &request, monitor_step(&request, &problem), &problem);
        } else if (watch->asks_now || clock_now() >= next) {
            watch->asks_now = false;
            next = clock_now() + watch->delay;
            own_pool *memory = memory_new(NULL, "report");
            follow(
                watch, &request,
                monitor_begin(&request, memory, &watch->address, watch->reading.timeout, &problem),
                &problem);
        }
    }
    if (request.descriptor >= 0) {
        monitor_end(&request);
        own_decref(request.memory);
    }
}

/* The first report, before the screen is begun. */
static struct report *read_first(struct watch *watch)
{
    struct problem problem;
    struct stat status;
    long process = source_process(watch->name);
    struct report *report;
    if (process > 0) {
        report = process_read(process, watch->reading.timeout, &watch->address, &problem);
    } else {
        if (watch->name[0] != '@' && stat(watch->name, &status) != 0)
            fail("%s: %s", watch->name, strerror(errno));
        if (watch->name[0] != '@' && !S_ISSOCK(status.st_mode))
            fail("%s: it is no socket: watch wants a running program", watch->name);
        report = monitor_address_set(&watch->address, watch->name, &problem)
                     ? monitor_read(&watch->address, watch->reading.timeout, &problem)
                     : NULL;
    }
    if (!report)
        fail("%s", problem.text);
    return report;
}

static enum watch_sort find_sort(const char *name)
{
    static const char *const names[SORTS] = {"total", "own", "blocks", "growth"};
    for (size_t i = 0; i < SORTS; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum watch_sort)i;
    fail_usage("watch", "--sort: there is no key `%s'", name);
}

int watch_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"delay", required_argument, NULL, 'd'},
        {"sort", required_argument, NULL, 's'},
        {"bytes", no_argument, NULL, 'b'},
        {"exact-names", no_argument, NULL, 'e'},
        {"timeout", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct watch watch = {
        .reading = {default_timeout},
        .delay = 1,
        .view = {.naming = NAMES_DIGITS},
    };
    int option;
    while ((option = getopt_long(argc, argv, "d:s:be", options, NULL)) != -1)
        switch (option) {
        case 'd':
            watch.delay = parse_seconds("watch", "delay", optarg);
            break;
        case 's':
            watch.view.sort = find_sort(optarg);
            break;
        case 'b':
            watch.exact = true;
            break;
        case 'e':
            watch.view.naming = NAMES_EXACT;
            break;
        case 't':
            watch.reading.timeout = parse_seconds("watch", "timeout", optarg);
            break;
        case 'h':
            print_help(help);
        default:
            fail_options("watch");
        }
    if (argc - optind != 1)
        fail_usage("watch", "one SOCKET or PID is expected");
    watch.name = argv[optind];
    struct report *first = read_first(&watch);
    begin_screen();
    view_take(&watch.view, first);
    loop(&watch);
    leave_screen();
    view_release(&watch.view);
    return STATUS_FINE;
}
