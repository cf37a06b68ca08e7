/*
 * object/object.c - making objects, asking them, and what pools hold of them.
 */
#include "object/object.h"
#include "chunk/tally.h"
#include "object/toggle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The one external definition of each inline function of own/object.h. */
extern inline void *own_incref(void *object);
extern inline void own_decref(void *object);
extern inline void own_decref_scoped(void *variable);

_Static_assert(sizeof(own_object) == 16, "the header of an object is 16 bytes");

/* An object with a record of its size in front, not tracked. NULL: ENOMEM. */
static own_object *make_sized(const own_type *type, size_t size)
{
    if (size > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    size_t whole = sized_whole(size);
    struct sized *sized = chunk_get_exact(whole);
    if (!sized)
        return NULL;
    if (whole <= CHUNK_MAX) /* a fresh mapping is zero */
        memset(sized, 0, whole);
    sized->size = size;
    own_object *object = (own_object *)(void *)(sized + 1);
    *object = (own_object){.count = 1, .state = STATE_OBJECT | STATE_SIZED, .type = type};
    sized_begin(sized);
    return object;
}

/* The smallest object that is made without asking for checks; SIZE_MAX: all objects are checked, or
   listed, or nobody has asked yet. So one comparison tells what is rare. */
static size_t object_least = SIZE_MAX;
/* The largest object that can be tracked: its chunk lies in a segment. */
static size_t track_most = CHUNK_MAX;

static inline own_object *make_plain(const own_type *type)
{
    size_t granted;
    own_object *object = chunk_get(type->size, &granted);
    if (!object)
        return NULL;
    memset(object, 0, type->size);
    object->count = 1;
    object->state = STATE_OBJECT;
    object->type = type;
    return object;
}

static __attribute__((noinline)) own_object *new_rare(const own_type *type)
{
    if (type->size < sizeof(own_object))
        return fail_pointer(EINVAL);
    if (check_words()) {
        own_object *object = make_sized(type, type->size);
        size_t most = tally_most ? tally_most - sized_whole(0) : 0;
        __atomic_store_n(&track_most, most, __ATOMIC_RELAXED);
        return object;
    }
    if (!OWN_DEBUG)
        __atomic_store_n(&object_least, sizeof(own_object), __ATOMIC_RELAXED);
    own_object *object = make_plain(type);
    if (OWN_DEBUG && object)
        object_made(object);
    return object;
}

NO_STACK_PROTECTOR own_object *object_new(const own_type *type)
{
    if (OWN_UNLIKELY(type->size < __atomic_load_n(&object_least, __ATOMIC_RELAXED)))
        return new_rare(type);
    return make_plain(type);
}

own_object *object_new_with_refs(const own_type *type)
{
    own_object *object = object_new(type);
    if (object && type->size <= __atomic_load_n(&track_most, __ATOMIC_RELAXED))
        object_track(object);
    return object;
}

own_object *object_new_sized(const own_type *type, size_t size)
{
    size_t word = sizeof(own_object *);
    if (!type || type->size < sizeof(own_object) || size < type->size ||
        (type->tail_refs && (type->size % word || size % word))) {
        errno = EINVAL;
        return NULL;
    }
    if (size == type->size)
        return type->refs ? object_new_with_refs(type) : object_new(type);
    own_object *object = make_sized(type, size);
    if (object && (type->refs || type->tail_refs) && sized_whole(size) <= tally_most)
        object_track(object);
    return object;
}

__thread ptrdiff_t object_tracked;
__thread ptrdiff_t object_collect_at = PTRDIFF_MAX;
void (*object_collect)(void);

bool object_each(const own_object *object, bool (*visit)(own_object *object, void *arg), void *arg)
{
    const own_type *type = object->type;
    own_object *value;
    for (const size_t *refs = type->refs; refs && *refs != OWN_REFS_END; refs++) {
        if ((value = object_reference_at(object, *refs)) && !visit(value, arg))
            return false;
    }
    size_t count;
    own_object *const *items = object_items(object, &count);
    for (size_t i = 0; i < count; i++) {
        if (items[i] && !visit(items[i], arg))
            return false;
    }
    return true;
}

static void tell_dead(const char *call, const own_object *object)
{
    char text[OBJECT_TEXT];
    char more[CHECK_SENTENCE] = "";
    check_add_death(more, sizeof(more), object);
    if (!*more)
        check_add_death(more, sizeof(more), object_sized(object)); /* as all are that are checked */
    misuse("%s: %s is dead or dying%s", call, object_describe(object, text), more);
}

static void tell_no_object(const char *call, const own_object *object)
{
    misuse("%s: %p is not an object", call, (const void *)object);
}

bool object_refuse(const own_object *object, const char *call, const char *pool)
{
    char text[OBJECT_TEXT];
    bool dead = object_is_dead(object);
    if (!pool)
        (dead ? tell_dead : tell_no_object)(call, object);
    else if (dead)
        misuse("%s: %s is dead or dying (for pool '%.50s')", call, object_describe(object, text),
               pool);
    else
        misuse("%s: %p is not an object (for pool '%.50s')", call, (const void *)object, pool);
    return false;
}

int object_not_held(const own_object *object, const char *call)
{
    if (!object_is_dead(object))
        (void)object_check(object, call, NULL);
    errno = EINVAL;
    return -1;
}

static void tell_not_yours(const own_object *object, const char *call)
{
    char text[OBJECT_TEXT];
    object_describe(object, text);
    if (object_held(object) > 0)
        misuse(
            "%s: the only reference to %s is held by a pool, which releases it itself (own_drop)",
            call, text);
    else
        misuse("%s: %s is dying and has no other reference", call, text);
}

bool object_check_caller(const own_object *object, const char *call, const char *pool)
{
    uint32_t state;
    size_t references = shared_references(object, &state);
    size_t others = (size_t)(state / STATE_HELD_ONE > 0) + (size_t) !!(state & STATE_DYING);
    if (references > others)
        return true;
    char text[OBJECT_TEXT];
    misuse("%s: the caller has no reference to %s, whose only one is %s (for pool '%.50s')", call,
           object_describe(object, text),
           state / STATE_HELD_ONE > 0 ? "held by a pool" : "that of its tear-down", pool);
    return false;
}

void object_hold(own_object *object)
{
    if (OWN_UNLIKELY(object_is_met(object))) {
        shared_hold(object);
        return;
    }
    uint32_t held = object_held(object);
    if (held == 0)
        object->count = count_up(object->count).count;
    if (held < STATE_HELD_MAX)
        object->state += STATE_HELD_ONE;
}

void object_give(own_object *object)
{
    if (OWN_UNLIKELY(object_is_met(object))) {
        shared_give(object);
        return;
    }
    uint32_t held = object_held(object);
    if (held > 0)
        object->count = count_down(object->count).count;
    if (held < STATE_HELD_MAX)
        object->state += STATE_HELD_ONE;
}

bool object_unhold(own_object *object)
{
    uint32_t held = object_held(object);
    int32_t count = object_count(object);
    if (OWN_LIKELY(held == 1 && count > 0 && count < OWN_COUNT_MAX)) {
        object->state -= STATE_HELD_ONE;
        if (count > 1)
            OWN_STORE_COUNT_(object, count - 1);
        return count == 1;
    }
    if (count <= 0)
        return shared_unhold(object);
    if (held == STATE_HELD_MAX)
        return false;
    object->state -= STATE_HELD_ONE;
    if (held > 1)
        return false;
    struct count_step step = count_down(object->count);
    object->count = step.count;
    if (step.verdict != COUNT_LAST)
        return false;
    if (object_is_toggled(object))
        toggle_end(object);
    return true;
}

/* Releases the only reference of a confined object. False: it is not the caller's. One comparison
   tells that it is an object, that no pool holds it and that it is not dying. */
static bool release_last(own_object *object, const char *call)
{
    uint32_t state = object_state(object);
    if (OWN_LIKELY((state & ~STATE_RELEASABLE) == STATE_OBJECT))
        return true;
    if (object_has_header(object))
        tell_not_yours(object, call);
    else
        tell_no_object(call, object);
    return false;
}

/* The same for any reference, from OWN_COUNT_MAX on. */
static __attribute__((noinline)) bool release_high(own_object *object, const char *call)
{
    struct count_step step = count_down(object_count(object));
    if (step.verdict == COUNT_LAST) {
        if (!release_last(object, call))
            return false;
        toggle_end(object);
        return true;
    }
    OWN_STORE_COUNT_(object, step.count);
    object_tell(object);
    return false;
}

bool object_release(own_object *object, const char *call)
{
    int32_t count = object_count(object);
    if (count == 1)
        return release_last(object, call);
    if (OWN_UNLIKELY(count > OWN_COUNT_DEAD && !object_has_header(object))) {
        tell_no_object(call, object);
        return false;
    }
    if (count > 0) {
        if (OWN_UNLIKELY(count >= OWN_COUNT_MAX))
            return release_high(object, call);
        OWN_STORE_COUNT_(object, count - 1);
        return false;
    }
    switch (shared_release(object)) {
    case SHARED_WAS_LAST:
        return true;
    case SHARED_IS_NOT_YOURS:
        tell_not_yours(object, call);
        break;
    case SHARED_IS_DEAD:
        tell_dead(call, object);
        break;
    case SHARED_RELEASED:
        break;
    }
    return false;
}

void own_incref_slow(own_object *object)
{
    int32_t count = object_count(object);
    if (OWN_UNLIKELY(count > OWN_COUNT_DEAD && !object_has_header(object))) {
        tell_no_object("own_incref", object);
        return;
    }
    /* Several threads may overshoot the stop by one each; the band behind it is wide. */
    if (OWN_LIKELY(count < 0 && count > COUNT_SHARED_STOP)) {
        __atomic_fetch_sub(&object->count, 1, __ATOMIC_RELAXED);
        return;
    }
    struct count_step step = count_up(count);
    if (step.verdict == COUNT_IS_DEAD)
        tell_dead("own_incref", object);
    else if (step.verdict == COUNT_MOVED) {
        OWN_STORE_COUNT_(object, step.count);
        object_tell(object);
    }
}

void own_decref_slow(own_object *object)
{
    if (object_release(object, "own_decref"))
        object_die(object);
}

size_t own_refcount(const void *object)
{
    if (!object || object_is_dead(object) || !object_check(object, "own_refcount", NULL))
        return 0;
    uint32_t state;
    size_t references = shared_references(object, &state);
    if (references == 0 || references == SIZE_MAX)
        return references;
    uint32_t held = state / STATE_HELD_ONE;
    if (held == STATE_HELD_MAX)
        return SIZE_MAX;
    return references - (held > 0) + held - (size_t) !!(state & STATE_DYING);
}

bool own_is_shared(const void *object)
{
    return object && object_count(object) < 0 && !object_is_dead(object);
}

void own_immortalize(void *object)
{
    own_object *o = object;
    if (!o || !object_check(o, "own_immortalize", NULL))
        return;
    if (object_is_toggled(o))
        toggle_end(o);
    /* Other threads may be about to move a shared count by one: it goes where that changes
       nothing. */
    __atomic_store_n(&o->count, object_count(o) < 0 ? COUNT_SHARED_STOP : 0, __ATOMIC_RELAXED);
}

void own_rearm(void *object)
{
    if (object && object_check(object, "own_rearm", NULL))
        object_unmark(object, STATE_FINALIZED);
}

const own_type *own_typeof(const void *object)
{
    return object ? ((const own_object *)object)->type : NULL;
}

void *own_cast(const void *object, const own_type *type)
{
    return object && own_typeof(object) == type ? (void *)(uintptr_t)object : NULL;
}

const char *object_describe(const own_object *object, char text[OBJECT_TEXT])
{
    /* Of a dead object only the header is left. */
    if ((object_state(object) & STATE_CLASS) && !object_is_dead(object)) {
        const struct object_class *class = (const void *)object->type;
        class->describe(object, text, OBJECT_TEXT);
    } else {
        const char *name = object->type ? object->type->name : NULL;
        snprintf(text, OBJECT_TEXT, "%s %p", name ? name : "object", (const void *)object);
    }
    return text;
}
