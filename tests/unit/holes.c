/*
 * holes.c - the memory of one pool under random use, against a model of its blocks: whatever the
 * sizes and the order, blocks do not overlap, are zero where they should be, and the pool's books
 * are right.
 */
#include "harness.h"
#include "pool/pool.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define SLOTS 3000

/* A block as its user knows it: `size` bytes of a pattern, and zeroes behind them. */
struct slot {
    unsigned char *block;
    size_t size;
    unsigned char value;
};

static struct slot slots[SLOTS];

struct run {
    own_pool *pool;
    struct random random;
    size_t most;   /* slots in use */
    size_t blocks; /* what the pool should count */
    size_t bytes;
    size_t failed; /* calls that had no memory */
    size_t steps;
    int error; /* which calls may fail with; 0: none */
};

static size_t whole(size_t size)
{
    return size ? round_up(size, GRANULE) : GRANULE;
}

/* Large blocks are looked at here and there, small ones in full. */
static size_t stride(size_t size)
{
    return size > 2 * KIB ? 127 : 1;
}

static void write_pattern(const struct slot *slot)
{
    for (size_t i = 0; i < slot->size; i += stride(slot->size))
        slot->block[i] = (unsigned char)(slot->value + i);
    if (slot->size)
        slot->block[slot->size - 1] = slot->value;
}

static bool has_pattern(const struct slot *slot, size_t size)
{
    for (size_t i = 0; i < size; i += stride(slot->size)) {
        if (slot->block[i] != (unsigned char)(slot->value + i) && i != slot->size - 1)
            return false;
    }
    return size < slot->size || slot->size == 0 || slot->block[slot->size - 1] == slot->value;
}

static bool is_zero(const unsigned char *block, size_t from, size_t to)
{
    for (size_t i = from; i<to; i += to - from> 4 * KIB ? 61 : 1) {
        if (block[i] != 0)
            return false;
    }
    return true;
}

static void check_books(struct run *run)
{
    run->steps++;
    expect(pool_blocks(run->pool) == run->blocks);
    expect(pool_bytes(run->pool) == run->bytes);
    if (run->pool->reserved <= 32 * KIB || run->steps % 100 == 0)
        pool_validate(run->pool);
}

/*
 * A call has returned NULL: it must be one that may, and has changed nothing, except that looking
 * for room may have joined holes and given an empty extent back.
 */
static void check_failure(struct run *run, const own_usage *before)
{
    own_usage after = usage_of(run->pool);

    expect(run->error && errno == run->error);
    expect(after.reserved <= before->reserved);
    after.reserved = before->reserved;
    expect(memcmp(before, &after, sizeof(after)) == 0);
    run->failed++;
    pool_validate(run->pool);
}

static void slot_fill(struct run *run, struct slot *slot, size_t size)
{
    own_usage before = usage_of(run->pool);
    size_t kind = random_below(&run->random, 8);
    size_t alignment = GRANULE;

    *slot = (struct slot){.size = size, .value = (unsigned char)random_next(&run->random)};
    errno = ERANGE;
    if (kind == 0) {
        alignment = (size_t)1 << random_below(&run->random, 13);
        slot->block = (unsigned char *)own_alloc_aligned(run->pool, alignment, 1, size);
    } else if (kind < 4) {
        slot->block = (unsigned char *)own_alloc(run->pool, 1, size);
    } else {
        slot->block = (unsigned char *)own_alloc_raw(run->pool, 1, size);
    }
    if (!slot->block) {
        check_failure(run, &before);
        return;
    }
    expect(errno == ERANGE);
    expect((uintptr_t)slot->block % max_size(alignment, GRANULE) == 0);
    expect(is_zero(slot->block, kind < 4 ? 0 : size, whole(size)));
    run->blocks++;
    run->bytes += whole(size);
    write_pattern(slot);
}

static void slot_free(struct run *run, struct slot *slot)
{
    expect(has_pattern(slot, slot->size));
    expect(is_zero(slot->block, slot->size, whole(slot->size)));
    expect(own_block_size(run->pool, slot->block) == whole(slot->size));
    expect_keeps_errno(own_free(run->pool, slot->block) == 0);
    expect(!own_contains(run->pool, slot->block));
    expect_error(own_free(run->pool, slot->block) == -1, EINVAL);
    run->blocks--;
    run->bytes -= whole(slot->size);
    slot->block = NULL;
}

