/*
 * report.h - what the tests of reports share: a report as text.
 */
#ifndef CONTRACT_REPORT_H
#define CONTRACT_REPORT_H

#include "harness.h"

#include <unistd.h>

static char text[1 << 20];

static inline const char *report_of(own_pool *root, own_report_format format)
{
    FILE *out = fmemopen(text, sizeof text, "w");
    expect(out != NULL);
    expect_keeps_errno(own_report(out, root, format) == 0);
    expect(fclose(out) == 0);
    return text;
}

static inline const char *report_fd_of(own_pool *root, own_report_format format)
{
    FILE *file = tmpfile();
    expect(file != NULL);
    expect_keeps_errno(own_report_fd(fileno(file), root, format) == 0);
    ssize_t size = pread(fileno(file), text, sizeof text - 1, 0);
    expect(size > 0);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* How often one text is in another. */
static inline size_t count_of(const char *in, const char *sought)
{
    size_t count = 0;
    for (; (in = strstr(in, sought)); in += strlen(sought))
        count++;
    return count;
}

#define expect_has(in, sought)                                                                     \
    do {                                                                                           \
        if (!strstr((in), (sought)))                                                               \
            ck_abort_msg("no '%s' in:\n%s", (sought), (in));                                       \
    } while (0)

/* The sum of the numbers behind a key, in the lines of an array. */
static inline size_t sum_of(const char *json, const char *key)
{
    char sought[40];
    size_t sum = 0;
    snprintf(sought, sizeof sought, "\"%s\": ", key);
    for (; (json = strstr(json, sought)); json += strlen(sought))
        sum += strtoul(json + strlen(sought), NULL, 10);
    return sum;
}

#endif
