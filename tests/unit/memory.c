/*
 * memory.c - blocks of one memory, in random order and of many kinds of sizes, against a model that
 * knows what each has in it; with small and large first extents, without and with requests for
 * chunks that fail, and under limits.
 */
#include "holder.h"
#include "large/large.h"

#define MOST 10000
#define KIB ((size_t)1 << 10)

struct block {
    unsigned char *at;
    size_t size;
    unsigned char mark;
};

/* What a run is like. */
struct kind {
    size_t first;  /* bytes of the first chunk */
    size_t limit;  /* 0: none */
    size_t blocks; /* at most */
    unsigned fail; /* requests for chunks are let fail in one step of so many; 0: never */
};

static const struct kind kinds[] = {
    {.first = 256, .blocks = 20},
    {.first = 256, .blocks = 300},
    {.first = 256, .blocks = 5000},
    {.first = 4 * KIB, .blocks = 1000},
    {.first = 300 * KIB, .blocks = 200},
    {.first = 3000 * KIB, .blocks = 5000},
    {.first = 256, .blocks = 30, .fail = 4},
    {.first = 256, .blocks = 2000, .fail = 10},
    {.first = 300 * KIB, .blocks = 2000, .fail = 4},
    {.first = 256, .blocks = 300, .limit = 20 * KIB},
    {.first = 256, .blocks = 2000, .limit = 500 * KIB},
    {.first = 300 * KIB, .blocks = 2000, .limit = 1000 * KIB, .fail = 10},
};
#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))
#define DISTRIBUTIONS 5

static struct {
    struct memory *memory;
    struct random random;
    int distribution;
    bool may_fail; /* what is asked now */
    struct block blocks[MOST];
    size_t count, bytes, failures;
    unsigned char next_mark;
} world;

static size_t below(size_t bound)
{
    return random_below(&world.random, bound);
}

static size_t random_size(void)
{
    size_t r = below(100);

    switch (world.distribution) {
    case 0:
        return r < 90 ? 16 + below(113) : r < 98 ? 129 + below(384) : 513 + below(3584);
    case 1:
        return 16 + below(240);
    case 2:
        return below(r < 5 ? 8192 : r < 20 ? 2048 : 256);
    case 3:
        return (size_t)16 << below(8);
    default:
        return below(r < 1 ? 2048 * KIB : r < 6 ? 100 * KIB : r < 30 ? 3000 : 200);
    }
}

static size_t rounded(size_t bytes)
{
    return bytes ? round_up(bytes, GRANULE) : GRANULE;
}

static void expect_bytes(const unsigned char *at, size_t from, size_t to, unsigned char value)
{
    for (size_t i = from; i < to; i++)
        expect(at[i] == value);
}

static void check_block(const struct block *block)
{
    struct place place = holder_place(world.memory, block->at);

    expect(memory_size(world.memory, &place) == rounded(block->size));
    expect(memory_covers(world.memory, block->at));
    expect_bytes(block->at, 0, block->size, block->mark);
}

/* Addresses in and behind a block are those of none. */
static void check_inside(const struct block *block)
{
    struct place place;
    size_t inside = 1 + below(rounded(block->size) - 1);

    expect(!memory_find(world.memory, block->at + inside, &place));
}

static void fill(struct block *block, unsigned char *at, size_t size)
{
    *block = (struct block){.at = at, .size = size, .mark = world.next_mark++};
    memset(at, block->mark, size);
}

static void may_fail(const struct kind *kind)
{
    world.may_fail = kind->limit != 0;
    if (kind->fail && below(kind->fail) == 0) {
        chunk_fail_after(1 + (long)below(3));
        world.may_fail = true;
    }
    errno = ERANGE;
}

/* Whether a call that could fail has; then nothing has changed. */
static bool has_failed(const void *result, size_t reserved)
{
    struct memory_counts counts = memory_count(world.memory);

    chunk_fail_after(0);
    if (result) {
        expect(errno == ERANGE);
        return false;
    }
    expect(world.may_fail && (errno == ENOMEM || errno == EDQUOT));
    expect(counts.blocks == world.count && counts.bytes == world.bytes);
    expect(world.memory->account.reserved == reserved);
    holder_validate(world.memory);
    world.failures++;
    return true;
}

