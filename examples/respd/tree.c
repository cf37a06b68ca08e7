/*
 * tree.c - OWN TREE: the pools as they are, one line for all siblings of one name.
 *
 * own_pool_walk visits a pool before what it owns, so the names above a visited object are those
 * visited last at each smaller depth: a stack of lines, of which each holds the lines below it.
 */
#include <string.h>

#include "commands.h"

#define DEPTH_MAX 16

struct line {
    struct line *next, *first_below; /* in the order of their first visit */
    const char *name;
    bool held; /* not owned: a reference to what lives elsewhere, or nowhere else any more */
    bool pool; /* else another object */
    size_t objects, blocks, bytes, reserved;
};

struct walk {
    own_pool *scratch;
    bool is_shared; /* the topmost pool is: what is confined below it is walked by itself */
    own_pool *pools[DEPTH_MAX]; /* on the way to the visited object */
    struct line *lines[DEPTH_MAX];
};

/* The line of that name below another, made where there is none. NULL: no room. */
static struct line *line_below(struct walk *walk, struct line *parent, const char *name, bool pool,
                               bool held)
{
    struct line **link = &parent->first_below;
    while (*link &&
           ((*link)->held != held || (*link)->pool != pool || strcmp((*link)->name, name) != 0))
        link = &(*link)->next;
    if (!*link) {
        struct line *line = OWN_ALLOC(walk->scratch, struct line);
        if (!line)
            return NULL;
        line->name = own_strdup(walk->scratch, name);
        line->pool = pool;
        line->held = held;
        if (!line->name)
            return NULL;
        *link = line;
    }
    return *link;
}

static int visit_below(void *object, int depth, void *arg);

static int visit(void *object, int depth, void *arg)
{
    struct walk *walk = arg;
    if (depth + 1 >= DEPTH_MAX)
        return 0;
    own_pool *pool = own_cast(object, own_pool_type());
    bool held = depth > 0 && pool && own_pool_parent(pool) != walk->pools[depth - 1];
    const char *name = pool ? own_pool_name(pool) : own_typeof(object)->name;

    struct line *line = line_below(walk, walk->lines[depth], name, pool != NULL, held);
    if (!line)
        return -1;
    walk->pools[depth] = pool;
    walk->lines[depth + 1] = line;
    line->objects++;
    own_usage usage = {.reserved = own_typeof(object)->size}; /* of what is no pool */
    if (pool)
        own_pool_usage(pool, &usage);
    line->blocks += usage.blocks;
    line->bytes += usage.bytes;
    line->reserved += usage.reserved;
    /* Its worker has given its turn up, so it may be walked here. */
    bool is_apart = walk->is_shared && depth == 1 && pool && !held;
    return is_apart ? own_pool_walk(pool, visit_below, walk) : 0;
}

/* For what is below a pool at depth 1, which has been visited. */
static int visit_below(void *object, int depth, void *arg)
{
    return depth == 0 ? 0 : visit(object, depth + 1, arg);
}

static char *print_line(own_pool *pool, const struct line *line, int depth)
{
    char *text = own_asprintf(pool, "%*s%s%s%s x %zu: ", depth * 2, "", line->held ? "holds " : "",
                              line->name, line->pool ? "" : " object", line->objects);
    if (text && line->pool)
        text =
            own_asprintf_append(pool, text, "%zu blocks, %zu bytes, ", line->blocks, line->bytes);
    return text ? own_asprintf_append(pool, text, "%zu reserved", line->reserved) : NULL;
}

static void reply_lines(struct request *request, const struct line *line, int depth, size_t *count)
{
    for (; line; line = line->next) {
        char *text = print_line(request->pool, line, depth);
        if (!text) {
            request_fail(request);
            return;
        }
        reply_word(request, text);
        ++*count;
        reply_lines(request, line->first_below, depth + 1, count); /* at most DEPTH_MAX deep */
    }
}

static void reply_tree(struct request *request)
{
    /* A root of its own: what it takes must not be seen in what it shows. */
    OWN_SCOPED own_pool *scratch = own_pool_new(NULL);
    if (!scratch) {
        request_fail(request);
        return;
    }
    struct line top = {0};
    struct walk walk = {
        .scratch = scratch, .is_shared = own_is_shared(server_of(request)->pool), .lines = {&top}};
    if (own_pool_walk(server_of(request)->pool, visit, &walk) != 0) {
        request_fail(request);
        return;
    }
    size_t count = 0;
    uint32_t array = reply_array_begin(request);
    reply_lines(request, top.first_below, 0, &count);
    reply_array_end(request, array, count);
}

void command_own(struct request *request)
{
    static const struct subcommand subcommands[] = {
        {"COLLECT", 2, reply_collect},
        {"CYCLES", 2, reply_cycles},
        {"LEAK", 2, reply_leak},
        {"TREE", 2, reply_tree},
        {NULL, 0, NULL},
    };
    subcommand_run(request, subcommands);
}
