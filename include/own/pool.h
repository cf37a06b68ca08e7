/*
 * own/pool.h - pools: objects that own memory, other objects, deferred calls and child pools.
 *
 * A pool owns blocks (see block.h), references and deferred calls. When its last reference goes, it
 * releases the references and runs the deferred calls in the reverse of the order in which it took
 * them on (but see own_defer_first and own_defer_last); its blocks go last, so a deferred call may
 * still read them. A child loses its parent's reference in that order, and dies unless somebody
 * else holds it too; then it lives on as a root. Adopted memory (own_adopt) is released in that
 * order too, as the free function may be any code.
 *
 * While a pool dies, finalizers and deferred calls may use it as before: allocate, defer more (it
 * runs too, newest first), create and drop children, take and release references. Where one of
 * them leaves a reference to the pool, the pool lives on: empty but for its blocks, as a root. Only
 * giving a dying pool to another, which would make it a child, is refused (EPERM).
 *
 * Parents form a tree: limits and totals follow it, and a pool never becomes its own ancestor.
 * Holding a pool makes it nobody's child, and may form cycles, which keep each other alive until
 * they are cut, or collected (collect.h).
 *
 * Threads: a pool and all below it is confined: one thread at a time uses it, any thread may. After
 * own_share, any number of threads use it and all below it at once. "Threads: those of pool" means:
 * for a confined pool, the thread that uses it now; for a shared one, every thread that has a
 * reference to it, or knows that somebody keeps one until the call returns. A shared pool releases
 * what it owns in the reverse of the order in time, over all threads.
 *
 * Each thread that uses a shared pool has a part of the pool to itself. It makes the part when it
 * first allocates there or gives the pool something. The part takes about 1.3 KB, and memory for
 * blocks in pieces of 64 KiB and more. Any thread may free a block of the pool: the memory is used
 * again by the thread in whose part it lies, or after that thread has ended, by a new thread that
 * inherits the part. There are as many parts as there were threads at once, and they last as long
 * as the pool. Near a limit, a thread whose part is full needs room for a whole piece of 64 KiB.
 * The thread that made the pool, or made it shared, has the part that lies in the pool itself, and
 * takes smaller pieces there. While own_pool_clear empties a shared pool, no other thread may use
 * it; own_pool_total and own_pool_walk say what they allow. own_pool_usage, and calls that look for
 * something that the pool owns (own_drop, own_move, own_undefer), go through the parts one by one.
 *
 * A shared pool stays under the limits that it has. If it outlives its parent, its memory still
 * counts against them, and it can be given to a pool under other limits only if it has a limit of
 * its own (else EPERM). After fork, the child process may use the library, but not a shared pool
 * that another thread was using at that moment.
 */
#ifndef OWN_POOL_H
#define OWN_POOL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own/allocator.h>
#include <own/attributes.h>
#include <own/chunks.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/* Options for own_pool_create. Zero is the default of every field. */
typedef struct own_pool_options {
    const char *name; /* borrowed: must live as long as the pool, as a literal does; NULL: the place
                         of the call. own_pool_set_name copies */
    size_t limit;     /* as own_pool_set_limit; 0: none */
    size_t reserve;   /* bytes that the pool has room for from the start, in blocks of any size,
                         each rounded up to 16; once it is shared, in blocks of up to 64 KiB.
                         0: as much as earlier children of the owner (without an owner: earlier
                         roots of the thread) needed, at most 32 KiB */
    const own_allocator *allocator; /* where all blocks come from and go to; copied, but its ctx is
                                       borrowed. NULL: from the library, whatever the parent has.
                                       With one, `reserve` means nothing. See block.h */
    unsigned flags;                 /* 0, OWN_POOL_CONFINED, OWN_POOL_EXACT, or both */
    void *user;                     /* as own_pool_set_user */
    const own_chunks *chunks;       /* where all memory of the pool and of all pools below it comes
                                       from; copied, but its ctx is borrowed. NULL: from where the
                                       owner's comes. See chunks.h */
    /* Called when a call in the pool fails with ENOMEM, EDQUOT or EOVERFLOW, as the last thing
       that call does. Pools below inherit it, unless they have their own. `pool` is the pool that
       was to allocate, or the owner of the new object; `bytes` is the size, not rounded: 0 if the
       call has no size, SIZE_MAX if the size overflows. The function may use the library. It may
       leave by longjmp or exit, unless a finalizer or a deferred call is running. It is not called
       when no pool is involved (own_buffer_resize, own_array_resize, changes of a list), in walks
       and listings, and for shapes that overflow. Small pools that have it are not kept for reuse.
       errno is kept. NULL: the owner's, if there is one */
    void (*failed)(own_pool *pool, int error, size_t bytes);
} own_pool_options;

