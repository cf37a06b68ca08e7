/*
 * chunk.c - size classes, and chunks of random sizes against a model of what is handed out.
 */
#include "chunk/heap.h"
#include "harness.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

START_TEST(classes_are_the_least_that_hold_each_size)
{
    unsigned class = 1; /* the class 0 is only there to make the others' numbers simple */

    for (size_t size = 1; size <= CHUNK_MAX; size++) {
        if (size > class_size(class))
            class ++;
        if (class_of(size) != class || chunk_round(size) != class_size(class))
            ck_abort_msg("size %zu: class %u, expected %u", size, class_of(size), class);
    }
    expect(class == CLASS_COUNT - 1 && class_size(class) == CHUNK_MAX);
}
END_TEST

START_TEST(classes_are_granules_that_waste_little)
{
    for (unsigned class = 1; class < CLASS_COUNT; class ++) {
        size_t size = class_size(class);
        expect(size % GRANULE == 0 && size > class_size(class - 1));
        expect(class_of(size) == class && class_of(size - 1) <= class);
        if (class < CLASS_SMALL)
            expect(CHUNK_UNIT % size <= CHUNK_UNIT / 16 || size > 8 * KIB);
        else
            expect(size % CHUNK_UNIT == 0);
    }
    expect(class_size(1) >= sizeof(struct free_chunk));
    expect(class_size(CLASS_SMALL - 1) == CLASS_SMALL_MAX);
}
END_TEST

START_TEST(sizes_are_rounded_up_and_down)
{
    size_t below = CLASS_LEAST;

    for (size_t size = CLASS_LEAST; size <= CHUNK_MAX; size++) {
        if (chunk_round(size) == size)
            below = size;
        if (chunk_round_down(size) != below)
            ck_abort_msg("%zu is rounded down to %zu", size, chunk_round_down(size));
    }
    expect(chunk_round(CHUNK_MAX + 1) == CHUNK_MAX + CHUNK_UNIT);
    expect(chunk_round_down(CHUNK_MAX + CHUNK_UNIT - 1) == CHUNK_MAX);
    expect(chunk_round_down(3 * CHUNK_MAX + 5) == 3 * CHUNK_MAX);
    expect(chunk_round(PTRDIFF_MAX - CHUNK_UNIT) != 0);
    expect(chunk_round(PTRDIFF_MAX) == 0 && chunk_round(SIZE_MAX) == 0);
}
END_TEST

/* The model: what is handed out, and what was written there. */
#define SLOTS 500

struct slot {
    unsigned char *chunk;
    size_t size;
    size_t granted;
    uint64_t pattern;
};

static struct slot slots[SLOTS];
static size_t model_bytes;
static bool all_is_kept; /* what is handed out at once fits the cache limit */

/* How far apart the words are that are looked at: some in each unit of a large chunk. */
static size_t word_step(const struct slot *slot)
{
    if (slot->granted > CLASS_SMALL_MAX)
        return 4093;
    return slot->granted > 4 * KIB ? 511 : 1;
}

/* The first 16 bytes, the last 8, and all or some between. */
static void fill(const struct slot *slot)
{
    size_t words = slot->granted / 8;
    size_t step = word_step(slot);

    for (size_t i = 1; i < words; i += step)
        memcpy(slot->chunk + 8 * i, &slot->pattern, 8);
    memcpy(slot->chunk, &slot->pattern, 8);
    memcpy(slot->chunk + slot->granted - 8, &slot->pattern, 8);
}

static bool is_filled(const struct slot *slot)
{
    size_t words = slot->granted / 8;
    size_t step = word_step(slot);

    for (size_t i = 1; i < words; i += step) {
        if (memcmp(slot->chunk + 8 * i, &slot->pattern, 8) != 0)
            return false;
    }
    return memcmp(slot->chunk, &slot->pattern, 8) == 0 &&
           memcmp(slot->chunk + slot->granted - 8, &slot->pattern, 8) == 0;
}

static void slot_get(struct slot *slot, size_t size, uint64_t pattern)
{
    *slot = (struct slot){.size = size, .pattern = pattern};
    expect_keeps_errno((slot->chunk = chunk_get(size, &slot->granted)) != NULL);
    expect(slot->granted >= size && slot->granted == chunk_round(size));
    expect((uintptr_t)slot->chunk % (slot->granted < CHUNK_UNIT ? GRANULE : CHUNK_UNIT) == 0);
    if (slot->granted > CHUNK_MAX) {
        for (size_t i = 0; i < slot->granted; i += 10007)
            expect(slot->chunk[i] == 0);
    }
    fill(slot);
    model_bytes += slot->granted;
}

static void slot_put(struct slot *slot)
{
    expect(is_filled(slot));
    /* Any size may be named that is granted the same. */
    size_t size = slot->pattern & 1 ? slot->size : slot->granted;
    expect_keeps_errno((chunk_put(slot->chunk, size), true));
    if (all_is_kept) {
        expect(memcmp(slot->chunk, &slot->pattern, 8) == 0);
        expect(memcmp(slot->chunk + 8, &slot->pattern, 8) == 0);
    }
    model_bytes -= slot->granted;
    slot->chunk = NULL;
}

/* 0: small; 1: units; 2: all, the larger the rarer; 3: one class; 4: beyond all classes too. */
static size_t random_size(struct random *random, int distribution)
{
    switch (distribution) {
    case 0:
        return 1 + random_below(random, 2 * KIB);
    case 1:
        return CLASS_SMALL_MAX + 1 + random_below(random, CHUNK_MAX - CLASS_SMALL_MAX);
    case 2:
        return 1 + random_below(random, (size_t)1 << (4 + random_below(random, 17)));
    case 3:
        return 48;
    default:
        return 1 + random_below(random, (size_t)1 << (8 + random_below(random, 15)));
    }
}

