/*
 * site/sample.h - which allocations are sampled, and the records of those that live.
 *
 *   chance.c  the interval, and when a sample is due
 *   sample.c  the records
 *   total.c   what those of one owner and one stack stand for
 *
 * A block of s bytes is sampled with the probability 1 - exp(-s / n), where n is the interval. So
 * one that is sampled stands for the inverse of that number of blocks, and the sum over all live
 * samples is an estimate of all live blocks without bias. The chance does not depend on what was
 * allocated before: bytes are counted down from a number that is exponentially distributed, and
 * what is left of such a number is distributed as it was. Therefore there can be any number of
 * countdowns beside each other: one for each thread, one for each size of blocks in pages, one for
 * the rest of an extent that is about to be used without calls (extent/tracked.h), one in the cache
 * of each thread (chunk/cache.h).
 *
 * Nothing is counted while the interval is 0.
 *
 * Threads: any. Records are under one lock, which is held for a few steps and calls nothing.
 */
#ifndef SITE_SAMPLE_H
#define SITE_SAMPLE_H

#include "site/site.h"

/* chance.c: the interval; 0: off. And a number that changes with it, and is not 0. */
extern size_t site_interval_now;
extern uint16_t site_generation_now;
static inline size_t site_interval(void)
{
    return __atomic_load_n(&site_interval_now, __ATOMIC_RELAXED);
}
static inline bool site_is_on(void)
{
    return OWN_UNLIKELY(site_interval() != 0);
}
static inline uint16_t site_generation(void)
{
    return __atomic_load_n(&site_generation_now, __ATOMIC_RELAXED);
}
void site_set_interval(size_t bytes);
/* That of OWN_CHECK=site. */
#define SITE_INTERVAL_OF_CHECK ((size_t)512 << 10)
/* Counts a block on the countdown of the thread. True: it is to be sampled. */
bool site_strikes(size_t bytes);
/* What a thread counts down. */
struct countdown {
    uint64_t random;
    size_t interval; /* with which it was begun; 0: it was not, and none are left */
    int64_t left;    /* bytes */
};
extern __thread struct countdown site_countdown;
/* Counts bytes if none of them is to be sampled. False: it may be, or sites are not tracked. */
static inline bool site_passes(size_t bytes)
{
    struct countdown *own = &site_countdown;
    if (OWN_UNLIKELY(own->interval != site_interval() || (size_t)own->left < bytes))
        return false;
    own->left -= (int64_t)bytes;
    return true;
}
/* The block was not allocated after all. */
void site_take_back(size_t bytes);
/* How many bytes are to be left out before one is sampled; tracking is on. */
size_t site_bytes_left(void);
/* How many blocks of that size are to be left out before one is sampled. */
int32_t site_blocks_left(size_t bytes);
/* Counts bytes that are about to be allocated without being counted. SITE_NONE: none of these
   blocks is to be sampled. Else the one is that has the byte behind so many; they must be counted
   one after the other. */
#define SITE_NONE SIZE_MAX
size_t site_room(size_t bytes);
/* How many blocks a sampled one stands for. */
double site_weight(size_t bytes, size_t interval);
/* For tests: the random numbers of the calling thread begin anew, and its countdown. */
void site_seed(uint64_t seed);

/* sample.c: a live block that was sampled. */
struct sample {
    const void *block;
    const void *owner; /* a pool */
    void *chunk;       /* that has the block, and nothing else; NULL: it lies among others */
    size_t asked;      /* the size for which that was got */
    size_t size;       /* of the block */
    size_t interval;
    uint32_t stack;
};

/* Whether there is any; where there is none, nothing else has to be asked. */
extern size_t sample_live;
static inline bool sample_any(void)
{
    return OWN_UNLIKELY(__atomic_load_n(&sample_live, __ATOMIC_RELAXED) != 0);
}
/* False: there is no memory for it. */
bool sample_add(const struct sample *sample);
/* Finds the sample at an address, and copies it. `owner`: it is to be that; NULL: any. */
bool sample_find(const void *block, const void *owner, struct sample *found);
/* The same, and it is a sample no more. */
bool sample_take(const void *block, const void *owner, struct sample *found);
/* The same of the newest sample of an owner. False: it has none. */
bool sample_take_newest(const void *owner, struct sample *found);
/* Forgets the sample at an address, if there is one. */
static inline void sample_forget(const void *block)
{
    struct sample found;
    if (sample_any())
        (void)sample_take(block, NULL, &found);
}
/* The samples of an owner, the newest first: begins with *place = 0. False: there is none more. The
   one that was found may be taken, and others may come, before the next is asked for. */
bool sample_next(const void *owner, uint32_t *place, struct sample *found);
/* The same for all owners, in no order. */
bool sample_next_of_all(uint32_t *place, struct sample *found);

/* total.c: what the live samples of an owner that have one stack stand for. */
struct site {
    const void *owner;
    uint32_t stack;
    uint64_t samples;
    uint64_t blocks; /* estimates */
    uint64_t bytes;
};
/* The sites of an owner: begins with *place = 0. False: there is none more. Cost: O(1) expected. */
bool site_next(const void *owner, uint32_t *place, struct site *found);

#endif
