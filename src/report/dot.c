/*
 * report/dot.c - the graph for Graphviz.
 *
 * Pools are boxes, the wider the more bytes they have, objects are ellipses. An edge from a parent
 * to its child is solid, one to what a pool holds or a field refers to dashed, a weak one dotted.
 * What is part of a cycle of references is red.
 */
#include "report/report.h"

static uint32_t group_of(const struct graph *graph, uint32_t node)
{
    return ((const uint32_t *)(const void *)graph->group.items)[node];
}

/* In hundredths of an inch: a step for each doubling of the bytes. */
static size_t width_of(size_t bytes)
{
    size_t doublings = 0;
    for (; bytes; bytes /= 2)
        doublings++;
    return 75 + 8 * doublings;
}

static void put_hundredths(struct output *output, size_t hundredths)
{
    output_number(output, hundredths / 100);
    output_text(output, ".");
    output_number(output, hundredths / 10 % 10);
    output_number(output, hundredths % 10);
}

void dot_begin(struct output *output)
{
    output_text(output, "digraph pools {\n"
                        "  rankdir=LR;\n"
                        "  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n"
                        "  edge [arrowsize=0.6];\n");
}

void dot_pool(struct output *output, const struct pool_seen *seen, size_t total, bool red)
{
    output_text(output, "  \"");
    output_address(output, seen->pool);
    output_text(output, "\" [label=\"");
    output_dot_string(output, seen->name);
    output_text(output, "\\n");
    output_number(output, seen->usage.bytes);
    output_text(output, " bytes");
    if (total > seen->usage.bytes) {
        output_text(output, " of ");
        output_number(output, total);
    }
    output_text(output, "\", width=");
    put_hundredths(output, width_of(total));
    output_text(output, ", height=");
    put_hundredths(output, width_of(total) / 3);
    output_text(output, red ? ", color=red];\n" : "];\n");
}

void dot_object(struct output *output, const struct hold_seen *seen, bool red)
{
    output_text(output, "  \"");
    output_address(output, seen->object);
    output_text(output, seen->name ? "\" [label=\"" : "\" [shape=ellipse, label=\"");
    output_dot_string(output, seen->name ? seen->name : seen->type);
    output_text(output, red ? "\", color=red];\n" : "\"];\n");
}

void dot_edge(struct output *output, const void *from, const void *to, const char *style, bool red)
{
    output_text(output, "  \"");
    output_address(output, from);
    output_text(output, "\" -> \"");
    output_address(output, to);
    output_text(output, "\" [style=");
    output_text(output, style);
    output_text(output, red ? ", color=red];\n" : "];\n");
}

void dot_end(struct output *output)
{
    output_text(output, "}\n");
}

static const struct hold_seen *object_of(const struct graph *graph, uint32_t node)
{
    size_t object = node - graph->pools;
    uint32_t hold = ((const uint32_t *)(const void *)graph->holds.items)[object];
    return &hold_at(graph->gathering, hold)->seen;
}

static const void *address_of(const struct graph *graph, uint32_t node)
{
    if (node < graph->pools)
        return gathered_at(graph->gathering, node)->seen.pool;
    return object_of(graph, node)->object;
}

static bool is_in_cycle(const struct graph *graph, const struct edge *edge)
{
    return edge->kind != EDGE_WEAK && group_of(graph, edge->from) == group_of(graph, edge->to);
}

/* Whether an edge from a node is part of a cycle. Then one to it is too. */
static bool is_red(const struct graph *graph, uint32_t node)
{
    const uint32_t *first = (const uint32_t *)(const void *)graph->first.items;
    for (size_t i = first[node]; i < first[node + 1]; i++) {
        if (is_in_cycle(graph, edge_at(graph, i)))
            return true;
    }
    return false;
}

static const char *style_of(enum edge_kind kind)
{
    return kind == EDGE_CHILD ? "solid" : kind == EDGE_WEAK ? "dotted" : "dashed";
}

bool dot_write(struct output *output, const struct gathering *gathering)
{
    struct graph graph;
    bool done = graph_make(&graph, gathering);
    if (done)
        dot_begin(output);
    for (uint32_t i = 0; done && i < graph.count; i++) {
        if (i < graph.pools)
            dot_pool(output, &gathered_at(gathering, i)->seen,
                     gathered_at(gathering, i)->total_bytes, is_red(&graph, i));
        else
            dot_object(output, object_of(&graph, i), is_red(&graph, i));
    }
    for (size_t i = 0; done && i < graph.edges.count; i++) {
        const struct edge *edge = edge_at(&graph, i);
        dot_edge(output, address_of(&graph, edge->from), address_of(&graph, edge->to),
                 style_of(edge->kind), is_in_cycle(&graph, edge));
    }
    if (done)
        dot_end(output);
    graph_free(&graph);
    return done;
}
