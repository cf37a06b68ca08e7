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

static void reply_invalid_time(struct request *request)
{
    reply_error(request, "ERR invalid expire time in '%s' command", command_name(request));
}

/* Turns a time into milliseconds since 1970; false where that is no number of 64 bits. */
static bool convert(const struct request *request, int64_t time, struct time_form form,
                    int64_t *when)
{
    int64_t from = form.is_absolute ? 0 : server_of(request)->now;
    return !__builtin_mul_overflow(time, form.unit, when) &&
           !__builtin_add_overflow(*when, from, when);
}

bool deadline_argument(struct request *request, size_t index, struct time_form form, int64_t *when)
{
    int64_t time;
    if (!integer_argument(request, index, &time))
        return false;
    if (time > 0 && convert(request, time, form, when))
        return true;
    reply_invalid_time(request);
    return false;
}

static const struct {
    const char *word;
    struct time_form form;
} time_words[] = {
    {"EX", {.unit = 1000}},
    {"PX", {.unit = 1}},
    {"EXAT", {.unit = 1000, .is_absolute = true}},
    {"PXAT", {.unit = 1, .is_absolute = true}},
};

const struct time_form *time_word(const struct string *word)
{
    for (size_t i = 0; i < sizeof time_words / sizeof *time_words; i++)
        if (string_is_word(word, time_words[i].word))
            return &time_words[i].form;
    return NULL;
}

static void expire(struct request *request, struct time_form form)
{
    struct database *database = database_of(request);
    struct expire_options options = {0};
    int64_t time, when;
    if (!parse_options(request, &options) || !integer_argument(request, 2, &time))
        return;
    if (!convert(request, time, form, &when)) {
        reply_invalid_time(request);
        return;
    }
    struct entry *entry = database_find(database, argument(request, 1));
    if (!entry || !is_allowed(&options, expiry_of(database, entry), when)) {
        reply_integer(request, 0);
        return;
    }
    if (when <= server_of(request)->now) {
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
    expire(request, (struct time_form){.unit = 1000});
}

void command_pexpire(struct request *request)
{
    expire(request, (struct time_form){.unit = 1});
}

void command_expireat(struct request *request)
{
    expire(request, (struct time_form){.unit = 1000, .is_absolute = true});
}

void command_pexpireat(struct request *request)
{
    expire(request, (struct time_form){.unit = 1, .is_absolute = true});
}

/* When a key expires; -1: never; -2: no such key. */
static void reply_time(struct request *request, struct time_form form)
{
    struct database *database = database_of(request);
    struct entry *entry = database_find(database, argument(request, 1));
    int64_t when = entry ? expiry_of(database, entry) : -1;
    if (when < 0) {
        reply_integer(request, entry ? -1 : -2);
        return;
    }
    if (!form.is_absolute)
        when -= server_of(request)->now;
    reply_integer(request, when / form.unit + (when % form.unit >= (form.unit + 1) / 2));
}

void command_ttl(struct request *request)
{
    reply_time(request, (struct time_form){.unit = 1000});
}

void command_pttl(struct request *request)
{
    reply_time(request, (struct time_form){.unit = 1});
}

void command_expiretime(struct request *request)
{
    reply_time(request, (struct time_form){.unit = 1000, .is_absolute = true});
}

void command_pexpiretime(struct request *request)
{
    reply_time(request, (struct time_form){.unit = 1, .is_absolute = true});
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
