/*
 * keys.c - commands about keys, whatever their values are.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "glob.h"
#include "number.h"

static const char *const type_names[] = {
    [VALUE_NONE] = "none", [VALUE_STRING] = "string", [VALUE_LIST] = "list",
    [VALUE_HASH] = "hash", [VALUE_SET] = "set",
};

void command_dbsize(struct request *request)
{
    reply_integer(request, (int64_t)database_of(request)->keys.count);
}

void command_del(struct request *request)
{
    struct database *database = database_of(request);
    int64_t deleted = 0;
    for (size_t i = 1; i < request->argument_count; i++) {
        struct entry *entry = database_find(database, argument(request, i));
        if (entry) {
            database_delete(database, entry);
            deleted++;
        }
    }
    reply_integer(request, deleted);
}

void command_exists(struct request *request)
{
    int64_t found = 0;
    for (size_t i = 1; i < request->argument_count; i++)
        found += database_find(database_of(request), argument(request, i)) != NULL;
    reply_integer(request, found);
}

void command_type(struct request *request)
{
    struct entry *entry = database_find(database_of(request), argument(request, 1));
    reply_status(request, type_names[entry ? entry->type : VALUE_NONE]);
}

/* ASYNC and SYNC are the same here: a pool is dropped at once, and cheaply. */
static bool parse_flush(struct request *request)
{
    bool valid = request->argument_count == 1 ||
                 (request->argument_count == 2 && (string_is_word(argument(request, 1), "ASYNC") ||
                                                   string_is_word(argument(request, 1), "SYNC")));
    if (!valid)
        reply_syntax_error(request);
    return valid;
}

void command_flushdb(struct request *request)
{
    if (!parse_flush(request))
        return;
    server_trim(); /* before, not after: as server.h says */
    database_flush(database_of(request));
    server_trim_others(worker_of(request));
    reply_ok(request);
}

void command_flushall(struct request *request)
{
    if (!parse_flush(request))
        return;
    server_trim();
    for (size_t i = 0; i < DATABASES; i++)
        database_flush(&server_of(request)->databases[i]);
    server_trim_others(worker_of(request));
    reply_ok(request);
}

bool rename_key(struct request *request)
{
    struct database *database = database_of(request);
    struct entry *from = database_find(database, argument(request, 1));
    if (!from) {
        reply_error(request, "ERR no such key");
        return false;
    }
    struct entry *to = database_open(database, argument(request, 2), request->pool);
    if (!to) {
        reply_no_memory(request);
        return false;
    }
    if (to != from) {
        watch_touch(database, from);
        watch_touch(database, to);
        database_clear_value(database, to);
        to->value = from->value;
        to->type = from->type;
        expiry_move(database, from, to);
        from->type = VALUE_NONE; /* the value is the other's now */
        database_delete(database, from);
    }
    return true;
}

void command_rename(struct request *request)
{
    if (rename_key(request))
        reply_ok(request);
}

/* KEYS and SCAN: what is asked for, and how much was found. */
struct search {
    struct request *request;
    const struct string *pattern; /* NULL: all */
    const struct string *type;    /* NULL: all */
    size_t seen, found;
    bool reply;
};

static bool type_matches(const struct search *search, const struct entry *entry)
{
    const char *name = type_names[entry->type];
    return !search->type || (search->type->length == strlen(name) &&
                             strncasecmp(search->type->bytes, name, search->type->length) == 0);
}

static void search_entry(struct search *search, const struct entry *entry)
{
    const struct database *database = database_of(search->request);
    struct string key = database_key(database, entry);
    const struct string *pattern = search->pattern;
    search->seen++;
    if (!search->reply || database_is_expired(database, entry) || !type_matches(search, entry))
        return;
    if (pattern && !glob_match(pattern->bytes, pattern->length, key.bytes, key.length))
        return;
    search->found++;
    reply_string(search->request, &key);
}

void command_keys(struct request *request)
{
    const struct database *database = database_of(request);
    struct search search = {.request = request, .pattern = argument(request, 1), .reply = true};
    uint32_t array = reply_array_begin(request);
    for (struct entry *entry = database_first(database); entry && !request->failed;
         entry = database_next(database, entry))
        search_entry(&search, entry);
    reply_array_end(request, array, search.found);
}

static void visit_item(struct item *item, void *arg)
{
    search_entry(arg, (struct entry *)item);
}

/* Visits buckets until enough keys were seen, and returns the next cursor. */
static uint64_t scan(struct search *search, uint64_t cursor, int64_t count)
{
    const struct table *keys = &database_of(search->request)->keys;
    search->seen = 0;
    do {
        cursor = table_scan(keys, cursor, visit_item, search);
    } while (cursor && search->seen < (size_t)count);
    return cursor;
}

static bool parse_cursor(struct request *request, uint64_t *cursor)
{
    const struct string *string = argument(request, 1);
    bool valid = string->length > 0 && string->length <= NUMBER_MAX;
    *cursor = 0;
    for (size_t i = 0; valid && i < string->length; i++) {
        char digit = string->bytes[i];
        valid = digit >= '0' && digit <= '9' && !__builtin_mul_overflow(*cursor, 10u, cursor) &&
                !__builtin_add_overflow(*cursor, (uint64_t)(digit - '0'), cursor);
    }
    if (!valid)
        reply_error(request, "ERR invalid cursor");
    return valid;
}

static bool parse_scan_options(struct request *request, struct search *search, int64_t *count)
{
    for (size_t i = 2; i < request->argument_count; i += 2) {
        const struct string *word = argument(request, i);
        if (i + 1 == request->argument_count) {
            reply_syntax_error(request);
            return false;
        }
        const struct string *value = argument(request, i + 1);
        if (string_is_word(word, "MATCH")) {
            search->pattern = value;
        } else if (string_is_word(word, "TYPE")) {
            search->type = value;
        } else if (string_is_word(word, "COUNT")) {
            if (!integer_argument(request, i + 1, count))
                return false;
            if (*count < 1) {
                reply_syntax_error(request);
                return false;
            }
        } else {
            reply_syntax_error(request);
            return false;
        }
    }
    return true;
}

void command_scan(struct request *request)
{
    struct search search = {.request = request};
    uint64_t cursor;
    int64_t count = 10;
    if (!parse_cursor(request, &cursor) || !parse_scan_options(request, &search, &count))
        return;

    /* Twice over the same buckets: the cursor that comes out is the first thing of the reply. */
    char digits[NUMBER_MAX + 1];
    int length =
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)scan(&search, cursor, count));
    reply_array(request, 2);
    reply_bytes(request, digits, (size_t)length);
    uint32_t array = reply_array_begin(request);
    search.reply = true;
    scan(&search, cursor, count);
    reply_array_end(request, array, search.found);
}
