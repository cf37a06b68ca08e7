/*
 * public.c - reading src/libown.map.
 */
#include "public.h"

size_t public_each(void (*visit)(const char *name, void *arg), void *arg)
{
    const char *folder = getenv("top_srcdir"); /* make check sets it */
    char path[4096], line[200], name[100];
    size_t count = 0;

    snprintf(path, sizeof path, "%s/src/libown.map", folder ? folder : TOP_SRCDIR);
    FILE *map = fopen(path, "r");
    if (!map)
        ck_abort_msg("cannot read %s", path);
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
