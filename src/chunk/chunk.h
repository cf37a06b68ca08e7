/*
 * chunk/chunk.h - the room chunk: where memory comes from, and where it waits to be used again.
 *
 * A chunk is a piece of memory of a size class. Pools cut blocks out of chunks; an object is a
 * chunk of its own. Four layers, each asked only when the one before has nothing:
 *
 *   cache    a list of free chunks a class, for each thread             cache.c
 *   slab     a unit cut into chunks of one small class                  slab.c
 *   segment  4 MiB of address space, in units of 64 KiB                 segment.c
 *   system   mmap, munmap, madvise, mremap                              system.c
 *
 * Chunks over 1 MiB are mappings of their own (mapped.c).
 *
 * With OWN_CHECK=malloc, all of them are pieces of malloc's instead (malloc.c).
 *
 * Chunks that come from elsewhere than the system have layers of their own: source.h.
 *
 * Beside them stands the unit map (map.c), which tells for any address at all which pool, if any,
 * owns the unit that it lies in. It is what lets own_free tell a live block from any other address
 * without reading one byte of what it was handed. Chunks of slabs are found by labels (label.c).
 *
 * Equations (chunk_validate checks them):
 *
 *   segment   free and dirty are masks of units; unit 0, which holds the header, is in neither
 *             dirty is a subset of free, that of the units that are handed out (tally.h)
 *             it hangs in the lists of its longest runs
 *   slab      live + free list + never carved = chunks that fit the unit
 *             a slab is in its class's list exactly where live < chunks that fit
 *             a slab with live = 0 does not exist: its unit is free
 *   label     only a chunk of a slab has one, or one of whole units, in its first; and only while
 *             it is got or ready (cache.h)
 *   heap      dirty bytes = 64 KiB * sum of dirty units <= cache limit - sum of the threads' shares
 *   cache     sum over classes of count * size <= bytes <= what is allowed to the thread, of the
 *             calling thread; the first two are equal while no bytes are counted (cache.h)
 *
 * Threads: every function here may be called by any thread. The caches are the thread's own; slabs,
 * segments and the limit are under one lock, the heap lock, held only in these files and never
 * while code of a user runs. A chunk may be put back by another thread than got it.
 */
#ifndef CHUNK_CHUNK_H
#define CHUNK_CHUNK_H

#include "base/base.h"
#include "check/check.h"

#define CHUNK_UNIT ((size_t)64 << 10)
#define CHUNK_MAX ((size_t)1 << 20) /* larger ones are mapped one by one */

/*
 * Gets a chunk of at least `size` bytes, 1 or more. *granted is its real size, the same for the
 * same size. Chunks of a unit or more are aligned to a unit. Contents are arbitrary, except that a
 * chunk over CHUNK_MAX is zero. NULL: errno is ENOMEM. Cost: a few instructions where the cache has
 * one.
 */
void *chunk_get(size_t size, size_t *granted);

/* A chunk of which only `size` bytes are used; chunk_put takes it back. For objects, whose ends
   other tools look at. */
void *chunk_get_exact(size_t size);

/*
 * Puts a chunk back. `size` is any size that is granted the same; returns what was granted. The
 * first 16 bytes stay readable, and stay what they are, until the chunk is used again or given back
 * to the system. errno is kept.
 */
size_t chunk_put(void *chunk, size_t size);

/* What chunk_get grants for a size; not below it. 0: it could never be had. */
size_t chunk_round(size_t size);

/* The largest class that is not above `size`, which is at least GRANULE. */
size_t chunk_round_down(size_t size);

/*
 * Makes a chunk over CHUNK_MAX larger or smaller, both sizes as chunk_round gives them and over
 * CHUNK_MAX. It may move; what is new is zero, and a claim there cannot fail. NULL: errno is ENOMEM
 * and the chunk is as it was.
 */
void *chunk_resize(void *chunk, size_t old_size, size_t new_size);

/* What is claimed for: an address, with marks of the claimer in bits that no address has. */
typedef uint64_t claim_value;
static inline claim_value claim_of(const void *address)
{
    return (uintptr_t)address;
}

/* An entry of the unit map (map.c). */
struct claim {
    const void *owner;
    FIELD_ALIGNED(8) claim_value value;
};

#define MAP_UNIT_BITS 16
#define MAP_LEAF_BITS 16
#define MAP_LEAF_ENTRIES ((size_t)1 << MAP_LEAF_BITS)
#define MAP_ADDRESS_BITS (sizeof(void *) == 8 ? 48 : 32)
extern struct claim *map_root[(size_t)1 << (MAP_ADDRESS_BITS - MAP_UNIT_BITS - MAP_LEAF_BITS)];

