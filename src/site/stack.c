/*
 * site/stack.c - stacks: their numbers and frames.
 *
 * The mapping begins with a table of chains; the records follow. The number of a record is its
 * distance from the beginning, in steps of its alignment. A record is whole before its chain leads
 * to it, and never changes, so that chains are read without the lock.
 */
#include "site/unwind.h"

#include "base/lock.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#define CHAINS ((size_t)1 << 14)
#define STEP sizeof(void *)
struct stack {
    uint32_t next; /* in its chain; 0: it is the last */
    uint32_t hash;
    size_t count;
    const void *frame[];
};

struct table {
    uint32_t chain[CHAINS];
    char records[];
};

_Static_assert(SITE_ROOM / STEP <= UINT32_MAX, "numbers fit");

static struct table *table; /* NULL: site_prepare was not called, or has failed */
static struct lock lock;    /* for what follows, and for changing chains */
static size_t used = sizeof(struct table);
static size_t limit = SITE_ROOM;

static const struct stack *stack_of(const struct table *in, uint32_t number)
{
    return (const void *)((const char *)in + (size_t)number * STEP);
}

/* In the child of a fork no thread is inside. */
static void lock_stacks(void)
{
    lock_take(&lock);
}

static void unlock_stacks(void)
{
    lock_release(&lock);
}

bool site_prepare(void)
{
    int saved = errno;
    struct table *expected = NULL;
    if (!__atomic_load_n(&table, __ATOMIC_ACQUIRE) && unwind_prepare()) {
        void *mapped = mmap(NULL, SITE_ROOM, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        /* Another thread may do the same. */
        if (mapped != MAP_FAILED &&
            !__atomic_compare_exchange_n(&table, &expected, mapped, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE))
            munmap(mapped, SITE_ROOM);
        else if (mapped != MAP_FAILED)
            (void)pthread_atfork(lock_stacks, unlock_stacks, unlock_stacks);
    }
    errno = saved;
    return __atomic_load_n(&table, __ATOMIC_ACQUIRE);
}

static uint32_t hash_frames(const void *const *frames, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (uintptr_t)frames[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
    return (uint32_t)(hash >> 32);
}

/* The number of such a stack in a chain. 0: it has none. */
static uint32_t find(const struct table *in, uint32_t number, uint32_t hash,
                     const void *const *frames, size_t count)
{
    for (; number; number = stack_of(in, number)->next) {
        const struct stack *stack = stack_of(in, number);
        if (stack->hash == hash && stack->count == count &&
            memcmp(stack->frame, frames, count * sizeof(*frames)) == 0)
            break;
    }
    return number;
}

/* Under the lock: a new record at the beginning of a chain. 0: there is no room. */
static uint32_t add(struct table *to, uint32_t hash, const void *const *frames, size_t count)
{
    uint32_t *chain = &to->chain[hash % CHAINS];
    size_t bytes = sizeof(struct stack) + count * sizeof(*frames);
    if (used + bytes > limit)
        return 0;
    uint32_t number = (uint32_t)(used / STEP);
    struct stack *stack = (void *)((char *)to + used);
    used += bytes;
    *stack = (struct stack){.next = *chain, .hash = hash, .count = count};
    memcpy(stack->frame, frames, count * sizeof(*frames));
    __atomic_store_n(chain, number, __ATOMIC_RELEASE);
    return number;
}

/* The number of a stack, which may be new. */
static uint32_t number_of(struct table *in, const void *const *frames, size_t count)
{
    uint32_t hash = hash_frames(frames, count);
    uint32_t *chain = &in->chain[hash % CHAINS];
    uint32_t number = find(in, __atomic_load_n(chain, __ATOMIC_ACQUIRE), hash, frames, count);
    if (OWN_LIKELY(number))
        return number;
    lock_take(&lock);
    number = find(in, *chain, hash, frames, count); /* by another thread, meanwhile */
    if (!number)
        number = add(in, hash, frames, count);
    lock_release(&lock);
    return number;
}

uint32_t stack_number(const void *const *frames, size_t count)
{
    struct table *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
    return in && count ? number_of(in, frames, count) : 0;
}

size_t site_frames(uint32_t stack, const void **frames, size_t room)
{
    const struct table *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
    if (!in || !stack)
        return 0;
    const struct stack *found = stack_of(in, stack);
    memcpy(frames, found->frame, min_size(room, found->count) * sizeof(*frames));
    return found->count;
}

size_t site_bytes(void)
{
    lock_take(&lock);
    size_t bytes = used - sizeof(struct table);
    lock_release(&lock);
    return bytes;
}

void site_limit(size_t bytes)
{
    lock_take(&lock);
    limit = min_size(SITE_ROOM, sizeof(struct table) + bytes);
    lock_release(&lock);
}
