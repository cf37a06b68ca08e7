/*
 * own/contents.h - what a pool owns, listed; and who holds an object. For blocks see
 * own_pool_blocks in block.h, for all of a tree own_pool_walk in pool.h.
 */
#ifndef OWN_CONTENTS_H
#define OWN_CONTENTS_H

#include <own/pool.h>

OWN_BEGIN_DECLS

/*
 * Visits the children of a pool, the newest first: the one that became a child last.
 *
 * visit  gets a borrowed child, and arg. Anything else than 0 ends it. It may use the library
 *        freely: drop or move the child that it got, or others, create some, clear the pool, drop
 *        it. It returns: a jump out of it is not allowed.
 *
 * A pool that is a child during the whole call is visited once. One that becomes a child during the
 * call is not visited, nor one that ceases to be a child before its turn. So other threads may go
 * on using a shared pool; the call holds a reference of its own to the child that is visited there.
 * It holds the pool too, which therefore lives until the end.
 *
 * Returns 0, or what visit returned last; -1 with errno EINVAL (pool or visit is NULL), or ENOMEM
 * (a shared pool that more than four threads use). Threads: those of pool. Cost: what the pool
 * owns; in a shared pool, times the number of its parts.
 */
OWN_API int own_pool_children(own_pool *pool, int (*visit)(own_pool *child, void *arg), void *arg);

/*
 * Visits the deferred calls of a pool, in the order in which they would be made: those of
 * own_defer_first, of own_defer, of own_defer_last; the newest first, over all threads.
 *
 * visit  gets the function and the argument that own_defer got, and context. Otherwise, and errors,
 *        threads and cost, as own_pool_children; but what is deferred meanwhile is visited if it
 *        belongs to a later one of the three. own_undefer in it takes the newest of several that
 *        are alike.
 */
OWN_API int own_pool_deferred(own_pool *pool,
                              int (*visit)(void (*call)(void *arg), void *arg, void *context),
                              void *context);

/*
 * Visits each pool that holds an object, among a pool and all below it: once, however often it
 * holds the object. The parent of a pool holds it too.
 *
 * object  borrowed, any object.
 * root    where to look, borrowed; it is one of those that are looked into.
 * visit   gets a borrowed holder, and arg. Anything else than 0 ends it. It may read, and allocate
 *         and free blocks, but must not change who owns what. It returns.
 *
 * In a shared tree other threads may go on, as for own_pool_walk; a confined pool below a shared
 * one is not looked into.
 *
 * Returns 0, or what visit returned last; -1 with errno as own_pool_walk. Threads: those of root
 * and object. Cost: what the pools own, and a search in each, O(1) expected (see `reserved`).
 */
OWN_API int own_holders(void *object, own_pool *root, int (*visit)(own_pool *holder, void *arg),
                        void *arg);

OWN_END_DECLS

#endif
