/*
 * public.h - the names of all public calls, as src/libown.map has them, for tests that must leave
 * none out.
 */
#ifndef SHARED_PUBLIC_H
#define SHARED_PUBLIC_H

#include "harness.h"

/* Calls that with each name, in the order of the map; how many there are. */
size_t public_each(void (*visit)(const char *name, void *arg), void *arg);

/* Fails, and names them, if there are public calls that `has` does not know, or if one of `names`
   is no public call. */
void expect_all_public(bool (*has)(const char *name), const char *const *names, size_t count);

/* Whether a header in include/own has these words, however its lines are broken. */
bool header_says(const char *header, const char *words);

#endif
