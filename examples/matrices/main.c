/*
 * main.c - reads matrices from files and prints what is in them.
 */
#include "matrices.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: matrices [--entries] [--usage] FILE...\n"
                            "  --entries  prints all entries, row by row\n"
                            "  --usage    says what the matrices take of memory\n";

static void print_entries(const struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->row_count; i++) {
        const struct row *row = &matrix->rows[i];
        for (size_t j = 0; j < row->length; j++)
            printf("%zu %zu %.17g\n", i + 1, row->items[j].column + 1, row->items[j].value);
    }
}

static void print_matrix(const struct matrix *matrix)
{
    size_t count = 0;
    double sum = 0;

    for (size_t i = 0; i < matrix->row_count; i++) {
        count += matrix->rows[i].length;
        for (size_t j = 0; j < matrix->rows[i].length; j++)
            sum += matrix->rows[i].items[j].value;
    }
    printf("%s: %zu x %zu, %zu entries, sum %.10g\n", matrix->name, matrix->row_count,
           matrix->columns, count, sum);
}

/* Files that are wrong are left out. Returns whether there was none. */
static bool read_all(struct matrices *all, char **paths)
{
    bool good = true;

    for (; *paths; paths++)
        if (matrices_read(all, *paths) != 0)
            good = false;
    return good;
}

int main(int count, char **arguments)
{
    bool with_entries = false, with_usage = false;
    int at = 1;

    for (; at < count && strncmp(arguments[at], "--", 2) == 0; at++) {
        with_entries |= strcmp(arguments[at], "--entries") == 0;
        with_usage |= strcmp(arguments[at], "--usage") == 0;
        if (strcmp(arguments[at], "--entries") != 0 && strcmp(arguments[at], "--usage") != 0)
            count = 0;
    }
    if (at >= count) {
        fputs(usage, stderr);
        return 2;
    }

    struct matrices *all = matrices_new();
    if (!all) {
        fputs("matrices: no memory\n", stderr);
        return 1;
    }
    bool good = read_all(all, arguments + at);
    for (size_t i = 0; i < all->count; i++) {
        print_matrix(all->matrix[i]);
        if (with_entries)
            print_entries(all->matrix[i]);
    }
    if (with_usage)
        matrices_print_usage(all, stdout);
    matrices_free(all);
    return good ? 0 : 1;
}