/* What is dirty fits what the threads' caches leave of the limit. */
static void expect_bounded(void)
{
    size_t room = heap.limit > heap.shares ? heap.limit - heap.shares : 0;

    expect(heap.dirty_bytes <= room);
}

static void run_model(struct random *random, int distribution, size_t steps, size_t most)
{
    size_t before = chunk_live_bytes();

    model_bytes = 0;
    for (size_t step = 0; step < steps; step++) {
        struct slot *slot = &slots[random_below(random, most)];
        if (slot->chunk)
            slot_put(slot);
        else
            slot_get(slot, random_size(random, distribution), random_next(random));
        expect(chunk_live_bytes() == before + model_bytes);
        chunk_validate();
        expect_bounded();
        if (random_below(random, 1000) == 0)
            own_trim();
    }
    for (size_t i = 0; i < most; i++) {
        if (slots[i].chunk)
            slot_put(&slots[i]);
    }
    expect(chunk_live_bytes() == before);
    chunk_validate();
}

static const size_t limits[] = {OWN_CACHE_LIMIT_DEFAULT, 0, 100 * KIB, 1 * MIB, 8 * MIB};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

START_TEST(random_chunks_never_overlap)
{
    struct random random;

    random_seed(&random, 41 + (uint64_t)_i);
    own_set_cache_limit(limits[(size_t)_i % LIMITS]);
    all_is_kept = _i == 0 || _i == 3 * (int)LIMITS;
    run_model(&random, _i / (int)LIMITS, scaled(2000), 20);
    run_model(&random, _i / (int)LIMITS, scaled(3000), SLOTS);
    own_trim();
    expect(heap.dirty_bytes == 0);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

START_TEST(random_chunks_under_changing_limits)
{
    struct random random;

    random_seed(&random, 99);
    for (size_t i = 0; i < scaled(200); i++) {
        own_set_cache_limit(limits[random_below(&random, LIMITS)]);
        chunk_validate();
        expect_bounded();
        run_model(&random, (int)random_below(&random, 5), 100, 50);
    }
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

/* Segments come and go, and runs of units are found between others. */
START_TEST(units_between_others_are_used_again)
{
    enum { CHUNKS = 300 };
    static void *chunks[CHUNKS];
    size_t granted;

    own_trim();
    size_t segments = heap.segments;
    for (size_t units = 1; units <= 8; units++) {
        for (int i = 0; i < CHUNKS; i++)
            expect((chunks[i] = chunk_get(units * CHUNK_UNIT, &granted)) != NULL);
        for (int i = 0; i < CHUNKS; i += 2)
            chunk_put(chunks[i], granted);
        own_trim();
        chunk_validate();
        size_t most = heap.segments;
        for (int i = 0; i < CHUNKS; i += 2)
            expect((chunks[i] = chunk_get(units * CHUNK_UNIT, &granted)) != NULL);
        expect(heap.segments == most);
        for (int i = 0; i < CHUNKS; i++)
            chunk_put(chunks[i], granted);
        expect(own_trim() > 0);
        expect(heap.segments <= segments + 1);
        chunk_validate();
    }
}
END_TEST

START_TEST(requests_fail_from_the_nth_on)
{
    static const size_t sizes[] = {16, 3000, 100 * KIB, 1 * MIB, 5 * MIB};
    size_t before = chunk_live_bytes();
    void *chunks[4];
    size_t granted;

    for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
        for (long n = 1; n <= 4; n++) {
            chunk_fail_after(n);
            for (long i = 1; i < n; i++)
                expect_keeps_errno((chunks[i] = chunk_get(sizes[size], &granted)) != NULL);
            expect_error(!chunk_get(sizes[size], &granted), ENOMEM);
            expect_error(!chunk_get(sizes[size], &granted), ENOMEM);
            chunk_validate();
            for (long i = 1; i < n; i++)
                chunk_put(chunks[i], sizes[size]);
            /* What was put back is not kept to make requests succeed that should fail. */
            expect_error(!chunk_get(sizes[size], &granted), ENOMEM);
            chunk_fail_after(0);
            expect(chunk_live_bytes() == before);
        }
        chunks[0] = chunk_get(sizes[size], &granted);
        expect(chunks[0] != NULL);
        chunk_put(chunks[0], granted);
    }
}
END_TEST

START_TEST(impossible_sizes_have_no_memory)
{
    size_t granted;

    expect_error(!chunk_get(SIZE_MAX, &granted), ENOMEM);
    expect_error(!chunk_get(PTRDIFF_MAX, &granted), ENOMEM);
    expect_error(!chunk_get(PTRDIFF_MAX - 2 * CHUNK_UNIT, &granted), ENOMEM);
    chunk_validate();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chunk");
    TCase *classes = add_case(suite, "classes");
    TCase *model = add_case(suite, "model");
    TCase *failing = add_case(suite, "failing");

    tcase_add_test(classes, classes_are_the_least_that_hold_each_size);
    tcase_add_test(classes, classes_are_granules_that_waste_little);
    tcase_add_test(classes, sizes_are_rounded_up_and_down);

    tcase_add_loop_test(model, random_chunks_never_overlap, 0, 5 * (int)LIMITS);
    tcase_add_test(model, random_chunks_under_changing_limits);
    tcase_add_test(model, units_between_others_are_used_again);

    tcase_add_test(failing, requests_fail_from_the_nth_on);
    tcase_add_test(failing, impossible_sizes_have_no_memory);
    return run_suite(suite);
}
