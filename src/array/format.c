/*
 * array/format.c - formats: their sizes and fields.
 *
 * The rules are those of Python's struct module, and of the buffer protocol for g.
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
    ['x'] = {1, 1},
};

static size_t code_size(char code, bool native)
{
    const struct code *known = &codes[(unsigned char)code & 127];
    return (unsigned char)code > 127 ? 0 : native ? known->native : known->standard;
}

size_t format_code_size(char code)
{
    return code_size(code, true);
}

static bool is_order(char c)
{
    return c == '@' || c == '=' || c == '<' || c == '>';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct format format_begin(const char *format)
{
    bool given = is_order(*format);
    return (struct format){.at = format + given, .order = given ? *format : '@'};
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

int format_next(struct format *format, struct field *field)
{
    if (!*format->at)
        return 0;
    bool native = format->order == '@';
    size_t count = read_count(&format->at);
    char code = *format->at;
    size_t size = code ? code_size(code, native) : 0;
    size_t all;
    size_t end;
    if (!size || !count)
        return fail_with(EINVAL);
    if (multiply_overflows(count, size, &all))
        return fail_with(EOVERFLOW);
    size_t offset = native ? round_up(format->size, size) : format->size;
    if (offset < format->size || add_overflows(offset, all, &end) || end > PTRDIFF_MAX)
        return fail_with(EOVERFLOW);
    bool is_bytes = code == 's';
    *field = (struct field){
        .code = code,
        .swapped =
            size > 1 && format->order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<'),
        .size = is_bytes ? count : size,
        .count = is_bytes ? 1 : count,
        .offset = offset,
    };
    format->size = end;
    format->at++;
    return 1;
}

size_t format_size(const char *text)
{
    struct format format = format_begin(text);
    struct field field;
    int more = 1;
    if (strnlen(text, FORMAT_LONGEST) == FORMAT_LONGEST)
        more = fail_with(EINVAL);
    while (more > 0)
        more = format_next(&format, &field);
    if (more < 0)
        return 0;
    if (!format.size)
        errno = EINVAL;
    return format.size;
}
