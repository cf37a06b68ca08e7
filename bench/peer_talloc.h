/*
 * peer_talloc.h - what peer_talloc.c and peer_talloc_pool.c have in common: all but new pools.
 */
#ifndef PEER_TALLOC_H
#define PEER_TALLOC_H

#include "peer.h"

#include <malloc.h>
#include <stdio.h>
#include <talloc.h>

static const char *peer_version(void)
{
    static char version[32];
    snprintf(version, sizeof version, "%d.%d", talloc_version_major(), talloc_version_minor());
    return version;
}

static void peer_start(void)
{
}

#define PEER_POOLS
typedef TALLOC_CTX pool;

static inline void *peer_alloc(pool *owner, size_t size)
{
    return talloc_size(owner, size);
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return talloc_zero_size(owner, size);
}

static inline void peer_pool_drop(pool *dropped)
{
    talloc_free(dropped);
}

#define PEER_TRIM
static inline void peer_trim(void)
{
    malloc_trim(0);
}

#endif
