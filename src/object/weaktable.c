/*
 * object/weaktable.c - finds the weak references of an object; shards, locks, fork.
 *
 * Everything is O(1) expected except the calls that visit all weak references of an object. The
 * number of buckets is doubled when there are more entries, and halved when an eighth of them is
 * used, if there is memory for that. An empty shard uses no memory besides itself.
 */
#include "chunk/chunk.h"
#include "object/toggle.h"
#include "object/weakref.h"

#include <errno.h>
#include <pthread.h>

#define SHARD                                                                                      \
    {                                                                                              \
        .buckets = SHARD_FEW                                                                       \
    }
#define SHARDS_8 SHARD, SHARD, SHARD, SHARD, SHARD, SHARD, SHARD, SHARD

struct shard weakref_shards[] = {SHARDS_8, SHARDS_8, SHARDS_8, SHARDS_8};
_Static_assert(sizeof(weakref_shards) / sizeof(*weakref_shards) == SHARD_COUNT, "all of them");

static void lock_all(void)
{
    toggle_lock_table();
    for (size_t i = 0; i < SHARD_COUNT; i++)
        lock_take(&weakref_shards[i].lock);
}

static void unlock_all(void)
{
    for (size_t i = 0; i < SHARD_COUNT; i++)
        lock_release(&weakref_shards[i].lock);
    toggle_unlock_table();
}

/* A child process must not find a lock taken by a thread that it does not have. Done when the
   library is loaded: a pthread_once could itself be under way in another thread. */
__attribute__((constructor)) static void prepare_for_fork(void)
{
    chunk_prepare_for_fork(); /* fork takes locks in the reverse order of this: the heap's last */
    (void)pthread_atfork(lock_all, unlock_all, unlock_all);
}

static struct shard *lock(uintptr_t address)
{
    struct shard *shard = &weakref_shards[weakref_shard_of(address)];
    lock_take(&shard->lock);
    return shard;
}

static void unlock(struct shard *shard)
{
    lock_release(&shard->lock);
}

static own_weakref **bucket_of(struct shard *shard, uintptr_t address)
{
    return &weakref_buckets(shard)[weakref_bucket_of(address, shard->buckets)];
}

/* The link that refers to the entry of an object; to NULL where it has none. */
static own_weakref **find(struct shard *shard, uintptr_t address)
{
    own_weakref **slot = bucket_of(shard, address);
    while (*slot && weakref_address(*slot) != address)
        slot = &(*slot)->chain;
    return slot;
}

/* Another number of buckets, if they can be had. */
static void resize(struct shard *shard, size_t buckets)
{
    own_weakref **chunk = NULL;
    if (buckets > SHARD_FEW) {
        int saved = errno;
        size_t granted;
        chunk = chunk_get(buckets * sizeof(*chunk), &granted);
        errno = saved;
        if (!chunk)
            return;
    }
    own_weakref **old = weakref_buckets(shard);
    size_t old_buckets = shard->buckets;
    shard->chunk = chunk;
    shard->buckets = buckets;
    for (size_t i = 0; i < buckets; i++)
        weakref_buckets(shard)[i] = NULL;
    for (size_t i = 0; i < old_buckets; i++) {
        for (own_weakref *entry = old[i], *next; entry; entry = next) {
            next = entry->chain;
            own_weakref **bucket = bucket_of(shard, weakref_address(entry));
            entry->chain = *bucket;
            *bucket = entry;
        }
    }
    if (old != shard->few)
        chunk_put(old, old_buckets * sizeof(*old));
}

/* Another weak reference to the same object stands for its ring, or none. */
static void replace(struct shard *shard, own_weakref **slot, own_weakref *other)
{
    own_weakref *entry = *slot;
    if (other) {
        other->chain = entry->chain;
        *slot = other;
        return;
    }
    *slot = entry->chain;
    shard->entries--;
    if (shard->buckets > SHARD_FEW && shard->entries < shard->buckets / 8)
        resize(shard, shard->entries < SHARD_FEW ? SHARD_FEW : shard->buckets / 2);
}

