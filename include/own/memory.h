/*
 * own/memory.h - what libown keeps of the memory of dead pools, and how to get it back.
 *
 * A pool that dies leaves its memory in caches, so that the next pool need not ask the system: a
 * small cache for each thread, and one for the process. Together they keep at most the cache limit;
 * what is over it goes back to the system at once. Memory in use by living pools and objects is not
 * counted. The address space of small pieces may stay reserved; only the memory behind it goes
 * back.
 *
 * After fork the child may go on using the library, even if other threads were inside it; it has
 * its own copy of all pools. A pool that such a thread was using at that moment may be half
 * changed: the child must not use it.
 */
#ifndef OWN_MEMORY_H
#define OWN_MEMORY_H

#include <stddef.h>

#include <own/attributes.h>

/* The cache limit before own_set_cache_limit is first called, in bytes. */
#define OWN_CACHE_LIMIT_DEFAULT ((size_t)64 << 20)

OWN_BEGIN_DECLS

/*
 * Gives what the calling thread's cache and the process's cache hold back to the system.
 *
 * Returns the number of bytes given back; 0 is not an error. Cannot fail. Threads: any; what the
 * caches of other threads hold stays there until they use it, exceed their share, or end.
 * Cost: proportional to the memory that the caches hold.
 */
OWN_API size_t own_trim(void);

/*
 * Sets how many bytes dead pools may leave in the caches, for the whole process.
 *
 * bytes  0 keeps nothing: every piece goes back as soon as the page it lies on is free.
 *
 * What is over a lowered limit is given back at once, except that other threads' caches shrink at
 * their next exchange with the process's cache. Cannot fail. Threads: any. Cost: as own_trim where
 * the limit falls, else O(1).
 */
OWN_API void own_set_cache_limit(size_t bytes);

OWN_END_DECLS

#endif