static void alloc(const struct kind *kind)
{
    size_t size = random_size(), alignment = GRANULE;
    size_t reserved = world.memory->account.reserved;
    unsigned char *at;
    size_t how = below(4);

    may_fail(kind);
    if (how == 0) {
        alignment = (size_t)1 << below(18);
        at = memory_alloc_aligned(world.memory, alignment, size);
    } else if (how == 1) {
        at = memory_alloc(world.memory, size, true);
    } else {
        at = holder_alloc(world.memory, size);
    }
    if (has_failed(at, reserved))
        return;
    expect((uintptr_t)at % alignment == 0 && (uintptr_t)at % GRANULE == 0);
    expect_bytes(at, how < 2 ? 0 : rounded(size) - GRANULE, rounded(size), 0);
    fill(&world.blocks[world.count++], at, size);
    world.bytes += rounded(size);
}

static void release(void)
{
    struct place place;
    struct block *block = &world.blocks[below(world.count)];

    check_block(block);
    check_inside(block);
    holder_free(world.memory, block->at);
    expect(!memory_find(world.memory, block->at, &place));
    world.bytes -= rounded(block->size);
    *block = world.blocks[--world.count];
}

static void resize(const struct kind *kind)
{
    struct block *block = &world.blocks[below(world.count)];
    size_t size = random_size();
    size_t reserved = world.memory->account.reserved;

    check_block(block);
    struct place place = holder_place(world.memory, block->at);
    may_fail(kind);
    unsigned char *at = memory_resize(world.memory, &place, block->at, size, true);
    if (has_failed(at, reserved)) {
        expect(size > block->size || rounded(size) > 64 * KIB ||
               rounded(block->size) != rounded(size));
        check_block(block);
        return;
    }
    expect_bytes(at, 0, min_size(size, block->size), block->mark);
    expect_bytes(at, block->size, rounded(size), 0);
    world.bytes += rounded(size) - rounded(block->size);
    fill(block, at, size);
}

static void clear(void)
{
    size_t peak = world.bytes;

    memory_clear(world.memory);
    expect(world.memory->peak >= peak);
    world.count = 0;
    world.bytes = 0;
}

static void step(const struct kind *kind)
{
    size_t what = below(10);

    if (world.count == 0 || (what < 5 && world.count < kind->blocks))
        alloc(kind);
    else if (what < 8)
        release();
    else
        resize(kind);
    if (below(3000) == 0)
        clear();
}

static void run(const struct kind *kind, size_t steps)
{
    size_t often = kind->blocks <= 30 ? 1 : kind->blocks <= 300 ? 7 : 97;

    for (size_t i = 0; i < steps; i++) {
        step(kind);
        if (i % often != 0)
            continue;
        struct memory_counts counts = memory_count(world.memory);
        expect(counts.blocks == world.count && counts.bytes == world.bytes);
        holder_validate(world.memory);
    }
    chunk_validate();
    for (size_t i = 0; i < world.count; i++)
        check_block(&world.blocks[i]);
}

