/*
 * page/tap.c - taps: what stands in front of the lists of pages while sites are tracked.
 */
#include "page/tap.h"

#include "base/lock.h"

#include <pthread.h>
#include <sys/mman.h>

#define MAPPED ((size_t)256 << 10) /* so many bytes of taps are got at a time */

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

void tap_renew(struct tap *tap, size_t granules)
{
    tap->front.relist = site_generation();
    tap->left = site_blocks_left(granules << GRANULE_SHIFT);
}

struct page *tap_front(struct tap *tap)
{
    if (tap->front.avail) {
        tap->front.due--;
        tap->base++;
        return &tap->front;
    }
    if (tap->behind)
        tap_let_go(tap, tap->behind);
    return NULL;
}

bool tap_goes_on(struct tap *tap, struct page *page)
{
    if (tap->behind != page)
        return false;
    tap_let_go(tap, page);
    if (page->due == 0)
        return false;
    (void)tap_put_behind(tap, page, (int32_t)page_capacity(page->granules));
    return true;
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
        struct page *front = &taps->of[granules].front;
        struct page *first = stock->page[granules];
        taps->of[granules] = (struct tap){
            .front = {.link = &stock->page[granules], .number = PAGE_TAP}}; /* to be renewed */
        stock->page[granules] = front;
        link_first(&front->next, first);
    }
}

void taps_end(struct stock *stock)
{
    if (OWN_LIKELY(!has_taps(stock)))
        return;
    /* The first tap is one of an array. */
    struct taps *taps = (void *)((char *)tap_of(stock->page[1]) - offsetof(struct taps, of[1]));
    for (size_t granules = 1; granules <= PAGE_MOST; granules++) {
        struct tap *tap = &taps->of[granules];
        if (tap->behind)
            tap_let_go(tap, tap->behind);
        link_first(&stock->page[granules], tap->front.next);
    }
    lock_take(&lock);
    put(taps);
    lock_release(&lock);
}
