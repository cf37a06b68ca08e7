/*
 * number.h - decimal integers in strings.
 */
#ifndef RESPD_NUMBER_H
#define RESPD_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for any int64_t in decimal. */
#define NUMBER_MAX 20

/* Reads a whole string as a canonical decimal number: no blanks, no '+', no leading zeros. */
bool number_parse(const char *bytes, size_t length, int64_t *number);

/* Writes a number, without a terminating NUL; returns how many bytes, at most NUMBER_MAX. */
size_t number_format(int64_t number, char *bytes);

#endif
