/*
 * memory/extent.h - what the files of the room memory share.
 */
#ifndef MEMORY_EXTENT_H
#define MEMORY_EXTENT_H

#include "memory/outside.h"

#include <string.h>

/* In the value of a claim: what lies in the unit, where it is no extent. */
#define CLAIM_LARGE ((uintptr_t)1)
#define CLAIM_UNIT ((uintptr_t)2)
#define CLAIM_KINDS ((uintptr_t)3)
#define CLAIM_TAG_SHIFT 48 /* addresses have no more bits */
#define CLAIM_ADDRESS ((UINT64_C(1) << CLAIM_TAG_SHIFT) - 1 - CLAIM_KINDS)

#define EXTENT_MOST CHUNK_MAX
#define LOG_MOST 255 /* granules that a byte of the log has room for */

/* Stands for the stock of a memory that has none, but in which free blocks wait. */
extern struct stock memory_unlisted;

/* Threads outside read it: what was marked below it is seen by them. */
static inline void set_bump(struct memory *memory, char *bump)
{
    __atomic_store_n(&memory->bump, bump, __ATOMIC_RELEASE);
}

static inline bool has_stock(const struct memory *memory)
{
    return memory->stock && memory->stock->lists;
}

static inline size_t granules_of(size_t bytes)
{
    return (bytes + GRANULE - 1 + !bytes) >> GRANULE_SHIFT;
}

static inline uint64_t bit_of(size_t index)
{
    return UINT64_C(1) << (index & 63);
}

/* The words of the bits are read by threads that are not in here, so they change as wholes. */
static inline uint64_t word_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void word_set(uint64_t *word, uint64_t mask)
{
    __atomic_store_n(word, word_load(word) | mask, __ATOMIC_RELAXED);
}

