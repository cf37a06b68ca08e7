/*
 * pool/pool.h - the room pool: the pool, its tree, what it took on, its memory.
 *
 *   pool.c     making pools, their steps of dying, names
 *   learn.c    how large first chunks are
 *   tree.c     parents, ancestors, iteration over a subtree
 *   release.c  releasing what a pool took on, the newest first
 *   own.c      own_hold, own_give, own_drop, own_move, own_defer, own_undefer, own_new,
 *              own_weakref_new
 *   foreign.c  blocks whose memory is not of the pool's chunks: adopted or private
 *   adopt.c    own_adopt, own_disown
 *   private.c  pools whose blocks come from an allocator of their own
 *   limited.c  the limits of a tree of pools
 *   extent.c   the chunks of a pool, and finding the one that an address lies in
 *   holes.c    freed memory, joined
 *   shelf.c    holes by size
 *   quick.c    freed blocks that wait for the next request of their size
 *   large.c    blocks that are chunks of their own
 *   block.c    own_alloc, own_free, own_realloc and their like
 *   string.c   strings
 *   usage.c    numbers, totals, walks
 *
 * A pool, its first extent and its first blocks lie in one chunk:
 *
 *   | own_pool ........................ | bits | block | block | ...      | free for more
 *                            ^ first      ^ of the whole extent  ^ bump     ^ end
 *
 * An extent is a chunk as a pool uses it. For every granule (16 bytes) of an extent, counted from
 * its header, there are two bits: *a block or a hole starts here*, and *the first or last granule
 * of a hole*. A hole is freed memory. Blocks and holes end where the next one starts, or where the
 * extent does, or in the extent in use at bump.
 *
 * Equations (pool_validate checks them):
 *
 *   extent    no bit in front of the first block, nor at or behind bump; bump is not behind its end
 *             blocks and holes lie side by side from the first granule behind the bits up to bump
 *             no hole is beside another, or in front of bump; a quick block may be
 *   pool      blocks = starts that are not of holes, over all extents, + large and foreign blocks
 *             bytes  = their sizes, where blocks from `counted` to bump are in neither yet;
 *                      there are none in a pool with POOL_HOLES_FIRST
 *             end    = that of the extent in use; NULL, where something else is to be done first,
 *                      and always in a shared pool, so that any thread may look at it
 *             reserved = the chunks of extents and large blocks + those of bins, ledger, name, and
 *                        the record and ledger of an allocator; and in a shared pool, of the nodes that are
 *                        about to be in the ledger
 *             a pool that has foreign blocks, adopted or private, has POOL_FOREIGN
 *             its ledger, whose owner it is, holds (ledger/ledger.h); a child is held
 *   bins      where there are bins, every hole is in the bin of its kind and size
 *             every quick block (a hole at its first granule only) is in the list of its size
 *             what is recent there is an extent of the pool
 *             holes = those of small blocks; where there are no bins, all or none
 *             where blocks were freed last is an extent of the pool
 *   private   there is one extent, without room, and no large block
 *             the second ledger holds too, and has private blocks only; the first has none
 *   limit     used >= reserved + foreign bytes, and users > 0, in all limits that count the pool
 *             of a pool that several threads count: met, and all above one that is met are
 *
 * How own_free and its like know a live block of this pool, whatever address they are given: the
 * address is compared with the bounds of the extent where a block near it was freed last (bins.h);
 * where it is not in there, with those of the extent in use, then looked up in the unit map, then
 * compared with the bounds of the small extents, of which there are few because each is as large as
 * all before it. Only when an extent of this pool is found are its bits read: the address must be a
 * granule with *start* and not *hole*. Nothing at the address itself is read. Cost: a load and two
 * compares where blocks are freed all the time; else two compares for a block of the newest extent,
 * three loads in the map, or up to ten compares; then the two bits, which lie in one cache line.
 * Where that says no, and only in a pool that has had foreign blocks, the ledger is asked.
 *
 * Threads: those of the pool; there is no state that pools share but limits, which are under the
 * same root, and the room chunk.
 */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include "base/base.h"
#include "chunk/chunk.h"
#include "ledger/ledger.h"
#include "object/object.h"

#include <own/allocator.h>
#include <own/block.h>
#include <own/pool.h>

struct bins;
struct large;
struct shared;

/* 64 granules: 1 KiB of an extent. */
struct bits {
    uint64_t start; /* a block, or a hole, starts here */
    uint64_t hole;  /* the first or the last granule of a hole */
};

struct extent {
    struct extent *next; /* small ones first, big ones (of whole units) behind them */
    uint32_t granules;   /* from the header to the end */
    uint32_t kind;       /* of its blocks and holes: SMALL_BLOCKS or BIG_BLOCKS */
};                       /* its bits follow */

/*
 * A pool that has grown over SPLIT_AT keeps small blocks and big ones in extents of their own, as
 * far as it can: where they mix, the holes of big blocks fill up with small ones. But a hole of the
 * other kind is better than a new extent.
 */
#define SMALL_BLOCKS 0 /* and all blocks, before the pool has grown */
#define BIG_BLOCKS 1
#define SMALL_MOST ((size_t)32) /* granules */
#define SPLIT_AT ((size_t)64 << 10)

