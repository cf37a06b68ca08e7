/*
 * exact.c - pools that remember sizes as asked for (OWN_POOL_EXACT), against a model.
 */
#include "source.h"

#include <pthread.h>

#define KIB ((size_t)1 << 10)
#define BLOCKS 40

enum { CONFINED, SHARED, ALLOCATED, KINDS };

static own_pool *new_pool(int kind, size_t limit)
{
    own_pool_options options = {.limit = limit, .flags = OWN_POOL_EXACT};

    if (kind == ALLOCATED)
        options.allocator = OWN_ALLOCATOR(malloc, free);
    own_pool *pool = own_pool_create(NULL, &options);
    expect(pool && (kind != SHARED || own_share(pool) == 0));
    return pool;
}

struct held {
    unsigned char *at;
    size_t size;
    unsigned char fill;
};

struct model {
    struct held block[BLOCKS];
    size_t blocks;
    size_t bytes;
    size_t peak;
};

static void count(struct model *model, size_t less, size_t more, size_t moment)
{
    model->bytes += more - less;
    if (model->bytes + moment > model->peak)
        model->peak = model->bytes + moment;
}

static size_t some_size(struct random *random)
{
    static const size_t most[] = {1, 20, 100, 700, 6000, 100 * KIB, 400 * KIB, 2000 * KIB};
    return random_below(random, most[random_below(random, sizeof most / sizeof most[0])]);
}

static void check_block(own_pool *pool, const struct held *block)
{
    expect_keeps_errno(own_block_size(pool, block->at) == block->size);
    expect(own_contains(pool, block->at));
    expect(all_bytes_are(block->at, block->size, block->fill));
}

static void fill(struct held *block, struct random *random)
{
    block->fill = (unsigned char)random_next(random);
    memset(block->at, block->fill, block->size);
}

/* An allocator gives what malloc does: no more than 16. */
static void make(own_pool *pool, struct model *model, struct held *block, struct random *random,
                 bool aligned)
{
    size_t size = some_size(random);
    int how = (int)random_below(random, 3);
    size_t alignment = (size_t)16 << (aligned ? random_below(random, 4) : 0);
    void *at = how == 0 ? own_alloc(pool, size, 1) : own_alloc_raw(pool, 1, size);

    if (how == 2 && own_free(pool, at) == 0)
        at = own_alloc_aligned(pool, alignment, size, 1);
    expect(at && (how == 1 || all_bytes_are(at, size, 0)));
    expect(how < 2 || (uintptr_t)at % alignment == 0);
    *block = (struct held){.at = at, .size = size};
    model->blocks++;
    count(model, 0, size, 0);
    fill(block, random);
}

static void change(own_pool *pool, struct model *model, struct held *block, struct random *random)
{
    size_t size =
        random_below(random, 2) ? block->size + random_below(random, 40) : some_size(random);
    bool raw = random_below(random, 2);
    size_t kept = size < block->size ? size : block->size;
    unsigned char *at = (unsigned char *)(raw ? own_realloc_raw(pool, block->at, size, 1)
                                              : own_realloc(pool, block->at, 1, size));

    expect(at && all_bytes_are(at, kept, block->fill));
    expect(raw || all_bytes_are(at + kept, size - kept, 0));
    count(model, block->size, size, at == block->at ? 0 : block->size);
    block->at = at;
    block->size = size;
    fill(block, random);
}

static void step(own_pool *pool, struct model *model, struct random *random, bool aligned)
{
    struct held *block = &model->block[random_below(random, BLOCKS)];

    if (!block->at) {
        make(pool, model, block, random, aligned);
    } else if (random_below(random, 3)) {
        check_block(pool, block);
        change(pool, model, block, random);
    } else {
        check_block(pool, block);
        expect_keeps_errno(own_free(pool, block->at) == 0);
        count(model, block->size, 0, 0);
        model->blocks--;
        block->at = NULL;
    }
}

