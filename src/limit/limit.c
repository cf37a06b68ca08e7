/*
 * limit/limit.c - limits and taps, and the lock of those that several threads meet.
 */
#include "limit/limit.h"

#include <errno.h>
#include <pthread.h>

/* Held for a walk along limits, or over the subtree that a change is about. Limits are looked at
   for chunks only, so one lock for all of them is enough. */
static pthread_mutex_t lock_of_met = PTHREAD_MUTEX_INITIALIZER;

void limits_lock(void)
{
    pthread_mutex_lock(&lock_of_met);
}

void limits_unlock(void)
{
    pthread_mutex_unlock(&lock_of_met);
}

void limit_prepare_for_fork(void)
{
    /* A child process must not find it taken by a thread that it does not have. */
    (void)pthread_atfork(limits_lock, limits_unlock, limits_unlock);
}

static bool is_met(const struct limit *limit)
{
    while (limit && !limit->met)
        limit = limit->above;
    return limit;
}

/* Takes the lock where it is needed. Returns whether it was. */
static bool lock(const struct limit *limit)
{
    bool met = is_met(limit);
    if (OWN_UNLIKELY(met))
        limits_lock();
    return met;
}

static void unlock(bool locked)
{
    if (OWN_UNLIKELY(locked))
        limits_unlock();
}

void limit_meet_locked(struct limit *limit)
{
    for (limit = limit_beyond(limit); limit && !limit->met; limit = limit->above)
        limit->met = true;
}

void limit_meet(struct limit *limit)
{
    limit = limit_beyond(limit);
    if (OWN_LIKELY(!limit || limit->met))
        return;
    limits_lock();
    limit_meet_locked(limit);
    limits_unlock();
}

void limit_count(struct limit *limit, size_t bytes)
{
    for (limit = limit_beyond(limit); limit; limit = limit->above)
        limit->used += bytes;
}

void limit_uncount(struct limit *limit, size_t bytes)
{
    for (limit = limit_beyond(limit); limit; limit = limit->above) {
        limit->most = max_size(limit->most, limit->used);
        limit->used -= bytes;
    }
}

void limit_uncount_failed(struct limit *limit, size_t bytes)
{
    for (limit = limit_beyond(limit); limit; limit = limit->above)
        limit->used -= bytes;
}

void limit_subtract(struct limit *limit, size_t bytes)
{
    limit = limit_beyond(limit);
    if (!limit)
        return;
    bool locked = lock(limit);
    limit_uncount(limit, bytes);
    unlock(locked);
}

void limit_cancel(struct limit *limit, size_t bytes)
{
    limit = limit_beyond(limit);
    if (!limit)
        return;
    bool locked = lock(limit);
    limit_uncount_failed(limit, bytes);
    unlock(locked);
}

size_t limit_most(const struct limit *limit)
{
    bool locked = lock(limit);
    size_t most = max_size(limit->most, limit->used);
    unlock(locked);
    return most;
}

size_t limit_bytes(const struct limit *limit)
{
    bool locked = lock(limit);
    size_t bytes = limit->bytes;
    unlock(locked);
    return bytes;
}

/* The room that one limit leaves, whatever those above it do. */
static size_t room_in(const struct limit *limit)
{
    if (!limit->bytes)
        return SIZE_MAX;
    return limit->bytes > limit->used ? limit->bytes - limit->used : 0;
}

/* The limit with the least room, the nearest of several. NULL: none has `bytes`. */
static const struct limit *tightest(const struct limit *limit)
{
    const struct limit *found = NULL;
    for (; limit; limit = limit->above) {
        if (limit->bytes && (!found || room_in(limit) < room_in(found)))
            found = limit;
    }
    return found;
}

static size_t room_of(const struct limit *limit)
{
    size_t room = SIZE_MAX;
    for (; limit; limit = limit->above)
        room = min_size(room, room_in(limit));
    return room;
}

size_t limit_room(const struct limit *limit)
{
    limit = limit_beyond(limit);
    if (!limit)
        return SIZE_MAX;
    bool locked = lock(limit);
    size_t room = room_of(limit);
    unlock(locked);
    return room;
}

const void *limit_tightest(const struct limit *limit)
{
    limit = limit_beyond(limit);
    bool locked = lock(limit);
    const struct limit *found = tightest(limit);
    const void *of = found ? found->of : NULL;
    unlock(locked);
    return of;
}

