/*
 * array/format.c - formats: their sizes and fields.
 *
 * The rules are those of Python's struct module and of PEP 3118, as numpy reads and writes it. A
 * format is a row of items: codes, and structs, which are rows of items in T{}. It is read twice:
 * measure checks all of it, without repeating anything; format_next, for a format that has been
 * measured, goes through the fields of an item in the order of memory, those of structs in
 * sub-arrays as often as they are there. Both have a stack of the structs that are open.
 */
#include "array/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct code {
    uint8_t native;   /* its size with @, which is its alignment too; 0: there is no such code */
    uint8_t standard; /* with =, < and >; 0: not allowed there */
};

_Static_assert(_Alignof(long double) == sizeof(long double), "a native size is an alignment");

static const struct code codes[128] = {
    ['?'] = {sizeof(bool), 1},
    ['b'] = {1, 1},
    ['B'] = {1, 1},
    ['c'] = {1, 1},
    ['d'] = {sizeof(double), 8},
    ['e'] = {2, 2},
    ['f'] = {sizeof(float), 4},
    ['g'] = {sizeof(long double), 0},
    ['h'] = {sizeof(short), 2},
    ['H'] = {sizeof(short), 2},
    ['i'] = {sizeof(int), 4},
    ['I'] = {sizeof(int), 4},
    ['l'] = {sizeof(long), 4},
    ['L'] = {sizeof(long), 4},
    ['n'] = {sizeof(size_t), 0},
    ['N'] = {sizeof(size_t), 0},
    ['P'] = {sizeof(void *), 0},
    ['q'] = {sizeof(long long), 8},
    ['Q'] = {sizeof(long long), 8},
    ['s'] = {1, 1},
    ['w'] = {4, 4},
    ['x'] = {1, 1},
};

/* @ and ^ have the sizes of this machine's C, and @ its alignment too. */
static bool is_native(char order)
{
    return order == '@' || order == '^';
}

static bool is_aligned(char order)
{
    return order == '@';
}

static size_t code_size(char code, bool native)
{
    const struct code *known = &codes[(unsigned char)code & 127];
    return (unsigned char)code > 127 ? 0 : native ? known->native : known->standard;
}

