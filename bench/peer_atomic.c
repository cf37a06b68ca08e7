/*
 * peer_atomic.c - a C11 atomic int as the count: the limit of shared counting.
 */
#include "peer.h"

#include <stdatomic.h>

#define PEER_NAME "atomic"

static const char *peer_version(void)
{
    return "inline";
}

static void peer_start(void)
{
}

#define PEER_COUNTS_SHARED
typedef struct object {
    atomic_int count;
    char rest[60];
} object;

static inline object *peer_shared_object_new(void)
{
    object *made = calloc(1, sizeof *made);
    if (made)
        atomic_init(&made->count, 1);
    return made;
}

static inline void peer_incref(object *counted)
{
    atomic_fetch_add_explicit(&counted->count, 1, memory_order_relaxed);
}

static inline void peer_decref(object *counted)
{
    if (atomic_fetch_sub_explicit(&counted->count, 1, memory_order_acq_rel) == 1)
        free(counted);
}

#include "workloads.h"
