/*
 * settings.c - the settings, in a pool of their own that is replaced as a whole.
 */
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file has lines of a name and a value. */
own_pool *settings_read(const char *path)
{
    OWN_SCOPED own_pool *pool = own_pool_create(NULL, &(own_pool_options){.name = "settings"});
    struct settings *settings = pool ? OWN_ALLOC(pool, struct settings) : NULL;
    FILE *file = settings && path ? fopen(path, "r") : NULL;
    if (!settings || (path && !file))
        return NULL;
    settings->connection_bytes = 1 << 20;
    char line[200], name[40];
    while (file && fgets(line, sizeof(line), file)) {
        int at = 0;
        if (sscanf(line, "%39s %n", name, &at) != 1)
            continue;
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(name, "connection_bytes") == 0)
            settings->connection_bytes = strtoull(line + at, NULL, 10);
        else if (strcmp(name, "greeting") == 0)
            snprintf(settings->greeting, sizeof(settings->greeting), "%s", line + at);
        else
            fprintf(stderr, "%s: %s is not known\n", path, name);
    }
    if (file)
        fclose(file);
    own_pool_set_user(pool, settings);
    return own_incref(pool);
}
