/*
 * tools/ownstat/page.c - finds the template of the page, and reads it.
 */
#include "page.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the folder of a program that is not installed: a file with the path of the template. */
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
    if (!find_folder(folder, sizeof folder))
        return NULL;
    char *pointer = own_asprintf(memory, "%s/%s", folder, pointer_name);
    FILE *file = fopen(pointer, "re");
    if (!file)
        return NULL;
    bool is_read = fgets(path, sizeof path, file) != NULL;
    fclose(file);
    if (!is_read)
        return NULL;
    path[strcspn(path, "\n")] = '\0';
    return access(path, R_OK) == 0 ? own_strdup(memory, path) : NULL;
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
