/*
 * holder.c - making and ending a memory that has no pool, and its blocks.
 */
#include "holder.h"

#include "memory/fast.h"

_Static_assert(offsetof(struct holder, first) % GRANULE == 0, "granules are aligned");

static struct holder *holder_of(struct memory *memory)
{
    return (struct holder *)(void *)((char *)memory - offsetof(struct holder, memory));
}

struct memory *holder_make(size_t first, size_t limit)
{
    struct holder *holder = chunk_get(first, &first);

    expect(holder != NULL);
    holder->memory.account = (struct account){.reserved = first};
    if (limit) {
        struct limit *made = limit_make(limit);
        expect(made && limit_add(made, first));
        account_join(&holder->memory.account, made);
    }
    expect(memory_init(&holder->memory, &holder->first, first - offsetof(struct holder, first)));
    holder_validate(&holder->memory);
    return &holder->memory;
}

void holder_end(struct memory *memory)
{
    struct holder *holder = holder_of(memory);
    struct limit *limit = memory->account.limit;

    memory_end(memory);
    memory_unclaim_first(&holder->first);
    if (limit) {
        expect(limit->used == memory->account.reserved);
        limit_subtract(limit, memory->account.reserved);
        limit_release(limit);
    }
    chunk_put(holder, memory->account.reserved);
}

void holder_validate(struct memory *memory)
{
    static const struct memory_counts none;
    size_t chunks = memory_validate(memory, &none);
    const struct limit *limit = memory->account.limit;

    expect(chunks + offsetof(struct holder, first) == memory->account.reserved);
    expect(!limit || limit->used == memory->account.reserved);
}

/* As own/block.h has it. */
static void *bump(struct memory *memory, size_t bytes)
{
    size_t rounded = (bytes + GRANULE - 1) & ~(GRANULE - 1);

    if (!memory->end || bytes - 1 >= OWN_BUMP_MAX ||
        (size_t)(memory->end - memory->bump) <= rounded)
        return NULL;
    char *block = memory->bump;
    *--memory->end = (char)(rounded >> GRANULE_SHIFT);
    memory->bump = block + rounded;
    memset(memory->bump - GRANULE, 0, GRANULE);
    return block;
}

/* As block/block.c has it. */
static void *alloc_fast(struct memory *memory, size_t bytes)
{
    size_t granules = memory_granules_of(memory, bytes);
    struct page *page = granules ? memory->stock->page[granules] : NULL;

    if (!granules)
        return NULL;
    if (!page)
        return memory_alloc_listed(memory, granules, false, false);
    return page->avail ? memory_alloc_in_page(memory, page, granules, false, false) : NULL;
}

void *holder_alloc(struct memory *memory, size_t bytes)
{
    void *block = bump(memory, bytes);

    if (!block)
        block = alloc_fast(memory, bytes);
    return block ? block : memory_alloc(memory, bytes, false);
}

struct place holder_place(struct memory *memory, const void *block)
{
    struct place place;

    expect(memory_find(memory, block, &place));
    return place;
}

/* As block/block.c has it. */
void holder_free(struct memory *memory, void *block)
{
    struct place place;
    claim_value claimed = memory_claimed(memory, block);

    if (claimed & CLAIM_UNIT && !memory->outside) {
        struct page *page = memory_free_in_unit(memory, unit_of(claimed), block, true);
        expect(page != NULL);
        if (page_is_due(page))
            (void)page_retire(memory, page);
        return;
    }
    if (!memory->outside) {
        struct extent *extent = memory_extent_of(memory, claimed, block);
        if ((extent && memory_free_in_extent(memory, extent, block, true)) ||
            memory_free_logged(memory, block))
            return;
    }
    place = holder_place(memory, block);
    memory_free(memory, &place, block);
}
