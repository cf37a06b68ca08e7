/*
 * base/require.c - the report of an equation that does not hold.
 */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

void equation_is_broken(const char *room, const void *of, const char *equation)
{
    if (of)
        fprintf(stderr, "libown: %s %p: does not hold: %s\n", room, of, equation);
    else
        fprintf(stderr, "libown: %s: does not hold: %s\n", room, equation);
    abort();
}
