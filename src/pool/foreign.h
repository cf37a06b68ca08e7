/*
 * pool/foreign.h - the part of pool.h that is about blocks whose memory is somebody else's.
 *
 * They are in the first part of a pool, whatever thread makes them: adopted ones in its ledger,
 * private ones in a second ledger under the same lock.
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
/* A block from the allocator; all that own_alloc and its like do. */
void *private_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);
/* Frees the newest block of a private pool, which may run code of users. False: there is none. */
bool private_release(own_pool *pool);
/* The second ledger of a private pool; NULL: it is none. */
const struct ledger *private_ledger(const own_pool *pool);
/* What the second ledger has of `reserved`. */
size_t private_bytes(const own_pool *pool);

/* foreign.c; the first part is entered, unless another is said. What the pool has nodes for in its
   first part, both ledgers of it. */
struct counts foreign_counts(const own_pool *pool);
/* The foreign block at that address, or NULL. */
struct foreign *foreign_find(own_pool *pool, const void *block);
/* Memory becomes a block of the pool, adopted or private. False: ENOMEM, EDQUOT or EOVERFLOW. */
bool foreign_add(own_pool *pool, enum kind kind, void *memory, size_t size,
                 void (*free_fn)(void *));
/* It is no block any more; the memory is the caller's. `part` is that whose ledger it is in. */
void foreign_remove(struct part *part, struct foreign *foreign);
/* The same, and where the memory is to go. */
struct released {
    void *memory;
    void (*free)(void *memory); /* NULL: the allocator has it back */
    own_allocator allocator;
};
struct released foreign_take(own_pool *pool, struct foreign *foreign);
/* It goes there, with nothing entered. That may run code of users, which may end the pool. errno is
   kept. */
void foreign_give_back(const struct released *released);

/* own_contains, own_free, own_realloc and own_block_size where all else has failed; nothing is entered.
   False or EINVAL, but for such a block. */
bool foreign_has(own_pool *pool, const void *block);
int foreign_free_block(own_pool *pool, void *block);
void *foreign_realloc(own_pool *pool, void *block, size_t count, size_t size);
size_t foreign_size(own_pool *pool, const void *block);

#endif