size_t format_code_size(char code)
{
    return code_size(code, true);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_order(const char **at, char *order)
{
    if (!**at || !strchr("@=<>^", **at))
        return false;
    *order = *(*at)++;
    return true;
}

/* The count in front of a code, 1 where there is none, SIZE_MAX where it is larger than that. */
static size_t read_count(const char **at)
{
    if (!is_digit(**at))
        return 1;
    size_t count = 0;
    for (; is_digit(**at); (*at)++) {
        if (multiply_overflows(count, 10, &count) ||
            add_overflows(count, (size_t)(**at - '0'), &count))
            count = SIZE_MAX; /* and stays so: ten times that overflows */
    }
    return count;
}

/* A product that is SIZE_MAX where it is larger. */
static size_t saturating_product(size_t a, size_t b)
{
    size_t product;
    return multiply_overflows(a, b, &product) ? SIZE_MAX : product;
}

/* The lengths of a sub-array, from behind its parenthesis, which go to `lengths` unless it is NULL.
   How many there are; 0: it is wrong. */
static int read_shape(const char **at, size_t *lengths, size_t *count)
{
    for (int ndim = 0; ndim < OWN_DIMENSIONS_MAX;) {
        if (!is_digit(**at))
            return 0;
        size_t length = read_count(at);
        if (lengths)
            lengths[ndim] = length;
        *count = saturating_product(*count, length);
        ndim++;
        char c = *(*at)++;
        if (c == ')')
            return ndim;
        if (c != ',')
            return 0;
    }
    return 0;
}

static bool read_name(const char **at)
{
    if (**at != ':')
        return true;
    const char *end = strchr(*at + 1, ':');
    if (!end)
        return false;
    *at = end + 1;
    return true;
}

/* What stands in front of a name: all of it but the fields of a struct. */
struct item {
    char code;        /* { for a struct, and what is read next is inside of it */
    bool is_complex;  /* two numbers of that code */
    size_t alignment; /* of a code */
    size_t size;      /* of one; not of a struct */
    size_t count;
    size_t run;        /* the count in front of the code, where that is no length */
    const char *shape; /* behind the parenthesis; NULL: no sub-array */
};

/* False: EINVAL. A size that does not fit is SIZE_MAX. */
static bool read_item(const char **at, char *order, struct item *item)
{
    *item = (struct item){.count = 1, .run = 1};
    bool given = read_order(at, order);
    if (**at == '(') {
        item->shape = ++*at;
        if (!read_shape(at, NULL, &item->count))
            return false;
        if (!given)
            (void)read_order(at, order);
    }
    size_t count = read_count(at);
    item->code = **at;
    if (!count || !item->count || !item->code)
        return false;
    ++*at;
    if (item->code == 'T') {
        if (*(*at)++ != '{')
            return false;
        item->code = '{';
    } else {
        item->is_complex = item->code == 'Z';
        if (item->is_complex) {
            item->code = *(*at)++;
            if (!item->code || !strchr("fdg", item->code))
                return false;
        }
        item->alignment = code_size(item->code, is_native(*order));
        item->size = item->alignment * (item->is_complex ? 2 : 1);
        if (!item->size)
            return false;
    }
    if (strchr("swx", item->code)) {
        item->size = saturating_product(item->size, count);
    } else {
        item->count = saturating_product(item->count, count);
        item->run = count;
    }
    return true;
}

/* A row of items, as far as it has been read. */
struct row {
    size_t size;
    size_t alignment;
    size_t count; /* of a struct */
};

/* Puts items into a row. False: EOVERFLOW. */
static bool place(struct row *row, char order, size_t size, size_t alignment, size_t count)
{
    size_t all;
    size_t offset = is_aligned(order) ? round_up(row->size, alignment) : row->size;
    if (multiply_overflows(count, size, &all) || offset < row->size ||
        add_overflows(offset, all, &row->size) || row->size > PTRDIFF_MAX) {
        errno = EOVERFLOW;
        return false;
    }
    if (is_aligned(order))
        row->alignment = max_size(row->alignment, alignment);
    return true;
}

/*
 * Reads a row of items up to `end`, which is 0 or the brace of a struct that is open; an order in
 * it is valid on behind it. False: errno is EOVERFLOW, or left as it was.
 */
static bool measure(const char *at, char *order, char end, struct row *whole)
{
    struct row rows[FORMAT_DEPTH + 1] = {{.alignment = 1}};
    struct item item;
    int depth = 0;
    while (depth > 0 || *at != end) {
        if (*at == '}' && depth > 0) {
            struct row *inner = &rows[depth--];
            size_t size =
                is_aligned(*order) ? round_up(inner->size, inner->alignment) : inner->size;
            at++;
            if (size == 0 || !place(&rows[depth], *order, size, inner->alignment, inner->count))
                return false;
        } else if (!read_item(&at, order, &item)) {
            return false;
        } else if (item.code == '{') {
            if (depth == FORMAT_DEPTH)
                return false;
            rows[++depth] = (struct row){.alignment = 1, .count = item.count};
            continue;
        } else if (!place(&rows[depth], *order, item.size, item.alignment, item.count)) {
            return false;
        }
        if (!read_name(&at))
            return false;
    }
    *whole = rows[0];
    return whole->size > 0;
}

size_t format_size(const char *format)
{
    struct row whole;
    char order = '@';
    int saved = errno;
    errno = EINVAL;
    if (strnlen(format, FORMAT_LONGEST) == FORMAT_LONGEST || !measure(format, &order, 0, &whole))
        return 0;
    errno = saved;
    return whole.size;
}

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
    (void)measure(format->at, &order_then, '}', &row); /* as it has been before */
    size_t offset = format->size;
    size_t size = row.size;
    if (is_aligned(order_then)) {
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
    (void)read_name(&format->at);
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
    (void)read_item(&format->at, &format->order, &item);
    if (item.code == '{') {
        enter(format, &item);
        put_brace(format, '{', field);
        return true;
    }
    bool is_foreign = format->order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
    size_t offset =
        is_aligned(format->order) ? round_up(format->size, item.alignment) : format->size;
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
    (void)read_name(&format->at);
    return true;
}

int format_shape(const struct field *field, size_t *lengths)
{
    size_t count = 1;
    const char *at = field->shape;
    int ndim = at ? read_shape(&at, lengths, &count) : 0;
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
