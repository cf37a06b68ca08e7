/*
 * array/print.c - arrays as text, as numpy has it.
 *
 * All items that are shown are put twice: into a sink that goes nowhere, to measure the columns,
 * and into the file. put_axis calls itself once for each dimension, of which there are few.
 */
#include "array/array.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

#define LINE_WIDTH 75
#define SHOWN_WHOLE 1000 /* items; of more, only those at the ends of axes are shown */
#define SHOWN_ENDS 3     /* at each end of an axis */
#define FIELDS_MOST 64   /* with columns of their own; those behind share the last one's */

struct printer {
    const own_array *array;
    struct sink sink;
    bool cut;
    bool is_row; /* an item is several, without T{} around them */
    struct text_style styles[FIELDS_MOST][2];
};

static void new_line(struct sink *sink)
{
    sink->blanks = 0;
    sink_put(sink, "\n");
    sink->column = 0;
}

/* How many axes of a sub-array begin, or end, at that number of its items. */
static int edges(const size_t *lengths, int ndim, size_t at)
{
    size_t product = 1;
    int count = 0;
    while (count < ndim) {
        product *= lengths[ndim - 1 - count];
        if (at % product != 0)
            break;
        count++;
    }
    return count;
}

static void put_brackets(struct sink *sink, const char *bracket, int count)
{
    for (int i = 0; i < count; i++)
        sink_put(sink, bracket);
}

/* What is between parts of an item. */
static void put_comma(struct sink *sink, bool is_alone)
{
    sink_put(sink, is_alone ? "" : ",");
    sink_blanks(sink, 1);
}

/* All of a field: one, or as many as it has, in brackets. */
static void put_field(struct sink *sink, struct text_style *styles, const struct field *field,
                      const char *item, bool is_alone)
{
    size_t lengths[OWN_DIMENSIONS_MAX + 1];
    int ndim = format_shape(field, lengths);
    styles->single &= ndim == 0;
    for (size_t i = 0; i < field->count; i++) {
        if (i > 0)
            put_comma(sink, is_alone);
        put_brackets(sink, "[", edges(lengths, ndim, i));
        text_put(sink, styles, field, item + field->offset + i * field->size);
        put_brackets(sink, "]", edges(lengths, ndim, i + 1));
    }
}

static void put_item(struct printer *printer, struct sink *sink, const char *item)
{
    struct format format = format_begin(array_format(printer->array));
    struct field field;
    size_t lengths[OWN_DIMENSIONS_MAX + 1];
    int shown[FORMAT_DEPTH + 1] = {0};
    int depth = 0;
    int arrays = printer->array->ndim; /* and the sub-arrays that are open */
    if (printer->is_row)
        sink_put(sink, "(");
    while (format_next(&format, &field)) {
        bool is_alone = depth == 0 && !printer->is_row;
        if (field.code == '}') {
            sink_put(sink, shown[depth--] == 1 ? ",)" : ")");
            int ndim = format_shape(&field, lengths);
            put_brackets(sink, "]", edges(lengths, ndim, field.index + 1));
            arrays -= ndim;
            continue;
        }
        if (field.is_padding && !is_alone)
            continue;
        if (shown[depth] > 0)
            put_comma(sink, is_alone);
        shown[depth] += field.index == 0;
        if (field.code == '{') {
            int ndim = format_shape(&field, lengths);
            put_brackets(sink, "[", edges(lengths, ndim, field.index));
            arrays += ndim;
            sink_put(sink, "(");
            shown[++depth] = 0;
        } else {
            int number = field.number < FIELDS_MOST ? field.number : FIELDS_MOST - 1;
            printer->styles[number][0].single = arrays == 0;
            put_field(sink, printer->styles[number], &field, item, is_alone);
        }
    }
    if (printer->is_row)
        sink_put(sink, shown[0] == 1 ? ",)" : ")");
}

/* A word of the last axis: on the next line where this one has no room for it. */
static void begin_word(struct printer *printer, size_t length)
{
    struct sink *sink = &printer->sink;
    size_t indent = printer->array->ndim;
    if (sink->column + length > LINE_WIDTH - indent && sink->column > indent) {
        new_line(sink);
        sink_blanks(sink, (int)indent);
    }
}

/* What is between two parts of an axis. */
static void separate(struct printer *printer, int axis)
{
    if (axis == printer->array->ndim - 1) {
        sink_blanks(&printer->sink, 1);
        return;
    }
    for (int lines = axis; lines < printer->array->ndim - 1; lines++)
        new_line(&printer->sink);
    sink_blanks(&printer->sink, axis + 1);
}

static void put_axis(struct printer *printer, int axis, const char *data)
{
    const own_array *array = printer->array;
    struct sink *sink = &printer->sink;
    if (axis == array->ndim) {
        struct sink counter = {.out = NULL};
        if (sink->out)
            put_item(printer, &counter, data);
        begin_word(printer, counter.column);
        put_item(printer, sink, data);
        return;
    }
    size_t length = array_shape(array)[axis];
    bool is_cut = printer->cut && length > 2 * SHOWN_ENDS;
    sink_put(sink, "[");
    for (size_t i = 0; i < length; i++) {
        if (i > 0)
            separate(printer, axis);
        if (is_cut && i == SHOWN_ENDS) {
            if (axis == array->ndim - 1)
                begin_word(printer, strlen("..."));
            sink_put(sink, "...");
            separate(printer, axis);
            i = length - SHOWN_ENDS;
        }
        put_axis(printer, axis + 1, data + (ptrdiff_t)i * array_strides(array)[axis]);
    }
    sink_put(sink, "]");
}

/* Whether an item is several; and whether it is one number, or the like. */
static bool is_row(const own_array *array, bool *is_one)
{
    struct format format = format_begin(array_format(array));
    struct field field;
    int items = 0;
    format.once = true;
    *is_one = true;
    while (format_next(&format, &field)) {
        items += format.depth == (field.code == '{') && field.code != '}';
        *is_one &= !field_is_brace(&field) && field.count == 1;
    }
    *is_one &= items == 1;
    return items > 1;
}

int own_array_print(FILE *out, const own_array *array)
{
    if (!array_check(array, "own_array_print"))
        return -1;
    if (!out) {
        errno = EINVAL;
        return -1;
    }
    int saved = errno;
    size_t count = own_array_count(array);
    struct printer printer = {
        .array = array,
        .cut = count > SHOWN_WHOLE,
    };
    bool is_one;
    printer.is_row = is_row(array, &is_one);
    bool is_alone = is_one && array->ndim == 0;
    /* For the decimal point. The C locale takes no memory. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t users = uselocale(plain);
    errno = 0;
    for (int i = 0; is_alone && i < 2; i++)
        printer.styles[0][i].alone = printer.styles[0][i].settled = true;
    if (!is_alone && count > 0) {
        put_axis(&printer, 0, array->data);
        for (int i = 0; i < FIELDS_MOST; i++) {
            text_settle(&printer.styles[i][0]);
            text_settle(&printer.styles[i][1]);
        }
    }
    printer.sink = (struct sink){.out = out};
    if (count == 0)
        sink_put(&printer.sink, "[]");
    else
        put_axis(&printer, 0, array->data);
    (void)uselocale(users);
    if (plain)
        freelocale(plain);
    if (ferror(out)) {
        /* Of a stream for reading only musl does not say why, and no libc of an older failure. */
        if (errno == 0)
            errno = EIO;
        return -1;
    }
    errno = saved;
    return 0;
}
