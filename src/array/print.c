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
    bool is_struct; /* of more than one field */
    struct text_style styles[FIELDS_MOST];
};

void sink_put(struct sink *sink, const char *text)
{
    if (sink->out)
        fprintf(sink->out, "%*s%s", (int)sink->blanks, "", text);
    sink->blanks = 0;
    sink->column += strlen(text);
}

void sink_blanks(struct sink *sink, int count)
{
    if (count > 0) {
        sink->blanks += (size_t)count;
        sink->column += (size_t)count;
    }
}

static void new_line(struct sink *sink)
{
    sink->blanks = 0;
    sink_put(sink, "\n");
    sink->column = 0;
}

/* All of a field: one, or as many as it has, in brackets. */
static void put_field(struct sink *sink, struct text_style *style, const struct field *field,
                      const char *item)
{
    bool is_list = field->count > 1;
    if (is_list)
        sink_put(sink, "[");
    for (size_t i = 0; i < field->count; i++) {
        sink_blanks(sink, i > 0);
        text_put(sink, style, field, item + field->offset + i * field->size);
    }
    if (is_list)
        sink_put(sink, "]");
}

static void put_item(struct printer *printer, struct sink *sink, const char *item)
{
    struct format format = format_begin(array_format(printer->array));
    struct field field;
    int shown = 0;
    if (printer->is_struct)
        sink_put(sink, "(");
    while (format_next(&format, &field) > 0) {
        if (field.code == 'x') {
            if (printer->is_struct) /* unused bytes of it */
                continue;
            field.size = field.count; /* the bytes of the item */
            field.count = 1;
        }
        if (shown > 0) {
            sink_put(sink, ",");
            sink_blanks(sink, 1);
        }
        put_field(sink, &printer->styles[shown < FIELDS_MOST ? shown : FIELDS_MOST - 1], &field,
                  item);
        shown++;
    }
    if (printer->is_struct)
        sink_put(sink, shown == 1 ? ",)" : ")");
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

static bool has_fields(const own_array *array)
{
    struct format format = format_begin(array_format(array));
    struct field field;
    (void)format_next(&format, &field);
    return *format.at;
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
        .is_struct = has_fields(array),
    };
    /* For the decimal point. The C locale takes no memory. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t users = uselocale(plain);
    errno = 0;
    for (int i = 0; i < FIELDS_MOST; i++)
        printer.styles[i].alone = printer.styles[i].settled = array->ndim == 0;
    if (array->ndim > 0 && count > 0) {
        put_axis(&printer, 0, array->data);
        for (int i = 0; i < FIELDS_MOST; i++)
            text_settle(&printer.styles[i]);
    }
    printer.sink = (struct sink){.out = out};
    if (count == 0)
        sink_put(&printer.sink, "[]");
    else
        put_axis(&printer, 0, array->data);
    (void)uselocale(users);
    if (plain)
        freelocale(plain);
    if (ferror(out))
        return -1;
    errno = saved;
    return 0;
}
