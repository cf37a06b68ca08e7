/*
 * tools/ownstat/holders.h - who holds a pool besides its parent.
 */
#ifndef OWNSTAT_HOLDERS_H
#define OWNSTAT_HOLDERS_H

#include "tree.h"

/* The holds of each pool: holders->holds from first[pool] to before first[pool + 1]. */
struct holders {
    const struct report *report;
    size_t *first;
    size_t *holds;
};

/* In the report's memory. */
struct holders holders_make(const struct report *report);

/*
 * Writes `held by a, b x2', with the names of the pools that hold a pool of the node, and how many
 * references are the program's; nothing where there are none. `before` is written first.
 */
void holders_put(FILE *out, const struct holders *holders, const struct tree *tree, size_t node,
                 const char *before);

#endif
