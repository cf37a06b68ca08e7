/*
 * tools/ownstat/cycles.h - cycles of references among pools: strongly connected components of what
 * parents have of their children and what pools hold.
 */
#ifndef OWNSTAT_CYCLES_H
#define OWNSTAT_CYCLES_H

#include "report.h"

/*
 * The number of a component for each pool, in the report's memory; NONE: the pool is in no cycle.
 * count: how many there are. Cost: pools and holds.
 */
size_t *cycles_find(const struct report *report, size_t *count);

#endif
