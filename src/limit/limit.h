/*
 * limit/limit.h - the room limit: bounds on memory, and what counts against them.
 *
 *   limit.c    limits, the lock of those that several threads meet, fork
 *   account.c  chunks that are charged
 *
 * A limit is a record of its own, apart from whatever it was set on: what it counts may outlive
 * that. An owner of memory points to the nearest limit above it, and each limit points to the next
 * one above. Taking memory therefore costs the number of limits above the owner, not its depth, and
 * nothing where there is none.
 *
 * An owner whose memory comes from a source (chunk/source.h) points to a tap instead: a record that
 * has the source, and points to the nearest limit. Only accounts point to taps. A tap lies in
 * memory of its source, and ends before that, while a limit may be used by buffers for longer; so
 * limits lie in memory of the library, and nothing that outlives an owner points to a tap. Where a
 * function here takes a limit, a tap stands for the limit beyond it.
 *
 * Equations (limit_validate checks what can be seen from one account):
 *
 *   used    = what all accounts below the limit have reserved, + what else was added below it
 *   users   = the links that point to the limit: of accounts, of buffers, of limits; it is freed
 *             with the last
 *   most    the larger of it and `used` is the most that was counted at once, but for calls that
 *           failed
 *   adding  only where used + size <= bytes in the limit and in all above it that have `bytes`
 *   met     a limit that is met has only limits above it that are met
 *   tap     users = the pools whose account points to it; it counts nothing; it is met, because the
 *           pools may go to several threads
 *
 * Callers: the rooms that take memory for users. This room knows no pool and no tree: the owner of
 * a limit is an address to be compared.
 *
 * Threads: a limit that several threads may use is `met` from then on, and one lock protects all of
 * these. A limit that is not met belongs to the thread of what it counts, and takes no lock. Every
 * function here takes the lock itself where that is needed, except those that say otherwise.
 */
#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

#include "base/base.h"
#include "chunk/source.h"

struct limit {
    size_t bytes; /* the most that may be used; 0: any number, the limit was removed */
    size_t used;
    size_t most; /* of used, as of the last time that it fell */
    size_t users;
    struct limit *above;
    const void *of;        /* what the limit was set on, to be compared only; NULL: that has died */
    bool met;              /* by several threads */
    size_t inside;         /* of a tap: users that a change is about, under limits_lock */
    struct source *source; /* of a tap; NULL: this is a limit */
};

/* The nearest limit, which a tap may be in front of. NULL: there is none. */
static inline struct limit *limit_beyond(const struct limit *limit)
{
    return (struct limit *)(uintptr_t)(limit && limit->source ? limit->above : limit);
}

/* Where the chunks of an account come from. NULL: from chunk_get. */
static inline struct source *limit_source(const struct limit *limit)
{
    return OWN_UNLIKELY(limit) ? limit->source : NULL;
}

/* A chunk from the source of a tap, or as chunk_get has it; `limit` may be NULL. */
static inline void *limit_chunk_get(const struct limit *limit, size_t size, size_t *granted)
{
    struct source *source = limit_source(limit);
    return OWN_UNLIKELY(source) ? source_get(source, size, granted) : chunk_get(size, granted);
}

/* The opposite. A tap must not be the last that uses the source, but where it goes itself. */
static inline size_t limit_chunk_put(const struct limit *limit, void *chunk, size_t size)
{
    struct source *source = limit_source(limit);
    return OWN_UNLIKELY(source) ? source_put(source, chunk, size) : chunk_put(chunk, size);
}

/* The memory that one owner has taken. */
struct account {
    struct limit *limit; /* the nearest one; NULL: none */
    size_t reserved;     /* bytes of chunks */
};

/* Counts bytes in the limit and in all above it. False: EDQUOT, and nothing has changed. */
bool limit_add(struct limit *limit, size_t bytes);
void limit_subtract(struct limit *limit, size_t bytes);
/* Takes back what a call has counted that fails: it is not in limit_most, unless another thread has
   subtracted something meanwhile. NULL is accepted. */
void limit_cancel(struct limit *limit, size_t bytes);
/* The most bytes that the limit has counted at once. */
size_t limit_most(const struct limit *limit);
/* What limit_set set. */
size_t limit_bytes(const struct limit *limit);
/* The bytes that may still be added; SIZE_MAX where nothing limits them. */
size_t limit_room(const struct limit *limit);
/* What the limit with the least room was set on, of this limit and those above it; the nearest of
   several. NULL: there is no limit, or its owner has died. */
const void *limit_tightest(const struct limit *limit);

/* How often limit_add was refused, in this process. */
uint64_t limit_hits(void);
/* Has probes see that the limit, or one above it, refuses so many bytes. */
void limit_refused(const struct limit *limit, size_t bytes);

/* Adds a user; removes one, and frees the limit with its last. */
void limit_use(struct limit *limit);
void limit_release(struct limit *limit);
/* Releases the limit for `owner`, whose own it may be: then it has no owner any more. */
void limit_leave(struct limit *limit, const void *owner);

