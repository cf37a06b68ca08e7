/*
 * block.c - blocks: allocation, alignment, zeroing, realloc, free.
 */
#include "harness.h"

#define MIB ((size_t)1 << 20)

static size_t rounded(size_t size)
{
    return size ? (size + 15) / 16 * 16 : 16;
}

static bool all_bytes_are(const void *memory, size_t size, int value)
{
    const unsigned char *bytes = (const unsigned char *)memory;

    return size == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, size - 1) == 0);
}

START_TEST(blocks_of_every_size_are_zeroed_and_aligned_and_rounded)
{
    const size_t step = scaled(100) == 100 ? 1 : 7;
    own_pool *pool = new_root();

    for (size_t size = 0; size <= 5000; size += step) {
        void *block;
        expect_keeps_errno((block = own_alloc(pool, 1, size)) != NULL);
        expect((uintptr_t)block % 16 == 0);
        expect(own_block_size(pool, block) == rounded(size));
        expect(all_bytes_are(block, rounded(size), 0));
        memset(block, 0xff, rounded(size)); /* all of it may be used */
        if (size % 3 == 0)
            expect(own_free(pool, block) == 0); /* so that later ones reuse dirty memory */
    }
    own_decref(pool);
}
END_TEST

START_TEST(large_blocks_are_zeroed_and_aligned_and_rounded)
{
    const size_t sizes[] = {5001,   8192,    16384, 32768,   65536,   100000,
                            131072, MIB / 2, MIB,   2 * MIB, 7 * MIB, 64 * MIB};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t near = sizes[i] <= MIB ? 1 : 0; /* the largest are slow to look through */
        for (size_t size = sizes[i] - near; size <= sizes[i] + near; size++) {
            own_pool *pool = new_root();
            for (int round = 0; round < 2; round++) {
                unsigned char *block = (unsigned char *)own_alloc(pool, 1, size);
                expect(block != NULL && (uintptr_t)block % 16 == 0);
                expect(own_block_size(pool, block) == rounded(size));
                expect(all_bytes_are(block, rounded(size), 0));
                if (size < 8 * MIB) {
                    memset(block, 0xff, rounded(size));
                    expect(own_alloc(pool, 1, 100) != NULL);
                }
                expect(own_free(pool, block) == 0);
            }
            own_decref(pool);
        }
    }
}
END_TEST

START_TEST(raw_blocks_are_aligned_and_rounded)
{
    own_pool *pool = new_root();

    for (size_t size = 0; size <= 5000; size += 7) {
        void *block;
        expect_keeps_errno((block = own_alloc_raw(pool, size, 1)) != NULL);
        expect((uintptr_t)block % 16 == 0);
        expect(own_block_size(pool, block) == rounded(size));
        memset(block, 0xff, rounded(size));
    }
    own_decref(pool);
}
END_TEST

START_TEST(aligned_blocks_are_at_multiples_of_the_alignment)
{
    own_pool *pool = new_root();

    for (size_t alignment = 1; alignment <= 4 * MIB; alignment *= 2) {
        const size_t sizes[] = {0, 1, 16, 100, 5000, 70000};
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            void *block;
            expect_keeps_errno((block = own_alloc_aligned(pool, alignment, 1, sizes[i])) != NULL);
            expect((uintptr_t)block % alignment == 0 && (uintptr_t)block % 16 == 0);
            expect(own_block_size(pool, block) == rounded(sizes[i]));
            expect(all_bytes_are(block, rounded(sizes[i]), 0));
            memset(block, 0xff, rounded(sizes[i]));
            if (i % 2)
                expect(own_free(pool, block) == 0);
        }
    }
    own_decref(pool);
}
END_TEST

/* Also where the C library checks writes: _FORTIFY_SOURCE=3. */
START_TEST(all_that_own_block_size_says_may_be_used)
{
    own_pool *pool = new_root();

    for (volatile size_t size = 1; size <= 100000; size = size * 3 + 1) {
        void *block = own_alloc(pool, 1, size);
        memset(block, 0xff, own_block_size(pool, block));
        block = own_alloc_raw(pool, 1, size);
        memset(block, 0xff, own_block_size(pool, block));
        block = own_alloc_aligned(pool, 64, 1, size);
        memset(block, 0xff, own_block_size(pool, block));
    }
    own_decref(pool);
}
END_TEST

