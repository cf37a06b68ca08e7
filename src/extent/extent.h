/*
 * extent/extent.h - the room extent: blocks of any size, side by side in chunks.
 *
 *   extent.c    extents: bump, the log, the bits
 *   free.[ch]   free blocks: entering them into lists, using them again
 *   stock.[ch]  the lists, which are made when they are first needed
 *   join.c      joining free blocks
 *   tracked.[ch]  the inline path of own_alloc while sites are tracked
 *   validate.c  checks the equations below
 *
 * The records of a memory (struct memory, struct stock) are here, since each room from this one on
 * uses them; src/README has a drawing. One thread at a time changes them, that inside of the memory
 * (remote/remote.h); threads outside read bump, the counts and the bits.
 *
 * An extent is a chunk that is filled with blocks from its front:
 *
 *   | header | bits | block | block | free block | block |  ...  | log |
 *                   ^ first                              ^ bump  ^ end
 *
 * The log has one byte for each of the newest blocks: its size in granules (16 bytes each). It
 * grows from the end of the extent downwards, so allocating a block writes one byte, and `end` is
 * both the limit of the blocks and the position of the log. For each granule there are two bits:
 * *start*, a block begins here, and *free*, that block is free. A block ends where the next one
 * starts.
 *
 * To settle an extent is to replay its log into its bits; then the log is empty, and its bytes can
 * be used for blocks. An extent is settled when one of its blocks is freed, resized or looked up.
 * From then on its bits alone tell whether an address is that of a live block, and nothing at the
 * address itself is read. Later blocks are logged again, until it is settled the next time.
 *
 * Equations (extents_validate checks them):
 *
 *   extent    no bit is set in front of the first granule, nor at or behind bump (or the end)
 *             blocks begin at the first granule and lie side by side up to bump
 *             free is a subset of start
 *             big: witness is the start of a live block; or 0, in the extent in use
 *             the sum of the log = the granules from where it is settled to bump
 *   bump      is not behind end, nor behind the end of the extent
 *   end       is NULL only in an extent that is settled
 *   stock     if there are lists, each free block of a settled extent is in the list of its size
 */
#ifndef EXTENT_EXTENT_H
#define EXTENT_EXTENT_H

#include "base/base.h"
#include "base/bits.h"
#include "chunk/chunk.h"
#include "limit/limit.h"

#include <string.h>

#define GRANULE_SHIFT 4

/* The bits of 64 granules, which are 1 KiB. */
struct bits {
    uint64_t start; /* a block starts here */
    uint64_t free;  /* that block is free */
};

struct extent {
    FIELD_ALIGNED(8) struct extent *older; /* the first extent has none */
    uint32_t granules;                     /* from the header to the end */
    uint32_t settled; /* the granule up to which the bits are valid; 0: there is only a log */
};                    /* its bits follow */

struct stock;
struct outside;
struct remote;

/* The blocks of one owner. */
struct memory {
    char *bump; /* the next block, in `extent` */
    char *end;  /* it must end in front of this, where the log begins; NULL: no inline path */
    struct extent *extent; /* the one in use; older ones follow */
    size_t blocks;         /* see memory/memory.h */
    size_t bytes;
    size_t peak;         /* of bytes, as of the last time that they fell */
    struct stock *stock; /* NULL: there are extents only, and no free block in them */
    struct account account;
    struct outside *outside; /* what threads outside use (remote/remote.h); NULL: there are none */
};

struct memory_counts {
    size_t blocks;
    size_t bytes;
};

/* The value of a claim is an address, with the tag of the memory in the bits above it and in the
   lowest bits what lies there: 0 for an extent, or one of these. */
#define CLAIM_LARGE ((claim_value)1)
#define CLAIM_UNIT ((claim_value)2)
#define CLAIM_KINDS ((claim_value)3)
#define CLAIM_TAG_SHIFT 48 /* addresses have no more bits */
#define CLAIM_ADDRESS ((UINT64_C(1) << CLAIM_TAG_SHIFT) - 1 - CLAIM_KINDS)
static inline void *claim_address(claim_value claimed)
{
    return (void *)(uintptr_t)(claimed & CLAIM_ADDRESS);
}

#define EXTENT_MOST CHUNK_MAX
#define LOG_MOST 256 /* granules of a block that fit into a byte of the log, where 0 means 256 */

/* The granules of a block, from its byte of the log. */
static inline size_t log_granules(unsigned char logged)
{
    return (size_t)(unsigned char)(logged - 1) + 1;
}

/* Threads outside read bump, and then see the bits of all blocks below it. */
static inline void set_bump(struct memory *memory, char *bump)
{
    __atomic_store_n(&memory->bump, bump, __ATOMIC_RELEASE);
}

