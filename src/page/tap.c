/*
 * page/tap.c - taps: pages that stand in front of the lists of pages while sites are tracked.
 *
 * A tap never has a free block, so own_alloc takes the way that leads to the next page, where the
 * block is counted. There is one for each size, and each has a countdown of its own.
 */
#include "base/lock.h"
#include "page/page.h"
#include "site/sample.h"

#include <pthread.h>
#include <sys/mman.h>

#define MAPPED ((size_t)256 << 10) /* so many bytes of taps are got at a time */

struct tap {
    struct page page;
} __attribute__((aligned(64))); /* a line of the processor's cache */

struct taps {
    struct tap of[PAGE_MOST + 1]; /* by the granules of blocks */
    struct taps *next;            /* of those that are free */
};

static struct lock lock; /* for what follows */
static struct taps *first_free;

static void lock_taps(void)
{
    lock_take(&lock);
}

static void unlock_taps(void)
{
    lock_release(&lock);
}

/* Runs when the library is loaded: a child process finds the lock free. */
__attribute__((constructor)) static void prepare(void)
{
    (void)pthread_atfork(lock_taps, unlock_taps, unlock_taps);
}

static void put(struct taps *taps)
{
    taps->next = first_free;
    first_free = taps;
}

/* Under the lock. */
static void map_more(void)
{
    int saved = errno;
    struct taps *mapped =
        mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    for (size_t i = 0; mapped != MAP_FAILED && i < MAPPED / sizeof(*mapped); i++)
        put(&mapped[i]);
}

static struct taps *get(void)
{
    lock_take(&lock);
    if (!first_free)
        map_more();
    struct taps *taps = first_free;
    if (taps)
        first_free = taps->next;
    lock_release(&lock);
    return taps;
}

static bool has_taps(const struct stock *stock)
{
    return stock->page[1] && page_is_tap(stock->page[1]);
}

static void link_first(struct page **head, struct page *first)
{
    *head = first;
    if (first)
        first->link = head;
}

void taps_begin(struct memory *memory)
{
    struct stock *stock = memory->stock;
    if (OWN_DEBUG || !has_stock(memory) || has_taps(stock) || !site_is_on())
        return;
    struct taps *taps = get();
    for (size_t granules = 1; taps && granules <= PAGE_MOST; granules++) {
        struct page *tap = &taps->of[granules].page;
        struct page *first = stock->page[granules];
        *tap = (struct page){.link = &stock->page[granules], .number = PAGE_TAP};
        tap_renew(tap, granules);
        stock->page[granules] = tap;
        link_first(&tap->next, first);
    }
}

void tap_renew(struct page *tap, size_t granules)
{
    tap->relist = site_generation();
    tap->due = site_blocks_left(granules << GRANULE_SHIFT);
}

void taps_end(struct stock *stock)
{
    if (OWN_LIKELY(!has_taps(stock)))
        return;
    /* The first tap is one of an array. */
    struct taps *taps = (void *)((char *)stock->page[1] - offsetof(struct taps, of[1]));
    for (size_t granules = 1; granules <= PAGE_MOST; granules++)
        link_first(&stock->page[granules], taps->of[granules].page.next);
    lock_take(&lock);
    put(taps);
    lock_release(&lock);
}
