/*
 * pool/pool.h - the room pool: pools, their tree, and the calls of own/pool.h and own/block.h.
 *
 *   pool.c      making pools, their steps of dying, clearing
 *   ready.h     making and dropping small pools, in short
 *   learn.c     how large first chunks are
 *   name.c      names
 *   tree.c      parents, ancestors, iteration over a subtree, the lock of the tree
 *   own.c       own_hold, own_drop, own_defer, own_undefer, own_new, own_weakref_new
 *   move.c      own_give, own_move
 *   release.c   releasing what a pool took on, the newest first
 *   share.c     own_share
 *   limited.c   the limits of a tree of pools
 *   block.c     own_alloc, own_free, own_realloc and their like
 *   foreign.c   blocks whose memory is somebody else's: own_adopt, own_disown, and
 *   private.c   pools whose blocks come from an allocator of their own
 *   string.c    strings
 *   usage.c     numbers, totals, walks
 *   inside.c    of the debug build: two threads in one confined pool
 *
 * A pool is an object with a place in a tree and a part (part/part.h), which has its blocks and what
 * it took on. A pool that several threads use has more parts, one for each of them. A pool, its first
 * extent and its first blocks lie in one chunk:
 *
 *   | own_pool: object, memory, ledger, entry, name, extent | bits | block | block | ...    | log |
 *
 * Equations (pool_validate checks them):
 *
 *   parts     their equations hold: memory/memory.h, ledger/ledger.h, part/part.h
 *   blocks    of the memory = its own + the adopted and private ones, in a confined pool
 *   reserved  = the chunks of memory and ledger + the pool's own chunk + the name, and the ledger of
 *             private blocks, in a confined pool; of a shared one, but for the ledgers'
 *   children  a child is held; its entry's owner is the part of the parent whose ledger it is in
 *   private   the memory has one extent, without room, and no large block; a second ledger has the
 *             private blocks, and nothing else
 *   limit     used >= reserved + foreign bytes, and users > 0, in all limits that count the pool;
 *             of a pool that several threads count: met, and all above one that is met are
 *
 * Threads: those of the pool. Locks are taken in this order, each only where it is needed: that of the
 * tree, that of a part's ledger (one at a time), then those of weak references, limits and the heap.
 * Code of users runs with none.
 */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include "object/object.h"
#include "part/part.h"

#include <own/allocator.h>
#include <own/block.h>
#include <own/pool.h>

struct own_pool {
    own_object object;
    struct part part;   /* `typical`: what recent children needed (learn.c); `flags`: below */
    struct entry entry; /* in the ledger of a part of its parent; the owner is that part */
    const char *name;
    struct extent first; /* with its bits behind it */
};

#define POOL_NAME_OWNED 1U /* `name` is a chunk of its own */
#define POOL_ROOT 2U       /* made without an owner */
#define POOL_FOREIGN 4U    /* has, or once had, blocks whose memory is somebody else's */
#define POOL_PRIVATE 8U    /* all its blocks come from an allocator of its own */
#define POOL_CONFINED 16U  /* has one part, though its count is shared */

extern const struct object_class pool_class;

static inline bool object_is_pool(const own_object *object)
{
    return object->type == &pool_class.type;
}

static inline own_pool *as_pool(const own_object *object)
{
    return (own_pool *)(uintptr_t)object; /* its first field */
}

/* Flags are read by any thread, and changed by one that nobody else can meet there. */
static inline unsigned pool_flags(const own_pool *pool)
{
    return __atomic_load_n(&pool->part.ledger.flags, __ATOMIC_RELAXED);
}

static inline void pool_set_flags(own_pool *pool, unsigned flags)
{
    __atomic_store_n(&pool->part.ledger.flags, (uint16_t)(pool_flags(pool) | flags),
                     __ATOMIC_RELAXED);
}

/* Of a pool that several threads use; NULL: one does. */
static inline struct parts *pool_parts(const own_pool *pool)
{
    return parts_of(&pool->part);
}

/* The pool that a part belongs to. */
static inline own_pool *pool_home(const struct part *part)
{
    const struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard))
        return (own_pool *)guard->home;
    return (own_pool *)(void *)((char *)(uintptr_t)part - offsetof(own_pool, part));
}

