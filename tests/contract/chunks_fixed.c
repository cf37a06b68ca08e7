/*
 * chunks_fixed.c - pools in one region: used to the end, without malloc and mmap.
 */
#include "harness.h"

#include <pthread.h>
#include <stdalign.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT ((size_t)64 << 10)
#define MIB ((size_t)1 << 20)

static alignas(1 << 16) char region[9 * MIB];

static own_pool *create_in(own_chunks chunks, own_pool *owner)
{
    return own_pool_create(owner, &(own_pool_options){.chunks = &chunks});
}

static bool is_in(const void *address, const char *start, size_t size)
{
    return (const char *)address >= start && (const char *)address < start + size;
}

/* How many blocks of a size fit, each written to. */
static size_t fill(own_pool *pool, size_t size, const char *start, size_t room)
{
    char *block;
    size_t count = 0;
    while ((block = own_alloc(pool, 1, size))) {
        expect(is_in(block, start, room) && is_in(block + size - 1, start, room));
        memset(block, 1, size);
        count++;
    }
    expect(errno == ENOMEM);
    return count;
}

START_TEST(region_is_used_to_the_end)
{
    static const size_t offsets[] = {0, 1, 4096, 40000, 65535};

    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        char *start = region + offsets[i];
        start[-(i > 0)] = 'x';
        start[MIB] = 'y';
        memset(start, 0xa5, MIB);
        own_chunks chunks = own_chunks_fixed(start, MIB);
        own_pool *pool = create_in(chunks, NULL);
        size_t count = fill(pool, 1000, start, MIB);
        expect(count > 700);
        while (own_pool_new(pool))
            continue; /* the last bytes are enough for a few small ones */
        expect(errno == ENOMEM);
        expect_error(own_alloc(pool, 1, 100000) == NULL, ENOMEM);
        own_pool_clear(pool);
        expect(fill(pool, 1000, start, MIB) > 700);
        own_decref(pool);
        /* Everything is back, and in one piece. */
        pool = create_in(chunks, NULL);
        expect(own_alloc(pool, 1, 13 * UNIT) != NULL);
        own_decref(pool);
        expect(start[MIB] == 'y' && (i == 0 || start[-1] == 'x'));
    }
}
END_TEST

START_TEST(small_regions)
{
    int failed = 0;

    for (size_t size = 0; size < 200000; size += size < 6000 ? 13 : 9973) {
        own_chunks chunks = own_chunks_fixed(region + 1, size);
        own_pool *pool = create_in(chunks, NULL);
        if (!pool) {
            expect(errno == ENOMEM && size < 5000);
            failed++;
            continue;
        }
        size_t count = fill(pool, 100, region + 1, size);
        expect(size < 20000 || count * 100 > size / 2);
        own_decref(pool);
    }
    expect(failed > 50);
    expect_error(create_in(own_chunks_fixed(NULL, MIB), NULL) == NULL, ENOMEM);
}
END_TEST

START_TEST(pools_come_and_go)
{
    own_pool *pools[40] = {NULL};
    uint32_t random = 7;
    own_chunks chunks = own_chunks_fixed(region, 4 * MIB);
    own_pool *root = create_in(chunks, NULL);

    for (int step = 0; step < 5000; step++) {
        random = random * 1664525 + 1013904223;
        size_t i = (random >> 8) % 40;
        if (pools[i] && (random >> 20) % 3 == 0) {
            own_drop(root, pools[i]);
            pools[i] = NULL;
            continue;
        }
        if (!pools[i])
            pools[i] = own_pool_new(root);
        if (!pools[i])
            continue;
        size_t size = (random >> 24) % 30 ? (random >> 16) % 2000 : (random >> 12) % 300000;
        char *block = own_alloc_raw(pools[i], size + 1, 1);
        if (block) {
            expect(is_in(block, region, 4 * MIB));
            memset(block, 1, size + 1);
        }
    }
    own_decref(root);
    root = create_in(chunks, NULL);
    expect(own_alloc(root, 1, 3 * MIB + MIB / 2) != NULL);
    own_decref(root);
}
END_TEST

START_TEST(region_in_a_block_of_a_pool)
{
    own_pool *outer = new_root();
    char *block = own_alloc(outer, 1, 3 * MIB);
    own_pool *pool = create_in(own_chunks_fixed(block, 3 * MIB), outer);

    for (int i = 0; i < 20; i++)
        expect(is_in(own_alloc(pool, 1, 100000), block, 3 * MIB));
    expect(own_block_size(outer, block) >= 3 * MIB && own_contains(outer, block));
    own_drop(outer, pool);
    expect(own_block_size(outer, block) >= 3 * MIB);
    memset(block, 1, 3 * MIB);
    expect(own_free(outer, block) == 0);
    own_decref(outer);
}
END_TEST

