/*
 * format/text.c - numbers as text, aligned with those beside them.
 *
 * The rules are those of numpy: a float is written with the fewest digits that are read back as the
 * same number of its type, but at most eight behind the point; a column of floats is scientific if
 * one of them is large or small, or if they are far apart. The point is that of the C locale, which
 * the caller has set.
 */
#include "format/format.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PRECISION 8  /* digits behind the point */
#define TEXT_MOST 64 /* bytes for any number */
#define LARGE 1e8L
#define SMALL 1e-4L
#define FAR_APART 1e3L
#define LARGE_ALONE 1e16L
#define HALF_DIG 3 /* what FLT_DIG and the like are for floats of 16 bits */
#define HALF_DECIMAL_DIG 5
#define HALF_MIN 0x1p-14L

/* The bits of a number of up to 64 bits. */
static uint64_t load(const struct field *field, const char *one)
{
    bool is_little = field->swapped != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    uint64_t bits = 0;
    for (size_t i = 0; i < field->size; i++)
        bits = bits << 8 | (unsigned char)one[is_little ? field->size - 1 - i : i];
    return bits;
}

static float half_to_float(unsigned half)
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
    long double extended;
    if (field->code == 'g') { /* never swapped */
        memcpy(&extended, one, sizeof(extended));
        return extended;
    }
    uint64_t bits = load(field, one);
    if (field->code == 'e')
        return (long double)half_to_float((unsigned)bits);
    if (field->code == 'f')
        return (long double)(union {
                   uint32_t bits;
                   float value;
               }){.bits = (uint32_t)bits}
            .value;
    return (long double)(union {
               uint64_t bits;
               double value;
           }){.bits = bits}
        .value;
}

static bool is_float(const struct field *field)
{
    return strchr("efdg", field->code);
}

static bool reads_back(const struct field *field, const char *text, long double value)
{
    int exponent;
    switch (field->code) {
    case 'e': {
        /* A sum so large has no bits below the last one of the half: it is rounded there. */
        (void)frexp((double)value, &exponent);
        volatile double sum = ldexp(1.5, (exponent < -13 ? -24 : exponent - 11) + DBL_MANT_DIG - 1);
        double large = sum;
        sum += strtod(text, NULL);
        return sum - large == (double)value;
    }
    case 'f':
        return strtof(text, NULL) == (float)value;
    case 'd':
        return strtod(text, NULL) == (double)value;
    default:
        return strtold(text, NULL) == value;
    }
}

/* How many digits are behind the point, without zeros at the end. */
static int decimals_of(const char *text)
{
    const char *point = strchr(text, '.');
    const char *end = point ? point + strcspn(point, "e") : text;
    while (end > text && end[-1] == '0')
        end--;
    return point ? (int)(end - point) - 1 : 0;
}

/* The shortest decimal that is read back as the same number of its type. */
struct decimal {
    long double value;
    int digits;
    int exponent; /* of the first digit */
};

/* Every decimal of `sure` digits survives in a number that is not denormal, so rounding to that
   many finds all shorter ones, with zeros behind them. */
static struct decimal shortest(const struct field *field, long double value)
{
    bool half = field->code == 'e', single = field->code == 'f', twofold = field->code == 'd';
    int sure = half ? HALF_DIG : single ? FLT_DIG : twofold ? DBL_DIG : LDBL_DIG;
    int most = half      ? HALF_DECIMAL_DIG
               : single  ? FLT_DECIMAL_DIG
               : twofold ? DBL_DECIMAL_DIG
                         : LDBL_DECIMAL_DIG;
    long double normal = half ? HALF_MIN : single ? FLT_MIN : twofold ? DBL_MIN : LDBL_MIN;
    char text[TEXT_MOST];
    int digits = fabsl(value) < normal ? 1 : sure;
    do
        snprintf(text, sizeof(text), "%.*Le", digits - 1, value);
    while (!reads_back(field, text, value) && digits++ < most);
    return (struct decimal){
        .value = strtold(text, NULL),
        .digits = 1 + decimals_of(text),
        .exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10),
    };
}

/* Of a number with others beside it. In front of the point are the digits that it really has, and
   not zeros where fewer digits would do. */
