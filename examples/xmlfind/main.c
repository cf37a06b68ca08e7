/*
 * main.c - xmlfind: prints the texts of all elements of one name in XML files.
 */
#include "document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(FILE *out)
{
    fprintf(out, "xmlfind [options] ELEMENT FILE...\n"
                 "Prints the text of every ELEMENT in XML files, which may be compressed by gzip.\n"
                 "  --first        only the first in each file; the rest is not read\n"
                 "  --limit=BYTES  of memory that one file may take\n"
                 "  --malloc       takes each block from malloc, for tools that watch it\n"
                 "  --usage        says what each file took\n");
    return out == stdout ? 0 : 2;
}

static bool read_option(struct search *search, const char *option)
{
    char *end = NULL;
    if (strcmp(option, "--first") == 0)
        search->only_first = true;
    else if (strcmp(option, "--malloc") == 0)
        search->uses_malloc = true;
    else if (strcmp(option, "--usage") == 0)
        search->says_usage = true;
    else if (strncmp(option, "--limit=", 8) == 0)
        search->limit = strtoul(option + 8, &end, 10);
    else
        return false;
    return !end || (*end == '\0' && end != option + 8);
}

int main(int count, char **arguments)
{
    struct search search = {.element = NULL};
    int at = 1;
    for (; at < count && strncmp(arguments[at], "--", 2) == 0; at++) {
        if (strcmp(arguments[at], "--help") == 0)
            return usage(stdout);
        if (!read_option(&search, arguments[at]))
            return usage(stderr);
    }
    if (count - at < 2)
        return usage(stderr);
    search.element = arguments[at++];

    own_pool *root = own_pool_new(NULL);
    if (!root) {
        perror("xmlfind");
        return 2;
    }
    bool success = true;
    for (; at < count; at++)
        success &= document_search(root, &search, arguments[at]);

    own_usage total;
    own_pool_total(root, &total);
    own_decref(root);
    if (total.pools != 1 || total.blocks != 0) {
        fprintf(stderr, "xmlfind: %zu blocks are left\n", total.blocks);
        return 2;
    }
    return success && fflush(stdout) == 0 ? 0 : 1;
}
