/*
 * own/report.h - what a tree of pools has, written for people and for programs: a tree for the
 * terminal, JSON, a graph, flame graphs; all roots; numbers of the process.
 *
 * Every number is what own_pool_usage answers for that pool, at the moment at which its turn came.
 * Totals are the sums of these. Nothing is changed.
 *
 * The JSON is one object, in UTF-8. Its members, version 1; a later version may add members, and
 * readers leave out what they do not know:
 *
 *   format    "own-report"
 *   version   1
 *   library   the library's version, a string
 *   program   the name of the program, a string
 *   process   its number
 *   time      in seconds since 1970, with a fraction
 *   sampling  own_set_site_tracking's bytes, at most 2^60; 0: off
 *   root      the id of the pool that was asked for; null: all roots were
 *   pools     an array of pools, a parent before its children:
 *     id          a string, 0x and an address: the same for one pool in all reports of a process;
 *                 a new pool may get that of a dead one
 *     parent      the id of the parent; null for a root, and for the pool that was asked for
 *     name        a string
 *     site        where it was created, "file:line"; left out where that is not known: for a pool
 *                 with a name of its own, if no sites were tracked when it got that
 *     shared      true, or false
 *     apart       true for a confined pool below a shared one, where a pool was asked for: another
 *                 thread's, of which only `reserved` is known, and blocks, bytes, peak, children,
 *                 held, deferred are 0; left out otherwise
 *     references  a number; null: immortal
 *     blocks, bytes, reserved, peak, children, held, deferred
 *                 as in own_usage
 *     limit       the pool's own limit; left out where it has none that could refuse anything
 *   holds     an array, one item for each reference that a pool holds, children left out:
 *     pool        the id of the pool
 *     object      the id of the object
 *     type        the name of its type
 *     references  as above
 *     size        of the object, in bytes; left out for pools, whose numbers are above
 *     name        of a pool that is held
 *     to          of a weak reference: the id of the object that it refers to; null: it has gone
 *   stacks    an array of arrays of frames, the innermost first:
 *     module      the file that has the code
 *     offset      a string, 0x and the offset in that file: what addr2line is given
 *     function    the name, where the dynamic linker knows it; else left out
 *   sites     an array, one item for each stack and pool with sampled live blocks:
 *     pool        the id
 *     stack       the number of its stack in `stacks`, from 0
 *     blocks, bytes
 *                 estimates of what is live that was allocated there
 *
 * Bytes in names that are not UTF-8 are written as U+FFFD.
 */
#ifndef OWN_REPORT_H
#define OWN_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include <own/attributes.h>
#include <own/object.h>
#include <own/pool.h>

OWN_BEGIN_DECLS

/* What own_report writes. */
typedef enum own_report_format {
    OWN_REPORT_TEXT,  /* a tree, one pool a line; see below */
    OWN_REPORT_JSON,  /* one line for each item; see the head of this file */
    OWN_REPORT_DOT,   /* a graph for Graphviz */
    OWN_REPORT_FOLDED /* a line for each pool: the names from the root to it, with a `;` between
                         two, a space, and its own bytes: what flame graph programs read */
} own_report_format;

/*
 * Writes a report of a pool and all below it.
 *
 * out     borrowed; it is not flushed.
 * root    borrowed; any pool. NULL: all pools that have no parent, as own_roots finds them, with
 *         all below them. No other thread may use the library then, as for own_roots, and
 *         nothing is another thread's.
 *
 * The text is a line for each pool, indented below its parent: the bytes of its blocks and those
 * of all below it (total), its own, what is reserved with all below, its own blocks, its name,
 * its limit, who else holds it, and how many references to it come from elsewhere. Children of
 * one parent that have the same name share a line, and so on below them; the largest come first.
 * What a pool holds is below it, by type, and the three calls that most of its sampled bytes
 * come from (own_set_site_tracking). 64 levels are written, and 100 names of each parent; what
 * is left out is counted.
 *
 * In the graph parents have solid edges to their children; dashed ones go to what a pool holds, and
 * from there by the fields of confined objects; dotted ones are weak references. What is part of
 * a cycle of references is red.
 *
 * In the stacks of names, `;` in a name becomes `:`. What is more than 256 levels down counts at
 * the pool above it there.
 *
 * Returns -1 with errno ENOMEM (nothing has been written), EINVAL (out is NULL, or no such format),
 * or what fwrite set. It takes memory for all that it sees, 200 bytes a pool and more, and gives it
 * back. Threads: those of root, as own_pool_walk: in a shared tree others may go on, and each pool
 * is seen as it is when its turn comes; a confined pool below a shared one is another thread's.
 * Cost: what is seen, and sorting. No recursion.
 */
OWN_API int own_report(FILE *out, own_pool *root, own_report_format format);

/*
 * The text alone, with limits of one's own.
 *
 * depth  how many levels below root are written; 0: root alone; below 0: all.
 * count  how many names of each parent, or of all roots, are written; SIZE_MAX: all.
 *
 * Otherwise as own_report.
 */
