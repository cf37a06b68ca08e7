/*
 * chunk/runs.h - runs of free places, in words with a bit for each place that is used.
 */
#ifndef CHUNK_RUNS_H
#define CHUNK_RUNS_H

#include "base/base.h"

/* The first place from `at` on, of `count`, that is used, or is free. `count`: there is none. */
static inline size_t runs_next(const uint64_t *words, size_t count, size_t at, bool used)
{
    uint64_t flip = used ? 0 : UINT64_MAX;
    while (at < count) {
        uint64_t rest = (words[at >> 6] ^ flip) >> (at & 63);
        if (rest)
            return min_size(at + (size_t)__builtin_ctzll(rest), count);
        at = (at | 63) + 1;
    }
    return count;
}

/* The place behind the last one before `at` that is used, or is free. 0: there is none. */
static inline size_t runs_before(const uint64_t *words, size_t at, bool used)
{
    uint64_t flip = used ? 0 : UINT64_MAX;
    while (at > 0) {
        size_t last = at - 1;
        uint64_t before = (words[last >> 6] ^ flip) << (63 - (last & 63));
        if (before)
            return at - (size_t)__builtin_clzll(before);
        at = last & ~(size_t)63;
    }
    return 0;
}

static inline void runs_set(uint64_t *words, size_t at, size_t places, bool used)
{
    for (size_t end = at + places; at < end; at = (at | 63) + 1) {
        uint64_t mask = UINT64_MAX << (at & 63);
        if (end < (at | 63) + 1)
            mask &= (UINT64_C(1) << (end & 63)) - 1;
        if (used)
            words[at >> 6] |= mask;
        else
            words[at >> 6] &= ~mask;
    }
}

#endif
