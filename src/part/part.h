/*
 * part/part.h - the room part: memory and ledger of one owner, and which thread may be in them.
 *
 *   part.c      the parts of a shared owner: making, finding, ordering and ending them
 *   blocks.c    the blocks of a shared owner
 *   validate.c  the equations below, checked
 *
 * A confined owner has one part, the first part, and no guard; entering it does nothing. A shared
 * owner has a record of its parts. Each thread has a part of its own, which it makes when it first
 * needs one; the first part belongs to the thread that made the record:
 *
 *   first part -> record of the parts: guard of the first part
 *                                      by slot -> separate part -> its guard
 *                                              -> separate part -> its guard
 *
 *   memory   One thread uses it with plain stores: the thread whose slot the guard has
 *            (base/slot.h). The next thread that gets the slot continues with the part. Other
 *            threads are outside, and do what memory/outside.h allows.
 *   ledger   Any thread uses it, under the lock of the guard. The same lock protects the large and
 *            the foreign blocks of the part, the account that is charged for them and for the
 *            ledger, and their counts. Code of users runs without the lock.
 *
 * Which part: an entry or a block is added to the part of the calling thread, but a foreign block
 * to the first part. The part of a block is found by the unit map: the value of a claim has a tag
 * in its upper bits, which is 0 for the first part and slot + 1 for a separate one. Memory that is
 * not claimed can only be in the first part. An entry has the part as its owner.
 *
 * Order: each entry has the time at which it was added, or 0 if there was no separate part yet.
 * Each ledger is in order. The next entry to be released is the newest among the newest entries of
 * all parts.
 *
 * Equations (part_validate checks those of one guard):
 *
 *   guard      of a part: at memory.outside; NULL exactly where one thread uses the owner
 *   blocks, bytes of a guard = its large blocks + the foreign ones of the ledger, and of the second
 *              ledger where the owner has one
 *   account    of a guard: reserved = the ledgers' chunks + the large blocks and their records +
 *              nodes that were made ready
 *              of a memory: reserved = its chunks + what the owner has beside them
 *   separate   a separate part is at its slot, has that slot, and is never given back before the
 *              owner
 *
 * This room knows no pool: the owner is the address `home`.
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

/* The place of a walk in the ledger of a part, in the list of its guard. */
struct walker {
    struct walker *next;
    struct entry *at; /* what comes next; NULL: nothing more */
};

/* The fields of a part that several threads use. The lock protects `account` and all after it. */
struct guard {
    struct outside outside; /* first: the memory points to it */
    struct lock lock;
    uint32_t slot; /* of the thread that is inside of the memory; never changes */
    void *home;    /* the owner; never changes */
    struct account account;
    struct large *large; /* the newest */
    size_t blocks;
    size_t bytes;
    size_t peak;
    size_t nodes; /* made ready, and in no ledger, while their threads are elsewhere */
    struct walker *walkers;
};

/* A part other than the first. */
struct separate {
    struct part part;
    struct guard guard;
    struct extent first; /* a memory must have one; this has no room for blocks */
    uint64_t no_bits[2];
};

#define PARTS_FEW 6
#define PARTS_LEVELS 14

/* The parts with higher slots: level k has room for PARTS_FEW << k of them. */
struct part_levels {
    struct separate **level[PARTS_LEVELS];
};

/* The record of a shared owner's parts. Any thread may read it and add parts, by atomic
   operations. */
