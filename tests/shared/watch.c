/*
 * watch.c - weak references that are watched.
 */
#include "watch.h"

static void died(own_weakref *ref, void *arg)
{
    struct watch *watch = (struct watch *)arg;

    expect(ref == watch->ref);
    expect(own_weakref_get(ref) == NULL);
    log_event(watch->name);
    if (watch->then)
        watch->then(watch);
    expect(own_weakref_get(ref) == NULL); /* kept alive, whatever was released */
}

void watch_start(struct watch *watch, own_pool *owner, void *object, char name,
                 void (*then)(struct watch *self))
{
    watch->name = name;
    watch->then = then;
    watch->object = object;
    watch->ref = own_weakref_new(owner, object, died, watch);
    expect(watch->ref != NULL);
}

void watch_keep(struct watch *self)
{
    self->other = own_incref(self->object);
}
