/*
 * ownership/share.c - own_share: makes an object, and all that it holds, shared.
 *
 * First everything that can be reached is listed, and what may fail is made ready; then everything
 * is changed. So a call that fails has changed nothing, and nothing recurses.
 */
#include "object/toggle.h"
#include "object/weakref.h"
#include "ownership/ownership.h"

#include <errno.h>
#include <string.h>

struct found {
    own_object *object;
    struct parts *parts; /* of a pool: the record of its parts, made ready */
};

/* All that has been found; those before `done` have been looked into. */
#define FEW 8 /* are listed without memory, so that sharing a new array cannot fail */
struct list_of_found {
    struct found few[FEW];
    struct found *found;
    size_t count;
    size_t done;
    size_t room;
    const struct limit *limit; /* where the list comes from, if it is longer */
    int error;                 /* why not all can become shared */
};

static void forget_list(const struct list_of_found *list)
{
    if (list->found != list->few)
        limit_chunk_put(list->limit, list->found, list->room * sizeof(*list->found));
}

static bool grow(struct list_of_found *list)
{
    size_t granted;
    size_t bytes = list->room * sizeof(*list->found) * 4;
    struct found *larger = limit_chunk_get(list->limit, bytes, &granted);
    if (!larger) {
        list->error = ENOMEM;
        return false;
    }
    memcpy(larger, list->found, list->count * sizeof(*larger));
    forget_list(list);
    list->found = larger;
    list->room = bytes / sizeof(*larger);
    return true;
}

/* Whether an object is a pool that gets parts: one that stays confined only gets a shared count. */
static bool has_parts(const own_object *object)
{
    return object_is_pool(object) && !(pool_flags(as_pool(object)) & POOL_CONFINED);
}

/* Lists an object, unless it is listed, or is shared already, as is then all that it holds. False:
   it cannot become shared. */
static bool find(struct list_of_found *list, own_object *object)
{
    if (!object || object_count(object) < 0 || object_state(object) & STATE_FOUND)
        return true;
    if (OWN_UNLIKELY(object_is_toggled(object))) {
        list->error = EBUSY;
        return false;
    }
    if (list->count == list->room && !grow(list))
        return false;
    struct parts *parts = NULL;
    if (has_parts(object)) {
        own_pool *pool = as_pool(object);
        parts = parts_make(&pool->part, pool);
        if (!parts) {
            list->error = ENOMEM;
            return false;
        }
    }
    object_mark(object, STATE_FOUND);
    list->found[list->count++] = (struct found){.object = object, .parts = parts};
    return true;
}

static bool look_into_pool(struct list_of_found *list, own_pool *pool)
{
    struct entry *entry = pool->part.ledger.newest;
    while (entry) {
        if (!find(list, entry_object(entry)))
            return false;
        entry = ledger_older(&pool->part.ledger, entry);
    }
    return true;
}

static bool find_one(own_object *object, void *list)
{
    return find(list, object);
}

static bool look_into(struct list_of_found *list, own_object *object)
{
    if (object_state(object) & STATE_WEAK && !weakref_each(object, find_one, list))
        return false;
    if (has_parts(object))
        return look_into_pool(list, as_pool(object));
    return object_is_pool(object) || object_each(object, find_one, list);
}

/* The same number of references, on the other side of the number line. An immortal object is shared
   as one that never dies. */
static int32_t shared_count(int32_t count)
{
    if (count == 0 || -count <= OWN_COUNT_SHARED)
        return COUNT_SHARED_STOP;
    return -count;
}

static void share(const struct found *found)
{
    own_object *object = found->object;
    object_unmark(object, STATE_FOUND);
    if (found->parts) { /* entries so far bear the time 0: they are older than any that comes */
        const struct part_beside beside = side_beside(as_pool(object));
        parts_begin(found->parts, &beside);
    }
    if (object_is_pool(object))
        limit_meet(pool_limit(as_pool(object)));
    if (object_state(object) & STATE_WEAK)
        weakref_share(object);
    __atomic_store_n(&object->count, shared_count(object->count), __ATOMIC_RELEASE);
}

static void forget(const struct found *found)
{
    object_unmark(found->object, STATE_FOUND);
    if (found->parts)
        parts_free(found->parts);
}

static bool is_none(own_object *object, void *arg)
{
    (void)object;
    (void)arg;
    return false;
}

/* Whether nothing else becomes shared with an object, so that no list is needed. */
static bool is_all(const own_object *object)
{
    return !(object_state(object) & STATE_WEAK) && !object_is_pool(object) &&
           !object_is_toggled(object) && object_each(object, is_none, NULL);
}

bool object_share(void *object)
{
    struct list_of_found list = {.room = FEW, .error = errno};
    list.found = list.few;
    if (!object || !object_check(object, "own_share", NULL)) {
        errno = EINVAL;
        return false;
    }
    if (own_is_shared(object))
        return true;
    if (is_all(object)) {
        share(&(struct found){.object = object});
        return true;
    }
    if (object_is_pool(object))
        list.limit = pool_tap(as_pool(object));
    bool all = find(&list, object);
    while (all && list.done < list.count)
        all = look_into(&list, list.found[list.done++].object);
    for (size_t i = 0; i < list.count; i++)
        (all ? share : forget)(&list.found[i]);
    forget_list(&list);
    errno = list.error;
    return all;
}

int own_share(void *object)
{
    if (OWN_LIKELY(object_share(object)))
        return 0;
    if (errno != EINVAL && object_is_pool(object))
        side_tell_failed(object, 0);
    return -1;
}
