/*
 * ledger/validate.c - the equations of ledger.h, checked.
 */
#include "ledger/index.h"

static void check(bool holds, const void *owner, const char *equation)
{
    require(holds, "ledger of", owner, equation);
}

/* The entries of the ring, by kind. */
static struct counts count_ring(const struct ledger *ledger, const void *owner)
{
    struct counts found = {.held = 0};
    size_t children = 0;
    for (struct entry *entry = ledger->newest; entry; entry = ledger_older(ledger, entry)) {
        check(entry->newer->older == entry && entry->older->newer == entry, owner,
              "the ledger is a ring");
        check(entry->owner == owner, owner, "owner = that of the ledger");
        if (entry_is_child(entry))
            children++;
        else if (entry_kind(entry) != KIND_BOOKMARK)
            counts_add(&found, entry_node(entry), 1);
    }
    check(children == ledger->children, owner, "children = entries of that kind");
    return found;
}

/* Returns how many nodes a chain has. */
static size_t check_chain(const struct record *record, struct node *const *chain, const void *owner)
{
    size_t nodes = 0;
    for (const struct node *node = *chain; node; node = node->chain) {
        check(node->entry.owner == owner, owner, "every node of a chain is in the ring");
        if (record) {
            check(index_bucket_of(record, node) == chain, owner,
                  "every node is in the bucket of its object");
            for (const struct node *other = *chain;
                 entry_kind(&node->entry) >= KIND_ADOPTED && other != node; other = other->chain)
                check(other->object != node->object || entry_kind(&other->entry) < KIND_ADOPTED,
                      owner, "no two foreign blocks have the same address");
        }
        nodes++;
    }
    return nodes;
}

/* Whether the newest nodes of the ring are those of a chain, in that order. */
static bool chain_is_newest(const struct ledger *ledger, const struct node *chain)
{
    struct entry *entry = ledger->newest;
    for (; chain; chain = chain->chain) {
        while (entry && entry_kind(entry) <= KIND_CHILD)
            entry = ledger_older(ledger, entry);
        if (entry != &chain->entry)
            return false;
        entry = ledger_older(ledger, entry);
    }
    return true;
}

static size_t check_chains(const struct ledger *ledger, const void *owner)
{
    const struct record *record = index_record(ledger);
    check(!record || !record->buckets || is_power_of_two(record->buckets), owner,
          "buckets are a power of two");
    struct node *const *recent = record ? &record->recent : &ledger->index;
    size_t nodes = check_chain(NULL, recent, owner);
    check(chain_is_newest(ledger, *recent), owner, "recent nodes are the newest of the ring");
    for (size_t i = 0; record && i < record->buckets; i++)
        nodes += check_chain(record, &record->bucket[i], owner);
    return nodes;
}

void ledger_validate(const struct ledger *ledger, const void *owner)
{
    const struct counts found = count_ring(ledger, owner);
    size_t chained = check_chains(ledger, owner);
    const struct counts counts = ledger_counts(ledger);
    check(counts.held == found.held, owner, "held = entries of that kind");
    check(counts.deferred == found.deferred, owner, "deferred = entries of that kind");
    check(counts.foreign == found.foreign, owner, "foreign = entries of these kinds");
    check(counts.foreign_bytes == found.foreign_bytes, owner, "foreign bytes = their sizes");
    check(counts.with == found.with, owner, "with = foreign ones with a context");
    check(chained == counts_nodes(&found), owner, "every node is in one chain");
    const struct record *record = index_record(ledger);
    check(!record || record->nodes == chained, owner, "nodes = held + deferred + foreign");
}
