/*
 * realloc_raw.c - own_realloc and own_realloc_raw in random order: what a block has is kept, and
 * what own_realloc adds is zero, also to a block that own_realloc_raw has left dirty.
 */
#include "source.h"

#define KIB ((size_t)1 << 10)
#define BLOCKS 12

enum { CONFINED, SHARED, PRIVATE, KINDS };

static own_pool *new_pool(int kind, size_t limit)
{
    own_pool_options options = {.limit = limit};

    if (kind == PRIVATE)
        options.allocator = OWN_ALLOCATOR(malloc, free);
    own_pool *pool = own_pool_create(NULL, &options);
    expect(pool && (kind != SHARED || own_share(pool) == 0));
    return pool;
}

struct held {
    unsigned char *at;
    size_t size; /* as asked for */
    int fill;    /* all of it has this value */
};

/* Sizes of all places where a block can lie, often near the one before. */
static size_t new_size(struct random *random, size_t before)
{
    static const size_t most[] = {64, 600, 5000, 100 * KIB, 300 * KIB, 2500 * KIB};

    if (random_below(random, 3) == 0)
        return before + random_below(random, 40);
    return random_below(random, most[random_below(random, sizeof most / sizeof most[0])]);
}

static void resize(own_pool *pool, struct held *block, size_t size, bool raw, int fill)
{
    bool is_new = !block->at;
    unsigned char *at = (unsigned char *)(raw ? own_realloc_raw(pool, block->at, size, 1)
                                              : own_realloc(pool, block->at, size, 1));
    expect(at && own_contains(pool, at) && own_block_size(pool, at) >= size);
    size_t kept = is_new ? 0 : block->size < size ? block->size : size;
    expect(all_bytes_are(at, kept, block->fill));
    expect(raw || all_bytes_are(at + kept, size - kept, 0));
    memset(at, fill, size);
    *block = (struct held){.at = at, .size = size, .fill = fill};
}

START_TEST(contents_are_kept_and_growth_is_zero)
{
    own_pool *pool = new_pool(_i, 0);
    struct held blocks[BLOCKS] = {{0}};
    struct random random;

    random_seed(&random, 91);
    for (size_t i = 0; i < scaled(20000) + 200; i++) {
        struct held *block = &blocks[random_below(&random, BLOCKS)];
        size_t size = new_size(&random, block->size);
        resize(pool, block, size, random_below(&random, 2), 1 + (int)(i % 255));
    }
    expect(usage_of(pool).blocks <= BLOCKS);
    own_decref(pool);
}
END_TEST

START_TEST(errors_are_those_of_realloc)
{
    own_pool *pool = new_pool(_i, 4000 * KIB), *other = new_root();
    char *block = (char *)own_realloc_raw(pool, NULL, 10, 10);

    expect(block != NULL);
    memset(block, 7, 100);
    own_usage before = usage_of(pool);
    /* Of an allocator nobody knows what it has, so the limit speaks first. */
    int none = _i == PRIVATE ? EDQUOT : ENOMEM;
    expect_error(own_realloc_raw(pool, block, SIZE_MAX / 2, 1) == NULL, none);
    expect_error(own_realloc_raw(pool, block, SIZE_MAX / 2, 3) == NULL, EOVERFLOW);
    expect_error(own_realloc_raw(pool, block + 16, 1, 1) == NULL, EINVAL);
    expect_error(own_realloc_raw(other, block, 1, 1) == NULL, EINVAL);
    expect_error(own_realloc_raw(NULL, block, 1, 1) == NULL, EINVAL);
    expect_error(own_realloc_raw(NULL, NULL, 1, 1) == NULL, EINVAL);
    expect_error(own_realloc_raw(pool, block, 1, 4001 * KIB) == NULL, EDQUOT);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0 && all_bytes_are(block, 100, 7));
    own_decref(other);
    own_decref(pool);
}
END_TEST

static int freed;
static void free_adopted(void *memory)
{
    freed++;
    free(memory);
}

START_TEST(adopted_block_is_copied)
{
    own_pool *pool = new_root();
    char *memory = (char *)malloc(50);

    memset(memory, 9, 50);
    expect(own_adopt(pool, memory, 50, free_adopted) == 0);
    expect(own_realloc_raw(pool, memory, 1, 50) == memory && freed == 0);
    char *block = (char *)own_realloc_raw(pool, memory, 1, 200);
    expect(block && freed == 1 && all_bytes_are(block, 50, 9));
    own_decref(pool);
    expect(freed == 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("realloc_raw");
    TCase *raw = add_case(suite, "raw");

    tcase_add_loop_test(raw, contents_are_kept_and_growth_is_zero, 0, KINDS);
    tcase_add_loop_test(raw, errors_are_those_of_realloc, 0, KINDS);
    tcase_add_test(raw, adopted_block_is_copied);
    return run_suite(suite);
}
