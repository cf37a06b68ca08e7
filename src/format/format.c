/*
 * format/format.c - formats: reading and measuring them.
 */
#include "format/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct code {
    uint8_t native;    /* its size with @; 0: there is no such code */
    uint8_t standard;  /* with =, < and >; 0: not allowed there */
    uint8_t alignment; /* with @, in a struct */
};

#define NATIVE(type, standard)                                                                     \
    {                                                                                              \
        sizeof(type), standard, _Alignof(type)                                                     \
    }

static const struct code codes[128] = {
    ['?'] = NATIVE(bool, 1),
    ['b'] = {1, 1, 1},
    ['B'] = {1, 1, 1},
    ['c'] = {1, 1, 1},
    ['d'] = NATIVE(double, 8),
    ['e'] = {2, 2, 2},
    ['f'] = NATIVE(float, 4),
    ['g'] = NATIVE(long double, 0),
    ['h'] = NATIVE(short, 2),
    ['H'] = NATIVE(short, 2),
    ['i'] = NATIVE(int, 4),
    ['I'] = NATIVE(int, 4),
    ['l'] = NATIVE(long, 4),
    ['L'] = NATIVE(long, 4),
    ['n'] = NATIVE(size_t, 0),
    ['N'] = NATIVE(size_t, 0),
    ['P'] = NATIVE(void *, 0),
    ['q'] = NATIVE(long long, 8),
    ['Q'] = NATIVE(long long, 8),
    ['s'] = {1, 1, 1},
    ['w'] = {4, 4, 4},
    ['x'] = {1, 1, 1},
};

/* @ and ^ have the sizes of this machine's C. */
static bool is_native(char order)
{
    return order == '@' || order == '^';
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

int format_read_shape(const char **at, size_t *lengths, size_t *count)
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

bool format_read_name(const char **at)
{
    if (**at != ':')
        return true;
    const char *end = strchr(*at + 1, ':');
    if (!end)
        return false;
    *at = end + 1;
    return true;
}

bool format_read_item(const char **at, char *order, struct item *item)
{
    *item = (struct item){.count = 1, .run = 1};
    bool given = read_order(at, order);
    if (**at == '(') {
        item->shape = ++*at;
        if (!format_read_shape(at, NULL, &item->count))
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
        item->size = code_size(item->code, is_native(*order)) * (item->is_complex ? 2 : 1);
        if (!item->size)
            return false;
        item->alignment = codes[(unsigned char)item->code].alignment;
    }
    if (strchr("swx", item->code)) {
        item->size = saturating_product(item->size, count);
    } else {
        item->count = saturating_product(item->count, count);
        item->run = count;
    }
    return true;
}

/* Puts items into a row. False: EOVERFLOW. */
static bool place(struct row *row, char order, size_t size, size_t alignment, size_t count)
{
    size_t all;
    size_t offset = format_is_aligned(order) ? round_up(row->size, alignment) : row->size;
    if (multiply_overflows(count, size, &all) || offset < row->size ||
        add_overflows(offset, all, &row->size) || row->size > PTRDIFF_MAX) {
        errno = EOVERFLOW;
        return false;
    }
    if (format_is_aligned(order))
        row->alignment = max_size(row->alignment, alignment);
    return true;
}

bool format_measure(const char *at, char *order, char end, struct row *whole)
{
    struct row rows[FORMAT_DEPTH + 1] = {{.alignment = 1}};
    struct item item;
    int depth = 0;
    while (depth > 0 || *at != end) {
        if (*at == '}' && depth > 0) {
            struct row *inner = &rows[depth--];
            size_t size =
                format_is_aligned(*order) ? round_up(inner->size, inner->alignment) : inner->size;
            at++;
            if (size == 0 || !place(&rows[depth], *order, size, inner->alignment, inner->count))
                return false;
        } else if (!format_read_item(&at, order, &item)) {
            return false;
        } else if (item.code == '{') {
            if (depth == FORMAT_DEPTH)
                return false;
            rows[++depth] = (struct row){.alignment = 1, .count = item.count};
            continue;
        } else if (!place(&rows[depth], *order, item.size, item.alignment, item.count)) {
            return false;
        }
        if (!format_read_name(&at))
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
    if (strnlen(format, FORMAT_LONGEST) == FORMAT_LONGEST ||
        !format_measure(format, &order, 0, &whole))
        return 0;
    errno = saved;
    return whole.size;
}