/*
 * The sizes of the structs of options that a program was compiled with, which own_pool_create
 * passes on. A later version of the library may add fields at the end of these structs. For
 * a program that was compiled without a field, the library takes it as zero.
 */
#define OWN_OPTION_SIZES                                                                           \
    ((uint64_t)sizeof(own_pool_options) | (uint64_t)sizeof(own_allocator) << 16 |                  \
     (uint64_t)sizeof(own_chunks) << 32)

/*
 * A confined pool below a shared one, such as a request in a threaded server. All threads may count
 * references to it, but only one thread at a time uses its blocks and what it owns, so that these
 * need no locks. Any thread may make the parent release it. Below a confined parent, the pool stays
 * confined when the parent becomes shared.
 */
#define OWN_POOL_CONFINED 1U

/*
 * The pool remembers the size that was asked for, without rounding: own_block_size returns it,
 * maybe 0, and `bytes` and `peak` of own_usage are sums of such sizes. own_realloc zeroes what it
 * adds from that size on. A program must not use bytes beyond it; a write there may be reported as
 * a misuse. Limits still look at `reserved`. Pools below do not inherit the flag. Each block takes
 * a byte more, and each call a lock or more: all threads of a shared pool allocate from one memory.
 */
#define OWN_POOL_EXACT 2U

/* The numbers of a pool, or of a pool and all below it. */
typedef struct own_usage {
    size_t pools;    /* 1; in a total: the pool and all below it */
    size_t blocks;   /* live blocks */
    size_t bytes;    /* in live blocks, each as own_block_size answers it */
    size_t reserved; /* memory taken for the pool and all that is in it; what limits are held to,
                        together with buffers (see buffer.h), which are not in it.
                        Adopted blocks, and those of an allocator, have their size in it. A call
                        that searches many references, deferred calls or such blocks may build
                        a hash table, which counts, even if the call fails */
    size_t peak; /* the largest `bytes` so far, with both blocks where own_realloc copied one; in
                        a shared pool: the sum of what the threads' own memory had at most; in a
                        total: see own_pool_total */
    size_t children; /* child pools; in a total: all below the pool */
    size_t held;     /* references that the pool holds, children not among them */
    size_t deferred; /* deferred calls of all three kinds */
} own_usage;

/*
 * Creates a pool, named by the place of the call.
 *
 * owner  a pool, which becomes the parent and holds the reference: the result is borrowed.
 *        NULL: the pool is a root and the result is a new reference.
 *
 * Returns NULL with errno ENOMEM, or EDQUOT (a limit above). Threads: those of owner. Cost: O(1): a
 * small pool that died on the same thread is used again, else one piece of memory is taken, as
 * large as recent children of the owner turned out to need.
 */
OWN_API OWN_MUST_USE own_pool *own_pool_new(own_pool *owner);
#define own_pool_new(owner) own_pool_new_at((owner), OWN_HERE)

/* own_pool_new with the place given: borrowed, must live as long as the pool, not NULL. */
OWN_API OWN_MUST_USE own_pool *own_pool_new_at(own_pool *owner, const char *place);

/* Behind own_pool_create: with the sizes that the program was compiled with, and the place. */
OWN_API OWN_MUST_USE own_pool *own_pool_create_sized(own_pool *owner,
                                                     const own_pool_options *options,
                                                     uint64_t sizes, const char *place);

/* own_pool_create with the place given, for where options has no name: as own_pool_new_at. */
OWN_API OWN_MUST_USE inline own_pool *
own_pool_create_at(own_pool *owner, const own_pool_options *options, const char *place)
{
    return own_pool_create_sized(owner, options, OWN_OPTION_SIZES, place);
}

