/*
 * tools/ownstat/graph_objects.c - objects in the drawing that are no pools. One that several pools
 * hold, or that a weak reference refers to, is a node of its own; the others of one type in one
 * pool are together.
 */
#include <stdlib.h>

#include "graph.h"
#include "text.h"

struct objects {
    const struct graph *graph;
    own_pool *memory;
    size_t *holds; /* of objects that are no pools, by pools that are drawn; not the weak ones */
    size_t hold_count, hold_room;
    size_t *weak; /* holds of weak references */
    size_t weak_count, weak_room;
    size_t *alone; /* those of `holds` that are of no other node */
    size_t alone_count, alone_room;
};

static const struct hold *hold_at(const struct objects *objects, size_t number)
{
    return &objects->graph->report->holds[number];
}

static void add(const struct objects *objects, size_t **list, size_t *count, size_t *room,
                size_t number)
{
    *list = memory_grow(objects->memory, *list, *count, room, sizeof **list);
    (*list)[(*count)++] = number;
}

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_objects(const void *a, const void *b, void *arg)
{
    const struct objects *objects = arg;
    const struct hold *one = hold_at(objects, *(const size_t *)a);
    const struct hold *other = hold_at(objects, *(const size_t *)b);
    int order = compare(one->object, other->object);
    return order != 0 ? order : compare(one->pool, other->pool);
}

static int compare_targets(const void *a, const void *b, void *arg)
{
    const struct objects *objects = arg;
    const struct hold *one = hold_at(objects, *(const size_t *)a);
    const struct hold *other = hold_at(objects, *(const size_t *)b);
    int order = compare(one->to, other->to);
    return order != 0 ? order : compare(one->pool, other->pool);
}

static int compare_types(const void *a, const void *b, void *arg)
{
    const struct objects *objects = arg;
    const struct hold *one = hold_at(objects, *(const size_t *)a);
    const struct hold *other = hold_at(objects, *(const size_t *)b);
    int order = compare(one->pool, other->pool);
    return order != 0 ? order : compare(one->type, other->type);
}

static void sort(struct objects *objects, size_t *list, size_t count,
                 int (*order)(const void *, const void *, void *))
{
    if (count > 0)
        qsort_r(list, count, sizeof *list, order, objects);
}

static void collect(struct objects *objects)
{
    const struct report *report = objects->graph->report;
    for (size_t i = 0; i < report->hold_count; i++) {
        const struct hold *hold = &report->holds[i];
        if (!objects->graph->is_shown[hold->pool] || hold->held != NONE)
            continue;
        if (hold->is_weak)
            add(objects, &objects->weak, &objects->weak_count, &objects->weak_room, i);
        else
            add(objects, &objects->holds, &objects->hold_count, &objects->hold_room, i);
    }
    sort(objects, objects->holds, objects->hold_count, compare_objects);
    sort(objects, objects->weak, objects->weak_count, compare_targets);
}

static void put_object(FILE *out, const struct objects *objects, const struct hold *hold)
{
    char size[TEXT_ROOM];
    fprintf(out, "  o%llx [shape=ellipse, fillcolor=white, fontsize=9, label=\"",
            (unsigned long long)hold->object);
    const struct report *report = objects->graph->report;
    graph_put_label(out, report_text(report, hold->name != NONE ? hold->name : hold->type));
    if (hold->name == NONE)
        fprintf(out, "\\n%s", text_bytes(size, hold->size, objects->graph->exact));
    fputs("\"];\n", out);
}

/* What weak references refer to may be held by nobody here: then this is all there is to say. */
static void put_targets(FILE *out, const struct objects *objects)
{
    uint64_t last = 0;
    for (size_t i = 0; i < objects->weak_count; i++) {
        uint64_t to = hold_at(objects, objects->weak[i])->to;
        if (to != last && report_find(objects->graph->report, to) == NONE)
            fprintf(out,
                    "  o%llx [shape=ellipse, fillcolor=white, fontsize=9, label=\"an object\"];\n",
                    (unsigned long long)to);
        last = to;
    }
}

