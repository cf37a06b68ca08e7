/*
 * describe.c - COMMAND: which commands there are, and what they do with their arguments.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "descriptions.h"
#include "glob.h"
#include "number.h"

/* Words */

static size_t count_words(const char *words)
{
    size_t count = *words != '\0';
    for (; *words; words++)
        count += *words == ' ';
    return count;
}

/* An array of words, each as a status after a prefix. */
static void reply_words(struct request *request, const char *words, const char *prefix)
{
    reply_array(request, count_words(words));
    while (*words) {
        size_t length = strcspn(words, " ");
        char word[64];
        int size = (int)(length < 48 ? length : 48);
        snprintf(word, sizeof word, "%s%.*s", prefix, size, words);
        reply_status(request, word);
        words += length + (words[length] == ' ');
    }
}

static bool has_word(const char *words, const struct string *word)
{
    while (*words) {
        size_t length = strcspn(words, " ");
        if (string_equal(word, words, length))
            return true;
        words += length + (words[length] == ' ');
    }
    return false;
}

/* INFO */

static size_t count_keys(const struct description *description)
{
    size_t count = 0;
    while (count < KEYS_MAX && description->keys[count].access)
        count++;
    return count;
}

/* What older clients know: one range for all keys. */
static void reply_range(struct request *request, const struct description *description)
{
    const struct keys *keys = description->keys;
    size_t count = count_keys(description);
    bool has_range = count > 0 && keys[0].last != KEYS_COUNTED;
    const struct keys *end = has_range ? &keys[count - 1] : NULL;
    reply_integer(request, end ? keys[0].first : 0);
    reply_integer(request, !end ? 0 : end->last < 0 ? end->last : end->first + end->last);
    reply_integer(request, end ? end->step : 0);
}

static void reply_pair(struct request *request, const char *name, int number)
{
    reply_word(request, name);
    reply_integer(request, number);
}

static void reply_keys(struct request *request, const struct keys *keys)
{
    bool is_counted = keys->last == KEYS_COUNTED;
    reply_array(request, 6);
    reply_word(request, "flags");
    reply_words(request, keys->access, "");
    reply_word(request, "begin_search");
    reply_array(request, 4);
    reply_word(request, "type");
    reply_word(request, "index");
    reply_word(request, "spec");
    reply_array(request, 2);
    reply_pair(request, "index", keys->first);
    reply_word(request, "find_keys");
    reply_array(request, 4);
    reply_word(request, "type");
    reply_word(request, is_counted ? "keynum" : "range");
    reply_word(request, "spec");
    reply_array(request, 6);
    reply_pair(request, is_counted ? "keynumidx" : "lastkey", is_counted ? 0 : keys->last);
    reply_pair(request, is_counted ? "firstkey" : "keystep", is_counted ? 1 : keys->step);
    reply_pair(request, is_counted ? "keystep" : "limit", is_counted ? keys->step : 0);
}

static void reply_info(struct request *request, const struct command *command)
{
    if (!command) {
        reply_nil_array(request);
        return;
    }
    const struct description *description = description_of(command->name);
    size_t keys = count_keys(description);
    reply_array(request, 10);
    reply_word(request, command->name);
    reply_integer(request, command->arity);
    reply_words(request, description->flags, "");
    reply_range(request, description);
    reply_words(request, description->categories, "@");
    reply_array(request, 0); /* hints are for proxies */
    reply_array(request, keys);
    for (size_t i = 0; i < keys; i++)
        reply_keys(request, &description->keys[i]);
    reply_array(request, 0); /* subcommands are not described */
}

static void get_info(struct request *request)
{
    if (request->argument_count <= 2) {
        reply_array(request, commands_count());
        for (const struct command *command = commands; command->name[0]; command++)
            reply_info(request, command);
        return;
    }
    reply_array(request, request->argument_count - 2);
    for (size_t i = 2; i < request->argument_count; i++)
        reply_info(request, command_find(argument(request, i)));
}

/* COUNT, LIST and DOCS */

static void get_count(struct request *request)
{
    reply_integer(request, (int64_t)commands_count());
}

static bool is_listed(const struct request *request, const struct command *command)
{
    if (request->argument_count == 2)
        return true;
    const struct string *value = argument(request, 4);
    if (string_is_word(argument(request, 3), "PATTERN"))
        return glob_match(value->bytes, value->length, command->name, strlen(command->name));
    return string_is_word(argument(request, 3), "ACLCAT") &&
           has_word(description_of(command->name)->categories, value);
}

