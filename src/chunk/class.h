/*
 * chunk/class.h - the size classes of chunks.
 *
 * From 32 to 512 bytes every multiple of 16; then two a doubling up to 16 KiB; 32 KiB; then
 * multiples of a unit up to CHUNK_MAX. Small classes are cut from a unit, so their sizes divide it
 * well.
 */
#ifndef CHUNK_CLASS_H
#define CHUNK_CLASS_H

#include "chunk/chunk.h"

#define CLASS_FINE 32                     /* (16), 32, ... 512 */
#define CLASS_SMALL (CLASS_FINE + 10 + 1) /* ... 768, 1024, ... 16384; 32768 */
#define CLASS_COUNT (CLASS_SMALL + CHUNK_MAX / CHUNK_UNIT)
#define CLASS_LEAST ((size_t)32) /* room for a struct free_chunk */
#define CLASS_SMALL_MAX ((size_t)32 << 10)

/* class_of where it is known that `size` is over CLASS_LEAST. */
static inline unsigned class_of_more(size_t size)
{
    if (size <= 512)
        return (unsigned)((size - 1) >> 4);
    if (size <= 16384) {
        unsigned power = log2_floor(size - 1); /* 9 to 13 */
        return CLASS_FINE + 2 * (power - 9) + (unsigned)(((size - 1) >> (power - 1)) & 1);
    }
    if (size <= CLASS_SMALL_MAX)
        return CLASS_SMALL - 1;
    return CLASS_SMALL + (unsigned)((size - 1) / CHUNK_UNIT);
}

/* The class of the smallest chunks that hold `size`, 1 to CHUNK_MAX. */
static inline unsigned class_of(size_t size)
{
    return size <= CLASS_LEAST ? 1 : class_of_more(size);
}

static inline size_t class_size(unsigned class)
{
    if (class < CLASS_FINE)
        return ((size_t) class + 1) << 4;
    if (class < CLASS_SMALL - 1) {
        unsigned step = class - CLASS_FINE; /* 768, 1024, 1536, 2048, ... */
        return ((size_t)(step & 1 ? 4 : 3) << 8) << (step / 2);
    }
    if (class == CLASS_SMALL - 1)
        return CLASS_SMALL_MAX;
    return (size_t)(class - CLASS_SMALL + 1) * CHUNK_UNIT;
}

#endif
