/*
 * own/block.h - blocks and strings: plain memory inside a pool.
 *
 * A block lives as long as its pool, or until own_free. It has no header and no count, is aligned
 * to 16 bytes, and takes its size rounded up to 16, at least 16. A block of 0 bytes is a block.
 *
 * Two kinds of blocks are memory of somebody else: adopted ones (own_adopt), and all that are made
 * in a pool with an allocator (own_pool_options.allocator), which are exactly what its `alloc`
 * returned. Their size is what was asked for, not rounded, their alignment what it is. Each takes a
 * record of 64 bytes beside it. Limits count their size, wherever the memory comes from: where an
 * allocator takes it from a pool under the same limit, that counts twice.
 *
 * Every call that takes a block checks that it is a live block of that pool. A block of another
 * pool, a block that was freed, an address inside a block, and any other address, mapped or not,
 * are refused with EINVAL.
 *
 * Where a block lies depends on its size:
 *
 *   over 64 KiB   in memory of its own, in units of 64 KiB; over 1 MiB in a mapping of its own.
 *                 A confined pool with a reserve puts it there instead, while there is room
 *   up to 512     once 64 KiB of its blocks are live (128 KiB where none was freed yet), and 12 KiB
 *                 for each 16 bytes of the size, and its limits leave room for 64 KiB more: in a
 *                 page, for blocks of one size. In a thread's part of a shared pool from 16 KiB on
 *   else          beside other blocks of any size
 *
 * Memory of a freed block is used for later blocks of the pool. A pool gives memory back only where
 * a large piece of it has no live block.
 *
 * Threads: those of the pool. In a shared pool, any thread may free any block; only the thread in
 * whose part it lies uses that memory again (see pool.h). Calls on adopted blocks of a shared pool
 * take one lock, calls on blocks over 64 KiB a lock of the part.
 *
 * Cost, where no other is said: O(1) amortised, no system call but for new memory; for adopted
 * memory and in pools with an allocator O(1) expected, plus the cost of the functions that were
 * given with them. Zeroing and copying cost their bytes.
 */
#ifndef OWN_BLOCK_H
#define OWN_BLOCK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/*
 * Allocates a zeroed block of count * size bytes.
 *
 * pool  not NULL; the block is the pool's.
 *
 * If the pool has an allocator, it is asked for exactly count * size bytes; or for 1 byte if that
 * is 0, though own_block_size still says 0.
 *
 * Returns NULL with errno EOVERFLOW (count * size does not fit, or all blocks from the pool's
 * allocator would have over PTRDIFF_MAX bytes together), ENOMEM (also where the pool's allocator
 * returned NULL), EDQUOT (a limit of the pool or above), or EINVAL (pool is NULL). An allocator
 * that returns a live block of the pool: a misuse. Cost: in a confined pool, a block of up to 512
 * bytes is the next bytes of the pool, inline, as long as no freed block waits to be used again and
 * the pool has no pages.
 */
OWN_API OWN_MUST_USE inline void *own_alloc(own_pool *pool, size_t count,
                                            size_t size) OWN_NEW_MEMORY;

/* own_alloc without zeroing: the bytes are whatever they were. Errors as own_alloc. */
OWN_API OWN_MUST_USE inline void *own_alloc_raw(own_pool *pool, size_t count,
                                                size_t size) OWN_NEW_MEMORY;

/*
 * own_alloc at an address that is a multiple of alignment.
 *
 * alignment  a power of two, in bytes. Where own_realloc moves the block, it keeps no more than 16.
 *
 * Errors as own_alloc, and EINVAL if alignment is not a power of two, or if the pool's allocator
 * returned memory that is not aligned in this way: the allocator is asked for the block's size and
 * no more.
 */
OWN_API OWN_MUST_USE void *own_alloc_aligned(own_pool *pool, size_t alignment, size_t count,
                                             size_t size) OWN_NEW_MEMORY;

