/*
 * object/toggle.c - the table of toggles, and their calls.
 *
 * Everything is O(1) expected. The number of buckets is doubled when there are more toggles, and
 * halved when an eighth of them is used, if there is memory for that.
 */
#include "object/toggle.h"
#include "base/hash.h"
#include "base/lock.h"
#include "chunk/chunk.h"
#include "object/weakref.h"

#include <errno.h>

#define BUCKETS_LEAST ((size_t)16)

struct toggle {
    struct toggle *chain;
    own_object *object;
    void (*call)(void *object, bool only, void *arg);
    void *arg;
    bool only; /* what it was last told, or the truth when it was set */
};

static struct {
    struct lock lock;
    size_t entries;
    size_t buckets;
    struct toggle **bucket;
} table;

static __thread bool hushed;

void toggle_lock_table(void)
{
    lock_take(&table.lock);
}

void toggle_unlock_table(void)
{
    lock_release(&table.lock);
}

void toggle_hush(bool quiet)
{
    hushed = quiet;
}

static bool is_only(const own_object *object)
{
    return object_count(object) == OWN_COUNT_TOGGLED + 1;
}

/* The link that refers to the toggle of an object; to NULL where it has none, as what only looks
   like an object with a toggle. */
static struct toggle **find(const own_object *object)
{
    static struct toggle *none;
    if (!table.buckets)
        return &none;
    struct toggle **link = &table.bucket[hash_address((uintptr_t)object) & (table.buckets - 1)];
    while (*link && (*link)->object != object)
        link = &(*link)->chain;
    return link;
}

/* Another number of buckets, if they can be had. */
static void resize(size_t buckets)
{
    int saved = errno;
    size_t granted;
    struct toggle **fresh = buckets ? chunk_get(buckets * sizeof(*fresh), &granted) : NULL;
    struct toggle **old = table.bucket;
    size_t old_buckets = table.buckets;
    errno = saved;
    if (buckets && !fresh)
        return;
    for (size_t i = 0; i < buckets; i++)
        fresh[i] = NULL;
    table.bucket = fresh;
    table.buckets = buckets;
    for (size_t i = 0; i < old_buckets; i++) {
        for (struct toggle *toggle = old[i], *next; toggle; toggle = next) {
            next = toggle->chain;
            struct toggle **link = find(toggle->object);
            toggle->chain = NULL;
            *link = toggle;
        }
    }
    if (old)
        chunk_put(old, old_buckets * sizeof(*old));
}

/* Adds a toggle. False: there is no memory for the first buckets. */
static bool add(struct toggle *toggle)
{
    toggle_lock_table();
    if (table.entries == table.buckets)
        resize(table.buckets ? table.buckets * 2 : BUCKETS_LEAST);
    bool added = table.buckets;
    if (added) {
        *find(toggle->object) = toggle;
        table.entries++;
    }
    toggle_unlock_table();
    return added;
}

static void free_toggle(struct toggle *toggle)
{
    chunk_put(toggle, sizeof(*toggle));
}

void toggle_end(own_object *object)
{
    toggle_lock_table();
    struct toggle **link = find(object);
    struct toggle *toggle = *link;
    if (toggle) {
        *link = toggle->chain;
        table.entries--;
        if (!table.entries)
            resize(0);
        else if (table.buckets > BUCKETS_LEAST && table.entries < table.buckets / 8)
            resize(table.buckets / 2);
    }
    toggle_unlock_table();
    if (toggle)
        free_toggle(toggle);
    OWN_STORE_COUNT_(object, object_count(object) - OWN_COUNT_TOGGLED);
}

void toggle_tell(own_object *object)
{
    if (hushed)
        return;
    bool only = is_only(object);
    toggle_lock_table();
    struct toggle *toggle = *find(object);
    struct toggle told = {.call = NULL};
    if (toggle && toggle->only != only) {
        toggle->only = only;
        told = *toggle;
    }
    toggle_unlock_table();
    if (!told.call)
        return;
    int saved = errno;
    told.call(object, only, told.arg);
    errno = saved;
}

/* Gives an object its first toggle. */
static int begin(own_object *object, const struct toggle *as)
{
    size_t granted;
    struct toggle *toggle = chunk_get(sizeof(*toggle), &granted);
    if (!toggle)
        return -1;
    *toggle = *as;
    if (!add(toggle)) {
        free_toggle(toggle);
        return fail_with(ENOMEM);
    }
    OWN_STORE_COUNT_(object, object_count(object) + OWN_COUNT_TOGGLED);
    return 0;
}

static void replace(own_object *object, void (*call)(void *object, bool only, void *arg), void *arg)
{
    toggle_lock_table();
    struct toggle *toggle = *find(object);
    if (toggle) {
        toggle->call = call;
        toggle->arg = arg;
    }
    toggle_unlock_table();
}

int own_set_toggle(void *object, void (*call)(void *object, bool only, void *arg), void *arg)
{
    own_object *o = object;
    if (!o || !object_check(o, "own_set_toggle", NULL) || o->type == &weakref_type ||
        object_is_dying(o))
        return fail_with(EINVAL);
    if (object_is_toggled(o)) {
        if (call)
            replace(o, call, arg);
        else
            toggle_end(o);
        return 0;
    }
    if (!call)
        return 0;
    int32_t count = object_count(o);
    if (count <= 0 || count > INT32_MAX - OWN_COUNT_TOGGLED)
        return fail_with(EPERM);
    return begin(o, &(struct toggle){.object = o, .call = call, .arg = arg, .only = count == 1});
}
