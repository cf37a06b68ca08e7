/*
 * system.c - chunks over CHUNK_MAX, which are resized in place of being copied; and a system that
 * refuses memory in earnest.
 */
#include "chunk/heap.h"
#include "harness.h"
#include "pool/pool.h"

#include <pthread.h>
#include <sys/resource.h>

#define MIB ((size_t)1 << 20)

struct mapping {
    unsigned char *chunk;
    size_t size;
    unsigned char value; /* of its first bytes, and its last ones */
};

static struct mapping mapping_new(size_t size, unsigned char value)
{
    struct mapping mapping = {.value = value};

    mapping.chunk = (unsigned char *)chunk_get(size, &mapping.size);
    expect(mapping.chunk && mapping.size == chunk_round(size));
    memset(mapping.chunk, value, 100);
    memset(mapping.chunk + mapping.size - 100, value, 100);
    return mapping;
}

static void expect_kept(const struct mapping *mapping, size_t old_size)
{
    size_t end = min_size(mapping->size, old_size);

    expect((uintptr_t)mapping->chunk % CHUNK_UNIT == 0);
    for (size_t i = 0; i < 100; i++)
        expect(mapping->chunk[i] == mapping->value);
    for (size_t i = 100; i < end - 100; i += 4093)
        expect(mapping->chunk[i] == 0);
    if (mapping->size >= old_size) {
        for (size_t i = old_size - 100; i < old_size; i++)
            expect(mapping->chunk[i] == mapping->value);
    }
    for (size_t i = old_size; i < mapping->size; i += 509)
        expect(mapping->chunk[i] == 0);
}

static void resize(struct mapping *mapping, size_t size)
{
    size_t old_size = mapping->size;

    expect_keeps_errno(
        (mapping->chunk = (unsigned char *)chunk_resize(mapping->chunk, old_size, size)) != NULL);
    mapping->size = size;
    expect_kept(mapping, old_size);
    /* A claim cannot fail, wherever it has moved. */
    expect(chunk_claim(mapping->chunk, size, mapping, claim_of(mapping)));
    chunk_unclaim(mapping->chunk, size);
    memset(mapping->chunk + 100, 0, size - 200);
    memset(mapping->chunk + size - 100, mapping->value, 100);
}

static size_t random_size(struct random *random)
{
    return chunk_round(CHUNK_MAX + 1 + random_below(random, 6 * MIB));
}

/* Several at once, so that some have to move. */
START_TEST(resized_chunks_keep_their_bytes_and_grow_by_zeroes)
{
    struct random random;
    struct mapping mappings[5];
    size_t before = chunk_live_bytes();
    size_t bytes = 0;

    random_seed(&random, 61);
    for (unsigned i = 0; i < 5; i++) {
        mappings[i] = mapping_new(random_size(&random), (unsigned char)(i + 1));
        memset(mappings[i].chunk + 100, 0, mappings[i].size - 200);
    }
    for (size_t step = 0; step < scaled(400); step++) {
        resize(&mappings[random_below(&random, 5)], random_size(&random));
        bytes = 0;
        for (int i = 0; i < 5; i++)
            bytes += mappings[i].size;
        expect(chunk_live_bytes() == before + bytes);
    }
    for (int i = 0; i < 5; i++)
        chunk_put(mappings[i].chunk, mappings[i].size);
    expect(chunk_live_bytes() == before);
    chunk_validate();
}
END_TEST

/* Under Valgrind this says whether what is new may be used. */
START_TEST(all_of_a_chunk_that_has_moved_and_grown_can_be_written)
{
    size_t size = CHUNK_MAX + CHUNK_UNIT;
    size_t granted;
    char *chunks[3];
    for (int i = 0; i < 3; i++) {
        chunks[i] = chunk_get(size, &granted);
        expect(chunks[i] && granted == size);
    }
    for (int step = 0; step < 8; step++) { /* not all can grow where they are */
        size_t larger = size + (size / 2 & ~(CHUNK_UNIT - 1));
        for (int i = 0; i < 3; i++) {
            chunks[i] = chunk_resize(chunks[i], size, larger);
            expect(chunks[i] != NULL);
            memset(chunks[i], 1, larger);
        }
        size = larger;
    }
    for (int i = 0; i < 3; i++)
        chunk_put(chunks[i], size);
}
END_TEST

START_TEST(mappings_that_overflow_are_no_memory)
{
    expect_error(!system_map(SIZE_MAX - 4095, CHUNK_UNIT), ENOMEM);
    expect_error(!system_map(SIZE_MAX / 2, CHUNK_UNIT), ENOMEM);
}
END_TEST

