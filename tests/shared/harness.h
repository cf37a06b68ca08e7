/*
 * harness.h - what the contract tests share: assertions, a log of events, a recorder of misuses,
 * random numbers.
 *
 * The tests include only the public headers and link only libown. Each program is one Check suite.
 */
#ifndef SHARED_HARNESS_H
#define SHARED_HARNESS_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <own.h>

/* More bytes than can be had (run_suite sees to it on 32 bits), though a ptrdiff_t holds them. */
#define IMPOSSIBLE (sizeof(size_t) == 8 ? SIZE_MAX / 4 + 1 : (size_t)PTRDIFF_MAX)

/* Ends the test, naming the place, the condition and the seed where one was set. */
void test_failed(const char *file, int line, const char *condition) __attribute__((noreturn));

/* As ck_assert, but cheap enough for a loop: Check writes a message for each of its own. */
#define expect(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            test_failed(__FILE__, __LINE__, #condition);                                           \
    } while (0)

/* The condition says that a call has failed; errno must say why. */
#define expect_error(condition, error)                                                             \
    do {                                                                                           \
        errno = 0;                                                                                 \
        expect(condition);                                                                         \
        if (errno != (error))                                                                      \
            test_failed(__FILE__, __LINE__, #condition " has errno " #error);                      \
    } while (0)

/* The condition holds a successful call, which must leave errno as it was. */
#define expect_keeps_errno(condition)                                                              \
    do {                                                                                           \
        errno = ERANGE;                                                                            \
        expect(condition);                                                                         \
        if (errno != ERANGE)                                                                       \
            test_failed(__FILE__, __LINE__, #condition " keeps errno");                            \
    } while (0)

/* A log of one-letter events: finalizers and deferred calls append to it. */
void log_event(char event);

/* A deferred call that logs the letter that arg points to. */
void log_call(void *arg);

/* Compares the log with the events that should have happened since the last look, and empties it.
   */
#define expect_events(expected) expect_events_at(__FILE__, __LINE__, expected)
void expect_events_at(const char *file, int line, const char *expected);

/*
 * The recorder of misuses: a handler that counts them and keeps the last sentence. It is installed
 * by record_misuses, which forgets what was told before, until restore_misuses.
 */
extern unsigned misuses;
extern char misuse_sentence[1000];
void record_misuses(void);
void restore_misuses(void);

/* One misuse has been told since the last look: in one line that names the call and the thing. */
#define expect_misuse(call, thing) expect_misuse_at(__FILE__, __LINE__, (call), (thing))
void expect_misuse_at(const char *file, int line, const char *call, const char *thing);

/* The condition holds a call that is a misuse, and returns -1 or NULL. */
#define expect_told(condition, call, thing)                                                        \
    do {                                                                                           \
        expect_error(condition, EINVAL);                                                           \
        expect_misuse(call, thing);                                                                \
    } while (0)

/* An object that logs its name when it is finalized, and owns three references. */
struct probe {
    own_object header;
    own_object *first;
    own_object *second;
    own_object *third;
    void (*then)(struct probe *self); /* called by the finalizer after logging; may be NULL */
    void *context;                    /* for `then`; not owned */
    char name;
};

extern const own_type probe_type;
struct probe *probe_new(own_pool *owner, char name);

/* Calls the action where deaths nest so deep that the next is put off. What was put off has died
   when it returns. */
void at_nesting_limit(void (*action)(void));

/* Adopts memory of that many bytes, at least 1, each of which is its name; never NULL. It is freed
   by log_and_free, which logs the name. */
char *adopt_named(own_pool *pool, char name, size_t size);
void log_and_free(void *memory);

/* A fresh root pool; never NULL. */
own_pool *new_root(void);

/* How many references the pool holds that are not to children, and so on: one usage figure. */
own_usage usage_of(const own_pool *pool);
own_usage total_of(const own_pool *pool);

/* Loops over all items of an array of one to three dimensions, in the order of the indices; `item`
   is declared as a pointer to `type`. */
#define each_1(type, item, array)                                                                  \
    for (own_axes item##_axes = own_array_axes((array), 1, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
    each_along_(type, item, item##_axes.data, 0, item##_axes)
#define each_2(type, item, array)                                                                  \
    for (own_axes item##_axes = own_array_axes((array), 2, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
    each_along_(type, item##_row, item##_axes.data, 0, item##_axes)                                \
        each_along_(type, item, item##_row, 1, item##_axes)
#define each_3(type, item, array)                                                                  \
    for (own_axes item##_axes = own_array_axes((array), 3, sizeof(type)); item##_axes.data;        \
         item##_axes.data = NULL)                                                                  \
    each_along_(type, item##_plane, item##_axes.data, 0, item##_axes)                              \
        each_along_(type, item##_row, item##_plane, 1, item##_axes)                                \
            each_along_(type, item, item##_row, 2, item##_axes)
#define each_along_(type, item, start, axis, axes)                                                 \
    for (ptrdiff_t item##_left = (axes).shape[axis]; item##_left >= 0; item##_left = -1)           \
        for (type *item = (type *)(start); item##_left > 0;                                        \
             item##_left--, item += (axes).steps[axis])

/* Whether the build looks for races. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZED 1
#endif

/* Random numbers that a seed repeats. Setting a seed makes failures print it. */
struct random {
    uint64_t state;
};
void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
size_t random_below(struct random *random, size_t bound); /* bound > 0 */

/*
 * A full-size number of steps, made smaller where they are slow: divided by the environment
 * variable OWN_TEST_SCALE, else by 5 in a sanitizer build, 10 with --enable-debug, 100 under
 * Valgrind (OWN_UNDER_VALGRIND). It is said on stderr.
 */
size_t scaled(size_t count);

/* Whether scaled leaves a hundredth or less, as under Valgrind. Then rounds that only repeat others
   are left out too. */
bool steps_are_few(void);

/* So many deaths that not all of them nest, however large the stack; scaled down no further than
   that. */
#define MORE_THAN_NEST ((size_t)20000)
size_t scaled_nesting(size_t count);

/* For pthread_attr_setstacksize: that size, or the least that the system allows. */
size_t stack_size(size_t size);

/* Runs in another thread, which has ended then. */
void in_thread(void *(*run)(void *arg), void *arg);

/* Ends a process that a test has made: in the usual way where nothing minds, so that make coverage
   counts what has run. */
void end_process(int status) __attribute__((noreturn));

/* A function that is to be a frame of its own on the stack. */
#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

/* Whether the build checks memory itself, so that a read of a dead object ends the program. */
bool memory_is_checked(void);

/* Whether the build lets small blocks be bumped inline: not where each is to be seen, with
   --enable-debug and under AddressSanitizer. */
bool blocks_are_bumped(void);

/* Whether the system gives stacks of calls, without which allocations have none. */
bool stacks_are_given(void);

/* Whether the system knows to which module an address belongs: not in a static program. */
bool modules_are_known(void);

/* A test case of a suite, with a time limit that slow machines and Valgrind can keep. */
TCase *add_case(Suite *suite, const char *name);

/* Runs a suite and frees it; the exit status of main. */
int run_suite(Suite *suite);

#endif
