/*
 * weakref/weakref.c - making weak references, getting their object, clearing and calling them.
 */
#include "weakref/weakref.h"

#include <errno.h>

_Static_assert(sizeof(own_weakref) == 64, "own/weakref.h says so");

static void weakref_finalize(void *self)
{
    own_weakref *ref = self;
    if (!ref->link.next)
        return; /* its object may be gone */
    weakref_unlink(ref);
    weakref_debug_step((const own_object *)weakref_address(ref));
}

static const own_type weakref_type = {
    .name = "weak reference",
    .size = sizeof(own_weakref),
    .finalize = weakref_finalize,
};

const own_type *own_weakref_type(void)
{
    return &weakref_type;
}

own_weakref *weakref_make(own_object *object, void (*died)(own_weakref *ref, void *arg), void *arg)
{
    own_weakref *ref = (own_weakref *)(void *)object_new(&weakref_type);
    if (!ref)
        return NULL;
    ref->target = (uintptr_t)object;
    ref->died = died;
    ref->arg = arg;
    object->state |= STATE_WEAK;
    weakref_link(ref);
    weakref_debug_step(object);
    return ref;
}

void *own_weakref_get(own_weakref *ref)
{
    if (!ref || !object_check(&ref->object, "own_weakref_get", NULL))
        return NULL;
    uintptr_t target = ref->target;
    return target & WEAKREF_CLEARED ? NULL : own_incref((void *)target);
}

void weakref_clear(own_object *object)
{
    weakref_mark(object);
}

/* Calls one that is settled, unless it is dying itself. */
static void call(own_weakref *ref)
{
    if (!ref->died || object_is_dead(&ref->object) || object_is_dying(&ref->object))
        return;
    /* Held by the library: a callback that releases it once too often is told so. */
    object_hold(&ref->object);
    int saved = errno;
    ref->died(ref, ref->arg);
    errno = saved;
    if (object_unhold(&ref->object))
        object_die(&ref->object);
}

void weakref_call(own_object *object)
{
    struct list head;
    object->state &= ~STATE_WEAK;
    weakref_take(object, &head);
    weakref_debug_step(object);
    /* From the front each time: a call may unlink any of those behind. */
    while (!list_is_empty(&head)) {
        own_weakref *ref = weakref_of_link(head.next);
        weakref_unlink(ref);
        call(ref);
    }
}