START_TEST(alignments_that_are_no_powers_of_two_are_refused)
{
    const size_t wrong[] = {0, 3, 5, 6, 7, 12, 24, 48, 4095, 4097, SIZE_MAX, SIZE_MAX / 2};
    own_pool *pool = new_root();

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_error(own_alloc_aligned(pool, wrong[i], 1, 16) == NULL, EINVAL);
    errno = 0;
    expect(own_alloc_aligned(pool, SIZE_MAX / 2 + 1, 1, 16) == NULL);
    expect(errno == ENOMEM || errno == EOVERFLOW);
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
}
END_TEST

START_TEST(product_that_does_not_fit_is_an_overflow)
{
    const size_t half = (size_t)1 << sizeof(size_t) * 4;
    const struct {
        size_t count, size;
    } wrong[] = {{SIZE_MAX, 2},     {2, SIZE_MAX},        {SIZE_MAX / 2 + 1, 2},
                 {SIZE_MAX / 8, 9}, {SIZE_MAX, SIZE_MAX}, {half, half}};
    own_pool *pool = new_root();
    char *block = own_strdup(pool, "kept");

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        volatile size_t count = wrong[i].count, size = wrong[i].size;
        expect_error(own_alloc(pool, count, size) == NULL, EOVERFLOW);
        expect_error(own_alloc_raw(pool, count, size) == NULL, EOVERFLOW);
        expect_error(own_alloc_aligned(pool, 64, count, size) == NULL, EOVERFLOW);
        expect_error(own_realloc(pool, block, count, size) == NULL, EOVERFLOW);
        expect_error(own_realloc(pool, NULL, count, size) == NULL, EOVERFLOW);
    }
    ck_assert_str_eq(block, "kept");
    expect(usage_of(pool).blocks == 1);
    own_decref(pool);
}
END_TEST

START_TEST(sizes_that_no_machine_has_fail_and_change_nothing)
{
    own_pool *pool = new_root();
    char *block = own_strdup(pool, "kept");
    own_usage before = usage_of(pool);

    for (size_t less = 0; less < 64; less++) {
        volatile size_t size = SIZE_MAX - less, half = SIZE_MAX / 2 - less;
        errno = 0;
        expect(own_alloc(pool, 1, size) == NULL && (errno == EOVERFLOW || errno == ENOMEM));
        errno = 0;
        expect(own_alloc_raw(pool, half, 1) == NULL && (errno == EOVERFLOW || errno == ENOMEM));
        errno = 0;
        expect(own_realloc(pool, block, 1, size) == NULL);
        expect(errno == EOVERFLOW || errno == ENOMEM);
        errno = 0;
        expect(own_realloc(pool, block, 1, half) == NULL);
        expect(errno == EOVERFLOW || errno == ENOMEM);
    }
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    ck_assert_str_eq(block, "kept");
    own_decref(pool);
}
END_TEST

START_TEST(null_pool_is_refused)
{
    own_pool *volatile pool = NULL;

    expect_error(own_alloc(pool, 1, 1) == NULL, EINVAL);
    expect_error(own_alloc_raw(pool, 1, 1) == NULL, EINVAL);
    expect_error(own_alloc_aligned(pool, 16, 1, 1) == NULL, EINVAL);
    expect_error(own_realloc(pool, NULL, 1, 1) == NULL, EINVAL);
    expect_error(own_block_size(pool, "x") == 0, EINVAL);
    expect_error(own_strdup(pool, "x") == NULL, EINVAL);
    expect_error(own_asprintf(pool, "x") == NULL, EINVAL);
}
END_TEST

START_TEST(typed_macros_allocate_for_their_type)
{
    own_pool *pool = new_root();
    struct probe *one = OWN_ALLOC(pool, struct probe);
    double *many = OWN_ALLOC_N(pool, double, 100);

    expect(own_block_size(pool, one) == rounded(sizeof *one));
    expect(own_block_size(pool, many) == rounded(100 * sizeof *many));
    volatile size_t count = SIZE_MAX / 4;
    expect_error(OWN_ALLOC_N(pool, double, count) == NULL, EOVERFLOW);
    own_decref(pool);
}
END_TEST