START_TEST(sizes_are_as_asked_for)
{
    own_pool *pool = new_pool(_i, 0);
    struct model model = {.blocks = 0};
    struct random random;

    random_seed(&random, 1200 + (uint64_t)_i);
    for (size_t i = 0; i < scaled(30000) + 100; i++) {
        step(pool, &model, &random, _i != ALLOCATED);
        own_usage usage = usage_of(pool);
        expect(usage.blocks == model.blocks && usage.bytes == model.bytes);
        expect(usage.peak >= usage.bytes && usage.peak <= model.peak && usage.reserved > 0);
    }
    own_pool_clear(pool);
    expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
    expect(own_block_size(pool, own_alloc(pool, 1, 33)) == 33);
    own_decref(pool);
}
END_TEST

START_TEST(the_peak_is_exact)
{
    own_pool *pool = new_pool(_i, 0);
    void *first = own_alloc(pool, 1, 33);
    void *second = own_alloc(pool, 1, 5);

    expect(usage_of(pool).peak == 38);
    expect(own_free(pool, first) == 0 && own_free(pool, second) == 0);
    expect(own_alloc(pool, 0, 0) && usage_of(pool).peak == 38 && usage_of(pool).bytes == 0);
    expect(usage_of(pool).blocks == 1);
    own_decref(pool);
}
END_TEST

START_TEST(a_block_of_no_bytes_has_size_0)
{
    own_pool *pool = new_pool(_i, 0);
    void *block = own_alloc(pool, 1, 0);

    expect_keeps_errno(own_block_size(pool, block) == 0);
    expect_error(own_block_size(pool, (char *)block + 1) == 0, EINVAL);
    expect(own_free(pool, block) == 0);
    expect_error(own_free(pool, block) == -1, EINVAL);
    expect_error(own_block_size(pool, block) == 0, EINVAL);
    own_decref(pool);
}
END_TEST

START_TEST(sizes_that_cannot_be_are_refused)
{
    own_pool *pool = new_pool(_i, 0);
    void *block = own_alloc(pool, 1, 10);

    volatile size_t most = SIZE_MAX; /* the compiler would warn */

    expect_error(!own_alloc(pool, 1, most), ENOMEM);
    if (_i != ALLOCATED) /* malloc of AddressSanitizer ends the program */
        expect_error(!own_alloc(pool, 1, most / 2), ENOMEM);
    expect_error(!own_alloc_raw(pool, most / 2, 3), EOVERFLOW);
    expect_error(!own_realloc(pool, block, 1, most), ENOMEM);
    expect_error(!own_realloc(pool, block, most / 2, 3), EOVERFLOW);
    expect(own_block_size(pool, block) == 10 && usage_of(pool).bytes == 10);
    own_decref(pool);
}
END_TEST

START_TEST(limits_are_held_to_what_is_reserved)
{
    own_pool *pool = new_pool(_i, 100 * KIB);
    size_t blocks = 0;

    while (own_alloc(pool, 1, 1000))
        blocks++;
    expect(errno == EDQUOT && blocks >= 50 && usage_of(pool).bytes == 1000 * blocks);
    expect(usage_of(pool).reserved <= 100 * KIB);
    own_decref(pool);
}
END_TEST

START_TEST(it_is_not_inherited)
{
    own_pool *pool = new_pool(CONFINED, 0);
    own_pool *child = own_pool_new(pool);

    expect(own_block_size(child, own_alloc(child, 1, 5)) == 16);
    expect(own_block_size(pool, own_alloc(pool, 1, 5)) == 5);
    own_usage usage;
    own_pool_total(pool, &usage);
    expect(usage.bytes == 21 && usage.blocks == 2 && usage.peak == 21);
    own_decref(pool);
}
END_TEST

START_TEST(a_limit_follows_a_pool_that_moves)
{
    own_pool *limited = own_pool_create(NULL, &(own_pool_options){.limit = 512 * KIB});
    own_pool *pool = new_pool(CONFINED, 0);

    expect(own_alloc(pool, 1, 300 * KIB) && own_give(limited, pool) == 0);
    expect_error(!own_alloc(pool, 1, 300 * KIB), EDQUOT);
    own_pool *other = new_root();
    expect(own_move(limited, other, pool) == 0 && own_alloc(pool, 1, 300 * KIB));
    expect_error(own_move(other, limited, pool) == -1, EDQUOT);
    own_decref(other);
    own_usage usage;
    own_pool_total(limited, &usage);
    expect(own_alloc(limited, 1, 300 * KIB));
    own_decref(limited);
}
END_TEST