OWN_API int own_report_tree(FILE *out, own_pool *root, int depth, size_t count);

/*
 * Writes a report to a descriptor, without allocating: for where memory is out, and for handlers of
 * signals that end the process.
 *
 * fd  borrowed; written to until all is written, waiting where it has to.
 *
 * It is written while the tree is walked. So the text has a line for each pool and each
 * reference, in the order in which pools took them on, and no totals, limits, holders or places;
 * nothing in the graph is red, and fields are not in it. In JSON each of `holds`, `stacks` and
 * `sites` is a walk of its own: in a tree that others change they may tell of pools that are not
 * in `pools`, and of sites whose stacks are others; `stack` may then be past the end of `stacks`.
 *
 * In a signal handler: pools that the interrupted code, on whatever thread, was using inside of the
 * library may be half changed, or locked: the call may then see nonsense, crash, or wait for ever.
 * So let it be the last thing that the handler does: set SIGALRM to SIG_DFL and call alarm(2), so
 * that a call that waits is ended; report the pool that the program keeps in a global variable, as
 * OWN_REPORT_TEXT, which takes one walk; end the process. Give the handler 16 KiB of stack.
 *
 * Returns -1 with errno EINVAL, what write set, or ENOMEM (a shared tree of more than 16 levels).
 * Threads: as own_report, also for root. Cost: what is seen; in JSON four times.
 */
OWN_API int own_report_fd(int fd, own_pool *root, own_report_format format);

/*
 * Visits all roots of the process: the pools without a parent; and the objects that no pool holds:
 * lists, and those of types with refs or tail_refs; in a debug build, with OWN_CHECK=leak, and in
 * a program with AddressSanitizer, those of all types.
 *
 * visit  gets a borrowed object, for own_typeof, own_pool_name, own_refcount. Anything else than
 *        0 ends it. It may look at the objects, but must not create or drop any.
 *
 * Pools that were made below one with own_pool_options.chunks and have lost their parent are left
 * out, and objects of 1 MiB and more.
 *
 * Returns 0, or what visit returned last; -1 with errno EINVAL (visit is NULL). Threads: the world
 * holds still: until it returns no other thread uses the library, as for own_collect (collect.h).
 * Cost: the library's memory for small pieces is gone through.
 */
OWN_API int own_roots(int (*visit)(void *object, void *arg), void *arg);

/*
 * Writes the numbers of the process in the text format of Prometheus.
 *
 *   own_roots                pools without a parent, and no objects
 *   own_pools, own_blocks, own_bytes, own_reserved_bytes
 *                            of these and all below them, as own_pool_usage has them
 *   own_memory_bytes         what the library has from the system
 *   own_cache_bytes          of that, what is free: in the caches of threads, and beside them
 *   own_limit_hits_total     how often a limit refused memory
 *   own_pool_deaths_total    pools that have died
 *   own_collections_total, own_collected_objects_total, own_collection_seconds_total
 *                            as own_collect_stats has them
 *
 * out  borrowed.
 *
 * Returns -1 with errno EINVAL (out is NULL), ENOMEM (a shared tree of more than 16 levels), or
 * what fwrite set. Threads: as own_roots. Cost: as own_roots, and the number of pools.
 */
OWN_API int own_metrics(FILE *out);

/*
 * Samples allocations: keeps for some live blocks where they were allocated, so that reports can
 * estimate from which calls the bytes of each pool come (`stacks` and `sites` of the JSON).
 *
 * bytes  one sample for so many bytes on average; a larger block is more likely to be
 *        sampled than a smaller one, and stands for fewer. 0: off, as at first; what was
 *        sampled stays so until it is freed. At 1 nearly all blocks are sampled; at 512
 *        KiB small pools that are made and dropped cost some 6 % more, blocks of pages
 *        some 3 %; below 128 KiB both cost more.
 *
 * Blocks of all pools are sampled, those from an allocator too; but not adopted ones, nor those
 * over 64 KiB that lie in a reserve, nor objects, buffers, arrays and lists. A block that
 * own_realloc makes another size counts as a new one. A small block that is sampled lies in
 * memory of its own, which is `reserved`. While sites are tracked, pools that get another name
 * keep the place where they were created (`site`).
 *
 * It may be called at any time. A pool that is in use, or is made where one has died, takes notice
 * when it next needs more than lies ready for it. OWN_CHECK=site in the environment is
 * own_set_site_tracking(512 KiB) from the start. Where the C library cannot load libgcc_s.so.1, the
 * stacks are empty; in a program that is linked with libown.a, they begin with calls of the
 * library. On i386, the child of a process in which another thread allocates while it forks may
 * wait for ever for a lock of glibc.
 *
 * Cannot fail: without memory for its own records there are fewer samples. Threads: any. Cost: the
 * first time the unwinder is loaded, which calls malloc; else O(1) and the number of threads.
 */
OWN_API void own_set_site_tracking(size_t bytes);

OWN_END_DECLS

#endif
