/*
 * pool/pool.h - the room pool: pools, and the tree that they are; the calls of own/pool.h, but for
 * those of the room ownership.
 *
 *   pool.c      creating, clearing and ending pools
 *   create.c    creating pools with options
 *   ready.h     the shortest path for creating and dropping small pools
 *   learn.c     the sizes of first chunks
 *   name.c      names
 *   side.c      the side record: what few pools have
 *   exact.c     pools that remember sizes as asked for
 *   sampled.c   blocks that were sampled
 *   tree.c      parents, ancestors, iteration over a subtree, the lock of the tree
 *   release.c   releasing what a pool owns, the newest entry first
 *   limited.c   the limits of a tree of pools
 *   foreign.c   foreign blocks: adopted ones, and those from an allocator of the pool's own
 *   usage.c     numbers, totals
 *   walk.c      walks, and the holders of an object
 *   list.c      listings of children, deferred calls, foreign blocks
 *   find.c      the pool that has the memory at an address
 *   inside.c    debug builds only: detects two threads in one confined pool
 *   validate.c  checks the equations below
 *
 * A pool is an object that has an entry in the ledger of its parent, and a part (part/part.h) with
 * its blocks and its own ledger. A shared pool has more parts, one for each thread that uses it. A
 * pool, its first extent and its first blocks lie in one chunk, the first chunk:
 *
 *   | own_pool: object, part, entry, name, user, side, extent | bits | block | block | ... | log |
 *
 * Equations (pool_validate checks them):
 *
 *   parts     their equations hold: memory/memory.h, ledger/ledger.h, part/part.h
 *   blocks    of the memory = its own + the adopted and private ones, in a confined pool
 *   reserved  = the chunks of memory and ledger + the pool's own chunk + the side record with all
 *             it has, and the ledger of private blocks, in a confined pool; of a shared one, but
 *             for the ledgers'
 *   side      a pool that has a side record has POOL_SIDE
 *   children  a child is held; its entry's owner is the part of the parent whose ledger it is in
 *   shared    what a shared pool refers to is shared, unless one thread at a time uses the pool
 *   private   the memory has one extent, without room, and no large block; a second ledger has the
 *             private blocks, and nothing else
 *   foreign   a pool that has foreign blocks has POOL_FOREIGN; they are in the ledgers of the first
 *             part; adopted ones have a free function, private ones have none
 *   limit     used >= reserved + foreign bytes, and users > 0, in all limits that count the pool;
 *             if the pool is shared, they are met (limit/limit.h)
 *   source    the pool's chunks come from the source of its tap, if it has one, which never becomes
 *             another source
 *
 * Who may call: the rooms block and ownership, and of those below them the room buffer, which asks
 * for the limit of an owner.
 *
 * Threads: those of the pool. Locks are taken in this order, each only where it is needed: that of
 * the tree, that of one guard at a time (a total keeps those of the parts above), then those of
 * weak references, limits and the heap. Code of users runs without any.
 */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include "object/object.h"
#include "part/part.h"
#include "site/sample.h"

#include <own/allocator.h>
#include <own/pool.h>

struct own_pool {
    own_object object;
    struct part part;   /* its ledger has `typical` for learn.c, and the flags below */
    struct entry entry; /* in the ledger of a part of its parent; its owner is that part */
    const char *name;   /* any thread may read it, atomically */
    void *user;         /* the same */
    struct side *side;  /* NULL: none. Made under the lock of the first part, for good */
    FIELD_ALIGNED(16) struct extent first; /* with its bits behind it */
};

#define POOL_SIDE 1U      /* has a side record */
#define POOL_ROOT 2U      /* made without an owner */
#define POOL_FOREIGN 4U   /* has or had foreign blocks */
#define POOL_PRIVATE 8U   /* has an allocator of its own */
#define POOL_CONFINED 16U /* has one part even if its count is shared */
#define POOL_EXACT 32U    /* remembers sizes as asked for (pool/exact.h) */
#define POOL_NAMED 128U   /* its name is not the place where it was made */
#define POOL_SAMPLED 64U  /* has or had sampled blocks (pool/sampled.h) */
#define POOL_SHORT 512U   /* has a short first extent (sampled_shorten) */
#define POOL_CHECKED 256U /* and POOL_PRIVATE: its blocks are checked (check/check.h) */

