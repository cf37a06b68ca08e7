/*
 * base/thread.h - telling threads apart.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdint.h>

#include <own/attributes.h>

#define NO_NUMBER UINT64_MAX

/* thread.c: of the calling thread; NO_NUMBER: it has none yet. */
extern __thread uint64_t thread_number_or_none;
uint64_t thread_number_take(void);

/* The number of the calling thread, from 1 on; no other of the process has or gets it. After fork
   the child's one thread keeps it. */
static inline uint64_t thread_number(void)
{
    return OWN_LIKELY(thread_number_or_none != NO_NUMBER) ? thread_number_or_none
                                                          : thread_number_take();
}

#endif
