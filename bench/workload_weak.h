/*
 * workload_weak.h - weak references to 64 objects in turn.
 *
 *   weak          get: a reference is got and released; make: a weak reference is made and ended
 *   weak-shared   the same, where threads share the objects
 */
#ifndef WORKLOAD_WEAK_H
#define WORKLOAD_WEAK_H

#include "peer.h"

#ifdef PEER_WEAK

#define WEAK_OBJECTS 64

static object *weak_objects[WEAK_OBJECTS];
static weak_reference *weak_references[WEAK_OBJECTS];

static void weak_get_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        for (size_t i = 0; i < WEAK_OBJECTS; i++) {
            object *got = peer_weak_get(weak_references[i]);
            measure_use(got);
            peer_decref(got);
        }
    }
}

static void weak_make_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        for (size_t i = 0; i < WEAK_OBJECTS; i++) {
            weak_reference *made = peer_weak_new(weak_objects[i]);
            measure_use(made);
            peer_weak_drop(made);
        }
    }
}

static void weak_measure(object *(*make)(void))
{
    for (size_t i = 0; i < WEAK_OBJECTS; i++) {
        weak_objects[i] = measure_must(make());
        weak_references[i] = measure_must(peer_weak_new(weak_objects[i]));
    }
    measure_timing("get", 0, measure_rounds(weak_get_rounds, WEAK_OBJECTS));
    for (size_t i = 0; i < WEAK_OBJECTS; i++)
        peer_weak_drop(weak_references[i]);
    measure_timing("make", 0, measure_rounds(weak_make_rounds, WEAK_OBJECTS));
}

static void weak(void)
{
    weak_measure(peer_object_new);
}

static void weak_shared(void)
{
    weak_measure(peer_shared_object_new);
}

#endif

#endif
