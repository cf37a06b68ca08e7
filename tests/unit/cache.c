/*
 * cache.c - which dead memory is kept, within the limit of a thread and of the process, and which
 * goes back to the system.
 */
#include "chunk/heap.h"
#include "harness.h"

#include <pthread.h>
#include <unistd.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define PAGE ((size_t)4 << 10) /* the least that systems have */

/* Memory of this process that is in use, in bytes. */
static size_t resident(void)
{
    size_t kib = 0;
    char line[200];
    FILE *file = fopen("/proc/self/status", "r");

    expect(file != NULL);
    while (kib == 0 && fgets(line, sizeof line, file))
        (void)sscanf(line, "VmRSS: %zu", &kib);
    fclose(file);
    expect(kib > 0);
    return kib << 10;
}

/* What else may have come to be in use meanwhile; a checker keeps notes of all memory. */
static size_t slack(void)
{
    return scaled(1000) < 1000 ? 500 * MIB : 8 * MIB;
}

/* Where the slack is larger than all chunks together, a page in each unit is enough. */
static size_t coarse_step(void)
{
    return slack() > 48 * MIB ? CHUNK_UNIT : PAGE;
}

#define MOST 4096

static void *chunks[MOST];

/* Writes to bytes that far apart, and to the last; with the step PAGE, all is resident then. */
static void touch(void *chunk, size_t size, size_t step)
{
    unsigned char *bytes = (unsigned char *)chunk;

    for (size_t i = 0; i < size; i += step)
        bytes[i] = 1;
    bytes[size - 1] = 1;
}

/* Gets chunks of that size, `total` bytes of them, uses them all, and puts them back. */
static void come_and_go(size_t size, size_t total, size_t step)
{
    size_t count = total / size;
    size_t granted;

    expect(count <= MOST);
    for (size_t i = 0; i < count; i++) {
        expect((chunks[i] = chunk_get(size, &granted)) != NULL);
        touch(chunks[i], granted, step);
    }
    for (size_t i = 0; i < count; i++)
        chunk_put(chunks[i], size);
    chunk_validate();
}

static const size_t sizes[] = {16 * KIB, 64 * KIB, 192 * KIB, 1 * MIB};

START_TEST(trim_gives_memory_back)
{
    own_trim();
    size_t before = resident();
    come_and_go(sizes[_i], 40 * MIB, PAGE);
    size_t kept = resident();
    expect(kept > before + 30 * MIB);
    size_t gone = own_trim();
    expect(gone >= 39 * MIB && gone <= 42 * MIB);
    expect(heap.dirty_bytes == 0);
    expect(resident() < kept - 30 * MIB);
    expect(own_trim() == 0);
}
END_TEST

START_TEST(what_is_over_the_limit_goes_at_once)
{
    static const size_t limits[] = {0, 1 * MIB, 10 * MIB, 100 * MIB};

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        own_set_cache_limit(limits[i]);
        own_trim();
        size_t before = resident();
        come_and_go(sizes[_i], 48 * MIB, coarse_step());
        expect(resident() < before + limits[i] + slack());
        size_t gone = own_trim();
        expect(gone <= limits[i]);
        if (limits[i] >= 2 * SEGMENT_SIZE) /* less goes in one piece */
            expect(gone >= min_size(limits[i], 48 * MIB) / 2);
    }
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

