/*
 * report.h - a text that grows line by line, and is a reply in the end: INFO, CLIENT LIST.
 */
#ifndef RESPD_REPORT_H
#define RESPD_REPORT_H

#include <own.h>

struct request;

struct report {
    struct request *request; /* its pool has the text */
    char *bytes;
    size_t length, capacity;
};

/* Adds to the end. Where there is no memory the request is failed, and nothing more is added. */
void report_add(struct report *report, const char *format, ...) OWN_PRINTF(2, 3);

/* Replies with the text as a string. */
void report_reply(struct report *report);

#endif
