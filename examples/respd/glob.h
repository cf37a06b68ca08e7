/*
 * glob.h - patterns as in KEYS, SCAN and CONFIG GET.
 */
#ifndef RESPD_GLOB_H
#define RESPD_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the whole of a string fits a pattern of *, ?, [a-z], [^a-z] and \ before any of them.
 * Cost: at worst the product of the lengths; nothing recurses.
 */
bool glob_match(const char *pattern, size_t pattern_length, const char *bytes, size_t length);

#endif
