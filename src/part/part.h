/*
 * part/part.h - the room part: memory and ledger of one owner, and which thread may be in them.
 *
 *   part.c     the parts of an owner that several threads use, and their end
 *   blocks.c   blocks of such an owner
 *   validate.c the equations below, checked
 *
 * An owner that one thread at a time uses has one part and nothing else, and entering it is nothing.
 * When several threads use it, each has a part of its own, which it makes when it first needs one:
 *
 *   owner -> first part -> guard ----- parts: by slot of the thread -> separate part -> guard
 *
 *   memory   is used by the thread with the guard's slot, with plain stores. Other threads look at it
 *            and free its blocks as memory/outside.h says. A slot is that of one thread at a time
 *            (base/slot.h); the next thread that gets it goes on with the part.
 *   ledger   is used by any thread, under the guard's lock. With it go large blocks and foreign ones,
 *            what these cost (`account`) and their numbers. Code of users runs without the lock.
 *
 * Which part: what comes in goes to the part of the calling thread. A block is found by the claim of its
 * unit, whose value has the slot in its upper bits (0: the first part, else slot + 1); memory in no
 * unit is the first part's. An entry of a ledger says in which part it is.
 *
 * Order: entries bear the time at which they came in, from the moment on when there is a separate
 * part. A ring is in order by itself; of several, the one whose newest entry is the newest goes first.
 *
 * Equations (part_validate checks them):
 *
 *   guard      of a part: at memory.outside; NULL exactly where one thread uses the owner
 *   blocks, bytes of a guard = its large blocks + the foreign ones of the ledger, and of the second
 *              ledger where the owner has one
 *   account    of a guard: reserved = the ledgers' chunks + the large blocks and their records + nodes
 *              that were made ready
 *              of a memory: reserved = its chunks + what the owner has beside them
 *   separate   a separate part is at its slot, has that slot, and is never given back before the owner
 *
 * This room knows no pool; the owner is `home`.
 */
#ifndef PART_PART_H
#define PART_PART_H

#include "base/lock.h"
#include "base/slot.h"
#include "ledger/ledger.h"
#include "memory/outside.h"

struct part {
    struct memory memory;
    struct ledger ledger;
};

/* What several threads use of a part. */
struct guard {
    struct outside outside; /* first: the memory points to it */
    struct lock lock;
    uint32_t slot; /* of the thread that is in the memory; never changes */
    void *home;
    struct account account; /* this and the rest: under the lock */
    struct large *large;
    size_t blocks;
    size_t bytes;
    size_t peak;
    size_t nodes; /* made ready, and in no ledger, while their threads are elsewhere */
};

/* A part beside the first. */
struct separate {
    struct part part;
    struct guard guard;
    struct extent first; /* has no room for blocks */
    uint64_t no_bits[2];
};

#define PARTS_FEW 6
#define PARTS_LEVELS 14

/* Those with higher slots: level k has PARTS_FEW << k of them. */
struct part_levels {
    struct separate **level[PARTS_LEVELS];
};

/* Of an owner that several threads use. */
struct parts {
    struct guard guard; /* of the first part */
    struct part *first;
    struct part_levels *levels; /* NULL: none yet */
    size_t bytes;               /* of the chunk of this record */
    uint32_t count;             /* separate parts */
    struct separate *few[PARTS_FEW];
};

static inline struct guard *part_guard(const struct part *part)
{
    return (struct guard *)(void *)part->memory.outside;
}

static inline struct parts *parts_of(const struct part *first)
{
    return (struct parts *)(void *)first->memory.outside;
}

/* Enters the ledger of a part, and leaves it. */
static inline void part_enter(const struct part *part)
{
    struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard))
        lock_take(&guard->lock);
}

static inline void part_leave(const struct part *part)
{
    struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard))
        lock_release(&guard->lock);
}

/* What pays for the ledger. */
static inline struct account *part_account(struct part *part)
{
    struct guard *guard = part_guard(part);
    return OWN_UNLIKELY(guard) ? &guard->account : &part->memory.account;
}

