/*
 * weakref/table.c - for any object, its weak references; stripes, locks, fork.
 *
 * Everything is O(1) expected but what concerns all weak references of an object. Buckets are
 * doubled when there are more entries, and halved when they are an eighth used, where memory for
 * that can be had; the last entry of a stripe leaves no memory taken.
 */
#include "chunk/chunk.h"
#include "weakref/reader.h"
#include "weakref/weakref.h"

#include <errno.h>
#include <pthread.h>

#define STRIPE                                                                                     \
    {                                                                                              \
        .buckets = STRIPE_FEW                                                                      \
    }
#define STRIPES_8 STRIPE, STRIPE, STRIPE, STRIPE, STRIPE, STRIPE, STRIPE, STRIPE

struct stripe weakref_stripes[] = {STRIPES_8, STRIPES_8, STRIPES_8, STRIPES_8};
_Static_assert(sizeof(weakref_stripes) / sizeof(*weakref_stripes) == STRIPE_COUNT, "all of them");

static void lock_all(void)
{
    for (size_t i = 0; i < STRIPE_COUNT; i++)
        lock_take(&weakref_stripes[i].lock);
}

static void unlock_all(void)
{
    for (size_t i = 0; i < STRIPE_COUNT; i++)
        lock_release(&weakref_stripes[i].lock);
}

/* A child process must not find a lock taken by a thread that it does not have. Done when the
   library is loaded: a pthread_once could itself be under way in another thread. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    chunk_prepare_for_fork(); /* fork takes locks in the reverse order of this: the heap's last */
    (void)pthread_atfork(lock_all, unlock_all, unlock_all);
    reader_prepare_for_fork();
}

static struct stripe *lock(uintptr_t address)
{
    struct stripe *stripe = &weakref_stripes[weakref_stripe_of(address)];
    lock_take(&stripe->lock);
    return stripe;
}

static void unlock(struct stripe *stripe)
{
    lock_release(&stripe->lock);
}

static own_weakref **bucket_of(struct stripe *stripe, uintptr_t address)
{
    return &weakref_buckets(stripe)[weakref_bucket_of(address, stripe->buckets)];
}

/* The link that refers to the entry of an object; to NULL where it has none. */
static own_weakref **find(struct stripe *stripe, uintptr_t address)
{
    own_weakref **slot = bucket_of(stripe, address);
    while (*slot && weakref_address(*slot) != address)
        slot = &(*slot)->chain;
    return slot;
}

/* Another number of buckets, if they can be had. */
static void resize(struct stripe *stripe, size_t buckets)
{
    own_weakref **chunk = NULL;
    if (buckets > STRIPE_FEW) {
        int saved = errno;
        size_t granted;
        chunk = chunk_get(buckets * sizeof(*chunk), &granted);
        errno = saved;
        if (!chunk)
            return;
    }
    own_weakref **old = weakref_buckets(stripe);
    size_t old_buckets = stripe->buckets;
    stripe->chunk = chunk;
    stripe->buckets = buckets;
    for (size_t i = 0; i < buckets; i++)
        weakref_buckets(stripe)[i] = NULL;
    for (size_t i = 0; i < old_buckets; i++) {
        for (own_weakref *entry = old[i], *next; entry; entry = next) {
            next = entry->chain;
            own_weakref **bucket = bucket_of(stripe, weakref_address(entry));
            entry->chain = *bucket;
            *bucket = entry;
        }
    }
    if (old != stripe->few)
        chunk_put(old, old_buckets * sizeof(*old));
}

/* Another weak reference to the same object stands for its ring, or none. */
static void replace(struct stripe *stripe, own_weakref **slot, own_weakref *other)
{
    own_weakref *entry = *slot;
    if (other) {
        other->chain = entry->chain;
        *slot = other;
        return;
    }
    *slot = entry->chain;
    stripe->entries--;
    if (stripe->buckets > STRIPE_FEW && stripe->entries < stripe->buckets / 8)
        resize(stripe, stripe->entries < STRIPE_FEW ? STRIPE_FEW : stripe->buckets / 2);
}

void weakref_link(own_weakref *ref)
{
    struct stripe *stripe = lock(weakref_address(ref));
    own_object *object = (own_object *)weakref_address(ref);
    if (!(object_state(object) & STATE_WEAK))
        object_mark(object, STATE_WEAK);
    own_weakref **slot = find(stripe, weakref_address(ref));
    if (*slot) {
        list_add_first(&(*slot)->link, &ref->link);
    } else {
        list_init(&ref->link);
        ref->chain = NULL;
        *slot = ref;
        stripe->entries++;
        if (stripe->entries > stripe->buckets)
            resize(stripe, stripe->buckets * 2);
    }
    unlock(stripe);
}

static void set_mark(own_weakref *ref, uintptr_t mark)
{
    __atomic_store_n(&ref->target, ref->target | mark, __ATOMIC_RELEASE);
}

