/*
 * extent/stock.c - the stock: what a memory has beside its extents. Made when it is first needed.
 */
#include "extent/free.h"

#include <errno.h>

#define STOCK_FROM ((size_t)2 << 10) /* reserved bytes; less is looked through as fast */

struct stock memory_unlisted;

void free_list_all(struct memory *memory, struct extent *extent)
{
    size_t used = extent_used(memory, extent);
    for (size_t word = 0; word << 6 < used; word++) {
        const struct bits *bits = extent_bits(extent, word << 6);
        for (uint64_t rest = bits->free; rest; rest &= rest - 1) {
            size_t index = (word << 6) + (size_t)__builtin_ctzll(rest);
            free_list(memory, extent, index, free_size(memory, extent, index));
        }
    }
}

bool stock_make(struct memory *memory)
{
    size_t granted;
    if (has_stock(memory))
        return true;
    struct stock *stock = account_get(&memory->account, sizeof(*stock), &granted);
    if (!stock)
        return false;
    *stock = (struct stock){.lists = true};
    memory->stock = stock;
    /* There are no big extents yet, but the first. One that was left with a log only stays so. */
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        if (extent->settled)
            free_list_all(memory, extent);
    }
    return true;
}

void stock_end(struct memory *memory)
{
    if (has_stock(memory))
        account_put(&memory->account, memory->stock, sizeof(*memory->stock));
    memory->stock = NULL;
}

void stock_drop(struct memory *memory, bool had_stock)
{
    if (had_stock || !has_stock(memory))
        return;
    int saved = errno;
    bool waits = has_listed(memory->stock);
    account_put_failed(&memory->account, memory->stock, sizeof(*memory->stock));
    memory->stock = waits ? &memory_unlisted : NULL;
    errno = saved;
}

void stock_want(struct memory *memory)
{
    if (OWN_LIKELY(has_stock(memory)))
        return;
    int saved = errno;
    if (memory->account.reserved < STOCK_FROM || !stock_make(memory))
        memory->stock = &memory_unlisted;
    errno = saved;
}
