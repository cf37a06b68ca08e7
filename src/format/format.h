/*
 * format/format.h - the room format: what an item is made of.
 *
 *   format.c   formats: reading and measuring them
 *   fields.c   going through the fields of an item
 *   text.c     fields as text
 *   sink.c     where text goes
 *
 * The rules are those of Python's struct module and of PEP 3118, as numpy reads and writes it. A
 * format is a row of items: codes, and structs, which are rows of items in T{}. It is read twice:
 * format_size checks all of it, without repeating anything; format_next, for a format that has been
 * checked, goes through the fields in the order of memory, those of structs in sub-arrays as often
 * as they are there. Both have a stack of the structs that are open; nothing is recursive.
 *
 * Pure functions, but for what they print. Who may call: the room array.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "base/base.h"

#include <own/array.h>

#include <stdio.h>

#define FORMAT_LONGEST 4096 /* with its 0 */
#define FORMAT_DEPTH 16     /* structs in structs */

/* A field of an item: one code, or a brace of a struct. */
struct field {
    char code;         /* { and } for the beginning and the end of a struct */
    bool is_complex;   /* two numbers of that code */
    bool is_padding;   /* x without a name */
    bool swapped;      /* its bytes are not in the order of the machine */
    size_t size;       /* of one: all of s, w and x */
    size_t count;      /* of s, w and x without a sub-array: 1 */
    size_t offset;     /* in the item */
    size_t index;      /* of a struct, among `count` of them */
    int number;        /* in the format, without those of sub-arrays again */
    size_t run;        /* for format_shape */
    const char *shape; /* the same */
};

struct format_level {
    const char *body;
    const char *shape;
    size_t count;
    size_t index;
    size_t run;
    size_t size;        /* of one */
    size_t outer_start; /* of the struct that it is in, */
    size_t outer_size;  /* and its size behind this */
    int number;
    char order;
};

struct format {
    const char *at; /* the next item */
    char order;     /* of @, ^, =, < and > */
    bool again;     /* the struct that is open begins again */
    bool once;      /* set it, and each sub-array of structs has one */
    int depth;
    int number;
    size_t start; /* of the innermost struct that is open */
    size_t size;  /* of its fields so far */
    struct format_level levels[FORMAT_DEPTH];
};

static inline bool field_is_brace(const struct field *field)
{
    return field->code == '{' || field->code == '}';
}

/* format.c */
/* The size of a format of just that code. 0: there is no such code. */
size_t format_code_size(char code);
/* The size of an item. 0: errno is EINVAL or EOVERFLOW. */
size_t format_size(const char *format);

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

/* Reads one, up to its name. False: it is wrong. A size that does not fit is SIZE_MAX. */
bool format_read_item(const char **at, char *order, struct item *item);
/* A name between colons, or nothing. False: it has no end. */
bool format_read_name(const char **at);
/* The lengths of a sub-array, from behind its parenthesis, which go to `lengths` unless it is NULL.
   How many there are; 0: it is wrong. */
int format_read_shape(const char **at, size_t *lengths, size_t *count);

/* The items of a format or of a struct, as far as they have been read. */
struct row {
    size_t size;
    size_t alignment;
    size_t count; /* of a struct */
};

/*
 * Reads a row of items up to `end`, which is 0 or the brace of a struct that is open; an order in
 * it is valid on behind it. False: errno is EOVERFLOW, or left as it was.
 */
bool format_measure(const char *at, char *order, char end, struct row *whole);

/* With @ items are aligned as in C. */
static inline bool format_is_aligned(char order)
{
    return order == '@';
}

/* fields.c */
/* Goes through the fields of a format that is right. */
struct format format_begin(const char *format);
/* The next field. False: there is none. */
bool format_next(struct format *format, struct field *field);
/* The lengths of a field's sub-array, up to OWN_DIMENSIONS_MAX + 1. How many there are. */
int format_shape(const struct field *field, size_t *lengths);
/* The next bytes of an item between padding. False: there are none. */
bool format_next_stretch(struct format *format, size_t *offset, size_t *size);
/* Whether an item has bytes that are padding beside others. Where all are x, they are the item. */
bool format_has_padding(const char *format);

/* sink.c: where text goes; it only counts characters where `out` is NULL. Blanks wait until
   something follows on their line. */
struct sink {
    FILE *out;
    size_t column; /* with the blanks that wait */
    size_t blanks;
};

void sink_put(struct sink *sink, const char *text);
void sink_blanks(struct sink *sink, int count); /* none where it is negative */

/*
 * text.c: how the numbers of one field are written. All that are to be printed are put twice: until
 * text_settle they are only measured.
 */
struct text_style {
    bool alone;   /* an array of no dimensions: nothing to be aligned with, and settled */
    bool signs;   /* a plus where there is no minus */
    bool single;  /* a field that an array of no dimensions has once */
    bool settled; /* the widths are final */
    bool scientific;
    bool any_negative;
    long double least; /* of the finite numbers but 0, without sign; 0: there are none */
    long double most;
    int left;     /* characters in front of the point */
    int right;    /* from the point on */
    int whole;    /* of the longest text without a point */
    int digits;   /* behind the point, where it is scientific */
    int exponent; /* digits of the exponent */
};

/* `one` is a number, or what else a field has one or more of. There are two styles: of what is
   complex, the second is that of the imaginary part. */
void text_put(struct sink *sink, struct text_style *styles, const struct field *field,
              const char *one);
void text_settle(struct text_style *style);

#endif
