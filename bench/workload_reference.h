/*
 * workload_reference.h - a reference is taken and released, of 64 objects in turn; per pair.
 */
#ifndef WORKLOAD_REFERENCE_H
#define WORKLOAD_REFERENCE_H

#include "peer.h"

#if defined(PEER_COUNTS) || defined(PEER_COUNTS_SHARED)

#define REFERENCE_OBJECTS 64

static object *reference_objects[REFERENCE_OBJECTS];

static void reference_rounds(size_t count)
{
    for (size_t round = 0; round < count; round++) {
        for (size_t i = 0; i < REFERENCE_OBJECTS; i++) {
            peer_incref(reference_objects[i]);
            measure_use(reference_objects);
            peer_decref(reference_objects[i]);
            measure_use(reference_objects);
        }
    }
}

#ifdef PEER_COUNTS

static void reference(void)
{
    for (size_t i = 0; i < REFERENCE_OBJECTS; i++)
        reference_objects[i] = measure_must(peer_object_new());
    measure_timing("pair", 0, measure_rounds(reference_rounds, REFERENCE_OBJECTS));
}

#endif

#ifdef PEER_COUNTS_SHARED

static void reference_shared(void)
{
    for (size_t i = 0; i < REFERENCE_OBJECTS; i++)
        reference_objects[i] = measure_must(peer_shared_object_new());
    measure_timing("pair", 0, measure_rounds(reference_rounds, REFERENCE_OBJECTS));
}

#endif

#endif

#endif
