/*
 * breach.h - for tests of validators: an equation is broken on purpose in a process of its own, and
 * the abort must name it.
 */
#ifndef SHARED_BREACH_H
#define SHARED_BREACH_H

#include "harness.h"

struct breach {
    void (*cause)(void);
    const char *equation; /* as the validator names it; NULL: all holds */
};

/* Runs build, the cause and validate in another process, which must abort and name the equation. */
void expect_breach(const struct breach *breach, void (*build)(void), void (*validate)(void));

#endif
