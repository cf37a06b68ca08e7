/*
 * format/fields.c - going through the fields of an item.
 */
#include "format/format.h"

#include <string.h>

struct format format_begin(const char *format)
{
    struct format begun;
    begun.at = format;
    begun.order = '@';
    begun.start = begun.size = 0;
    begun.depth = begun.number = 0;
    begun.again = begun.once = false;
    return begun;
}

/* The brace of a struct, and which of how many it is. */
static void put_brace(const struct format *format, char brace, struct field *field)
{
    const struct format_level *level = &format->levels[format->depth - 1];
    *field = (struct field){.code = brace,
                            .count = level->count,
                            .index = level->index,
                            .run = level->run,
                            .shape = level->shape};
}

/* Goes into a struct. */
static void enter(struct format *format, const struct item *item)
{
    struct row row;
    char order_then = format->order;
    (void)format_measure(format->at, &order_then, '}', &row); /* as it has been before */
    size_t offset = format->size;
    size_t size = row.size;
    if (format_is_aligned(order_then)) {
        size = round_up(size, row.alignment);
        offset = round_up(offset, row.alignment);
    }
    format->levels[format->depth++] = (struct format_level){
        .body = format->at,
        .shape = item->shape,
        .count = item->count,
        .run = item->run,
        .size = size,
        .outer_start = format->start,
        .outer_size = offset + size * item->count,
        .number = format->number,
        .order = format->order,
    };
    format->start += offset;
    format->size = 0;
}

/* Goes back to the beginning of a struct, or out of it. */
static void leave(struct format *format)
{
    struct format_level *level = &format->levels[format->depth - 1];
    if (!format->once && ++level->index < level->count) {
        format->at = level->body;
        format->order = level->order;
        format->number = level->number;
        format->start += level->size;
        format->size = 0;
        format->again = true;
        return;
    }
    format->at++;
    (void)format_read_name(&format->at);
    format->start = level->outer_start;
    format->size = level->outer_size;
    format->depth--;
}

bool format_next(struct format *format, struct field *field)
{
    struct item item;
    if (format->again) {
        format->again = false;
        put_brace(format, '{', field);
        return true;
    }
    if (!*format->at)
        return false;
    if (*format->at == '}') {
        put_brace(format, '}', field);
        leave(format);
        return true;
    }
    (void)format_read_item(&format->at, &format->order, &item);
    if (item.code == '{') {
        enter(format, &item);
        put_brace(format, '{', field);
        return true;
    }
    bool is_foreign = format->order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
    size_t offset =
        format_is_aligned(format->order) ? round_up(format->size, item.alignment) : format->size;
    *field = (struct field){
        .code = item.code,
        .is_complex = item.is_complex,
        .is_padding = item.code == 'x' && *format->at != ':',
        .swapped = is_foreign && item.alignment > 1,
        .size = item.size,
        .count = item.count,
        .run = item.run,
        .shape = item.shape,
        .offset = format->start + offset,
        .number = format->number++,
    };
    format->size = offset + item.size * item.count;
    (void)format_read_name(&format->at);
    return true;
}

int format_shape(const struct field *field, size_t *lengths)
{
    size_t count = 1;
    const char *at = field->shape;
    int ndim = at ? format_read_shape(&at, lengths, &count) : 0;
    if (field->run > 1)
        lengths[ndim++] = field->run;
    return ndim;
}

bool format_next_stretch(struct format *format, size_t *offset, size_t *size)
{
    struct field field;
    size_t end = 0;
    *offset = 0;
    while (format_next(format, &field)) {
        if (field.is_padding && end > 0)
            break;
        if (field.is_padding || field_is_brace(&field))
            continue;
        if (end == 0)
            *offset = field.offset;
        end = field.offset + field.size * field.count;
    }
    *size = end - *offset;
    return end > 0;
}

bool format_has_padding(const char *text)
{
    struct format format = format_begin(text);
    struct field field;
    bool has_padding = false;
    bool has_data = false;
    if (!strchr(text, 'x'))
        return false;
    format.once = true;
    while (format_next(&format, &field)) {
        has_padding |= field.is_padding;
        has_data |= !field.is_padding && !field_is_brace(&field);
    }
    return has_padding && has_data;
}
