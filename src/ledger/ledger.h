/*
 * ledger/ledger.h - the room ledger: what one owner took on, in order, and found again.
 *
 *   ledger.c    adding and removing entries, counts
 *   index.c     finding a node by what it refers to
 *   validate.c  the equations below
 *
 * A ledger is a ring of entries, each with its place in time: children, references, deferred calls
 * and foreign blocks, which are memory that somebody else allocated. A child is an entry of its
 * own; anything else is a node, which the ledger finds again by its kind and the address that it
 * refers to. A bookmark is an entry that means nothing: whoever has put it there finds its place
 * again when other entries have come and gone.
 *
 * Nothing is hashed before something is looked for. Nodes are added to one chain, the newest first.
 * When there are more than LEDGER_FEW of them, a record keeps their counts, that chain, and later
 * buckets. A search looks at the first LEDGER_FEW nodes of the chain, then moves all of it into the
 * buckets, and then looks there. So holding a million objects costs no hash, releasing them newest
 * first costs none either, and dropping one of them is O(1). Where there is no memory for a record
 * or for buckets, chains are longer; nothing fails for that.
 *
 *   ledger -> newest: entry <-> entry <-> ...           a ring
 *          -> index:  node -> node -> ...               few
 *          -> index:  record -> recent: node -> ...     many, newer than all in buckets
 *                            -> bucket[i]: node -> ...
 *
 * Equations (ledger_validate checks them):
 *
 *   ring      entry.newer.older = entry.older.newer = entry
 *   owner     entry.owner = the owner of the ledger, for every entry; NULL in an entry of no ledger
 *   children  = the entries of KIND_CHILD
 *   counts    held, deferred, foreign = the entries of these kinds; foreign_bytes = the sizes of
 *             the foreign ones
 *   chains    every node is in one: the only one, or that of recent nodes, or that of its bucket.
 *             Each is newest first, and recent nodes are newer than those in buckets
 *   foreign   no two have the same address
 *   with      counts.with = the foreign blocks that are freed with a context
 *   bytes     ledger_bytes = the chunks of nodes, record and buckets, which the account has paid
 *
 * Callers: an owner of memory, with the same account in each call on a ledger. This room knows no
 * pool, no parent, no thread and no lock: the owner sees to it that one thread at a time uses a
 * ledger. A search changes the ledger, though nothing that can be seen of it but its bytes.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "chunk/cache.h"
#include "limit/limit.h"

#define LEDGER_FEW 8 /* nodes that a search looks at one by one */

enum kind {
    KIND_BOOKMARK,  /* an entry of its own: it keeps a place, and means nothing else */
    KIND_CHILD,     /* an entry of its own */
    KIND_REFERENCE, /* to `object` */
    KIND_CALL,      /* of `call` with the argument `object` */
    KIND_ADOPTED,   /* a foreign block at `object`, which `call` frees */
    KIND_BLOCK      /* a foreign block at `object`, which the owner's allocator frees */
};
#define KIND_BITS 3

/* A place in a ledger. */
struct entry {
    struct entry *newer; /* of the newest: the oldest */
    struct entry *older; /* of the oldest: the newest */
    void *owner;         /* as the adder said. Any thread may read it, atomically */
    uint64_t stamp;      /* time << KIND_BITS | kind */
};

struct ledger {
    struct entry *newest; /* NULL: empty. Any thread may read it, atomically */
    struct node
        *index; /* the newest node, in one chain; or the record, where the lowest bit is set */
    uint32_t children; /* at 256 bytes each, more than fit would be a TiB */
    uint16_t typical;  /* the owner's: what children recently needed */
    uint16_t flags;    /* the owner's */
};

/* What is not a child. */
struct node {
    struct entry entry;
    struct node *chain; /* the next older one */
    void *object;
    void (*call)(void *argument); /* NULL: a reference, or a block of the owner's allocator */
};

struct foreign {
    struct node node;
    size_t size;
};

/* An adopted block that is freed with a context: `call` of its node is foreign_with. */
struct foreign_with {
    struct foreign foreign;
    void (*free_fn)(void *memory, void *ctx);
    void *ctx;
};
void foreign_with(void *memory); /* only its address is used */

/* The nodes of a ledger. */
struct counts {
    size_t held;
    size_t deferred;
    size_t foreign;
    size_t foreign_bytes;
    size_t with; /* among the foreign ones */
};

static inline enum kind entry_kind(const struct entry *entry)
{
    return (enum kind)(entry->stamp & ((1U << KIND_BITS) - 1));
}

static inline uint64_t entry_time(const struct entry *entry)
{
    return entry->stamp >> KIND_BITS;
}

static inline bool entry_is_child(const struct entry *entry)
{
    return entry_kind(entry) == KIND_CHILD;
}

static inline struct node *entry_node(struct entry *entry)
{
    return (struct node *)(void *)entry; /* its first field */
}

static inline struct foreign *node_foreign(const struct node *node)
{
    return (struct foreign *)(uintptr_t)node; /* its first field */
}

static inline bool node_is_with(const struct node *node)
{
    return node->call == foreign_with;
}

/* The entry before that one in time. NULL: there is none. */
static inline struct entry *ledger_older(const struct ledger *ledger, const struct entry *entry)
{
    return entry->older == ledger->newest ? NULL : entry->older;
}