extern const struct object_class pool_class;

static inline bool object_is_pool(const own_object *object)
{
    return object->type == &pool_class.type;
}

static inline own_pool *as_pool(const own_object *object)
{
    return (own_pool *)(uintptr_t)object; /* its first field */
}

static inline const char *pool_name(const own_pool *pool)
{
    return __atomic_load_n(&pool->name, __ATOMIC_ACQUIRE);
}

/* Any thread may read the flags. They change only while no other thread can change them. */
static inline unsigned pool_flags(const own_pool *pool)
{
    return __atomic_load_n(&pool->part.ledger.flags, __ATOMIC_RELAXED);
}

static inline void pool_set_flags(own_pool *pool, unsigned flags)
{
    __atomic_store_n(&pool->part.ledger.flags, (uint16_t)(pool_flags(pool) | flags),
                     __ATOMIC_RELAXED);
}

/* The record of the parts of a shared pool. NULL: the pool has one part. */
static inline struct parts *pool_parts(const own_pool *pool)
{
    return parts_of(&pool->part);
}

/* The pool to which a part belongs. */
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

/* The nearest limit. NULL: there is none. */
static inline struct limit *pool_limit(const own_pool *pool)
{
    return limit_beyond(pool->part.memory.account.limit);
}

/* The tap through which a pool takes its chunks. NULL: they come from the system. */
static inline struct limit *pool_tap(const own_pool *pool)
{
    struct limit *limit = pool->part.memory.account.limit;
    return OWN_UNLIKELY(limit_source(limit)) ? limit : NULL;
}

/* Whether a pool may be used. False: it is NULL, or dead, which is reported as a misuse of
   `call`. */
static inline bool pool_check(const own_pool *pool, const char *call)
{
    if (OWN_LIKELY(pool && !object_is_dead(&pool->object)))
        return true;
    return pool && object_check(&pool->object, call, NULL);
}

/* The pool that has an entry of KIND_CHILD. */
static inline own_pool *entry_child(struct entry *entry)
{
    return (own_pool *)(void *)((char *)entry - offsetof(own_pool, entry));
}

/* The object of which an entry is a reference. NULL: it is none. */
static inline own_object *entry_object(struct entry *entry)
{
    if (entry_is_child(entry))
        return &entry_child(entry)->object;
    return entry_kind(entry) == KIND_REFERENCE ? entry_node(entry)->object : NULL;
}

static inline bool pool_is_dying(const own_pool *pool)
{
    return object_is_dying(&pool->object);
}

/* inside.c: around the use of a confined pool. In debug builds, two threads at once are
   reported. */
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

/* Enter and leave the ledger of a part. */
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

/* Enters the part of the calling thread. NULL: ENOMEM or EDQUOT. */
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

/* name.c: where a pool was made, "file:line", borrowed. NULL: not known. Threads: any that may read
   the name. */
const char *pool_site(const own_pool *pool);
/* Keeps the place of a pool, which is entered, while sites are tracked. */
void pool_keep_place(own_pool *pool, const char *place);
/* sampled.c, while sites are tracked. What pool_keep does last: a pool in whose room a block is to
   be sampled is kept short. False: it is not kept. */
bool sampled_keep(own_pool *pool, unsigned class);
/* A pool was made whose memory has no inline path, since a block is to be sampled: now there is one
   up to that block. The first extent ends there, and the pool is short. */
void sampled_shorten(own_pool *pool);
/* The first extent of a short pool that has no block becomes as long as it was, and all of it may
   be allocated inline, although a byte of it was to be sampled. */
