/*
 * included.h - the header under test: every program here is built with libown's and, where it is
 * installed, with libtalloc's own, which shows that what the tests state is so.
 */
#ifndef TALLOC_TESTS_INCLUDED_H
#define TALLOC_TESTS_INCLUDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef TEST_LIBTALLOC
#include <talloc.h>
#define IS_LIBTALLOC 1
#else
#include <own/compat/talloc.h>
#define IS_LIBTALLOC 0
#endif

/* The two that both headers call deprecated. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline int set_limit(const void *context, size_t bytes)
{
    return talloc_set_memlimit(context, bytes);
}

static inline void *autofree_context(void)
{
    return talloc_autofree_context();
}
#pragma GCC diagnostic pop

#endif