static inline struct entry *ledger_newer(const struct ledger *ledger, const struct entry *entry)
{
    return entry == ledger->newest ? NULL : entry->newer;
}

/* NULL: the ledger is empty. */
static inline struct entry *ledger_oldest(const struct ledger *ledger)
{
    return ledger->newest ? ledger->newest->newer : NULL;
}

/* A node made ready, so that ledger_add cannot fail. NULL: ENOMEM or EDQUOT. */
static inline struct node *node_get(struct account *account)
{
    size_t granted;
    if (OWN_LIKELY(!account->limit)) {
        struct node *node = chunk_get_fast(class_of(sizeof(*node)));
        if (OWN_LIKELY(node != NULL)) {
            account_add(account, class_size(class_of(sizeof(*node))));
            return node;
        }
    }
    return (struct node *)account_get(account, sizeof(struct node), &granted);
}

static inline void node_put(struct account *account, struct node *node)
{
    if (OWN_LIKELY(!account->limit && chunk_put_fast(class_of(sizeof(*node)), node)))
        account_add(account, -class_size(class_of(sizeof(*node))));
    else
        account_put(account, node, sizeof(*node));
}

/* The same in a call that fails. */
static inline void node_put_failed(struct account *account, struct node *node)
{
    account_put_failed(account, node, sizeof(*node));
}

/* The same for KIND_ADOPTED and KIND_BLOCK. The caller sets `size`, which no limit counts here. */
static inline struct foreign *foreign_node_get(struct account *account)
{
    size_t granted;
    return (struct foreign *)account_get(account, sizeof(struct foreign), &granted);
}

static inline struct foreign_with *foreign_with_get(struct account *account)
{
    size_t granted;
    return (struct foreign_with *)account_get(account, sizeof(struct foreign_with), &granted);
}

/* The size of a record that has been filled. */
static inline size_t foreign_record_size(const struct foreign *foreign)
{
    return node_is_with(&foreign->node) ? sizeof(struct foreign_with) : sizeof(*foreign);
}

static inline void foreign_node_put(struct account *account, struct foreign *foreign)
{
    account_put(account, foreign, foreign_record_size(foreign));
}

/* Says what a node is for, before it is added. */
static inline void node_fill(struct node *node, enum kind kind, void *object, void (*call)(void *))
{
    node->entry.stamp = kind;
    node->object = object;
    node->call = call;
}

/* An entry becomes the newest of the ring. */
static inline void ring_enter(struct ledger *ledger, struct entry *entry)
{
    struct entry *newest = ledger->newest;
    if (newest) {
        entry->older = newest;
        entry->newer = newest->newer;
        newest->newer->older = entry;
        newest->newer = entry;
    } else {
        entry->older = entry;
        entry->newer = entry;
    }
    __atomic_store_n(&ledger->newest, entry, __ATOMIC_RELAXED);
}

/* An entry becomes the next older one of another. */
static inline void ring_enter_before(struct entry *entry, struct entry *newer)
{
    entry->newer = newer;
    entry->older = newer->older;
    newer->older->newer = entry;
    newer->older = entry;
}

static inline void ring_leave(struct ledger *ledger, struct entry *entry)
{
    if (ledger->newest == entry)
        __atomic_store_n(&ledger->newest, entry->older == entry ? NULL : entry->older,
                         __ATOMIC_RELAXED);
    entry->newer->older = entry->older;
    entry->older->newer = entry->newer;
    /* From here on another thread may add it to another ledger. */
    __atomic_store_n(&entry->owner, NULL, __ATOMIC_RELEASE);
}

static inline void ledger_add_child(struct ledger *ledger, struct entry *entry, void *owner,
                                    uint64_t time)
{
    ring_enter(ledger, entry);
    entry->stamp = time << KIND_BITS | KIND_CHILD;
    __atomic_store_n(&entry->owner, owner, __ATOMIC_RELAXED);
    ledger->children++;
}

static inline void ledger_remove_child(struct ledger *ledger, struct entry *entry)
{
    ring_leave(ledger, entry);
    ledger->children--;
}

/* A node that has been filled becomes the newest entry. */
void ledger_add(struct ledger *ledger, struct account *account, struct node *node, void *owner,
                uint64_t time);
/* Removes a node, which is the caller's then. Cost: O(1) for the newest node of the ledger, and for
   one that has just been found; else expected. */
void ledger_remove(struct ledger *ledger, struct account *account, struct node *node);
/* The newest node of that kind with that object and, if it is a KIND_CALL, that call. NULL: none.
   errno is kept. */
struct node *ledger_find(struct ledger *ledger, struct account *account, enum kind kind,
                         const void *object, void (*call)(void *));
/* The same, and removes it. */
struct node *ledger_take(struct ledger *ledger, struct account *account, enum kind kind,
                         const void *object, void (*call)(void *));

/* A foreign block becomes smaller. */
void ledger_shrink_foreign(struct ledger *ledger, struct foreign *foreign, size_t size);

struct counts ledger_counts(const struct ledger *ledger);
/* What the account has paid for the ledger. */
size_t ledger_bytes(const struct ledger *ledger);

/* Aborts with a sentence where an equation above does not hold. Changes nothing. */
void ledger_validate(const struct ledger *ledger, const void *owner);

#endif
