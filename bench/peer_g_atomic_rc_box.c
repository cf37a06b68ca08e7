/*
 * peer_g_atomic_rc_box.c - GLib's counted memory, atomic.
 */
#include "peer.h"

#include <glib.h>
#include <stdio.h>

#define PEER_NAME "g_atomic_rc_box"

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

#define PEER_COUNTS_SHARED
typedef void object;

static inline object *peer_shared_object_new(void)
{
    return g_atomic_rc_box_alloc0(64);
}

static inline void peer_incref(object *counted)
{
    g_atomic_rc_box_acquire(counted);
}

static inline void peer_decref(object *counted)
{
    g_atomic_rc_box_release(counted);
}

#include "workloads.h"
