/*
 * market.c - see market.h. A line is read whole, then its words one by one.
 */
#include "market.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\r\n\f\v";

int market_error(const struct market *market, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%zu: ", market->path, market->line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return -1;
}

/* Returns 1, 0 at the end of the file, or -1. */
static int read_line(struct market *market, char line[MARKET_LINE_MAX + 2])
{
    market->line++;
    if (!fgets(line, MARKET_LINE_MAX + 2, market->file)) {
        if (ferror(market->file))
            return market_error(market, "%s", strerror(errno));
        return 0;
    }
    if (!strchr(line, '\n') && !feof(market->file))
        return market_error(market, "more than %d characters, or a null", MARKET_LINE_MAX);
    return 1;
}

/* The same for lines that are neither empty nor a comment. */
static int read_data(struct market *market, char line[MARKET_LINE_MAX + 2])
{
    int got;

    do
        got = read_line(market, line);
    while (got == 1 && (line[0] == '%' || !line[strspn(line, blanks)]));
    return got;
}

static char *next_word(char **rest)
{
    return strtok_r(NULL, blanks, rest);
}

static int read_count(const struct market *market, const char *word, const char *what,
                      size_t *count)
{
    char *end;

    if (!word)
        return market_error(market, "no %s", what);
    errno = 0;
    unsigned long value = strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || errno)
        return market_error(market, "\"%.40s\" is no %s", word, what);
    *count = value;
    return 0;
}

static int read_index(const struct market *market, const char *word, const char *what, size_t bound,
                      size_t *index)
{
    size_t count;

    if (read_count(market, word, what, &count) != 0)
        return -1;
    if (count < 1 || count > bound)
        return market_error(market, "%s %zu is not between 1 and %zu", what, count, bound);
    *index = count - 1;
    return 0;
}

static int read_value(const struct market *market, const char *word, double *value)
{
    char *end;

    if (!word)
        return market_error(market, "no value");
    errno = 0;
    if (market->field == MARKET_INTEGER)
        *value = (double)strtoll(word, &end, 10);
    else
        *value = strtod(word, &end);
    if (*end || !isfinite(*value) || (errno && market->field == MARKET_INTEGER))
        return market_error(market, "\"%.40s\" is no %s value", word,
                            market->field == MARKET_INTEGER ? "integer" : "real");
    return 0;
}

static int read_no_more(const struct market *market, char **rest)
{
    const char *word = next_word(rest);

    return word ? market_error(market, "\"%.40s\" is too much", word) : 0;
}

/* Finds a word of the banner among those that are understood, in any case. */
static int find_word(const struct market *market, const char *word, const char *const *known)
{
    for (int i = 0; word && known[i]; i++)
        if (strcasecmp(word, known[i]) == 0)
            return i;
    return market_error(market, "\"%.40s\" instead of %s%s", word ? word : "", known[0],
                        known[1] ? " or another that is understood" : "");
}

static int read_banner(struct market *market)
{
    static const char *const starts[] = {"%%MatrixMarket", NULL},
                             *const objects[] = {"matrix", NULL},
                             *const formats[] = {"coordinate", NULL},
                             *const fields[] = {"real", "integer", "pattern", NULL},
                             *const symmetries[] = {"general", "symmetric", NULL};
    char line[MARKET_LINE_MAX + 2], *rest;
    int got = read_line(market, line);

    if (got <= 0)
        return got == 0 ? market_error(market, "an empty file") : -1;
    if (find_word(market, strtok_r(line, blanks, &rest), starts) < 0 ||
        find_word(market, next_word(&rest), objects) < 0 ||
        find_word(market, next_word(&rest), formats) < 0)
        return -1;
    int field = find_word(market, next_word(&rest), fields);
    int symmetry = field < 0 ? -1 : find_word(market, next_word(&rest), symmetries);
    if (symmetry < 0)
        return -1;
    market->field = field == 0 ? MARKET_REAL : field == 1 ? MARKET_INTEGER : MARKET_PATTERN;
    market->symmetric = symmetry == 1;
    return read_no_more(market, &rest);
}

static int read_sizes(struct market *market)
{
    char line[MARKET_LINE_MAX + 2], *rest;
    int got = read_data(market, line);

    if (got <= 0)
        return got == 0 ? market_error(market, "the file ends before the sizes") : -1;
    if (read_count(market, strtok_r(line, blanks, &rest), "number of rows", &market->rows) != 0 ||
        read_count(market, next_word(&rest), "number of columns", &market->columns) != 0 ||
        read_count(market, next_word(&rest), "number of entries", &market->entries) != 0 ||
        read_no_more(market, &rest) != 0)
        return -1;
    if (market->rows > MARKET_DIMENSION_MAX || market->columns > MARKET_DIMENSION_MAX)
        return market_error(market, "more than %lu rows or columns", MARKET_DIMENSION_MAX);
    if (market->symmetric && market->rows != market->columns)
        return market_error(market, "symmetric, with %zu rows and %zu columns", market->rows,
                            market->columns);
    return 0;
}

int market_open(struct market *market, const char *path)
{
    *market = (struct market){.file = fopen(path, "r"), .path = path};
    if (!market->file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (read_banner(market) == 0 && read_sizes(market) == 0)
        return 0;
    market_close(market);
    return -1;
}

void market_close(struct market *market)
{
    if (market->file)
        fclose(market->file);
    market->file = NULL;
}

int market_next(struct market *market, struct entry *entry)
{
    char line[MARKET_LINE_MAX + 2], *rest;
    int got = read_data(market, line);

    if (got == 0 && market->found < market->entries)
        return market_error(market, "the file ends after %zu of %zu entries", market->found,
                            market->entries);
    if (got <= 0)
        return got;
    if (market->found == market->entries)
        return market_error(market, "more than %zu entries", market->entries);
    entry->value = 1;
    if (read_index(market, strtok_r(line, blanks, &rest), "row", market->rows, &entry->row) != 0 ||
        read_index(market, next_word(&rest), "column", market->columns, &entry->column) != 0 ||
        (market->field != MARKET_PATTERN &&
         read_value(market, next_word(&rest), &entry->value) != 0) ||
        read_no_more(market, &rest) != 0)
        return -1;
    if (market->symmetric && entry->column > entry->row)
        return market_error(market, "above the diagonal of a symmetric matrix");
    market->found++;
    return 1;
}
