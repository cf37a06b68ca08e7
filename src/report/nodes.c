/*
 * report/nodes.c - the graph of what was gathered: its nodes and its edges.
 */
#include "report/report.h"

#include <stdlib.h>

struct known {
    const void *address;
    uint32_t node;
};

static struct known *known_at(const struct graph *graph, size_t i)
{
    return (struct known *)(void *)graph->known.items + i;
}

static int by_address(const void *one, const void *other)
{
    const struct known *a = one;
    const struct known *b = other;
    if (a->address != b->address)
        return (uintptr_t)a->address < (uintptr_t)b->address ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* NOBODY: that is no node. */
static uint32_t node_of(const struct graph *graph, const void *address)
{
    size_t low = 0;
    size_t high = graph->known.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)known_at(graph, middle)->address < (uintptr_t)address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == graph->known.count || known_at(graph, low)->address != address)
        return NOBODY;
    return known_at(graph, low)->node;
}

/* The addresses of pools, then those of holds, whose nodes are pools + the number of the hold. */
static bool list_addresses(struct graph *graph)
{
    const struct gathering *gathering = graph->gathering;
    size_t holds = gathering->holds.count;
    if (graph->pools + holds >= NOBODY)
        return fail_pointer(ENOMEM);
    struct known *known = growing_make(&graph->known, graph->pools + holds, sizeof(*known));
    if (!known)
        return false;
    for (size_t i = 0; i < graph->pools; i++)
        known[i] = (struct known){gathered_at(gathering, i)->seen.pool, (uint32_t)i};
    for (size_t i = 0; i < holds; i++)
        known[graph->pools + i] =
            (struct known){hold_at(gathering, i)->seen.object, (uint32_t)(graph->pools + i)};
    if (graph->known.count)
        qsort(known, graph->known.count, sizeof(*known), by_address);
    return true;
}

/* Keeps one of each address, and numbers those that are not pools. */
static bool number_objects(struct graph *graph)
{
    size_t kept = 0;
    size_t count = graph->known.count;
    for (size_t i = 0; i < count; i++) {
        struct known *known = known_at(graph, i);
        if (kept && known_at(graph, kept - 1)->address == known->address)
            continue;
        if (known->node >= graph->pools) {
            uint32_t *hold = growing_add(&graph->holds, sizeof(*hold));
            if (!hold)
                return false;
            *hold = known->node - (uint32_t)graph->pools;
            known->node = (uint32_t)(graph->pools + graph->holds.count - 1);
        }
        *known_at(graph, kept++) = *known;
    }
    graph->known.count = kept;
    graph->count = graph->pools + graph->holds.count;
    return true;
}

static bool add_edge(struct graph *graph, uint32_t from, const void *to, enum edge_kind kind)
{
    uint32_t node = node_of(graph, to);
    if (from == NOBODY || node == NOBODY)
        return true;
    struct edge *edge = growing_add(&graph->edges, sizeof(*edge));
    if (edge)
        *edge = (struct edge){.from = from, .to = node, .kind = kind};
    return edge;
}

static bool add_edges(struct graph *graph)
{
    const struct gathering *gathering = graph->gathering;
    for (size_t i = 0; i < graph->pools; i++) {
        const struct gathered *pool = gathered_at(gathering, i);
        if (!add_edge(graph, pool->parent, pool->seen.pool, EDGE_CHILD))
            return false;
    }
    for (size_t i = 0; i < gathering->holds.count; i++) {
        const struct gathered_hold *hold = hold_at(gathering, i);
        if (!add_edge(graph, hold->pool, hold->seen.object, EDGE_HOLD))
            return false;
    }
    for (size_t i = 0; i < graph->holds.count; i++) {
        uint32_t number = ((const uint32_t *)(const void *)graph->holds.items)[i];
        const struct hold_seen *seen = &hold_at(gathering, number)->seen;
        uint32_t node = (uint32_t)(graph->pools + i);
        if (seen->weak && seen->target && !add_edge(graph, node, seen->target, EDGE_WEAK))
            return false;
    }
    for (size_t i = 0; i < gathering->links.count; i++) {
        const struct link_seen *link = link_at(gathering, i);
        if (!add_edge(graph, node_of(graph, link->from), link->to, EDGE_LINK))
            return false;
    }
    return true;
}

static int by_ends(const void *one, const void *other)
{
    const struct edge *a = one;
    const struct edge *b = other;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->kind < b->kind ? -1 : a->kind > b->kind;
}

static bool sort_edges(struct graph *graph)
{
    uint32_t *first = growing_make(&graph->first, graph->count + 1, sizeof(*first));
    size_t edge = 0;
    if (!first)
        return false;
    if (graph->edges.count)
        qsort(graph->edges.items, graph->edges.count, sizeof(struct edge), by_ends);
    for (size_t node = 0; node <= graph->count; node++) {
        while (edge < graph->edges.count && edge_at(graph, edge)->from < node)
            edge++;
        first[node] = (uint32_t)edge;
    }
    return true;
}

bool graph_make(struct graph *graph, const struct gathering *gathering)
{
    *graph = (struct graph){.gathering = gathering, .pools = gathering->pools.count};
    return list_addresses(graph) && number_objects(graph) && add_edges(graph) &&
           sort_edges(graph) && cycles_find(graph);
}

void graph_free(struct graph *graph)
{
    growing_free(&graph->known);
    growing_free(&graph->holds);
    growing_free(&graph->edges);
    growing_free(&graph->first);
    growing_free(&graph->group);
}