void sampled_lengthen(own_pool *pool);
/* The first block of a short pool that is not allocated inline is counted; the rest behind the
   first extent is used from now on. Returns the interval, if it is to be sampled. 0: it is not, or
   is to be counted as others. */
size_t sampled_strikes_short(own_pool *pool, size_t bytes);
/* Blocks of a confined pool were freed, and their bytes may be allocated once more: what is left to
   be allocated inline is counted anew, as if it had not been counted before. */
void sampled_count_anew(own_pool *pool);
/* A pool that is about to die becomes plain, if it is so but for samples or a short extent. False:
   it is not plain. */
bool sampled_make_plain(own_pool *pool);
/* A pool dies. If it would be plain but for its samples, or is short, it becomes so and is kept
   ready. False: it is not kept. */
bool sampled_keep_plain(own_pool *pool);
/* pool.c, for create.c: makes a pool with a first chunk of that size, or of `least` where there is
   no more, on account of a limit or a tap. It is not a child yet. NULL: ENOMEM or EDQUOT. */
own_pool *pool_make_sized(const own_pool *owner, struct limit *limit, size_t size, size_t least,
                          const char *name);
/* Makes it a child, and shared if its owner is. `learned`: its first chunk is as large as such
   pools needed, with the record of their parts. False: ENOMEM or EDQUOT. */
bool pool_join(own_pool *owner, own_pool *pool, bool learned);
/* Frees a pool that is no child yet and that the caller has not got. errno is kept. */
void pool_unmake(own_pool *pool);
/* create.c: own_pool_new, where checks are set. */
own_pool *pool_new_checked(own_pool *owner, const char *place);
/* The limit or the tap of new pools below an owner. */
static inline struct limit *pool_limit_below(own_pool *owner)
{
    return owner ? owner->part.memory.account.limit : NULL;
}

/* Makes a pool the newest child in a part that is entered. */
static inline void part_add_child(struct part *part, own_pool *child, uint64_t time)
{
    ledger_add_child(&part->ledger, &child->entry, part, time);
}

/* tree.c: the first child at an entry, or newer, in a part that is entered. NULL: there is none. */
own_pool *tree_child_from(const struct part *part, struct entry *entry);
/* The pool after `at` in the subtree of `root`: a parent before its children, the oldest child
   first. The pools below `at` are skipped if `below` is false, as it is for a shared pool: no other
   thread may change what is gone through. NULL: that was the last. */
own_pool *tree_next(const own_pool *root, own_pool *at, bool below);
/* Parent and ancestor for a thread that has the lock of the tree, if a pool involved is shared.
   tree_locked_parent takes that lock itself. */
own_pool *tree_parent(const own_pool *pool);
own_pool *tree_locked_parent(const own_pool *pool);
bool tree_is_ancestor(const own_pool *ancestor, const own_pool *pool);
/* Around changes of the parent of a shared pool, and around following parent pointers from one. */
void tree_lock(void);
void tree_unlock(void);
/* To be called after a shared child that lives on has lost its parent, before the parent is freed:
   waits for threads that have reached the parent from that child under the lock. */
void tree_pass(void);

/* limited.c: counts a subtree in `to` instead of the limit above it; either may be NULL. False:
   EDQUOT, or EPERM if the subtree has a shared pool without a limit of its own. `forced`: cannot
   fail; such a pool is then left where it is. */
bool limit_move(own_pool *pool, struct limit *to, bool forced);
/* Undoes it in a call that fails. */
void limit_move_back(own_pool *pool, struct limit *to);
/* Makes a limit of the pool's own, which has none. False: ENOMEM. */
bool limit_set_first(own_pool *pool, size_t bytes);
/* The limit above the pool's own limit; if it has none, the nearest limit. */
struct limit *limit_above(const own_pool *pool);

/* release.c: makes the calls of own_defer_first, releases the newest entry, again and again, until
   one was the last reference to an object, and makes the calls of own_defer_last. Returns that
   object, which is to die now. NULL: the ledgers are empty. */