static inline size_t granules_of(size_t bytes)
{
    return (bytes + GRANULE - 1 + !bytes) >> GRANULE_SHIFT;
}

/* Threads outside see what a word of starts says after what was stored before. */
static inline void start_set(uint64_t *word, uint64_t mask)
{
    __atomic_store_n(word, word_load(word) | mask, __ATOMIC_RELEASE);
}

static inline size_t extent_index(const struct extent *extent, const void *address)
{
    return ((uintptr_t)address - (uintptr_t)extent) >> GRANULE_SHIFT;
}

static inline void *extent_address(const struct extent *extent, size_t index)
{
    return (char *)(uintptr_t)extent + (index << GRANULE_SHIFT);
}

static inline char *extent_end(const struct extent *extent)
{
    return extent_address(extent, extent->granules);
}

static inline bool extent_has(const struct extent *extent, const void *address)
{
    return (uintptr_t)address - (uintptr_t)extent < (size_t)extent->granules << GRANULE_SHIFT;
}

/* The bits of the granule with that index. */
static inline struct bits *extent_bits(const struct extent *extent, size_t index)
{
    return (struct bits *)(uintptr_t)(extent + 1) + (index >> 6);
}

/* The first granule that can be a block's. */
static inline size_t extent_first_index(const struct extent *extent)
{
    return 1 + ((size_t)extent->granules + 63) / 64;
}

/* Whether its chunk consists of whole units, which it has claimed. Only few extents are not big. */
static inline bool extent_is_big(const struct extent *extent)
{
    return extent->granules > CHUNK_UNIT / 2 / GRANULE;
}

/* The newest extent of the list that has all those that are not big, and at its end the first
   extent, which may be big. */
static inline struct extent *extent_small(const struct memory *memory)
{
    struct extent *extent = memory->extent;
    return extent_is_big(extent) && extent->older ? extent->older : extent;
}

/* The first extent of the same memory. */
static inline struct extent *extent_oldest(struct extent *extent)
{
    while (extent->older)
        extent = extent->older;
    return extent;
}

static inline struct extent *extent_first(const struct memory *memory)
{
    return extent_oldest(memory->extent);
}

/* Lies behind the end of a big extent, in its chunk. */
struct big {
    FIELD_ALIGNED(16) struct extent *newer; /* the first extent is not in this list */
    struct extent *older;
    /* The start of a live block. 0: in the first extent; in use, where none is known. */
    uint32_t witness;
    uint32_t freed;        /* granules freed since free blocks were joined */
    struct remote *remote; /* NULL: there is no thread outside */
};
#define BIG_GRANULES (sizeof(struct big) / GRANULE)

static inline struct big *extent_big(const struct extent *extent)
{
    return extent_address(extent, extent->granules);
}

/* An extent that was replaced while it had a log only. Lies in place of its first bits, until the
   extent is settled. */
struct left {
    uint32_t used; /* where bump was, in granules from the header */
    uint32_t log;  /* bytes of the log, one for each block */
};

static inline struct left *extent_left(const struct extent *extent)
{
    return (struct left *)(void *)extent_bits(extent, 0);
}

/* Whether an extent is in the list of big ones, from which it goes when no block in it is live. */
static inline bool extent_can_go(const struct extent *extent)
{
    return extent->older && extent_is_big(extent);
}

/* extent.c */
void extent_settle_log(struct memory *memory);
/* Settles an extent that was replaced while it had a log only. */
void extent_settle_left(struct memory *memory, struct extent *extent);
/* An extent with room for a block becomes the one in use. False: ENOMEM or EDQUOT; the caller
   undoes stock_make. */
bool extent_add(struct memory *memory, size_t granules);
/* Memory of so many granules, which is no chunk, becomes an extent that is not big, and the one in
   use; nobody is outside. Before extents are removed, the caller takes it out of the list again. */
void extent_add_within(struct memory *memory, struct extent *extent, size_t granules);
/* Removes an extent that is neither the first nor in use, and has no free block in a list. */
void extent_remove(struct memory *memory, struct extent *extent);
void extent_remove_all(struct memory *memory);
/* Puts the chunk of an extent back that is in no list and not claimed any more. */
void extent_put(struct memory *memory, struct extent *extent);
/* The extent in use, which is empty and open, has no inline path any more. */
void extent_close(struct memory *memory);
/* Makes an extent empty, and the one in use. */
void extent_use(struct memory *memory, struct extent *extent);
/* Allocates at bump. The caller knows that there is room. */
void *extent_bump(struct memory *memory, size_t granules);
size_t extent_bytes(const struct extent *extent);
/* The granules of a chunk that has room for so many granules of blocks. */
size_t extent_granules(size_t granules);
/* The start of a live block in the settled part of an extent, at or behind `from` if there is one.
   0: no block is live. */
