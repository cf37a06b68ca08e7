/*
 * format.c - printing into blocks of a pool: formats, and the conversions of strings and integers.
 */
#include "format.h"

static void fill(struct sink *sink, char c, size_t count)
{
    if (count == 0 || !sink_has_room(sink, count))
        return;
    memset(sink->next, c, count);
    sink->next += count;
}

void put_padded(struct sink *sink, const struct spec *spec, const char *text, size_t length)
{
    size_t width = (size_t)spec->width, spaces = width > length ? width - length : 0;
    if (!spec->left)
        fill(sink, ' ', spaces);
    put(sink, text, length);
    if (spec->left)
        fill(sink, ' ', spaces);
}

/* Digits with a prefix (a sign, or 0x), in the width and precision of a conversion. */
static void put_digits(struct sink *sink, const struct spec *spec, const char *prefix,
                       const char *digits, size_t length)
{
    size_t signs = strlen(prefix), width = (size_t)spec->width;
    size_t zeros = spec->precision > (int)length ? (size_t)spec->precision - length : 0;
    size_t total = signs + zeros + length, spaces = width > total ? width - total : 0;
    if (spec->zero && !spec->left && spec->precision < 0) {
        zeros = spaces;
        spaces = 0;
    }
    if (!spec->left)
        fill(sink, ' ', spaces);
    put(sink, prefix, signs);
    fill(sink, '0', zeros);
    put(sink, digits, length);
    if (spec->left)
        fill(sink, ' ', spaces);
}

/* The same in base 10, of small numbers. */
static inline char *decimal(unsigned number, char *end)
{
    for (; number >= 10; number /= 10)
        *--end = (char)('0' + number % 10);
    *--end = (char)('0' + number);
    return end;
}

/* Writes the digits of a number in front of `end`. Returns where they begin. */
static char *digits_of(uintmax_t number, unsigned base, const char *letters, char *end)
{
    if (base == 10)
        for (; number >= 10; number /= 10)
            *--end = (char)('0' + number % 10);
    else
        for (; number >= base; number /= base)
            *--end = letters[number % base];
    *--end = letters[number];
    return end;
}

void put_unsigned(struct sink *sink, const struct spec *spec, uintmax_t number)
{
    char text[DIGITS], *end = text + DIGITS;
    char conversion = spec->conversion;
    bool hex = conversion == 'x' || conversion == 'X';
    const char *prefix = "";
    if (spec->alternative && hex && number != 0)
        prefix = conversion == 'x' ? "0x" : "0X";
    const char *letters = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char *begin = digits_of(number, hex ? 16 : conversion == 'o' ? 8 : 10, letters, end);
    if (number == 0 && spec->precision == 0)
        begin = end;
    if (conversion == 'o' && spec->alternative && (begin == end || *begin != '0') &&
        spec->precision <= end - begin)
        *--begin = '0';
    put_digits(sink, spec, prefix, begin, (size_t)(end - begin));
}

static void put_signed(struct sink *sink, const struct spec *spec, intmax_t number)
{
    char text[DIGITS], *end = text + DIGITS;
    uintmax_t magnitude = number < 0 ? 0 - (uintmax_t)number : (uintmax_t)number;
    char *begin = digits_of(magnitude, 10, "0123456789", end);
    if (number == 0 && spec->precision == 0)
        begin = end;
    const char *sign = number < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";
    put_digits(sink, spec, sign, begin, (size_t)(end - begin));
}

static intmax_t take_signed(const struct spec *spec, struct arguments *arguments)
{
    switch (spec->length) {
    case 'l':
        return va_arg(arguments->list, long);
    case 'q':
        return va_arg(arguments->list, long long);
    case 'z':
        return va_arg(arguments->list, ptrdiff_t);
    case 'h':
        return (short)va_arg(arguments->list, int);
    case 'H':
        return (signed char)va_arg(arguments->list, int);
    default:
        return va_arg(arguments->list, int);
    }
}

static uintmax_t take_unsigned(const struct spec *spec, struct arguments *arguments)
{
    switch (spec->length) {
    case 'l':
        return va_arg(arguments->list, unsigned long);
    case 'q':
        return va_arg(arguments->list, unsigned long long);
    case 'z':
        return va_arg(arguments->list, size_t);
    case 'h':
        return (unsigned short)va_arg(arguments->list, unsigned);
    case 'H':
        return (unsigned char)va_arg(arguments->list, unsigned);
    default:
        return va_arg(arguments->list, unsigned);
    }
}

void put_string(struct sink *sink, const struct spec *spec, const char *string)
{
    if (!string)
        string = "(null)";
    size_t length = spec->precision < 0 ? strlen(string) : strnlen(string, (size_t)spec->precision);
    put_padded(sink, spec, string, length);
}

