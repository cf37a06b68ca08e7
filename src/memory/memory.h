/*
 * memory/memory.h - the room memory: the blocks of one owner.
 *
 *   memory.c    blocks: getting, freeing, resizing, clearing
 *   extent.c    chunks whose blocks lie side by side: the next block, the log, the bits
 *   free.c      free blocks of extents: joined, by size, the smallest that fits
 *   page.c      pages of blocks of one size, for memory that has grown and frees
 *   large.c     blocks that are chunks of their own
 *   outside.c   blocks that are freed by threads which are not in here
 *   validate.c  the equations below, checked
 *
 * It knows no pool, no parent, no lock and no thread: its owner sees to it that one thread at a time
 * is in here. Chunks come from the room chunk and are charged to an account (limit/limit.h).
 *
 * An extent is a chunk that is filled from its front, block after block:
 *
 *   | header | bits | block | block | free | block |  ...  | log |
 *                   ^ first                        ^ bump  ^ end
 *
 * Extents have two states. While nothing of an extent was freed or asked about, it has a log: one
 * byte a block, its granules (16 bytes each), written from the end of the extent downwards, so that
 * making a block writes one byte, and `end` is both the limit of the blocks and the place of the log.
 * Settling an extent replays the log into the bits, after which the room of the log is free again.
 * For each granule there are two bits: *start*, a block begins here, and *free*, that block is free.
 * A block ends where the next one starts. So the address of a live block is known by its bits, and
 * nothing at the address itself is read.
 *
 * Equations (memory_validate checks them):
 *
 *   extent    settled: no bit in front of the first granule, nor at or behind bump (or the end)
 *             free is a subset of start
 *             big: live = the granules of its live blocks
 *             logged: the sum of the log = the granules from first to bump; or settled up to there
 *   memory    blocks = live blocks of all extents, pages and large ones, but for those in the log of
 *             the extent in use
 *             bytes = their sizes
 *             the account's reserved >= the chunks of extents, pages, large blocks and the stock
 *   stock     where there are lists, each free block of a settled extent is in that of its size
 *   end       is NULL (the header then makes no block without a call) where free blocks wait, where
 *             pages come first, in debug builds, and where other threads look at it
 *   page      used = live slots; slots that are not live have start and free
 *             a page is listed by its size where it has free slots, except that one which was full
 *             waits until an eighth is free
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "base/base.h"
#include "chunk/chunk.h"
#include "limit/limit.h"

#define GRANULE_SHIFT 4

/* 64 granules: 1 KiB. */
struct bits {
    uint64_t start; /* a block starts here */
    uint64_t free;  /* and is free */
};

struct extent {
    struct extent *older; /* the first extent has none */
    uint32_t granules;    /* from the header to the end */
    uint32_t settled;     /* the granule up to which there are bits; 0: there are none, only a log */
};                        /* its bits follow */

struct stock;
struct page;

struct memory {
    char *bump; /* the next block, in `extent` */
    char *end;  /* it must end in front of this; NULL: a call is needed. The log begins here */
    struct extent *extent; /* the one in use; older ones follow */
    size_t blocks;         /* see the equations */
    size_t bytes;
    size_t peak;         /* of bytes, as of the last time that they fell */
    struct stock *stock; /* NULL: nothing but extents, in which nothing waits to be used again */
    struct account account;
    struct outside *outside; /* what other threads use of it, see outside.h; NULL: they do not */
};

/* What a memory has beside its extents, made when it is first needed. */
#define BINS_EXACT 32
#define BINS 80
#define PAGE_MOST 32 /* granules of the largest blocks in pages */
struct stock {
    bool lists;                       /* false: it stands for none, and free blocks wait */
    struct page *page[PAGE_MOST + 1]; /* pages with free blocks, by granules */
    struct page *empty;              /* pages without blocks */
    struct unit *unit;               /* all units that are cut into pages */
    size_t empties;
    uint64_t present[2];          /* which bins are not empty */
    struct free_block *bin[BINS]; /* free blocks of settled extents, by size */
    struct extent *extents;       /* the newest of the big ones, but the first */
    struct extent *join;          /* the next of these to be joined; NULL: the newest */
    size_t freed;                 /* granules of other extents, since they were joined */
    uintptr_t tag;                /* in each claim's value, see part/part.h */
    struct large *large;          /* the newest */
};

