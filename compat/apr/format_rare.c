/*
 * format_rare.c - texts that outgrow their room, and the conversions that are seldom used.
 */
#include "format.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>

void sink_fail(struct sink *sink)
{
    if (sink->start != sink->text && sink->start)
        (void)!own_free(own_apr_pool(sink->pool), sink->start);
    sink->start = NULL;
    sink->next = sink->text;
    sink->end = sink->text;
}

bool sink_grow(struct sink *sink, size_t more)
{
    if (!sink->start)
        return false;
    own_pool *pool = own_apr_pool(sink->pool);
    size_t used = (size_t)(sink->next - sink->start), size;
    if (__builtin_add_overflow(used, more, &size))
        size = SIZE_MAX;
    bool on_stack = sink->start == sink->text;
    char *block = size > PTRDIFF_MAX / 2 ? NULL
                  : on_stack             ? own_alloc_raw(pool, 1, size * 2)
                                         : own_realloc_raw(pool, sink->start, 1, size * 2);
    if (!block) {
        sink_fail(sink);
        return false;
    }
    if (on_stack)
        memcpy(block, sink->text, used);
    sink->start = block;
    sink->next = block + used;
    sink->end = block + size * 2;
    return true;
}

void put_float(struct sink *sink, const struct spec *spec, struct arguments *arguments)
{
    char format[16], *to = format;
    bool is_long = spec->length == 'L';
    *to++ = '%';
    for (const char *flag = "-+ #0"; *flag; flag++)
        if ((*flag == '-' && spec->left) || (*flag == '+' && spec->plus) ||
            (*flag == ' ' && spec->space) || (*flag == '#' && spec->alternative) ||
            (*flag == '0' && spec->zero))
            *to++ = *flag;
    *to++ = '*', *to++ = '.', *to++ = '*';
    if (is_long)
        *to++ = 'L';
    *to++ = spec->conversion;
    *to = '\0';
    long double wide = is_long ? va_arg(arguments->list, long double) : 0;
    double number = is_long ? 0 : va_arg(arguments->list, double);
    for (;;) {
        size_t room = (size_t)(sink->end - sink->next);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int length = is_long
                         ? snprintf(sink->next, room, format, spec->width, spec->precision, wide)
                         : snprintf(sink->next, room, format, spec->width, spec->precision, number);
#pragma GCC diagnostic pop
        if (length < 0)
            sink_fail(sink);
        else if ((size_t)length < room)
            sink->next += length;
        else if (sink_grow(sink, (size_t)length + 1))
            continue;
        return;
    }
}

/* A size in four characters: "973 " is the first that is not in bytes. */
static void put_size(struct sink *sink, const struct spec *spec, intmax_t size)
{
    enum { LEAST = 973 }; /* which would need four digits when rounded in the next unit's tenths */
    char text[DIGITS];
    const char *unit = "KMGTPE";
    if (size < 0) {
        put_padded(sink, spec, "  - ", 4);
        return;
    }
    if (size < LEAST) {
        snprintf(text, sizeof(text), "%3d ", (int)size);
        put_padded(sink, spec, text, 4);
        return;
    }
    for (; size >> 10 >= LEAST; size >>= 10)
        unit++;
    int whole = (int)(size >> 10), rest = (int)(size & 1023);
    int tenths = (rest * 10 + 512) / 1024;
    if (whole < 9 || (whole == 9 && rest < LEAST))
        snprintf(text, sizeof(text), "%d.%d%c", whole + tenths / 10, tenths % 10, *unit);
    else
        snprintf(text, sizeof(text), "%3d%c", whole + (rest >= 512), *unit);
    put_padded(sink, spec, text, strlen(text));
}

size_t put_pointer(struct sink *sink, struct spec *spec, char letter, const void *pointer)
{
    char text[INET_ADDRSTRLEN];
    pthread_t thread;
    if (!pointer && letter && strchr("ATtmBFS", letter)) {
        put_string(sink, spec, NULL);
        return 1;
    }
    switch (letter) {
    case 'A':
        put_string(sink, spec, inet_ntop(AF_INET, pointer, text, sizeof(text)));
        return 1;
    case 'I':
        put_padded(sink, spec, "%pI", 3);
        return 1;
    case 'T':
    case 't':
        memcpy(&thread, pointer, sizeof(thread));
        spec->conversion = letter == 't' ? 'x' : 'u';
        put_unsigned(sink, spec, (uintmax_t)thread);
        return 1;
    case 'm':
        put_string(sink, spec, strerror(*(const apr_status_t *)pointer));
        return 1;
    case 'B':
        put_size(sink, spec, *(const apr_uint32_t *)pointer);
        return 1;
    case 'F':
        put_size(sink, spec, *(const apr_off_t *)pointer);
        return 1;
    case 'S':
        put_size(sink, spec, (intmax_t) * (const apr_size_t *)pointer);
        return 1;
    default:
        spec->alternative = letter != 'p';
        spec->conversion = 'x';
        put_unsigned(sink, spec, (uintptr_t)pointer);
        return letter == 'p';
    }
}
