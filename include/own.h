/*
 * own.h - libown: counted pools that own memory, objects and each other.
 *
 * This header includes all others of the interface. Each of them may also be included alone.
 *
 * The words used in every comment:
 *
 *   object     anything that begins with an own_object: a pool, or a type of yours
 *   block      plain memory inside a pool: no header, no count; lives as long as its pool,
 *              or until own_free
 *   reference  the right to use an object, and the duty to release it exactly once
 *   new        the caller of the function owns the reference
 *   borrowed   somebody else owns the reference; the pointer is valid while they do
 *   stolen     the function takes over the reference that its argument had
 *   owner      the first argument of every constructor: a pool, or NULL
 *   parent     the pool that a pool was created with, or given to; at most one
 *
 * A call that fails returns NULL or -1, sets errno, and has changed nothing that the program can
 * see; a pool that looked for room may have given free memory back to the system. A call that
 * succeeds leaves errno as it was.
 */
#ifndef OWN_H
#define OWN_H

#include <own/allocator.h>
#include <own/array.h>
#include <own/block.h>
#include <own/buffer.h>
#include <own/check.h>
#include <own/collect.h>
#include <own/contents.h>
#include <own/export.h>
#include <own/iterate.h>
#include <own/list.h>
#include <own/memory.h>
#include <own/misuse.h>
#include <own/monitor.h>
#include <own/object.h>
#include <own/pool.h>
#include <own/report.h>
#include <own/version.h>
#include <own/weakref.h>

#endif