static inline struct account *pool_account(own_pool *pool)
{
    return &pool->part.memory.account;
}

static inline struct limit *pool_limit(const own_pool *pool)
{
    return pool->part.memory.account.limit;
}

/* Whether a pool may be used. False: NULL, or a dead one, which is told as a misuse of that call. */
static inline bool pool_check(const own_pool *pool, const char *call)
{
    if (OWN_LIKELY(pool && !object_is_dead(&pool->object)))
        return true;
    return pool && object_check(&pool->object, call, NULL);
}

/* The pool whose place an entry of KIND_CHILD is. */
static inline own_pool *entry_child(struct entry *entry)
{
    return (own_pool *)(void *)((char *)entry - offsetof(own_pool, entry));
}

static inline bool pool_is_dying(const own_pool *pool)
{
    return object_is_dying(&pool->object);
}

/* inside.c: a confined pool is entered and left; in the debug build two threads at once are told. */
#if OWN_DEBUG
void inside_begin(const own_pool *pool);
void inside_end(const own_pool *pool);
#else
static inline void inside_begin(const own_pool *pool)
{
    (void)pool;
}

static inline void inside_end(const own_pool *pool)
{
    (void)pool;
}
#endif

/* Enters the ledger of a part. */
static inline void pool_enter_part(const struct part *part)
{
    struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard))
        lock_take(&guard->lock);
    else if (OWN_DEBUG)
        inside_begin(pool_home(part));
}

static inline void pool_leave(const struct part *part)
{
    struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard))
        lock_release(&guard->lock);
    else if (OWN_DEBUG)
        inside_end(pool_home(part));
}

/* Enters the part in which entries of the calling thread go. NULL: ENOMEM or EDQUOT. */
static inline struct part *pool_enter(own_pool *pool)
{
    struct part *part = part_mine(&pool->part);
    if (OWN_LIKELY(part != NULL))
        pool_enter_part(part);
    return part;
}

/* The same for a while, with a node that was made ready and is in no ledger yet. */
static inline void pool_leave_with_node(struct part *part)
{
    struct guard *guard = part_guard(part);
    if (guard)
        guard->nodes++;
    pool_leave(part);
}

static inline void pool_enter_with_node(struct part *part)
{
    struct guard *guard = part_guard(part);
    pool_enter_part(part);
    if (guard)
        guard->nodes--;
}

/* pool.c: a pool in a chunk of that size, counted by the limit of its owner, which does not know it
   yet. NULL: ENOMEM, EDQUOT. */
own_pool *pool_make_sized(own_pool *owner, size_t size, const char *name);
/* Frees all that a pool has when its ledgers are empty, and itself. */
void pool_free_memory(own_pool *pool);
/* A pool becomes the newest child in a part that is entered. */
static inline void part_add_child(struct part *part, own_pool *child, uint64_t time)
{
    ledger_add_child(&part->ledger, &child->entry, part, time);
}

/* tree.c: the pool after `at` in the subtree of `root`, a parent before its children, oldest first;
   without those below `at` where `below` is false. NULL: that was the last. Nobody else changes it. */
own_pool *tree_next(const own_pool *root, own_pool *at, bool below);
/* The two public questions, by who has the lock of the tree where there is need of it. */
own_pool *tree_parent(const own_pool *pool);
own_pool *tree_locked_parent(const own_pool *pool);
bool tree_is_ancestor(const own_pool *ancestor, const own_pool *pool);
/* Around changes of parents where a pool is shared, and around looking upwards from one. */
void tree_lock(void);
void tree_unlock(void);
/* After a child that lives on has lost its parent: a thread that found the parent above it by then,
   under the lock, is done with it. After this the parent may be freed. */
void tree_pass(void);

/* limited.c: counts a subtree under `to` instead of what is above it now; either may be NULL. False:
   EDQUOT, or EPERM where there is a shared pool without a limit of its own, which stays where it is
   if forced. */
bool limit_move(own_pool *pool, struct limit *to, bool forced);
/* The limit above the pool's own, or the one that counts it. */
struct limit *limit_above(const own_pool *pool);