/* A foreign block comes, or goes; the ledger is entered. */
void part_count_foreign(struct part *part, size_t bytes, bool comes);

/* part.c: a record for an owner whose first part that is. NULL: ENOMEM. It is used from parts_begin on,
   which cannot fail, or freed. */
struct parts *parts_make(struct part *first, void *home);
void parts_free(struct parts *parts);
/* `second`: a ledger of foreign blocks beside that of the first part, or NULL. */
void parts_begin(struct parts *parts, const struct ledger *second);
/* The end of an owner, in whose ledgers nothing is left: separate parts and the record go; the first
   part then has one thread again. */
void parts_end(struct part *first);
/* Frees all blocks; nobody else is in the owner. */
void parts_clear(struct part *first);

/* The part of the calling thread, made where there is none. NULL: ENOMEM or EDQUOT. */
struct part *parts_make_mine(struct parts *parts);
/* The same, or NULL where there is none. */
static inline struct separate *parts_at_few(const struct parts *parts, uint32_t slot)
{
    return __atomic_load_n(&parts->few[slot], __ATOMIC_ACQUIRE);
}
struct part *parts_at(const struct parts *parts, uint32_t slot);

static inline struct part *parts_mine(const struct parts *parts)
{
    uint32_t slot = slot_of_thread();
    return OWN_LIKELY(parts->guard.slot == slot) ? parts->first : parts_at(parts, slot);
}

/* That of the calling thread. NULL: ENOMEM or EDQUOT. */
static inline struct part *part_mine(struct part *first)
{
    struct parts *parts = parts_of(first);
    if (OWN_LIKELY(!parts))
        return first;
    struct part *mine = parts_mine(parts);
    return OWN_LIKELY(mine != NULL) ? mine : parts_make_mine(parts);
}

/* The part after `part`, in no order; the first comes first. NULL: that was the last. */
struct part *part_next(const struct part *first, const struct part *part);
/* Whether the part is one of those of the owner. */
bool part_is_of(const struct part *first, const struct part *part);

/* The time for an entry that comes in now. */
uint64_t parts_time(const struct parts *parts);

static inline uint64_t part_time(const struct part *first)
{
    const struct parts *parts = parts_of(first);
    return OWN_LIKELY(!parts) ? 0 : parts_time(parts);
}

/* The part whose newest entry is the newest, entered. NULL: there is none, and nothing is entered. */
struct part *parts_enter_newest(struct part *first);

static inline struct part *part_enter_newest(struct part *first)
{
    if (OWN_UNLIKELY(parts_of(first)))
        return parts_enter_newest(first);
    return first->ledger.newest ? first : NULL;
}

/* What a part has, beside its ledger. */
struct part_counts {
    size_t blocks;
    size_t bytes;
    size_t reserved;
    size_t peak;
};
struct part_counts part_count(const struct part *part);

/* blocks.c: the calls of own/block.h for an owner that several threads use. Errors as there. */
void *parts_alloc(struct parts *parts, size_t bytes, bool zero);
void *parts_alloc_aligned(struct parts *parts, size_t alignment, size_t bytes);
bool parts_free_block(struct parts *parts, void *block);
/* 0: it is not a live block. */
size_t parts_size(struct parts *parts, const void *block);
bool parts_covers(struct parts *parts, const void *address);
/* The block, where it is or elsewhere; NULL with *found false: it is not a live block. */
void *parts_resize(struct parts *parts, void *block, size_t bytes, bool *found);

/* validate.c: aborts where an equation does not hold. The ledger is entered. Of the memory that is
   told only where the calling thread is in it. */
struct part_beside {
    const struct ledger *second; /* as for parts_begin */
    size_t bytes;                /* in the memory's account, beside its chunks */
};
void part_validate(struct part *part, const void *home, const struct part_beside *beside);
/* What a separate part has beside it. */
struct part_beside separate_beside(const struct part *part);

#endif
