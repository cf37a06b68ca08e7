/*
 * base/base.h - the room base: what every other room stands on, and nothing that allocates.
 *
 *   arithmetic  sizes that cannot overflow unseen
 *   list        an intrusive list
 *   marks       the adapter to the sanitizers and Valgrind
 *   lock        four bytes, for a few instructions
 *   slot        small numbers for threads
 *   stack       how much of it is left
 *   ticks       what came first, among all threads
 *   misuse      telling a broken rule in one sentence
 *   fail        the end of a call that fails
 *   require     what validators do with an equation
 *   hash        hashes of addresses
 *
 * All of it may be called from any thread.
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
#include "base/require.h"

#include <own/attributes.h>

/* The granule of all memory: every block, object and chunk is aligned to it. */
#define GRANULE ((size_t)16)

/*
 * Hands a sentence to the misuse handler. Returns only where a handler of the user's does; the
 * caller then leaves everything as it was.
 */
void misuse(const char *format, ...) OWN_PRINTF(1, 2) __attribute__((cold));

#endif
