/*
 * tools/ownstat/cycles.c - Tarjan's strongly connected components, with a stack of its own in place
 * of calls.
 */
#include "cycles.h"

#include <string.h>

/* The references from each pool to others: to[first[pool]] and on, before to[first[pool + 1]]. */
struct edges {
    size_t *first, *to;
};

struct search {
    struct edges edges;
    size_t *found;     /* when a pool was found, from 1; 0: not yet */
    size_t *lowest;    /* the first of those that it leads to, of the open ones */
    size_t *next_edge; /* where to go on */
    size_t *path;      /* from where the search began to where it is */
    size_t *open;      /* found, and of no component yet */
    bool *is_open, *holds_itself;
    size_t path_length, open_count, clock;
    size_t *component;
    size_t components;
};

static void add_edge(struct edges *edges, size_t *next, size_t from, size_t to)
{
    if (edges->to)
        edges->to[next[from]] = to;
    next[from]++;
}

/* Called twice: counts, then fills. */
static void add_edges(const struct report *report, struct edges *edges, size_t *next)
{
    for (size_t i = 0; i < report->pool_count; i++)
        if (report->pools[i].parent != NONE)
            add_edge(edges, next, report->pools[i].parent, i);
    for (size_t i = 0; i < report->hold_count; i++)
        if (report->holds[i].held != NONE)
            add_edge(edges, next, report->holds[i].pool, report->holds[i].held);
}

static struct edges list_edges(const struct report *report, own_pool *memory)
{
    size_t count = report->pool_count;
    struct edges edges = {own_alloc(memory, count + 1, sizeof *edges.first), NULL};
    size_t *next = own_alloc(memory, count + 1, sizeof *next);
    add_edges(report, &edges, next);
    for (size_t i = 0; i < count; i++)
        edges.first[i + 1] = edges.first[i] + next[i];
    edges.to = own_alloc(memory, edges.first[count] + 1, sizeof *edges.to);
    memcpy(next, edges.first, count * sizeof *next);
    add_edges(report, &edges, next);
    return edges;
}

static void enter(struct search *search, size_t pool)
{
    search->found[pool] = search->lowest[pool] = ++search->clock;
    search->next_edge[pool] = search->edges.first[pool];
    search->path[search->path_length++] = pool;
    search->open[search->open_count++] = pool;
    search->is_open[pool] = true;
}

/* All open pools from this one on are a component. */
static void close_component(struct search *search, size_t pool)
{
    bool is_cycle = search->open[search->open_count - 1] != pool || search->holds_itself[pool];
    size_t last;
    do {
        last = search->open[--search->open_count];
        search->is_open[last] = false;
        search->component[last] = is_cycle ? search->components : NONE;
    } while (last != pool);
    search->components += is_cycle;
}

static void step(struct search *search)
{
    size_t pool = search->path[search->path_length - 1];
    if (search->next_edge[pool] < search->edges.first[pool + 1]) {
        size_t to = search->edges.to[search->next_edge[pool]++];
        if (search->found[to] == 0)
            enter(search, to);
        else if (search->is_open[to] && search->found[to] < search->lowest[pool])
            search->lowest[pool] = search->found[to];
        return;
    }
    if (search->lowest[pool] == search->found[pool])
        close_component(search, pool);
    search->path_length--;
    if (search->path_length > 0) {
        size_t above = search->path[search->path_length - 1];
        if (search->lowest[pool] < search->lowest[above])
            search->lowest[above] = search->lowest[pool];
    }
}

size_t *cycles_find(const struct report *report, size_t *count)
{
    own_pool *memory = memory_new(NULL, "cycles");
    size_t pools = report->pool_count + 1;
    struct search search = {
        .edges = list_edges(report, memory),
        .found = own_alloc(memory, pools, sizeof *search.found),
        .lowest = own_alloc(memory, pools, sizeof *search.lowest),
        .next_edge = own_alloc(memory, pools, sizeof *search.next_edge),
        .path = own_alloc(memory, pools, sizeof *search.path),
        .open = own_alloc(memory, pools, sizeof *search.open),
        .is_open = own_alloc(memory, pools, sizeof *search.is_open),
        .holds_itself = own_alloc(memory, pools, sizeof *search.holds_itself),
        .component = own_alloc(report->memory, pools, sizeof *search.component),
    };
    for (size_t i = 0; i < report->hold_count; i++)
        if (report->holds[i].held == report->holds[i].pool)
            search.holds_itself[report->holds[i].pool] = true;
    for (size_t i = 0; i < report->pool_count; i++) {
        if (search.found[i] == 0)
            enter(&search, i);
        while (search.path_length > 0)
            step(&search);
    }
    *count = search.components;
    own_decref(memory);
    return search.component;
}
