/*
 * glob.c - patterns as in KEYS, SCAN and CONFIG GET.
 */
#include "glob.h"

/* Matches a byte with the class that begins after '['; *at ends after the ']'. */
static bool match_class(const char *pattern, size_t pattern_length, size_t *at, char byte)
{
    size_t i = *at;
    bool negated = i < pattern_length && pattern[i] == '^';
    bool matched = false;
    if (negated)
        i++;
    while (i < pattern_length && pattern[i] != ']') {
        if (pattern[i] == '\\' && i + 1 < pattern_length) {
            matched |= pattern[i + 1] == byte;
            i += 2;
        } else if (i + 2 < pattern_length && pattern[i + 1] == '-') {
            unsigned char from = (unsigned char)pattern[i];
            unsigned char to = (unsigned char)pattern[i + 2];
            unsigned char here = (unsigned char)byte;
            matched |= from <= to ? from <= here && here <= to : to <= here && here <= from;
            i += 3;
        } else {
            matched |= pattern[i] == byte;
            i++;
        }
    }
    *at = i < pattern_length ? i + 1 : i;
    return matched != negated;
}

/* Matches one byte with the element of the pattern at *at, which is not '*', and steps over it. */
static bool match_one(const char *pattern, size_t pattern_length, size_t *at, char byte)
{
    switch (pattern[*at]) {
    case '?':
        ++*at;
        return true;
    case '[':
        ++*at;
        return match_class(pattern, pattern_length, at, byte);
    case '\\':
        if (*at + 1 < pattern_length)
            ++*at;
        break;
    default:
        break;
    }
    return pattern[(*at)++] == byte;
}

bool glob_match(const char *pattern, size_t pattern_length, const char *bytes, size_t length)
{
    size_t at = 0, i = 0;
    size_t star = 0, star_i = 0; /* where to take up again: after the last '*', one byte later */
    bool starred = false;

    while (i < length) {
        if (at < pattern_length && pattern[at] == '*') {
            starred = true;
            star = ++at;
            star_i = i;
        } else if (at < pattern_length && match_one(pattern, pattern_length, &at, bytes[i])) {
            i++;
        } else if (starred) {
            at = star;
            i = ++star_i;
        } else {
            return false;
        }
    }
    while (at < pattern_length && pattern[at] == '*')
        at++;
    return at == pattern_length;
}