START_TEST(a_pool_with_blocks_becomes_shared)
{
    own_pool *pool = new_pool(CONFINED, 0);
    void *small = own_alloc(pool, 1, 77);
    void *large = own_alloc(pool, 1, 200 * KIB + 1);

    expect(own_share(pool) == 0 && own_alloc(pool, 1, 1));
    expect(own_block_size(pool, small) == 77 && own_block_size(pool, large) == 200 * KIB + 1);
    expect(usage_of(pool).blocks == 3 && own_free(pool, small) == 0);
    expect(own_free(pool, large) == 0 && usage_of(pool).bytes == 1);
    own_decref(pool);
}
END_TEST

static void free_memory(void *memory)
{
    free(memory);
}

START_TEST(adopted_blocks_are_counted_with_the_others)
{
    own_pool *pool = new_pool(CONFINED, 0);
    char *inside = own_alloc(pool, 1, 100);

    expect(own_adopt(pool, malloc(7), 7, free_memory) == 0);
    expect(usage_of(pool).bytes == 107 && usage_of(pool).peak == 107);
    expect_error(own_adopt(pool, inside, 7, free_memory) == -1, EINVAL);
    expect_error(own_adopt(pool, inside + 16, 7, free_memory) == -1, EINVAL);
    own_decref(pool);
}
END_TEST

START_TEST(strings_have_their_own_size)
{
    own_pool *pool = new_pool(_i, 0);
    char *text = own_strdup(pool, "four");

    expect(own_block_size(pool, text) == 5);
    text = own_asprintf(pool, "%d and %s", 12, text);
    expect(strcmp(text, "12 and four") == 0 && own_block_size(pool, text) >= 12);
    own_decref(pool);
}
END_TEST

static void *use(void *arg)
{
    for (int i = 0; i < 3000; i++) {
        size_t size = (size_t)(i * 37 % 900);
        char *block = own_alloc(arg, 1, size);
        expect(own_block_size(arg, block) == size);
        block = own_realloc(arg, block, 1, size + 9);
        expect(own_block_size(arg, block) == size + 9 && all_bytes_are(block, size + 9, 0));
        expect(own_free(arg, block) == 0);
    }
    return NULL;
}

START_TEST(threads_use_a_shared_one)
{
    pthread_t thread;
    own_pool *pool = new_pool(SHARED, 0);

    expect(pthread_create(&thread, NULL, use, pool) == 0);
    use(pool);
    pthread_join(thread, NULL);
    expect(usage_of(pool).bytes == 0 && usage_of(pool).blocks == 0);
    own_decref(pool);
}
END_TEST

START_TEST(a_write_past_the_end_is_reported)
{
    own_pool *pool = new_pool(CONFINED, 0);

    record_misuses();
    for (int written = 0; written < 256; written++) {  /* from 1 to 16 it could be right */
        char *volatile block = own_alloc(pool, 1, 15); /* the compiler forgets its size */
        if (written >= 1 && written <= 16)
            continue;
        block[15] = (char)written;
        expect(own_free(pool, block) == 0);
        expect_misuse("past the end", "pool");
    }
    restore_misuses();
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exact");
    TCase *exact = add_case(suite, "exact");

    tcase_add_loop_test(exact, sizes_are_as_asked_for, 0, KINDS);
    tcase_add_loop_test(exact, the_peak_is_exact, 0, SHARED + 1);
    tcase_add_loop_test(exact, a_block_of_no_bytes_has_size_0, 0, KINDS);
    tcase_add_loop_test(exact, sizes_that_cannot_be_are_refused, 0, KINDS);
    tcase_add_loop_test(exact, limits_are_held_to_what_is_reserved, 0, SHARED + 1);
    tcase_add_test(exact, it_is_not_inherited);
    tcase_add_test(exact, a_limit_follows_a_pool_that_moves);
    tcase_add_test(exact, a_pool_with_blocks_becomes_shared);
    tcase_add_test(exact, adopted_blocks_are_counted_with_the_others);
    tcase_add_loop_test(exact, strings_have_their_own_size, 0, KINDS);
    tcase_add_test(exact, threads_use_a_shared_one);
    tcase_add_test(exact, a_write_past_the_end_is_reported);
    return run_suite(suite);
}
