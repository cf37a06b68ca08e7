/*
 * strings.c - commands that set and get strings.
 */
#include "commands.h"
#include "number.h"

void command_get(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    if (entry)
        reply_cell(request, &entry->value.string);
    else
        reply_nil(request);
}

void command_getdel(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    if (!entry) {
        reply_nil(request);
        return;
    }
    reply_cell(request, &entry->value.string); /* held by now, so it may go */
    if (!request->failed)
        database_delete(database_of(request), entry);
}

void command_getrange(struct request *request)
{
    int64_t start, end;
    struct entry *entry;
    if (!integer_argument(request, 2, &start) || !integer_argument(request, 3, &end) ||
        !find_value(request, 1, VALUE_STRING, &entry))
        return;
    char scratch[CELL_SCRATCH];
    struct string string = {.bytes = ""};
    if (entry)
        string = cell_look(&entry->value.string, scratch);

    int64_t length = (int64_t)string.length;
    bool is_empty = start < 0 && end < 0 && start > end;
    start = start < 0 ? (start + length < 0 ? 0 : start + length) : start;
    end = end < 0 ? (end + length < 0 ? 0 : end + length) : end;
    end = end >= length ? length - 1 : end;
    if (is_empty || start > end || length == 0) {
        reply_bytes(request, "", 0);
        return;
    }
    string.bytes += start;
    string.length = (size_t)(end - start + 1);
    reply_string(request, &string);
}

void command_mget(struct request *request)
{
    reply_array(request, request->argument_count - 1);
    for (size_t i = 1; i < request->argument_count; i++) {
        struct database *database = database_of(request);
        struct entry *entry = database_find(database, argument(request, i));
        if (entry && entry->type == VALUE_STRING) {
            database->hits++;
            reply_cell(request, &entry->value.string);
        } else {
            database->misses++;
            reply_nil(request);
        }
    }
}

struct entry *store_until(struct request *request, size_t key, size_t value, bool reply_old,
                          int64_t when)
{
    struct database *database = database_of(request);
    struct entry *entry = database_open(database, argument(request, key), request->pool);
    union cell cell;
    if (!entry || cell_fill(database->pool, &cell, argument(request, value), request->pool) != 0) {
        reply_no_memory(request);
        goto unset;
    }
    int64_t old = expiry_of(database, entry);
    if (when && expiry_set(database, entry, when) != 0) {
        reply_no_memory(request);
        goto unfill;
    }
    if (reply_old && entry->type == VALUE_STRING)
        reply_cell(request, &entry->value.string);
    else if (reply_old)
        reply_nil(request);
    if (request->failed) {
        if (old >= 0)
            (void)expiry_set(database, entry, old); /* cannot fail: it has its place */
        else
            expiry_remove(database, entry);
        goto unfill;
    }
    database_clear_value(database, entry);
    entry->value.string = cell;
    entry->type = VALUE_STRING;
    if (when)
        server_expect(worker_of(request), when);
    watch_touch(database, entry);
    return entry;

unfill:
    cell_clear(database->pool, &cell);
unset:
    if (entry && entry->type == VALUE_NONE)
        database_delete(database, entry);
    return NULL;
}

struct entry *store(struct request *request, size_t key, size_t value, bool reply_old)
{
    return store_until(request, key, value, reply_old, 0);
}

struct set_options {
    bool only_new, only_old, reply_old, keep_deadline;
    int64_t when; /* it expires; 0: never */
};

/* false: replied what is wrong. */
static bool parse_set_options(struct request *request, struct set_options *options)
{
    const struct time_form *form = NULL;
    size_t time = 0;
    for (size_t i = 3; i < request->argument_count; i++) {
        const struct string *word = argument(request, i);
        const struct time_form *found = time_word(word);
        bool more = i + 1 < request->argument_count;
        if (string_is_word(word, "NX") && !options->only_old) {
            options->only_new = true;
        } else if (string_is_word(word, "XX") && !options->only_new) {
            options->only_old = true;
        } else if (string_is_word(word, "GET")) {
            options->reply_old = true;
        } else if (string_is_word(word, "KEEPTTL") && !form) {
            options->keep_deadline = true;
        } else if (found && more && (!form || form == found) && !options->keep_deadline) {
            form = found; /* of several the last one counts */
            time = ++i;
        } else {
            reply_syntax_error(request);
            return false;
        }
    }
    return !form || deadline_argument(request, time, *form, &options->when);
}

/* The reply of a SET that does not set. */
static void reply_unset(struct request *request, const struct entry *entry, bool reply_old)
{
    if (reply_old && entry)
        reply_cell(request, &entry->value.string);
    else
        reply_nil(request);
}

void command_set(struct request *request)
{
    struct set_options options = {0};
    if (request->argument_count > 3) {
        if (!parse_set_options(request, &options))
            return;
        struct entry *old = database_find(database_of(request), argument(request, 1));
        if (options.reply_old && old && old->type != VALUE_STRING) {
            reply_wrong_type(request);
            return;
        }
        if (old ? options.only_new : options.only_old) {
            reply_unset(request, old, options.reply_old);
            return;
        }
    }

    struct entry *entry = store_until(request, 1, 2, options.reply_old, options.when);
    if (!entry)
        return;
    if (!options.when && !options.keep_deadline)
        expiry_remove(database_of(request), entry);
    if (!options.reply_old)
        reply_ok(request);
}

void command_setnx(struct request *request)
{
    bool is_new = !database_find(database_of(request), argument(request, 1));
    if (!is_new || store(request, 1, 2, false))
        reply_integer(request, is_new);
}

void command_mset(struct request *request)
{
    if (request->argument_count % 2 == 0) {
        reply_wrong_arity(request);
        return;
    }
    for (size_t i = 1; i < request->argument_count; i += 2) {
        struct entry *entry = store(request, i, i + 1, false);
        if (!entry)
            return;
        expiry_remove(database_of(request), entry);
    }
    reply_ok(request);
}

/* Deletes the keys among the arguments up to an index. */
static void delete_before(struct request *request, size_t end)
{
    for (size_t i = 1; i < end; i += 2) {
        struct entry *entry = database_find(database_of(request), argument(request, i));
        if (entry)
            database_delete(database_of(request), entry);
    }
}

void command_msetnx(struct request *request)
{
    if (request->argument_count % 2 == 0) {
        reply_wrong_arity(request);
        return;
    }
    for (size_t i = 1; i < request->argument_count; i += 2)
        if (database_find(database_of(request), argument(request, i))) {
            reply_integer(request, 0);
            return;
        }
    for (size_t i = 1; i < request->argument_count; i += 2)
        if (!store(request, i, i + 1, false)) {
            delete_before(request, i); /* all or nothing */
            return;
        }
    reply_integer(request, 1);
}

void command_getset(struct request *request)
{
    struct entry *entry;
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    entry = store(request, 1, 2, true);
    if (entry)
        expiry_remove(database_of(request), entry);
}
