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
 *   sampling  own_set_site_tracking's bytes; 0: off
 *   root      the id of the pool that was asked for; null: all roots were
 *   pools     an array of pools, a parent before its children:
 *     id          a string, 0x and an address: the same for one pool in all reports of a process
 *     parent      the id of the parent; null for a root, and for the pool that was asked for
 *     name        a string
 *     site        where it was created, "file:line"; left out where that is not known
 *     shared      true, or false
 *     apart       true for a confined pool below a shared one: another thread's, of which only
 *                 `reserved` is known, and blocks, bytes, peak, children, held, deferred are 0;
 *                 left out otherwise
 *     references  a number; null: immortal
 *     blocks, bytes, reserved, peak, children, held, deferred
 *                 as in own_usage
 *     limit       the pool's own limit; left out where it has none
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

OWN_BEGIN_DECLS

typedef enum own_report_format {
    OWN_REPORT_TEXT,  /* a tree, one pool a line; see below */
    OWN_REPORT_JSON,  /* one line for each item; see the head of this file */
    OWN_REPORT_DOT,   /* a graph for Graphviz */
    OWN_REPORT_FOLDED /* a line for each pool: the names from the root to it, with a `;` between
                         two, a space, and its own bytes: what flame graph programs read */
} own_report_format;

OWN_END_DECLS

#endif
