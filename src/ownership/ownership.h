/*
 * ownership/ownership.h - the room ownership: what pools take on, give up and hand over.
 *
 *   hold.c    own_hold, own_drop, own_defer, own_undefer, own_new, own_weakref_new
 *   move.c    own_give, own_move
 *   share.c   own_share
 *
 * A pool owns references to objects, children and deferred calls. Each is an entry in the ledger of
 * one of its parts; a child's is part of the child. (Blocks are the business of the room block.)
 * What a pool still owns when it ends is released by pool/release.c.
 *
 * This room holds nothing. What it changes are ledgers, and the counts of objects with them, so
 * that for every pool:
 *
 *   children  a child is held, by one entry
 *   shared    what a shared pool refers to is shared
 *
 * pool_validate checks that among the equations of pool/pool.h. A call first makes ready what may
 * fail, then changes everything in steps that cannot: one that fails has changed nothing.
 *
 * Who may call: a room below that makes objects, the two functions of a constructor; the others are
 * for this room only. Threads: those of the pools and of the object. One part is entered at a time;
 * a child that other threads may look up from gets another parent under the lock of the tree. Code
 * of users runs with nothing entered.
 */
#ifndef OWNERSHIP_OWNERSHIP_H
#define OWNERSHIP_OWNERSHIP_H

#include "pool/pool.h"

/*
 * hold.c: what a constructor does for its owner before and after it makes the object.
 *
 * constructor_begin enters the owner and makes a node ready. `bytes` is what the `failed` of the
 * owner is told where this or constructor_end fails. False: EINVAL, ENOMEM or EDQUOT.
 * constructor_end gives the reference to the owner, if there is one, and leaves. `made` is NULL if
 * the object could not be made. Returns the object, or NULL.
 */
struct constructor {
    struct part *entered;
    struct node *node;
    size_t bytes;
};
bool constructor_enter(own_pool *owner, struct constructor *constructor);
void *constructor_give(const struct constructor *constructor, void *made);

static inline bool constructor_begin(own_pool *owner, size_t bytes, struct constructor *constructor)
{
    constructor->entered = NULL;
    if (OWN_LIKELY(!owner))
        return true;
    constructor->bytes = bytes;
    return constructor_enter(owner, constructor);
}

static inline void *constructor_end(const struct constructor *constructor, void *made)
{
    return OWN_LIKELY(!constructor->entered) ? made : constructor_give(constructor, made);
}

/* hold.c: -1, after the pool's `failed` has been told. */
int fail_and_tell(own_pool *pool);
/* share.c: own_share, without telling `failed`. False: EINVAL, ENOMEM or EBUSY. */
bool object_share(void *object);

/* hold.c: for hold.c and move.c. Fills a node, and makes it the newest entry of a part. */
void part_add(struct part *entered, struct node *node, enum kind kind, void *object,
              void (*call)(void *));
/* Makes a node for a reference to an object ready, makes the object shared if the pool is, and
   enters the pool. NULL: ENOMEM or EDQUOT; no part is entered, and nothing has changed. */
struct part *pool_enter_for_reference(own_pool *pool, void *object, struct node **node);
/* What comes into a shared pool becomes shared. That takes as long as there is to be shared, so a
   part that is entered, with a node made ready, is left meanwhile. False: ENOMEM. */
bool pool_share_with(const own_pool *pool, void *object, struct part *entered);
/* Takes a node out of the pool, and enters the part that it was in. NULL: there is none. */
struct part *pool_enter_and_take(own_pool *pool, enum kind kind, const void *object,
                                 void (*call)(void *), struct node **node);
/* Enters the part that has the entry of a child. NULL: it is not a child of the pool. */
struct part *pool_enter_parent(const own_pool *pool, const own_pool *child);
/* Whether an object is a child whose parent alone among all pools has a reference to it. */
bool pool_is_only_child(const own_object *object);

#endif