static void slot_resize(struct run *run, struct slot *slot, size_t size)
{
    own_usage before = usage_of(run->pool);

    errno = ERANGE;
    unsigned char *block = (unsigned char *)own_realloc(run->pool, slot->block, 1, size);
    if (!block) {
        expect(size > slot->size);
        check_failure(run, &before);
        return;
    }
    expect(errno == ERANGE);
    if (block != slot->block)
        expect(!own_contains(run->pool, slot->block));
    slot->block = block;
    expect(has_pattern(slot, min_size(slot->size, size)));
    expect(is_zero(block, min_size(slot->size, size), whole(size)));
    run->bytes += whole(size) - whole(slot->size);
    slot->size = size;
    write_pattern(slot);
}

/* Addresses that are no live block: inside one, behind one, and beside the granules. */
static void slot_misuse(struct run *run, const struct slot *slot)
{
    size_t offset = 1 + random_below(&run->random, whole(slot->size) + 40);
    size_t behind = whole(slot->size);

    if (offset >= behind && !own_contains(run->pool, slot->block + offset))
        return;
    if (offset < behind) {
        expect_error(own_free(run->pool, slot->block + offset) == -1, EINVAL);
        expect_error(own_block_size(run->pool, slot->block + offset) == 0, EINVAL);
        expect_error(!own_realloc(run->pool, slot->block + offset, 1, 1), EINVAL);
    }
}

enum distribution { TINY, SMALL, POWERS, MIXED, BIG, LARGE, DISTRIBUTIONS };

static size_t random_size(struct random *random, enum distribution distribution)
{
    switch (distribution) {
    case TINY:
        return random_below(random, 65);
    case SMALL:
        return random_below(random, 700);
    case POWERS:
        return (size_t)16 << random_below(random, 8);
    case MIXED:
        return random_below(random, (size_t)1 << (3 + random_below(random, 14)));
    case BIG:
        return 600 + random_below(random, 64 * KIB);
    default:
        return 100 * KIB + random_below(random, random_below(random, 8) ? 250 * KIB : 2 * MIB);
    }
}

static void step(struct run *run, enum distribution distribution)
{
    struct slot *slot = &slots[random_below(&run->random, run->most)];
    size_t choice = random_below(&run->random, 16);

    if (!slot->block)
        slot_fill(run, slot, random_size(&run->random, distribution));
    else if (choice < 8)
        slot_free(run, slot);
    else if (choice < 12)
        slot_resize(run, slot, random_size(&run->random, distribution));
    else if (choice < 14)
        slot_resize(run, slot, slot->size + random_below(&run->random, 40));
    else
        slot_misuse(run, slot);
    check_books(run);
}

/* Frees a share of the blocks, in the order of the slots or against it. */
static void free_some(struct run *run, size_t per_cent)
{
    bool backwards = random_below(&run->random, 2);

    for (size_t i = 0; i < run->most; i++) {
        struct slot *slot = &slots[backwards ? run->most - 1 - i : i];
        if (slot->block && random_below(&run->random, 100) < per_cent) {
            slot_free(run, slot);
            check_books(run);
        }
    }
}

static void run_begin(struct run *run, own_pool *parent, uint64_t seed, size_t most)
{
    *run = (struct run){.pool = own_pool_new(parent), .most = most};
    expect(run->pool != NULL);
    random_seed(&run->random, seed);
    memset(slots, 0, sizeof(slots));
}

/* Without blocks a pool is as it was at first. */
static void run_end(struct run *run, size_t reserved)
{
    free_some(run, 100);
    expect(run->blocks == 0 && run->bytes == 0);
    expect(!run->pool->first.next && !run->pool->bins && !run->pool->large);
    expect(run->pool->reserved == reserved);
    pool_validate(run->pool);
    own_decref(run->pool);
    chunk_validate();
}

static const size_t mosts[] = {8, 60, 600, SLOTS};