/*
 * Makes a block count * size bytes large, where it is or elsewhere. Its contents are kept up to
 * the smaller size, growth is zeroed.
 *
 * block  a live block of pool, no longer valid after success; NULL: as own_alloc.
 *
 * An adopted block, and one from an allocator, stays where it is only if its size does not change.
 * Otherwise it is copied into a new block, allocated as by own_alloc, and the old memory is passed
 * to its free function; so an adopted block becomes an ordinary one. Making a block smaller cannot
 * fail: if there is no memory for a new one, the block stays where it is, and only its size
 * changes. If the allocator has a realloc, that is called instead; if it fails to make a block
 * smaller, the block keeps its size.
 *
 * Returns the block, or NULL with errno as own_alloc, or EINVAL (not a live block of pool); then
 * the old block stands as it was. A block is not freed by the size 0. Cost: at worst a copy; a
 * block that is over 1 MiB, and stays so, is not copied but mapped elsewhere.
 */
OWN_API OWN_MUST_USE void *own_realloc(own_pool *pool, void *block, size_t count, size_t size);

/*
 * own_realloc without zeroing: what is new may be anything. What own_realloc adds to the block
 * later is zero again. Errors as own_realloc.
 */
OWN_API OWN_MUST_USE void *own_realloc_raw(own_pool *pool, void *block, size_t count, size_t size);

/*
 * Frees a block: its memory is used for later blocks of the pool. An adopted block, or one from an
 * allocator, is passed to its free function. That is the last thing the call does: the pool no
 * longer has the block then.
 *
 * block  a live block of pool, or NULL (nothing happens, and 0 is returned).
 *
 * Returns -1 with errno EINVAL: not a live block of this pool. Nothing has changed then.
 */
OWN_API int own_free(own_pool *pool, void *block);

/*
 * Moves a block from one pool to another.
 *
 * block  a live block of `from`; afterwards one of `to`, if need be at another address.
 *
 * An adopted block keeps its address, and its free function; so does a block over 64 KiB that lies
 * in memory of its own (see own_pool_options.reserve), where both pools have their memory from the
 * same place and neither has an allocator or OWN_POOL_EXACT. Other blocks are copied; and near a
 * limit that counts both pools, they and adopted ones need room for both at a time.
 *
 * Returns the block, or NULL with errno EINVAL (not a live block of from; or from or to is NULL),
 * ENOMEM or EDQUOT (a limit at or above to), EOVERFLOW as own_adopt; then nothing has changed, but
 * that `to` may have taken memory for its lists. If
 * both are the same pool, nothing happens. Threads: those of both pools. Cost: O(1), or a copy.
 */
OWN_API OWN_MUST_USE void *own_block_move(own_pool *from, own_pool *to, void *block);

/*
 * The size of a block: what was asked for, rounded up to 16, at least 16; all of it may be used. Of
 * an adopted block, what own_adopt was told; in a pool with an allocator or OWN_POOL_EXACT, what
 * was asked for.
 *
 * Returns 0 with errno EINVAL where block is not a live block of pool (or either is NULL); 0 with
 * errno as it was where the block is an adopted one, or one from such a pool, of 0 bytes.
 * Cost: O(1) for a block in a page or in memory of its own; else a step for each KiB of the block,
 * which own_free and own_realloc take too.
 */
OWN_API size_t own_block_size(const own_pool *pool, const void *block);

/*
 * Whether an address is that of a live block of the pool. Keeps errno. Any address may be asked
 * for.
 */
OWN_API bool own_contains(const own_pool *pool, const void *block);

/*
 * The pool in which a live block begins at an address, borrowed. NULL: there is none. Adopted
 * blocks and those from an allocator are not found; of pools whose memory comes from own_chunks,
 * those that are in no large piece of it are not found either. errno is kept.
 *
 * address  anything: mapped or not, freed, inside a block, an object, in the memory of a dead pool.
 *          Nothing is read there.
 *
 * Threads: any, on two conditions. During the call, no other thread uses or ends a confined pool
 * that has, or last had, the address in its memory. And nobody ends the pool that is returned while
 * the caller uses it. Cost: O(1), after the newest blocks of that
 * pool, allocated inline since the last look, have been gone through once; in the memory of a
 * small pool a lock is taken, and a step made for each of its pieces, which are few; also a step
 * for each KiB of a block of up to 64 KiB.
 */
