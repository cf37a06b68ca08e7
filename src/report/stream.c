/*
 * report/stream.c - reports that are written while the tree is walked. Nothing is allocated, so
 * that a report can be had when memory is out, or in a signal handler that ends the process.
 */
#include "report/report.h"

enum turn { POOLS, HOLDS, STACKS, SITES };

struct stream {
    struct output *output;
    own_pool *root;
    own_report_format format;
    enum turn turn; /* what this walk is for, in JSON */
    bool first;
    size_t number;                   /* of stacks */
    const char *names[FOLDED_DEPTH]; /* of the pools above: these live while they are walked in */
};

#define INDENTED 64 /* levels */

static void write_text(const struct stream *stream, const struct walked *walked)
{
    size_t depth = min_size((size_t)walked->depth, INDENTED);
    if (!walked->child) {
        struct hold_seen seen;
        look_at_hold(walked, &seen);
        text_hold(stream->output, &seen, 1, seen.size, depth);
        return;
    }
    struct pool_seen seen;
    look_at_pool(walked, &seen);
    text_columns_without_total(stream->output, seen.usage.bytes, seen.usage.reserved,
                               seen.usage.blocks);
    output_blanks(stream->output, 2 * depth);
    output_plain(stream->output, seen.name);
    output_text(stream->output, seen.apart    ? ", another thread's\n"
                                : seen.shared ? ", shared\n"
                                              : "\n");
}

/* Each site has a stack of its own here, so that its number is known. */
static void write_sites(struct stream *stream, const own_pool *pool)
{
    struct site site;
    uint32_t place = 0;
    while (site_next(pool, &place, &site)) {
        if (stream->turn == STACKS)
            json_stack(stream->output, site.stack, stream->first);
        else
            json_site(stream->output, &site, stream->number, stream->first);
        stream->number++;
        stream->first = false;
    }
}

static void write_json(struct stream *stream, const struct walked *walked)
{
    if (walked->child == (stream->turn == HOLDS))
        return;
    if (stream->turn >= STACKS) {
        write_sites(stream, as_pool(walked->object));
        return;
    }
    if (stream->turn == HOLDS) {
        struct hold_seen seen;
        look_at_hold(walked, &seen);
        json_hold(stream->output, &seen, stream->first);
    } else {
        struct pool_seen seen;
        look_at_pool(walked, &seen);
        json_pool(stream->output, &seen, stream->first);
    }
    stream->first = false;
}

static void write_dot(const struct stream *stream, const struct walked *walked)
{
    struct pool_seen pool;
    struct hold_seen hold;
    if (walked->child) {
        look_at_pool(walked, &pool);
        dot_pool(stream->output, &pool, pool.usage.bytes, false);
        if (walked->owner)
            dot_edge(stream->output, walked->owner, walked->object, "solid", false);
        return;
    }
    look_at_hold(walked, &hold);
    if (!object_is_pool(walked->object))
        dot_object(stream->output, &hold, false);
    dot_edge(stream->output, walked->owner, walked->object, "dashed", false);
    if (hold.target)
        dot_edge(stream->output, walked->object, hold.target, "dotted", false);
}

static void write_folded(struct stream *stream, const struct walked *walked)
{
    size_t depth = (size_t)walked->depth;
    if (!walked->child)
        return;
    if (depth < FOLDED_DEPTH)
        stream->names[depth] = look_at_name(as_pool(walked->object), walked->apart);
    struct pool_seen seen;
    look_at_pool(walked, &seen);
    folded_line(stream->output, stream->names, depth, seen.usage.bytes);
}

static int visit(const struct walked *walked, void *arg)
{
    struct stream *stream = arg;
    if (stream->format == OWN_REPORT_TEXT)
        write_text(stream, walked);
    else if (stream->format == OWN_REPORT_JSON)
        write_json(stream, walked);
    else if (stream->format == OWN_REPORT_DOT)
        write_dot(stream, walked);
    else
        write_folded(stream, walked);
    return stream->output->error ? -1 : 0;
}

static int visit_root(own_pool *root, void *arg)
{
    const struct stream *stream = arg;
    return pool_walk(root, !stream->root, visit, arg);
}

/* A walk fails where a shared tree is very deep and memory is out. */
static void walk(struct stream *stream)
{
    int saved = errno;
    errno = 0;
    if (roots_each(stream->root, visit_root, stream) && !stream->output->error)
        stream->output->error = errno ? errno : ENOMEM;
    errno = saved;
}

static void walk_again(struct stream *stream, enum turn turn)
{
    stream->turn = turn;
    stream->first = true;
    stream->number = 0;
    walk(stream);
}

void stream_write(struct output *output, own_pool *root, own_report_format format)
{
    struct stream stream; /* `names` is large, and not to be zeroed */
    stream.output = output;
    stream.root = root;
    stream.format = format;
    stream.turn = POOLS;
    stream.first = true;
    stream.number = 0;
    if (format == OWN_REPORT_TEXT)
        text_head_without_total(output);
    else if (format == OWN_REPORT_JSON)
        json_begin(output, root);
    else if (format == OWN_REPORT_DOT)
        dot_begin(output);
    walk(&stream);
    if (format == OWN_REPORT_JSON) {
        json_between(output);
        walk_again(&stream, HOLDS);
        json_stacks(output);
        walk_again(&stream, STACKS);
        json_sites(output);
        walk_again(&stream, SITES);
        json_end(output);
    } else if (format == OWN_REPORT_DOT) {
        dot_end(output);
    }
}