/* Where a block was found. */
struct place {
    struct extent *extent; /* it lies in an extent; */
    struct page *page;     /* or in a page, */
    struct unit *unit;     /* of a unit; */
    struct large *large;   /* or it is a large one */
    struct bits *bits;     /* those of its first granule, but for a large one */
    size_t index;          /* of that granule, in the extent or in the unit */
};

/* memory.c */
/* Begins a memory with its first extent, whose header lies at `first` in a chunk of the owner's, and
   which ends `bytes` behind that. The chunk is on the account already. False: ENOMEM. */
bool memory_init(struct memory *memory, struct extent *first, size_t bytes);
/* Before the chunk of the first extent goes. */
void memory_unclaim_first(struct extent *first);
/* Makes a memory that has no block end where its first one would be; and what lies there then. */
void memory_cut(struct memory *memory);
void *memory_behind(const struct extent *first);
/* A block of `bytes`; its contents are arbitrary but for the last granule, which is zero, or all zero.
   `alignment` is a power of two. NULL: ENOMEM, EDQUOT. */
void *memory_alloc(struct memory *memory, size_t bytes, bool zero);
void *memory_alloc_aligned(struct memory *memory, size_t alignment, size_t bytes);
/* The place of a live block. False: the address is not that of one. */
bool memory_find(struct memory *memory, const void *address, struct place *place);
size_t memory_size(const struct memory *memory, const struct place *place);
void memory_free(struct memory *memory, const struct place *place, void *block);
/* The same for a block that may begin at an address in an extent, where it goes into a list and nothing
   else is to be done. False: nothing has been done. */
bool memory_free_in(struct memory *memory, struct extent *extent, void *block);
/* Makes a block larger or smaller; what it grows by is zero. NULL: as memory_alloc, it is as it was. */
void *memory_resize(struct memory *memory, struct place *place, void *block, size_t bytes);
/* Frees all blocks; the first extent stays. */
void memory_clear(struct memory *memory);
/* Frees all but the first extent, whose chunk is the owner's to put back. */
void memory_end(struct memory *memory);
/* Whether an address lies in memory that blocks are cut from. */
bool memory_covers(struct memory *memory, const void *address);

struct memory_counts {
    size_t blocks;
    size_t bytes;
};
struct memory_counts memory_count(const struct memory *memory);

/* Allows the header to make blocks without a call, or not, after `outside` has changed. */
void memory_update(struct memory *memory);

/* The size of a first extent with room for so many bytes of blocks. 0: overflow. */
size_t memory_first_size(size_t bytes);
/* That of the first extent of a memory with nothing else, at least; and how many bytes of it are used. */
#define MEMORY_FIRST_LEAST (sizeof(struct extent) + sizeof(struct bits))
size_t memory_first_used(const struct memory *memory, const struct extent *first);

/* A block that the memory does not own, but its owner counts here, comes or goes. */
void memory_count_foreign(struct memory *memory, size_t bytes, bool comes);
/* What claims of this memory say beside the address, in their upper 16 bits. It is set before the
   memory has claimed anything. False: ENOMEM or EDQUOT. */
uintptr_t memory_tag(const struct memory *memory);
bool memory_set_tag(struct memory *memory, uintptr_t tag);
/* Takes the list of large blocks, adds up their number, bytes and what was paid for them. */
struct large;
struct large *memory_take_larges(struct memory *memory, size_t *blocks, size_t *bytes,
                                 size_t *cost);

/* validate.c: aborts with a sentence where an equation does not hold. `others` are those that
   memory_count_foreign counted in. Returns the bytes that the account paid, the first extent among
   them. */
size_t memory_validate(struct memory *memory, const struct memory_counts *others);

#endif
