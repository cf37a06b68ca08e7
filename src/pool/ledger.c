/*
 * pool/ledger.c - references and deferred calls, in the order in which a pool took them on.
 *
 * The ledger is a ring of entries. A child brings its entry along; anything else gets a node. Nodes
 * are found again by what they refer to: a few along their chain, many through a hash of chains, so
 * that releasing one of a million costs no search. Where there is no memory for a larger hash,
 * chains are longer; nothing fails for that.
 */
#include "pool/pool.h"

#include <errno.h>

#define CHAIN_MAX 8 /* nodes, before there is a hash */
#define BUCKETS_FIRST 16

/* Behind a pool's `nodes` with the lowest bit set. */
struct hash {
    size_t held;
    size_t deferred;
    size_t buckets; /* a power of two */
    struct node **bucket;
};

#define HASHED ((uintptr_t)1)

static struct hash *hash_of(const own_pool *pool)
{
    return pool->nodes & HASHED ? (struct hash *)(pool->nodes - HASHED) : NULL;
}

static void enter(own_pool *pool, struct entry *entry)
{
    struct entry *newest = pool->newest;
    if (newest) {
        entry->older = newest;
        entry->newer = newest->newer;
        newest->newer->older = entry;
        newest->newer = entry;
    } else {
        entry->older = entry;
        entry->newer = entry;
    }
    pool->newest = entry;
}

static void leave(own_pool *pool, struct entry *entry)
{
    if (pool->newest == entry)
        pool->newest = entry->older == entry ? NULL : entry->older;
    entry->newer->older = entry->older;
    entry->older->newer = entry->newer;
    entry->parent = NULL;
}

void ledger_add_child(own_pool *pool, own_pool *child)
{
    enter(pool, &child->entry);
    child->entry.parent = pool;
    pool->children++;
}

void ledger_remove_child(own_pool *pool, own_pool *child)
{
    leave(pool, &child->entry);
    pool->children--;
}

static struct node **bucket_of(const struct hash *hash, const void *object, void (*call)(void *))
{
    /* Multiplication mixes upwards, so the upper bits choose; addresses differ in the middle. */
    uint64_t key = (uint64_t)(uintptr_t)object ^ (uint64_t)(uintptr_t)call << 7;
    size_t bucket = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (hash->buckets - 1);
    return &hash->bucket[bucket];
}

/* Where the chain begins that a node is in, or would be. */
static struct node **chain_of(const own_pool *pool, const void *object, void (*call)(void *))
{
    const struct hash *hash = hash_of(pool);
    return hash ? bucket_of(hash, object, call) : (struct node **)(uintptr_t)&pool->nodes;
}

/* Moves a chain into the buckets of a hash. Chains are newest first, and stay so. */
static void spread(struct hash *hash, struct node *chain)
{
    struct node *oldest = NULL;
    for (struct node *node = chain, *next; node; node = next) {
        next = node->chain;
        node->chain = oldest;
        oldest = node;
    }
    for (struct node *node = oldest, *next; node; node = next) {
        next = node->chain;
        struct node **bucket = bucket_of(hash, node->object, node->call);
        node->chain = *bucket;
        *bucket = node;
    }
}

static bool get_buckets(own_pool *pool, struct hash *hash, size_t buckets)
{
    int saved = errno;
    size_t granted;
    hash->buckets = buckets;
    hash->bucket = pool_chunk_get(pool, buckets * sizeof(struct node *), &granted);
    errno = saved;
    for (size_t i = 0; hash->bucket && i < buckets; i++)
        hash->bucket[i] = NULL;
    return hash->bucket;
}

static void put_buckets(own_pool *pool, const struct hash *hash)
{
    pool_chunk_put(pool, hash->bucket, hash->buckets * sizeof(struct node *));
}

/* Four times the buckets, if they can be had. */
static void hash_grow(own_pool *pool, struct hash *hash)
{
    struct hash larger = *hash;
    if (!get_buckets(pool, &larger, hash->buckets * 4))
        return;
    for (size_t i = 0; i < hash->buckets; i++)
        spread(&larger, hash->bucket[i]);
    put_buckets(pool, hash);
    *hash = larger;
}

