/*
 * floats.c - commands that add floating-point numbers.
 *
 * As in Redis they are long doubles, and written with 17 digits behind the point at most.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define FLOAT_TEXT_MAX ((size_t)5 << 10) /* the largest long double has 4933 digits */

static bool parse_float(const struct string *string, long double *number)
{
    char text[FLOAT_TEXT_MAX];
    char *end;
    if (string->length == 0 || string->length >= sizeof text)
        return false;
    memcpy(text, string->bytes, string->length);
    text[string->length] = '\0';
    errno = 0;
    *number = strtold(text, &end);
    bool overflows = errno == ERANGE && (isinf(*number) || fpclassify(*number) == FP_ZERO);
    return !isspace((unsigned char)text[0]) && end == text + string->length && !overflows &&
           !isnan(*number);
}

/* Without zeros at the end, and without a point where nothing follows it. */
static size_t format_float(long double number, char text[FLOAT_TEXT_MAX])
{
    size_t length = (size_t)snprintf(text, FLOAT_TEXT_MAX, "%.17Lf", number);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    if (length == 2 && memcmp(text, "-0", 2) == 0) {
        text[0] = '0';
        length = 1;
    }
    return length;
}

static bool float_argument(struct request *request, size_t index, long double *number)
{
    if (parse_float(argument(request, index), number))
        return true;
    reply_error(request, "ERR value is not a valid float");
    return false;
}

static bool parse_cell(const union cell *cell, long double *number)
{
    char scratch[CELL_SCRATCH];
    struct string string = cell_look(cell, scratch);
    return parse_float(&string, number);
}

/* The sum as text. 0: replied that it is none. */
static size_t add(struct request *request, long double number, long double by,
                  char text[FLOAT_TEXT_MAX])
{
    number += by;
    if (!isnan(number) && !isinf(number))
        return format_float(number, text);
    reply_error(request, "ERR increment would produce NaN or Infinity");
    return 0;
}

void command_incrbyfloat(struct request *request)
{
    struct database *database = database_of(request);
    struct entry *entry;
    long double number = 0, by;
    char text[FLOAT_TEXT_MAX];
    bool is_new;
    if (!find_value(request, 1, VALUE_STRING, &entry))
        return;
    if (entry && !parse_cell(&entry->value.string, &number)) {
        reply_error(request, "ERR value is not a valid float");
        return;
    }
    size_t length = float_argument(request, 2, &by) ? add(request, number, by, text) : 0;
    if (length == 0 || !(entry = open_string(request, &is_new)))
        return;
    if (cell_replace(database->pool, &entry->value.string, &(struct string){text, length, NULL},
                     NULL) != 0) {
        if (is_new)
            database_delete(database, entry);
        reply_no_memory(request);
        return;
    }
    watch_touch(database, entry);
    reply_bytes(request, text, length);
}

/* false: replied why not, and the hash is as it was. */
static bool add_to_field(struct request *request, struct entry *entry, long double by)
{
    struct table *fields = entry->value.table;
    struct field *field = find_field(entry, argument(request, 2));
    long double number = 0;
    char text[FLOAT_TEXT_MAX];
    bool is_new;
    if (field && !parse_cell(&field->value, &number)) {
        reply_error(request, "ERR hash value is not a float");
        return false;
    }
    size_t length = add(request, number, by, text);
    if (length == 0)
        return false;
    field = open_field(request, entry, argument(request, 2), &is_new);
    if (!field || cell_replace(fields->pool, &field->value, &(struct string){text, length, NULL},
                               NULL) != 0) {
        if (field && is_new)
            table_remove(fields, &field->item);
        reply_no_memory(request);
        return false;
    }
    watch_touch(database_of(request), entry);
    reply_bytes(request, text, length);
    return true;
}

void command_hincrbyfloat(struct request *request)
{
    long double by;
    if (!float_argument(request, 3, &by))
        return;
    if (isinf(by)) {
        reply_error(request, "ERR value is NaN or Infinity");
        return;
    }
    struct entry *entry = open_value(request, 1, VALUE_HASH);
    if (entry && !add_to_field(request, entry, by))
        close_value(request, entry);
}