/* How often a limit refused memory. */
static uint64_t hits;

uint64_t limit_hits(void)
{
    return __atomic_load_n(&hits, __ATOMIC_RELAXED);
}

void limit_refused(const struct limit *limit, size_t bytes)
{
    limit = limit_beyond(limit);
    if (!limit)
        return;
    bool locked = lock(limit);
    const struct limit *found = tightest(limit);
    if (found)
        probe_4(limit_hit, found->of, bytes, found->used, found->bytes);
    unlock(locked);
}

bool limit_add(struct limit *limit, size_t bytes)
{
    limit = limit_beyond(limit);
    if (!limit)
        return true;
    bool locked = lock(limit);
    bool has_room = room_of(limit) >= bytes;
    if (has_room)
        limit_count(limit, bytes);
    unlock(locked);
    if (has_room)
        return true;
    __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED);
    limit_refused(limit, bytes);
    errno = EDQUOT;
    return false;
}

void limit_use(struct limit *limit)
{
    bool locked = lock(limit);
    limit->users++;
    unlock(locked);
}

/* Returns a tap that has lost its last user, and is to be freed without the lock. Nothing but an
   account points to a tap, so it can only be the first. */
static struct limit *release(struct limit *limit)
{
    struct limit *tap = NULL;
    while (limit && --limit->users == 0) {
        struct limit *above = limit->above;
        if (OWN_UNLIKELY(limit->source))
            tap = limit;
        else
            chunk_put(limit, sizeof(*limit));
        limit = above;
    }
    return tap;
}

static void free_tap(struct limit *tap)
{
    if (OWN_UNLIKELY(tap))
        source_put(tap->source, tap, sizeof(*tap));
}

void limit_release(struct limit *limit)
{
    bool locked = lock(limit);
    struct limit *tap = release(limit);
    unlock(locked);
    free_tap(tap);
}

void limit_leave(struct limit *limit, const void *owner)
{
    bool locked = lock(limit);
    struct limit *beyond = limit_beyond(limit);
    if (limit_is_of(beyond, owner))
        __atomic_store_n(&beyond->of, NULL, __ATOMIC_RELAXED);
    struct limit *tap = release(limit);
    unlock(locked);
    free_tap(tap);
}

struct limit *limit_make(size_t bytes)
{
    size_t granted;
    struct limit *limit = chunk_get(sizeof(*limit), &granted);
    if (limit)
        *limit = (struct limit){.bytes = bytes};
    return limit;
}

struct limit *limit_make_tap(struct source *source, struct limit *above)
{
    size_t granted;
    struct limit *tap = source_get(source, sizeof(*tap), &granted);
    if (!tap)
        return NULL;
    *tap = (struct limit){.source = source, .above = above, .met = true};
    if (above)
        limit_use(above);
    return tap;
}

void limit_drop_tap(struct limit *tap)
{
    if (!tap || tap->users)
        return;
    if (tap->above)
        limit_release(tap->above);
    free_tap(tap);
}

void limit_set(struct limit *limit, size_t bytes)
{
    bool locked = lock(limit);
    limit->bytes = bytes;
    unlock(locked);
}

bool limit_fits(const struct limit *to, const struct limit *from, size_t bytes)
{
    for (; to; to = to->above) {
        const struct limit *both = from;
        while (both && both != to)
            both = both->above;
        if (both)
            return true; /* from here up nothing changes */
        if (room_in(to) < bytes) {
            probe_4(limit_hit, to->of, bytes, to->used, to->bytes);
            return false;
        }
    }
    return true;
}

void limit_point(struct limit **link, struct limit *to, bool met)
{
    struct limit *from = *link;
    *link = to;
    if (to)
        to->users++;
    if (met)
        limit_meet_locked(to);
    (void)release(from); /* a tap has other users */
}

bool limit_validate(const struct limit *limit, size_t reserved, bool met)
{
    bool holds = true;
    limits_lock();
    if (limit && limit->source)
        holds = limit->users > 0 && limit->met && !limit->used;
    limit = limit_beyond(limit);
    for (; limit; limit = limit->above) {
        holds &= limit->used >= reserved && limit->users > 0;
        if (met || limit->met)
            holds &= limit->met && (!limit->above || limit->above->met);
    }
    limits_unlock();
    return holds;
}