START_TEST(regions_serve_several_pools)
{
    own_chunks chunks = own_chunks_fixed(region, MIB);
    own_pool *first = create_in(chunks, NULL);
    own_pool *second = create_in(chunks, first);

    expect(own_alloc(second, 1, 200000) && own_alloc(first, 1, 200000));
    own_incref(second);
    own_decref(first);
    expect(own_alloc(second, 1, 200000) && own_alloc(second, 1, 200000));
    expect_error(own_alloc(second, 1, 400000) == NULL, ENOMEM);
    own_decref(second);
    void *direct = chunks.get(chunks.ctx, 100, 16);
    expect(is_in(direct, region, MIB));
    chunks.put(chunks.ctx, direct, 100);
    expect(chunks.get(chunks.ctx, 2 * MIB, UNIT) == NULL && chunks.get(NULL, 1, 16) == NULL);
}
END_TEST

static void *one_thread(void *arg)
{
    own_pool *pool = arg;
    for (int round = 0; round < 200; round++) {
        own_pool *child = own_pool_new(pool);
        if (!child)
            continue;
        for (int i = 0; i < 20; i++)
            (void)!own_alloc(child, 1, (size_t)(i * 300 + 1));
        (void)!own_alloc(pool, 1, 10);
        own_drop(pool, child);
    }
    return NULL;
}

START_TEST(threads_in_one_region)
{
    pthread_t threads[3];
    own_pool *pool = create_in(own_chunks_fixed(region, 8 * MIB), NULL);

    expect(own_share(pool) == 0);
    for (int i = 0; i < 3; i++)
        expect(pthread_create(&threads[i], NULL, one_thread, pool) == 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    own_decref(pool);
}
END_TEST

static void nothing(void *arg)
{
    (void)arg;
}

/* In a process of its own that cannot get more memory. Returns what failed. */
static int without_memory(void)
{
    own_pool *warm = create_in(own_chunks_fixed(region, 8 * MIB), NULL); /* the unit map */
    own_pool *children[30];
    if (!warm || !own_alloc(warm, 1, 7 * MIB))
        return 1;
    own_decref(warm);
    if (setrlimit(RLIMIT_AS, &(struct rlimit){4096, 4096}) < 0)
        return 2;
    if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        return 3;
    own_pool *pool = create_in(own_chunks_fixed(region, 8 * MIB), NULL);
    if (!pool || own_alloc(pool, 1, 2 * MIB) == NULL)
        return 4;
    for (int i = 0; i < 30; i++) {
        children[i] = own_pool_new(pool);
        if (!children[i] || !own_alloc(children[i], 1, 5000) ||
            own_defer(children[i], nothing, pool) < 0)
            return 5;
    }
    for (int i = 0; i < 200; i++) {
        if (own_hold(pool, children[i % 30]) < 0)
            return 6;
    }
    if (own_pool_set_name(pool, "%d", 7) < 0 || own_share(pool) < 0)
        return 7;
    own_pool *late = own_pool_new(pool);
    if (!late || !own_alloc(late, 1, 100000) || !own_alloc(pool, 1, 100))
        return 8;
    own_decref(pool);
    return own_new(NULL, &probe_type) ? 9 : 0; /* an object is not of the region */
}

START_TEST(neither_malloc_nor_mmap)
{
    int status;
#ifdef THREAD_SANITIZED
    bool takes_memory = true; /* for itself */
#else
    bool takes_memory = memory_is_checked() || getenv("CK_FORK"); /* that is under Valgrind */
#endif
    if (takes_memory) {
        fprintf(stderr, "not looked at: mmap, which the checker of memory or threads needs\n");
        return;
    }
    if (getenv("OWN_UNDER_QEMU")) {
        fprintf(stderr, "not looked at: mmap, which qemu-user does not limit\n");
        return;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(without_memory());
    expect(child > 0 && waitpid(child, &status, 0) == child);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chunks_fixed");
    TCase *in_region = add_case(suite, "region");

    tcase_add_test(in_region, region_is_used_to_the_end);
    tcase_add_test(in_region, small_regions);
    tcase_add_test(in_region, pools_come_and_go);
    tcase_add_test(in_region, region_in_a_block_of_a_pool);
    tcase_add_test(in_region, regions_serve_several_pools);
    tcase_add_test(in_region, threads_in_one_region);
    tcase_add_test(in_region, neither_malloc_nor_mmap);
    return run_suite(suite);
}
