/*
 * base/thread.c - the numbers of threads, in the order in which they ask.
 */
#include "base/thread.h"

__thread uint64_t thread_number_or_none = NO_NUMBER;

uint64_t thread_number_take(void)
{
    static uint64_t threads;
    thread_number_or_none = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    return thread_number_or_none;
}