OWN_API OWN_RETURNS_BORROWED own_pool *own_pool_of(const void *address);

/*
 * Visits all live blocks of a pool, in no order: adopted ones and those from its allocator too, but
 * not those of pools below. What is there from the beginning to the end is visited once; what is
 * allocated or adopted meanwhile may be visited.
 *
 * visit  gets a block, the size that own_block_size says, and arg. Anything else than 0 ends it. It
 *        may free, disown or resize the block that it got, and no other of the pool; allocate; and
 *        use the library otherwise. An adopted block, or one from the allocator, it may always
 *        free. It returns: a jump out of it is not allowed.
 *
 * The pool is held meanwhile, so it lives until the end even if visit drops it.
 *
 * Returns 0, or what visit returned last; -1 with errno EINVAL (pool or visit is NULL). Threads:
 * those of pool; in a shared pool, no other thread allocates or frees blocks meanwhile. Cost: the
 * memory of the pool, and all that it owns if it has adopted blocks.
 */
OWN_API int own_pool_blocks(own_pool *pool, int (*visit)(void *block, size_t size, void *arg),
                            void *arg);

/*
 * Makes memory from anywhere (malloc, mmap, another library or another pool) a block of the pool:
 * own_free and own_realloc take it, limits and numbers count it. When the pool dies or is cleared
 * it is released in its turn among references and deferred calls, in the reverse of the order in
 * which the pool took them on: calls deferred later may still read it, calls deferred before may
 * not.
 *
 * memory   stolen: the pool's until it is freed or disowned; on failure still the caller's. Not
 *          NULL. No other pool may have adopted it; the call does not check that.
 * size     in bytes; 0 is allowed. What own_realloc copies, and what limits count.
 * free_fn  called once with memory when it is released; not NULL: what has nothing to free needs no
 *          owner. It may use the library and the pool freely. errno is kept around it.
 *
 * Returns -1 with errno ENOMEM, EDQUOT, EOVERFLOW (with it, the adopted blocks of the pool and
 * those from its allocator would have over PTRDIFF_MAX bytes), or EINVAL: an argument is NULL, size
 * is over PTRDIFF_MAX, memory is a live block of the pool, adopted or not, or lies where its own
 * blocks do. Cost: O(1) expected, also beside a million others.
 */
OWN_API int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory));

/*
 * own_adopt with a free function that gets more than the memory: device memory, which is freed with
 * a handle; what another library has allocated.
 *
 * free_fn  called once with memory and ctx when it is released; not NULL.
 * ctx      not looked at; it must be valid until then.
 *
 * Returns as own_adopt. The record beside the block takes 80 bytes. Cost: as own_adopt.
 */
OWN_API int own_adopt_with(own_pool *pool, void *memory, size_t size,
                           void (*free_fn)(void *memory, void *ctx), void *ctx);

/*
 * Makes the pool forget adopted memory without freeing it.
 *
 * memory  an adopted block of pool; from now on the caller's.
 *
 * Returns -1 with errno EINVAL: pool has not adopted it, or no longer has it. Cost: O(1) expected.
 */
OWN_API int own_disown(own_pool *pool, void *memory);

/* own_alloc for one or more of a type, typed. */
#define OWN_ALLOC(pool, type) ((type *)own_alloc((pool), 1, sizeof(type)))
#define OWN_ALLOC_N(pool, type, count) ((type *)own_alloc((pool), (count), sizeof(type)))

/*
 * Copies a string, or at most max bytes of it, or size bytes of memory into a new block.
 *
 * The source may be NULL: then the result is NULL, with errno as it was. own_memdup of 0 bytes is
 * a block. Errors as own_alloc.
 */
OWN_API OWN_MUST_USE OWN_BORROWS char *own_strdup(own_pool *pool, const char *string);
OWN_API OWN_MUST_USE OWN_BORROWS char *own_strndup(own_pool *pool, const char *string, size_t max);
OWN_API OWN_MUST_USE void *own_memdup(own_pool *pool, const void *memory, size_t size);

