/*
 * tools/ownstat/compare.h - reports of one program beside one another: what each path of names, and
 * each place of allocation, had in each of them.
 */
#ifndef OWNSTAT_COMPARE_H
#define OWNSTAT_COMPARE_H

#include "places.h"
#include "tree.h"

/* What a path or a place has in one report; places have no pools. */
struct amount {
    uint64_t bytes, blocks;
    size_t pools;
};

/*
 * A path or a place, in all reports: amounts[report]. It is written from the last report that has
 * it: in `seen`, the node or the stack `number` there.
 */
struct row {
    struct amount *amounts;
    size_t seen, number;
    size_t same; /* pools of the path that are in the first report and in the last one */
};

struct rows {
    struct row *all;
    size_t count, room;
};

struct comparison {
    own_pool *memory;
    struct report **reports;
    struct tree **trees;
    struct stack_sums **sums;
    struct places **places; /* NULL where nothing was asked yet */
    size_t count;
    bool same_process; /* all reports are of one run */
    bool exact;        /* bytes are written without units */
    bool symbols;
    struct rows paths, stacks;
};

/* Reads all reports, and makes the rows of paths and places. Ends the program if one is wrong. */
struct comparison *comparison_make(char **names, size_t count, enum naming naming, double timeout);

/* Writes a row's path, or its stack, to the end of the line, and below. */
void comparison_put_path(FILE *out, const struct comparison *comparison, const struct row *row);
void comparison_put_stack(FILE *out, struct comparison *comparison, const struct row *row,
                          int indent);

/* `PROGRAM[PID]: bytes A, B, C; ...' over all reports. */
void comparison_put_head(FILE *out, const struct comparison *comparison);

#endif
