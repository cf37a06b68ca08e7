/*
 * ledger/ledger.c - adding and removing entries, counts.
 */
#include "ledger/index.h"

void ledger_add(struct ledger *ledger, struct account *account, struct node *node, void *owner,
                uint64_t time)
{
    index_add(ledger, account, node);
    ring_enter(ledger, &node->entry);
    node->entry.stamp |= time << KIND_BITS;
    node->entry.owner = owner;
}

struct node *ledger_find(struct ledger *ledger, struct account *account, enum kind kind,
                         const void *object, void (*call)(void *))
{
    struct node **link = index_find(ledger, account, kind, object, call);
    return link ? *link : NULL;
}

struct node *ledger_take(struct ledger *ledger, struct account *account, enum kind kind,
                         const void *object, void (*call)(void *))
{
    struct node **link = index_find(ledger, account, kind, object, call);
    if (!link)
        return NULL;
    struct node *node = *link;
    index_remove(ledger, account, link);
    ring_leave(ledger, &node->entry);
    return node;
}

void ledger_remove(struct ledger *ledger, struct account *account, struct node *node)
{
    index_remove(ledger, account, index_link(ledger, account, node));
    ring_leave(ledger, &node->entry);
}

void ledger_shrink_foreign(struct ledger *ledger, struct foreign *foreign, size_t size)
{
    struct record *record = index_record(ledger);
    if (record)
        record->counts.foreign_bytes -= foreign->size - size;
    foreign->size = size;
}

void foreign_with(void *memory)
{
    (void)memory;
}

struct counts ledger_counts(const struct ledger *ledger)
{
    const struct record *record = index_record(ledger);
    if (record)
        return record->counts;
    struct counts counts = {.held = 0};
    for (const struct node *node = ledger->index; node; node = node->chain)
        counts_add(&counts, node, 1);
    return counts;
}

size_t ledger_bytes(const struct ledger *ledger)
{
    const struct record *record = index_record(ledger);
    const struct counts counts = ledger_counts(ledger);
    size_t bytes = (counts.held + counts.deferred) * chunk_round(sizeof(struct node)) +
                   (counts.foreign - counts.with) * chunk_round(sizeof(struct foreign)) +
                   counts.with * chunk_round(sizeof(struct foreign_with));
    if (record)
        bytes += chunk_round(sizeof(*record));
    if (record && record->buckets)
        bytes += chunk_round(record->buckets * sizeof(struct node *));
    return bytes;
}
