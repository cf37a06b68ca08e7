/*
 * tools/ownstat/scan.c - the outermost level of the JSON; what is inside is for jansson.
 */
#include "scan.h"

#include <stdarg.h>
#include <string.h>

/* The line and the column of a place, both from 1; bytes of one character count once. */
static void find_place(const struct scan *scan, size_t at, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at; i++) {
        if (scan->text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)scan->text[i] & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

bool scan_problem(const struct scan *scan, size_t at, const char *format, ...)
{
    size_t line, column;
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    find_place(scan, at, &line, &column);
    return problem_set(scan->problem, "%s:%zu:%zu: %s", scan->source, line, column, what);
}

char scan_peek(struct scan *scan)
{
    while (scan->at < scan->length && memchr(" \t\r\n", scan->text[scan->at], 4))
        scan->at++;
    return scan->at < scan->length ? scan->text[scan->at] : '\0';
}

bool scan_expect(struct scan *scan, char character, const char *where)
{
    char next = scan_peek(scan);
    if (next == character) {
        scan->at++;
        return true;
    }
    if (scan->at == scan->length)
        return scan_problem(scan, scan->at, "the file ends where `%c' is expected %s", character,
                            where);
    if (next < ' ' || next > '~')
        return scan_problem(scan, scan->at, "`%c' is expected %s", character, where);
    return scan_problem(scan, scan->at, "`%c' is expected %s, not `%c'", character, where, next);
}

/* jansson counts lines from the beginning of the value, and columns of what it has read. */
static void pass_on(const struct scan *scan, const json_error_t *error)
{
    size_t line, column;
    find_place(scan, scan->item_at, &line, &column);
    size_t error_column = error->column > 0 ? (size_t)error->column : 1;
    size_t error_line = error->line > 0 ? (size_t)error->line : 1;
    problem_set(scan->problem, "%s:%zu:%zu: %s", scan->source, line + error_line - 1,
                error_line == 1 ? column + error_column - 1 : error_column, error->text);
}

json_t *scan_value(struct scan *scan)
{
    static const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    json_error_t error;
    char next = scan_peek(scan);
    scan->item_at = scan->at;
    if (scan->at == scan->length) {
        scan_problem(scan, scan->at, "the file ends where a value is expected");
        return NULL;
    }
    if (memchr(",:]}", next, 4)) {
        scan_problem(scan, scan->at, "a value is expected, not `%c'", next);
        return NULL;
    }
    const char *begin = scan->text + scan->at;
    json_t *value = json_loadb(begin, scan->length - scan->at, flags, &error);
    scan->has_reals = false;
    /* SIZE_MAX is a limit that refuses nothing, and jansson's integers have a sign. */
    if (!value && json_error_code(&error) == json_error_numeric_overflow) {
        json_error_t again;
        value = json_loadb(begin, scan->length - scan->at, flags | JSON_DECODE_INT_AS_REAL, &again);
        scan->has_reals = value != NULL;
        if (value)
            error = again;
    }
    if (!value) {
        pass_on(scan, &error);
        return NULL;
    }
    scan->at += (size_t)error.position;
    return value;
}
