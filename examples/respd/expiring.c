/*
 * expiring.c - commands that set or get a string together with its deadline.
 */
#include "commands.h"

static void set_expiring(struct request *request, struct time_form form)
{
    int64_t when;
    if (deadline_argument(request, 2, form, &when) && store_until(request, 1, 3, false, when))
        reply_ok(request);
}

void command_setex(struct request *request)
{
    set_expiring(request, (struct time_form){.unit = 1000});
}

void command_psetex(struct request *request)
{
    set_expiring(request, (struct time_form){.unit = 1});
}

void command_getex(struct request *request)
{
    struct database *database = database_of(request);
    struct entry *entry;
    int64_t when = 0;
    const struct time_form *form =
        request->argument_count == 4 ? time_word(argument(request, 2)) : NULL;
    bool persist = request->argument_count == 3 && string_is_word(argument(request, 2), "PERSIST");
    if (request->argument_count > 2 && !form && !persist) {
        reply_syntax_error(request);
        return;
    }
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    if (!entry) {
        reply_nil(request);
        return;
    }
    if (form && !deadline_argument(request, 3, *form, &when))
        return;
    if (when > server_of(request)->now) {
        if (expiry_set(database, entry, when) != 0) {
            reply_no_memory(request);
            return;
        }
        server_expect(worker_of(request), when);
    }
    reply_cell(request, &entry->value.string); /* held by now, so it may go */
    if (request->failed)
        return;
    if (persist)
        expiry_remove(database, entry);
    else if (form && when <= server_of(request)->now)
        database_delete(database, entry);
}
