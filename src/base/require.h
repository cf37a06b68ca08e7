/*
 * base/require.h - the check of an equation in a validator.
 */
#ifndef BASE_REQUIRE_H
#define BASE_REQUIRE_H

#include <stdbool.h>

#include <own/attributes.h>

/* Writes to stderr which equation does not hold, and aborts. */
_Noreturn void equation_is_broken(const char *room, const void *of, const char *equation)
    __attribute__((cold));

/* Aborts with a sentence unless the equation holds. `of` is the address of the record that it is
   about; NULL: the whole room. */
static inline void require(bool holds, const char *room, const void *of, const char *equation)
{
    if (OWN_UNLIKELY(!holds))
        equation_is_broken(room, of, equation);
}

#endif
