/*
 * parts.c - the parts of a pool that several threads use: blocks that are freed, resized and asked
 * about by other threads than made them, parts that later threads go on with, many at once, and
 * their end. All is checked by the equations of part.h where threads have met.
 */
#include "harness.h"
#include "large/large.h"
#include "pool/pool.h"

#include <pthread.h>

#define KIB ((size_t)1 << 10)
#define MANY 24 /* threads at once, so that there are parts beside the few */

static const size_t sizes[] = {16, 48, 500, 513, 4000, 30 * KIB, 64 * KIB, 70 * KIB, 1500 * KIB};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static own_pool *pool;
static size_t live_before;

static void setup(void)
{
    live_before = chunk_live_bytes();
    slot_of_thread(); /* the lowest, before other threads ask */
    pool = new_root();
    expect(own_alloc(pool, 1, 20) && own_share(pool) == 0);
}

/* Everybody else has gone. */
static void validate(void)
{
    for (struct part *part = &pool->part; part; part = part_next(&pool->part, part)) {
        part_enter(part);
        if (part == &pool->part) {
            pool_validate(pool);
        } else {
            const struct part_beside beside = separate_beside(part);
            part_validate(part, pool, &beside);
        }
        part_leave(part);
    }
}

static void teardown(void)
{
    validate();
    own_decref(pool);
    expect(chunk_live_bytes() == live_before);
    chunk_validate();
}

static struct part *my_part(void)
{
    return parts_mine(pool_parts(pool));
}

static void *fill(char *block, size_t size, size_t number)
{
    expect(block != NULL);
    memset(block, (int)(number & 0xff), size);
    return block;
}

static bool is_filled(const char *block, size_t size, size_t number)
{
    return *block == (char)(number & 0xff) && memcmp(block, block + 1, size - 1) == 0;
}

/* Blocks of all sizes, several of each. */
#define EACH 50
static char *blocks[SIZES * EACH];
/* The largest, which take long to fill, are few. */
static size_t size_of(size_t number)
{
    size_t kind = number % SIZES;
    return kind == SIZES - 1 && number / SIZES % 5 ? 70 * KIB : sizes[kind];
}

static void *make_blocks(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < SIZES * EACH; i++)
        blocks[i] = fill(own_alloc_raw(pool, 1, size_of(i)), size_of(i), i);
    return NULL;
}

/* Sizes, and no more than these, are seen from outside; a block is freed once. */
static void *free_them(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < SIZES * EACH; i++) {
        size_t size = round_up(size_of(i), GRANULE);
        expect(own_contains(pool, blocks[i]) && own_block_size(pool, blocks[i]) == size);
        expect(!own_contains(pool, blocks[i] + 1) && !own_contains(pool, blocks[i] + size - 1));
        expect(size == GRANULE || !own_contains(pool, blocks[i] + GRANULE));
        expect_error(own_free(pool, blocks[i] + 8) == -1, EINVAL);
        expect(size == GRANULE || own_free(pool, blocks[i] + size - GRANULE) == -1);
        expect(is_filled(blocks[i], size_of(i), i));
        expect(own_adopt(pool, blocks[i], 1, free) == -1);
        own_usage before = usage_of(pool);
        expect_keeps_errno(own_free(pool, blocks[i]) == 0);
        own_usage after = usage_of(pool);
        expect(after.blocks == before.blocks - 1 && after.bytes == before.bytes - size);
        expect(!own_contains(pool, blocks[i]));
        expect_error(own_block_size(pool, blocks[i]) == 0, EINVAL);
        expect_error(own_free(pool, blocks[i]) == -1, EINVAL);
        expect_error(!own_realloc(pool, blocks[i], 1, 100), EINVAL);
    }
    return NULL;
}

/* `_i`: whether the blocks are those of the first part. */
START_TEST(blocks_are_freed_by_another_thread)
{
    size_t reserved = 0;

    const int rounds = steps_are_few() ? 3 : 4; /* the third is the first that shows reuse */
    for (int round = 0; round < rounds; round++) {
        own_usage before = usage_of(pool);
        if (_i)
            make_blocks(NULL);
        else
            in_thread(make_blocks, NULL);
        if (_i)
            in_thread(free_them, NULL);
        else
            free_them(NULL);
        own_usage after = usage_of(pool);
        expect(after.blocks == before.blocks && after.bytes == before.bytes);
        for (size_t i = 0; i < SIZES * EACH; i++)
            expect_error(own_free(pool, blocks[i]) == -1, EINVAL); /* by a third, or the first */
        validate();
        if (round == 1)
            reserved = after.reserved;
        expect(round == 0 || after.reserved <= reserved); /* it is used again */
    }
}
END_TEST

