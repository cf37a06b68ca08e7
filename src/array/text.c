/*
 * array/text.c - numbers as text, aligned with those beside them.
 *
 * The rules are those of numpy: a float is written with as few digits as tell it from all others of
 * its type, but at most eight behind the point; a column of floats is scientific if one of them is
 * large or small, or if they are far apart.
 */
#include "array/array.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PRECISION 8    /* digits behind the point */
#define DIGITS_MOST 40 /* of the longest of all floats, and then some */
#define LARGE 1e8L
#define SMALL 1e-4L
#define FAR_APART 1e3L
#define LARGE_ALONE 1e16L

void sink_put(struct sink *sink, const char *text)
{
    if (sink->out) {
        for (; sink->blanks > 0; sink->blanks--)
            fputc(' ', sink->out);
        fputs(text, sink->out);
    }
    sink->column += strlen(text);
}

void sink_blanks(struct sink *sink, size_t count)
{
    sink->blanks += count;
    sink->column += count;
}

void sink_new_line(struct sink *sink)
{
    if (sink->out)
        fputc('\n', sink->out);
    sink->blanks = 0;
    sink->column = 0;
}

/* The bytes of a number, in the order of the machine. */
static void load(const struct field *field, const char *one, char *bytes)
{
    for (size_t i = 0; i < field->size; i++)
        bytes[i] = one[field->swapped ? field->size - 1 - i : i];
}

static float half_to_float(uint16_t half)
{
    int exponent = half >> 10 & 31;
    float fraction = (float)(half & 1023);
    float value = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
                  : exponent == 0 ? fraction * 0x1p-24F
                                  : ldexpf(fraction + 1024, exponent - 25);
    return half >> 15 ? -value : value;
}

static long double load_float(const struct field *field, const char *one)
{
    union {
        char bytes[sizeof(long double)];
        uint16_t half;
        float single;
        double twofold;
        long double extended;
    } number;
    load(field, one, number.bytes);
    switch (field->code) {
    case 'e':
        return (long double)half_to_float(number.half);
    case 'f':
        return (long double)number.single;
    case 'd':
        return (long double)number.twofold;
    default:
        return number.extended;
    }
}

static bool is_float(const struct field *field)
{
    return strchr("efdg", field->code);
}

/* A decimal number: 0.d1d2d3... * 10^(exponent + 1). */
struct decimal {
    bool negative;
    int count; /* of digits; 0 has none */
    int exponent;
    char digits[DIGITS_MOST + 1];
};

/* The value rounded to so many digits. */
static struct decimal round_to(long double value, int digits)
{
    struct decimal decimal = {.negative = signbit(value)};
    char text[DIGITS_MOST + 16];
    if (value == 0)
        return decimal;
    snprintf(text, sizeof(text), "%.*Le", digits - 1, fabsl(value));
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') /* the point is the locale's */
            decimal.digits[decimal.count++] = *at;
    }
    decimal.exponent = (int)strtol(at + 1, NULL, 10);
    while (decimal.count > 0 && decimal.digits[decimal.count - 1] == '0')
        decimal.count--;
    decimal.digits[decimal.count] = '\0';
    return decimal;
}

/* Halves are few enough to round by hand: to the nearest, to even between two. */
static bool is_same_half(long double value, long double read)
{
    if (value == read)
        return true;
    int exponent;
    (void)frexpl(value, &exponent);
    long double unit = ldexpl(1, exponent < -13 ? -24 : exponent - 11);
    long double units = read / unit;
    long double whole = (long double)(int64_t)units;
    long double rest = fabsl(units - whole);
    if (rest > 0.5L || (rest == 0.5L && (int64_t)whole & 1))
        whole += units < 0 ? -1 : 1;
    return whole * unit == value;
}

static bool reads_back(const struct field *field, long double value, const struct decimal *decimal)
{
    char text[DIGITS_MOST + 32];
    snprintf(text, sizeof(text), "%s%se%d", decimal->negative ? "-" : "", decimal->digits,
             decimal->exponent + 1 - decimal->count);
    switch (field->code) {
    case 'e':
        return is_same_half(value, strtold(text, NULL));
    case 'f':
        return strtof(text, NULL) == (float)value;
    case 'd':
        return strtod(text, NULL) == (double)value;
    default:
        return strtold(text, NULL) == value;
    }
}

