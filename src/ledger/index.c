/*
 * ledger/index.c - finding a node by what it refers to.
 */
#include "ledger/index.h"

#include <errno.h>
#include <string.h>

#define BUCKETS_LEAST ((size_t)16)

/* Moves a chain into buckets. Chains are newest first, and stay so. */
static __attribute__((noinline)) void spread(const struct record *record, struct node *chain)
{
    struct node *oldest = NULL;
    for (struct node *node = chain, *next; node; node = next) {
        next = node->chain;
        node->chain = oldest;
        oldest = node;
    }
    for (struct node *node = oldest, *next; node; node = next) {
        next = node->chain;
        struct node **bucket = index_bucket_of(record, node);
        node->chain = *bucket;
        *bucket = node;
    }
}

static void put_buckets(const struct record *record, struct account *account)
{
    if (record->buckets)
        account_put(account, record->bucket, record->buckets * sizeof(struct node *));
}

/* Gets buckets for all nodes at once, if they can be had. */
static __attribute__((noinline)) void grow(struct record *record, struct account *account)
{
    size_t least = max_size(BUCKETS_LEAST, record->buckets * 4);
    struct record larger = {
        .buckets = max_size(least, (size_t)2 << log2_floor(max_size(record->nodes, 2) - 1))};
    size_t granted;
    int saved = errno;
    larger.bucket = account_get(account, larger.buckets * sizeof(struct node *), &granted);
    errno = saved;
    if (!larger.bucket)
        return;
    if (granted <= CHUNK_MAX || limit_source(account->limit))
        memset(larger.bucket, 0, larger.buckets * sizeof(struct node *));
    for (size_t i = 0; i < record->buckets; i++)
        spread(&larger, record->bucket[i]);
    put_buckets(record, account);
    record->bucket = larger.bucket;
    record->buckets = larger.buckets;
}

/* Moves recent nodes into buckets. False: there are no buckets. */
static inline __attribute__((always_inline)) bool spread_recent(struct record *record,
                                                                struct account *account)
{
    if (OWN_UNLIKELY(record->nodes > record->buckets))
        grow(record, account);
    if (OWN_UNLIKELY(!record->buckets))
        return false;
    struct node *recent = record->recent;
    record->recent = NULL;
    if (OWN_UNLIKELY(recent->chain)) {
        spread(record, recent);
    } else {
        struct node **bucket = index_bucket_of(record, recent);
        recent->chain = *bucket;
        *bucket = recent;
    }
    return true;
}

void index_make_record(struct ledger *ledger, struct account *account)
{
    size_t granted;
    int saved = errno;
    struct record *record = account_get(account, sizeof(*record), &granted);
    errno = saved;
    if (!record)
        return;
    const struct counts counts = ledger_counts(ledger);
    *record =
        (struct record){.counts = counts, .nodes = counts_nodes(&counts), .recent = ledger->index};
    ledger->index = (struct node *)((uintptr_t)record | INDEX_HAS_RECORD);
}

void index_free_record(struct ledger *ledger, struct account *account, struct record *record)
{
    put_buckets(record, account);
    account_put(account, record, sizeof(*record));
    ledger->index = NULL;
}

struct node **index_find_further(struct record *record, struct account *account, struct node **link,
                                 enum kind kind, const void *object, void (*call)(void *))
{
    if (!record->recent || spread_recent(record, account)) {
        if (OWN_UNLIKELY(!record->buckets))
            return NULL;
        link = index_bucket(record, kind, object, call);
    }
    for (struct node *node; (node = *link); link = &node->chain) {
        if (node_is(node, kind, object, call))
            return link;
    }
    return NULL;
}

struct node **index_link(struct ledger *ledger, struct account *account, const struct node *node)
{
    struct record *record = index_record(ledger);
    struct node **link = record ? &record->recent : &ledger->index;
    size_t most = record ? LEDGER_FEW : SIZE_MAX;
    for (; *link && most-- > 0; link = &(*link)->chain) {
        if (*link == node)
            return link;
    }
    if (!record->recent || !*link || spread_recent(record, account))
        link = index_bucket_of(record, node);
    while (*link != node)
        link = &(*link)->chain;
    return link;
}