START_TEST(freed_blocks_are_gathered)
{
    struct outside *outside = pool->part.memory.outside;
    size_t bytes = 0;

    make_blocks(NULL);
    in_thread(free_them, NULL);
    for (size_t i = 0; i < SIZES * EACH; i++)
        bytes += size_of(i) > LARGE_OVER ? 0 : round_up(size_of(i), GRANULE);
    expect(outside_waits(outside) && outside->bytes == bytes && outside->blocks > 0);
    validate();
    expect(own_alloc(pool, 1, 31 * KIB) != NULL);
    expect(!outside_waits(outside) && outside->bytes == 0 && outside->blocks == 0);
    expect(!outside->leaving && outside->visitors == 0);
    validate();
}
END_TEST

static void *resize_them(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < SIZES * EACH; i++) {
        size_t larger = size_of(i) * 2 + 1;
        char *block = own_realloc(pool, blocks[i], 1, larger);
        expect(block && is_filled(block, size_of(i), i));
        expect(is_filled(block + size_of(i), larger - size_of(i), 0));
        expect(own_block_size(pool, block) == round_up(larger, GRANULE));
        expect(block == blocks[i] || !own_contains(pool, blocks[i]));
        block = own_realloc(pool, block, 1, 8);
        expect(block && is_filled(block, 8, i));
        blocks[i] = block;
    }
    return NULL;
}

START_TEST(blocks_are_resized_by_another_thread)
{
    own_usage before = usage_of(pool);

    make_blocks(NULL);
    in_thread(resize_them, NULL);
    validate();
    own_usage after = usage_of(pool);
    expect(after.blocks == before.blocks + SIZES * EACH);
    expect(after.bytes == before.bytes + GRANULE * SIZES * EACH);
    for (size_t i = 0; i < SIZES * EACH; i++)
        expect(own_free(pool, blocks[i]) == 0);
}
END_TEST

/* Many threads, which are all there at once and hand blocks on to one another. */
static pthread_barrier_t barrier;
static char *handed[MANY];

