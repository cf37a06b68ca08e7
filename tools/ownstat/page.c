/*
 * tools/ownstat/page.c - finds the template of the page, and reads it.
 */
#include "page.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the folder of a program that is not installed: a file with the paths of the template, made
   there or part of the sources, one a line. */
static const char pointer_name[] = "page.path";

/* The folder of the program that runs, without libtool's .libs. False: it is not known. */
static bool find_folder(char *folder, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *end = strrchr(folder, '/');
    if (!end)
        return false;
    *end = '\0';
    end = strrchr(folder, '/');
    if (end && strcmp(end, "/.libs") == 0)
        *end = '\0';
    return true;
}

static char *find_in_build(own_pool *memory)
{
    char folder[PATH_MAX], path[PATH_MAX];
    char *found = NULL;
    if (!find_folder(folder, sizeof folder))
        return NULL;
    FILE *file = fopen(own_asprintf(memory, "%s/%s", folder, pointer_name), "re");
    if (!file)
        return NULL;
    while (!found && fgets(path, sizeof path, file)) {
        path[strcspn(path, "\n")] = '\0';
        if (access(path, R_OK) == 0)
            found = own_strdup(memory, path);
    }
    fclose(file);
    return found;
}

char *page_find(own_pool *memory)
{
    const char *named = getenv("OWNSTAT_PAGE");
    if (named && named[0])
        return own_strdup(memory, named);
    char *built = find_in_build(memory);
    return built ? built : own_strdup(memory, OWNSTAT_PAGE_FOLDER "/page.html");
}

char *page_read(own_pool *memory, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        fail("%s, the template of the page: %s (OWNSTAT_PAGE may name another)", path,
             strerror(errno));
    size_t length = 0, room = 0;
    char *page = NULL;
    do {
        page = memory_grow(memory, page, length + 1, &room, 1);
        length += fread(page + length, 1, room - 1 - length, file);
    } while (!feof(file) && !ferror(file));
    if (ferror(file))
        fail("%s: %s", path, strerror(errno));
    fclose(file);
    page[length] = '\0';
    return page;
}
