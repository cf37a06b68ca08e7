/*
 * matrices.h - an array of sparse matrices. Two files implement it: with_pools.c and
 * without_pools.c.
 */
#ifndef MATRICES_H
#define MATRICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct item {
    size_t column;
    double value;
};

struct row {
    size_t length;
    struct item *items; /* by column */
};

struct matrix {
    char *name;
    size_t row_count, columns;
    struct row *rows;
};

struct matrices {
    struct own_pool *pool; /* of the one with pools */
    size_t count;
    struct matrix **matrix;
};

/* NULL: there is no memory. */
struct matrices *matrices_new(void);
void matrices_free(struct matrices *all);

/* Reads a file, and adds what it has. Returns -1 where it is wrong, or there is no memory: then it
   has been said on stderr, and nothing has been added. */
int matrices_read(struct matrices *all, const char *path);

/* Says how much memory there is in use, where that is known. */
void matrices_print_usage(const struct matrices *all, FILE *out);

/* row.c: what the two have in common. How many items a row has memory for; it doubles. */
bool row_is_full(const struct row *row);
size_t row_next_capacity(const struct row *row);
/* Puts an item into a row that is not full. False: it has that column already. */
bool row_insert(struct row *row, struct item item);

#endif
