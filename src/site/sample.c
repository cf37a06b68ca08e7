/*
 * site/sample.c - the records of sampled blocks that live.
 *
 * They lie in a mapping of this room's own, and have numbers. Each is in a chain of those whose
 * addresses have one hash, and in a list of those whose owners have one. The mapping takes address
 * space, and memory as far as it has been used.
 */
#include "site/unwind.h"

#include "base/hash.h"
#include "base/lock.h"

#include <pthread.h>
#include <sys/mman.h>

#define CHAINS ((size_t)1 << 16)
#define RECORDS ((size_t)1 << 20)

struct record {
    struct sample sample; /* without an owner: it is free */
    uint64_t blocks;      /* what it stands for, in parts of a block */
    uint32_t total;       /* the number of that in which it is counted */
    uint32_t next;        /* in its chain, or among those that are free */
    uint32_t newer;       /* in the list of its owner; 0: it is the first */
    uint32_t older;
};

struct records {
    uint32_t chain[CHAINS];
    uint32_t list[CHAINS];
    struct record record[RECORDS]; /* the first is not used: 0 is none */
};

size_t sample_live;

static struct lock lock; /* for all that follows */
static struct records *records;
static uint32_t used = 1; /* those behind were never used */
static uint32_t first_free;

void samples_lock(void)
{
    lock_take(&lock);
}

void samples_unlock(void)
{
    lock_release(&lock);
}

/* Runs when the library is loaded: a child process finds the lock free. */
__attribute__((constructor)) static void prepare(void)
{
    (void)pthread_atfork(samples_lock, samples_unlock, samples_unlock);
}

static bool has_records(void)
{
    if (OWN_LIKELY(records != NULL))
        return true;
    int saved = errno;
    void *mapped = mmap(NULL, sizeof(*records), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
    if (mapped == MAP_FAILED)
        return false;
    records = mapped;
    return true;
}

static uint32_t *chain_of(const void *block)
{
    return &records->chain[hash_address((uintptr_t)block) % CHAINS];
}

static uint32_t *list_of(const void *owner)
{
    return &records->list[hash_address((uintptr_t)owner) % CHAINS];
}

static uint32_t new_record(void)
{
    uint32_t number = first_free;
    if (number)
        first_free = records->record[number].next;
    else if (used < RECORDS)
        number = used++;
    return number;
}

static void add(uint32_t number, const struct sample *sample, uint64_t blocks, uint32_t total)
{
    uint32_t *chain = chain_of(sample->block);
    uint32_t *list = list_of(sample->owner);
    struct record *record = &records->record[number];
    *record = (struct record){
        .sample = *sample, .blocks = blocks, .total = total, .next = *chain, .older = *list};
    if (*list)
        records->record[*list].newer = number;
    *list = number;
    *chain = number;
    __atomic_store_n(&sample_live, sample_live + 1, __ATOMIC_RELAXED);
}

bool sample_add(const struct sample *sample)
{
    lock_take(&lock);
    uint64_t blocks;
    uint32_t total = has_records() ? total_add(sample, &blocks) : 0;
    uint32_t number = total ? new_record() : 0;
    if (number)
        add(number, sample, blocks, total);
    else if (total)
        total_subtract(total, sample, blocks);
    lock_release(&lock);
    return number;
}

/* Where the number of the record of an address is. NULL: there is none. */
static uint32_t *find(const void *block, const void *owner)
{
    if (!records)
        return NULL;
    for (uint32_t *at = chain_of(block); *at; at = &records->record[*at].next) {
        const struct sample *sample = &records->record[*at].sample;
        if (sample->block == block)
            return !owner || sample->owner == owner ? at : NULL;
    }
    return NULL;
}

static void take(uint32_t *at)
{
    uint32_t number = *at;
    struct record *record = &records->record[number];
    total_subtract(record->total, &record->sample, record->blocks);
    *at = record->next;
    if (record->newer)
        records->record[record->newer].older = record->older;
    else
        *list_of(record->sample.owner) = record->older;
    if (record->older)
        records->record[record->older].newer = record->newer;
    record->sample.owner = NULL;
    record->next = first_free;
    first_free = number;
    __atomic_store_n(&sample_live, sample_live - 1, __ATOMIC_RELAXED);
}

static bool look(const void *block, const void *owner, struct sample *found, bool takes)
{
    lock_take(&lock);
    uint32_t *at = find(block, owner);
    if (at)
        *found = records->record[*at].sample;
    if (at && takes)
        take(at);
    lock_release(&lock);
    return at;
}

bool sample_find(const void *block, const void *owner, struct sample *found)
{
    return look(block, owner, found, false);
}

bool sample_take(const void *block, const void *owner, struct sample *found)
{
    return look(block, owner, found, true);
}

bool sample_take_newest(const void *owner, struct sample *found)
{
    lock_take(&lock);
    uint32_t number = records ? *list_of(owner) : 0;
    while (number && records->record[number].sample.owner != owner)
        number = records->record[number].older;
    if (number) {
        *found = records->record[number].sample;
        uint32_t *at = chain_of(found->block);
        while (*at != number)
            at = &records->record[*at].next;
        take(at);
    }
    lock_release(&lock);
    return number;
}

/* The place is the record that comes next, plus 1; so that 0 is the beginning. */
bool sample_next(const void *owner, uint32_t *place, struct sample *found)
{
    lock_take(&lock);
    uint32_t number = *place ? *place - 1 : records ? *list_of(owner) : 0;
    while (number && records->record[number].sample.owner != owner)
        number = records->record[number].older;
    if (number) {
        *found = records->record[number].sample;
        uint32_t next = records->record[number].older;
        while (next && records->record[next].sample.owner != owner)
            next = records->record[next].older;
        *place = next + 1;
    }
    lock_release(&lock);
    return number;
}

bool sample_next_of_all(uint32_t *place, struct sample *found)
{
    bool any = false;
    lock_take(&lock);
    while (!any && records && ++*place < used) {
        *found = records->record[*place].sample;
        any = found->owner;
    }
    lock_release(&lock);
    return any;
}
