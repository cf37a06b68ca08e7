/*
 * base/base.h - the room base: what every other room needs, and nothing that allocates.
 *
 *   arithmetic.h  arithmetic of sizes that detects overflow
 *   list.h        an intrusive doubly linked list
 *   marks.h       the adapter to the sanitizers and Valgrind
 *   lock.h        a lock of four bytes, held for a few instructions
 *   slot.h        small numbers for running threads
 *   bits.h        words of bits that one thread changes and others read
 *   stack.h       how much of the thread's stack is left
 *   ticks.h       a clock that orders the events of all threads
 *   misuse.c      the report of a misuse, in one sentence
 *   fail.h        how a call fails
 *   probe.h       probes for bpftrace, perf and gdb
 *   require.h     the check of an equation in a validator
 *   hash.h        hashes of addresses
 *   version.c     own_version
 *
 * Any thread may call any of it.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#ifndef OWN_DEBUG
#define OWN_DEBUG 0
#endif

#include "base/arithmetic.h"
#include "base/fail.h"
#include "base/list.h"
#include "base/marks.h"
#include "base/probe.h"
#include "base/require.h"

#include <own/attributes.h>

/* The granule of all memory: every block, object and chunk is aligned to it. */
#define GRANULE ((size_t)16)

/* For a field that lies at a multiple of that where pointers have 64 bits: where they have 32, it
   has to be told. */
#if UINTPTR_MAX == UINT32_MAX
#define FIELD_ALIGNED(alignment) _Alignas(alignment)
#else
#define FIELD_ALIGNED(alignment)
#endif

/* A hot function without arrays, so that nothing overflows its frame: a stack protector would be
   there for the addresses of single variables only, and would cost five instructions a call. */
#if defined(__has_attribute)
#if __has_attribute(no_stack_protector)
#define NO_STACK_PROTECTOR __attribute__((no_stack_protector))
#endif
#endif
#ifndef NO_STACK_PROTECTOR
#define NO_STACK_PROTECTOR
#endif

/*
 * Passes a sentence to the misuse handler. Returns only if the user has set a handler that returns;
 * the caller then leaves everything as it was.
 */
void misuse(const char *format, ...) OWN_PRINTF(1, 2) __attribute__((cold));
/* Whether the program has a handler of its own. */
bool misuse_is_handled(void);

#endif
