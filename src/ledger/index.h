/*
 * ledger/index.h - how the room ledger finds nodes: for its own files.
 */
#ifndef LEDGER_INDEX_H
#define LEDGER_INDEX_H

#include "base/hash.h"
#include "ledger/ledger.h"

/* Of a ledger with more than LEDGER_FEW nodes. */
struct record {
    struct counts counts;
    size_t nodes;         /* held + deferred + foreign */
    struct node *recent;  /* the nodes that are in no bucket */
    struct node **bucket; /* NULL: there are none yet, and all nodes are recent */
    size_t buckets;       /* a power of two, or 0 */
};

#define INDEX_HAS_RECORD ((uintptr_t)1)

/* NULL: the nodes are in one chain. */
static inline struct record *index_record(const struct ledger *ledger)
{
    uintptr_t index = (uintptr_t)ledger->index;
    return index & INDEX_HAS_RECORD ? (struct record *)(index - INDEX_HAS_RECORD) : NULL;
}

static inline size_t counts_nodes(const struct counts *counts)
{
    return counts->held + counts->deferred + counts->foreign;
}

/* Counts a node in, or with -1 out. */
static inline void counts_add(struct counts *counts, const struct node *node, size_t one)
{
    enum kind kind = entry_kind(&node->entry);
    if (OWN_LIKELY(kind == KIND_REFERENCE)) {
        counts->held += one;
    } else if (kind == KIND_CALL) {
        counts->deferred += one;
    } else {
        counts->foreign += one;
        counts->foreign_bytes += one * node_foreign(node)->size;
        counts->with += node_is_with(node) ? one : 0;
    }
}

static inline struct node **index_bucket(const struct record *record, enum kind kind,
                                         const void *object, void (*call)(void *))
{
    uintptr_t key = (uintptr_t)object;
    if (kind == KIND_CALL) /* one argument may have many calls, NULL above all */
        key ^= (uintptr_t)call << 7;
    return &record->bucket[hash_address(key) & (record->buckets - 1)];
}

static inline struct node **index_bucket_of(const struct record *record, const struct node *node)
{
    return index_bucket(record, entry_kind(&node->entry), node->object, node->call);
}

static inline bool node_is(const struct node *node, enum kind kind, const void *object,
                           void (*call)(void *))
{
    return node->object == object && entry_kind(&node->entry) == kind &&
           (kind != KIND_CALL || node->call == call);
}

/* index.c: makes a record instead of the one chain, if there is memory for it. */
void index_make_record(struct ledger *ledger, struct account *account);
void index_free_record(struct ledger *ledger, struct account *account, struct record *record);
/* The rest of a search that has seen LEDGER_FEW recent nodes, or all of them, before `link`. */
struct node **index_find_further(struct record *record, struct account *account, struct node **link,
                                 enum kind kind, const void *object, void (*call)(void *));
/* The link to a node. */
struct node **index_link(struct ledger *ledger, struct account *account, const struct node *node);

/* Whether the one chain has so many nodes that it wants a record for one more. */
static inline bool index_is_long(const struct node *chain)
{
    size_t nodes = 0;
    for (; chain; chain = chain->chain) {
        if (++nodes == LEDGER_FEW)
            return true;
    }
    return false;
}

/* Makes a node the newest of the index. */
static inline void index_add(struct ledger *ledger, struct account *account, struct node *node)
{
    struct record *record = index_record(ledger);
    if (!record && OWN_UNLIKELY(index_is_long(ledger->index))) {
        index_make_record(ledger, account);
        record = index_record(ledger);
    }
    struct node **chain = &ledger->index;
    if (record) {
        counts_add(&record->counts, node, 1);
        record->nodes++;
        chain = &record->recent;
    }
    node->chain = *chain;
    *chain = node;
}

/* The link to the newest node like that. NULL: there is none. */
static inline struct node **index_find(struct ledger *ledger, struct account *account,
                                       enum kind kind, const void *object, void (*call)(void *))
{
    struct record *record = index_record(ledger);
    struct node **link = record ? &record->recent : &ledger->index;
    size_t most = record ? LEDGER_FEW : SIZE_MAX;
    for (struct node *node; (node = *link) && most-- > 0; link = &node->chain) {
        if (node_is(node, kind, object, call))
            return link;
    }
    return record ? index_find_further(record, account, link, kind, object, call) : NULL;
}

/* Takes out the node that a link leads to. */
static inline void index_remove(struct ledger *ledger, struct account *account, struct node **link)
{
    struct record *record = index_record(ledger);
    const struct node *node = *link;
    *link = node->chain;
    if (!record)
        return;
    counts_add(&record->counts, node, (size_t)-1);
    if (OWN_UNLIKELY(--record->nodes == 0))
        index_free_record(ledger, account, record);
}

#endif
