/*
 * pool/holes.h - what the files about freed memory share: holes.c, shelf.c and quick.c.
 */
#ifndef POOL_HOLES_H
#define POOL_HOLES_H

#include "pool/place.h"

#define SCAN_MAX ((size_t)8 << 10) /* a pool of up to that size has no bins */
#define SCAN_LAST                                                                                  \
    ((size_t)256 << 10) /* of up to that size, does where there is no memory for them */

/* holes.c: the size of the hole that starts at `index`; 0: a quick block. */
size_t hole_size(const struct extent *extent, size_t index);

/* shelf.c: puts a hole into its bin, takes it out, finds one that fits, the smallest by bins. */
void shelf_put(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules);
void shelf_take(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules);
struct hole *shelf_find(own_pool *pool, uint32_t kind, size_t granules, struct extent **in,
                        size_t *whole);
/* How many holes of a kind; SIZE_MAX: something does not hold. */
size_t shelf_validate(const own_pool *pool, uint32_t kind);

#endif
