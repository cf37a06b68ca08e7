/*
 * check/tools.c - sanitizers in the program, and Valgrind around it. They see memory of malloc, and
 * are asked for what malloc cannot say. The library is not compiled for them.
 */
#include "check/record.h"

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_CHECK_MEM_IS_ADDRESSABLE(memory, size) ((void)(memory), (void)(size))
#endif

size_t check_malloc_front(void)
{
    return RUNNING_ON_VALGRIND ? 0 : GRANULE;
}

bool tools_valgrind_runs(void)
{
    return RUNNING_ON_VALGRIND;
}

#if !MARKS_ASAN

/* Of the runtimes of sanitizers, where the program has one. */
extern void __asan_poison_memory_region(void const volatile *memory, size_t size)
    __attribute__((weak));
extern void __asan_report_error(void *pc, void *bp, void *sp, void *address, int is_write,
                                size_t size) __attribute__((weak));
extern int __asan_address_is_poisoned(void const volatile *address) __attribute__((weak));
extern void __lsan_ignore_object(const void *object) __attribute__((weak));
extern void __msan_unpoison(const volatile void *memory, size_t size) __attribute__((weak));

bool tools_are_in_program(void)
{
    return __asan_report_error || __lsan_ignore_object || __msan_unpoison;
}

void check_unusable(const void *memory, size_t size)
{
    if (check_uses_malloc() && __asan_poison_memory_region)
        __asan_poison_memory_region(memory, size);
}

void tools_tell_freed(const void *address)
{
    if (!check_uses_malloc())
        return;
    if (RUNNING_ON_VALGRIND)
        (void)VALGRIND_CHECK_MEM_IS_ADDRESSABLE(address, 1);
    else if (__asan_report_error && __asan_address_is_poisoned(address))
        __asan_report_error(__builtin_return_address(0), __builtin_frame_address(0),
                            __builtin_frame_address(0), (void *)(uintptr_t)address, 1, 1);
}

#else /* the library is compiled for it, and tells AddressSanitizer by itself (base/marks.h) */

bool tools_are_in_program(void)
{
    return false;
}

void check_unusable(const void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

void tools_tell_freed(const void *address)
{
    (void)address;
}

#endif
