/*
 * object/weakref.h - weak references, and the table that finds those of an object.
 *
 *   weakref.c    making weak references, getting their object, calling them
 *   weaktable.c  finds the weak references of an object; shards, locks, fork
 *   validate.c   checks the equations below
 *
 * The header of an object has no room for a list. An object that has weak references has
 * STATE_WEAK, and the table finds them by its address. The table is made of the weak references
 * themselves:
 *
 *   shard -> bucket -> entry -chain-> entry -chain-> entry       one entry an object
 *                        | link: the ring of all weak references to that object:
 *                      oldest (the entry), newest, ..., second oldest
 *
 * So a weak reference needs no memory but its own. If there is no memory for more buckets, chains
 * get longer and nothing fails.
 *
 * The states of a weak reference:
 *
 *   linked    in the ring of its object, in the table; gives the object
 *   cleared   the last reference to the object has gone. Still in the table while the death of the
 *             object is put off; then in the ring of those that are to be called, off the table
 *   settled   in no ring; its call has been made or is running. Also when it is dying itself
 *
 * Only unlink_locked takes one weak reference out of a ring.
 *
 * Equations (weakref_validate checks the first three groups, weakref_validate_object the last):
 *
 *   shard     entries = lengths of all its chains
 *             buckets is a power of two; they lie in the shard itself exactly where they are few
 *   entry     its address is hashed to this shard and bucket, and no other entry has it
 *   ring      all in it refer to the entry's address
 *   object    has an entry => STATE_WEAK (in dying.flags while its death is put off)
 *             of a linked weak reference: alive
 *
 * Threads: everything in the table is changed under the lock of its shard. The object's address
 * selects the shard, so it never changes. The lock is held for one step, never while code of a user
 * runs, and is taken before the heap lock. A confined object, its weak references and their ring
 * are used by one thread at a time; only the chains are shared with unrelated threads. So
 * own_weakref_get of a confined object needs no lock.
 *
 * The last reference to a shared object may go while another thread gets one:
 *
 *   - Weak references to a shared object are shared: they were made so, or became so with it. For
 *     the thread on which the object dies takes a reference to each that it calls.
 *   - WEAKREF_SHARED is set in a whole ring when its object becomes shared. It makes
 *     own_weakref_get take the lock of the shard.
 *   - Under that lock, if the weak reference is not cleared, the get counts upwards unless the
 *     count is a dead one. The last release takes the count from -1 to a dead one by
 *     compare-and-exchange. So one of the two wins. Only then does weakref_clear take the lock, and
 *     only after that does the guard of the tear-down make the object countable again. An object
 *     that is read under the lock and not cleared has its memory: its death has not passed clear.
 *   - weakref_next takes weak references out of the ring of those to be called under the same lock,
 *     and takes a reference to each in the same way. A weak reference without references is dying,
 *     maybe on another thread: it finds itself settled, or waits for the lock and unlinks itself.
 *   - STATE_WEAK is set and removed under the lock, by an atomic or/and of `state`.
 */
#ifndef OBJECT_WEAKREF_H
#define OBJECT_WEAKREF_H

#include "base/base.h"
#include "base/lock.h"
#include "object/object.h"

#include <own/weakref.h>

struct own_weakref {
    own_object object;
    uintptr_t target; /* the address of its object, and marks */
    struct list link;
    own_weakref *chain;
    void (*died)(own_weakref *ref, void *arg);
    void *arg;
};

#define WEAKREF_CLEARED ((uintptr_t)1)
#define WEAKREF_SHARED ((uintptr_t)2) /* its object is shared and is got under the lock */
#define WEAKREF_SETTLED ((uintptr_t)4)
#define WEAKREF_MARKS (GRANULE - 1)

static inline uintptr_t weakref_target(const own_weakref *ref)
{
    return __atomic_load_n(&ref->target, __ATOMIC_RELAXED);
}

static inline uintptr_t weakref_address(const own_weakref *ref)
{
    return weakref_target(ref) & ~WEAKREF_MARKS;
}

static inline own_weakref *weakref_of_link(struct list *link)
{
    return list_item(link, own_weakref, link);
}

/* weakref.c: a weak reference to a live object, with one reference, which is new. NULL: errno is
   ENOMEM. */
own_weakref *weakref_make(own_object *object, void (*died)(own_weakref *ref, void *arg), void *arg);
/* Ends STATE_WEAK and calls back all weak references. If they have not been cleared yet, it does so
   only while nobody has a reference to the object beside the guard. Runs code of users. */
void weakref_call(own_object *object);

/* The finalizer of weak references: takes one out of its ring. May run more than once. */
extern const own_type weakref_type;
void weakref_finalize(void *ref);

/* weaktable.c. The last reference has gone: from now on weak references to the object give NULL. */
void weakref_clear(own_object *object);
/* Becomes the newest weak reference of its object, which has STATE_WEAK from then on. */
void weakref_link(own_weakref *ref);
/* Takes one out of the table or out of the ring of those to be called. Settled ones stay
   settled. */
void weakref_unlink(own_weakref *ref);
/* Takes the first one that is not dying and has a call out of the ring of those to be called, with
   a reference; drops those before it from the ring. NULL: there is none. */
own_weakref *weakref_next(const own_object *object, struct list *head);
/* Visits all weak references of an object, under the lock, until an answer is false. */
bool weakref_each(const own_object *object, bool (*visit)(own_object *ref, void *arg), void *arg);
/* An object becomes shared: marks its weak references. */
void weakref_share(const own_object *object);
/* A new reference to the shared object of a weak reference; NULL: its last one has gone. */
void *weakref_get_shared(own_weakref *ref);
/* Takes all weak references of an object off the table into the ring of `head`, newest first, and
   cleared. Ends STATE_WEAK. If they were not cleared and the object has been revived, they stay as
   they are: under the lock nobody takes a reference through them. */
void weakref_take(own_object *object, struct list *head);

#define SHARD_COUNT 32 /* ThreadSanitizer allows 64 locks in one thread; fork takes all of these */
#define SHARD_FEW ((size_t)8)

struct shard {
    struct lock lock;
    size_t entries;
    size_t buckets;
    own_weakref **chunk;         /* the buckets; NULL: they are `few` */
    own_weakref *few[SHARD_FEW]; /* buckets that need no memory */
} __attribute__((aligned(64)));

extern struct shard weakref_shards[SHARD_COUNT];

static inline own_weakref **weakref_buckets(struct shard *shard)
{
    return shard->chunk ? shard->chunk : shard->few;
}

/* The hash of an address. Upper bits, because multiplication mixes upwards. */
static inline size_t weakref_shard_of(uintptr_t address)
{
    return (size_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> 59);
}

static inline size_t weakref_bucket_of(uintptr_t address, size_t buckets)
{
    return (size_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> 27) & (buckets - 1);
}

/* validate.c: aborts with a sentence where an equation above does not hold. */
void weakref_validate(void);
/* Checks the equations of an object that no other thread is changing. */
void weakref_validate_object(const own_object *object);

/* Runs after every step of the debug build. It checks only the beginning of long rings, so that the
   cost of a step is constant. */
#if OWN_DEBUG
void weakref_debug_step(const own_object *object);
#else
static inline void weakref_debug_step(const own_object *object)
{
    (void)object;
}
#endif

#endif
