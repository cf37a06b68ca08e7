/*
 * base/stack.h - whether the calling thread has stack left for calls that nest.
 */
#ifndef BASE_STACK_H
#define BASE_STACK_H

#include <stdbool.h>

/*
 * stack.c: whether more of the stack is left than a reserve: an eighth of it, but at least
 * STACK_RESERVE bytes. False also if the bounds of the stack are not known: the system does not
 * tell them, or the thread runs on another stack than its own (sigaltstack, makecontext). A stack
 * that lies within the thread's own, in a local variable, is taken for the thread's own. Keeps
 * errno.
 *
 * Cost: a few instructions; the first call on a thread asks the system.
 */
#define STACK_RESERVE ((unsigned long)32 << 10)
bool stack_has_room(void);

#endif
