/*
 * without_pools.c - the same with malloc and free: whatever was begun has to be remembered, and
 * every way out has to undo just that.
 */
#include "market.h"
#include "matrices.h"

#include <stdlib.h>
#include <string.h>

struct matrices *matrices_new(void)
{
    return calloc(1, sizeof(struct matrices));
}

/* It may be half-built: its name, its rows and their items may be missing. */
static void matrix_free(struct matrix *matrix)
{
    if (!matrix)
        return;
    if (matrix->rows)
        for (size_t i = 0; i < matrix->row_count; i++)
            free(matrix->rows[i].items);
    free(matrix->rows);
    free(matrix->name);
    free(matrix);
}

void matrices_free(struct matrices *all)
{
    for (size_t i = 0; i < all->count; i++)
        matrix_free(all->matrix[i]);
    free(all->matrix);
    free(all);
}

static int add_item(const struct market *market, struct row *row, struct item item)
{
    if (row_is_full(row)) {
        struct item *items = reallocarray(row->items, row_next_capacity(row), sizeof(*items));
        if (!items)
            return market_error(market, "no memory");
        row->items = items;
    }
    if (!row_insert(row, item))
        return market_error(market, "the second entry at that place");
    return 0;
}

static int add_entry(const struct market *market, struct matrix *matrix, struct entry entry)
{
    if (add_item(market, &matrix->rows[entry.row], (struct item){entry.column, entry.value}) != 0)
        return -1;
    if (!market->symmetric || entry.row == entry.column)
        return 0;
    return add_item(market, &matrix->rows[entry.column], (struct item){entry.row, entry.value});
}

static struct matrix *read_matrix(struct market *market)
{
    struct matrix *matrix = calloc(1, sizeof(*matrix));
    struct entry entry;
    int got;

    if (!matrix || !(matrix->name = strdup(market->path)) ||
        !(matrix->rows = calloc(market->rows + !market->rows, sizeof(*matrix->rows)))) {
        market_error(market, "no memory");
        matrix_free(matrix);
        return NULL;
    }
    matrix->row_count = market->rows;
    matrix->columns = market->columns;
    while ((got = market_next(market, &entry)) == 1)
        if (add_entry(market, matrix, entry) != 0) {
            matrix_free(matrix);
            return NULL;
        }
    if (got != 0) {
        matrix_free(matrix);
        return NULL;
    }
    return matrix;
}

static int append(struct matrices *all, const struct market *market, struct matrix *matrix)
{
    struct matrix **list = reallocarray(all->matrix, all->count + 1, sizeof(*list));

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
    struct matrix *matrix = read_matrix(&market);
    int result = matrix ? append(all, &market, matrix) : -1;
    if (result != 0)
        matrix_free(matrix);
    market_close(&market);
    return result;
}

/* malloc does not know whose its blocks are. */
void matrices_print_usage(const struct matrices *all, FILE *out)
{
    (void)all;
    fprintf(out, "nobody knows\n");
}