/*
 * Creates a pool with options: own_pool_create(owner, &(own_pool_options){.name = "cache"}).
 *
 * owner    as own_pool_new.
 * options  read during the call only (but see name); NULL: all defaults.
 *
 * Returns NULL with errno
 *   ENOMEM     there is no memory
 *   EOVERFLOW  reserve is over PTRDIFF_MAX
 *   EDQUOT     a limit above, or its own, has no room for the pool and its reserve
 *   EINVAL     allocator or chunks lacks a function; a flag is unknown; an option is set that this
 *              version of the library does not have; chunks.get returned a wrong address
 * Threads: those of owner. Cost: O(1), more for a reserve.
 */
OWN_API OWN_MUST_USE inline own_pool *own_pool_create(own_pool *owner,
                                                      const own_pool_options *options)
{
    return own_pool_create_at(owner, options, "pool");
}
#define own_pool_create(owner, ...) own_pool_create_at((owner), __VA_ARGS__, OWN_HERE)

/*
 * Releases all that a pool owns, in the order in which its death would, and keeps the pool: its
 * name, parent, limit and holders.
 *
 * pool  borrowed, not NULL. It stays alive during the call, even if what is released drops it.
 *
 * Unlike own_decref, it never postpones a death, however deeply the call is nested. If a deferred
 * call of the pool itself calls it, the blocks are freed at once, also those that the caller uses.
 * Cannot fail. errno is kept. Threads: no other thread may use the pool or its blocks meanwhile,
 * even if it is shared; others may walk the tree above it, and drop it. Cost: what is released.
 */
OWN_API void own_pool_clear(own_pool *pool);

/* The type of all pools, for own_typeof and own_cast. Borrowed, lives for ever. Cost: O(1). */
OWN_API OWN_NEVER_NULL const own_type *own_pool_type(void);

/*
 * The parent of a pool, borrowed; NULL for a root, and for NULL.
 * Threads: those of pool. Cost: O(1).
 */
OWN_API OWN_RETURNS_BORROWED own_pool *own_pool_parent(const own_pool *pool);

/*
 * Whether `ancestor` is above `pool` in the tree. A pool is not its own ancestor; false where
 * either is NULL. Threads: those of pool. Cost: the depth of pool.
 */
OWN_API bool own_pool_is_ancestor(const own_pool *ancestor, const own_pool *pool);

/*
 * The name of a pool, borrowed; valid until own_pool_set_name or the pool's death. Never NULL.
 * Threads: those of pool. Cost: O(1).
 */
OWN_API OWN_BORROWS OWN_NEVER_NULL const char *own_pool_name(const own_pool *pool);

/*
 * Names a pool, as printf does; the pool keeps a copy. The old name may be among the arguments.
 *
 * Returns -1 with errno ENOMEM, EDQUOT, EPERM (a shared pool, whose name others may be reading), or
 * what vsnprintf set. Threads: those of pool. Cost: the length of the name.
 */
OWN_API int own_pool_set_name(own_pool *pool, const char *format, ...) OWN_PRINTF(2, 3);

/*
 * The same with a name that the pool does not copy.
 *
 * name  borrowed: it must live as long as the pool, or until it gets another name. NULL: nothing
 *       happens.
 *
 * A shared pool may be renamed in this way. Other threads get the old name or the new one, so the
 * old one must stay valid until none of them can still be using it. Cannot fail. Threads: those of
 * pool. Cost: O(1).
 */
OWN_API void own_pool_set_name_borrowed(own_pool *pool, const char *name);

/*
 * The user pointer of a pool: one pointer that is the user's, NULL at first. It survives
 * own_pool_clear, and is there until the pool's last deferred call has returned.
 *
 * user  borrowed: the pool does nothing with it.
 *
 * NULL gives NULL. Cannot fail. Threads: those of pool; in a shared pool, readers see the old
 * pointer or the new one, and what it points to as it was when it was set. Cost: O(1).
 */
OWN_API void *own_pool_user(const own_pool *pool);
OWN_API void own_pool_set_user(own_pool *pool, void *user);