START_TEST(blocks_are_as_the_model_has_them)
{
    const struct kind *kind = &kinds[_i % KINDS];
    size_t before = chunk_live_bytes();

    memset(&world, 0, sizeof(world));
    random_seed(&world.random, 6100 + (uint64_t)_i);
    world.distribution = _i / KINDS;
    world.memory = holder_make(kind->first, kind->limit);
    run(kind, scaled(20000));
    if (scaled(100) == 100 && kind->fail)
        expect(world.failures > 0);
    while (world.count > 0) /* all are freed one by one */
        release();
    struct memory_counts counts = memory_count(world.memory);
    expect(counts.blocks == 0 && counts.bytes == 0);
    holder_validate(world.memory);
    run(kind, scaled(2000)); /* and it is used again */
    holder_end(world.memory);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* However long blocks come and go, a memory that has as much in it does not grow without end. */
START_TEST(churn_takes_little_more_than_what_lives)
{
    size_t before = chunk_live_bytes();

    memset(&world, 0, sizeof(world));
    random_seed(&world.random, 6200);
    world.distribution = _i;
    world.memory = holder_make(256, 0);
    for (size_t i = 0; i < MOST; i++)
        world.blocks[i].at = holder_alloc(world.memory, random_size());
    size_t worst = 0;
    for (size_t i = 0; i < scaled(600000); i++) {
        struct block *block = &world.blocks[below(MOST)];
        holder_free(world.memory, block->at);
        block->at = holder_alloc(world.memory, random_size());
        worst = max_size(worst,
                         world.memory->account.reserved * 100 / memory_count(world.memory).bytes);
    }
    holder_validate(world.memory);
    if (worst > 200)
        ck_abort_msg("reserved: %zu %% of what lives", worst);
    holder_end(world.memory);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* What is in the account and nowhere else is seen by the owner, from what the validator returns. */
START_TEST(chunks_are_what_the_account_paid)
{
    static const struct memory_counts none;
    struct memory *memory = holder_make(256, 0);
    expect(memory_alloc(memory, (size_t)200 << 10, false) != NULL);
    size_t paid = memory_validate(memory, &none);
    void *large = memory_alloc(memory, (size_t)100 << 10, false);
    size_t cost = chunk_round((size_t)100 << 10) + chunk_round(sizeof(struct large));
    expect(memory_validate(memory, &none) == paid + cost);
    holder_free(memory, large);
    expect(memory_validate(memory, &none) == paid);
    holder_end(memory);
}
END_TEST

START_TEST(extent_without_live_blocks_goes_when_it_is_replaced)
{
    struct memory *memory = holder_make(256, 0);
    void *newest = NULL;
    while (!extent_can_go(memory->extent))
        newest = holder_alloc(memory, 4000);
    const struct extent *empty = memory->extent;
    holder_free(memory, newest);
    holder_validate(memory);
    expect(memory->extent == empty && memory->stock->extents == empty);
    expect(holder_alloc(memory, 65000) != NULL); /* for which a unit has no room */
    expect(memory->extent != empty && memory->stock->extents == memory->extent);
    expect(extent_big(memory->extent)->older == NULL);
    holder_validate(memory);
    holder_end(memory);
}
END_TEST

/* Of the blocks of an extent, freed in any order, the last takes the extent with it. */
START_TEST(extent_goes_with_its_last_live_block)
{
    struct memory *memory = holder_make(256, 0);
    void *blocks[64];
    size_t count = 0;
    while (!extent_can_go(memory->extent))
        blocks[0] = holder_alloc(memory, 4000);
    const struct extent *extent = memory->extent;
    for (count = 1; memory->extent == extent; count++)
        blocks[count] = holder_alloc(memory, 2000);
    count--; /* the newest lies in the next extent */
    expect(count > 20 && count % 7 != 0);
    for (size_t i = 0; i < count; i++) {
        size_t forth = i;
        size_t back = count - 1 - i;
        size_t across = i * 7 % count;
        expect(memory_covers(memory, blocks[0]));
        holder_free(memory, blocks[_i == 0 ? forth : _i == 1 ? back : across]);
        holder_validate(memory);
    }
    expect(!memory_covers(memory, blocks[0]));
    holder_end(memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *blocks = add_case(suite, "blocks");

    tcase_add_loop_test(blocks, blocks_are_as_the_model_has_them, 0, KINDS * DISTRIBUTIONS);
    tcase_add_loop_test(blocks, churn_takes_little_more_than_what_lives, 0, 4);
    tcase_add_test(blocks, chunks_are_what_the_account_paid);
    tcase_add_test(blocks, extent_without_live_blocks_goes_when_it_is_replaced);
    tcase_add_loop_test(blocks, extent_goes_with_its_last_live_block, 0, 3);
    return run_suite(suite);
}
