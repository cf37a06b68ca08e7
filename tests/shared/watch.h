/*
 * watch.h - weak references whose calls are logged, and then do what a test wants.
 */
#ifndef SHARED_WATCH_H
#define SHARED_WATCH_H

#include "harness.h"

/* A weak reference, and what its call has to do. */
struct watch {
    own_weakref *ref;
    void (*then)(struct watch *self); /* may be NULL */
    void *object, *other;             /* for `then` */
    own_pool *pool;
    char name;
};

/* Makes the weak reference of a watch; owner as own_weakref_new. */
void watch_start(struct watch *watch, own_pool *owner, void *object, char name,
                 void (*then)(struct watch *self));

/* A `then`: it leaves a reference to the object in `other`. */
void watch_keep(struct watch *self);

#endif