/* A hash instead of the one chain, if it can be had. */
static void hash_make(own_pool *pool)
{
    int saved = errno;
    size_t granted;
    struct hash *hash = pool_chunk_get(pool, sizeof(*hash), &granted);
    errno = saved;
    if (!hash)
        return;
    hash->held = ledger_held(pool);
    hash->deferred = ledger_deferred(pool);
    if (!get_buckets(pool, hash, BUCKETS_FIRST)) {
        pool_chunk_put(pool, hash, sizeof(*hash));
        return;
    }
    spread(hash, (struct node *)pool->nodes);
    pool->nodes = (uintptr_t)hash | HASHED;
}

/* The last node has gone. */
static void hash_free(own_pool *pool, struct hash *hash)
{
    put_buckets(pool, hash);
    pool_chunk_put(pool, hash, sizeof(*hash));
    pool->nodes = 0;
}

struct node *ledger_node_get(own_pool *pool)
{
    size_t granted;
    return pool_chunk_get(pool, sizeof(struct node), &granted);
}

void ledger_node_put(own_pool *pool, struct node *node)
{
    pool_chunk_put(pool, node, sizeof(*node));
}

static bool chain_is_long(const own_pool *pool)
{
    size_t nodes = 0;
    for (const struct node *node = (struct node *)pool->nodes; node; node = node->chain) {
        if (++nodes == CHAIN_MAX)
            return true;
    }
    return false;
}

void ledger_add(own_pool *pool, struct node *node, void *object, void (*call)(void *))
{
    struct hash *hash = hash_of(pool);
    if (!hash && chain_is_long(pool)) {
        hash_make(pool);
        hash = hash_of(pool);
    }
    if (hash) {
        if (hash->held + hash->deferred >= hash->buckets * 2)
            hash_grow(pool, hash);
        if (call)
            hash->deferred++;
        else
            hash->held++;
    }
    struct node **chain = chain_of(pool, object, call);
    node->object = object;
    node->call = call;
    node->chain = *chain;
    *chain = node;
    enter(pool, &node->entry);
    node->entry.parent = call ? ENTRY_CALL : ENTRY_REFERENCE;
}

struct node *ledger_find(const own_pool *pool, const void *object, void (*call)(void *))
{
    if (!pool->nodes)
        return NULL;
    struct node *node = *chain_of(pool, object, call);
    while (node && (node->object != object || node->call != call))
        node = node->chain;
    return node;
}

void ledger_remove(own_pool *pool, struct node *node)
{
    struct node **link = chain_of(pool, node->object, node->call);
    while (*link != node)
        link = &(*link)->chain;
    *link = node->chain;
    leave(pool, &node->entry);
    struct hash *hash = hash_of(pool);
    if (!hash)
        return;
    if (node->call)
        hash->deferred--;
    else
        hash->held--;
    if (hash->held + hash->deferred == 0)
        hash_free(pool, hash);
}

static size_t count_chain(const own_pool *pool, bool calls)
{
    size_t nodes = 0;
    for (const struct node *node = (struct node *)pool->nodes; node; node = node->chain)
        nodes += !node->call != calls;
    return nodes;
}

size_t ledger_held(const own_pool *pool)
{
    const struct hash *hash = hash_of(pool);
    return hash ? hash->held : count_chain(pool, false);
}

size_t ledger_deferred(const own_pool *pool)
{
    const struct hash *hash = hash_of(pool);
    return hash ? hash->deferred : count_chain(pool, true);
}

own_object *ledger_release(own_pool *pool)
{
    while (pool->newest) {
        struct entry *newest = pool->newest;
        if (entry_is_child(newest)) {
            own_pool *child = entry_child(newest);
            if (pool_orphan(pool, child))
                return &child->object;
            continue;
        }
        struct node *node = entry_node(newest);
        void *object = node->object;
        void (*call)(void *) = node->call;
        ledger_remove(pool, node);
        ledger_node_put(pool, node);
        if (call) {
            int saved = errno;
            call(object);
            errno = saved;
        } else if (object_unhold(object)) {
            return object;
        }
    }
    return NULL;
}

void ledger_clear(own_pool *pool)
{
    for (own_object *object; (object = ledger_release(pool));)
        object_die_now(object);
}

size_t ledger_bytes(const own_pool *pool)
{
    const struct hash *hash = hash_of(pool);
    size_t nodes = ledger_held(pool) + ledger_deferred(pool);
    size_t bytes = nodes * chunk_round(sizeof(struct node));
    if (hash)
        bytes += chunk_round(sizeof(*hash)) + chunk_round(hash->buckets * sizeof(struct node *));
    return bytes;
}
