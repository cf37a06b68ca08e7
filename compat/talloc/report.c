/*
 * talloc/report.c - what is in a tree: totals, and reports of it.
 */
#include <own/compat/talloc.h>

#include "chunk.h"

size_t own_talloc_total_size(const void *context)
{
    const struct chunk *top = chunk_of_context(context);
    size_t size = 0;
    for (const struct chunk *chunk = top; chunk; chunk = chunk_after(top, chunk))
        if (!(chunk->word & FLAG_REFERENCE))
            size += chunk->size;
    return size;
}

size_t own_talloc_total_blocks(const void *context)
{
    const struct chunk *top = chunk_of_context(context);
    size_t blocks = 0;
    for (const struct chunk *chunk = top; chunk; chunk = chunk_after(top, chunk))
        blocks++;
    return blocks;
}

typedef void visit_fn(const void *memory, int depth, int max_depth, int is_reference, void *arg);

static void visit_one(const struct chunk *chunk, int depth, int max_depth, visit_fn *visit,
                      void *arg)
{
    const struct reference *reference = memory_of(chunk);
    if (!(chunk->word & FLAG_REFERENCE))
        visit(memory_of(chunk), depth, max_depth, 0, arg);
    else if (reference->link)
        visit(memory_of(reference->target), depth, max_depth, 1, arg);
}

void own_talloc_report_depth_cb(const void *context, int depth, int max_depth, visit_fn *visit,
                                void *arg)
{
    const struct chunk *top = chunk_of_context(context);
    if (!top || top->word & FLAG_DYING)
        return;
    const struct chunk *chunk = top;
    for (;;) {
        visit_one(chunk, depth, max_depth, visit, arg);
        const struct chunk *child = chunk->child;
        if (child && child != top && (max_depth < 0 || depth < max_depth)) {
            chunk = child;
            depth++;
            continue;
        }
        while (chunk != top && (!chunk->next || chunk->next == top)) {
            chunk = chunk->parent;
            depth--;
        }
        if (chunk == top)
            return;
        chunk = chunk->next;
    }
}

static void print(const void *memory, int depth, int max_depth, int is_reference, void *arg)
{
    FILE *file = arg;
    const char *name = own_talloc_get_name(memory);
    int indent = depth * 4;
    if (is_reference) {
        fprintf(file, "%*sreference to: %s\n", indent, "", name);
        return;
    }
    const struct extra *extra = extra_of(chunk_of(memory));
    if (extra && extra->has_limit)
        fprintf(file,
                "%*s%-30s is a memlimit context (max_size = %zu bytes, cur_size = %zu bytes)\n",
                indent, "", name, extra->limit, extra->counted);
    size_t size = own_talloc_total_size(memory);
    size_t blocks = own_talloc_total_blocks(memory);
    if (depth == 0)
        fprintf(file, "%stalloc report on '%s' (total %6zu bytes in %3zu blocks)\n",
                max_depth < 0 ? "full " : "", name, size, blocks);
    else
        fprintf(file, "%*s%-30s contains %6zu bytes in %3zu blocks (ref %zu) %p\n", indent, "",
                name, size, blocks, own_talloc_reference_count(memory), memory);
}

void own_talloc_report_depth_file(const void *context, int depth, int max_depth, FILE *file)
{
    if (!file)
        return;
    own_talloc_report_depth_cb(context, depth, max_depth, print, file);
    fflush(file);
}

void own_talloc_report_full(const void *context, FILE *file)
{
    own_talloc_report_depth_file(context, 0, -1, file);
}

void own_talloc_report(const void *context, FILE *file)
{
    own_talloc_report_depth_file(context, 0, 1, file);
}

void own_talloc_show_parents(const void *context, FILE *file)
{
    if (!context) {
        fprintf(file, "talloc no parents for NULL\n");
        return;
    }
    fprintf(file, "talloc parents of '%s'\n", own_talloc_get_name(context));
    for (const void *each = context; each; each = own_talloc_parent(each))
        fprintf(file, "\t'%s'\n", own_talloc_get_name(each));
    fflush(file);
}
