/*
 * public.c - reading src/libown.map.
 */
#include "public.h"

static FILE *open_source(const char *name)
{
    const char *folder = getenv("top_srcdir"); /* make check sets it */
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder ? folder : TOP_SRCDIR, name);
    FILE *file = fopen(path, "r");
    if (!file)
        ck_abort_msg("cannot read %s", path);
    return file;
}

size_t public_each(void (*visit)(const char *name, void *arg), void *arg)
{
    char line[200], name[100];
    size_t count = 0;
    FILE *map = open_source("src/libown.map");

    while (fgets(line, sizeof line, map))
        if (sscanf(line, " %99[a-z0-9_];", name) == 1 && strncmp(name, "own_", 4) == 0) {
            visit(name, arg);
            count++;
        }
    fclose(map);
    expect(count > 0);
    return count;
}

struct search {
    bool (*has)(const char *name);
    const char *wanted; /* NULL: what `has` does not know */
    bool is_found;
    size_t missing;
};

static void look(const char *name, void *arg)
{
    struct search *search = arg;

    if (search->wanted)
        search->is_found |= strcmp(name, search->wanted) == 0;
    else if (!search->has(name)) {
        fprintf(stderr, "nothing here calls %s\n", name);
        search->missing++;
    }
}

void expect_all_public(bool (*has)(const char *name), const char *const *names, size_t count)
{
    struct search all = {.has = has};

    public_each(look, &all);
    if (all.missing)
        ck_abort_msg("%zu public calls are missing here", all.missing);
    for (size_t i = 0; i < count; i++) {
        struct search one = {.wanted = names[i]};
        public_each(look, &one);
        if (!one.is_found)
            ck_abort_msg("%s is no public call", names[i]);
    }
}

bool header_says(const char *header, const char *words)
{
    static char text[100000];
    char path[200], line[200];
    size_t length = 0;

    snprintf(path, sizeof path, "include/own/%s", header);
    FILE *file = open_source(path);
    while (fgets(line, sizeof line, file)) {
        char *start = line + strspn(line, " *");
        size_t size = strcspn(start, "\n");
        expect(length + size + 2 < sizeof text);
        memcpy(text + length, start, size);
        length += size;
        text[length++] = ' ';
    }
    fclose(file);
    text[length] = '\0';
    return strstr(text, words) != NULL;
}