static void fixed_text(char text[TEXT_MOST], const struct decimal *decimal, long double value)
{
    int right = decimal->digits - 1 - decimal->exponent;
    bool is_exact = right < 0 || right > PRECISION;
    snprintf(text, TEXT_MOST, "%.*Lf", PRECISION, is_exact ? value : decimal->value);
    text[strcspn(text, ".") + 1 + (size_t)decimals_of(text)] = '\0';
}

/* Of a number with nothing beside it: all of its digits, and no point without digits. */
static void text_alone(char text[TEXT_MOST], const struct decimal *decimal)
{
    long double size = fabsl(decimal->value);
    bool scientific = size != 0 && (size >= LARGE_ALONE || size < SMALL);
    int right = decimal->digits - 1 - (scientific ? 0 : decimal->exponent);
    if (scientific)
        snprintf(text, TEXT_MOST, "%.*Le", right, decimal->value);
    else
        snprintf(text, TEXT_MOST, "%.*Lf", right > 1 ? right : 1, decimal->value);
}

/* Numbers with fewer digits than the others of the column show those that they really have. */
static void scientific_text(char text[TEXT_MOST], const struct text_style *style, long double value)
{
    snprintf(text, TEXT_MOST, "%#.*Le", style->digits, value);
    char *exponent = strchr(text, 'e') + 2;
    snprintf(exponent, 16, "%0*d", style->exponent, (int)strtol(exponent, NULL, 10));
}

static void widen(int *width, size_t to)
{
    if (*width < (int)to)
        *width = (int)to;
}

/* Whether the column is to be scientific is not known yet: it is measured for both. */
static void measure_float(struct text_style *style, const struct decimal *decimal,
                          long double value)
{
    char text[TEXT_MOST];
    long double size = fabsl(value);
    if (size > 0 && (style->least == 0 || size < style->least))
        style->least = size;
    if (size > style->most)
        style->most = size;
    if (size < LARGE) {
        fixed_text(text, decimal, value);
        size_t left = strcspn(text, ".");
        widen(&style->left, left + (style->signs && text[0] != '-'));
        widen(&style->right, strlen(text + left));
    }
    snprintf(text, sizeof(text), "%.*Le", PRECISION,
             decimal->digits > 1 + PRECISION ? value : decimal->value);
    widen(&style->digits, (size_t)decimals_of(text));
    widen(&style->exponent, strlen(strchr(text, 'e') + 2));
    style->any_negative |= signbit(value) != 0;
}

