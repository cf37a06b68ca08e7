/*
 * pool/ledger.c - what a pool took on, in order: references, deferred calls, adopted blocks.
 *
 * The ledger is a ring of entries. A child brings its entry along; anything else gets a node. Nodes
 * are found again by what they refer to: a few along their chain, many through a hash of chains, so
 * that releasing one of a million costs no search. Where there is no memory for a larger hash,
 * chains are longer; nothing fails for that.
 *
 * Private blocks are found in the same way; they are in a ring of their own (private.c).
 */
#include "pool/shared.h"

#include <errno.h>

#define CHAIN_MAX 8 /* nodes, before there is a hash */
#define BUCKETS_FIRST 16

/* Behind a pool's `nodes` with the lowest bit set. */
struct hash {
    struct node_counts counts;
    size_t buckets; /* a power of two */
    struct node **bucket;
};

#define HASHED ((uintptr_t)1)

static struct hash *hash_of(const own_pool *pool)
{
    return pool->nodes & HASHED ? (struct hash *)(pool->nodes - HASHED) : NULL;
}

static inline void enter(struct entry **ring, struct entry *entry)
{
    struct entry *newest = *ring;
    if (newest) {
        entry->older = newest;
        entry->newer = newest->newer;
        newest->newer->older = entry;
        newest->newer = entry;
    } else {
        entry->older = entry;
        entry->newer = entry;
    }
    *ring = entry;
}

static inline void leave(struct entry **ring, struct entry *entry)
{
    if (*ring == entry)
        *ring = entry->older == entry ? NULL : entry->older;
    entry->newer->older = entry->older;
    entry->older->newer = entry->newer;
    /* From here on it may enter another ring, under another lock. */
    __atomic_store_n(&entry->parent, NULL, __ATOMIC_RELEASE);
}

/* Of a shared pool: so that its stripes have one order. */
static inline void set_time(const own_pool *pool, struct entry *entry)
{
    if (OWN_UNLIKELY(pool->shared))
        entry->time = shared_time(pool);
}

void ring_enter(struct entry **ring, struct entry *entry)
{
    enter(ring, entry);
}

void ring_leave(struct entry **ring, struct entry *entry)
{
    leave(ring, entry);
}

void ledger_add_child(own_pool *pool, own_pool *child)
{
    enter(&pool->newest, &child->entry);
    __atomic_store_n(&child->entry.parent, pool, __ATOMIC_RELAXED);
    set_time(pool, &child->entry);
    pool->children++;
}

void ledger_remove_child(own_pool *pool, own_pool *child)
{
    leave(&pool->newest, &child->entry);
    pool->children--;
}

/* Counts a node in, or with -1 out. */
static void count_node(struct node_counts *counts, const struct node *node, size_t one)
{
    if (!node->call) {
        counts->held += one;
    } else if (node->call == FOREIGN) {
        counts->foreign += one;
        counts->foreign_bytes += one * node_foreign(node)->size;
    } else {
        counts->deferred += one;
    }
}

struct node_counts ledger_counts(const own_pool *pool)
{
    const struct hash *hash = hash_of(pool);
    if (hash)
        return hash->counts;
    struct node_counts counts = {.held = 0};
    for (const struct node *node = (struct node *)pool->nodes; node; node = node->chain)
        count_node(&counts, node, 1);
    return counts;
}

static size_t all_nodes(const struct node_counts *counts)
{
    return counts->held + counts->deferred + counts->foreign;
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
    hash->bucket = account_get(&pool->account, buckets * sizeof(struct node *), &granted);
    errno = saved;
    for (size_t i = 0; hash->bucket && i < buckets; i++)
        hash->bucket[i] = NULL;
    return hash->bucket;
}

static void put_buckets(own_pool *pool, const struct hash *hash)
{
    account_put(&pool->account, hash->bucket, hash->buckets * sizeof(struct node *));
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
    struct hash *hash = account_get(&pool->account, sizeof(*hash), &granted);
    errno = saved;
    if (!hash)
        return;
    hash->counts = ledger_counts(pool);
    if (!get_buckets(pool, hash, BUCKETS_FIRST)) {
        account_put(&pool->account, hash, sizeof(*hash));
        return;
    }
    spread(hash, (struct node *)pool->nodes);
    pool->nodes = (uintptr_t)hash | HASHED;
}

