/*
 * base/fail.h - how a call fails: it sets errno and returns.
 */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include <errno.h>
#include <stddef.h>

/* Sets errno and returns -1. */
static inline int fail_with(int error)
{
    errno = error;
    return -1;
}

/* Sets errno and returns NULL. */
static inline void *fail_pointer(int error)
{
    errno = error;
    return NULL;
}

#endif
