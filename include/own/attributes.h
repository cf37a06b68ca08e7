/*
 * own/attributes.h - what the public headers tell the compiler. Nothing here is for users.
 */
#ifndef OWN_ATTRIBUTES_H
#define OWN_ATTRIBUTES_H

#if !defined(__GNUC__)
#error "libown needs a compiler with GNU C extensions: gcc or clang"
#endif

#ifdef __cplusplus
#define OWN_BEGIN_DECLS extern "C" {
#define OWN_END_DECLS }
#define OWN_RESTRICT
#define OWN_CONSTANT constexpr
#else
#define OWN_BEGIN_DECLS
#define OWN_END_DECLS
#define OWN_RESTRICT restrict
#define OWN_CONSTANT const
#endif

/* Exported from libown.so; everything else is hidden. */
#define OWN_API __attribute__((visibility("default")))

/* The result must not be dropped. */
#define OWN_MUST_USE __attribute__((warn_unused_result))

/* The arguments are those of printf: the format is number `at`, the first value `first`. */
#define OWN_PRINTF(at, first) __attribute__((__format__(__printf__, at, first)))

/* The result is memory that nothing else points to, of the product of two arguments. */
#define OWN_NEW_MEMORY(count, size) __attribute__((malloc, alloc_size(count, size)))

/* Defined where the code is compiled for ThreadSanitizer. */
#if defined(__SANITIZE_THREAD__)
#define OWN_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OWN_THREAD_SANITIZER 1
#endif
#endif

#define OWN_LIKELY(x) __builtin_expect(!!(x), 1)
#define OWN_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define OWN_STRINGIZE_(x) #x
#define OWN_STRINGIZE(x) OWN_STRINGIZE_(x)

/* The place of a call, "file.c:12": the default name of a pool. */
#define OWN_HERE __FILE__ ":" OWN_STRINGIZE(__LINE__)

#endif