/*
 * own.c: what a constructor does for its owner, before and after the object is made.
 * constructor_begin enters the owner and makes ready what may fail. False: EINVAL, ENOMEM or EDQUOT.
 * constructor_end makes the new reference to an object the owner's, where there is an owner, and
 * leaves; NULL: none was made. Returns the object.
 */
struct constructor {
    struct part *entered;
    struct node *node;
};
bool constructor_enter(own_pool *owner, struct constructor *constructor);
void *constructor_give(const struct constructor *constructor, void *made);

static inline bool constructor_begin(own_pool *owner, struct constructor *constructor)
{
    constructor->entered = NULL;
    return OWN_LIKELY(!owner) || constructor_enter(owner, constructor);
}

static inline void *constructor_end(const struct constructor *constructor, void *made)
{
    return OWN_LIKELY(!constructor->entered) ? made : constructor_give(constructor, made);
}

/* own.c: what own.c and move.c share. A node, made ready, becomes the newest entry of a part. */
void part_add(struct part *entered, struct node *node, enum kind kind, void *object,
              void (*call)(void *));
/* Enters a pool with a node made ready for a reference to an object, which is shared then where it
   has to be. NULL: ENOMEM or EDQUOT; nothing is entered, and nothing has changed. */
struct part *pool_enter_for_reference(own_pool *pool, void *object, struct node **node);
/* What comes into a shared pool becomes shared. That takes as long as there is to be shared, so a
   part that is entered, with a node made ready, is left meanwhile. False: ENOMEM. */
bool pool_share_with(const own_pool *pool, void *object, struct part *entered);
/* Takes a node out of the pool, and enters the part that it was in. NULL: there is none. */
struct part *pool_enter_and_take(own_pool *pool, enum kind kind, const void *object,
                                 void (*call)(void *), struct node **node);
/* Enters the part of the pool that a child is in. NULL: it is not a child of the pool. */
struct part *pool_enter_parent(const own_pool *pool, const own_pool *child);
/* Whether no pool but a parent can have a reference to an object. */
bool pool_is_only_child(const own_object *object);
/* The parent lets go of a child; its part is entered. True: that was the last reference; it is to
   die. */
bool pool_orphan(struct part *entered, own_pool *child);

/* release.c: releases the newest entry, and newer ones that this brings, until one was the last
   reference to an object, which is returned: it is to die now. NULL: the ledgers are empty. */
own_object *pool_release(own_pool *pool);
/* The same until the ledgers are empty, with all deaths. */
void pool_release_all(own_pool *pool);

/* name.c: what the name has of `reserved`. */
size_t name_bytes(const own_pool *pool);
void name_free(own_pool *pool);

/* learn.c: the size of the next pool's first chunk, under an owner or as a root. */
size_t learn_size_of_next(own_pool *owner);
/* The same where somebody has a say in it. 0: it could never be had. */
size_t learn_first_chunk(own_pool *owner, size_t reserve, size_t own_limit);
/* How large a dying pool came to be, to be learned by the part of its parent, or for roots. */
void learn_child(struct part *parent, const own_pool *pool);
void learn_root(const own_pool *pool);
/* A pool's first chunk has no room: those like it are to have more, though none has died yet. */
void learn_outgrown(const own_pool *pool);
/* What of its chunk a pool with one extent uses. */
static inline size_t pool_used(const own_pool *pool)
{
    return offsetof(own_pool, first) + memory_first_used(&pool->part.memory, &pool->first);
}
/* The smallest first chunk: an empty pool with room for 64 bytes of blocks. */
#define FIRST_CHUNK_LEAST ((size_t)256)

/* validate.c: aborts with a sentence where an equation above does not hold. */
void pool_validate(own_pool *pool);

/* After every step of the debug build, with the part entered, or nothing but the pool. Small pools are
   validated each time; large ones as often as makes the cost of a step constant. */
#if OWN_DEBUG
void part_debug_step(struct part *entered);
/* The same after a step with blocks of a shared pool, of the calling thread's part. */
void pool_debug_blocks(own_pool *pool);
#else
static inline void part_debug_step(struct part *entered)
{
    (void)entered;
}
static inline void pool_debug_blocks(own_pool *pool)
{
    (void)pool;
}
#endif

#include "pool/foreign.h"

#endif
