/*
 * report/cycles.c - which nodes of the graph are in a cycle together: strongly connected components
 * (Tarjan, Depth-first search and linear graph algorithms, 1972), with the path in an array.
 */
#include "report/report.h"

/* Of a node. */
struct visit {
    uint32_t number; /* in the order in which nodes were found, from 1; 0: not yet */
    uint32_t low;    /* the least number that is reached from it, of those on the stack */
    uint32_t edge;   /* the next edge to follow */
    uint32_t above;  /* the node before it on the path */
};

struct search {
    struct graph *graph;
    struct visit *visits;
    uint32_t *stack; /* the nodes that have no group yet */
    size_t waiting;
    uint32_t *group;
    uint32_t found;
};

static void begin(struct search *search, uint32_t node, uint32_t above)
{
    uint32_t edge = ((const uint32_t *)(const void *)search->graph->first.items)[node];
    search->found++;
    search->visits[node] = (struct visit){search->found, search->found, edge, above};
    search->stack[search->waiting++] = node;
}

/* All edges of a node have been followed: if it reaches nothing older, what waits behind it is its
   group. */
static void end(struct search *search, uint32_t node)
{
    const struct visit *visit = &search->visits[node];
    if (visit->above != NOBODY && search->visits[visit->above].low > visit->low)
        search->visits[visit->above].low = visit->low;
    if (visit->low != visit->number)
        return;
    while (search->waiting) {
        uint32_t member = search->stack[--search->waiting];
        search->group[member] = node;
        if (member == node)
            return;
    }
}

static void search_from(struct search *search, uint32_t root)
{
    const struct graph *graph = search->graph;
    const uint32_t *first = (const uint32_t *)(const void *)graph->first.items;
    uint32_t node = root;
    begin(search, root, NOBODY);
    while (node != NOBODY) {
        struct visit *visit = &search->visits[node];
        if (visit->edge == first[node + 1]) {
            end(search, node);
            node = visit->above;
            continue;
        }
        const struct edge *edge = edge_at(graph, visit->edge++);
        const struct visit *other = &search->visits[edge->to];
        if (edge->kind == EDGE_WEAK)
            continue;
        if (!other->number) {
            begin(search, edge->to, node);
            node = edge->to;
        } else if (search->group[edge->to] == NOBODY && visit->low > other->number) {
            visit->low = other->number;
        }
    }
}

bool cycles_find(struct graph *graph)
{
    struct growing visits = {.items = NULL};
    struct growing stack = {.items = NULL};
    struct search search = {.graph = graph};
    search.visits = growing_make(&visits, graph->count, sizeof(*search.visits));
    search.stack = growing_make(&stack, graph->count, sizeof(*search.stack));
    search.group = growing_make(&graph->group, graph->count, sizeof(*search.group));
    bool done = search.visits && search.stack && search.group;
    for (size_t i = 0; done && i < graph->count; i++) {
        search.group[i] = NOBODY;
        search.visits[i].number = 0;
    }
    for (uint32_t i = 0; done && i < graph->count; i++) {
        if (!search.visits[i].number)
            search_from(&search, i);
    }
    growing_free(&visits);
    growing_free(&stack);
    return done;
}