/* The shortest decimal that is read back as the same number. */
static struct decimal shortest(const struct field *field, long double value)
{
    struct decimal decimal = {.negative = signbit(value)};
    for (int digits = 1; value != 0 && digits <= LDBL_DECIMAL_DIG; digits++) {
        decimal = round_to(value, digits);
        if (reads_back(field, value, &decimal))
            break;
    }
    return decimal;
}

/* The same with at most PRECISION digits behind the point. */
static struct decimal decimal_of(const struct field *field, long double value, bool scientific)
{
    struct decimal decimal = shortest(field, value);
    int most = PRECISION + 1 + (scientific ? 0 : decimal.exponent);
    if (decimal.count > most && most > 0)
        decimal = round_to(value, most);
    return decimal;
}

/* The digit of 10^power. */
static char digit_at(const struct decimal *decimal, int power)
{
    int index = decimal->exponent - power;
    return index >= 0 && index < decimal->count ? decimal->digits[index] : '0';
}

/* How many digits a decimal has in front of the point, with its sign, and behind. */
static int left_of(const struct decimal *decimal, bool scientific)
{
    int digits =
        scientific || decimal->count == 0 || decimal->exponent < 0 ? 1 : decimal->exponent + 1;
    return digits + decimal->negative;
}

static int right_of(const struct decimal *decimal, bool scientific)
{
    int digits = decimal->count - 1 - (scientific ? 0 : decimal->exponent);
    return decimal->count == 0 || digits < 0 ? 0 : digits;
}

static int exponent_digits(const struct decimal *decimal)
{
    return abs(decimal->exponent) >= 1000 ? 4 : abs(decimal->exponent) >= 100 ? 3 : 2;
}

/* Writes a decimal with so many digits behind the point. */
static void put_decimal(struct sink *sink, const struct decimal *decimal, bool scientific,
                        int right, int exponent_size)
{
    char one[2] = "";
    int left = left_of(decimal, scientific) - decimal->negative;
    int top = scientific ? decimal->exponent : left - 1;
    if (decimal->negative)
        sink_put(sink, "-");
    for (int i = 0; i < left + right; i++) {
        one[0] = digit_at(decimal, top - i);
        if (i == left)
            sink_put(sink, ".");
        sink_put(sink, one);
    }
    if (right == 0)
        sink_put(sink, ".");
    if (!scientific)
        return;
    char exponent[16];
    snprintf(exponent, sizeof(exponent), "e%c%0*d", decimal->exponent < 0 ? '-' : '+',
             exponent_size, abs(decimal->exponent));
    sink_put(sink, exponent);
}

/* A number with nothing beside it: all of its digits, and no point without digits. */
static void put_alone(struct sink *sink, const struct field *field, long double value)
{
    struct decimal decimal = shortest(field, value);
    bool scientific = value != 0 && (fabsl(value) >= LARGE_ALONE || fabsl(value) < SMALL);
    int right = right_of(&decimal, scientific);
    if (scientific && right == 0) {
        char text[32];
        snprintf(text, sizeof(text), "%s%ce%c%02d", decimal.negative ? "-" : "", decimal.digits[0],
                 decimal.exponent < 0 ? '-' : '+', abs(decimal.exponent));
        sink_put(sink, text);
        return;
    }
    put_decimal(sink, &decimal, scientific, right ? right : 1, exponent_digits(&decimal));
}

static void put_aligned(struct sink *sink, int width, const char *text)
{
    int length = (int)strlen(text);
    if (length < width)
        sink_blanks(sink, (size_t)(width - length));
    sink_put(sink, text);
}

static int float_width(const struct text_style *style)
{
    return style->left + 1 + style->right + (style->scientific ? 2 + style->exponent : 0);
}

static void put_float(struct sink *sink, const struct text_style *style, const struct field *field,
                      long double value)
{
    if (!isfinite(value)) {
        const char *name = isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
        put_aligned(sink, style->alone ? 0 : float_width(style), name);
        return;
    }
    if (style->alone) {
        put_alone(sink, field, value);
        return;
    }
    struct decimal decimal = decimal_of(field, value, style->scientific);
    int right = style->scientific ? style->right : right_of(&decimal, false);
    /* What has fewer digits than the others gets those that it really has. */
    if (style->scientific && right_of(&decimal, true) < right)
        decimal = round_to(value, right + 1);
    sink_blanks(sink, (size_t)(style->left - left_of(&decimal, style->scientific)));
    put_decimal(sink, &decimal, style->scientific, right, style->exponent);
    sink_blanks(sink, (size_t)(style->right - right));
}