START_TEST(freed_block_is_gone_and_its_memory_serves_again)
{
    own_pool *pool = new_root();
    void *block = own_alloc(pool, 1, 100);

    expect(own_contains(pool, block));
    expect_keeps_errno(own_free(pool, block) == 0);
    expect(!own_contains(pool, block));
    expect_error(own_free(pool, block) == -1, EINVAL);
    size_t reserved = usage_of(pool).reserved;
    for (size_t i = scaled(100000); i > 0; i--) {
        block = own_alloc(pool, 1, 100);
        expect(block != NULL && own_free(pool, block) == 0);
    }
    expect(usage_of(pool).reserved <= reserved + 4096);
    expect_keeps_errno(own_free(pool, NULL) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(realloc_of_null_allocates)
{
    own_pool *pool = new_root();
    void *block;

    expect_keeps_errno((block = own_realloc(pool, NULL, 10, 10)) != NULL);
    expect(own_block_size(pool, block) == 112 && all_bytes_are(block, 112, 0));
    own_decref(pool);
}
END_TEST

START_TEST(realloc_to_nothing_keeps_a_block)
{
    own_pool *pool = new_root();
    void *block = own_alloc(pool, 1, 1000);

    block = own_realloc(pool, block, 0, 10);
    expect(block != NULL && own_block_size(pool, block) == 16);
    expect(usage_of(pool).blocks == 1);
    own_decref(pool);
}
END_TEST

START_TEST(realloc_leaves_no_second_block)
{
    own_pool *pool = new_root();
    void *block = own_alloc(pool, 1, 16), *after = own_alloc(pool, 1, 16);

    for (size_t size = 16; size <= 4 * MIB; size = size * 3 / 2 + 16) {
        void *old = block;
        block = own_realloc(pool, block, 1, size);
        expect(block != NULL && usage_of(pool).blocks == 2);
        if (block != old)
            expect_error(own_free(pool, old) == -1, EINVAL);
    }
    expect(own_free(pool, after) == 0 && own_free(pool, block) == 0);
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
}
END_TEST

/* A block and what should be in it: `written` bytes of a pattern, then zeros up to its size. */
struct grown {
    unsigned char *block;
    size_t size;
    unsigned char model[20000];
};

static void write_some(struct grown *grown, struct random *random)
{
    if (!grown->size)
        return;
    size_t from = random_below(random, grown->size);
    size_t length = random_below(random, grown->size - from) + 1;
    int value = (int)random_below(random, 256);

    memset(grown->block + from, value, length);
    memset(grown->model + from, value, length);
}

static void resize(own_pool *pool, struct grown *grown, size_t size)
{
    unsigned char *block = (unsigned char *)own_realloc(pool, grown->block, 1, size);

    expect(block != NULL && own_block_size(pool, block) == rounded(size));
    if (size > grown->size)
        memset(grown->model + grown->size, 0, size - grown->size);
    grown->block = block;
    grown->size = size;
    expect(memcmp(block, grown->model, size) == 0);
    expect(all_bytes_are(block + size, rounded(size) - size, 0));
}

/* A program keeps within the size that it asked for: then growth is zero, byte for byte. */
START_TEST(growth_is_zeroed_as_in_a_naive_model)
{
    enum { count = 8 };
    static struct grown blocks[count];

    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random random;
        own_pool *pool = new_root();
        const size_t largest = seed % 2 ? 300 : sizeof blocks[0].model;

        random_seed(&random, seed);
        memset(blocks, 0, sizeof blocks);
        for (size_t step = scaled(2000); step > 0; step--) {
            struct grown *grown = &blocks[random_below(&random, count)];
            if (random_below(&random, 20) == 0) {
                expect(own_free(pool, grown->block) == 0);
                grown->block = NULL;
                grown->size = 0;
            }
            resize(pool, grown, random_below(&random, largest + 1));
            write_some(grown, &random);
        }
        own_decref(pool);
    }
}
END_TEST

START_TEST(growth_of_a_raw_block_is_zeroed_too)
{
    const size_t step = scaled(100) == 100 ? 3 : 31;
    own_pool *pool = new_root();

    for (size_t size = 1; size < 2000; size += step) {
        void *dirty = own_alloc_raw(pool, 1, size + 40);
        expect(dirty != NULL);
        memset(dirty, 0xff, size + 40);
        expect(own_free(pool, dirty) == 0);
        char *block = (char *)own_alloc_raw(pool, 1, size);
        expect(block != NULL);
        memset(block, 1, size);
        block = (char *)own_realloc(pool, block, 1, size + 40);
        expect(block != NULL && all_bytes_are(block, size, 1));
        expect(all_bytes_are(block + size, rounded(size + 40) - size, 0));
    }
    own_decref(pool);
}
END_TEST

START_TEST(large_realloc_keeps_and_zeroes)
{
    const size_t sizes[] = {100,         70000,   MIB,      3 * MIB + 5, 12 * MIB, 2 * MIB,
                            2 * MIB + 1, 5 * MIB, 64 * MIB, 100000,      50,       20 * MIB};
    own_pool *pool = new_root();
    unsigned char *block = NULL;
    size_t old = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        block = (unsigned char *)own_realloc(pool, block, 1, sizes[i]);
        expect(block != NULL && (uintptr_t)block % 16 == 0);
        expect(own_block_size(pool, block) == rounded(sizes[i]));
        size_t kept = old < sizes[i] ? old : sizes[i];
        expect(all_bytes_are(block, kept, (int)i));
        expect(all_bytes_are(block + kept, rounded(sizes[i]) - kept, 0));
        expect(own_alloc(pool, 1, 40) != NULL); /* a neighbour */
        memset(block, (int)i + 1, sizes[i]);
        old = sizes[i];
    }
    own_decref(pool);
}
END_TEST

