/*
 * own/attributes.h - what the public headers tell compilers, and how a program tells them which
 * references its own functions pass on.
 *
 * Clang's static analyser follows references through a function, on each of its paths. The program
 * own-check runs it, and reports (see its manual page):
 *
 *   - a reference that is never released, on one path
 *   - a reference that is released twice
 *   - an object that is used after its last release, or a field of it
 *   - a borrowed reference that is released, or given away
 *   - a function whose result is not what its prototype says
 *
 * Functions of the same file are followed into. Of functions in other files only the prototype is
 * known: without a word there, a function borrows its arguments, and its result, if it is an
 * object, is not followed. The words, which other compilers do not see:
 *
 *     OWN_RETURNS_NEW struct session *session_open(const char *name);
 *     OWN_RETURNS_BORROWED struct session *session_find(own_pool *server, const char *name);
 *     void queue_push(struct queue *queue, OWN_STEALS void *item);
 *
 * OWN_RETURNS_NEW       the result is a new reference, or NULL: the caller releases it. To write
 *                       for each function that returns one, if it is not static.
 * OWN_RETURNS_BORROWED  the result is borrowed, or NULL: the caller must not release it.
 * OWN_STEALS            in front of a parameter: the function always takes the reference over, also
 *                       where it fails. Of a function that does so only where it succeeds, as
 *                       own_give, nothing is said; callers write OWN_PASSED_ON then.
 * OWN_PASSED_ON(object) a statement: the caller's reference has gone where the analyser cannot see
 *                       it, and is released from there. It does nothing when the program runs.
 *
 *     if (registry_add(object) != 0)      // takes the reference over if it succeeds
 *         own_decref(object);
 *     else
 *         OWN_PASSED_ON(object);
 *
 * A constructor of the program's own, whose first argument is the owner, is made known behind its
 * prototype. Its definition has the name in brackets, so that it is not taken for the macro:
 *
 *     struct session *session_new(own_pool *owner, const char *name);
 *     #ifdef OWN_ANALYZED
 *     #define session_new(...) OWN_MADE(session_new, __VA_ARGS__)
 *     #endif
 *
 *     struct session *(session_new)(own_pool *owner, const char *name)
 *
 * What is stored in a field, in an element, through a pointer or in a variable that is not local is
 * passed on by that; so is what OWN_SCOPED and OWN_SET keep, and what own_give, own_defer or
 * own_adopt have taken over. What is not seen:
 *
 *   - references in structs: nothing is said of a field that is overwritten
 *   - the case that an owner is NULL, unless the path has set it to NULL or has tested it: any
 *     other owner is taken for a pool
 *   - a use after the last release, once the object was passed to a function of another file; leaks
 *     and second releases still are
 *   - C++
 *
 * A static function that is too large to be followed into is like one of another file: one that
 * takes a reference over needs its OWN_STEALS.
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

/* The result is memory that nothing else points to. It has no deallocator, as in malloc (own_free,
   2): gcc -fanalyzer would then want each block freed by itself, though its pool does that. And no
   size, as in alloc_size: all that own_block_size says may be used, which is more than what was
   asked for, and _FORTIFY_SOURCE=3 would end a program that does. */
#define OWN_NEW_MEMORY __attribute__((malloc))

/* The result is never NULL. */
#define OWN_NEVER_NULL __attribute__((returns_nonnull))

/* These arguments, counted from 1, must not be NULL. Only where the call does not look: most calls
   take NULL, or refuse it. */
#define OWN_NOT_NULL(...) __attribute__((nonnull(__VA_ARGS__)))

/* The call fills what that argument points to. Clang does not know the attribute. */
#if defined(__has_attribute)
#if __has_attribute(access)
#define OWN_FILLS(at) __attribute__((access(write_only, at)))
#endif
#endif
#ifndef OWN_FILLS
#define OWN_FILLS(at)
#endif

/* The words of the head of this file. OWN_BORROWS: the function, which returns a pointer, borrows
   its arguments and keeps none. The analyser believes that of a function with one of the others. */
#if defined(__clang_analyzer__) && !defined(__cplusplus)
#define OWN_ANALYZED 1
#define OWN_BORROWS __attribute__((cf_audited_transfer))
#define OWN_RETURNS_NEW                                                                            \
    __attribute__((annotate("rc_ownership_returns_retained"), cf_audited_transfer))
#define OWN_RETURNS_BORROWED                                                                       \
    __attribute__((annotate("rc_ownership_returns_not_retained"), cf_audited_transfer))
#define OWN_STEALS __attribute__((annotate("rc_ownership_consumed")))
#define OWN_PASSED_ON(object) ((void)(own_followed_no_further_ = (object)))
#else
#define OWN_BORROWS
#define OWN_RETURNS_NEW
#define OWN_RETURNS_BORROWED
#define OWN_STEALS
#define OWN_PASSED_ON(object) ((void)(object))
#endif

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

#ifdef OWN_ANALYZED
#include <own/analyzer.h>
#endif

#endif
