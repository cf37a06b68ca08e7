/*
 * model/calls.h - the table of the calls, made of calls.def.
 */
#ifndef MODEL_CALLS_H
#define MODEL_CALLS_H

#include "world.h"

enum group {
    OBJECTS,
    OWNERSHIP,
    WEAKREFS,
    MEMORY,
    LISTING,
    LISTS,
    LIMITS,
    CYCLES,
    SHARING,
    BUFFERS,
    NAMES,
    ARRAYS,
    GROUPS
};

/* What a call returns. NODE and BLOCK are new, at op.to; where the value of the outcome is NOBODY
   it is NULL. SAME is a node that is there, or NULL; RETURNS is NULL. */
enum result { NONE, INT, SIZE_T, SAME, NODE, BLOCK, RETURNS, TOLD_MISUSE };

enum call_number {
#define CALL(name, group, weight, result, expression) CALL_##name,
#include "calls.def"
#undef CALL
    CALL_KINDS
};

struct call {
    const char *name;
    enum group group;
    int weight;
    enum result result;
    const char *text;
    bool (*choose)(struct world *world, struct op *op); /* false: not now */
    struct outcome (*perform)(struct world *world, const struct op *op);
};
extern const struct call calls[CALL_KINDS];

#define CALL(name, group, weight, result, expression)                                              \
    bool choose_##name(struct world *world, struct op *op);                                        \
    struct outcome perform_##name(struct world *world, const struct op *op);
#include "calls.def"
#undef CALL

/* A reaction of a callback. */
void react(struct world *world);

struct step *next_step(struct world *world);

static inline struct outcome done(intptr_t value)
{
    return (struct outcome){.value = value};
}

/* As a failed call returns: -1, or NULL. */
static inline struct outcome fail(int error)
{
    return (struct outcome){.error = error, .value = NOBODY};
}

#endif