/* From now on several threads may use the limit, and all above it. NULL is accepted. */
void limit_meet(struct limit *limit);
/* The same under limits_lock. */
void limit_meet_locked(struct limit *limit);

/* Whether the limit was set on `owner`. */
static inline bool limit_is_of(const struct limit *limit, const void *owner)
{
    return limit && __atomic_load_n(&limit->of, __ATOMIC_RELAXED) == owner;
}

/* Sets `bytes` of a limit. */
void limit_set(struct limit *limit, size_t bytes);
/* A limit of `bytes`, without users, owner or limit above it. NULL: ENOMEM. */
struct limit *limit_make(size_t bytes);
/* A tap of that source, without users, under a limit that may be NULL. NULL: ENOMEM. */
struct limit *limit_make_tap(struct source *source, struct limit *above);
/* Frees a tap without users. */
void limit_drop_tap(struct limit *tap);

/*
 * For changes to many limits at once: the lock of all limits that are met. limits_lock takes it
 * whether or not any of them is.
 */
void limits_lock(void);
void limits_unlock(void);

/* Under limits_lock: counts bytes in the limit and in all above it, without looking for room. */
void limit_count(struct limit *limit, size_t bytes);
void limit_uncount(struct limit *limit, size_t bytes);
/* The same as limit_cancel. */
void limit_uncount_failed(struct limit *limit, size_t bytes);
/* Under limits_lock: whether `to` and all above it have room for bytes that `from` counts now. */
bool limit_fits(const struct limit *to, const struct limit *from, size_t bytes);
/* Under limits_lock: makes a link point to another limit, which may be NULL. `met`: whether several
   threads use what has the link. */
void limit_point(struct limit **link, struct limit *to, bool met);

/* Whether the equations hold for the limit and those above it, as far as one can see that it counts
   `reserved` bytes for something that is, or is not, used by several threads. */
bool limit_validate(const struct limit *limit, size_t reserved, bool met);
/* Makes fork take the lock: to be called once, when the library is loaded, after
   chunk_prepare_for_fork. */
void limit_prepare_for_fork(void);

/* account.c: account_get and account_put where there is a limit, or a tap. */
void *account_get_limited(struct account *account, size_t size, size_t *granted);
void account_put_limited(struct account *account, void *chunk, size_t size);

/* One thread at a time changes what is reserved; any thread may read it meanwhile. */
static inline void account_add(struct account *account, size_t bytes)
{
    __atomic_store_n(&account->reserved, account->reserved + bytes, __ATOMIC_RELAXED);
}

static inline size_t account_reserved(const struct account *account)
{
    return __atomic_load_n(&account->reserved, __ATOMIC_RELAXED);
}

/* Charges bytes that the caller takes elsewhere. False: EDQUOT, and nothing has changed. */
static inline bool account_charge(struct account *account, size_t bytes)
{
    if (OWN_UNLIKELY(account->limit) && !limit_add(account->limit, bytes))
        return false;
    account_add(account, bytes);
    return true;
}

/* Takes back the charge of a call that fails. */
static inline void account_cancel(struct account *account, size_t bytes)
{
    if (OWN_UNLIKELY(account->limit))
        limit_cancel(account->limit, bytes);
    account_add(account, -bytes);
}

static inline void account_uncharge(struct account *account, size_t bytes)
{
    if (OWN_UNLIKELY(account->limit))
        limit_subtract(account->limit, bytes);
    account_add(account, -bytes);
}

/* A chunk, as chunk_get has it, and its charge. NULL: ENOMEM or EDQUOT. */
static inline void *account_get(struct account *account, size_t size, size_t *granted)
{
    if (OWN_UNLIKELY(account->limit))
        return account_get_limited(account, size, granted);
    void *chunk = chunk_get(size, granted);
    if (OWN_LIKELY(chunk != NULL))
        account_add(account, *granted);
    return chunk;
}

/* Puts a chunk of the account back. errno is kept. */
static inline void account_put(struct account *account, void *chunk, size_t size)
{
    if (OWN_UNLIKELY(account->limit))
        account_put_limited(account, chunk, size);
    else
        account_add(account, -chunk_put(chunk, size));
}

/* The same for a call that fails. */
static inline void account_put_failed(struct account *account, void *chunk, size_t size)
{
    account_cancel(account, limit_chunk_put(account->limit, chunk, size));
}

/* Labels a chunk of the account that is a pool or an extent, or takes the label away
   (chunk/chunk.h). */
static inline bool account_labels(const struct account *account, size_t size)
{
    return size <= CHUNK_MAX && !limit_source(account->limit) && !check_uses_malloc();
}

static inline void account_label(const struct account *account, const void *chunk, size_t size)
{
    if (account_labels(account, size))
        chunk_label(chunk);
}

static inline void account_unlabel(const struct account *account, const void *chunk, size_t size)
{
    if (account_labels(account, size))
        chunk_unlabel(chunk);
}

/* Makes an account use a limit, which may be NULL. */
static inline void account_join(struct account *account, struct limit *limit)
{
    account->limit = limit;
    if (OWN_UNLIKELY(limit))
        limit_use(limit);
}

#endif
