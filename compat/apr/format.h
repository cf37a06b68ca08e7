/*
 * format.h - what the conversions of a format are, and where their text goes.
 *
 * Short texts are printed into a buffer on the stack, and copied into a block of the right size.
 */
#ifndef OWN_APR_FORMAT_H
#define OWN_APR_FORMAT_H

#include "record.h"

#define SHORT 512
/* Shorter texts are copied byte by byte, which takes less time than a call. */
#define COPIED_BY_CALL 8
/* The digits of a number, in any base. */
#define DIGITS 24

/* Where a text goes. */
struct sink {
    char *next;
    char *end;   /* of the room */
    char *start; /* `text`, or a block of the pool; NULL: there was no memory, nothing is kept */
    apr_pool_t *pool;
    char text[SHORT];
};

/* From % to the letter of a conversion. */
struct spec {
    bool left, plus, space, alternative, zero;
    char length; /* h; l; q: long long; z: size_t and ptrdiff_t; L; '\0': int and double. 'H': hh */
    char conversion;
    int width;
    int precision; /* < 0: there is none */
};

/* What va_arg takes from, where functions take in turn. */
struct arguments {
    va_list list;
};

/* Makes room for `more` bytes. False: there is none. */
bool sink_grow(struct sink *sink, size_t more);
/* Keeps nothing of the text, now and later. */
void sink_fail(struct sink *sink);

static inline bool sink_has_room(struct sink *sink, size_t more)
{
    return OWN_LIKELY((size_t)(sink->end - sink->next) >= more) || sink_grow(sink, more);
}

static inline void put(struct sink *sink, const char *text, size_t length)
{
    if (!sink_has_room(sink, length))
        return;
    char *to = sink->next;
    sink->next = to + length;
    if (length > COPIED_BY_CALL) {
        memcpy(to, text, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        to[i] = text[i];
}

/* A text in the width of a conversion. */
void put_padded(struct sink *sink, const struct spec *spec, const char *text, size_t length);
void put_string(struct sink *sink, const struct spec *spec, const char *string);
void put_unsigned(struct sink *sink, const struct spec *spec, uintmax_t number);

/* A floating-point number, as the C library prints it. */
void put_float(struct sink *sink, const struct spec *spec, struct arguments *arguments);
/* %p: with one of APR's letters behind it, what the pointer points to. Returns how many letters
   these are. */
size_t put_pointer(struct sink *sink, struct spec *spec, char letter, const void *pointer);

#endif
