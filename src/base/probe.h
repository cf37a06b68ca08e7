/*
 * base/probe.h - static probes, at which bpftrace, perf, SystemTap and gdb can look on.
 *
 * A probe is one instruction that does nothing, and a note in the file of the library that says
 * where it is and where its arguments are. Nothing is called and nothing is tested, so a probe
 * costs nothing while nobody looks on. Its arguments are values that are at hand.
 *
 * The provider is `own`. The probes, and their arguments:
 *
 *   pool_new       pool, owner, name        a pool was made; its name then
 *   pool_name      pool, name               it was given another name
 *   pool_die       pool, name, bytes        it goes, with so many bytes of memory
 *   chunk_get      chunk, bytes, count      chunks go from the heap to a thread; the first of them,
 *                                           and the bytes of each
 *   chunk_put      chunk, bytes             a chunk goes back to the heap
 *   cascade_begin  object, type             an object dies that may release others
 *   cascade_next   object                   another dies, which that released
 *   cascade_end                             all of them are gone; a cascade inside another, which a
 *                                           finalizer has begun, ends first
 *   limit_hit      pool, bytes, used, limit
 *                                           a limit refuses `bytes`; the pool that it was set on,
 *                                           NULL if that has died; what it counts, and its bytes
 *   collect_begin  pool                     a collection begins; NULL: of all objects
 *   collect_end    pool, examined, reclaimed, nanoseconds
 *
 * Chunks are told of where a thread's cache is filled or emptied, not where it serves: these are
 * the paths that take a lock anyway. tools/bpftrace has scripts that use the probes.
 */
#ifndef BASE_PROBE_H
#define BASE_PROBE_H

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#ifdef HAVE_PROBES
#include <sys/sdt.h>
#define probe_0(name) DTRACE_PROBE(own, name)
#define probe_1(name, a) DTRACE_PROBE1(own, name, a)
#define probe_2(name, a, b) DTRACE_PROBE2(own, name, a, b)
#define probe_3(name, a, b, c) DTRACE_PROBE3(own, name, a, b, c)
#define probe_4(name, a, b, c, d) DTRACE_PROBE4(own, name, a, b, c, d)
#else
#define probe_0(name) ((void)0)
#define probe_1(name, a) ((void)(a))
#define probe_2(name, a, b) ((void)(a), (void)(b))
#define probe_3(name, a, b, c) ((void)(a), (void)(b), (void)(c))
#define probe_4(name, a, b, c, d) ((void)(a), (void)(b), (void)(c), (void)(d))
#endif

#endif
