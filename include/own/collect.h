/*
 * own/collect.h - collecting cycles: objects that only their own references keep alive.
 *
 * A count cannot see that all references to an object come from what the object itself keeps
 * alive. A collection finds such groups by counting: of the objects that it looks at, those whose
 * references all come from others of them, and which nothing reaches that has a reference from
 * elsewhere. It is the algorithm of CPython's gc (Modules/gcmodule.c), whose order this is too:
 *
 *  1. All weak references to objects of the groups are cleared; the `died` of each is called.
 *  2. Finalizers run, on whole objects, each once (but see own_rearm), and the calls of
 *     own_defer_first of pools.
 *  3. What has come back to life is kept, with all that it reaches. It has lost its weak
 *     references.
 *  4. Of the others, pools release what they own, the newest entry first, deferred calls among it;
 *     then lists and fields of objects are emptied, as at a death. The objects die.
 *
 * Until then the collection holds each object of a group: own_refcount is one more.
 *
 * References that it sees: fields of types with refs; tails (tail_refs); items of lists; what pools
 * hold; children, of their parents; the base of an array. A reference that it does not see keeps
 * what it refers to alive, as one in a variable does. So what these refer to is never collected:
 *
 *   - the argument of a deferred call, of a weak reference or of a free function; plain memory
 *   - objects over 1 MiB, pools whose first chunk is larger than that or comes from a source
 *     (own/chunks.h), and what is beyond the first 64 GiB of the library's memory for objects
 *   - immortal objects, and those that are dying
 *
 * A type without refs and tail_refs cannot be part of a cycle: its objects are not looked at, and
 * not counted below. They die with what refers to them.
 *
 * Threads. own_pool_collect looks at confined objects alone, and needs no promise beyond the one
 * that the pool itself asks for; a shared object on the way keeps what it refers to. The other
 * calls look at everything, shared objects too. Until they return, the world holds still: no other
 * thread uses the library, nor what the program put into its memory. What has run on other threads
 * before is seen if the caller has synchronised with it. Where that cannot be promised, use
 * own_pool_collect. Code that runs inside a collection may use the library freely; a collection
 * inside a collection, on the same thread, does nothing and returns 0.
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
 * world holds still, see above. Cost: O(all tracked objects and pools).
 */
OWN_API size_t own_collect(void);

/*
 * Looks at a pool, all that it owns, and all that can be reached from there by references, by weak
 * ones as well; and collects. The pool itself goes where only that keeps it alive: use it after the
 * call only if you have a reference to it, or its owner has one. A pool that is shared, and NULL,
 * give 0.
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
 * Lets the calling thread collect by itself: where it makes an object of a type with refs or
 * tail_refs, or a list, and has made so many more of them than died on it since the last
 * collection, own_collect runs first. After one that kept many objects the next waits until a
 * quarter as many have been made, so that the time for collections stays linear in that of making
 * objects.
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
OWN_API void own_collect_stats(own_collect_statistics *statistics);

OWN_END_DECLS

#endif