/*
 * Prints into a new block, as printf does.
 *
 * Returns NULL with errno as own_alloc, or what vsnprintf set.
 */
OWN_API OWN_MUST_USE OWN_BORROWS char *own_asprintf(own_pool *pool, const char *format, ...)
    OWN_PRINTF(2, 3);
OWN_API OWN_MUST_USE OWN_BORROWS char *own_vasprintf(own_pool *pool, const char *format,
                                                     va_list arguments) OWN_PRINTF(2, 0);

/*
 * Prints to the end of a string that is a block of the pool.
 *
 * string  no longer valid after success; NULL: as own_asprintf. It must not be among the arguments.
 *
 * Returns the string, or NULL with errno as own_realloc; then the old string stands as it was.
 * Cost: the length of the whole string, in the worst case a copy of it.
 */
OWN_API OWN_MUST_USE OWN_BORROWS char *own_asprintf_append(own_pool *pool, char *string,
                                                           const char *format, ...)
    OWN_PRINTF(3, 4);

/* The front of a pool, for the inline functions below. Its fields are the library's. */
struct own_front {
    own_object object;
    char *bump; /* the next block */
    char *end;  /* it must end in front of this; NULL: a call is needed. Behind it lies a log: one
                   byte for each block, with its size in steps of 16 bytes, the newest first */
} __attribute__((may_alias));

/* The largest block that is allocated inline. */
#define OWN_BUMP_MAX ((size_t)512)

/* The rest of own_alloc and own_alloc_raw, for where own_bump_fits is false. */
OWN_API OWN_MUST_USE void *own_alloc_slow(own_pool *pool, size_t count, size_t size) OWN_NEW_MEMORY;
OWN_API OWN_MUST_USE void *own_alloc_raw_slow(own_pool *pool, size_t count,
                                              size_t size) OWN_NEW_MEMORY;

/* Whether a block of that size can be allocated inline: it and a byte of the log fit. */
OWN_API inline bool own_bump_fits(const own_pool *pool, size_t bytes)
{
    const struct own_front *front = (const struct own_front *)(const void *)pool;
    return front && bytes - 1 < OWN_BUMP_MAX && front->end &&
           ((bytes + 15) & ~(size_t)15) < (size_t)(front->end - front->bump);
}

/* The next block, which fits: its size is logged, and its last 16 bytes are zeroed. */
OWN_API inline void *own_bump(own_pool *pool, size_t bytes)
{
    struct own_front *front = (struct own_front *)(void *)pool;
    size_t rounded = (bytes + 15) & ~(size_t)15;
    char *block = front->bump;
    char *log = front->end - 1;
    *log = (char)(rounded >> 4);
    front->end = log;
    /* Keeps compilers from making one store of both: loading the halves would wait for it. */
    __asm__("" : "+r"(block));
    front->bump = block + rounded;
    __builtin_memset(block + rounded - 16, 0, 16);
    return block;
}

#ifndef OWN_ANALYZED

inline void *own_alloc(own_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    if (OWN_UNLIKELY(__builtin_mul_overflow(count, size, &bytes) || !own_bump_fits(pool, bytes)))
        return own_alloc_slow(pool, count, size);
    /* Not rounded up: gcc would make a slow rep stos of a multiple of 16. */
    return __builtin_memset(own_bump(pool, bytes), 0, bytes);
}

inline void *own_alloc_raw(own_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    if (OWN_UNLIKELY(__builtin_mul_overflow(count, size, &bytes) || !own_bump_fits(pool, bytes)))
        return own_alloc_raw_slow(pool, count, size);
    return own_bump(pool, bytes);
}

#else /* see analyzer.h */

#define own_adopt(pool, memory, size, free_fn)                                                     \
    OWN_PASSES_ON_(own_adopt(pool, memory, size, free_fn), memory, pool, size)
#define own_adopt_with(pool, memory, size, free_fn, ctx)                                           \
    OWN_PASSES_ON_(own_adopt_with(pool, memory, size, free_fn, ctx), ctx, pool, memory, size)
#endif

OWN_END_DECLS

#endif
