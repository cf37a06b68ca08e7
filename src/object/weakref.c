/*
 * object/weakref.c - making weak references, getting their object, calling them.
 */
#include "object/weakref.h"

#include <errno.h>

_Static_assert(sizeof(own_weakref) == (sizeof(void *) == 8 ? 64 : 40), "own/weakref.h says so");

void weakref_finalize(void *self)
{
    own_weakref *ref = self;
    uintptr_t target = __atomic_load_n(&ref->target, __ATOMIC_ACQUIRE);
    if (!target || target & WEAKREF_SETTLED)
        return; /* it never had an object, or that may be gone */
    weakref_unlink(ref);
    if (target & WEAKREF_SHARED)
        return; /* it may be gone now */
    weakref_debug_step((const own_object *)weakref_address(ref));
}

const own_type weakref_type = {
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
    if (own_is_shared(object)) {
        ref->target |= WEAKREF_SHARED;
        ref->object.count = -1;
    }
    ref->died = died;
    ref->arg = arg;
    weakref_link(ref);
    weakref_debug_step(object);
    return ref;
}

void *own_weakref_get(own_weakref *ref)
{
    if (!ref || (OWN_UNLIKELY(object_is_dead(&ref->object)) &&
                 !object_check(&ref->object, "own_weakref_get", NULL)))
        return NULL;
    uintptr_t target = weakref_target(ref);
    if (target & WEAKREF_CLEARED)
        return NULL;
    return target & WEAKREF_SHARED ? weakref_get_shared(ref) : own_incref((void *)target);
}

NO_STACK_PROTECTOR void weakref_call(own_object *object)
{
    struct list head;
    own_weakref *ref;
    weakref_take(object, &head);
    weakref_debug_step(object);
    /* From the front each time: a call may unlink any of those behind. */
    while ((ref = weakref_next(object, &head))) {
        /* Held by the library: a call that releases it once too often is told so. */
        object_give(&ref->object);
        int saved = errno;
        ref->died(ref, ref->arg);
        errno = saved;
        if (object_unhold(&ref->object))
            object_die(&ref->object);
    }
}
