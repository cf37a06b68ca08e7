/*
 * own/collect.h - collecting cycles: groups of objects that only references among themselves keep
 * alive.
 *
 * A count cannot see that all references to an object come from what the object itself keeps alive.
 * A collection looks at objects and counts the references that they have to each other. An object
 * that has a reference from elsewhere stays, with all that can be reached from it. The others are
 * groups that nobody can use any more; they are reclaimed. It is the algorithm of CPython's gc
 * (Modules/gcmodule.c), whose order this is too:
 *
 *  1. All weak references to objects of the groups are cleared; the `died` of each is called.
 *  2. Finalizers run, on whole objects, each once (but see own_rearm), and the calls of
 *     own_defer_first of pools.
 *  3. What has come back to life is kept, with all that it reaches, whole; it has lost its weak
 *     references. Weak references that were made to the others meanwhile are cleared and called.
 *  4. Of the others, pools release what they own, the newest entry first, deferred calls among it;
 *     then lists and fields of objects are emptied, as at a death. Then the objects die. One that
 *     a deferred call saves in this step lives on, but is emptied all the same.
 *
 * From step 1 to the end of step 4 the collection has a reference to each object of a group, which
 * own_refcount counts.
 *
 * It sees references in fields of types with refs; in tails (tail_refs); in lists; what pools hold;
 * children, in their parents; the base of an array, unless its memory is `counted`. Any other
 * reference keeps its object, and what can be reached from there, as one in a variable does: one in
 * the argument of a deferred call or a free function, in a block, in a variable. So do references
 * in objects that it does not look at, which never go by a collection:
 *
 *   - objects of 1 MiB and more; with a tail, 32 bytes less
 *   - pools whose first chunk is over 1 MiB (`reserve`), or comes from a source (chunks.h)
 *   - immortal ones, those that are dying, and those that pools hold millions of times (object.h)
 *   - what is beyond the first 64 GiB of the library's memory for objects
 *
 * Objects of a type without refs and tail_refs, buffers, and weak references refer to nothing: they
 * are part of no group, and counted by none of the calls below. They die with what refers to them.
 *
 * Threads. own_pool_collect looks at confined objects alone, and needs no promise beyond the one
 * that the pool itself asks for; a shared object on the way keeps what it refers to. The other
 * calls look at everything, shared objects too. They need "the world to hold still": until they
 * return, no other thread may use the library, or memory that the program has from it. They see
 * what other threads did before if the caller has synchronised with these. A program that cannot
 * promise this uses own_pool_collect. Code that runs inside a collection may use the library; one
 * collection inside another, on the same thread, does nothing and returns 0.
 *
 * Memory: none is allocated, so that collecting works when memory is out. The library has a word
 * in reserve for every 32 bytes of its memory for objects; pages of it are used where types with
 * refs are. Cost: linear in the objects looked at and their references; no recursion.
 */
#ifndef OWN_COLLECT_H
#define OWN_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/*
 * Looks at all objects of the process, and collects.
 *
 * Returns how many objects of groups went, pools included. Cannot fail; errno is kept. Threads: the
 * world holds still, see above. Cost: O(all objects that types with refs have, and pools).
 */
OWN_API size_t own_collect(void);

/*
 * Looks at a pool, all that it owns, and all that can be reached from there by references, by weak
 * ones as well; and collects. The pool itself dies if only a cycle keeps it alive: use it after the
 * call only if you have a reference to it, or its owner has one. With NULL or a shared pool the
 * call does nothing. A pool with OWN_POOL_CONFINED below a shared one never goes itself; what it
 * owns is looked at.
 *
 * pool  borrowed.
 *
 * Returns and fails as own_collect. Threads: those of pool. Cost: O(what is looked at).
 */
OWN_API size_t own_pool_collect(own_pool *pool);

/*
 * Finds what own_collect would collect, without touching it.
 *
 * visit  called for each group, which are objects that references connect. It gets the objects,
 *        borrowed, in no order; how many there are; and a chain of references in the group that
 *        ends where it begins, such as
 *
 *            session.peer -> session.pool -> pool 'conn' holds session
 *
 *        Of a field without a name (own_type.fields) the offset is told: session+24. The middle of
 *        a long chain is left out. All of it is valid during the call. It may look at the objects
 *        and use others; what it frees or releases must not be in a group. If it returns other than
 *        0, no more groups are told.
 * arg    not looked at.
 *
 * Returns what visit returned, 0 if there are no more groups; -1 with errno EINVAL (visit is NULL),
 * ENOMEM (this call needs 32 bytes for each object in a group), EBUSY (inside a collection).
 * Threads: as own_collect. Cost: as own_collect, and O(n log n) for n objects in groups.
 */
OWN_API int own_collect_find(int (*visit)(void *const *objects, size_t count, const char *chain,
                                          void *arg),
                             void *arg);

/*
 * Makes the library call own_collect by itself, on this thread, once the thread has made `objects`
 * more since the last own_collect. What counts is objects of types with refs or tail_refs, and
 * lists, less those that have died on this thread; and pools that were not ready for use. The call
 * is made when the thread makes one of these. After a collection that kept many, the next one waits
 * for a quarter as many, if that is more, so that the time for collections stays linear in that of
 * making objects.
 *
 * objects  0: no longer, as at the beginning.
 *
 * So each such call may run finalizers, and is under the promise of own_collect: for programs in
 * which one thread at a time uses the library. Returns 0. Threads: any. Cost: O(1).
 */
OWN_API int own_set_collect_threshold(size_t objects);

/* What collections have done, in this process. */
typedef struct own_collect_statistics {
    size_t collections;   /* calls of own_collect and own_pool_collect that looked */
    size_t examined;      /* objects that were looked at, in all collections */
    size_t reclaimed;     /* objects of groups that went */
    size_t resurrected;   /* objects of groups that came back to life, with what they reach */
    uint64_t nanoseconds; /* the time of all collections, calls of users included */
    uint64_t longest;     /* that of the longest */
} own_collect_statistics;

/* Fills *statistics, which is not NULL. Threads: any. Cost: O(1). */
OWN_API void own_collect_stats(own_collect_statistics *statistics) OWN_NOT_NULL(1) OWN_FILLS(1);

OWN_END_DECLS

#endif
