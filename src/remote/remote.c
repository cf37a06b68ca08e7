/*
 * remote/remote.c - making and ending remote records, and whether memory may be given back.
 */
#include "remote/remote.h"

#include <string.h>

static size_t words_of(size_t granules)
{
    return (granules + 63) / 64;
}

size_t remote_bytes(size_t granules)
{
    return sizeof(struct remote) + words_of(granules) * sizeof(uint64_t);
}

void remote_init(struct remote *remote, struct extent *extent, struct unit *unit, size_t granules)
{
    size_t words = words_of(granules);
    *remote = (struct remote){.extent = extent, .unit = unit, .words = (uint32_t)words};
    memset(remote->freed, 0, words * sizeof(uint64_t));
}

struct remote *remote_new(const struct limit *limit, struct extent *extent, struct unit *unit,
                          size_t granules)
{
    size_t granted;
    struct remote *remote = limit_chunk_get(limit, remote_bytes(granules), &granted);
    if (remote)
        remote_init(remote, extent, unit, granules);
    return remote;
}

void remote_end(const struct limit *limit, struct remote *remote)
{
    limit_chunk_put(limit, remote, sizeof(struct remote) + remote->words * sizeof(uint64_t));
}

void outside_add_small(struct outside *outside, struct remote *remote)
{
    remote->small = outside->small;
    __atomic_store_n(&outside->small, remote, __ATOMIC_RELEASE);
}

void outside_end_small(const struct limit *limit, struct outside *outside)
{
    for (struct remote *remote = outside->small, *next; remote; remote = next) {
        next = remote->small;
        remote_end(limit, remote);
    }
    outside->small = NULL;
}

/* Whether no thread has found what is hidden by now, nor left its record on the stack. */
static bool is_unseen(const struct outside *outside, const struct remote *remote)
{
    return __atomic_load_n(&outside->visitors, __ATOMIC_SEQ_CST) == 0 &&
           !__atomic_load_n(&remote->waiting, __ATOMIC_ACQUIRE);
}

bool outside_may_end(struct outside *outside, struct remote *remote)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (is_unseen(outside, remote))
        return true;
    remote->small = outside->leaving;
    outside->leaving = remote;
    return false;
}

void outside_reset(const struct limit *limit, struct outside *outside)
{
    struct remote *first = outside->first;
    outside->leaving = NULL;
    outside_end_small(limit, outside);
    if (first) {
        memset(first->freed, 0, first->words * sizeof(uint64_t));
        first->waiting = 0;
    }
    outside->stack = NULL;
    __atomic_store_n(&outside->blocks, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&outside->bytes, 0, __ATOMIC_RELAXED);
}

size_t remote_count(const struct remote *remote)
{
    size_t count = 0;
    for (uint32_t word = 0; word < remote->words; word++)
        count += (size_t)__builtin_popcountll(remote_freed(remote, word));
    return count;
}

void outside_validate(const struct outside *outside, size_t others)
{
    size_t freed = others + (outside->first ? remote_count(outside->first) : 0);
    for (const struct remote *remote = outside->small; remote; remote = remote->small)
        freed += remote_count(remote);
    /* After the bits: each that was seen has been counted. */
    require(__atomic_load_n(&outside->blocks, __ATOMIC_RELAXED) >= freed, "remote", outside,
            "blocks >= the bits that are set in all records of the memory");
}
