/*
 * site/total.c - what the live samples of one owner and one stack stand for.
 *
 * A total has two links: it is in a chain of those with one hash of owner and stack, and in a list
 * of those with one hash of the owner. Estimates are integers, so that nothing is left of them when
 * the last sample has gone.
 */
#include "base/hash.h"
#include "site/unwind.h"

#include <sys/mman.h>

#define CHAINS ((size_t)1 << 14)
#define TOTALS ((size_t)1 << 18)
#define ONE 65536 /* a block */

struct total {
    const void *owner; /* NULL: it is free */
    uint64_t samples;
    uint64_t blocks; /* in parts of a block */
    uint64_t bytes;  /* in parts of a byte */
    uint32_t stack;
    uint32_t next; /* in its chain, or among those that are free */
    uint32_t newer;
    uint32_t older;
};

struct totals {
    uint32_t chain[CHAINS];
    uint32_t list[CHAINS];
    struct total total[TOTALS]; /* the first is not used */
};

static struct totals *totals;
static uint32_t used = 1;
static uint32_t first_free;

static bool has_totals(void)
{
    if (OWN_LIKELY(totals != NULL))
        return true;
    int saved = errno;
    void *mapped = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
    if (mapped != MAP_FAILED)
        totals = mapped;
    return totals;
}

static uint32_t *list_of(const void *owner)
{
    return &totals->list[hash_address((uintptr_t)owner) % CHAINS];
}

/* Where the number of a total is, or would be. */
static uint32_t *find(const void *owner, uint32_t stack)
{
    size_t hash = hash_address((uintptr_t)owner ^ (uintptr_t)stack << 20);
    uint32_t *at = &totals->chain[hash % CHAINS];
    while (*at && (totals->total[*at].owner != owner || totals->total[*at].stack != stack))
        at = &totals->total[*at].next;
    return at;
}

static uint32_t add(uint32_t *at, const void *owner, uint32_t stack)
{
    uint32_t number = first_free;
    uint32_t *list = list_of(owner);
    if (number)
        first_free = totals->total[number].next;
    else if (used < TOTALS)
        number = used++;
    if (!number)
        return 0;
    totals->total[number] = (struct total){.owner = owner, .stack = stack, .older = *list};
    if (*list)
        totals->total[*list].newer = number;
    *list = number;
    *at = number;
    return number;
}

static void take(uint32_t *at)
{
    uint32_t number = *at;
    struct total *total = &totals->total[number];
    *at = total->next;
    if (total->newer)
        totals->total[total->newer].older = total->older;
    else
        *list_of(total->owner) = total->older;
    if (total->older)
        totals->total[total->older].newer = total->newer;
    total->owner = NULL;
    total->next = first_free;
    first_free = number;
}

static uint64_t blocks_of(const struct sample *sample)
{
    return (uint64_t)(site_weight(sample->size, sample->interval) * ONE + 0.5);
}

uint32_t total_add(const struct sample *sample, uint64_t *blocks)
{
    if (!has_totals())
        return 0;
    uint32_t *at = find(sample->owner, sample->stack);
    uint32_t number = *at ? *at : add(at, sample->owner, sample->stack);
    if (!number)
        return 0;
    *blocks = blocks_of(sample);
    totals->total[number].samples++;
    totals->total[number].blocks += *blocks;
    totals->total[number].bytes += *blocks * sample->size;
    return number;
}

void total_subtract(uint32_t number, const struct sample *sample, uint64_t blocks)
{
    struct total *total = &totals->total[number];
    total->blocks -= blocks;
    total->bytes -= blocks * sample->size;
    if (--total->samples == 0)
        take(find(sample->owner, sample->stack));
}

/* The first total of an owner from a number on. */
static uint32_t next_of(const void *owner, uint32_t number)
{
    while (number && totals->total[number].owner != owner)
        number = totals->total[number].older;
    return number;
}

bool site_next(const void *owner, uint32_t *place, struct site *found)
{
    samples_lock();
    uint32_t number = !totals ? 0 : *place ? *place - 1 : *list_of(owner);
    number = number ? next_of(owner, number) : 0;
    if (number) {
        const struct total *total = &totals->total[number];
        *found = (struct site){.owner = owner,
                               .stack = total->stack,
                               .samples = total->samples,
                               .blocks = (total->blocks + ONE / 2) / ONE,
                               .bytes = (total->bytes + ONE / 2) / ONE};
        *place = total->older + 1;
    }
    samples_unlock();
    return number;
}
