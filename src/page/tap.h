/*
 * page/tap.h - taps, which stand in front of the lists of pages while sites are tracked. Used in
 * this room, in memory/memory.c and block/sampled.c.
 *
 * There is one for each size. Its front is what own_alloc takes for the first page of the list: it
 * has the free blocks of a page, which is *behind* the tap, until they are used up. Then a call is
 * needed, which counts them. So a block takes no longer to be allocated than without a tap.
 *
 * That can be done where it is known before that none of these blocks is to be sampled. How many
 * there will be depends on how many are freed meanwhile; but page_retire is called when as many
 * have been as were allowed for. Otherwise the front has no free block until the one that is to be
 * sampled has come, and each needs a call.
 *
 * Equations:
 *
 *   page behind   base + due of the page + due of the front = live blocks; relist = 0
 *                 avail of the page has the words in which a block was freed since; some of them
 *                 may have no free block any more
 *   front         due = blocks that were taken from it, and are to be counted
 *                 due <= left, until the next call
 */
#ifndef PAGE_TAP_H
#define PAGE_TAP_H

#include "page/page.h"
#include "site/sample.h"

/* A page that a tap has used up is listed again when this part is free. That is a larger one than
   otherwise, because each time costs more; and takes no more memory, because no page is left for
   another before it is used up. */
#define TAP_RELIST_PART 5
#define TAP_FREED_PART 4 /* this part of a page may be freed before it is looked at */
/* With smaller intervals each block is counted by a call: most pages would have a block that is to
   be sampled, and much would be allocated before a change of the interval is seen. */
#define TAP_FROM (16 * PAGE_BYTES)

struct tap {
    struct page front;   /* `relist` is the generation with which `left` was drawn */
    struct page *behind; /* NULL: none; the front has no free block */
    int32_t left;        /* blocks that are left out before one is to be sampled */
    int32_t base;
} __attribute__((aligned(64))); /* a line of the processor's cache */

static inline struct tap *tap_of(struct page *front)
{
    return (struct tap *)(void *)((char *)front - offsetof(struct tap, front));
}

/* Puts taps in front of the lists of a memory that has a stock, if sites are tracked. */
void taps_begin(struct memory *memory);
/* Takes them away. */
void taps_end(struct stock *stock);
/* A new countdown. */
void tap_renew(struct tap *tap, size_t granules);
/* The front, if it has a free block, from which one has to be taken that is not to be counted. */
struct page *tap_front(struct tap *tap);
/* page_retire of a page that may be behind the tap. False: it is not, or not any more. */
bool tap_goes_on(struct tap *tap, struct page *page);

/* The page behind a tap is a listed one as if it had never been there. */
static inline void tap_let_go(struct tap *tap, struct page *page)
{
    const struct bits *bits = page_bits(page);
    uint64_t avail = 0;
#pragma GCC unroll 8
    for (unsigned word = 0; word < PAGE_WORDS; word++) /* which are empty cannot be predicted */
        avail |= (uint64_t)(word_load(&bits[word].free) != 0) << word;
    page->avail = avail << (page->number * PAGE_WORDS);
    page->due += tap->base + tap->front.due;
    tap->left -= tap->front.due;
    tap->behind = NULL;
    tap->front.avail = 0;
}

/* Puts a listed page behind a tap that has none. False: one of the blocks that may be allocated
   before the next call is to be sampled. */
static inline bool tap_put_behind(struct tap *tap, struct page *page, int32_t capacity)
{
    int32_t live = page->due;
    /* Not more than live, so that the page is looked at when it is empty. */
    int32_t freed = live < capacity / TAP_FREED_PART ? live + !live : capacity / TAP_FREED_PART;
    if (OWN_UNLIKELY(tap->left < capacity - live + freed || site_interval() < TAP_FROM))
        return false;
    tap->behind = page;
    tap->base = live - freed;
    tap->front.bits = page->bits;
    tap->front.at = page->at;
    tap->front.avail = page->avail;
    tap->front.due = 0;
    page->avail = 0;
    page->due = freed;
    return true;
}

#endif
