/*
 * base/fail.h - the end of a call that fails.
 */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include <errno.h>
#include <stddef.h>

/* Sets errno, and is -1. */
static inline int fail_with(int error)
{
    errno = error;
    return -1;
}

/* Sets errno, and is NULL. */
static inline void *fail_pointer(int error)
{
    errno = error;
    return NULL;
}

#endif