void weakref_link(own_weakref *ref)
{
    struct shard *shard = lock(weakref_address(ref));
    own_object *object = (own_object *)weakref_address(ref);
    if (!(object_state(object) & STATE_WEAK))
        object_mark(object, STATE_WEAK);
    own_weakref **slot = find(shard, weakref_address(ref));
    if (*slot) {
        list_add_first(&(*slot)->link, &ref->link);
    } else {
        list_init(&ref->link);
        ref->chain = NULL;
        *slot = ref;
        shard->entries++;
        if (shard->entries > shard->buckets)
            resize(shard, shard->buckets * 2);
    }
    unlock(shard);
}

static void set_mark(own_weakref *ref, uintptr_t mark)
{
    __atomic_store_n(&ref->target, ref->target | mark, __ATOMIC_RELEASE);
}

/* Under the lock: the only place where a weak reference leaves a ring. */
static void unlink_locked(struct shard *shard, own_weakref *ref)
{
    own_weakref **slot = bucket_of(shard, weakref_address(ref));
    while (*slot && *slot != ref)
        slot = &(*slot)->chain;
    if (*slot) {
        /* The second oldest becomes the entry: the order of the ring is as before. */
        bool alone = list_is_empty(&ref->link);
        replace(shard, slot, alone ? NULL : weakref_of_link(ref->link.previous));
    }
    list_remove(&ref->link);
    set_mark(ref, WEAKREF_SETTLED); /* another thread may free it from now on */
}

void weakref_unlink(own_weakref *ref)
{
    struct shard *shard = lock(weakref_address(ref));
    if (!(weakref_target(ref) & WEAKREF_SETTLED))
        unlink_locked(shard, ref);
    unlock(shard);
}

own_weakref *weakref_next(const own_object *object, struct list *head)
{
    own_weakref *next = NULL;
    struct shard *shard = lock((uintptr_t)object);
    while (!next && !list_is_empty(head)) {
        own_weakref *first = weakref_of_link(head->next);
        if (first->died && !object_is_dying(&first->object) && shared_try_incref(&first->object))
            next = first;
        unlink_locked(shard, first);
    }
    unlock(shard);
    return next;
}

static void clear_ring(own_weakref *entry)
{
    set_mark(entry, WEAKREF_CLEARED);
    list_each_safe (link, after, &entry->link)
        set_mark(weakref_of_link(link), WEAKREF_CLEARED);
}

void weakref_clear(own_object *object)
{
    struct shard *shard = lock((uintptr_t)object);
    own_weakref *entry = *find(shard, (uintptr_t)object);
    if (entry)
        clear_ring(entry);
    unlock(shard);
}

bool weakref_each(const own_object *object, bool (*visit)(own_object *ref, void *arg), void *arg)
{
    struct shard *shard = lock((uintptr_t)object);
    own_weakref *entry = *find(shard, (uintptr_t)object);
    bool all = !entry || visit(&entry->object, arg);
    if (entry) {
        list_each_safe (link, after, &entry->link)
            all = all && visit(&weakref_of_link(link)->object, arg);
    }
    unlock(shard);
    return all;
}

void weakref_share(const own_object *object)
{
    struct shard *shard = lock((uintptr_t)object);
    own_weakref *entry = *find(shard, (uintptr_t)object);
    if (entry) {
        list_each_safe (link, after, &entry->link)
            set_mark(weakref_of_link(link), WEAKREF_SHARED);
        set_mark(entry, WEAKREF_SHARED);
    }
    unlock(shard);
}

void *weakref_get_shared(own_weakref *ref)
{
    own_object *object = (own_object *)weakref_address(ref);
    struct shard *shard = lock((uintptr_t)object);
    if (weakref_target(ref) & WEAKREF_CLEARED || !shared_try_incref(object))
        object = NULL;
    unlock(shard);
    return object;
}

void weakref_take(own_object *object, struct list *head)
{
    list_init(head);
    struct shard *shard = lock((uintptr_t)object);
    own_weakref **slot = find(shard, (uintptr_t)object);
    own_weakref *entry = *slot;
    bool cleared = entry && weakref_target(entry) & WEAKREF_CLEARED;
    if (entry && !cleared && object_is_revived(object)) {
        unlock(shard);
        return;
    }
    object_unmark(object, STATE_WEAK);
    if (entry) {
        clear_ring(entry); /* some may have come since the others were */
        replace(shard, slot, NULL);
        list_add_first(&entry->link, head); /* between the oldest and the newest */
    }
    unlock(shard);
}
