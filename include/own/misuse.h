/*
 * own/misuse.h - what happens when a program breaks the rules of ownership.
 *
 * Misuse that can be seen in O(1) is always seen: a count that would fall below what is held, a
 * reference to an object that is dead or dying, an object released through the wrong call, memory
 * that is not an object (but see object.h). It is reported as one sentence that names the call, the
 * object and its pool. A dead object is known as dead until its memory is used again, or given back
 * to the system.
 */
#ifndef OWN_MISUSE_H
#define OWN_MISUSE_H

#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * Sets what is called on a misuse, for the whole process.
 *
 * handler  gets a sentence, one line without a newline, borrowed for the time of the call. Where it
 *          returns, the call that was misused has done nothing, and returns the argument, NULL, -1
 *          (errno EINVAL) or nothing, as its type has it. NULL restores the default handler, which
 *          writes the sentence to stderr and aborts. The handler may be called on any thread; it
 *          may longjmp only out of a call that was made outside of any finalizer or deferred call.
 *
 * Cannot fail. Threads: any; a call that has already begun may still use the old handler. Cost:
 * O(1).
 */
OWN_API void own_set_misuse_handler(void (*handler)(const char *sentence));

OWN_END_DECLS

#endif