/* The last node has gone. */
static void hash_free(own_pool *pool, struct hash *hash)
{
    put_buckets(pool, hash);
    account_put(&pool->account, hash, sizeof(*hash));
    pool->nodes = 0;
}

struct node *ledger_node_get(own_pool *pool)
{
    size_t granted;
    return account_get(&pool->account, sizeof(struct node), &granted);
}

void ledger_node_put(own_pool *pool, struct node *node)
{
    account_put(&pool->account, node, sizeof(*node));
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

static inline __attribute__((always_inline)) void chain_in(own_pool *pool, struct node *node,
                                                           void *object, void (*call)(void *))
{
    struct hash *hash = hash_of(pool);
    if (!hash && chain_is_long(pool)) {
        hash_make(pool);
        hash = hash_of(pool);
    }
    node->object = object;
    node->call = call;
    if (hash) {
        if (all_nodes(&hash->counts) >= hash->buckets)
            hash_grow(pool, hash);
        count_node(&hash->counts, node, 1);
    }
    struct node **chain = chain_of(pool, object, call);
    node->chain = *chain;
    *chain = node;
}

void index_add(own_pool *pool, struct node *node, void *object, void (*call)(void *))
{
    chain_in(pool, node, object, call);
}

void ledger_add(own_pool *pool, struct node *node, void *object, void (*call)(void *))
{
    chain_in(pool, node, object, call);
    enter(&pool->newest, &node->entry);
    set_time(pool, &node->entry);
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

static inline __attribute__((always_inline)) void chain_out(own_pool *pool, struct node *node)
{
    struct node **link = chain_of(pool, node->object, node->call);
    while (*link != node)
        link = &(*link)->chain;
    *link = node->chain;
    struct hash *hash = hash_of(pool);
    if (!hash)
        return;
    count_node(&hash->counts, node, (size_t)-1);
    if (all_nodes(&hash->counts) == 0)
        hash_free(pool, hash);
}

void index_remove(own_pool *pool, struct node *node)
{
    chain_out(pool, node);
}

void ledger_remove(own_pool *pool, struct node *node)
{
    chain_out(pool, node);
    leave(&pool->newest, &node->entry);
}

size_t ledger_held(const own_pool *pool)
{
    return ledger_counts(pool).held;
}

size_t ledger_deferred(const own_pool *pool)
{
    return ledger_counts(pool).deferred;
}

/* Takes the newest node out, leaves the pool, then does what the node is there for. */
static own_object *release_node(own_pool *entered, struct node *node)
{
    void *object = node->object;
    void (*call)(void *) = node->call;
    if (call == FOREIGN) {
        struct released released = foreign_take(entered, node_foreign(node));
        pool_leave(entered);
        foreign_give_back(&released);
        return NULL;
    }
    ledger_remove(entered, node);
    ledger_node_put(entered, node);
    pool_leave(entered);
    if (!call)
        return object_unhold(object) ? object : NULL;
    int saved = errno;
    call(object);
    errno = saved;
    return NULL;
}

own_object *ledger_release(own_pool *pool)
{
    own_pool *entered;
    own_object *last = NULL;
    while (!last && (entered = pool_enter_newest(pool))) {
        struct entry *newest = entered->newest;
        if (!entry_is_child(newest)) {
            last = release_node(entered, entry_node(newest));
            continue;
        }
        own_pool *child = entry_child(newest);
        bool shared = own_is_shared(child);
        last = pool_orphan(entered, child) ? &child->object : NULL;
        pool_leave(entered);
        if (OWN_UNLIKELY(shared) && !last)
            shared_leave_tree();
    }
    return last;
}

void ledger_clear(own_pool *pool)
{
    for (own_object *object; (object = ledger_release(pool));)
        object_die_now(object);
}

size_t ledger_bytes(const own_pool *pool)
{
    const struct hash *hash = hash_of(pool);
    const struct node_counts counts = ledger_counts(pool);
    size_t bytes = (counts.held + counts.deferred) * chunk_round(sizeof(struct node)) +
                   counts.foreign * chunk_round(sizeof(struct foreign));
    if (hash)
        bytes += chunk_round(sizeof(*hash)) + chunk_round(hash->buckets * sizeof(struct node *));
    return bytes;
}
