/*
 * base/marks.h - the one adapter to AddressSanitizer, LeakSanitizer and Valgrind.
 *
 * libown cuts blocks out of memory that these tools see as one piece; the marks tell them which
 * bytes are in use. In other builds every mark is empty. Marks for Valgrind exist in debug builds
 * only, because each costs a few instructions even if the program does not run under Valgrind.
 */
#ifndef BASE_MARKS_H
#define BASE_MARKS_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define MARKS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MARKS_ASAN 1
#endif
#endif
#ifndef MARKS_ASAN
#define MARKS_ASAN 0
#endif

#if OWN_DEBUG && defined(HAVE_VALGRIND_MEMCHECK_H) && !MARKS_ASAN
#define MARKS_VALGRIND 1
#include <valgrind/memcheck.h>
#else
#define MARKS_VALGRIND 0
#endif

#if MARKS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

/* These bytes must not be read or written. */
static inline void mark_unusable(const void *memory, size_t size)
{
#if MARKS_ASAN
    ASAN_POISON_MEMORY_REGION(memory, size);
#elif MARKS_VALGRIND
    VALGRIND_MAKE_MEM_NOACCESS(memory, size);
#endif
    (void)memory;
    (void)size;
}

/* These bytes may be written, and read after they have been written. */
static inline void mark_undefined(const void *memory, size_t size)
{
#if MARKS_ASAN
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
#elif MARKS_VALGRIND
    VALGRIND_MAKE_MEM_UNDEFINED(memory, size);
#endif
    (void)memory;
    (void)size;
}

/* These bytes may be read and written. */
static inline void mark_defined(const void *memory, size_t size)
{
#if MARKS_ASAN
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
#elif MARKS_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(memory, size);
#endif
    (void)memory;
    (void)size;
}

/* Memory to which a pointer in these bytes leads is not reported as leaked. */
static inline void mark_roots(const void *memory, size_t size)
{
#if MARKS_ASAN
    __lsan_register_root_region(memory, size);
#endif
    (void)memory;
    (void)size;
}

/* The opposite of mark_roots, with the same range. */
static inline void unmark_roots(const void *memory, size_t size)
{
#if MARKS_ASAN
    __lsan_unregister_root_region(memory, size);
#endif
    (void)memory;
    (void)size;
}

#endif
