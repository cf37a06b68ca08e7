/*
 * pool/foreign.h - foreign blocks; included by pool.h only.
 *
 * Foreign blocks are in the first part of a pool, whatever thread adds them: adopted ones in its
 * ledger, private ones in a second ledger under the same lock.
 */
#ifndef POOL_FOREIGN_H
#define POOL_FOREIGN_H

#include "pool/pool.h"

/* A pool with POOL_PRIVATE has one extent, which ends where its first block would be, so that
   own_alloc finds no room. There lies this record. */
struct private_memory {
    own_allocator allocator;
    struct ledger blocks; /* all of KIND_BLOCK */
};

struct private_memory *private_memory(const own_pool *pool);
/* Gives a new pool an allocator. Its first extent has room for that record. */
void private_begin(own_pool *pool, const own_allocator *allocator);
/* What checks know of a pool. NULL: its blocks are not checked. */
static inline struct checks *pool_checks(const own_pool *pool)
{
    return OWN_UNLIKELY(pool_flags(pool) & POOL_CHECKED) ? private_memory(pool)->allocator.ctx
                                                         : NULL;
}
/* Frees the newest block of a private pool, which may run code of users. False: there is none. */
bool private_release(own_pool *pool);
/* The second ledger of a private pool; NULL: it is none. */
const struct ledger *private_ledger(const own_pool *pool);
/* What the second ledger has of `reserved`. */
size_t private_bytes(const own_pool *pool);

/* The caller has entered the first part, unless something else is said. The sum of the
   counts of both ledgers. */
struct counts foreign_counts(const own_pool *pool);
/* The foreign block at that address, or NULL. */
struct foreign *foreign_find(own_pool *pool, const void *block);
/* How a foreign block is freed. */
struct released {
    void *memory;
    void (*free)(void *memory); /* or with ctx; neither: the allocator frees it */
    void (*free_with)(void *memory, void *ctx);
    void *ctx;
    own_allocator allocator;
};
/* Makes memory a block of the pool, adopted or private. False: ENOMEM, EDQUOT or EOVERFLOW. */
bool foreign_add(own_pool *pool, enum kind kind, size_t size, const struct released *freed);
/* Its size becomes less; nothing can fail. */
void foreign_shrink(struct part *part, struct foreign *foreign, size_t size);
/* A private block is at another address now, with another size, which limits count already. It is
   the newest. */
void foreign_change(struct part *part, struct foreign *foreign, void *memory, size_t size);
/* How the memory of a block is to be freed. */
struct released foreign_freed(const own_pool *pool, const struct foreign *foreign);
/* Makes it a block no longer; the memory is the caller's. `part`: the one whose ledger has it. */
void foreign_remove(struct part *part, struct foreign *foreign);
/* Both. */
struct released foreign_take(own_pool *pool, struct foreign *foreign);
/* Frees it. No part is entered: this runs code of users, which may end the pool. errno is kept. */
void foreign_give_back(const struct released *released);

#endif
