/*
 * array/print.c - arrays as text, as numpy has it.
 *
 * All items that are shown are gone through three times: to find out whether floats are scientific,
 * to find out how wide the columns are, to print. The functions call themselves once for each
 * dimension, of which there are few.
 */
#include "array/array.h"

#include <errno.h>

#define LINE_WIDTH 75
#define SHOWN_WHOLE 1000 /* items; of more, only those at the ends of axes are shown */
#define SHOWN_ENDS 3     /* at each end of an axis */
#define FIELDS_MOST 64   /* with columns of their own; those behind share the last one's */

enum round { LOOK, MEASURE, PRINT };

struct printer {
    const own_array *array;
    struct sink sink;
    bool cut;
    bool is_struct; /* of more than one field */
    enum round round;
    struct text_style styles[FIELDS_MOST];
};

static void see_item(struct printer *printer, const char *item);

/* All of a field: one, or as many as it has, in brackets. */
static void see_field(struct printer *printer, struct sink *sink, struct text_style *style,
                      const struct field *field, const char *item)
{
    bool is_list = field->count > 1;
    if (is_list && printer->round == PRINT)
        sink_put(sink, "[");
    for (size_t i = 0; i < field->count; i++) {
        const char *one = item + field->offset + i * field->size;
        if (printer->round == LOOK) {
            text_look(style, field, one);
        } else if (printer->round == MEASURE) {
            text_measure(style, field, one);
        } else {
            if (i > 0)
                sink_blanks(sink, 1);
            text_put(sink, style, field, one);
        }
    }
    if (is_list && printer->round == PRINT)
        sink_put(sink, "]");
}

/* Unused bytes of a struct are not shown; those that are a whole item are its bytes. */
static bool is_shown(const struct printer *printer, const struct field *field)
{
    return field->code != 'x' || !printer->is_struct;
}

static void put_item(struct printer *printer, struct sink *sink, const char *item)
{
    struct format format = format_begin(array_format(printer->array));
    struct field field;
    int shown = 0;
    if (printer->is_struct && printer->round == PRINT)
        sink_put(sink, "(");
    while (format_next(&format, &field) > 0) {
        if (!is_shown(printer, &field))
            continue;
        if (field.code == 'x') { /* the bytes of the item */
            field.size = field.count;
            field.count = 1;
        }
        if (shown > 0 && printer->round == PRINT) {
            sink_put(sink, ",");
            sink_blanks(sink, 1);
        }
        int column = shown < FIELDS_MOST ? shown : FIELDS_MOST - 1;
        see_field(printer, sink, &printer->styles[column], &field, item);
        shown++;
    }
    if (printer->is_struct && printer->round == PRINT)
        sink_put(sink, shown == 1 ? ",)" : ")");
}

static void see_item(struct printer *printer, const char *item)
{
    put_item(printer, &printer->sink, item);
}

static bool is_cut(const struct printer *printer, int axis)
{
    return printer->cut && array_shape(printer->array)[axis] > 2 * SHOWN_ENDS;
}

/* The index behind `i` that is shown. */
static size_t next_shown(const struct printer *printer, int axis, size_t i)
{
    size_t length = array_shape(printer->array)[axis];
    return is_cut(printer, axis) && i + 1 == SHOWN_ENDS ? length - SHOWN_ENDS : i + 1;
}

/* A word of the last axis: on the next line where this one has no room for it. */
static void begin_word(struct printer *printer, size_t length)
{
    struct sink *sink = &printer->sink;
    size_t indent = printer->array->ndim;
    size_t width = LINE_WIDTH - indent;
    if (sink->column + length > width && sink->column > indent) {
        sink_new_line(sink);
        sink_blanks(sink, indent);
    }
}

static void see_axis(struct printer *printer, int axis, const char *data)
{
    const own_array *array = printer->array;
    struct sink *sink = &printer->sink;
    size_t length = array_shape(array)[axis];
    ptrdiff_t stride = array_strides(array)[axis];
    bool is_last = axis == array->ndim - 1;
    if (printer->round == PRINT)
        sink_put(sink, "[");
    for (size_t i = 0; i < length; i = next_shown(printer, axis, i)) {
        const char *item = data + (ptrdiff_t)i * stride;
        if (printer->round == PRINT && i > 0) {
            bool gap = is_cut(printer, axis) && i == length - SHOWN_ENDS;
            for (int part = !gap; part < 2; part++) {
                if (is_last) {
                    sink_blanks(sink, 1);
                } else {
                    for (int lines = axis; lines < array->ndim - 1; lines++)
                        sink_new_line(sink);
                    sink_blanks(sink, (size_t)axis + 1);
                }
                if (part == 0) {
                    if (is_last)
                        begin_word(printer, 3);
                    sink_put(sink, "...");
                }
            }
        }
        if (!is_last) {
            see_axis(printer, axis + 1, item);
            continue;
        }
        if (printer->round == PRINT) {
            struct sink counter = {.out = NULL};
            put_item(printer, &counter, item);
            begin_word(printer, counter.column);
        }
        see_item(printer, item);
    }
    if (printer->round == PRINT)
        sink_put(sink, "]");
}

static bool has_fields(const own_array *array)
{
    struct format format = format_begin(array_format(array));
    struct field field;
    (void)format_next(&format, &field);
    return *format.at;
}

static void see_all(struct printer *printer, enum round round)
{
    printer->round = round;
    if (printer->array->ndim == 0)
        see_item(printer, printer->array->data);
    else
        see_axis(printer, 0, printer->array->data);
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
        .sink = {.out = out},
        .cut = count > SHOWN_WHOLE,
        .is_struct = has_fields(array),
    };
    for (int i = 0; i < FIELDS_MOST; i++)
        printer.styles[i].alone = array->ndim == 0;
    errno = 0;
    if (count == 0) {
        sink_put(&printer.sink, "[]");
    } else {
        see_all(&printer, LOOK);
        for (int i = 0; i < FIELDS_MOST; i++)
            text_settle(&printer.styles[i]);
        see_all(&printer, MEASURE);
        see_all(&printer, PRINT);
    }
    if (ferror(out))
        return -1;
    errno = saved;
    return 0;
}
