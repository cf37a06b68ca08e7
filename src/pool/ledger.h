/*
 * pool/ledger.h - the part of pool.h that is about what a pool took on: nodes of the ledger, and
 * blocks whose memory is not of its chunks.
 */
#ifndef POOL_LEDGER_H
#define POOL_LEDGER_H

#include "pool/pool.h"

/* ledger.c */
struct node {
    struct entry entry;
    struct node *chain; /* the next older one in its bucket */
    void *object;       /* or the argument of the call, or the foreign block */
    void (*call)(void *argument);
};

/* A block whose memory is not of the pool's chunks. Its node has FOREIGN for a call. */
struct foreign {
    struct node node;
    size_t size;
    void (*free)(void *memory); /* of an adopted block; NULL: the allocator's */
};

#define FOREIGN ((void (*)(void *))1) /* tells these nodes apart; never called */

/* What a pool has nodes for. */
struct node_counts {
    size_t held;
    size_t deferred;
    size_t foreign;
    size_t foreign_bytes;
};

static inline struct foreign *node_foreign(const struct node *node)
{
    return (struct foreign *)(uintptr_t)node; /* its first field */
}

static inline bool entry_is_child(const struct entry *entry)
{
    return (uintptr_t)entry->parent > (uintptr_t)ENTRY_PRIVATE;
}

static inline own_pool *entry_child(struct entry *entry)
{
    return (own_pool *)(void *)((char *)entry - offsetof(own_pool, entry));
}

static inline struct node *entry_node(struct entry *entry)
{
    return (struct node *)(void *)entry; /* its first field */
}

/* An entry becomes the newest of a ring, or leaves it. */
void ring_enter(struct entry **ring, struct entry *entry);
void ring_leave(struct entry **ring, struct entry *entry);
/* A node that can be found from now on, until it is removed; in no ring yet. */
void index_add(own_pool *pool, struct node *node, void *object, void (*call)(void *));
void index_remove(own_pool *pool, struct node *node);
void ledger_add_child(own_pool *pool, own_pool *child);
void ledger_remove_child(own_pool *pool, own_pool *child);
/* A node made ready, so that adding to the ledger cannot fail. NULL: ENOMEM, EDQUOT. */
struct node *ledger_node_get(own_pool *pool);
void ledger_node_put(own_pool *pool, struct node *node);
/* A node becomes the newest entry: a reference where call is NULL. */
void ledger_add(own_pool *pool, struct node *node, void *object, void (*call)(void *));
/* The newest node of that object (or argument) and call; NULL: none. */
struct node *ledger_find(const own_pool *pool, const void *object, void (*call)(void *));
/* Takes a node out; it is the caller's then. */
void ledger_remove(own_pool *pool, struct node *node);
size_t ledger_held(const own_pool *pool);
size_t ledger_deferred(const own_pool *pool);
struct node_counts ledger_counts(const own_pool *pool);
/* Releases the newest entry, and newer ones that this brings, until one was the last reference to
   an object, which is returned: it is to die now. NULL: the ledger is empty. */
own_object *ledger_release(own_pool *pool);
/* The same until the ledger is empty, with all deaths. */
void ledger_clear(own_pool *pool);
/* What the ledger has of `reserved`, and what the name has. */
size_t ledger_bytes(const own_pool *pool);
size_t name_bytes(const own_pool *pool);

/* foreign.c */
/* What the pool has of memory that is not in its chunks; and all that limits are held to. */
static inline size_t foreign_bytes(const own_pool *pool)
{
    return OWN_LIKELY(!(pool->flags & POOL_FOREIGN)) ? 0 : ledger_counts(pool).foreign_bytes;
}

static inline size_t pool_reserved(const own_pool *pool)
{
    return pool->account.reserved + foreign_bytes(pool);
}

/* The foreign block at that address, or NULL. */
static inline struct foreign *foreign_find(const own_pool *pool, const void *block)
{
    struct node *node = pool->flags & POOL_FOREIGN ? ledger_find(pool, block, FOREIGN) : NULL;
    return node ? node_foreign(node) : NULL;
}

/* Memory becomes a block of the pool, adopted or where free_fn is NULL private. False: ENOMEM or
   EDQUOT. */
bool foreign_add(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *));
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

/* private.c */
struct private_memory {
    own_allocator allocator;
    struct entry *newest; /* of the blocks, a ring */
};

/* What a pool with POOL_PRIVATE has behind its first extent. */
struct private_memory *private_memory(const own_pool *pool);
/* Makes a pool without blocks such a one. Its first extent has room for that record. */
void private_begin(own_pool *pool, const own_allocator *allocator);
/* A block from the allocator; all that own_alloc and its like do. The pool is left meanwhile. */
void *private_alloc(own_pool *pool, size_t alignment, size_t count, size_t size, bool zero);
/* Frees the newest block of a private pool, which may run code of users. False: there is none. */
bool private_release(own_pool *pool);
/* What the record has of `reserved`. */
size_t private_bytes(const own_pool *pool);

#endif