/*
 * Limits the memory of a pool and all below it: what is `reserved` there (see own_usage), together
 * with the buffers that were made there (see buffer.h).
 *
 * bytes  0: no limit. SIZE_MAX: a limit that refuses nothing, but counts (see own_pool_total). A
 *        limit below what is in use already is allowed: nothing is taken away, but what would need
 *        more memory fails with EDQUOT until enough has been freed.
 *
 * Near its limit a confined pool takes memory in small pieces, so that the limit can be used to the
 * end; for shared ones see the head of this file. When a confined pool gets its first limit, shared
 * pools that are below it already are not counted, unless they have limits of their own.
 *
 * Returns -1 with errno ENOMEM, or EPERM: a shared pool that never had a limit. Set limits before
 * you share. Threads: those of pool. Cost: O(1) where the pool has a limit already, else the number
 * of pools below.
 */
OWN_API int own_pool_set_limit(own_pool *pool, size_t bytes);

/*
 * The pool whose limit leaves the least room for `pool` now: the pool itself, or one above it; the
 * nearest, where several leave the same.
 *
 * Returns it, borrowed. NULL: no limit counts the pool, or the limit was that of a pool that has
 * died meanwhile; and for NULL. Threads: those of pool. Cost: the number of limits above the pool.
 */
OWN_API OWN_RETURNS_BORROWED own_pool *own_pool_limited_by(const own_pool *pool);

/*
 * Gets the numbers of a pool, without those of the pools below it.
 *
 * usage  filled. Threads: those of pool. Cost: O(1); of a shared pool, the number of its parts.
 */
OWN_API void own_pool_usage(const own_pool *pool, own_usage *usage) OWN_FILLS(2);

/*
 * What a pool and all pools below it have together.
 *
 * usage  filled. In a shared tree others may go on meanwhile: each pool is counted as it is when
 *        its turn comes. A confined pool below a shared one is another thread's: it counts as one
 *        of `pools`, with the memory that it has taken itself in `reserved`, and nothing else.
 *
 * `peak`: if the pool has, or had, a limit of its own, the most memory that this limit has counted
 * at once since it was first set, in the pool and all below it, in pools that have died since, and
 * in buffers; so set a limit of SIZE_MAX to learn how much memory a tree needs. Otherwise the sum
 * of the peaks of the pools that live now.
 *
 * Threads: those of pool. While one pool is being counted, the pools above it are locked: another
 * thread that changes what they own, or blocks over 64 KiB, waits. Cost: the number of pools.
 */
OWN_API void own_pool_total(const own_pool *pool, own_usage *usage) OWN_FILLS(2);

/*
 * Visits a pool, all that it holds and all below it: a pool before what it owns, in the order in
 * which it took it on; of a shared pool what one thread added, then what another did. A held object
 * is visited each time it is held; what it refers to is not, nor what a held pool owns that is not
 * a child here.
 *
 * visit  gets a borrowed object, its depth below `pool` (which has 0), and arg. OWN_WALK_SKIP: what
 *        a pool owns is left out, and the walk goes on. Anything else but 0 ends it. It may read,
 *        and allocate and free blocks, but must not change who owns what. It returns: a jump out
 *        of it is not allowed.
 *
 * In a shared tree other threads may change who owns what meanwhile. What is there during the whole
 * walk is visited once; what comes or goes may be visited or not. The walk holds a reference of its
 * own to what is visited, and to the pools above that, so what others drop may die in it. A
 * confined pool below a shared one is visited, but is another thread's: visit does not use it, nor
 * is what it owns visited.
 *
 * Returns 0, or what ended the walk; -1 with errno ENOMEM (a shared tree of more than 16 levels),
 * or EINVAL (pool or visit is NULL). Threads: those of pool. Cost: what is visited; no memory but
 * for each 16 levels of a shared tree.
 */
#define OWN_WALK_SKIP INT_MIN
OWN_API int own_pool_walk(own_pool *pool, int (*visit)(void *object, int depth, void *arg),
                          void *arg);

/*
 * Makes the pool take a reference of its own to an object.
 *
 * object  borrowed: the caller's reference stays the caller's. Any object, the pool itself
 *         included; a held pool does not become a child. May be held several times.
 *
 * Limits count memory where it was taken, not who holds it: a pool counts below its parent,
 * a buffer below its owner. A pool that is held here and loses its parent leaves the limits that
 * were above it (unless it is shared), and none counts it; own_give_child puts it under a limit.
 *
 * Returns -1 with errno ENOMEM, EDQUOT, EBUSY (pool is shared, and object cannot become so, see
 * own_share), or EINVAL (an argument is NULL). Threads: those of both.
 * Cost: O(1) expected.
 */