START_TEST(aligned_block_can_be_resized_and_freed)
{
    own_pool *pool = new_root();
    char *block = (char *)own_alloc_aligned(pool, 1024, 1, 100);

    expect(block != NULL);
    snprintf(block, 100, "kept over a move");
    block = (char *)own_realloc(pool, block, 1, 5 * MIB);
    expect(block && strcmp(block, "kept over a move") == 0 && (uintptr_t)block % 16 == 0);
    expect(all_bytes_are(block + 112, 5 * MIB - 112, 0));
    expect(own_free(pool, block) == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("block");
    TCase *alloc = add_case(suite, "alloc");
    TCase *refusals = add_case(suite, "refusals");
    TCase *changes = add_case(suite, "free and realloc");

    tcase_add_test(alloc, blocks_of_every_size_are_zeroed_and_aligned_and_rounded);
    tcase_add_test(alloc, large_blocks_are_zeroed_and_aligned_and_rounded);
    tcase_add_test(alloc, raw_blocks_are_aligned_and_rounded);
    tcase_add_test(alloc, aligned_blocks_are_at_multiples_of_the_alignment);
    tcase_add_test(alloc, all_that_own_block_size_says_may_be_used);
    tcase_add_test(alloc, typed_macros_allocate_for_their_type);

    tcase_add_test(refusals, alignments_that_are_no_powers_of_two_are_refused);
    tcase_add_test(refusals, product_that_does_not_fit_is_an_overflow);
    tcase_add_test(refusals, sizes_that_no_machine_has_fail_and_change_nothing);
    tcase_add_test(refusals, null_pool_is_refused);

    tcase_add_test(changes, freed_block_is_gone_and_its_memory_serves_again);
    tcase_add_test(changes, realloc_of_null_allocates);
    tcase_add_test(changes, realloc_to_nothing_keeps_a_block);
    tcase_add_test(changes, realloc_leaves_no_second_block);
    tcase_add_test(changes, growth_is_zeroed_as_in_a_naive_model);
    tcase_add_test(changes, growth_of_a_raw_block_is_zeroed_too);
    tcase_add_test(changes, large_realloc_keeps_and_zeroes);
    tcase_add_test(changes, aligned_block_can_be_resized_and_freed);
    return run_suite(suite);
}
