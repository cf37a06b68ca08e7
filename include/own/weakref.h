/*
 * own/weakref.h - weak references: they do not keep their object alive, and know when it has died.
 *
 * A weak reference is an object itself: it is counted, held, owned and told apart (own_typeof) like
 * any other, and there may be weak references to it. It gives a reference to its object for as long
 * as that lives, and from then on NULL. An object dies, as far as its weak references are
 * concerned, when its last reference goes, before anything else happens:
 *
 *  1. All its weak references are cleared: from now on they give NULL.
 *  2. The `died` of each is called once, that of the newest first. The object is whole but out of
 *     reach: own_weakref_get cannot bring it back.
 *  3. It goes on as object.h and pool.h say: the finalizer; fields, or what a pool owns; memory.
 *
 * If a weak reference dies before its object, its `died` is not called. The same is true if it dies
 * in step 2, because the `died` of another one has released it. When a pool dies, this means:
 *
 *  - A weak reference to the pool that the pool itself owns: `died` is called, since the pool
 *    releases what it owns after step 2.
 *  - A weak reference and its object are both owned by the pool: the newer of the two is released
 *    first. So `died` is called if the weak reference is the older one.
 *
 * An object that its finalizer brings back to life has lost the weak references that it had; new
 * ones may be made. One that a finalizer, a deferred call or `died` makes to the dying object is as
 * good as any: it gives the object while that can still be saved, lasts where it is saved, and is
 * cleared and called where it dies after all. Where `died` itself, by a pointer that it had, leaves
 * a reference to the object, the object lives on, not finalized.
 *
 * Weak references to an immortal object always give it.
 *
 * Threads: a confined object and all its weak references are used by one thread at a time, and
 * handed over together. Weak references to a shared object are shared themselves: those made to it,
 * and with own_share of the object those that it has. own_weakref_get may then meet the release of
 * the last reference on another thread: it gives a reference that counts, or NULL. `died` is called
 * on the thread where the object dies, and where the weak reference is released on another at that
 * moment, it is called or not.
 *
 * Memory: 64 bytes a weak reference, besides what its owner needs to hold it; and for each object
 * that has any, 8 to 16 bytes more while there are many. Objects without weak references have
 * nothing to do with all this, and pay nothing.
 */
#ifndef OWN_WEAKREF_H
#define OWN_WEAKREF_H

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/* A weak reference. Its fields are the library's. */
typedef struct own_weakref own_weakref;

/*
 * Creates a weak reference to an object.
 *
 * owner   a pool, which then holds the weak reference: the result is borrowed. NULL: the result is
 *         a new reference.
 * object  borrowed, not NULL; any object, of which the weak reference has no reference.
 * died    called once the object has died; NULL: nothing is. It gets the weak reference, borrowed
 *         and kept alive for the time of the call, and arg. It may use the library freely: make and
 *         release weak references to the same object and others, the owner, the one that it is
 *         called for. errno is kept around it.
 * arg     not looked at; it must be valid for as long as the weak reference lives.
 *
 * Returns NULL with errno EINVAL (object is NULL, or dead, which is a misuse), ENOMEM, or EDQUOT
 * (the limit of owner or of a pool above it). Threads: those of owner and object. Cost: O(1)
 * expected.
 */
OWN_API OWN_MUST_USE own_weakref *own_weakref_new(own_pool *owner, void *object,
                                                  void (*died)(own_weakref *ref, void *arg),
                                                  void *arg);

/*
 * Gets the object of a weak reference.
 *
 * ref  borrowed; NULL gives NULL. A dead one is a misuse.
 *
 * Returns a new reference to the object; NULL once the object has died. errno is kept.
 * Threads: those of ref and its object. Cost: O(1); a confined object needs no lock, a shared one
 * a short lock and an atomic count.
 */
OWN_API OWN_MUST_USE OWN_RETURNS_NEW void *own_weakref_get(own_weakref *ref);

/* The type of all weak references, for own_typeof and own_cast. Borrowed, lives for ever.
   Cost: O(1). */
OWN_API OWN_NEVER_NULL const own_type *own_weakref_type(void);

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_weakref_new(...) OWN_MADE(own_weakref_new, __VA_ARGS__)
#endif

OWN_END_DECLS

#endif
