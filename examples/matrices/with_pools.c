/*
 * with_pools.c - every matrix is a pool below that of the array: one call ends a matrix, whole or
 * half-built, and one the array.
 */
#include "market.h"
#include "matrices.h"

#include <own.h>

struct matrices *matrices_new(void)
{
    own_pool *pool = own_pool_new(NULL);
    struct matrices *all = OWN_ALLOC(pool, struct matrices);

    if (!all) {
        own_decref(pool);
        return NULL;
    }
    all->pool = pool;
    return all;
}

void matrices_free(struct matrices *all)
{
    own_decref(all->pool);
}

static int add_item(own_pool *pool, const struct market *market, struct row *row, struct item item)
{
    if (row_is_full(row)) {
        struct item *items = own_realloc(pool, row->items, row_next_capacity(row), sizeof(*items));
        if (!items)
            return market_error(market, "no memory");
        row->items = items;
    }
    if (!row_insert(row, item))
        return market_error(market, "the second entry at that place");
    return 0;
}

static int add_entry(own_pool *pool, const struct market *market, struct matrix *matrix,
                     struct entry entry)
{
    if (add_item(pool, market, &matrix->rows[entry.row],
                 (struct item){entry.column, entry.value}) != 0)
        return -1;
    if (!market->symmetric || entry.row == entry.column)
        return 0;
    return add_item(pool, market, &matrix->rows[entry.column],
                    (struct item){entry.row, entry.value});
}

/* What it leaves in the pool when it fails goes with the pool. */
static struct matrix *read_matrix(own_pool *pool, struct market *market)
{
    struct matrix *matrix = OWN_ALLOC(pool, struct matrix);
    struct entry entry;
    int got;

    if (!matrix || !(matrix->name = own_strdup(pool, market->path)) ||
        !(matrix->rows = OWN_ALLOC_N(pool, struct row, market->rows))) {
        market_error(market, "no memory");
        return NULL;
    }
    matrix->row_count = market->rows;
    matrix->columns = market->columns;
    while ((got = market_next(market, &entry)) == 1)
        if (add_entry(pool, market, matrix, entry) != 0)
            return NULL;
    return got == 0 ? matrix : NULL;
}

static int append(struct matrices *all, const struct market *market, struct matrix *matrix)
{
    struct matrix **list = own_realloc(all->pool, all->matrix, all->count + 1, sizeof(*list));

    if (!list)
        return market_error(market, "no memory");
    all->matrix = list;
    all->matrix[all->count++] = matrix;
    return 0;
}

int matrices_read(struct matrices *all, const char *path)
{
    struct market market;

    if (market_open(&market, path) != 0)
        return -1;
    own_pool *pool = own_pool_new(all->pool);
    struct matrix *matrix = read_matrix(pool, &market);
    int result = matrix ? append(all, &market, matrix) : -1;
    if (result != 0)
        own_drop(all->pool, pool);
    market_close(&market);
    return result;
}

void matrices_print_usage(const struct matrices *all, FILE *out)
{
    own_usage usage;

    own_pool_total(all->pool, &usage);
    fprintf(out, "%zu pools, %zu blocks, %zu bytes\n", usage.pools, usage.blocks, usage.bytes);
}
