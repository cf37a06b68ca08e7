/*
 * deadlines.c - commands about when a key expires.
 */
#include "commands.h"

struct expire_options {
    bool only_without, only_with, only_later, only_earlier;
};

static bool parse_options(struct request *request, struct expire_options *options)
{
    for (size_t i = 3; i < request->argument_count; i++) {
        const struct string *word = argument(request, i);
        if (string_is_word(word, "NX")) {
            options->only_without = true;
        } else if (string_is_word(word, "XX")) {
            options->only_with = true;
        } else if (string_is_word(word, "GT")) {
            options->only_later = true;
        } else if (string_is_word(word, "LT")) {
            options->only_earlier = true;
        } else {
            reply_error(request, "ERR Unsupported option %.*s",
                        (int)(word->length < 128 ? word->length : 128), word->bytes);
            return false;
        }
    }
    if (options->only_without &&
        (options->only_with || options->only_later || options->only_earlier)) {
        reply_error(request, "ERR NX and XX, GT or LT options at the same time are not compatible");
        return false;
    }
    if (options->only_later && options->only_earlier) {
        reply_error(request, "ERR GT and LT options at the same time are not compatible");
        return false;
    }
    return true;
}

/* Whether the options let a deadline be set where there is that one, or none (-1). */
static bool is_allowed(const struct expire_options *options, int64_t old, int64_t when)
{
    return !(options->only_without && old >= 0) && !(options->only_with && old < 0) &&
           !(options->only_later && (old < 0 || when <= old)) &&
           !(options->only_earlier && old >= 0 && when >= old);
}

static void expire(struct request *request, int64_t unit, const char *name)
{
    struct database *database = database_of(request);
    struct expire_options options = {0};
    int64_t now = server_of(request)->now, time, when;
    if (!parse_options(request, &options) || !integer_argument(request, 2, &time))
        return;
    if (__builtin_mul_overflow(time, unit, &time) || __builtin_add_overflow(time, now, &when)) {
        reply_error(request, "ERR invalid expire time in '%s' command", name);
        return;
    }
    struct entry *entry = database_find(database, argument(request, 1));
    if (!entry || !is_allowed(&options, expiry_of(database, entry), when)) {
        reply_integer(request, 0);
        return;
    }
    if (when <= now) {
        database_delete(database, entry);
    } else if (expiry_set(database, entry, when) != 0) {
        reply_no_memory(request);
        return;
    } else {
        server_expect(worker_of(request), when);
    }
    reply_integer(request, 1);
}

void command_expire(struct request *request)
{
    expire(request, 1000, "expire");
}

void command_pexpire(struct request *request)
{
    expire(request, 1, "pexpire");
}

/* What is left, in a unit of so many milliseconds; -1: for ever; -2: no such key. */
static void reply_left(struct request *request, int64_t unit)
{
    struct database *database = database_of(request);
    struct entry *entry = database_find(database, argument(request, 1));
    int64_t when = entry ? expiry_of(database, entry) : -1;
    if (when >= 0)
        reply_integer(request, (when - server_of(request)->now + unit / 2) / unit);
    else
        reply_integer(request, entry ? -1 : -2);
}

void command_ttl(struct request *request)
{
    reply_left(request, 1000);
}

void command_pttl(struct request *request)
{
    reply_left(request, 1);
}

void command_persist(struct request *request)
{
    struct database *database = database_of(request);
    struct entry *entry = database_find(database, argument(request, 1));
    bool had = entry && entry->deadline;
    if (had)
        expiry_remove(database, entry);
    reply_integer(request, had);
}
