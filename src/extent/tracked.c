/*
 * extent/tracked.c - the inline path of own_alloc while sites are tracked.
 */
#include "extent/tracked.h"

#include "base/hash.h"
#include "base/lock.h"

#include <pthread.h>
#include <sys/mman.h>

#define CHAINS ((size_t)1 << 14)
#define NOTES ((size_t)1 << 20)

struct note {
    const struct memory *memory; /* NULL: it is free */
    size_t left;                 /* bytes of blocks in front of the one that is to be sampled */
    size_t interval;             /* with which that was drawn */
    uint32_t next;               /* in its chain, or among those that are free; 0: none */
};

/* It takes address space, and memory as far as it has been used. */
struct notes {
    uint32_t chain[CHAINS];
    struct note note[NOTES]; /* the first is not used */
};

size_t tracked_notes;

static struct lock lock; /* for what follows; held for a few steps */
static struct notes *notes;
static uint32_t used = 1;
static uint32_t first_free;
static __thread uint32_t latest; /* the note that this thread found last */

static void lock_notes(void)
{
    lock_take(&lock);
}

static void unlock_notes(void)
{
    lock_release(&lock);
}

/* Runs when the library is loaded: a child process finds the lock free. */
__attribute__((constructor)) static void prepare(void)
{
    (void)pthread_atfork(lock_notes, unlock_notes, unlock_notes);
}

static bool has_notes(void)
{
    if (OWN_LIKELY(notes != NULL))
        return true;
    int saved = errno;
    void *mapped = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
    if (mapped != MAP_FAILED)
        notes = mapped;
    return notes;
}

/* Under the lock: where the number of the note of a memory is, or would be. */
static uint32_t *find(const struct memory *memory)
{
    uint32_t *at = &notes->chain[hash_address((uintptr_t)memory) % CHAINS];
    while (*at && notes->note[*at].memory != memory)
        at = &notes->note[*at].next;
    return at;
}

/* Under the lock. */
static void take(uint32_t *at)
{
    uint32_t number = *at;
    *at = notes->note[number].next;
    __atomic_store_n(&notes->note[number].memory, NULL, __ATOMIC_RELAXED);
    notes->note[number].next = first_free;
    first_free = number;
    __atomic_store_n(&tracked_notes, tracked_notes - 1, __ATOMIC_RELAXED);
}

void tracked_forget_noted(const struct memory *memory)
{
    lock_take(&lock);
    uint32_t *at = notes ? find(memory) : NULL;
    if (at && *at)
        take(at);
    lock_release(&lock);
}

/* Under the lock. 0: there is no memory for it. */
static uint32_t add(uint32_t *at, const struct memory *memory)
{
    uint32_t number = first_free;
    if (number)
        first_free = notes->note[number].next;
    else if (used < NOTES)
        number = used++;
    if (!number)
        return 0;
    notes->note[number].next = 0;
    __atomic_store_n(&notes->note[number].memory, memory, __ATOMIC_RELAXED);
    *at = number;
    __atomic_store_n(&tracked_notes, tracked_notes + 1, __ATOMIC_RELAXED);
    return number;
}

/* False: there is no memory for the note, and the memory is open. */
static bool set(const struct memory *memory, size_t left, size_t interval)
{
    lock_take(&lock);
    uint32_t *at = has_notes() ? find(memory) : NULL;
    uint32_t number = !at ? 0 : *at ? *at : add(at, memory);
    if (number) {
        notes->note[number].left = left;
        notes->note[number].interval = interval;
    }
    lock_release(&lock);
    return number;
}

static bool is_noted(const struct memory *memory)
{
    if (!__atomic_load_n(&tracked_notes, __ATOMIC_RELAXED))
        return false;
    lock_take(&lock);
    bool noted = *find(memory);
    lock_release(&lock);
    return noted;
}

static size_t rest_of(const struct memory *memory)
{
    return (size_t)(extent_end(memory->extent) - memory->bump);
}

bool tracked_opens(struct memory *memory, bool could)
{
    if (!could) {
        tracked_forget(memory); /* what was counted is counted anew, block by block */
        /* With something to be asked, what several threads use has no short path to bump. */
        if (memory->outside && !memory->stock && rest_of(memory))
            memory->stock = &memory_unlisted;
        return false;
    }
    if (memory->end)
        return true;
    if (is_noted(memory))
        return false;
    size_t rest = rest_of(memory);
    size_t left = rest ? site_room(rest) : SITE_NONE;
    return left == SITE_NONE || !set(memory, left, site_interval());
}

void tracked_begin(struct memory *memory, size_t counted)
{
    if (!memory->end)
        return;
    size_t rest = rest_of(memory) - counted;
    size_t left = site_room(rest);
    if (OWN_LIKELY(left == SITE_NONE))
        tracked_forget(memory);
    else if (set(memory, left, site_interval()))
        extent_close(memory);
}

size_t tracked_left(const struct memory *memory, size_t *interval)
{
    size_t left = SITE_NONE;
    if (memory->end || !__atomic_load_n(&tracked_notes, __ATOMIC_RELAXED))
        return left;
    lock_take(&lock);
    uint32_t number = *find(memory);
    if (number) {
        left = notes->note[number].left;
        *interval = notes->note[number].interval;
    }
    lock_release(&lock);
    return left;
}

void tracked_close(struct memory *memory, size_t left, size_t interval)
{
    if (!set(memory, left, interval) || !memory->end)
        return;
    extent_settle(memory);
    memory->end = NULL;
}

/* Without the lock: only who uses a memory makes or takes its note, or changes what is left. */
static bool count_latest(const struct memory *memory, size_t bytes)
{
    struct note *note = latest ? &notes->note[latest] : NULL;
    if (!note || __atomic_load_n(&note->memory, __ATOMIC_RELAXED) != memory || note->left < bytes)
        return false;
    note->left -= bytes;
    return true;
}

bool tracked_count(const struct memory *memory, size_t bytes, size_t *strikes)
{
    *strikes = 0;
    if (!__atomic_load_n(&tracked_notes, __ATOMIC_RELAXED))
        return false;
    if (count_latest(memory, bytes))
        return true;
    lock_take(&lock);
    uint32_t *at = find(memory);
    struct note *note = *at ? &notes->note[*at] : NULL;
    bool counts = note;
    latest = *at;
    if (note && note->left >= bytes) {
        note->left -= bytes;
    } else if (note) {
        counts = rest_of(memory) >= bytes;
        *strikes = counts ? note->interval : 0;
        take(at);
    }
    lock_release(&lock);
    return counts;
}
