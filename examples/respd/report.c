/*
 * report.c - a text that grows line by line, and is a reply in the end.
 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

#include "request.h"

#define CAPACITY_FIRST 1024

static int grow(struct report *report, size_t length)
{
    size_t capacity = report->capacity ? report->capacity : CAPACITY_FIRST;
    while (capacity - report->length <= length)
        capacity *= 2;
    char *bytes = own_realloc_raw(report->request->pool, report->bytes, capacity, 1);
    if (!bytes) {
        request_fail(report->request);
        return -1;
    }
    report->bytes = bytes;
    report->capacity = capacity;
    return 0;
}

void report_add(struct report *report, const char *format, ...)
{
    for (int tries = 0; tries < 2 && !report->request->failed; tries++) {
        size_t room = report->capacity - report->length;
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(report->bytes ? report->bytes + report->length : NULL, room, format,
                               arguments);
        va_end(arguments);
        if (length < 0)
            return;
        if ((size_t)length < room) {
            report->length += (size_t)length;
            return;
        }
        if (grow(report, (size_t)length) != 0)
            return;
    }
}

void report_reply(struct report *report)
{
    if (!report->request->failed)
        reply_bytes(report->request, report->bytes ? report->bytes : "", report->length);
}