/* Whole numbers, and what else has a text of its own. */
static void whole_text(const struct field *field, const char *one, char text[32])
{
    union {
        char bytes[16];
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint64_t u8;
    } number = {.u8 = 0};
    load(field, one, number.bytes);
    bool is_signed = strchr("bhilqn", field->code);
    if (field->code != 'P' && is_signed) {
        int64_t value = field->size == 1   ? number.i1
                        : field->size == 2 ? number.i2
                        : field->size == 4 ? number.i4
                                           : number.i8;
        snprintf(text, 32, "%lld", (long long)value);
    } else {
        /* Shorter ones are the low bytes on a little-endian machine only. */
        uint64_t value = field->size == 1   ? (uint8_t)number.i1
                         : field->size == 2 ? (uint16_t)number.i2
                         : field->size == 4 ? (uint32_t)number.i4
                                            : number.u8;
        snprintf(text, 32, field->code == 'P' ? "%#llx" : "%llu", (unsigned long long)value);
    }
}

/* Bytes as Python writes them. */
static void put_bytes(struct sink *sink, const struct field *field, const char *one)
{
    size_t length = field->size;
    while (field->code != 'x' && length > 0 && one[length - 1] == '\0')
        length--;
    bool has_single = memchr(one, '\'', length);
    const char *quote = has_single && !memchr(one, '"', length) ? "\"" : "'";
    sink_put(sink, "b");
    sink_put(sink, quote);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)one[i];
        char text[8];
        if (c == '\\' || c == (unsigned char)*quote)
            snprintf(text, sizeof(text), "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            snprintf(text, sizeof(text), "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else
            snprintf(text, sizeof(text), c < 32 || c > 126 ? "\\x%02x" : "%c", c);
        sink_put(sink, text);
    }
    sink_put(sink, quote);
}

static bool is_bytes(const struct field *field)
{
    return strchr("csx", field->code);
}

void text_look(struct text_style *style, const struct field *field, const char *one)
{
    if (!is_float(field))
        return;
    long double value = load_float(field, one);
    if (!isfinite(value)) {
        style->any_other = true;
        style->any_negative_infinity |= isinf(value) && value < 0;
        return;
    }
    style->any_finite = true;
    long double size = fabsl(value);
    if (size == 0)
        return;
    if (style->least == 0 || size < style->least)
        style->least = size;
    if (size > style->most)
        style->most = size;
}

void text_settle(struct text_style *style)
{
    style->scientific = style->most >= LARGE || (style->least > 0 && style->least < SMALL) ||
                        (style->least > 0 && style->most / style->least > FAR_APART);
}

static void widen(int *width, int to)
{
    if (*width < to)
        *width = to;
}

void text_measure(struct text_style *style, const struct field *field, const char *one)
{
    if (is_bytes(field))
        return;
    if (field->code == '?') {
        widen(&style->left, style->alone ? 0 : 5);
        return;
    }
    if (!is_float(field)) {
        char text[32];
        whole_text(field, one, text);
        widen(&style->left, (int)strlen(text));
        return;
    }
    long double value = load_float(field, one);
    if (!isfinite(value))
        return;
    struct decimal decimal = decimal_of(field, value, style->scientific);
    widen(&style->left, left_of(&decimal, style->scientific));
    widen(&style->right, right_of(&decimal, style->scientific));
    widen(&style->exponent, exponent_digits(&decimal));
}

void text_put(struct sink *sink, const struct text_style *style, const struct field *field,
              const char *one)
{
    if (is_bytes(field)) {
        put_bytes(sink, field, one);
    } else if (field->code == '?') {
        put_aligned(sink, style->left, *one ? "True" : "False");
    } else if (is_float(field)) {
        struct text_style fitting = *style;
        if (style->any_other) {
            int behind = float_width(style) - style->left;
            widen(&fitting.left, (style->any_negative_infinity ? 4 : 3) - behind);
        }
        put_float(sink, &fitting, field, load_float(field, one));
    } else {
        char text[32];
        whole_text(field, one, text);
        put_aligned(sink, style->left, text);
    }
}