/* A number of the format itself, or an argument where it is a star. */
static int parse_number(const char **at, struct arguments *arguments)
{
    if (**at == '*') {
        ++*at;
        return va_arg(arguments->list, int);
    }
    unsigned number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        if (number < INT_MAX / 10)
            number = number * 10 + (unsigned)(**at - '0');
    return (int)number;
}

static const char *parse_flags(const char *at, struct spec *spec)
{
    for (;; at++)
        switch (*at) {
        case '-':
            spec->left = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alternative = true;
            break;
        case '0':
            spec->zero = true;
            break;
        default:
            return at;
        }
}

static const char *parse_length(const char *at, struct spec *spec)
{
    switch (*at) {
    case 'h':
        spec->length = at[1] == 'h' ? 'H' : 'h';
        return at + 1 + (at[1] == 'h');
    case 'l':
        spec->length = at[1] == 'l' ? 'q' : 'l';
        return at + 1 + (at[1] == 'l');
    case 'q':
    case 'j':
        spec->length = 'q';
        return at + 1;
    case 'z':
    case 't':
        spec->length = 'z';
        return at + 1;
    case 'L':
        spec->length = 'L';
        return at + 1;
    default:
        return at;
    }
}

/* Parses a conversion behind its %, up to its letter. Returns where that is. */
static const char *parse(const char *at, struct spec *spec, struct arguments *arguments)
{
    *spec = (struct spec){.precision = -1};
    if (*at >= 'a') /* the letter of most conversions */
        return parse_length(at, spec);
    at = parse_flags(at, spec);
    spec->width = parse_number(&at, arguments);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
    }
    if (*at == '.') {
        at++;
        spec->precision = parse_number(&at, arguments);
    }
    return parse_length(at, spec);
}

/* Prints a conversion. Returns the length of its letters. */
static size_t convert(struct sink *sink, struct spec *spec, const char *letters,
                      struct arguments *arguments)
{
    spec->conversion = *letters;
    char c;
    switch (*letters) {
    case 's':
        put_string(sink, spec, va_arg(arguments->list, const char *));
        return 1;
    case 'd':
    case 'i':
        put_signed(sink, spec, take_signed(spec, arguments));
        return 1;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_unsigned(sink, spec, take_unsigned(spec, arguments));
        return 1;
    case 'c':
        c = (char)va_arg(arguments->list, int);
        put_padded(sink, spec, &c, 1);
        return 1;
    case 'p':
        return 1 + put_pointer(sink, spec, letters[1], va_arg(arguments->list, const void *));
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        put_float(sink, spec, arguments);
        return 1;
    case '\0':
        return 0;
    case '%':
        put(sink, "%", 1);
        return 1;
    default:
        put(sink, "%", 1);
        put(sink, letters, 1);
        return 1;
    }
}

/* The conversions %s and %d, as they are mostly. Returns the format behind it, or NULL. */
static inline const char *print_simple(struct sink *sink, const char *percent,
                                       struct arguments *arguments)
{
    char text[DIGITS], *begin;
    int number;
    const char *string;
    switch (percent[1]) {
    case 's':
        string = va_arg(arguments->list, const char *);
        if (OWN_UNLIKELY(!string))
            string = "(null)";
        put(sink, string, strlen(string));
        return percent + 2;
    case 'd':
        number = va_arg(arguments->list, int);
        begin = decimal(number < 0 ? 0 - (unsigned)number : (unsigned)number, text + DIGITS);
        if (number < 0)
            *--begin = '-';
        put(sink, begin, (size_t)(text + DIGITS - begin));
        return percent + 2;
    default:
        return NULL;
    }
}

static void print(struct sink *sink, const char *format, struct arguments *arguments)
{
    for (;;) {
        while (*format && *format != '%') {
            if (!sink_has_room(sink, 1))
                return;
            *sink->next++ = *format++;
        }
        if (!*format)
            return;
        const char *rest = print_simple(sink, format, arguments);
        if (!rest) {
            struct spec spec;
            rest = parse(format + 1, &spec, arguments);
            rest += convert(sink, &spec, rest, arguments);
        }
        format = rest;
    }
}

char *own_apr_pvsprintf(apr_pool_t *pool, const char *format, va_list list)
{
    struct arguments arguments;
    struct sink sink;
    sink.pool = pool;
    sink.start = sink.text;
    sink.next = sink.text;
    sink.end = sink.text + SHORT;
    va_copy(arguments.list, list);
    print(&sink, format, &arguments);
    va_end(arguments.list);
    put(&sink, "", 1);
    if (OWN_UNLIKELY(!sink.start))
        return pool_failed(pool);
    size_t size = (size_t)(sink.next - sink.start);
    if (OWN_LIKELY(sink.start == sink.text))
        return own_apr_pmemdup(pool, sink.text, size);
    char *block = own_realloc_raw(own_apr_pool(pool), sink.start, 1, size);
    return block ? block : sink.start; /* only larger than needed */
}

char *own_apr_psprintf(apr_pool_t *pool, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = own_apr_pvsprintf(pool, format, list);
    va_end(list);
    return text;
}
