/*
 * site/stack.c - stacks: capturing one, and its frames.
 *
 * The mapping begins with a table of chains; the records follow. The number of a record is its
 * distance from the beginning, in steps of its alignment. A record is whole before its chain leads
 * to it, and never changes, so that chains are read without the lock.
 */
#include "site/site.h"

#include "base/lock.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#ifdef HAVE_STACKS
#include <execinfo.h>
#include <link.h>
#endif

#define CHAINS ((size_t)1 << 14)
#define STEP sizeof(void *)
#define SKIPPED 16 /* the most frames of the library itself above a caller */

struct stack {
    uint32_t next; /* in its chain; 0: it is the last */
    uint32_t hash;
    uint64_t count;
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
static uintptr_t code_begin; /* the library's own code; both 0: not known */
static uintptr_t code_end;

static const struct stack *stack_of(const struct table *in, uint32_t number)
{
    return (const void *)((const char *)in + (size_t)number * STEP);
}

#ifdef HAVE_STACKS

static bool has_address(const struct dl_phdr_info *module, const ElfW(Phdr) * header,
                        uintptr_t address)
{
    return header->p_type == PT_LOAD && header->p_flags & PF_X &&
           address - (module->dlpi_addr + header->p_vaddr) < header->p_memsz;
}

/* The first module is the program. Where that has this code, it has the user's as well. */
static int learn_code(struct dl_phdr_info *module, size_t size, void *is_program)
{
    (void)size;
    for (size_t i = 0; i < module->dlpi_phnum && !*(bool *)is_program; i++) {
        const ElfW(Phdr) *header = &module->dlpi_phdr[i];
        if (has_address(module, header, (uintptr_t)learn_code)) {
            uintptr_t begin = module->dlpi_addr + header->p_vaddr;
            /* Two threads may do this; to others it is told by `table`. */
            __atomic_store_n(&code_begin, begin, __ATOMIC_RELAXED);
            __atomic_store_n(&code_end, begin + header->p_memsz, __ATOMIC_RELAXED);
            return 1;
        }
    }
    *(bool *)is_program = false;
    return 0;
}

static bool is_own_code(const void *frame)
{
    uintptr_t begin = __atomic_load_n(&code_begin, __ATOMIC_RELAXED);
    return (uintptr_t)frame - begin < __atomic_load_n(&code_end, __ATOMIC_RELAXED) - begin;
}

static bool prepare_to_unwind(void)
{
    void *frame;
    bool is_program = true;
    dl_iterate_phdr(learn_code, &is_program);
    return backtrace(&frame, 1) > 0;
}

/* The frames of the caller's caller, but for those of the library. How many. */
static __attribute__((noinline)) size_t unwind(const void **frames)
{
    void *found[SKIPPED + SITE_FRAMES];
    int count = backtrace(found, SKIPPED + SITE_FRAMES);
    int first = 2; /* this function, and site_capture */
    while (first < count && is_own_code(found[first]))
        first++;
    size_t kept = count > first ? min_size((size_t)(count - first), SITE_FRAMES) : 0;
    for (size_t i = 0; i < kept; i++) /* a return address may be that of another line */
        frames[i] = (char *)found[(size_t)first + i] - 1;
    return kept;
}

#else

static bool prepare_to_unwind(void)
{
    return false;
}

static size_t unwind(const void **frames)
{
    (void)frames;
    return 0;
}

#endif

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
    if (!__atomic_load_n(&table, __ATOMIC_ACQUIRE) && prepare_to_unwind()) {
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

__attribute__((noinline)) uint32_t site_capture(void)
{
    const void *frames[SITE_FRAMES];
    struct table *in = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
    if (!in)
        return 0;
    int saved = errno;
    size_t count = unwind(frames);
    uint32_t number = count ? number_of(in, frames, count) : 0;
    errno = saved;
    return number;
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
