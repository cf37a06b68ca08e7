/*
 * model/real.h - the library does what a script says, and both are compared.
 */
#ifndef MODEL_REAL_H
#define MODEL_REAL_H

#include "world.h"

void real_begin(void);

/* Runs the script. Calls real_differs where the library does something else. False: a limit has
   refused the call. */
bool real_run(const struct world *world);

/* look.c: compares what a call has used, or everything. */
void look_at(const struct world *world, const struct op *op);
void look_at_refusal(const struct world *world, const struct op *op);
/* Whether the library has anything, once the model has nothing any more. */
void look_at_end(const struct world *world);
void look_at_all(const struct world *world);

/* Ends the process, or the run; does not return. */
void real_differs(const struct world *world, const char *what, long expected, long got)
    __attribute__((noreturn));

/* The call whose step of the script is being run, for messages; NULL: none. */
const struct op *real_op(void);

#endif
