/*
 * memory/memory.h - the room memory: the blocks of one owner.
 *
 *   memory.c    allocating, freeing and clearing
 *   find.c      the block at an address, and its size
 *   resize.c    making a block larger or smaller
 *   extent.c    extents: bump, the log, the bits
 *   free.c      free blocks: entering them into lists, using them again
 *   stock.c     the lists, which are made when they are first needed
 *   join.c      joining free blocks
 *   page.c      pages: blocks of one size, once the memory has grown
 *   large.c     large blocks: chunks of their own
 *   outside.c   what threads outside may do: look up a block, free it
 *   fast.h      the shortest paths to a block and back, inlined in the rooms part and pool
 *   validate.c  checks the equations below
 *
 * This room knows no pool, no parent, no lock and no thread: the owner ensures that one thread at a
 * time is inside. Chunks come from the room chunk and are charged to an account (limit/limit.h).
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
 * Equations (memory_validate checks them):
 *
 *   extent    no bit is set in front of the first granule, nor at or behind bump (or the end)
 *             free is a subset of start
 *             big: witness is the start of a live block; or 0, in the extent in use
 *             the sum of the log = the granules from where it is settled to bump
 *   memory    blocks = live blocks of all extents, pages and large ones, but for those in the log
 *             of the extent in use
 *             bytes = their sizes
 *             the account's reserved >= the chunks of extents, pages, large blocks and the stock
 *   stock     if there are lists, each free block of a settled extent is in the list of its size
 *   end       is NULL, so that own_alloc has no inline path, while a free block waits, if there are
 *             pages, in debug builds and under AddressSanitizer, and if there is an outside
 *   page      used = live blocks; all others have start and free set
 *             a page that has a free block is in the list of its size, but one that left the list
 *             because it was full is not listed again before an eighth of it is free
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "base/base.h"
#include "chunk/chunk.h"
#include "limit/limit.h"

#define GRANULE_SHIFT 4

/* The bits of 64 granules, which are 1 KiB. */
struct bits {
    uint64_t start; /* a block starts here */
    uint64_t free;  /* that block is free */
};

struct extent {
    struct extent *older; /* the first extent has none */
    uint32_t granules;    /* from the header to the end */
    uint32_t settled;     /* the granule up to which the bits are valid; 0: there is only a log */
};                        /* its bits follow */

struct stock;
struct page;

struct memory {
    char *bump; /* the next block, in `extent` */
    char *end;  /* it must end in front of this, where the log begins; NULL: no inline path */
    struct extent *extent; /* the one in use; older ones follow */
    size_t blocks;         /* see the equations */
    size_t bytes;
    size_t peak;         /* of bytes, as of the last time that they fell */
    struct stock *stock; /* NULL: there are extents only, and no free block in them */
    struct account account;
    struct outside *outside; /* what threads outside use (outside.h); NULL: there are none */
};

/* The rest of a memory, beside its extents. It is made when it is first needed. */
#define BINS_EXACT 32
#define BINS 80
#define PAGE_MOST 32 /* granules of the largest blocks in pages */
struct stock {
    bool lists;                       /* false: memory_unlisted, which has none of these */
    struct page *page[PAGE_MOST + 1]; /* listed pages, by the granules of their blocks */
    struct page *empty;               /* pages without blocks */
    struct unit *unit;                /* all units that are cut into pages */
    size_t empties;                   /* number of empty pages */
    uint64_t present[2];              /* which bins are not empty, or have been; see has_listed */
    struct free_block *bin[BINS];     /* free blocks of settled extents, by size */
    struct extent *extents; /* the newest big extent; the first extent is not among them */
    struct extent *join;    /* the big extent to be joined next; NULL: the newest */
    size_t freed;           /* granules freed in extents that are not big since they were joined */
    uintptr_t tag;          /* part of the value of each claim, see part/part.h */
    struct large *large;    /* the newest large block */
};

