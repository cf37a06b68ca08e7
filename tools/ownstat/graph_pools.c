/*
 * tools/ownstat/graph_pools.c - which pools are drawn, and how.
 */
#include <math.h>
#include <stdlib.h>

#include "graph.h"
#include "text.h"

static int compare_pools(const void *a, const void *b, void *arg)
{
    const struct graph *graph = arg;
    size_t one = *(const size_t *)a, other = *(const size_t *)b;
    bool one_cycles = graph->component[one] != NONE;
    bool other_cycles = graph->component[other] != NONE;
    if (one_cycles != other_cycles)
        return one_cycles ? -1 : 1;
    uint64_t key = graph->report->pools[one].total_bytes;
    uint64_t other_key = graph->report->pools[other].total_bytes;
    if (key != other_key)
        return key > other_key ? -1 : 1;
    return one < other ? -1 : 1;
}

void graph_choose(struct graph *graph, size_t most)
{
    const struct report *report = graph->report;
    size_t count = report->pool_count;
    size_t *order = own_alloc_raw(report->memory, count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare_pools, graph);
    graph->shown = most == 0 || most > count ? count : most;
    graph->most = graph->shown;
    graph->is_shown = own_alloc(report->memory, count + 1, sizeof *graph->is_shown);
    for (size_t i = 0; i < graph->shown; i++)
        graph->is_shown[order[i]] = true;
    own_free(report->memory, order);
}

void graph_put_label(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte == '&')
            fputs("&amp;", out);
        else
            fputc(byte < ' ' || byte == 0x7f ? ' ' : byte, out);
    }
}

static double font_size(uint64_t bytes, uint64_t most)
{
    static const double smallest = 9, range = 18;
    return smallest + range * sqrt((double)bytes / (double)(most ? most : 1));
}

static void put_pool(FILE *out, const struct graph *graph, size_t number, uint64_t most)
{
    const struct pool *pool = &graph->report->pools[number];
    char bytes[TEXT_ROOM], total[TEXT_ROOM];
    fprintf(out, "  p%zu [label=\"", number);
    graph_put_label(out, report_text(graph->report, pool->name));
    fprintf(out, "\\n%s, %llu block%s", text_bytes(bytes, pool->bytes, graph->exact),
            (unsigned long long)pool->blocks, pool->blocks == 1 ? "" : "s");
    if (pool->total_pools > 1)
        fprintf(out, "\\n%s with %zu below", text_bytes(total, pool->total_bytes, graph->exact),
                pool->total_pools - 1);
    fprintf(out, "\", fontsize=%.1f", font_size(pool->bytes, most));
    if (graph->component[number] != NONE)
        fputs(", color=red, fillcolor=\"#ffe8e8\"", out);
    if (pool->shared)
        fputs(", peripheries=2", out);
    fputs("];\n", out);
}

static bool in_one_cycle(const struct graph *graph, size_t one, size_t other)
{
    return graph->component[one] != NONE && graph->component[one] == graph->component[other];
}

/* From the nearest pool above that is drawn, if the parent is not: how many are between. */
static void put_parents(FILE *out, const struct graph *graph)
{
    const struct report *report = graph->report;
    size_t *nearest = own_alloc_raw(report->memory, report->pool_count + 1, sizeof *nearest);
    size_t *between = own_alloc(report->memory, report->pool_count + 1, sizeof *between);
    for (size_t i = 0; i < report->pool_count; i++) {
        size_t parent = report->pools[i].parent;
        bool is_next = parent != NONE && graph->is_shown[parent];
        nearest[i] = parent == NONE || is_next ? parent : nearest[parent];
        between[i] = parent == NONE || is_next ? 0 : between[parent] + 1;
        if (!graph->is_shown[i] || nearest[i] == NONE)
            continue;
        fprintf(out, "  p%zu -> p%zu", nearest[i], i);
        if (between[i] > 0)
            fprintf(out, " [color=gray, label=\"%zu between\"]", between[i]);
        else if (in_one_cycle(graph, parent, i))
            fputs(" [color=red]", out);
        fputs(";\n", out);
    }
    own_free(report->memory, nearest);
    own_free(report->memory, between);
}

static void put_holds(FILE *out, const struct graph *graph)
{
    const struct report *report = graph->report;
    for (size_t i = 0; i < report->hold_count; i++) {
        const struct hold *hold = &report->holds[i];
        if (hold->held == NONE || !graph->is_shown[hold->pool] || !graph->is_shown[hold->held])
            continue;
        fprintf(out, "  p%zu -> p%zu [style=dashed%s];\n", hold->pool, hold->held,
                in_one_cycle(graph, hold->pool, hold->held) ? ", color=red" : "");
    }
}

void graph_write(FILE *out, const struct graph *graph)
{
    const struct report *report = graph->report;
    uint64_t most = 0;
    for (size_t i = 0; i < report->pool_count; i++)
        if (graph->is_shown[i] && report->pools[i].bytes > most)
            most = report->pools[i].bytes;
    fputs("digraph own {\n"
          "  node [shape=box, style=filled, fillcolor=\"#f4f4ff\", fontname=\"sans-serif\"];\n"
          "  edge [fontname=\"sans-serif\", fontsize=9];\n"
          "  label=\"",
          out);
    graph_put_label(out, report->program);
    fprintf(out, "[%llu]: %zu of %zu pools, %zu cycle%s\";\n", (unsigned long long)report->process,
            graph->shown, report->pool_count, graph->cycles, graph->cycles == 1 ? "" : "s");
    for (size_t i = 0; i < report->pool_count; i++)
        if (graph->is_shown[i])
            put_pool(out, graph, i, most);
    put_parents(out, graph);
    put_holds(out, graph);
    if (graph->objects)
        graph_write_objects(out, graph);
    fputs("}\n", out);
}