OWN_API int own_hold(own_pool *pool, void *object);

/*
 * Gives the pool the caller's reference to an object.
 *
 * object  stolen; on failure it is still the caller's. A pool without a parent becomes a child.
 *
 * Returns -1 with errno ENOMEM; EDQUOT: a limit at or above pool has no room for the child; ELOOP:
 * the child is pool, or above it, or pool still counts against a limit of the child or of a pool
 * below it; EPERM: a dying pool, or the child or a pool below it is shared, has no limit of its own,
 * and would come under other limits; or EINVAL: an argument is NULL.
 * Giving a reference that a pool holds, and the caller does not own, is a misuse. Threads: those of
 * both. Cost: O(1) expected; for a child, the depth of pool, and where limits change, the number of
 * pools below the child.
 */
OWN_API int own_give(own_pool *pool, void *object);

/*
 * The two things that own_give does, each by its own name: own_give_reference gives a reference
 * that the pool then holds, also to a pool without a parent, which stays without one;
 * own_give_child makes a pool a child.
 *
 * Return -1 as own_give; own_give_child also with errno EEXIST: the pool has a parent (see
 * own_move), or EINVAL: it is no pool. Threads, cost: as own_give.
 */
OWN_API int own_give_reference(own_pool *pool, void *object);
OWN_API int own_give_child(own_pool *parent, own_pool *child);

/*
 * Makes the pool release one of its references to an object: the newest that it was told to hold or
 * given, else that to a child, which then has no parent.
 *
 * object  an object that pool holds. Where this was the last reference, it dies, as by own_decref.
 *
 * Returns -1 with errno EINVAL: the pool holds no reference to it. The call does not keep the pool
 * itself alive. Threads: those of both. Cost: O(1) expected, and the death.
 */
OWN_API int own_drop(own_pool *pool, void *object);

/*
 * Moves a reference that one pool holds to another, where it is the newest. A child's parent
 * becomes `to`.
 *
 * object  an object that `from` holds; references as for own_drop. No count changes.
 *
 * Returns -1 with errno EINVAL (`from` holds none, or an argument is NULL), ENOMEM, EDQUOT, ELOOP,
 * EPERM as own_give. `from` and `to` may be equal. Threads: those of all three. Cost: as own_give.
 */
OWN_API int own_move(own_pool *from, own_pool *to, void *object);

/*
 * Defers a call until the pool dies or is cleared. May be deferred several times.
 *
 * call  not NULL; gets arg, which is not looked at. It may use the library freely.
 *
 * Returns -1 with errno ENOMEM, EDQUOT, or EINVAL. Threads: those of pool, which is also where the
 * call is made. Cost: O(1) expected.
 */
OWN_API int own_defer(own_pool *pool, void (*call)(void *arg), void *arg);

/*
 * Defer a call to the beginning, or to the end, of what the pool's death and own_pool_clear do.
 *
 * Calls of own_defer_first are made before anything that the pool owns is released: what it holds,
 * its children and the calls of own_defer are all there. Calls of own_defer_last are made after all
 * of that has gone; the pool's blocks are still there, but for adopted ones. Among themselves each
 * kind is made newest first. What a call adds meanwhile is released too: a call deferred to the
 * beginning comes next, all else before the remaining calls at the end.
 *
 * call  as own_defer.
 *
 * Returns -1 as own_defer. Threads: those of pool. Cost: O(1); the first such call of a pool takes
 * a record of some 100 bytes, which stays.
 */
OWN_API int own_defer_first(own_pool *pool, void (*call)(void *arg), void *arg);
OWN_API int own_defer_last(own_pool *pool, void (*call)(void *arg), void *arg);

/*
 * Takes the newest deferred call with that function and argument back, without making it. Those of
 * own_defer are looked at first, then those of own_defer_first and own_defer_last.
 *
 * Returns -1 with errno EINVAL: there is none. Threads: those of pool. Cost: O(1) expected.
 */
OWN_API int own_undefer(own_pool *pool, void (*call)(void *arg), void *arg);

OWN_END_DECLS
#include <own/analyzer_pool.h>
#endif
