/*
 * site/unwind.h - what the files of this room share.
 */
#ifndef SITE_UNWIND_H
#define SITE_UNWIND_H

#include "site/site.h"

/* unwind.c: gets ready to capture. False: this system cannot. */
bool unwind_prepare(void);

/* stack.c: the number of a stack, which may be new. 0: there is no room. */
uint32_t stack_number(const void *const *frames, size_t count);

#endif
