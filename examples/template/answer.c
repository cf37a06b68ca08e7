/*
 * answer.c - what the service does: it answers each line with the line in capital letters. Yours
 * begins here.
 */
#include "service.h"

#include <ctype.h>

char *answer(own_pool *request, const struct settings *settings, const char *line)
{
    char *text = own_asprintf(request, "%s%s\n", settings->greeting, line);
    for (char *at = text; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return text;
}