/* Under the lock: the only place where a weak reference leaves a ring. */
static void unlink_locked(struct stripe *stripe, own_weakref *ref)
{
    own_weakref **slot = bucket_of(stripe, weakref_address(ref));
    while (*slot && *slot != ref)
        slot = &(*slot)->chain;
    if (*slot) {
        /* The second oldest becomes the entry: the order of the ring is as before. */
        bool alone = list_is_empty(&ref->link);
        replace(stripe, slot, alone ? NULL : weakref_of_link(ref->link.previous));
    }
    list_remove(&ref->link);
    set_mark(ref, WEAKREF_SETTLED); /* another thread may free it from now on */
}

void weakref_unlink(own_weakref *ref)
{
    struct stripe *stripe = lock(weakref_address(ref));
    if (!(weakref_target(ref) & WEAKREF_SETTLED))
        unlink_locked(stripe, ref);
    unlock(stripe);
}

own_weakref *weakref_next(const own_object *object, struct list *head)
{
    own_weakref *next = NULL;
    struct stripe *stripe = lock((uintptr_t)object);
    while (!next && !list_is_empty(head)) {
        own_weakref *first = weakref_of_link(head->next);
        if (first->died && !object_is_dead(&first->object) && !object_is_dying(&first->object) &&
            shared_try_incref(&first->object))
            next = first;
        unlink_locked(stripe, first);
    }
    unlock(stripe);
    return next;
}

/* Whether others may be getting the object by that one at this moment. */
static bool clear_one(own_weakref *ref)
{
    uintptr_t before = weakref_target(ref);
    if (before & WEAKREF_CLEARED || !(before & WEAKREF_LOCKLESS)) {
        set_mark(ref, WEAKREF_CLEARED);
        return false;
    }
    __atomic_store_n(&ref->target, before | WEAKREF_CLEARED, __ATOMIC_SEQ_CST); /* see reader.h */
    return true;
}

static bool clear_ring(own_weakref *entry)
{
    bool lockless = clear_one(entry);
    list_each_safe (link, after, &entry->link)
        lockless |= clear_one(weakref_of_link(link));
    return lockless;
}

void weakref_clear(own_object *object)
{
    struct stripe *stripe = lock((uintptr_t)object);
    own_weakref *entry = *find(stripe, (uintptr_t)object);
    bool lockless = entry && clear_ring(entry);
    unlock(stripe);
    if (lockless)
        reader_wait(object);
}

bool weakref_each(const own_object *object, bool (*visit)(own_object *ref, void *arg), void *arg)
{
    struct stripe *stripe = lock((uintptr_t)object);
    own_weakref *entry = *find(stripe, (uintptr_t)object);
    bool all = !entry || visit(&entry->object, arg);
    if (entry) {
        list_each_safe (link, after, &entry->link)
            all = all && visit(&weakref_of_link(link)->object, arg);
    }
    unlock(stripe);
    return all;
}

/* One whose death is put off is never called: it leaves at once, for its thread knows of it only. */
static void share_one(struct stripe *stripe, own_weakref *ref)
{
    if (object_is_dead(&ref->object))
        unlink_locked(stripe, ref);
    else
        set_mark(ref, WEAKREF_SHARED);
}

void weakref_share(const own_object *object)
{
    struct stripe *stripe = lock((uintptr_t)object);
    own_weakref *entry = *find(stripe, (uintptr_t)object);
    if (entry) {
        list_each_safe (link, after, &entry->link)
            share_one(stripe, weakref_of_link(link));
        share_one(stripe, entry);
    }
    unlock(stripe);
}

void *weakref_get_shared(own_weakref *ref)
{
    own_object *object = (own_object *)weakref_address(ref);
    struct stripe *stripe = lock((uintptr_t)object);
    if (weakref_target(ref) & WEAKREF_CLEARED || !shared_try_incref(object))
        object = NULL;
    else if (++weakref_reader.locked_gets >= LOCKED_GETS && !object_is_dying(object)) {
        weakref_reader.locked_gets = 0;
        set_mark(ref, WEAKREF_LOCKLESS);
    }
    unlock(stripe);
    return object;
}

void weakref_take(own_object *object, struct list *head)
{
    list_init(head);
    struct stripe *stripe = lock((uintptr_t)object);
    own_weakref **slot = find(stripe, (uintptr_t)object);
    own_weakref *entry = *slot;
    bool cleared = entry && weakref_target(entry) & WEAKREF_CLEARED;
    if (!cleared && object_is_revived(object)) {
        unlock(stripe);
        return;
    }
    object_unmark(object, STATE_WEAK);
    if (entry) {
        clear_ring(entry); /* some may have come since the others were, none of them lockless */
        replace(stripe, slot, NULL);
        list_add_first(&entry->link, head); /* between the oldest and the newest */
    }
    unlock(stripe);
}