size_t extent_find_live(const struct extent *extent, size_t from);

/* validate.c: aborts with a sentence if an equation does not hold. Adds up the live blocks. Returns
   the bytes of the chunks of all extents. */
size_t extents_validate(struct memory *memory, struct memory_counts *found);

/* Settles the extent in use. */
static inline void extent_settle(struct memory *memory)
{
    if (memory->extent->settled != extent_index(memory->extent, memory->bump))
        extent_settle_log(memory);
}

static inline bool bump_has(const struct memory *memory, size_t granules)
{
    size_t bytes = granules << GRANULE_SHIFT;
    if (memory->end)
        return (size_t)(memory->end - memory->bump) > bytes; /* and a byte for the log */
    return (size_t)(extent_end(memory->extent) - memory->bump) >= bytes;
}

/* The granule up to which a settled extent has blocks. */
static inline size_t extent_used(const struct memory *memory, const struct extent *extent)
{
    return extent == memory->extent ? extent_index(extent, memory->bump) : extent->granules;
}

/* The granule behind the block that starts at `index` in a settled extent. */
size_t extent_block_end(const struct memory *memory, const struct extent *extent, size_t index);

/* The same, inlined for the case that the next block starts in the same word of bits. */
static inline size_t extent_end_of(const struct memory *memory, const struct extent *extent,
                                   size_t index)
{
    const struct bits *bits = extent_bits(extent, index);
    uint64_t starts = word_load(&bits->start) >> (index & 63) >> 1;
    if (OWN_LIKELY(starts))
        return index + 1 + (size_t)__builtin_ctzll(starts);
    return extent_block_end(memory, extent, index);
}

/* The extent in which an address lies, among those that extent_small lists. NULL: none. */
static inline struct extent *extent_small_at(const struct memory *memory, const void *address)
{
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        if (extent_has(extent, address))
            return extent;
    }
    return NULL;
}

/* With what is logged. */
struct memory_counts memory_count(const struct memory *memory);

/* The counts of live blocks, which threads outside may read. */
static inline void count_out(struct memory *memory, size_t bytes)
{
    size_t before = memory->bytes;
    if (before > memory->peak)
        __atomic_store_n(&memory->peak, before, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->bytes, before - bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->blocks, memory->blocks - 1, __ATOMIC_RELAXED);
}

static inline void count_bytes(struct memory *memory, size_t bytes)
{
    __atomic_store_n(&memory->bytes, bytes, __ATOMIC_RELAXED);
}

/* Before the bytes fall where blocks may stand in the log, which `bytes` does not have yet. */
static inline void count_peak(struct memory *memory)
{
    size_t bytes = memory_count(memory).bytes;
    __atomic_store_n(&memory->peak, max_size(memory->peak, bytes), __ATOMIC_RELAXED);
}

static inline void count_in(struct memory *memory, size_t bytes)
{
    __atomic_store_n(&memory->bytes, memory->bytes + bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->blocks, memory->blocks + 1, __ATOMIC_RELAXED);
}

/* Zeroes what lies behind the first `bytes` of a block, so that growth into it is zero. */
static inline void zero_rounding(void *block, size_t bytes)
{
    size_t whole = granules_of(bytes) << GRANULE_SHIFT;
    memset((char *)block + bytes, 0, whole - bytes);
}

static inline void zero_block(void *block, size_t granules)
{
    size_t bytes = granules << GRANULE_SHIFT;
    /* Of a multiple of 16 gcc would make a rep stos, which is slow for small blocks. */
    __asm__("" : "+r"(bytes));
    memset(block, 0, bytes);
}

/* The same for a new block: the whole last granule, which is one store. */
static inline void zero_last_granule(void *block, size_t granules)
{
    memset((char *)block + (granules << GRANULE_SHIFT) - GRANULE, 0, GRANULE);
}

/* extent_bump of a block that is logged. */
static inline void *extent_bump_logged(struct memory *memory, size_t granules)
{
    char *block = memory->bump;
    *--memory->end = (char)granules;
    memory->bump = block + (granules << GRANULE_SHIFT);
    return block;
}

/* extent_bump of an extent that is settled; the block may reach to its end. */
static inline void *extent_bump_settled(struct memory *memory, size_t granules)
{
    struct extent *extent = memory->extent;
    char *block = memory->bump;
    size_t index = extent->settled;
    mark_undefined(block, granules << GRANULE_SHIFT);
    word_set(&extent_bits(extent, index)->start, bit_of(index));
    set_bump(memory, block + (granules << GRANULE_SHIFT));
    extent->settled = (uint32_t)(index + granules);
    count_in(memory, granules << GRANULE_SHIFT);
    return block;
}

#endif
