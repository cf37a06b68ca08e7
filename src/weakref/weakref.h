/*
 * weakref/weakref.h - the room weakref: weak references, and the table that finds those of an object.
 *
 *   weakref.c   making weak references, getting their object, calling them
 *   table.c     for any object, its weak references; stripes, locks, fork
 *   reader.c    who gets an object without a lock
 *   validate.c  the equations below, checked
 *
 * Headers of objects have no room for a list. An object that has weak references has STATE_WEAK,
 * and the table finds them by its address. The table is made of the weak references themselves:
 *
 *   stripe -> bucket -> entry -chain-> entry -chain-> entry       one entry an object
 *                         | link: the ring of all weak references to that object:
 *                       oldest (the entry), newest, ..., second oldest
 *
 * So a weak reference needs no memory but its own; for want of memory for buckets chains get longer
 * and nothing fails.
 *
 * The life of a weak reference:
 *
 *   linked    in the ring of its object, in the table; gives the object
 *   cleared   the last reference to the object has gone. Still in the table while the death of the
 *             object is put off; then in the ring of those that are to be called, off the table
 *   settled   in no ring; its call is made, or is being made. Also when it is dying itself
 *
 * weakref_unlink, and nothing else, takes one weak reference out of whatever ring it is in.
 *
 * Equations (weakref_validate checks them, but for the last two, which are those of an object and
 * checked for the one at hand):
 *
 *   stripe    entries = lengths of all its chains
 *             buckets is a power of two; they lie in the stripe itself exactly where they are few
 *   entry     its address is hashed to this stripe and bucket, and no other entry has it
 *   ring      all in it refer to the entry's address
 *   object    has an entry => STATE_WEAK (in dying.flags while its death is put off)
 *             of a linked weak reference: alive
 *
 * Threads: all that is in the table is changed under the lock of its stripe, which is chosen by the
 * object's address, and so is the same for ever; it is held for one step, never while code of
 * a user runs, and is taken before the heap lock. A confined object, its weak references and their
 * ring are of one confinement; only the chains are met by threads that have nothing to do with each
 * other. So weakref_get of a confined object needs no lock.
 *
 * The last reference to a shared object may go while another thread gets one:
 *
 *   - Weak references to a shared object are shared: they were made so, or became so with it. For
 *     the thread where the object dies takes a reference to each that it calls.
 *   - WEAKREF_SHARED, put into a whole ring when its object becomes shared, sends weakref_get
 *     through the lock of the stripe.
 *   - Under that lock, if not cleared, it counts upwards unless the count is a dead one. The last
 *     release takes the count from -1 to a dead one by compare-and-exchange. So one of the two
 *     wins. Only then does weakref_clear take the lock, and only after that does the guard of the
 *     tear-down make the object countable again. An object that is read under the lock and not
 *     cleared has its memory: its death has not passed clear.
 *   - Every LOCKED_GETS times that a thread gets an object under a lock, the weak reference at hand
 *     becomes WEAKREF_LOCKLESS: the lock has been too dear often enough to pay for one system call
 *     when the object dies. It is done under the lock, and not to a dying object: so the death of
 *     the object has yet to pass clear, and will see it. A get then is that of reader.h, and counts
 *     in the same way. Who clears waits, after that, for those that may not have seen it: they are
 *     done before the guard is the count, and before the memory goes.
 *   - weakref_next takes those to be called from their ring under the same lock, with a reference
 *     that it counts upwards in the same way: one whose last reference has gone is dying, on
 *     another thread maybe, and will find itself settled, or wait for the lock and unlink itself.
 *   - STATE_WEAK is set and removed under the lock, by an atomic or/and of `state`.
 */
#ifndef WEAKREF_WEAKREF_H
#define WEAKREF_WEAKREF_H

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
#define WEAKREF_SHARED ((uintptr_t)2) /* the object is: its reference is got under the lock */
#define WEAKREF_SETTLED ((uintptr_t)4)
#define WEAKREF_LOCKLESS ((uintptr_t)8) /* shared, and its object is got without the lock */
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

/* table.c. Becomes the newest weak reference of its object, which has STATE_WEAK from then on. */
void weakref_link(own_weakref *ref);
/* Takes one out of the table, or out of the ring of those to be called; a settled one stays so. */
void weakref_unlink(own_weakref *ref);
/* Takes the first out of the ring of those to be called, with a reference, but passes over those
   that are dying or call nothing. NULL: there is none. */
own_weakref *weakref_next(const own_object *object, struct list *head);
/* Visits all weak references of an object, under the lock, until an answer is false. */
bool weakref_each(const own_object *object, bool (*visit)(own_object *ref, void *arg), void *arg);
/* An object becomes shared, and with it its weak references: for the others of the room. */
void weakref_share(const own_object *object);
/* A new reference to the shared object of a weak reference; NULL: its last one has gone. */
void *weakref_get_shared(own_weakref *ref);
#define LOCKED_GETS 64
/* Takes all weak references of an object off the table into the ring of `head`, newest first, and
   cleared. Ends STATE_WEAK. But where they were not cleared and the object has been revived, they
   stay as they are: under the lock nobody takes a reference through them. */
void weakref_take(own_object *object, struct list *head);

#define STRIPE_COUNT 32 /* ThreadSanitizer bears 64 locks in one thread, and fork takes all these */
#define STRIPE_FEW ((size_t)8)

struct stripe {
    struct lock lock;
    size_t entries;
    size_t buckets;
    own_weakref **chunk;          /* the buckets; NULL: they are `few` */
    own_weakref *few[STRIPE_FEW]; /* buckets that need no memory */
} __attribute__((aligned(64)));

extern struct stripe weakref_stripes[STRIPE_COUNT];

static inline own_weakref **weakref_buckets(struct stripe *stripe)
{
    return stripe->chunk ? stripe->chunk : stripe->few;
}

/* Where an address is hashed to: upper bits, because multiplication mixes upwards. */
static inline size_t weakref_stripe_of(uintptr_t address)
{
    return (size_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> 59);
}

static inline size_t weakref_bucket_of(uintptr_t address, size_t buckets)
{
    return (size_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> 27) & (buckets - 1);
}

/* validate.c: aborts with a sentence where an equation above does not hold. */
void weakref_validate(void);
/* Those of an object which is not being changed by another thread. */
void weakref_validate_object(const own_object *object);

/* After every step of the debug build, and of long rings only the beginning: so that the cost of a
   step is constant. */
#if OWN_DEBUG
void weakref_debug_step(const own_object *object);
#else
static inline void weakref_debug_step(const own_object *object)
{
    (void)object;
}
#endif

#endif
