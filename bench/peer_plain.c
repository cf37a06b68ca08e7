/*
 * peer_plain.c - a plain int as the count, as most programs write it: the limit of confined counting.
 */
#include "peer.h"

#define PEER_NAME "plain"

static const char *peer_version(void)
{
    return "inline";
}

static void peer_start(void)
{
}

#define PEER_COUNTS
typedef struct object {
    int count;
    char rest[60];
} object;

static inline object *peer_object_new(void)
{
    object *made = calloc(1, sizeof *made);
    if (made)
        made->count = 1;
    return made;
}

static inline void peer_incref(object *counted)
{
    counted->count++;
}

static inline void peer_decref(object *counted)
{
    if (--counted->count == 0)
        free(counted);
}

#include "workloads.h"