START_TEST(a_resize_that_fails_has_changed_nothing)
{
    struct mapping mapping = mapping_new(2 * MIB, 7);
    size_t live = chunk_live_bytes();

    chunk_fail_after(1);
    expect_error(!chunk_resize(mapping.chunk, mapping.size, 3 * MIB), ENOMEM);
    expect_error(!chunk_resize(mapping.chunk, mapping.size, CHUNK_MAX + CHUNK_UNIT), ENOMEM);
    chunk_fail_after(0);
    expect_kept(&mapping, mapping.size);
    size_t impossible = IMPOSSIBLE;
    expect_error(!chunk_resize(mapping.chunk, mapping.size, impossible), ENOMEM);
    expect_error(!chunk_resize(mapping.chunk, mapping.size, SIZE_MAX - CHUNK_UNIT + 1), ENOMEM);
    expect_kept(&mapping, mapping.size);
    expect(chunk_live_bytes() == live);
    chunk_put(mapping.chunk, mapping.size);
}
END_TEST

static struct rlimit limit_before;

/* From here on the process gets no more memory than that in all, until system_allows. */
static void system_allows_only(size_t bytes)
{
    struct rlimit limit;

    expect(getrlimit(RLIMIT_AS, &limit_before) == 0);
    limit = limit_before;
    limit.rlim_cur = bytes;
    expect(setrlimit(RLIMIT_AS, &limit) == 0);
}

static void system_refuses(void)
{
    system_allows_only(4096);
}

static void system_allows(void)
{
    expect(setrlimit(RLIMIT_AS, &limit_before) == 0);
}

/* Sanitizers and Valgrind cannot live with a system that refuses them memory. */
static bool can_refuse(void)
{
    return scaled(1000) == 1000;
}

START_TEST(a_system_that_refuses_is_told_as_no_memory)
{
    struct mapping mapping = mapping_new(2 * MIB, 9);
    struct mapping behind = mapping_new(2 * MIB, 8);
    size_t live = chunk_live_bytes();
    size_t granted;
    /* No leaf covers it, so that a claim needs memory; of 32 bits of addresses, one covers all. */
    uintptr_t unknown = (uintptr_t)(UINT64_C(0x2b) << 40);

    if (!can_refuse())
        return;
    system_refuses();
    void *large = chunk_get(5 * MIB, &granted);
    int large_error = errno;
    bool claimed = unknown && chunk_claim((const void *)unknown, 1, &live, claim_of(&live));
    void *resized = chunk_resize(mapping.chunk, mapping.size, 8 * MIB);
    int resize_error = errno;
    system_allows();
    expect(!large && large_error == ENOMEM);
    expect(unknown == 0 || (!claimed && chunk_claimed_by((const void *)unknown, &live) == 0));
    expect(!resized && resize_error == ENOMEM);
    expect_kept(&mapping, mapping.size);
    expect(chunk_live_bytes() == live);
    chunk_put(mapping.chunk, mapping.size);
    chunk_put(behind.chunk, behind.size);
}
END_TEST

static size_t address_space_in_use(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    expect(file && fscanf(file, "%zu", &pages) == 1);
    fclose(file);
    return pages * 4096;
}

/* There is memory for the new place of a chunk, but not for what a claim there needs. */
START_TEST(a_chunk_does_not_move_to_where_it_cannot_be_claimed)
{
    struct mapping above = mapping_new(2 * MIB, 5);
    struct mapping mapping = mapping_new(2 * MIB, 6);
    size_t live = chunk_live_bytes();

    if (!can_refuse())
        return;
    system_allows_only(address_space_in_use() + 4 * MIB + 2 * CHUNK_UNIT);
    void *resized = chunk_resize(mapping.chunk, mapping.size, 4 * MIB);
    int error = errno;
    system_allows();
    expect(!resized && error == ENOMEM);
    expect_kept(&mapping, mapping.size);
    expect(chunk_live_bytes() == live);
    chunk_put(mapping.chunk, mapping.size);
    chunk_put(above.chunk, above.size);
}
END_TEST

START_TEST(small_chunks_end_where_the_system_refuses)
{
    static void *chunks[100000];
    static const size_t sizes[] = {48, 3000, 20000, 100000};
    size_t before = chunk_live_bytes();
    size_t count = 0;
    size_t granted;
    int error;

    if (!can_refuse())
        return;
    /* So that there is a segment, of which the rest can be had. */
    chunks[0] = chunk_get(sizes[_i], &granted);
    chunk_put(chunks[0], granted);
    system_refuses();
    errno = 0;
    while (count < 100000 && (chunks[count] = chunk_get(sizes[_i], &granted)))
        count++;
    error = errno;
    system_allows();
    expect(count > 0 && count < 100000 && error == ENOMEM);
    chunk_validate();
    for (size_t i = 0; i < count; i++)
        chunk_put(chunks[i], granted);
    expect(chunk_live_bytes() == before);
    chunk_validate();
}
END_TEST