/*
 * The unit map. chunk_claim enters `owner` and `value` for every unit that begins in `size` bytes
 * from `start`, rounded down to a unit. chunk_claim fails with ENOMEM and has entered nothing.
 */
bool chunk_claim(const void *start, size_t size, const void *owner, claim_value value);
/* Only what has been claimed may be unclaimed. */
void chunk_unclaim(const void *start, size_t size);
/* Visits the claims that have an owner, each once. Cost: the address space that was ever used. */
void chunk_each_claim(void (*visit)(const void *owner, claim_value value, void *arg), void *arg);

/*
 * The value with which the unit of any address was claimed by that owner, or 0. Threads: always
 * safe; the answer is exact for units that the owner itself claimed.
 */
static inline uintptr_t granule_number(const void *address)
{
    uintptr_t at = (uintptr_t)address;
    return at >> 4 | at << (sizeof(at) * 8 - 4);
}

/* The entry of the unit map for a granule. NULL: there is none. */
static inline struct claim *chunk_claim_of_granule(uintptr_t number)
{
    uintptr_t at = number >> (MAP_UNIT_BITS + MAP_LEAF_BITS - 4);
    if (OWN_UNLIKELY(at >= sizeof(map_root) / sizeof(*map_root)))
        return NULL;
    struct claim *leaf = __atomic_load_n(&map_root[at], __ATOMIC_ACQUIRE);
    return leaf ? &leaf[(number >> (MAP_UNIT_BITS - 4)) & (MAP_LEAF_ENTRIES - 1)] : NULL;
}

/* The same for any address. */
static inline struct claim *chunk_claim_at(const void *address)
{
    return chunk_claim_of_granule((uintptr_t)address >> 4);
}

static inline claim_value chunk_claimed_by(const void *address, const void *owner)
{
    struct claim *claim = chunk_claim_at(address);
    if (!claim || __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) != owner)
        return 0;
    return __atomic_load_n(&claim->value, __ATOMIC_RELAXED);
}

/* Who claimed the unit of any address, to be compared only; NULL: nobody. Threads: as above. */
static inline const void *chunk_owner(const void *address)
{
    struct claim *claim = chunk_claim_at(address);
    return claim ? __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) : NULL;
}

/*
 * Labels. A chunk of 64 bytes to 32 KiB that has one is found from any address that lies in it.
 * Whoever has the chunk sets the label, and clears it before the chunk is put back. A chunk that is
 * kept ready keeps it (cache.h).
 */
void chunk_label(const void *chunk);
void chunk_unlabel(const void *chunk);
/* The labelled chunk in which any address lies; `begin` is filled with its first bytes. NULL: there
   is none. Memory that may be unmapped is not read. Where another thread may be putting the chunk
   back, nothing but `begin` may be looked at. */
#define LABELLED_BEGIN 16
void *chunk_labelled_at(const void *address, void *begin);

/*
 * How large pools of this thread turned out to be: what a parent remembers of its children is
 * remembered here for roots, and for the children of parents that remember nothing yet. NULL where
 * the thread has no cache yet.
 */
enum typical { TYPICAL_ROOT, TYPICAL_CHILD };
uint16_t *chunk_typical(enum typical which);

/* The interval of samples has changed: ready_keep fails next time, on all threads (cache.h). */
void chunk_interval_changed(void);
/* A pool has died on this thread (but where the room pool counts that itself, in cache.h). */
void chunk_count_death(void);
/* Bytes of chunks that were handed to the threads' caches or past them, of those that lie in the
   caches, and of free units that have memory behind them; and how many pools have died. What other
   threads do meanwhile is seen in part. */
struct chunk_numbers {
    size_t out;
    size_t cached;
    size_t dirty;
    uint64_t deaths;
};
struct chunk_numbers chunk_count(void);

/*
 * Makes sure that fork takes the heap lock after the locks for which the caller then registers
 * handlers: locks under which chunks are got and put.
 */
void chunk_prepare_for_fork(void);

/* For tests: the n-th request from now, and all after it, fail; 0: no more. */
void chunk_fail_after(long n);

/* For tests: the n-th request from now fails, and no other; 0: no more. */
void chunk_fail_once(long n);

/* For tests: how many requests have failed since the last call of these two. */
long chunk_failures(void);

/* For tests: bytes of chunks that were got and not put back; other threads' caches count as got. */
size_t chunk_live_bytes(void);

/* Aborts with a sentence where an equation above does not hold. */
void chunk_validate(void);

#endif
