/*
 * fuzz/glob.c - patterns of respd, and what must hold for any of them.
 */
#include "target.h"

#include <stdbool.h>
#include <string.h>

#include "glob.h"

enum { MOST = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char pattern[MOST + 2], escaped[2 * MOST];
    size_t length = size ? bytes[0] : 0;

    if (size == 0 || size > MOST || length > size - 1)
        return 0;
    const char *string = (const char *)bytes + 1 + length;
    size_t string_length = size - 1 - length;
    memcpy(pattern + 1, bytes + 1, length);
    bool matches = glob_match(pattern + 1, length, string, string_length);

    /* What a pattern fits, it fits with a star in front. */
    pattern[0] = '*';
    MUST(!matches || glob_match(pattern, length + 1, string, string_length));
    MUST(glob_match(pattern, 1, string, string_length));

    /* A string that is escaped fits itself, and nothing that is longer. */
    for (size_t i = 0; i < string_length; i++) {
        escaped[2 * i] = '\\';
        escaped[2 * i + 1] = string[i];
    }
    MUST(glob_match(escaped, 2 * string_length, string, string_length));
    MUST(string_length == 0 || !glob_match(escaped, 2 * string_length - 2, string, string_length));
    return 0;
}