START_TEST(a_pool_is_as_it_was_where_the_system_refuses)
{
    own_pool *pool = new_root();
    char *block = (char *)own_alloc(pool, 1, 2 * MIB);

    if (!can_refuse())
        return;
    expect(block != NULL);
    memset(block, 3, 2 * MIB);
    own_usage before = usage_of(pool);
    system_refuses();
    void *large = own_alloc(pool, 1, 4 * MIB);
    int large_error = errno;
    void *moved = own_realloc(pool, block, 1, 16 * MIB);
    int moved_error = errno;
    own_pool *reserving = own_pool_create(NULL, &(own_pool_options){.reserve = 3 * MIB});
    int reserving_error = errno;
    system_allows();
    own_usage after = usage_of(pool);
    expect(!large && large_error == ENOMEM);
    expect(!moved && moved_error == ENOMEM);
    expect(!reserving && reserving_error == ENOMEM);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    expect(block[0] == 3 && block[2 * MIB - 1] == 3 && own_contains(pool, block));
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

/*
 * The unit map needs memory too. All of a segment can be claimed without any: what that takes comes
 * with the segment.
 */
START_TEST(pools_get_what_is_left_of_a_segment)
{
    own_pool *pool = new_root();
    void *results[4];

    if (!can_refuse())
        return;
    expect(own_pool_set_limit(pool, 100 * MIB) == 0);
    for (int i = 0; i < 10; i++) /* no more: an extent of a unit would be claimed */
        expect(own_alloc(pool, 1, 500) != NULL);
    own_pool_options large = {.reserve = 200000};
    system_refuses();
    results[0] = own_alloc(pool, 1, 300000);
    results[1] = own_alloc(pool, 1, 200000);
    results[2] = own_pool_create(pool, &large);
    results[3] = own_pool_create(NULL, &large);
    system_allows();
    for (int i = 0; i < 4; i++)
        expect(results[i] != NULL);
    expect(own_pool_of(results[0]) == pool && own_pool_of(results[1]) == pool);
    pool_validate(pool);
    chunk_validate();
    own_decref(results[3]);
    own_decref(pool);
}
END_TEST

/* A thread whose very first request meets a system that has nothing. */
static pthread_barrier_t barrier;

static void *get_without_a_cache(void *result)
{
    size_t granted;

    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    *(void **)result = chunk_get(64, &granted);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    if (*(void **)result)
        chunk_put(*(void **)result, 64);
    *(void **)result = chunk_get(64, &granted);
    if (*(void **)result)
        chunk_put(*(void **)result, 64);
    return chunk_typical(TYPICAL_ROOT);
}

START_TEST(a_thread_does_without_a_cache_until_there_is_memory)
{
    pthread_t thread;
    void *chunk = NULL;
    void *typical;

    if (!can_refuse())
        return;
    pthread_barrier_init(&barrier, NULL, 2);
    expect(pthread_create(&thread, NULL, get_without_a_cache, &chunk) == 0);
    pthread_barrier_wait(&barrier);
    expect(heap.segments == 0);
    system_refuses();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    system_allows();
    expect(chunk == NULL);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, &typical);
    pthread_barrier_destroy(&barrier);
    expect(chunk && typical);
    chunk_validate();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("system");
    TCase *refusing = add_case(suite, "refusing");
    TCase *resizing = add_case(suite, "resizing");

    /* First, as they need a process that has nothing yet, where Check does not fork. */
    tcase_add_test(refusing, a_thread_does_without_a_cache_until_there_is_memory);
    tcase_add_test(refusing, a_chunk_does_not_move_to_where_it_cannot_be_claimed);
    tcase_add_test(refusing, pools_get_what_is_left_of_a_segment);
    tcase_add_test(refusing, a_system_that_refuses_is_told_as_no_memory);
    tcase_add_loop_test(refusing, small_chunks_end_where_the_system_refuses, 0, 4);
    tcase_add_test(refusing, a_pool_is_as_it_was_where_the_system_refuses);

    tcase_add_test(resizing, resized_chunks_keep_their_bytes_and_grow_by_zeroes);
    tcase_add_test(resizing, all_of_a_chunk_that_has_moved_and_grown_can_be_written);
    tcase_add_test(resizing, mappings_that_overflow_are_no_memory);
    tcase_add_test(resizing, a_resize_that_fails_has_changed_nothing);
    return run_suite(suite);
}
