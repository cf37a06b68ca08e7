/*
 * tools/ownstat/places.h - where the frames of sampled stacks are in the sources: what addr2line
 * says.
 */
#ifndef OWNSTAT_PLACES_H
#define OWNSTAT_PLACES_H

#include "report.h"

/* One call. An inlined one has the module and the offset of the frame that it is in. */
struct place {
    const char *function; /* NULL: not known */
    const char *file;     /* NULL: not known */
    unsigned line;
    const char *module;
    uint64_t offset;
};

/* Those of a frame: all[first[frame]] and so on, before all[first[frame + 1]]. Innermost first. */
struct places {
    struct place *all;
    size_t *first;
    size_t count, room;
};

/*
 * Those of all frames of a report, in its memory. Without symbols, or where addr2line or a module
 * is missing, they are a module and an offset each, with the function where the report has it.
 */
struct places *places_make(struct report *report, bool symbols);

/* `function file:line', `function module+0x12' or `module+0x12', cut to fit. Returns buffer. */
const char *place_write(char *buffer, size_t size, const struct place *place);

/* The sampled blocks of all pools, added up by stack. */
struct stack_sum {
    size_t stack; /* the first of those that are equal */
    uint64_t blocks, bytes;
};

struct stack_sums {
    struct names keys; /* modules and offsets, as one text for each stack; numbers as in `all` */
    struct stack_sum *all;
};

/* In the report's memory. */
struct stack_sums *stack_sums_make(struct report *report);

/* The frames of a stack, one a line, indented by so many columns; the first is not. */
void places_put_stack(FILE *out, const struct report *report, const struct places *places,
                      size_t stack, int indent);

/* A table of stacks by size, at most `count` of them (0: all). */
void places_put_table(FILE *out, struct report *report, bool symbols, size_t count, bool exact);

#endif
