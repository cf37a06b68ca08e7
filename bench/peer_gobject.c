/*
 * peer_gobject.c - GObject, whose counts are always atomic.
 */
#include "peer.h"

#include <glib-object.h>
#include <stdio.h>

#define PEER_NAME "gobject"

static const char *peer_version(void)
{
    static char version[32];
    snprintf(version, sizeof version, "glib %u.%u.%u", glib_major_version, glib_minor_version,
             glib_micro_version);
    return version;
}

static void peer_start(void)
{
}

#define PEER_COUNTS
#define PEER_COUNTS_SHARED
typedef GObject object;

static inline object *peer_object_new(void)
{
    return g_object_new(G_TYPE_OBJECT, NULL);
}

static inline object *peer_shared_object_new(void)
{
    return g_object_new(G_TYPE_OBJECT, NULL);
}

static inline void peer_incref(object *counted)
{
    g_object_ref(counted);
}

static inline void peer_decref(object *counted)
{
    g_object_unref(counted);
}

#define PEER_WEAK
typedef GWeakRef weak_reference;

static inline weak_reference *peer_weak_new(object *referred)
{
    GWeakRef *made = g_new(GWeakRef, 1);
    g_weak_ref_init(made, referred);
    return made;
}

static inline object *peer_weak_get(weak_reference *weak)
{
    return g_weak_ref_get(weak);
}

static inline void peer_weak_drop(weak_reference *weak)
{
    g_weak_ref_clear(weak);
    g_free(weak);
}

#include "workloads.h"
