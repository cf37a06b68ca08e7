/*
 * blocks.c - the live blocks of some pools, as a test knows them.
 */
#include "blocks.h"

static struct known_block *place_of(struct blocks *blocks, const void *address)
{
    uint64_t number = (uintptr_t)address >> 4;
    size_t at = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 32);

    for (;; at++) {
        struct known_block *known = &blocks->known[at % blocks_capacity];
        if (!known->address || known->address == address)
            return known;
    }
}

void *blocks_add(struct blocks *blocks, own_pool *pool, void *block, bool is_foreign)
{
    struct known_block *known = place_of(blocks, block);

    expect(block != NULL && !known->pool);
    if (!known->address)
        expect(++blocks->entries < blocks_capacity * 7 / 8);
    *known = (struct known_block){(char *)block, pool, own_block_size(pool, block), is_foreign, 0};
    return block;
}

struct known_block *blocks_find(struct blocks *blocks, const void *address)
{
    struct known_block *known = address ? place_of(blocks, address) : NULL;

    return known && known->pool ? known : NULL;
}

void blocks_remove(struct blocks *blocks, const void *address)
{
    struct known_block *known = blocks_find(blocks, address);

    expect(known != NULL);
    known->pool = NULL;
}

void blocks_forget(struct blocks *blocks, const own_pool *pool)
{
    for (size_t i = 0; i < blocks_capacity; i++) {
        if (blocks->known[i].pool == pool)
            blocks->known[i].pool = NULL;
    }
}

static size_t random_size(struct random *random)
{
    static const size_t bounds[] = {40, 40, 100, 600, 600, 5000, 70000, 300000, 3000000};

    return random_below(random, bounds[random_below(random, sizeof bounds / sizeof *bounds)]);
}

void *blocks_alloc(struct blocks *blocks, struct random *random, own_pool *pool, bool adopts)
{
    size_t size = random_size(random), chance = random_below(random, 100);
    void *block = NULL;

    if (chance < 5) {
        block = own_alloc_aligned(pool, (size_t)16 << random_below(random, 10), 1, size);
    } else if (chance < 10 && adopts) {
        void *memory = malloc(size + 1);
        expect(memory != NULL);
        if (own_adopt(pool, memory, size, free) == 0)
            return blocks_add(blocks, pool, memory, true);
        free(memory);
    } else {
        block = chance % 2 ? own_alloc(pool, 1, size) : own_alloc_raw(pool, 1, size);
    }
    if (!block)
        expect(errno == EDQUOT);
    return block ? blocks_add(blocks, pool, block, false) : NULL;
}

struct known_block *blocks_any(struct blocks *blocks, struct random *random, const own_pool *pool)
{
    size_t from = random_below(random, blocks_capacity);

    for (size_t i = 0; i < blocks_capacity; i++) {
        struct known_block *known = &blocks->known[(from + i) % blocks_capacity];
        if (known->pool == pool)
            return known;
    }
    return NULL;
}

struct visited {
    struct blocks *blocks;
    own_pool *pool;
};

static int visit_known(void *block, size_t size, void *arg)
{
    struct visited *visited = (struct visited *)arg;
    struct known_block *known = blocks_find(visited->blocks, block);

    expect(known && known->pool == visited->pool && known->size == size);
    expect(own_block_size(visited->pool, block) == size);
    expect(own_pool_of(block) == (known->is_foreign ? NULL : visited->pool));
    expect(known->visits++ == 0);
    return 0;
}

void expect_blocks(struct blocks *blocks, own_pool *pool)
{
    struct visited visited = {blocks, pool};
    size_t count = 0, bytes = 0;

    expect_keeps_errno(own_pool_blocks(pool, visit_known, &visited) == 0);
    for (size_t i = 0; i < blocks_capacity; i++) {
        struct known_block *known = &blocks->known[i];
        if (known->pool != pool)
            continue;
        expect(known->visits == 1);
        known->visits = 0;
        count++;
        bytes += known->size;
    }
    own_usage usage = usage_of(pool);
    expect(usage.blocks == count && usage.bytes == bytes);
}
