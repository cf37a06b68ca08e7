/*
 * tools/ownstat/names.h - texts that are kept once each, and have numbers from 0 in the order in
 * which they came: equal texts have equal numbers.
 */
#ifndef OWNSTAT_NAMES_H
#define OWNSTAT_NAMES_H

#include "ownstat.h"

struct names {
    own_pool *pool;     /* borrowed: all of it is there */
    const char **texts; /* by number */
    uint64_t *hashes;   /* by number */
    size_t count, room, hash_room;
    size_t *table; /* numbers, by hash; NONE: empty */
    size_t table_size;
};

void names_begin(struct names *names, own_pool *pool);
/* The number of a text, which is copied where it is new. */
size_t names_add(struct names *names, const char *text);
/* The number of a text; NONE: it is not there. */
size_t names_find(const struct names *names, const char *text);

/* A hash of two numbers, for tables by pairs. */
uint64_t hash_pair(uint64_t first, uint64_t second);

#endif
