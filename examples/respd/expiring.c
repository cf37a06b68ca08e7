/*
 * expiring.c - commands that set or get a string together with its deadline.
 */
#include <sys/time.h>

#include "commands.h"

static int64_t wall_milliseconds(void)
{
    struct timeval time;
    gettimeofday(&time, NULL);
    return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

/*
 * A deadline, on the clock of the databases, out of an argument in units of so many milliseconds,
 * which counts from now or, where it is `absolute`, from 1970. false: replied what is wrong.
 */
static bool deadline_argument(struct request *request, size_t index, int64_t unit, bool absolute,
                              int64_t *when)
{
    int64_t time, wall = wall_milliseconds();
    if (!integer_argument(request, index, &time))
        return false;
    if (time <= 0 || __builtin_mul_overflow(time, unit, &time) ||
        (!absolute && __builtin_add_overflow(time, wall, &time))) {
        reply_error(request, "ERR invalid expire time in '%s' command", command_name(request));
        return false;
    }
    *when = time - wall + server_of(request)->now;
    return true;
}

static void set_expiring(struct request *request, int64_t unit)
{
    struct database *database = database_of(request);
    int64_t when;
    if (!deadline_argument(request, 2, unit, false, &when))
        return;
    struct entry *entry = store(request, 1, 3, false);
    if (!entry)
        return;
    if (expiry_set(database, entry, when) != 0) {
        database_delete(database, entry); /* rather than to keep it for ever */
        reply_no_memory(request);
        return;
    }
    server_expect(worker_of(request), when);
    reply_ok(request);
}

void command_setex(struct request *request)
{
    set_expiring(request, 1000);
}

void command_psetex(struct request *request)
{
    set_expiring(request, 1);
}

static const struct unit {
    const char *word;
    int64_t milliseconds;
    bool absolute;
} units[] = {{"EX", 1000, false}, {"PX", 1, false}, {"EXAT", 1000, true}, {"PXAT", 1, true}};

/* The unit that GETEX names; NULL: none. */
static const struct unit *unit_argument(const struct request *request)
{
    for (size_t i = 0; i < sizeof units / sizeof *units && request->argument_count == 4; i++)
        if (string_is_word(argument(request, 2), units[i].word))
            return &units[i];
    return NULL;
}

void command_getex(struct request *request)
{
    struct database *database = database_of(request);
    struct entry *entry;
    int64_t when = 0;
    const struct unit *unit = unit_argument(request);
    bool persist = request->argument_count == 3 && string_is_word(argument(request, 2), "PERSIST");
    if (request->argument_count > 2 && !unit && !persist) {
        reply_syntax_error(request);
        return;
    }
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    if (!entry) {
        reply_nil(request);
        return;
    }
    if (unit && !deadline_argument(request, 3, unit->milliseconds, unit->absolute, &when))
        return;
    reply_cell(request, &entry->value.string); /* held by now, so it may go */
    if (request->failed)
        return;
    if (persist)
        expiry_remove(database, entry);
    else if (unit && when <= server_of(request)->now)
        database_delete(database, entry);
    else if (unit && expiry_set(database, entry, when) == 0)
        server_expect(worker_of(request), when);
}