static inline void word_clear(uint64_t *word, uint64_t mask)
{
    __atomic_store_n(word, word_load(word) & ~mask, __ATOMIC_RELAXED);
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

/* In a chunk of whole units, which are in the unit map. Others are few. */
static inline bool extent_is_big(const struct extent *extent)
{
    return extent->granules > CHUNK_UNIT / 2 / GRANULE;
}

/* The newest extent that is not big; the first extent, which may be big, is the last of these. */
static inline struct extent *extent_small(const struct memory *memory)
{
    struct extent *extent = memory->extent;
    return extent_is_big(extent) && extent->older ? extent->older : extent;
}

static inline struct extent *extent_first(const struct memory *memory)
{
    struct extent *extent = memory->extent;
    while (extent->older)
        extent = extent->older;
    return extent;
}

/* A big extent, but the first, leaves the last granules of its chunk out; there it keeps this. */
struct big {
    struct extent *newer;
    struct extent *older;
    uint32_t live;  /* granules in live blocks, but for those in the log of the extent in use */
    uint32_t freed; /* granules, since free blocks were joined */
    struct remote *remote; /* NULL: no thread outside looks at it */
};
#define BIG_GRANULES (sizeof(struct big) / GRANULE)

static inline struct big *extent_big(const struct extent *extent)
{
    return extent_address(extent, extent->granules);
}

/* Where bump and the log were in an extent that was left with a log only; lies in place of its bits. */
struct left {
    uint32_t used; /* granules, from the header */
    uint32_t log;  /* bytes */
};

static inline struct left *extent_left(const struct extent *extent)
{
    return (struct left *)(void *)extent_bits(extent, 0);
}

/* Whether an extent has counts of its own: neither the first nor a small one has room for these. */
static inline bool extent_is_counted(const struct extent *extent)
{
    return extent->older && extent_is_big(extent);
}

/* More of an extent is in live blocks, or with -n less. */
static inline void count_live(const struct extent *extent, size_t granules)
{
    if (extent_is_counted(extent))
        extent_big(extent)->live += (uint32_t)granules;
}

/* extent.c */
void extent_settle_log(struct memory *memory);
/* Replays the log of an extent that is not in use any more. */
void extent_settle_left(struct memory *memory, struct extent *extent);
/* An extent with room for a block becomes the one in use. False: ENOMEM or EDQUOT; the caller
   undoes stock_make. */
bool extent_add(struct memory *memory, size_t granules);
/* Gives an extent back that is neither the first nor in use, and of which nothing is listed. */
void extent_remove(struct memory *memory, struct extent *extent);
void extent_remove_all(struct memory *memory);
/* Puts the chunk back of an extent that nobody can find any more. */
void extent_put(struct memory *memory, struct extent *extent);
/* Makes an extent empty, and the one in use. */
void extent_use(struct memory *memory, struct extent *extent);
/* The next block in the extent in use; the caller knows that it has room. */
void *extent_bump(struct memory *memory, size_t granules);
/* The same where the log is empty: the block may take its last byte. */
void *extent_bump_settled(struct memory *memory, size_t granules);
size_t extent_bytes(const struct extent *extent, bool is_first);

/* Brings the bits of the extent in use up to bump; the log is empty then. */
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

/* Where blocks end in a settled extent. */
static inline size_t extent_used(const struct memory *memory, const struct extent *extent)
{
    return extent == memory->extent ? extent_index(extent, memory->bump) : extent->granules;
}

/* The granule behind the block that starts at `index` in a settled extent. */
size_t extent_block_end(const struct memory *memory, const struct extent *extent, size_t index);

/* free.c: the lists of free blocks. Makes the stock, where there is memory for it. */
bool stock_make(struct memory *memory);
void stock_end(struct memory *memory);
/* Undoes stock_make after a failure, where it had something to do. errno is kept. */
void stock_drop(struct memory *memory, bool had_stock);
/* Enters a block that has start and free into its list, where there are lists. */
void free_list(struct memory *memory, struct extent *extent, size_t index, size_t granules);
/* Makes a live block, which is not counted any more, free; or it goes back to bump. True: its extent
   has been given back. */
bool free_make(struct memory *memory, struct extent *extent, size_t index, size_t granules);
/* A free block of that many granules becomes live, and is counted; the smallest that fits, as far as
   lists tell. NULL: there is none. */
void *free_use(struct memory *memory, size_t granules);
/* The same, of just that size, which is a small one. */
void *free_use_exact(struct memory *memory, size_t granules);
/* Joins free blocks, where enough were freed since the last time. False: nothing was joined. */
bool free_join(struct memory *memory);
/* Joins all that were freed since, where nothing else is left. */
bool free_join_all(struct memory *memory);
/* Makes the block at `index`, followed by a free one, as large as `granules` if that is large enough. */
bool free_extend(struct memory *memory, struct extent *extent, size_t index, size_t end,
                 size_t granules);
/* The number of granules of a free block. */
size_t free_size(const struct memory *memory, const struct extent *extent, size_t index);
void free_list_all(struct memory *memory, struct extent *extent);
/* How many are in the lists; SIZE_MAX: a list is wrong. */
size_t free_validate(struct memory *memory);

/* page.c */
#define PAGE_BYTES ((size_t)4 << 10)
#define UNIT_PAGES (CHUNK_UNIT / PAGE_BYTES)

struct page {
    struct page *next;
    struct page **link; /* what points here */
    struct bits *bits;  /* four of them */
    char *at;
    uint16_t used;
    uint16_t capacity;
    uint8_t relist;   /* 0: it is listed; else it will be when so few are used */
    uint8_t granules; /* of each block; 0: the page is empty */
    uint8_t avail;    /* which of the four have a free block */
};

struct unit {
    char *at;
    struct remote *remote; /* NULL: no thread outside looks at it */
    struct unit *next;
    struct unit **link;
    size_t used; /* pages that are not empty */
    struct page page[UNIT_PAGES];
    struct bits bits[CHUNK_UNIT / GRANULE / 64];
};

void pages_end(struct memory *memory);
void unit_put(struct memory *memory, struct unit *unit);
/* A page of that size, listed. NULL: ENOMEM or EDQUOT. */
struct page *page_new(struct memory *memory, size_t granules);
/* A page that became full, or has few used ones. */
void page_unlist(struct page *page);
/* True: the unit has been given back. */
bool page_retire(struct memory *memory, struct page *page);
bool page_validate(const struct memory *memory, struct memory_counts *found, size_t *chunks);

static inline struct unit *unit_of(uintptr_t claimed)
{
    return (struct unit *)(claimed & CLAIM_ADDRESS);
}

static inline void *page_take(struct page *page)
{
    unsigned word = (unsigned)__builtin_ctz(page->avail); /* not 0 */
    uint64_t free = word_load(&page->bits[word].free);
    size_t at = (size_t)word << 10 | (size_t)__builtin_ctzll(free) << GRANULE_SHIFT;
    free &= free - 1;
    __atomic_store_n(&page->bits[word].free, free, __ATOMIC_RELAXED);
    page->used++;
    page->avail &= (uint8_t) ~((unsigned)!free << word);
    if (OWN_UNLIKELY(!page->avail))
        page_unlist(page);
    return page->at + at;
}

/* `index` is that of the granule in the unit. */
static inline void page_put(struct memory *memory, struct page *page, struct bits *bits,
                            size_t index)
{
    word_set(&bits->free, bit_of(index));
    page->avail |= (uint8_t)(1U << (index >> 6 & 3));
    if (OWN_UNLIKELY(--page->used <= page->relist))
        (void)page_retire(memory, page);
}

/* What is counted of live blocks; threads outside may read it. */
static inline void count_out(struct memory *memory, size_t bytes)
{
    size_t before = memory->bytes;
    if (before > memory->peak)
        __atomic_store_n(&memory->peak, before, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->bytes, before - bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->blocks, memory->blocks - 1, __ATOMIC_RELAXED);
}

static inline void count_in(struct memory *memory, size_t bytes)
{
    __atomic_store_n(&memory->bytes, memory->bytes + bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&memory->blocks, memory->blocks + 1, __ATOMIC_RELAXED);
}

/* The rounding behind `bytes` of a block is zero, so that growth into it is. */
static inline void zero_rounding(void *block, size_t bytes)
{
    size_t whole = granules_of(bytes) << GRANULE_SHIFT;
    memset((char *)block + bytes, 0, whole - bytes);
}

/* Of a block whose contents are arbitrary: one store, no matter how much the rounding is. */
static inline void zero_last_granule(void *block, size_t granules)
{
    memset((char *)block + ((granules - 1) << GRANULE_SHIFT), 0, GRANULE);
}

#endif