START_TEST(random_blocks_of_one_distribution)
{
    enum distribution distribution = (enum distribution)(_i % DISTRIBUTIONS);
    size_t most = mosts[_i / DISTRIBUTIONS];
    size_t before = chunk_live_bytes();
    struct run run;

    if (distribution >= BIG)
        most = max_size(most / 10, 8);
    run_begin(&run, NULL, 71 + (uint64_t)_i, most);
    size_t reserved = run.pool->reserved;
    for (size_t i = scaled(distribution >= BIG ? 1000 : 3000); i > 0; i--)
        step(&run, distribution);
    run_end(&run, reserved);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Fills with one distribution, frees most, fills with another: what fits no hole, and what does. */
START_TEST(random_blocks_in_phases)
{
    struct run run;
    size_t before = chunk_live_bytes();

    run_begin(&run, NULL, 171 + (uint64_t)_i, _i % 2 ? 100 : 1000);
    size_t reserved = run.pool->reserved;
    for (size_t phase = 0; phase < 12; phase++) {
        enum distribution distribution =
            (enum distribution)random_below(&run.random, _i % 2 ? DISTRIBUTIONS : BIG);
        for (size_t i = 0; i < max_size(scaled(run.most), 1); i++) {
            if (!slots[i].block)
                slot_fill(&run, &slots[i], random_size(&run.random, distribution));
            check_books(&run);
        }
        for (size_t i = scaled(300); i > 0; i--)
            step(&run, distribution);
        free_some(&run, random_below(&run.random, 110));
    }
    run_end(&run, reserved);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Limits so tight that extents are small, and calls fail. */
START_TEST(random_blocks_under_tight_limits)
{
    static const size_t limits[] = {600, 3 * KIB, 10 * KIB, 40 * KIB, 150 * KIB, 1 * MIB};
    enum distribution distribution = (enum distribution)(_i % (BIG + 1));
    size_t limit = limits[_i / (BIG + 1)];
    size_t before = chunk_live_bytes();
    struct run run;

    run_begin(&run, NULL, 271 + (uint64_t)_i, 400);
    run.error = EDQUOT;
    size_t reserved = run.pool->reserved;
    expect(own_pool_set_limit(run.pool, limit) == 0);
    for (size_t i = scaled(2500); i > 0; i--) {
        step(&run, distribution);
        expect(run.pool->reserved <= max_size(limit, reserved));
        if (random_below(&run.random, 500) == 0)
            free_some(&run, random_below(&run.random, 101));
    }
    if (limit <= 10 * KIB && scaled(100) == 100)
        expect(run.failed > 0);
    run_end(&run, reserved);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Memory fails now and then: also that for the bins, without which the pool must do. */
START_TEST(random_blocks_while_memory_fails)
{
    enum distribution distribution = (enum distribution)(_i % DISTRIBUTIONS);
    size_t before = chunk_live_bytes();
    struct run run;

    run_begin(&run, NULL, 371 + (uint64_t)_i,
              _i < DISTRIBUTIONS         ? 150
              : _i % DISTRIBUTIONS < BIG ? 1000
                                         : 40);
    run.error = ENOMEM;
    size_t reserved = run.pool->reserved;
    for (size_t i = scaled(4000); i > 0; i--) {
        size_t choice = random_below(&run.random, 200);
        if (choice == 0)
            chunk_fail_after(1 + (long)random_below(&run.random, 4));
        else if (choice < 4)
            chunk_fail_after(0);
        step(&run, distribution);
        if (random_below(&run.random, 500) == 0)
            free_some(&run, random_below(&run.random, 101));
    }
    chunk_fail_after(0);
    for (size_t i = scaled(1000); i > 0; i--)
        step(&run, distribution);
    run_end(&run, reserved);
    expect(chunk_live_bytes() == before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("holes");
    TCase *usual = add_case(suite, "usual");
    TCase *failing = add_case(suite, "failing");

    tcase_add_loop_test(usual, random_blocks_of_one_distribution, 0, 4 * DISTRIBUTIONS);
    tcase_add_loop_test(usual, random_blocks_in_phases, 0, 8);
    tcase_add_loop_test(failing, random_blocks_under_tight_limits, 0, 6 * (BIG + 1));
    tcase_add_loop_test(failing, random_blocks_while_memory_fails, 0, 2 * DISTRIBUTIONS);
    return run_suite(suite);
}
