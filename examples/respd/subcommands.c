/*
 * subcommands.c - commands whose second word says what to do.
 */
#include <ctype.h>
#include <stdio.h>

#include "commands.h"

/* A word in the other case. It ends where there is no room. */
static const char *convert(const char *word, int (*convert_byte)(int byte),
                           char converted[SUBCOMMAND_NAME_SIZE])
{
    size_t length = 0;
    for (; word[length] && length < SUBCOMMAND_NAME_SIZE - 1; length++)
        converted[length] = (char)convert_byte((unsigned char)word[length]);
    converted[length] = '\0';
    return converted;
}

static void reply_help(struct request *request, const char *family,
                       const struct subcommand *subcommands)
{
    size_t count = 3;
    char line[96], upper[SUBCOMMAND_NAME_SIZE];
    for (const struct subcommand *subcommand = subcommands; subcommand->name; subcommand++)
        count++;
    reply_array(request, count);
    snprintf(line, sizeof line, "%s <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
             convert(family, toupper, upper));
    reply_status(request, line);
    for (; subcommands->name; subcommands++)
        reply_status(request, subcommands->name);
    reply_status(request, "HELP");
    reply_status(request, "    Prints this help.");
}

void subcommand_run(struct request *request, const struct subcommand *subcommands)
{
    const char *family = command_name(request);
    const struct string *name = argument(request, 1);
    const struct subcommand *found = subcommands;
    char word[SUBCOMMAND_NAME_SIZE];
    while (found->name && !string_is_word(name, found->name))
        found++;
    if (!found->name && string_is_word(name, "HELP") && request->argument_count == 2)
        reply_help(request, family, subcommands);
    else if (!found->name)
        reply_error(request, "ERR unknown subcommand '%.*s'. Try %s HELP.",
                    (int)(name->length < 128 ? name->length : 128), name->bytes,
                    convert(family, toupper, word));
    else if (!command_fits(found->arity, request->argument_count))
        reply_error(request, "ERR wrong number of arguments for '%s|%s' command", family,
                    convert(found->name, tolower, word));
    else
        found->run(request);
}