struct parts {
    struct guard guard; /* of the first part */
    struct part *first;
    struct part_levels *levels; /* NULL: none yet */
    size_t bytes;               /* of this record, with what lies behind it */
    uint32_t count;             /* separate parts */
    bool is_inside;             /* it lies at the end of the first extent, not in a chunk */
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

/* Enters and leaves the ledger of a part. */
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

/* The account that is charged for the ledger. */
static inline struct account *part_account(struct part *part)
{
    struct guard *guard = part_guard(part);
    return OWN_UNLIKELY(guard) ? &guard->account : &part->memory.account;
}

/* part.c: walks that come to this entry next go on behind it instead. */
void part_pass(const struct part *part, const struct entry *entry, const struct entry *newest);

/* An entry leaves the ledger of a part, which is entered. It may have left already, but is in no
   other; `newest` was the newest entry before. */
static inline void part_leaves(const struct part *part, const struct entry *entry,
                               const struct entry *newest)
{
    const struct guard *guard = part_guard(part);
    if (OWN_UNLIKELY(guard) && OWN_UNLIKELY(guard->walkers))
        part_pass(part, entry, newest);
}

static inline void part_remove_child(struct part *part, struct entry *entry)
{
    part_leaves(part, entry, part->ledger.newest);
    ledger_remove_child(&part->ledger, entry);
}

/* Counts a foreign block in or out. The ledger is entered. */
void part_count_foreign(struct part *part, size_t bytes, bool comes);

/* part.c: makes the record of the parts of an owner that is to become shared. NULL: ENOMEM. Either
   parts_begin then puts it into use, which cannot fail, or parts_free frees it. */
struct parts *parts_make(struct part *first, void *home);
void parts_free(struct parts *parts);
/* What an owner has beside the memory and the ledger of a part. */
struct part_beside {
    const struct ledger *second; /* a ledger of foreign blocks beside that of the first part */
    size_t ledger_bytes;         /* in the account of the ledger, beside both ledgers */
    struct memory_counts blocks; /* counted beside the foreign ones of both */
    size_t bytes;                /* in the account of the memory, beside its chunks */
};
void parts_begin(struct parts *parts, const struct part_beside *beside);
/* Both for a new owner, which has nothing yet, with a record at the end of its first extent. False:
   there is no room. parts_inside_bytes: what that takes of an extent of so many granules. */
bool parts_begin_inside(struct part *first, void *home);
static inline size_t parts_inside_bytes(size_t granules)
{
    size_t bytes = sizeof(struct parts) + sizeof(struct remote) + (granules + 63) / 64 * 8;
    return (bytes + GRANULE - 1) & ~(size_t)(GRANULE - 1);
}
/* Frees the separate parts and the record of an owner whose ledgers are empty, which ends. The
   first part is then that of a confined owner. */
void parts_end(struct part *first);
/* Frees all blocks. No other thread uses the owner meanwhile. */
void parts_clear(struct part *first);

/* The first extent, which is the only one, gets the room of a record inside back. */
static inline void parts_give_back(const struct parts *parts)
{
    parts->first->memory.extent->granules += (uint32_t)(parts->bytes / GRANULE);
}

/* The same for an owner with a record inside that has nothing but blocks in its first extent.
   False: it has more, and nothing has been done. */
static inline bool parts_end_bare(struct part *first)
{
    const struct parts *parts = parts_of(first);
    const struct guard *guard = &parts->guard;
    struct memory *memory = &first->memory;
    if (OWN_UNLIKELY(!parts->is_inside || parts->count || parts->levels || guard->large ||
                     guard->account.reserved || first->ledger.newest || memory->stock ||
                     memory->extent->older))
        return false;
    parts_give_back(parts);
    memory->outside = NULL;
    return true;
}

/* Makes the part of the calling thread, which has none yet. NULL: ENOMEM or EDQUOT. */
struct part *parts_make_mine(struct parts *parts);
/* The separate part of a slot. NULL: there is none. */
static inline struct separate *parts_at_few(const struct parts *parts, uint32_t slot)
{
    return __atomic_load_n(&parts->few[slot], __ATOMIC_ACQUIRE);
}
struct part *parts_at(const struct parts *parts, uint32_t slot);

/* The part of the calling thread. NULL: it has none, or one that parts_at finds. */
static inline struct part *parts_mine_fast(const struct parts *parts)
{
    uint32_t slot = slot_or_zero - 1; /* a number that no part has, if the thread has no slot yet */
    if (OWN_LIKELY(parts->guard.slot == slot))
        return parts->first;
    struct separate *separate = slot < PARTS_FEW ? parts_at_few(parts, slot) : NULL;
    return (struct part *)separate; /* its first field */
}

static inline struct part *parts_mine(const struct parts *parts)
{
    uint32_t slot = slot_of_thread();
    return OWN_LIKELY(parts->guard.slot == slot) ? parts->first : parts_at(parts, slot);
}

/* The part of the calling thread, which is made if there is none. NULL: ENOMEM or EDQUOT. */
static inline struct part *part_mine(struct part *first)
{
    struct parts *parts = parts_of(first);
    if (OWN_LIKELY(!parts))
        return first;
    struct part *mine = parts_mine(parts);
    return OWN_LIKELY(mine != NULL) ? mine : parts_make_mine(parts);
}

/* The part after `part`: the first part, then the others by slot. NULL: that was the last. */
struct part *part_next(const struct part *first, const struct part *part);
/* Whether a part belongs to the same owner as `first`. */
bool part_is_of(const struct part *first, const struct part *part);

/* The time of an entry that is added now. */
uint64_t parts_time(const struct parts *parts);

static inline uint64_t part_time(const struct part *first)
{
    const struct parts *parts = parts_of(first);
    return OWN_LIKELY(!parts) ? 0 : parts_time(parts);
}

/* Enters the part that has the newest entry of all parts. NULL: there is no entry, and no part is
   entered. */
struct part *parts_enter_newest(struct part *first);

static inline struct part *part_enter_newest(struct part *first)
{
    if (OWN_UNLIKELY(parts_of(first)))
        return parts_enter_newest(first);
    return first->ledger.newest ? first : NULL;
}

/* The numbers of a part. */
struct part_counts {
    size_t blocks;
    size_t bytes;
    size_t reserved;
    size_t peak;
};
struct part_counts part_count(const struct part *part);

/* The large blocks of a shared owner's part, whose guard's lock is taken. */
struct larges;
struct larges part_larges(struct part *part);
/* Where the newest large block of any owner's part is. */
struct large *const *part_newest_large(const struct part *part);

/* blocks.c: the part of a shared owner in which a large block may begin at that address; NULL:
   none. The large block there, of a part that is entered; NULL: there is none. */
struct part *parts_of_large(const struct parts *parts, const void *block);
struct large *part_find_large(const struct part *part, const void *block);

/* handover.c: a large block goes from one owner to another. Both are the first parts of theirs, and
   not the same. */
enum handover {
    HANDOVER_DONE,
    HANDOVER_NONE,  /* the block has to be copied; nothing has been done */
    HANDOVER_FAILED /* the same; ENOMEM, EDQUOT, or EINVAL: it was freed meanwhile */
};
enum handover parts_hand_over(struct part *from, struct part *to, void *block);

/* blocks.c: the calls of own/block.h for a shared owner. Errors as there. */
void *parts_alloc(struct parts *parts, size_t bytes, bool zero);
void *parts_alloc_aligned(struct parts *parts, size_t alignment, size_t bytes);
bool parts_free_block(struct parts *parts, void *block);
/* The size of a block. 0: it is not a live block. */
size_t parts_size(struct parts *parts, const void *block);
bool parts_covers(struct parts *parts, const void *address);
/* The resized block, which may have moved. NULL with *found false: it is not a live block. */
void *parts_resize(struct parts *parts, void *block, size_t bytes, bool zero, bool *found);

/* validate.c: aborts where an equation does not hold. The ledger is entered. Of the memory that is
   told only where the calling thread is in it. */
void part_validate(struct part *part, const void *home, const struct part_beside *beside);
/* What a separate part has beside it. */
struct part_beside separate_beside(const struct part *part);

#endif