own_object *pool_release(own_pool *pool);
/* Releases all entries, and tears down what dies of that. */
void pool_release_all(own_pool *pool);
/* Makes its calls of own_defer_first, and those that come meanwhile. */
void pool_call_first(own_pool *pool);
/* Releases the parent's reference to a child; `entered` is the part that has its entry. True: that
   was the last reference, and the child is to die. */
bool pool_orphan(struct part *entered, own_pool *child);

/* find.c: the pool that has the memory at an address, whatever that is. NULL: none that is alive.
   If another thread uses that memory alone, the caller must not ask. */
own_pool *pool_at(const void *address);
/* The pools without a parent, where nobody else is in the library: all but those with memory of a
   source that lost their parent, and whose first chunk is small. Returns what ended it, or 0. */
int pool_each_root(int (*visit)(own_pool *pool, void *arg), void *arg);

/* walk.c: own_pool_walk, which tells what it comes to as well. The pool is a live one. `still`:
   nobody else is in the library, and what is another thread's is gone through too. */
struct walked {
    own_object *object;
    own_pool *owner; /* which has it; NULL: it is the pool of the call */
    int depth;
    bool child; /* or the pool of the call: what it owns is next; else it is held */
    bool kept;  /* the walk has a reference of its own to it */
    bool apart; /* a confined pool below a shared one: what it owns is left out */
};
int pool_walk(own_pool *pool, bool still, int (*visit)(const struct walked *walked, void *arg),
              void *arg);

/* list.c: visits the entries of one kind that are there from the beginning to the end, and not
   references: the next to be released first. `only`: a ledger beside those of the parts; NULL:
   those of all parts. `visit` may change what it wants to, but the pool must
   live. Returns what ended it, or 0; -1: ENOMEM. */
struct listed {
    void *object; /* or block, or argument of the call */
    void (*call)(void *argument);
    size_t size;         /* of a foreign block */
    own_pool *reference; /* to a child that other threads may drop; the caller's no longer after
                            the visit */
};
int pool_list(own_pool *pool, enum kind kind, struct ledger *only,
              int (*visit)(const struct listed *listed, void *arg), void *arg);

/* learn.c: the size of the next pool's first chunk, under an owner or as a root. */
size_t learn_size_of_next(own_pool *owner);
/* The same for own_pool_create, with a reserve and a limit of its own. 0: it is too large. */
size_t learn_first_chunk(own_pool *owner, size_t reserve, size_t own_limit);
/* Records how much a dying pool needed, for the next children of that part, or the next roots. */
void learn_child(struct part *parent, const own_pool *pool);
void learn_root(const own_pool *pool);
/* Records that the first chunk of a living pool was too small. */
void learn_outgrown(const own_pool *pool);
/* Records that a pool of the class in `typical` needed much less. */
#define PATIENCE 8 /* of these in a row, before the next ones get less */
void learn_smaller(uint16_t *typical);
static inline void learn_less(uint16_t *typical)
{
    unsigned row = *typical >> 8;
    if (OWN_UNLIKELY(row + 1 >= PATIENCE))
        learn_smaller(typical);
    else
        *typical = (uint16_t)(*typical + (1U << 8));
}
/* The bytes that are used of the first chunk of a pool with one extent. */
static inline size_t pool_used(const own_pool *pool)
{
    return offsetof(own_pool, first) + memory_first_used(&pool->part.memory, &pool->first);
}
/* The smallest first chunk: an empty pool with room for 48 bytes of blocks. */
#define FIRST_CHUNK_LEAST ((size_t)(sizeof(void *) == 8 ? 256 : 192))

/* validate.c: aborts with a sentence if an equation above does not hold. */
void pool_validate(own_pool *pool);

/* Runs after every step of a debug build. Small pools are validated each time, large ones so rarely
   that the cost of a step is constant. */
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

#include "pool/exact.h"
#include "pool/foreign.h"
#include "pool/ready.h"
#include "pool/sampled.h"
#include "pool/side.h"

#endif
