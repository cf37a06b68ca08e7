/*
 * number.c - decimal integers in strings.
 */
#include "number.h"

#include <string.h>

bool number_parse(const char *bytes, size_t length, int64_t *number)
{
    if (length == 1 && bytes[0] == '0') {
        *number = 0;
        return true;
    }
    bool negative = length > 0 && bytes[0] == '-';
    size_t at = negative;
    if (length == at || length - at > NUMBER_MAX - 1 || bytes[at] < '1' || bytes[at] > '9')
        return false;

    uint64_t magnitude = 0;
    for (; at < length; at++) {
        if (bytes[at] < '0' || bytes[at] > '9')
            return false;
        magnitude = magnitude * 10 + (uint64_t)(bytes[at] - '0'); /* 19 digits fit */
    }
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *number = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

size_t number_format(int64_t number, char *bytes)
{
    char digits[NUMBER_MAX];
    size_t at = sizeof digits;
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (number < 0)
        digits[--at] = '-';
    memcpy(bytes, digits + at, sizeof digits - at);
    return sizeof digits - at;
}
