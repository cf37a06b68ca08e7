/*
 * tools/ownstat/text.h - numbers and names for people and for programs.
 */
#ifndef OWNSTAT_TEXT_H
#define OWNSTAT_TEXT_H

#include "report.h"
#include "tree.h"

/* Room for a number with its unit. */
enum { TEXT_ROOM = 32 };

/* `1.5 MiB', or all digits if exact. Returns buffer, which has TEXT_ROOM bytes. */
const char *text_bytes(char *buffer, uint64_t bytes, bool exact);
/* The same of a difference, with its sign. */
const char *text_growth(char *buffer, uint64_t before, uint64_t now, bool exact);
/* A count, and the difference of two. */
const char *text_count(char *buffer, uint64_t count);
const char *text_count_growth(char *buffer, uint64_t before, uint64_t now);
/* References: a number, or `immortal'. */
const char *text_references(char *buffer, uint64_t references);

/* A name as a terminal can be shown it: control characters as \xNN. */
void put_visible(FILE *out, const char *name);
/* The same into memory, cut to fit. */
void make_visible(char *buffer, size_t size, const char *name);

/* A string of JSON, with its quotes. */
void put_json_string(FILE *out, const char *text);

/* One line about a report: the program, its process, when, and the sums. */
void put_headline(FILE *out, const struct report *report, bool exact);

#endif
