/*
 * copies.c - commands that give a value to another key, and keys by chance.
 */
#include "commands.h"

void command_renamenx(struct request *request)
{
    struct database *database = database_of(request);
    if (!database_find(database, argument(request, 1)))
        reply_error(request, "ERR no such key");
    else if (database_find(database, argument(request, 2)))
        reply_integer(request, 0);
    else if (rename_key(request))
        reply_integer(request, 1);
}

struct copy_options {
    struct database *database; /* where to */
    bool replace;
};

/* false: replied what is wrong. */
static bool parse_copy_options(struct request *request, struct copy_options *options)
{
    *options = (struct copy_options){.database = database_of(request)};
    for (size_t i = 3; i < request->argument_count; i++) {
        int64_t number;
        if (string_is_word(argument(request, i), "REPLACE")) {
            options->replace = true;
        } else if (string_is_word(argument(request, i), "DB") && i + 1 < request->argument_count) {
            if (!integer_argument(request, ++i, &number))
                return false;
            if (number < 0 || number >= DATABASES) {
                reply_error(request, "ERR DB index is out of range");
                return false;
            }
            options->database = &server_of(request)->databases[number];
        } else {
            reply_syntax_error(request);
            return false;
        }
    }
    return true;
}

static bool copy_value(struct request *request, struct database *database, struct entry *to,
                       const struct entry *from)
{
    int64_t when = expiry_of(database_of(request), from);
    if (database_copy(database, to, from) != 0)
        return false;
    if (when < 0)
        expiry_remove(database, to);
    else if (expiry_set(database, to, when) == 0)
        server_expect(worker_of(request), when);
    else
        return false;
    watch_touch(database, to);
    return true;
}

void command_copy(struct request *request)
{
    struct copy_options options;
    if (!parse_copy_options(request, &options))
        return;
    struct database *database = options.database;
    if (database == database_of(request) &&
        string_equal(argument(request, 1), argument(request, 2)->bytes,
                     argument(request, 2)->length)) {
        reply_error(request, "ERR source and destination objects are the same");
        return;
    }
    struct entry *from = database_find(database_of(request), argument(request, 1));
    struct entry *to = from ? database_find(database, argument(request, 2)) : NULL;
    if (!from || (to && !options.replace)) {
        reply_integer(request, 0);
        return;
    }
    to = database_open(database, argument(request, 2), request->pool);
    if (!to || !copy_value(request, database, to, from)) {
        if (to) /* rather than a value without its deadline */
            database_delete(database, to);
        reply_no_memory(request);
        return;
    }
    reply_integer(request, 1);
}

void command_randomkey(struct request *request)
{
    struct database *database = database_of(request);
    while (database->keys.count > 0) {
        struct entry *entry = (struct entry *)table_random(&database->keys);
        struct string key = database_key(database, entry);
        if (!database_is_expired(database, entry)) {
            reply_string(request, &key);
            return;
        }
        (void)database_find(database, &key); /* deletes it */
    }
    reply_nil(request);
}