/* Objects in the order of their ids, beside the targets of weak references in the same order. */
static void put_objects(FILE *out, struct objects *objects)
{
    size_t target = 0, nodes = 0;
    for (size_t i = 0, end; i < objects->hold_count; i = end) {
        const struct hold *hold = hold_at(objects, objects->holds[i]);
        for (end = i + 1; end < objects->hold_count &&
                          hold_at(objects, objects->holds[end])->object == hold->object;)
            end++;
        while (target < objects->weak_count &&
               hold_at(objects, objects->weak[target])->to < hold->object)
            target++;
        bool is_target = target < objects->weak_count &&
                         hold_at(objects, objects->weak[target])->to == hold->object;
        if ((end == i + 1 && !is_target) || nodes == objects->graph->most) {
            for (; i < end; i++)
                add(objects, &objects->alone, &objects->alone_count, &objects->alone_room,
                    objects->holds[i]);
            continue;
        }
        nodes++;
        put_object(out, objects, hold);
        for (size_t j = i; j < end; j++)
            fprintf(out, "  p%zu -> o%llx [style=dashed];\n",
                    hold_at(objects, objects->holds[j])->pool, (unsigned long long)hold->object);
    }
}

static void put_types(FILE *out, struct objects *objects)
{
    sort(objects, objects->alone, objects->alone_count, compare_types);
    for (size_t i = 0, end; i < objects->alone_count; i = end) {
        const struct hold *hold = hold_at(objects, objects->alone[i]);
        uint64_t bytes = 0;
        char size[TEXT_ROOM];
        for (end = i; end < objects->alone_count; end++) {
            const struct hold *next = hold_at(objects, objects->alone[end]);
            if (next->pool != hold->pool || next->type != hold->type)
                break;
            bytes = add_up_to_most(bytes, next->size);
        }
        fprintf(out, "  t%zu_%zu [shape=ellipse, fillcolor=white, fontsize=9, label=\"", hold->pool,
                hold->type);
        graph_put_label(out, report_text(objects->graph->report, hold->type));
        if (end > i + 1)
            fprintf(out, " x%zu", end - i);
        fprintf(out, "\\n%s\"];\n  p%zu -> t%zu_%zu [style=dashed];\n",
                text_bytes(size, bytes, objects->graph->exact), hold->pool, hold->pool, hold->type);
    }
}

/* A dotted line for each pair of a pool and what it has weak references to. */
static void put_weak(FILE *out, const struct objects *objects)
{
    const struct report *report = objects->graph->report;
    for (size_t i = 0, end; i < objects->weak_count; i = end) {
        const struct hold *hold = hold_at(objects, objects->weak[i]);
        for (end = i; end < objects->weak_count; end++) {
            const struct hold *next = hold_at(objects, objects->weak[end]);
            if (next->to != hold->to || next->pool != hold->pool)
                break;
        }
        size_t pool = hold->to == 0 ? NONE : report_find(report, hold->to);
        if (pool != NONE && !objects->graph->is_shown[pool])
            continue;
        if (hold->to == 0)
            fprintf(out,
                    "  g%zu [shape=plaintext, style=\"\", fontsize=9, label=\"gone x%zu\"];\n"
                    "  p%zu -> g%zu",
                    hold->pool, end - i, hold->pool, hold->pool);
        else if (pool != NONE)
            fprintf(out, "  p%zu -> p%zu", hold->pool, pool);
        else
            fprintf(out, "  p%zu -> o%llx", hold->pool, (unsigned long long)hold->to);
        fputs(" [style=dotted];\n", out);
    }
}

void graph_write_objects(FILE *out, const struct graph *graph)
{
    struct objects objects = {.graph = graph, .memory = memory_new(NULL, "objects")};
    collect(&objects);
    put_targets(out, &objects);
    put_objects(out, &objects);
    put_types(out, &objects);
    put_weak(out, &objects);
    own_decref(objects.memory);
}
