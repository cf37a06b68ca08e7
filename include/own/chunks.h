/*
 * own/chunks.h - where the memory of a pool and of all pools below it comes from.
 *
 * A pool that is created with .chunks takes all its memory from two functions of the user: itself,
 * its blocks, the list of what it owns, and all pools that are created below it, at any depth.
 * That is for huge pages, the memory of a NUMA node, shared memory, a budget that keeps what was
 * freed, or one region of fixed size, where there is no malloc (own_chunks_fixed).
 *
 * Objects, buffers, arrays and weak references do not come from there, since they may outlive the
 * pool; nor do the records of limits, which buffers may go on counting against. A pool keeps the
 * chunks that it was created with: where it is given or moved to another parent, it takes its
 * memory from where it did before, as do pools that are created below it. A parent that is not
 * under the same chunks is as good as any. A child that loses its parent and lives on goes on
 * counting against the limits that it was under, where other pools still use the same chunks under
 * them. own_give and own_move may fail with ENOMEM for the record of a new limit, and with EPERM
 * where a pool below the child uses chunks of its own together with pools elsewhere. Walks over
 * more than 16 levels of shared pools need memory of the library.
 */
#ifndef OWN_CHUNKS_H
#define OWN_CHUNKS_H

#include <stddef.h>

#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * Where chunks of memory come from and go to.
 *
 * Both functions may be called for as long as a pool lives that came to use them, by any thread
 * that uses one of these pools, by several at once; ctx is borrowed and must be valid until then.
 * With the last of these pools everything has been put back. Memory that is not in use is put back
 * at once, nothing of it is kept: what is to be kept for later is for these functions to keep.
 *
 * They may be called while locks of libown are held: they may use libown, but not the pools that
 * they serve, nor shared pools. They return: a jump out of them is not allowed.
 */
typedef struct own_chunks {
    /* Memory of `size` bytes, a multiple of 64 KiB, at an address that is a multiple of
       `alignment`, which is 64 KiB. Contents are arbitrary; it must not be, or be part of, a
       block of a pool (own_chunks_fixed can take one). NULL: there is none, and what needed it
       fails with ENOMEM. A wrong address is reported as a misuse, put back, and EINVAL. */
    void *(*get)(void *ctx, size_t size, size_t alignment);
    /* Takes back what get returned: once, the same address and size. It cannot fail. */
    void (*put)(void *ctx, void *memory, size_t size);
    void *ctx;
} own_chunks;

/*
 * Chunks from one region of memory of the user's: pools that are created with them need no malloc
 * and no mmap, but for pages of the library's map of the address space (1 MiB of address space for
 * each 4 GiB in which there are such regions, of which a page is touched for 16 MiB).
 *
 * memory  borrowed: it must be valid until all pools have died that take from it. It may be of any
 *         kind, a block of a pool too. A record at its beginning keeps what is in use.
 * size    bytes. Chunks of 64 KiB and more are cut from it at multiples of 64 KiB, smaller ones
 *         of any class anywhere.
 *
 * May be given to several pools. In a region that is full, what needs more fails with ENOMEM, and
 * can go on once something has been freed. Where memory is NULL, or too small for the record, the
 * result refuses everything: creating a pool with it fails with ENOMEM. To start again from
 * nothing, call it again once all pools have died; until then it must not be called with the same
 * memory.
 *
 * get and put of the result may be called directly too: of any size, and an alignment of 16 or
 * 64 KiB. Cannot fail. Threads: any. Cost: O(1), and a bit for each 64 KiB; get of 64 KiB and more
 * goes through these bits.
 */
OWN_API own_chunks own_chunks_fixed(void *memory, size_t size);

OWN_END_DECLS

#endif
