/*
 * memory/memory.h - the room memory: the blocks of one owner.
 *
 *   memory.c       allocating, freeing and clearing
 *   first.c        the first extent, in a chunk of the owner's
 *   find.c         the block at an address, and its size
 *   list.c         the live blocks, one after the other
 *   resize.c       making a block larger or smaller
 *   outside.[ch]   what threads outside may do: look up a block, free it
 *   gather.c       the same seen from inside: letting threads in, taking over what they have freed
 *   fast.h         the shortest paths to a block and back, inlined in the room block
 *   validate.c     checks the equations below
 *
 * This room decides where a block comes from, an extent, a page or a chunk of its own (the rooms
 * extent, page, large), and finds out where a block lies. It knows no pool, no parent, no lock and
 * no thread: the owner ensures that one thread at a time is inside. Chunks come from the room chunk
 * and are charged to an account (limit/limit.h).
 *
 * Equations (memory_validate checks them, and calls the validators of the rooms above):
 *
 *   blocks    = live blocks of all extents, pages and large ones, but for those in the log of the
 *             extent in use
 *   bytes     = their sizes
 *   account   reserved >= the chunks of extents, pages, large blocks and the stock; and of what is
 *             not claimed any more but has not been put back (remote/remote.h)
 *   end       is NULL, so that own_alloc has no inline path, while a free block waits, if there are
 *             pages, in debug builds and under AddressSanitizer, and if there is an outside
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "extent/stock.h"

/* Where a block was found: in an extent, in a page of a unit, or as a large block. */
struct place {
    struct extent *extent; /* NULL: in no extent */
    struct page *page;     /* NULL: in no page */
    struct unit *unit;     /* of the page */
    struct large *large;   /* NULL: not a large block */
    struct bits *bits;     /* of its first granule; not of a large block */
    size_t index;          /* of that granule, in the extent or in the unit */
};

/* first.c: begins a memory with its first extent: `bytes` from `first` on, in a chunk of the
   owner's that the account has been charged for. False: ENOMEM. */
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
/* Ends the first extent, which has no block yet and is not big, where blocks of `left` bytes would
   end, or in front of that, since the block behind them is to be sampled. `interval`: with which
   that was drawn. */
void memory_shorten(struct memory *memory, size_t left, size_t interval);
/* Of a memory with a short first extent: what is left of `left`, without what lies in front of
   bump; and the interval. It is told once; SITE_NONE: it has been, or there are other extents. */
size_t memory_take_left(const struct memory *memory, size_t *interval);
/* Whether it has not been told; `room` is filled: the bytes from bump on, with those behind the
   end. */
bool memory_has_left(const struct memory *memory, size_t *room);
/* Sets it anew, from bump on. SITE_NONE: no block in the room is to be sampled. */
void memory_set_left(const struct memory *memory, size_t left, size_t interval);
/* The rest, behind a short first extent that is the only one, becomes an extent too, and the one in
   use. False: a block of so many granules would not fit into it. */
bool memory_use_rest(struct memory *memory, size_t granules);
/* How many bytes behind a short first extent are in no extent. */
size_t memory_bytes_behind(const struct memory *memory);
/* Of a memory with a short first extent: whether there is no extent but that one and the rest. */
bool memory_is_within_first(const struct memory *memory);
/* Makes that extent as long as it was, and the rest is no extent any more. Blocks are not looked up
   any more, but counted. If threads were outside, it stays short. */
void memory_lengthen(struct memory *memory);
/* The same of a memory without blocks that count, and no extent but those two. There is no inline
   path from then on. */
void memory_lengthen_empty(struct memory *memory);
/* To be called after either, where the memory is in use: there is an inline path. */
void memory_open_first(struct memory *memory);
/* The size of a first extent with room for `bytes` of blocks. 0: it would be too large. */
size_t memory_first_size(size_t bytes);
/* The smallest size of a first extent. memory_first_used: how many bytes of the first extent are
   used. */
#define MEMORY_FIRST_LEAST (sizeof(struct extent) + sizeof(struct bits))
size_t memory_first_used(const struct memory *memory, const struct extent *first);

/* A block of `bytes`. If `zero` is false, only its last granule is zero. `alignment` is a power of
   two. NULL: ENOMEM or EDQUOT. */
void *memory_alloc(struct memory *memory, size_t bytes, bool zero);
void *memory_alloc_aligned(struct memory *memory, size_t alignment, size_t bytes);
/* Finds a live block. False: none begins at that address. */
bool memory_find(struct memory *memory, const void *address, struct place *place);
size_t memory_size(const struct memory *memory, const struct place *place);
void memory_free(struct memory *memory, const struct place *place, void *block);
/* Makes a block larger or smaller; `zero`: what is new is zeroed. NULL: as memory_alloc; the block
   is as it was. */
void *memory_resize(struct memory *memory, struct place *place, void *block, size_t bytes,
                    bool zero);
/* Frees all blocks, with nobody outside; the first extent stays, and the tag. */
void memory_clear(struct memory *memory);
/* Frees everything but the first extent, whose chunk the owner puts back. */
void memory_end(struct memory *memory);
/* Whether an address lies in an extent or a page, or is that of a large block. */
bool memory_covers(struct memory *memory, const void *address);
/* Makes the bits of an extent tell. */
void memory_settle(struct memory *memory, struct extent *extent);

/* A list of the live blocks. `larges`, where the newest large block is, is set by the caller before
   each call. */
struct memory_list {
    struct memory *memory;
    struct large *const *larges;
    struct place next; /* the block that comes next; all NULL: none */
    size_t used;       /* the granules of that extent when the list came to it */
};
struct large *const *memory_newest_large(const struct memory *memory);
void memory_list_begin(struct memory_list *list);
/* The next block, and its size. The caller may free it, but no other, and may allocate. NULL: that
   was the last. What was there all the time is listed once. The list changes nothing that other
   threads use, but no thread may free blocks outside meanwhile. */
void *memory_list_next(struct memory_list *list, size_t *size);

/* Enables or disables the inline path of own/block.h, after `outside` has changed. */
void memory_update(struct memory *memory);

/* Counts a foreign block in or out, which the owner has and this memory does not know. */
void memory_count_foreign(struct memory *memory, size_t bytes, bool comes);
/* Has to be called before the memory claims anything. False: ENOMEM or EDQUOT. */
bool memory_set_tag(struct memory *memory, uintptr_t tag);
/* Takes the list of large blocks away from the memory. Adds up their number, their bytes, and what
   the account has paid for them. */
struct large *memory_take_larges(struct memory *memory, size_t *blocks, size_t *bytes,
                                 size_t *cost);

/* validate.c: aborts with a sentence if an equation does not hold. `others`: the foreign blocks
   that memory_count_foreign has counted in. Returns the bytes that the account has paid, the first
   extent included. */
size_t memory_validate(struct memory *memory, const struct memory_counts *others);

#endif
