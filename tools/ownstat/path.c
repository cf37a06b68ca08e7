/*
 * tools/ownstat/path.c - the path of a node or a pool, for people: names with a `/' between two.
 */
#include <string.h>

#include "tree.h"

/* A deeper path has some of the names at its beginning, and some at its end. */
enum { PATH_FIRST = 3, PATH_LAST = 8, NAME_ROOM = 160 };

struct path {
    const char *first[PATH_FIRST];
    const char *last[PATH_LAST];
};

/* Takes the name at a level, from 0, of a path with so many. */
static void path_set(struct path *path, size_t level, size_t levels, const char *name)
{
    if (level < PATH_FIRST)
        path->first[level] = name;
    else if (level + PATH_LAST >= levels)
        path->last[level + PATH_LAST - levels] = name;
}

static const char *path_write(const struct path *path, size_t levels)
{
    static char text[(PATH_FIRST + PATH_LAST + 1) * (NAME_ROOM + 2)];
    size_t length = 0;
    for (size_t level = 0; level < levels; level++) {
        const char *name;
        if (level < PATH_FIRST) {
            name = path->first[level];
        } else if (level + PATH_LAST < levels) {
            name = "...";
            level = levels - PATH_LAST - 1;
        } else {
            name = path->last[level + PATH_LAST - levels];
        }
        size_t bytes = strlen(name);
        const char *end = "";
        if (bytes > NAME_ROOM) {
            end = "...";
            bytes = NAME_ROOM - 3;
            while (((unsigned char)name[bytes] & 0xc0) == 0x80)
                bytes--;
        }
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s%s",
                                   length ? "/" : "", (int)bytes, name, end);
    }
    return text;
}

const char *tree_path(const struct tree *tree, size_t node)
{
    struct path path;
    size_t levels = tree->nodes[node].depth + 1;
    for (size_t level = levels; level-- > 0; node = tree->nodes[node].parent)
        path_set(&path, level, levels, tree_text(tree, node));
    return path_write(&path, levels);
}

const char *pool_path(const struct report *report, size_t pool)
{
    struct path path;
    size_t levels = 0;
    for (size_t above = pool; above != NONE; above = report->pools[above].parent)
        levels++;
    for (size_t level = levels; level-- > 0; pool = report->pools[pool].parent)
        path_set(&path, level, levels, report_text(report, report->pools[pool].name));
    return path_write(&path, levels);
}
