/*
 * pool/usage.c - numbers, totals, walks.
 */
#include "pool/pool.h"

#include <errno.h>

static void add_part(own_usage *usage, const struct part *part)
{
    part_enter(part);
    const struct part_counts counts = part_count(part);
    const struct counts nodes = ledger_counts(&part->ledger);
    usage->blocks += counts.blocks;
    usage->bytes += counts.bytes;
    usage->reserved += counts.reserved + nodes.foreign_bytes;
    usage->peak += counts.peak;
    usage->children += part->ledger.children;
    usage->held += nodes.held;
    usage->deferred += nodes.deferred;
    part_leave(part);
}

static void add_usage(own_usage *usage, const own_pool *pool)
{
    usage->pools++;
    for (const struct part *part = &pool->part; part; part = part_next(&pool->part, part))
        add_part(usage, part);
    if (OWN_UNLIKELY(pool_flags(pool) & POOL_PRIVATE)) {
        part_enter(&pool->part);
        usage->reserved += ledger_counts(&private_memory(pool)->blocks).foreign_bytes;
        part_leave(&pool->part);
    }
}

void own_pool_usage(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    if (pool && pool_check(pool, "own_pool_usage"))
        add_usage(usage, pool);
}

void own_pool_total(const own_pool *pool, own_usage *usage)
{
    if (!usage)
        return;
    *usage = (own_usage){.pools = 0};
    own_pool *root = (own_pool *)(uintptr_t)pool;
    if (!pool || !pool_check(pool, "own_pool_total"))
        return;
    for (own_pool *at = root; at; at = tree_next(root, at, true))
        add_usage(usage, at);
}

/* The oldest entry in `part`, which becomes the one that has it, or a later one. NULL: none. */
static struct entry *first_entry(const struct part **part)
{
    const struct part *first = &pool_home(*part)->part;
    struct entry *entry = ledger_oldest(&(*part)->ledger);
    for (const struct part *next; !entry && (next = part_next(first, *part));
         entry = ledger_oldest(&next->ledger))
        *part = next;
    return entry;
}

static struct entry *next_entry(const struct part **part, struct entry *entry)
{
    struct entry *newer = ledger_newer(&(*part)->ledger, entry);
    if (newer)
        return newer;
    const struct part *next = part_next(&pool_home(*part)->part, *part);
    if (!next)
        return NULL;
    *part = next;
    return first_entry(part);
}

int own_pool_walk(own_pool *pool, int (*visit)(void *object, int depth, void *arg), void *arg)
{
    if (!visit || !pool_check(pool, "own_pool_walk")) {
        errno = EINVAL;
        return -1;
    }
    int depth = 0;
    int ended = visit(pool, depth, arg);
    const struct part *in = &pool->part; /* that whose ledger is walked */
    struct entry *entry = first_entry(&in);
    while (!ended) {
        while (!entry) {
            own_pool *walked = pool_home(in);
            if (walked == pool)
                return 0;
            in = walked->entry.owner;
            entry = next_entry(&in, &walked->entry);
            depth--;
        }
        if (entry_is_child(entry)) {
            own_pool *child = entry_child(entry);
            ended = visit(child, depth + 1, arg);
            in = &child->part;
            depth++;
            entry = first_entry(&in);
            continue;
        }
        if (entry_kind(entry) == KIND_REFERENCE)
            ended = visit(entry_node(entry)->object, depth + 1, arg);
        entry = next_entry(&in, entry);
    }
    return ended;
}
