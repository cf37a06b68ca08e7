/*
 * base/require.h - what validators do with an equation.
 */
#ifndef BASE_REQUIRE_H
#define BASE_REQUIRE_H

#include <stdbool.h>

#include <own/attributes.h>

/* Writes which equation does not hold, and aborts. */
_Noreturn void equation_is_broken(const char *room, const void *of, const char *equation)
    __attribute__((cold));

/* Aborts with a sentence unless the equation holds. `of` is what it is about; NULL: the whole room. */
static inline void require(bool holds, const char *room, const void *of, const char *equation)
{
    if (OWN_UNLIKELY(!holds))
        equation_is_broken(room, of, equation);
}

#endif