static void list_names(struct request *request)
{
    if (request->argument_count != 2 &&
        (request->argument_count != 5 || !string_is_word(argument(request, 2), "FILTERBY") ||
         (!string_is_word(argument(request, 3), "PATTERN") &&
          !string_is_word(argument(request, 3), "ACLCAT") &&
          !string_is_word(argument(request, 3), "MODULE")))) {
        reply_syntax_error(request);
        return;
    }
    size_t count = 0;
    uint32_t array = reply_array_begin(request);
    for (const struct command *command = commands; command->name[0]; command++)
        if (is_listed(request, command)) {
            reply_word(request, command->name);
            count++;
        }
    reply_array_end(request, array, count);
}

static void reply_document(struct request *request, const struct command *command)
{
    const struct summary *summary = summary_of(command->name);
    reply_word(request, command->name);
    reply_array(request, 6);
    reply_word(request, "summary");
    reply_word(request, summary->summary);
    reply_word(request, "since");
    reply_word(request, summary->since);
    reply_word(request, "group");
    reply_word(request, summary->group);
}

static void get_documents(struct request *request)
{
    size_t count = 0;
    uint32_t array = reply_array_begin(request);
    if (request->argument_count == 2)
        for (; commands[count].name[0]; count++)
            reply_document(request, &commands[count]);
    for (size_t i = 2; i < request->argument_count; i++) {
        const struct command *command = command_find(argument(request, i));
        if (command) {
            reply_document(request, command);
            count++;
        }
    }
    reply_array_end(request, array, count * 2);
}

/* GETKEYS */

/* Replies with each key of the command that follows in the arguments, or only counts them. -1: they
   cannot be told. */
static int64_t each_key(struct request *request, const struct keys *keys, bool reply, bool access)
{
    int64_t count = (int64_t)request->argument_count - 2;
    int64_t first = keys->first, last = first + keys->last, number, found = 0;
    if (keys->last == KEYS_COUNTED) {
        if (!number_parse(argument(request, (size_t)first + 2)->bytes,
                          argument(request, (size_t)first + 2)->length, &number) ||
            number <= 0 || number >= count - first)
            return -1;
        last = first++ + number;
    } else if (keys->last < 0) {
        last = count + keys->last;
    }
    for (; first <= last; first += keys->step, found++) {
        if (reply && access)
            reply_array(request, 2);
        if (reply)
            reply_string(request, argument(request, (size_t)first + 2));
        if (reply && access)
            reply_words(request, keys->access, "");
    }
    return found;
}

static void reply_all_keys(struct request *request, bool access)
{
    const struct command *command = command_find(argument(request, 2));
    if (!command) {
        reply_error(request, "ERR Invalid command specified");
        return;
    }
    const struct description *description = description_of(command->name);
    size_t ranges = count_keys(description);
    int64_t total = 0;
    if (ranges == 0) {
        reply_error(request, "ERR The command has no key arguments");
        return;
    }
    if (!command_fits(command->arity, request->argument_count - 2)) {
        reply_error(request, "ERR Invalid number of arguments specified for command");
        return;
    }
    for (size_t i = 0; i < ranges; i++) {
        int64_t found = each_key(request, &description->keys[i], false, access);
        if (found < 0) {
            reply_error(request, "ERR Invalid arguments specified for command");
            return;
        }
        total += found;
    }
    reply_array(request, (size_t)total);
    for (size_t i = 0; i < ranges; i++)
        (void)each_key(request, &description->keys[i], true, access);
}

static void get_keys(struct request *request)
{
    reply_all_keys(request, false);
}

static void get_keys_and_access(struct request *request)
{
    reply_all_keys(request, true);
}

void command_command(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"COUNT", 2, get_count},   {"DOCS", -2, get_documents},
        {"GETKEYS", -4, get_keys}, {"GETKEYSANDFLAGS", -4, get_keys_and_access},
        {"INFO", -2, get_info},    {"LIST", -2, list_names},
        {NULL, 0, NULL},
    };
    if (request->argument_count == 1)
        get_info(request);
    else
        subcommand_run(request, subcommands);
}