/* Where a block was found: in an extent, in a page of a unit, or as a large block. */
struct place {
    struct extent *extent; /* NULL: in no extent */
    struct page *page;     /* NULL: in no page */
    struct unit *unit;     /* of the page */
    struct large *large;   /* NULL: not a large block */
    struct bits *bits;     /* of its first granule; not of a large block */
    size_t index;          /* of that granule, in the extent or in the unit */
};

/* memory.c */
/* Begins a memory with its first extent: `bytes` from `first` on, in a chunk of the owner's that
   the account has been charged for. False: ENOMEM. */
bool memory_init(struct memory *memory, struct extent *first, size_t bytes);
/* To be called before the owner puts the chunk of the first extent back. */
void memory_unclaim_first(struct extent *first);
/* Ends the first extent where its first block would be; there must be no block yet. memory_behind
   is that address, from where on the chunk is the owner's. */
void memory_cut(struct memory *memory);
void *memory_behind(const struct extent *first);
/* Gives the owner the last bytes of the first extent, a multiple of 16, until it ends: there is no
   block yet, and the extent is not big. There is no inline path from then on. */
void *memory_cut_end(struct memory *memory, size_t bytes);
/* A block of `bytes`. If `zero` is false, only its last granule is zero. `alignment` is a power of
   two. NULL: ENOMEM or EDQUOT. */
void *memory_alloc(struct memory *memory, size_t bytes, bool zero);
void *memory_alloc_aligned(struct memory *memory, size_t alignment, size_t bytes);
/* Finds a live block. False: none begins at that address. */
bool memory_find(struct memory *memory, const void *address, struct place *place);
size_t memory_size(const struct memory *memory, const struct place *place);
void memory_free(struct memory *memory, const struct place *place, void *block);
/* Makes a block larger or smaller; growth is zeroed. NULL: as memory_alloc; the block is as it
   was. */
void *memory_resize(struct memory *memory, struct place *place, void *block, size_t bytes);
/* Frees all blocks, with nobody outside; the first extent stays, and the tag. */
void memory_clear(struct memory *memory);
/* Frees everything but the first extent, whose chunk the owner puts back. */
void memory_end(struct memory *memory);
/* Whether an address lies in an extent or a page, or is that of a large block. */
bool memory_covers(struct memory *memory, const void *address);

struct memory_counts {
    size_t blocks;
    size_t bytes;
};
struct memory_counts memory_count(const struct memory *memory);

/* Enables or disables the inline path of own/block.h, after `outside` has changed. */
void memory_update(struct memory *memory);

/* The size of a first extent with room for `bytes` of blocks. 0: it would be too large. */
size_t memory_first_size(size_t bytes);
/* The smallest size of a first extent. memory_first_used: how many bytes of the first extent are
   used. */
#define MEMORY_FIRST_LEAST (sizeof(struct extent) + sizeof(struct bits))
size_t memory_first_used(const struct memory *memory, const struct extent *first);

/* Counts a foreign block in or out, which the owner has and this memory does not know. */
void memory_count_foreign(struct memory *memory, size_t bytes, bool comes);
/* The tag of a memory stands in the upper 16 bits of the value of each of its claims. It has to be
   set before the memory claims anything. False: ENOMEM or EDQUOT. */
uintptr_t memory_tag(const struct memory *memory);
bool memory_set_tag(struct memory *memory, uintptr_t tag);
/* Takes the list of large blocks away from the memory. Adds up their number, their bytes, and what
   the account has paid for them. */
struct large;
struct large *memory_take_larges(struct memory *memory, size_t *blocks, size_t *bytes,
                                 size_t *cost);

/* validate.c: aborts with a sentence if an equation does not hold. `others`: the foreign blocks
   that memory_count_foreign has counted in. Returns the bytes that the account has paid, the first
   extent included. */
size_t memory_validate(struct memory *memory, const struct memory_counts *others);

#endif
