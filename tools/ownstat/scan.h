/*
 * tools/ownstat/scan.h - goes through the JSON of a report, and gives its items one by one to
 * jansson: so a report of a million pools takes no memory for the JSON of all of them at once.
 */
#ifndef OWNSTAT_SCAN_H
#define OWNSTAT_SCAN_H

#include <jansson.h>

#include "ownstat.h"

struct scan {
    const char *source, *text;
    size_t length;
    size_t at;      /* what is next */
    size_t item_at; /* where the value began that scan_value gave last */
    bool has_reals; /* that value has an integer over INT64_MAX: all its integers are reals */
    struct problem *problem;
};

/* Writes `source:line:column: ...' of a place in the text. Returns false. */
bool scan_problem(const struct scan *scan, size_t at, const char *format, ...) OWN_PRINTF(3, 4);

/* What comes after blanks; '\0': the end. */
char scan_peek(struct scan *scan);
/* Goes past one character of the syntax of JSON, which must come next. */
bool scan_expect(struct scan *scan, char character, const char *where);
/* The next value, whole: a new reference, or NULL. */
json_t *scan_value(struct scan *scan);

#endif
