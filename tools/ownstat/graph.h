/*
 * tools/ownstat/graph.h - a report as a graph in the language of Graphviz.
 */
#ifndef OWNSTAT_GRAPH_H
#define OWNSTAT_GRAPH_H

#include "report.h"

struct graph {
    struct report *report;
    size_t *component; /* of cycles_find */
    size_t cycles;
    bool *is_shown; /* by number of a pool */
    size_t shown;   /* how many are */
    size_t most;    /* how many objects of one kind there may be */
    bool objects;   /* objects that are no pools are shown too */
    bool exact;     /* bytes are written without units */
};

/* Chooses `most` pools (0: all): those in cycles first, then the largest with all below them. */
void graph_choose(struct graph *graph, size_t most);

void graph_write(FILE *out, const struct graph *graph);

/* The part of it that is about objects that are no pools, and weak references. */
void graph_write_objects(FILE *out, const struct graph *graph);

/* Text inside of the quotes of a label. */
void graph_put_label(FILE *out, const char *text);

#endif