struct own_pool {
    own_object object;
    /* What every allocation looks at: with the header, one cache line. */
    uint32_t counted; /* the granule of `extent` up to which blocks are counted */
    uint32_t holes;   /* that small blocks may be put in */
    size_t blocks;
    /* These are known to own/block.h, which bumps without a call. The links of a free chunk do not
       reach here, so that a dead pool has no room for that. */
    char *bump; /* the next block, in `extent` */
    char *end;
    struct extent *extent; /* the one in use */
    size_t bytes;
    /* What the pool took on. `typical`: the granules that recent children needed; 0: not known.
       `flags`: POOL_... below. */
    struct ledger ledger;
    struct bins *bins;      /* NULL: no holes to be looked for */
    size_t peak;            /* of bytes, as of the last time that it fell */
    struct account account; /* under the nearest limit at or above the pool */
    /* This pool in its parent's ledger. Its owner is the parent, or a stripe of it; of a stripe, which
       is in no ledger, the pool. NULL: there is no parent. */
    struct entry entry;
    const char *name;
    struct large *large;   /* the newest */
    struct shared *shared; /* see shared.h; NULL: confined */
    struct extent first;   /* with its bits behind it */
};

#define POOL_NAME_OWNED 1U  /* `name` is a chunk of its own */
#define POOL_ROOT 2U        /* made without an owner */
#define POOL_FREED 4U       /* a block has been freed: there are more holes than ends of extents */
#define POOL_HOLES_FIRST 8U /* and small blocks look for them before they are bumped */
#define POOL_FOREIGN 16U    /* has, or once had, blocks that are not in its chunks */
#define POOL_PRIVATE 32U    /* all its blocks come from an allocator of its own */
#define POOL_CONFINED 64U   /* stays without stripes, though its count is shared */

extern const struct object_class pool_class;

static inline bool object_is_pool(const own_object *object)
{
    return object->type == &pool_class.type;
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

/* tree.c: the pool after `at` in the subtree of `root`, a parent before its children, oldest first;
   without those below `at` where `below` is false. NULL: that was the last. */
own_pool *tree_next(const own_pool *root, own_pool *at, bool below);
/* The oldest child, and the next younger one; NULL: none. */
own_pool *tree_first_child(const own_pool *pool);
/* The two public questions, by who has the lock of the tree where there is need of it. */
own_pool *tree_parent(const own_pool *pool);
own_pool *tree_locked_parent(const own_pool *pool);
bool tree_is_ancestor(const own_pool *ancestor, const own_pool *pool);

/* limited.c: counts a subtree under `to` instead of what is above it now; either may be NULL. False:
   EDQUOT, or EPERM where there is a shared pool without a limit of its own, which stays where it is
   if forced. */
bool limit_move(own_pool *pool, struct limit *to, bool forced);
/* The limit above the pool's own, or the one that counts it. */
struct limit *limit_above(const own_pool *pool);

/* pool.c: a pool in a chunk of that size, counted by the limit of its owner, which does not know it
   yet. NULL: ENOMEM, EDQUOT. */
own_pool *pool_make_sized(own_pool *owner, size_t size, const char *name);
/* Frees all that a pool has when its ledger is empty, and itself. */
void pool_free_memory(own_pool *pool);
/*
 * own.c: what a constructor does for its owner, before and after the object is made.
 * constructor_begin enters the owner and makes ready what may fail. False: ENOMEM or EDQUOT.
 * constructor_end makes the new reference to an object the owner's, where there is an owner, and
 * leaves; NULL: none was made. Returns the object.
 */
struct constructor {
    own_pool *entered;
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

/* release.c: releases the newest entry, and newer ones that this brings, until one was the last
   reference to an object, which is returned: it is to die now. NULL: the ledger is empty. */
own_object *pool_release(own_pool *pool);
/* The same until the ledger is empty, with all deaths. */
void pool_release_all(own_pool *pool);
/* What the name has of `reserved`. */
size_t name_bytes(const own_pool *pool);
/* own.c: the parent lets go of a child. True: that was the last reference; it is to die. */
bool pool_orphan(own_pool *parent, own_pool *child);
/* learn.c: the size of the next pool's first chunk, under an owner or as a root. */
size_t learn_size_of_next(const own_pool *owner);
/* The same where somebody has a say in it. 0: it could never be had. */
size_t learn_first_chunk(const own_pool *owner, size_t reserve, size_t own_limit);
/* How large a dying pool came to be, to be learned by its parent or for roots. */
void learn_child(uint16_t *typical, const own_pool *pool);
void learn_root(const own_pool *pool);
/* A pool's first chunk has no room for so many bytes: those like it are to have, though none has died
   yet. */
void learn_outgrown(const own_pool *pool, size_t bytes);

/* validate.c: aborts with a sentence where an equation above does not hold. */
void pool_validate(own_pool *pool);

/* After every step of the debug build. Small pools are validated each time; large ones as often as
   makes the cost of a step constant. */
#if OWN_DEBUG
void pool_debug_step(own_pool *pool);
#else
static inline void pool_debug_step(own_pool *pool)
{
    (void)pool;
}
#endif

/* The rest of the room's interface. */
#include "pool/extent.h"
#include "pool/foreign.h"

#endif
