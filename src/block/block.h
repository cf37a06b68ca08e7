/*
 * block/block.h - the room block: the calls of own/block.h.
 *
 *   block.c     own_alloc, own_free
 *   find.c      own_block_size, own_contains
 *   resize.c    own_realloc, own_realloc_raw
 *   move.c      own_block_move
 *   foreign.c   own_adopt, own_disown, and the calls of block.c for an address in no memory
 *   exact.c     the calls of block.c in a pool that remembers sizes as asked for
 *   sampled.c   own_alloc and own_realloc while sites are tracked
 *   private.c   own_alloc in a pool with an allocator of its own
 *   list.c      own_pool_blocks, own_pool_of
 *   string.c    strings
 *
 * This room holds nothing. Where a block comes from, and where its address is looked for, in order:
 *
 *   a confined pool    the memory of its part (memory/memory.h), then its foreign blocks
 *   a shared pool      the memory of the part of the calling thread, then the other parts
 *                      (part/part.h), then its foreign blocks
 *   exact sizes        a memory beside that of its part (pool/exact.h), then its foreign blocks
 *   with an allocator  that one; only its foreign blocks
 *
 * Foreign blocks are those of pool/foreign.h. Each address is that of at most one live block of the
 * pool: own_adopt refuses memory that lies among own blocks, and both own_adopt and own_alloc what
 * is a foreign block already. memory_validate, part_validate and pool_validate check the equations
 * of what these calls change, after each of them in debug builds.
 *
 * Who may call: the functions below are for this room only. Threads: those of the pool. A free
 * function or an allocator runs with nothing entered, before the first change of a call or after
 * the last.
 */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include "pool/pool.h"

#include <own/block.h>

/* block.c: the last act of a call that fails: the pool's `failed` is told. */
void block_tell_failed(own_pool *pool, size_t count, size_t size);
/* own_alloc_raw, but `failed` of the pool is not told where it fails. */
void *block_alloc_untold(own_pool *pool, size_t bytes);

/* block.c: own_alloc by the longer ways, not counted for sites, where the pool may be used. */
void *block_alloc_uncounted(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);

/* sampled.c: the same while sites are tracked. */
void *counted_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);
/* The same of a confined pool in a memory that is closed because one of the next blocks is to be
   sampled (extent/tracked.h). NULL: it is not, or that failed. */
void *counted_alloc_closed(own_pool *pool, size_t bytes, bool zero);
/* The same in a memory that has taps. */
void *counted_alloc_tapped(own_pool *pool, struct memory *memory, size_t granules, bool zero);
/* The rest of own_realloc while sites are tracked, or were; `plain` does it otherwise. */
void *counted_resize(own_pool *pool, void *block, size_t count, size_t size, bool zero,
                     void *(*plain)(own_pool *pool, void *block, size_t count, size_t size,
                                    bool zero));

/* foreign.c: the rest of own_contains, own_free, own_realloc and own_block_size, for an address
   that is not that of an own block. No part is entered. False or EINVAL: it is not that of a
   foreign block either. */
bool foreign_has(own_pool *pool, const void *block);
int foreign_free_block(own_pool *pool, void *block);
void *foreign_realloc(own_pool *pool, void *block, size_t count, size_t size, bool zero);
size_t foreign_size(own_pool *pool, const void *block);
/* An adopted block goes to another pool, for own_block_move. */
enum handover foreign_hand_over(own_pool *from, own_pool *to, void *block);

/* find.c: the size of a live block of the pool's own memory. 0: it is none. */
size_t block_find_size(const own_pool *pool, const void *block);
/* exact.c: own_alloc and its like, for a pool with POOL_EXACT; and the rest of the other calls, for
   any pool, where *found or the result says whether it is exact and has the block. */
void *exact_alloc(own_pool *pool, size_t alignment, size_t bytes, bool zero);
/* The size of a block as asked for, from that of its memory. */
size_t exact_size(const own_pool *pool, const void *block, size_t whole);
bool exact_find_size(own_pool *pool, const void *block, size_t *size);
bool exact_free(own_pool *pool, void *block);
void *exact_realloc(own_pool *pool, void *block, size_t bytes, bool zero, bool *found);
/* Whether an address lies where such blocks do. */
bool exact_covers(own_pool *pool, const void *address);

/* private.c: own_alloc and its like, for a pool with POOL_PRIVATE. */
void *private_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);
/* Whether a block is one of an allocator that resizes blocks; and own_realloc then. No part is
   entered. */
bool private_can_resize(own_pool *pool, const void *block);
void *private_resize(own_pool *pool, void *block, size_t old_size, size_t size, bool zero);

#endif
