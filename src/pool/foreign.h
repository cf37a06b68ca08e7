/*
 * pool/foreign.h - the part of pool.h that is about blocks whose memory is not of the pool's chunks.
 *
 * Adopted ones are in the ledger of the pool. A pool with an allocator of its own has a second
 * ledger, of its private blocks.
 */
#ifndef POOL_FOREIGN_H
#define POOL_FOREIGN_H

#include "pool/pool.h"

/* private.c */
struct private_memory {
    own_allocator allocator;
    struct ledger blocks; /* all of KIND_BLOCK */
};

/* What a pool with POOL_PRIVATE has behind its first extent. */
struct private_memory *private_memory(const own_pool *pool);
/* Makes a pool without blocks such a one. Its first extent has room for that record. */
void private_begin(own_pool *pool, const own_allocator *allocator);
/* A block from the allocator; all that own_alloc and its like do. The pool is left meanwhile. */
void *private_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);
/* Frees the newest block of a private pool, which may run code of users. False: there is none. */
bool private_release(own_pool *pool);
/* What the record and the second ledger have of `reserved`. */
size_t private_bytes(const own_pool *pool);

/* foreign.c */
/* What the pool has nodes for, in both ledgers. */
struct counts pool_counts(const own_pool *pool);

/* The bytes of its foreign blocks; and all that limits are held to. */
static inline size_t foreign_bytes(const own_pool *pool)
{
    return OWN_LIKELY(!(pool->ledger.flags & POOL_FOREIGN)) ? 0 : pool_counts(pool).foreign_bytes;
}

static inline size_t pool_reserved(const own_pool *pool)
{
    return pool->account.reserved + foreign_bytes(pool);
}

/* The foreign block at that address, or NULL. */
struct foreign *foreign_find(const own_pool *pool, const void *block);
/* Memory becomes a block of the pool, adopted or private. False: ENOMEM, EDQUOT, or EOVERFLOW: its
   foreign blocks would have over PTRDIFF_MAX bytes. */
bool foreign_add(own_pool *pool, enum kind kind, void *memory, size_t size,
                 void (*free_fn)(void *));
/* It is no block any more; the memory is the caller's. */
void foreign_remove(own_pool *pool, struct foreign *foreign);
/* The same, and where the memory is to go. */
struct released {
    void *memory;
    void (*free)(void *memory); /* NULL: the allocator has it back */
    own_allocator allocator;
};
struct released foreign_take(own_pool *pool, struct foreign *foreign);
/* It goes there. That may run code of users, which may end the pool. errno is kept. */
void foreign_give_back(const struct released *released);
/* own_contains, own_free, own_realloc and own_block_size where all else has failed: false or EINVAL,
   but for such a block. Two of them leave the pool, because they run code of users. */
bool foreign_has(const own_pool *pool, const void *block);
int foreign_free_block(own_pool *entered, void *block);
void *foreign_realloc(own_pool *entered, void *block, size_t count, size_t size);
size_t foreign_size(const own_pool *pool, const void *block);

#endif