START_TEST(lowering_the_limit_gives_memory_back)
{
    come_and_go(sizes[_i], 48 * MIB, PAGE);
    size_t kept = resident();
    own_set_cache_limit(4 * MIB);
    expect(resident() < kept - 32 * MIB);
    expect(own_trim() <= 4 * MIB);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

START_TEST(lowering_the_limit_a_little_gives_a_little_back)
{
    own_trim();
    come_and_go(sizes[_i], 48 * MIB, CHUNK_UNIT);
    expect(heap.dirty_bytes > 40 * MIB);
    own_set_cache_limit(40 * MIB);
    expect(heap.dirty_bytes <= 40 * MIB - heap.shares && heap.dirty_bytes > 24 * MIB);
    chunk_validate();
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

START_TEST(memory_between_live_chunks_goes_back_too)
{
    enum { COUNT = 512 };
    size_t granted;

    for (size_t i = 0; i < COUNT; i++) {
        expect((chunks[i] = chunk_get(CHUNK_UNIT, &granted)) != NULL);
        memset(chunks[i], (int)(i & 0x7f) + 1, granted);
    }
    for (size_t i = 0; i < COUNT; i += 2)
        chunk_put(chunks[i], CHUNK_UNIT);
    size_t kept = resident();
    expect(own_trim() >= COUNT / 2 * CHUNK_UNIT);
    expect(resident() < kept - COUNT / 4 * CHUNK_UNIT);
    for (size_t i = 1; i < COUNT; i += 2) {
        const char *chunk = (const char *)chunks[i];
        expect(chunk[0] == (char)((i & 0x7f) + 1) && chunk[CHUNK_UNIT - 1] == chunk[0]);
        chunk_put(chunks[i], CHUNK_UNIT);
    }
    own_trim();
    chunk_validate();
}
END_TEST

/* Threads that get, keep some for a while, put, and end. */
struct worker {
    pthread_t thread;
    uint64_t seed;
    size_t steps;
};

static void *work(void *argument)
{
    const struct worker *worker = (const struct worker *)argument;
    struct random random = {.state = worker->seed};
    struct {
        unsigned char *chunk;
        size_t size;
    } mine[64] = {{NULL, 0}};
    size_t granted;

    for (size_t step = 0; step < worker->steps; step++) {
        size_t i = random_below(&random, 64);
        if (mine[i].chunk) {
            if (mine[i].chunk[0] != i || mine[i].chunk[mine[i].size - 1] != i)
                return NULL;
            chunk_put(mine[i].chunk, mine[i].size);
            mine[i].chunk = NULL;
        } else {
            mine[i].size = 1 + random_below(&random, (size_t)1 << (4 + random_below(&random, 18)));
            mine[i].chunk = (unsigned char *)chunk_get(mine[i].size, &granted);
            if (!mine[i].chunk)
                return NULL;
            mine[i].chunk[0] = mine[i].chunk[mine[i].size - 1] = (unsigned char)i;
        }
    }
    for (size_t i = 0; i < 64; i++) {
        if (mine[i].chunk)
            chunk_put(mine[i].chunk, mine[i].size);
    }
    return argument;
}

START_TEST(caches_are_emptied_when_threads_end)
{
    struct worker workers[4];

    own_set_cache_limit(_i ? 1 * MIB : OWN_CACHE_LIMIT_DEFAULT);
    size_t before = chunk_live_bytes();
    size_t shares = heap.shares;
    for (size_t round = 0; round < 25; round++) {
        for (size_t i = 0; i < 4; i++) {
            workers[i] = (struct worker){.seed = 100 * round + i, .steps = scaled(2000) + 20};
            expect(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
        }
        for (size_t i = 0; i < 4; i++) {
            void *result;
            pthread_join(workers[i].thread, &result);
            expect(result == &workers[i]);
        }
        expect(chunk_live_bytes() == before);
        expect(heap.shares == shares);
        chunk_validate();
    }
    own_trim();
    expect(heap.dirty_bytes == 0);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

static void *put_all(void *sizes_put)
{
    const size_t *size = (const size_t *)sizes_put;

    for (size_t i = 0; i < MOST; i++)
        chunk_put(chunks[i], *size);
    return NULL;
}

START_TEST(chunks_may_be_put_by_another_thread)
{
    static size_t small[] = {16, 200, 1000, 8000};
    size_t before = chunk_live_bytes();
    size_t granted;
    pthread_t thread;

    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < MOST; i++)
            expect((chunks[i] = chunk_get(small[_i], &granted)) != NULL);
        expect(chunk_live_bytes() == before + MOST * granted);
        expect(pthread_create(&thread, NULL, put_all, &small[_i]) == 0);
        pthread_join(thread, NULL);
        expect(chunk_live_bytes() == before);
        chunk_validate();
    }
}
END_TEST

/* A regression of all versions before this test: what was used now left a full cache at once, and
   came back through the heap each time; what nobody used stayed. */
START_TEST(a_full_cache_has_room_for_what_is_used_now)
{
    static const size_t full_of[] = {1 * KIB, 3 * KIB, 16 * KIB, 64 * KIB};
    static const size_t used[] = {256, 1 * KIB, 8 * KIB, 32 * KIB, 128 * KIB};
    size_t granted;

    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
        own_trim();
        chunk_put(chunk_get(full_of[_i], &granted), full_of[_i]);
        size_t count = (chunk_cache->allowed - chunk_cache->bytes) / granted;
        expect(count <= MOST);
        for (size_t j = 0; j < count; j++)
            expect((chunks[j] = chunk_get(full_of[_i], &granted)) != NULL);
        for (size_t j = 0; j < count; j++)
            chunk_put(chunks[j], full_of[_i]);
        expect(chunk_cache->bytes <= chunk_cache->allowed);
        unsigned from_heap = 0;
        for (int round = 0; round < 100; round++) {
            from_heap += chunk_cache->count[class_of(used[i])] == 0;
            chunk_put(chunk_get(used[i], &granted), used[i]);
        }
        expect(from_heap <= 3);
    }
}
END_TEST

/* A thread that only puts has no cache: what it puts goes straight to the heap. */
START_TEST(a_thread_without_a_cache_keeps_nothing)
{
    size_t size = 64 * KIB;
    pthread_t thread;
    size_t granted;

    for (size_t i = 0; i < MOST; i++)
        expect((chunks[i] = chunk_get(i ? 32 : size, &granted)) != NULL);
    size_t shares = heap.shares;
    size_t out = heap.out_bytes;
    size = 32;
    chunk_put(chunks[0], 64 * KIB);
    chunks[0] = chunk_get(32, &granted);
    expect(pthread_create(&thread, NULL, put_all, &size) == 0);
    pthread_join(thread, NULL);
    expect(heap.shares == shares && heap.out_bytes < out);
    expect(chunk_typical(TYPICAL_ROOT) != NULL);
    chunk_validate();
}
END_TEST

/* Many threads at once share the limit: none gets more than is left. */
static pthread_barrier_t barrier;

static void *take_share(void *unused)
{
    size_t granted;
    void *chunk = chunk_get(16, &granted);

    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    chunk_put(chunk, 16);
    return unused;
}

/* `_i`: the last share is a smaller one. */
START_TEST(shares_of_threads_fit_the_limit)
{
    enum { THREADS = 20 };
    pthread_t threads[THREADS];
    const size_t limit = _i ? 19 * MIB : 8 * MIB;

    own_set_cache_limit(limit);
    size_t shares = heap.shares;
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        expect(pthread_create(&threads[i], NULL, take_share, NULL) == 0);
    pthread_barrier_wait(&barrier);
    expect(heap.shares == limit);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    expect(heap.shares == shares);
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *limit = add_case(suite, "limit");
    TCase *threads = add_case(suite, "threads");

    tcase_add_loop_test(limit, trim_gives_memory_back, 0, 4);
    tcase_add_loop_test(limit, what_is_over_the_limit_goes_at_once, 0, 4);
    tcase_add_loop_test(limit, lowering_the_limit_gives_memory_back, 0, 4);
    tcase_add_loop_test(limit, lowering_the_limit_a_little_gives_a_little_back, 0, 4);
    tcase_add_test(limit, memory_between_live_chunks_goes_back_too);
    tcase_add_loop_test(limit, a_full_cache_has_room_for_what_is_used_now, 0, 4);

    tcase_add_loop_test(threads, caches_are_emptied_when_threads_end, 0, 2);
    tcase_add_loop_test(threads, chunks_may_be_put_by_another_thread, 0, 4);
    tcase_add_test(threads, a_thread_without_a_cache_keeps_nothing);
    tcase_add_loop_test(threads, shares_of_threads_fit_the_limit, 0, 2);
    return run_suite(suite);
}