static void *use(void *number)
{
    size_t mine = (size_t)number, next = (mine + 1) % MANY;

    for (size_t round = 0; round < scaled(100) + 5; round++) {
        size_t size = size_of(round + mine);
        handed[mine] = fill(own_alloc_raw(pool, 1, size), size, mine);
        expect(own_defer(pool, free, NULL) == 0);
        pthread_barrier_wait(&barrier);
        expect(part_is_of(&pool->part, my_part()) && my_part() != &pool->part);
        expect(part_guard(my_part())->slot == slot_of_thread());
        char *block = handed[next];
        expect(is_filled(block, size_of(round + next), next));
        expect(own_block_size(pool, block) == round_up(size_of(round + next), GRANULE));
        pthread_barrier_wait(&barrier);
        expect(own_free(pool, block) == 0 && own_free(pool, block) == -1);
        expect(own_undefer(pool, free, NULL) == 0); /* of whichever thread */
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void run_many(void *(*run)(void *number))
{
    pthread_t threads[MANY];

    pthread_barrier_init(&barrier, NULL, MANY);
    for (size_t i = 0; i < MANY; i++)
        expect(pthread_create(&threads[i], NULL, run, (void *)i) == 0);
    for (size_t i = 0; i < MANY; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    pthread_barrier_destroy(&barrier);
}

static void expect_parts(uint32_t count)
{
    const struct parts *parts = pool_parts(pool);
    uint32_t found = 0;

    expect(parts->count == count);
    for (struct part *part = part_next(&pool->part, &pool->part); part;
         part = part_next(&pool->part, part)) {
        found++;
        expect(parts_at(parts, part_guard(part)->slot) == part);
    }
    expect(found == count);
}

START_TEST(many_threads_have_a_part_each)
{
    own_usage before = usage_of(pool);

    run_many(use);
    expect_parts(MANY);
    own_usage after = usage_of(pool);
    expect(after.blocks == before.blocks && after.bytes == before.bytes && after.deferred == 0);
    validate();
    run_many(use); /* which go on with the same parts */
    expect_parts(MANY);
}
END_TEST

/* Everything that a part may have when the pool ends. */
static void *leave_much(void *number)
{
    make_blocks(NULL);
    for (int i = 0; i < 20; i++) {
        own_pool *child = own_pool_new(pool);
        expect(child && own_is_shared(child) && own_alloc(child, 1, 100));
        expect(own_alloc(child, 1, 100 * KIB) && own_defer(pool, free, NULL) == 0);
    }
    expect(own_adopt(pool, malloc(1 + (size_t)number), 1, free) == 0);
    return NULL;
}

static void *leave_and_wait(void *number)
{
    for (size_t i = 0; i < SIZES; i++)
        expect(own_alloc(pool, 1, sizes[i]) != NULL);
    expect(own_pool_new(pool) != NULL);
    pthread_barrier_wait(&barrier); /* so that each has a slot */
    return number;
}

START_TEST(parts_end_with_their_pool)
{
    make_blocks(NULL);
    in_thread(leave_much, NULL);
    run_many(leave_and_wait);
    validate();
    expect_parts(MANY);
    own_usage usage = usage_of(pool);
    expect(usage.children == 20 + MANY && usage.blocks > SIZES * (MANY + EACH));
}
END_TEST

START_TEST(parts_are_cleared_with_their_pool)
{
    const int rounds = steps_are_few() ? 2 : 3;
    for (int round = 0; round < rounds; round++) {
        make_blocks(NULL);
        in_thread(leave_much, NULL);
        run_many(leave_and_wait);
        size_t peak = usage_of(pool).bytes;
        own_pool_clear(pool);
        own_usage usage = usage_of(pool);
        expect(usage.blocks == 0 && usage.bytes == 0 && usage.children == 0 && usage.deferred == 0);
        expect(usage.peak >= peak);
        for (size_t i = 0; i < SIZES * EACH; i++)
            expect(!own_contains(pool, blocks[i]));
        expect_parts(MANY);
        validate();
        in_thread(make_blocks, NULL); /* blocks are found again in what was cleared */
        free_them(NULL);
    }
}
END_TEST

/* A part whose thread has gone is the next thread's that gets its slot. */
static struct part *part_before;

static void *make_part(void *unused)
{
    make_blocks(NULL);
    part_before = my_part();
    return unused;
}

static void *inherit(void *unused)
{
    struct outside *outside;

    expect(my_part() == part_before && my_part() != &pool->part);
    outside = my_part()->memory.outside;
    for (size_t i = 0; i < SIZES * EACH; i++) {
        expect(is_filled(blocks[i], size_of(i), i) && own_free(pool, blocks[i]) == 0);
        expect(own_free(pool, blocks[i]) == -1);
    }
    expect(outside->blocks == 0 && !outside_waits(outside)); /* it is inside */
    make_blocks(NULL);
    return unused;
}

START_TEST(later_thread_goes_on_with_a_part)
{
    own_usage first;

    in_thread(make_part, NULL);
    first = usage_of(pool);
    for (size_t i = 0; i < (steps_are_few() ? 2 : 5); i++)
        in_thread(inherit, NULL);
    own_usage last = usage_of(pool);
    expect(last.blocks == first.blocks && last.bytes == first.bytes);
    expect_parts(1);
}
END_TEST

/* The size of a block is what it is, whatever its owner does behind it meanwhile. */
static bool stop;
static char *watched;

static void *watch(void *unused)
{
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        expect(own_block_size(pool, watched) == 4000);
    return unused;
}

START_TEST(neighbours_do_not_change_a_size)
{
    pthread_t thread;
    char *behind = NULL;

    stop = false;
    for (char *last = NULL; !watched; last = behind) { /* the last of an extent, but for one */
        behind = own_alloc(pool, 1, 4000);
        if (last && behind == last + 4000 && pool->part.memory.bump == behind + 4000)
            watched = last;
    }
    expect(pthread_create(&thread, NULL, watch, NULL) == 0);
    for (size_t i = 0; i < scaled(300000); i++) {
        expect(own_free(pool, behind) == 0);
        behind = own_alloc(pool, 1, i % 3 ? 4000 : 3000);
        expect(behind != NULL);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    expect(pthread_join(thread, NULL) == 0);
    watched = NULL;
}
END_TEST

/* Blocks from the allocator of a pool that becomes shared later stay counted. */
START_TEST(private_blocks_go_along)
{
    own_pool_options options = {.allocator = OWN_ALLOCATOR(malloc, free)};
    own_pool *private = own_pool_create(NULL, &options);
    void *block = own_alloc(private, 1, 100), *other = own_alloc(private, 1, 50);

    expect(block && other && own_share(private) == 0);
    pool_validate(private);
    own_usage usage = usage_of(private);
    expect(usage.blocks == 2 && usage.bytes == 150 && usage.peak == 150);
    expect(own_free(private, block) == 0);
    usage = usage_of(private);
    expect(usage.blocks == 1 && usage.bytes == 50 && usage.peak == 150);
    pool_validate(private);
    own_decref(private);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parts");
    TCase *parts = add_case(suite, "parts");

    tcase_add_checked_fixture(parts, setup, teardown);
    tcase_add_loop_test(parts, blocks_are_freed_by_another_thread, 0, 2);
    tcase_add_test(parts, freed_blocks_are_gathered);
    tcase_add_test(parts, blocks_are_resized_by_another_thread);
    tcase_add_test(parts, many_threads_have_a_part_each);
    tcase_add_test(parts, parts_end_with_their_pool);
    tcase_add_test(parts, parts_are_cleared_with_their_pool);
    tcase_add_test(parts, later_thread_goes_on_with_a_part);
    tcase_add_test(parts, neighbours_do_not_change_a_size);
    tcase_add_test(parts, private_blocks_go_along);
    return run_suite(suite);
}
