/*
 * model/repro.h - what the programs that write.c writes include.
 */
#ifndef MODEL_REPRO_H
#define MODEL_REPRO_H

#include "things.h"

#include <stdio.h>
#include <stdlib.h>

static inline void wrong(int line, const char *what, long due, long got)
{
    fprintf(stderr, "line %d: %s: %ld is due, not %ld\n", line, what, due, got);
    exit(1);
}

void differs(const char *what, long subject)
{
    wrong(0, what, subject, subject);
}

#define DUE(what, due, got)                                                                        \
    do {                                                                                           \
        long due_ = (long)(due), got_ = (long)(got);                                               \
        if (due_ != got_)                                                                          \
            wrong(__LINE__, what, due_, got_);                                                     \
    } while (0)
#define CHECKED(error, told, statement)                                                            \
    do {                                                                                           \
        errno = EDOM;                                                                              \
        statement;                                                                                 \
        DUE("errno", (error) ? (error) : EDOM, errno);                                             \
        DUE("misuses", told, misuses);                                                             \
        misuses = 0;                                                                               \
    } while (0)

#define NONE(value, error, call) CHECKED(error, 0, call)
#define TOLD_MISUSE(value, error, call) CHECKED(error, value, call)
#define INT(value, error, call) CHECKED(error, 0, DUE(#call, value, call))
#define SIZE_T(value, error, call) CHECKED(error, 0, DUE(#call, value, call))
#define SAME(value, error, call) CHECKED(error, 0, DUE(#call, true, (call) == node(value)))
#define BLOCK(value, error, call) CHECKED(error, 0, DUE(#call, (value) >= 0, (call) != NULL))
#define RETURNS(value, error, call) BLOCK(value, error, call)
#define NODE(to, value, error, call)                                                               \
    CHECKED(error, 0, DUE(#call, (value) >= 0, remember(to, call) != NULL))

static inline void usage_is(int line, int at, size_t blocks, size_t bytes, size_t children,
                            size_t held, size_t deferred, size_t peak, size_t most)
{
    own_usage usage;

    own_pool_usage(pool(at), &usage);
    if (usage.blocks != blocks || usage.bytes != bytes || usage.children != children ||
        usage.held != held || usage.deferred != deferred || usage.peak < peak || usage.peak > most)
        wrong(line, "usage", at, at);
}
#define USAGE(...) usage_is(__LINE__, __VA_ARGS__)

#endif