void text_settle(struct text_style *style)
{
    style->settled = true;
    style->scientific =
        style->most >= LARGE ||
        (style->least > 0 && (style->least < SMALL || style->most / style->least > FAR_APART));
    if (style->scientific) {
        style->left = 1 + (style->any_negative || style->signs);
        style->right = 1 + style->digits + 2 + style->exponent;
    }
    if (style->left + style->right < style->whole)
        style->left = style->whole - style->right;
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

/* UTF-8 of a character; of those that cannot be seen, the first 256 are escaped as in Python. */
static void put_character(struct sink *sink, uint32_t c, char quote)
{
    char text[16];
    if (quote && (c == '\\' || c == (unsigned char)quote))
        snprintf(text, sizeof(text), "\\%c", (int)c);
    else if (quote && (c == '\n' || c == '\t' || c == '\r'))
        snprintf(text, sizeof(text), "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    else if (quote && (c < 32 || (c > 126 && c <= 160) || c == 173))
        snprintf(text, sizeof(text), "\\x%02x", c);
    else if (c >= 0xd800 && c < 0xe000)
        snprintf(text, sizeof(text), "\\u%04x", c);
    else if (c > 0x10ffff)
        snprintf(text, sizeof(text), "\\U%08x", c);
    else if (c < 0x80)
        snprintf(text, sizeof(text), "%c", (int)c);
    else if (c < 0x800)
        snprintf(text, sizeof(text), "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
    else if (c < 0x10000)
        snprintf(text, sizeof(text), "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 63)),
                 (int)(0x80 | (c & 63)));
    else
        snprintf(text, sizeof(text), "%c%c%c%c", (int)(0xf0 | c >> 18),
                 (int)(0x80 | (c >> 12 & 63)), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
    sink_put(sink, text);
}

/* Characters of 32 bits, as Python writes them: where nothing is beside them, without quotes. */
static void put_characters(struct sink *sink, bool alone, const struct field *field,
                           const char *one)
{
    struct field character = *field;
    character.size = 4;
    size_t length = field->size / 4;
    bool has_single = false;
    bool has_double = false;
    while (length > 0 && load(&character, one + 4 * (length - 1)) == 0)
        length--;
    for (size_t i = 0; i < length; i++) {
        uint64_t c = load(&character, one + 4 * i);
        has_single |= c == '\'';
        has_double |= c == '"';
    }
    char quote[] = {(char)(alone ? 0 : has_single && !has_double ? '"' : '\''), 0};
    sink_put(sink, quote);
    for (size_t i = 0; i < length; i++)
        put_character(sink, (uint32_t)load(&character, one + 4 * i), quote[0]);
    sink_put(sink, quote);
}

static void float_text(char text[TEXT_MOST], struct text_style *style, const struct field *field,
                       const char *one)
{
    long double value = load_float(field, one);
    if (!isfinite(value)) {
        strcpy(text, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    } else if (style->scientific) {
        scientific_text(text, style, value);
    } else {
        struct decimal decimal = shortest(field, value);
        if (style->alone)
            text_alone(text, &decimal);
        else if (style->settled)
            fixed_text(text, &decimal, value);
        else
            measure_float(style, &decimal, value);
    }
    if (style->signs && text[0] && text[0] != '-') {
        memmove(text + 1, text, strlen(text) + 1);
        text[0] = '+';
    }
}

/* Puts a number in its column, with `suffix` right behind it. */
static void put_number(struct sink *sink, struct text_style *style, const char *text,
                       const char *suffix)
{
    int whole = (int)strlen(text);
    int left = (int)strcspn(text, ".");
    if (!style->settled) {
        if (left == whole)
            widen(&style->whole, strlen(text));
        return;
    }
    bool has_point = left < whole;
    sink_blanks(sink, has_point ? style->left - left : style->left + style->right - whole);
    sink_put(sink, text);
    sink_put(sink, suffix);
    if (has_point)
        sink_blanks(sink, style->right - (whole - left));
}

/* A zero behind the point is not written where a complex number is alone. */
static void cut_zero(char *text)
{
    char *zero = strstr(text, ".0");
    if (zero && !zero[2])
        *zero = '\0';
}

static void put_complex(struct sink *sink, struct text_style *styles, const struct field *field,
                        const char *one)
{
    char real[TEXT_MOST] = "";
    char imaginary[TEXT_MOST] = "";
    struct field part = *field;
    part.size /= 2;
    long double value = load_float(&part, one);
    styles[1].signs = !styles[1].alone || value != 0 || signbit(value);
    float_text(real, &styles[0], &part, one);
    float_text(imaginary, &styles[1], &part, one + part.size);
    if (!styles[0].alone) {
        put_number(sink, &styles[0], real, "");
        put_number(sink, &styles[1], imaginary, "j");
        return;
    }
    cut_zero(real);
    cut_zero(imaginary);
    bool both = styles[1].signs;
    sink_put(sink, both ? "(" : "");
    sink_put(sink, both ? real : "");
    sink_put(sink, imaginary);
    sink_put(sink, both ? "j)" : "j");
}

static void whole_text(char text[TEXT_MOST], const struct field *field, const char *one)
{
    uint64_t bits = load(field, one);
    unsigned unused = 64 - 8 * (unsigned)field->size;
    if (field->code == 'P')
        snprintf(text, TEXT_MOST, "%#llx", (unsigned long long)bits);
    else if (strchr("bhilqn", field->code))
        snprintf(text, TEXT_MOST, "%lld", (long long)(bits << unused) >> unused);
    else
        snprintf(text, TEXT_MOST, "%llu", (unsigned long long)bits);
}

void text_put(struct sink *sink, struct text_style *styles, const struct field *field,
              const char *one)
{
    char text[TEXT_MOST] = "";
    if (strchr("csx", field->code)) {
        put_bytes(sink, field, one);
        return;
    }
    if (field->code == 'w') {
        put_characters(sink, styles->alone, field, one);
        return;
    }
    if (field->is_complex) {
        put_complex(sink, styles, field, one);
        return;
    }
    if (is_float(field)) {
        float_text(text, styles, field, one);
    } else if (field->code == '?') {
        strcpy(text, *one ? "True" : "False");
        widen(&styles->whole, styles->alone || styles->single ? 0 : strlen("False"));
    } else {
        whole_text(text, field, one);
    }
    put_number(sink, styles, text, "");
}
