/*
 * object/object.c - making objects, asking them, and what pools hold of them.
 */
#include "object/object.h"
#include "chunk/chunk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The one external definition of each inline function of own/object.h. */
extern inline void *own_incref(void *object);
extern inline void own_decref(void *object);
extern inline void own_decref_scoped(void *variable);

_Static_assert(sizeof(own_object) == 16, "the header of an object is 16 bytes");

own_object *object_new(const own_type *type)
{
    if (!type || type->size < sizeof(own_object)) {
        errno = EINVAL;
        return NULL;
    }
    size_t granted;
    own_object *object = chunk_get(type->size, &granted);
    if (!object)
        return NULL;
    memset(object, 0, type->size);
    object->count = 1;
    object->type = type;
    return object;
}

static void tell_dead(const char *call, const own_object *object)
{
    char text[OBJECT_TEXT];
    misuse("%s: %s is dead or dying", call, object_describe(object, text));
}

bool object_check(const own_object *object, const char *call, const char *pool)
{
    if (!object_is_dead(object))
        return true;
    char text[OBJECT_TEXT];
    if (pool)
        misuse("%s: %s is dead or dying (for pool '%.50s')", call, object_describe(object, text),
               pool);
    else
        tell_dead(call, object);
    return false;
}

bool object_check_caller(const own_object *object, const char *call, const char *pool)
{
    size_t others = (object_held(object) > 0) + (size_t)object_is_dying(object);
    if (count_references(object->count) > others)
        return true;
    char text[OBJECT_TEXT];
    misuse("%s: the caller has no reference to %s, whose only one is %s (for pool '%.50s')", call,
           object_describe(object, text),
           object_held(object) > 0 ? "held by a pool" : "that of its tear-down", pool);
    return false;
}

void object_hold(own_object *object)
{
    uint32_t held = object_held(object);
    if (held == 0)
        object->count = count_up(object->count).count;
    if (held < STATE_HELD_MAX)
        object->state += STATE_HELD_ONE;
}

void object_give(own_object *object)
{
    uint32_t held = object_held(object);
    if (held > 0)
        object->count = count_down(object->count).count;
    if (held < STATE_HELD_MAX)
        object->state += STATE_HELD_ONE;
}

bool object_unhold(own_object *object)
{
    uint32_t held = object_held(object);
    if (OWN_LIKELY(held == 1 && object->count == 1)) {
        object->state -= STATE_HELD_ONE;
        return true;
    }
    if (held == STATE_HELD_MAX)
        return false;
    object->state -= STATE_HELD_ONE;
    if (held > 1)
        return false;
    struct count_step step = count_down(object->count);
    object->count = step.count;
    return step.verdict == COUNT_LAST;
}

bool object_release(own_object *object, const char *call)
{
    char text[OBJECT_TEXT];
    int32_t count = __atomic_load_n(&object->count, __ATOMIC_RELAXED);
    for (;;) {
        struct count_step step = count_down(count);
        switch (step.verdict) {
        case COUNT_STAYS:
            return false;
        case COUNT_IS_DEAD:
            tell_dead(call, object);
            return false;
        case COUNT_LAST:
            if (object_held(object) > 0) {
                misuse("%s: the only reference to %s is held by a pool, which releases it itself "
                       "(own_drop)",
                       call, object_describe(object, text));
                return false;
            }
            if (object_is_dying(object)) {
                misuse("%s: %s is dying and has no other reference", call,
                       object_describe(object, text));
                return false;
            }
            return true;
        case COUNT_MOVED:
            if (__atomic_compare_exchange_n(&object->count, &count, step.count, true,
                                            __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                return false;
        }
    }
}

void own_incref_slow(own_object *object)
{
    int32_t count = __atomic_load_n(&object->count, __ATOMIC_RELAXED);
    for (;;) {
        struct count_step step = count_up(count);
        if (step.verdict == COUNT_STAYS)
            return;
        if (step.verdict == COUNT_IS_DEAD) {
            tell_dead("own_incref", object);
            return;
        }
        if (__atomic_compare_exchange_n(&object->count, &count, step.count, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return;
    }
}

void own_decref_slow(own_object *object)
{
    if (object_release(object, "own_decref"))
        object_die(object);
}

size_t own_refcount(const void *object)
{
    const own_object *o = object;
    if (!o)
        return 0;
    size_t references = count_references(__atomic_load_n(&o->count, __ATOMIC_RELAXED));
    if (references == 0 || references == SIZE_MAX)
        return references;
    uint32_t held = object_held(o);
    if (held == STATE_HELD_MAX)
        return SIZE_MAX;
    return references - (held > 0) + held - (size_t)object_is_dying(o);
}

void own_immortalize(void *object)
{
    own_object *o = object;
    if (!o)
        return;
    if (object_is_dead(o)) {
        tell_dead("own_immortalize", o);
        return;
    }
    __atomic_store_n(&o->count, 0, __ATOMIC_RELAXED);
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
    if ((object->state & STATE_CLASS) && !object_is_dead(object)) {
        const struct object_class *class = (const void *)object->type;
        class->describe(object, text, OBJECT_TEXT);
    } else {
        const char *name = object->type ? object->type->name : NULL;
        snprintf(text, OBJECT_TEXT, "%s %p", name ? name : "object", (const void *)object);
    }
    return text;
}
