/*
 * allocator.c - pools with an allocator: every block is exactly what alloc returned, and goes to
 * free once.
 */
#include "source.h"

START_TEST(blocks_are_what_alloc_returned)
{
    static const size_t sizes[] = {1, 15, 16, 17, 512, 513, 4096, 300000, 3000000};
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);

    expect(source.count == 0); /* the pool itself is not of it */
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = sizes[i];
        char *zeroed, *raw;
        expect_keeps_errno((zeroed = (char *)own_alloc(pool, 1, size)) != NULL);
        expect(source.asked == size && zeroed == source.given[source.count - 1].memory);
        expect(all_bytes_are(zeroed, size, 0));
        expect_keeps_errno((raw = (char *)own_alloc_raw(pool, size, 1)) != NULL);
        expect(source.asked == size && raw == source.given[source.count - 1].memory);
        expect(all_bytes_are(raw, size, 0xa5));
        expect(own_contains(pool, zeroed) && own_contains(pool, raw));
        expect(!own_contains(pool, zeroed + 1) && own_block_size(pool, zeroed) == size);
        expect_error(own_adopt(pool, raw, size, free) == -1, EINVAL);
        expect_error(own_disown(pool, raw) == -1, EINVAL);
        expect_keeps_errno(own_free(pool, zeroed) == 0);
        expect_error(own_free(pool, zeroed) == -1, EINVAL);
        expect(source.live == i + 1 && usage_of(pool).blocks == i + 1);
    }
    own_decref(pool);
    expect(source.live == 0);
}
END_TEST

START_TEST(blocks_go_last_newest_first)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    static char x = 'X';
    void *blocks[5];

    for (int i = 0; i < 3; i++)
        blocks[i] = own_alloc(pool, 1, 10);
    probe_new(pool, 'P');
    expect(own_defer(pool, log_call, &x) == 0);
    for (int i = 3; i < 5; i++)
        blocks[i] = own_alloc(pool, 1, 10);
    expect(own_free(pool, blocks[1]) == 0);
    expect_events("b");
    own_decref(pool);
    expect_events("XPedca");
}
END_TEST

START_TEST(clear_gives_all_back_and_the_pool_goes_on)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    own_usage empty = usage_of(pool);

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++)
            expect(own_alloc(pool, 1, 1000) != NULL);
        expect(usage_of(pool).bytes == 5000 && usage_of(pool).reserved > 5000);
        expect_keeps_errno((own_pool_clear(pool), true));
        expect(source.live == 0 && usage_of(pool).reserved == empty.reserved);
        expect(usage_of(pool).blocks == 0 && usage_of(pool).peak == 5000);
    }
    expect_events("edcbajihgfonmlk");
    own_decref(pool);
}
END_TEST

/* A block of no bytes, which the allocator was asked for one byte for. */
static bool is_empty(own_pool *pool, const void *block)
{
    errno = 0;
    return own_contains(pool, block) && own_block_size(pool, block) == 0 && errno == 0;
}

START_TEST(block_of_nothing_has_no_bytes)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    void *one = own_alloc(pool, 0, 8), *two = own_alloc_raw(pool, 8, 0);

    expect(one && two && one != two && source.asked == 1);
    expect(is_empty(pool, one) && is_empty(pool, two) && usage_of(pool).bytes == 0);
    expect_keeps_errno(own_realloc(pool, one, 0, 1) == one && own_free(pool, two) == 0);
    expect_error(own_block_size(pool, two) == 0, EINVAL);
    one = own_realloc(pool, one, 1, 3);
    expect(one && all_bytes_are(one, 3, 0) && usage_of(pool).bytes == 3 && source.live == 1);
    one = own_realloc(pool, one, 1, 0);
    expect(one && is_empty(pool, one) && source.live == 1);
    own_decref(pool);
    expect(source.live == 0);
}
END_TEST

START_TEST(realloc_allocates_copies_and_frees)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    char *block = (char *)own_realloc(pool, NULL, 1, 10);

    expect(block && all_bytes_are(block, 10, 0));
    memset(block, 7, 10);
    expect_keeps_errno((block = (char *)own_realloc(pool, block, 1, 100)) != NULL);
    expect(block == source.given[1].memory && source.asked == 100 && source.live == 1);
    expect(all_bytes_are(block, 10, 7) && all_bytes_are(block + 10, 90, 0));
    expect(own_realloc(pool, block, 1, 100) == block && source.count == 2);
    block = (char *)own_realloc(pool, block, 1, 5);
    expect(block == source.given[2].memory && source.asked == 5 && source.live == 1);
    expect(all_bytes_are(block, 5, 7));
    source.is_empty = true;
    expect_error(own_realloc(pool, block, 1, 6) == NULL, ENOMEM);
    expect(source.live == 1 && own_contains(pool, block) && all_bytes_are(block, 5, 7));
    own_decref(pool);
    expect(source.live == 0);
}
END_TEST

START_TEST(strings_are_of_the_allocator)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    char *string = own_strdup(pool, "one");

    expect(source.asked == 4);
    string = own_asprintf_append(pool, string, ", %s", "two");
    ck_assert_str_eq(string, "one, two");
    expect(source.asked == 9 && own_block_size(pool, string) == 9);
    ck_assert_str_eq(own_asprintf(pool, "%d", 12345), "12345");
    ck_assert_str_eq(own_strndup(pool, "12345", 3), "123");
    expect(memcmp(own_memdup(pool, "12345", 5), "12345", 5) == 0 && source.asked == 5);
    expect(source.live == 4 && usage_of(pool).blocks == 4);
    own_decref(pool);
    expect(source.live == 0);
}
END_TEST

START_TEST(alignment_is_what_the_allocator_gives)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);

    for (size_t alignment = 1; alignment <= 64; alignment *= 2) {
        char *block = (char *)own_alloc_aligned(pool, alignment, 1, 100);
        expect(block && source.asked == 100 && all_bytes_are(block, 100, 0));
    }
    source.offset = 8;
    own_usage before = usage_of(pool);
    expect(own_alloc_aligned(pool, 8, 1, 100) != NULL);
    expect_error(own_alloc_aligned(pool, 16, 1, 100) == NULL, EINVAL);
    expect_error(own_alloc_aligned(pool, 64, 1, 100) == NULL, EINVAL);
    expect_error(own_alloc_aligned(pool, 3, 1, 100) == NULL, EINVAL);
    expect(usage_of(pool).blocks == before.blocks + 1 && source.live == before.blocks + 1);
    own_pool_clear(pool);
    expect(source.live == 0);
    own_decref(pool);
}
END_TEST

START_TEST(failures_change_nothing)
{
    struct source source = {.count = 0};
    own_pool *pool = pool_with(NULL, &source);
    volatile size_t most = SIZE_MAX;

    expect(own_alloc(pool, 1, 10) != NULL);
    own_usage before = usage_of(pool);
    source.asked = 0;
    expect_error(own_alloc(pool, most, 2) == NULL, EOVERFLOW);
    expect_error(own_alloc_raw(pool, 2, most) == NULL, EOVERFLOW);
    expect_error(own_alloc_aligned(pool, 64, most, 2) == NULL, EOVERFLOW);
    expect_error(own_alloc(pool, most, 1) == NULL, ENOMEM);
    expect_error(own_alloc(pool, most / 2 + 1, 1) == NULL, ENOMEM);
    expect(source.asked == 0);
    source.is_empty = true;
    expect_error(own_alloc(pool, 1, 10) == NULL, ENOMEM);
    expect_error(own_alloc_raw(pool, 1, 10) == NULL, ENOMEM);
    expect_error(own_strdup(pool, "x") == NULL, ENOMEM);
    expect_error(own_asprintf(pool, "x") == NULL, ENOMEM);
    expect_error(own_alloc_aligned(pool, 64, 1, 1) == NULL, ENOMEM);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(allocator_needs_both_functions)
{
    const own_allocator wrong[] = {{.free = own_plain_free}, {.alloc = own_plain_alloc}};

    for (int i = 0; i < 2; i++) {
        own_pool_options options = {.allocator = &wrong[i]};
        expect_error(own_pool_create(NULL, &options) == NULL, EINVAL);
    }
}
END_TEST

START_TEST(plain_functions_are_an_allocator)
{
    const struct own_plain_allocator plain = {.allocator = {.alloc = own_plain_alloc,
                                                            .free = own_plain_free,
                                                            .ctx = (void *)(uintptr_t)&plain},
                                              .alloc = malloc,
                                              .free = free};
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.allocator = own_plain(&plain)});

    expect(own_plain(&plain) == &plain.allocator);
    char *string = own_strdup(pool, "from malloc");
    expect(string && own_block_size(pool, string) == sizeof "from malloc");
    own_decref(pool);
}
END_TEST

START_TEST(limits_count_what_the_allocator_gives)
{
    struct source source = {.count = 0};
    own_pool *root = new_root(), *other = own_pool_new(root), *pool = pool_with(root, &source);

    expect(other && own_pool_set_limit(root, total_of(root).reserved + 10000) == 0);
    expect_error(own_alloc(pool, 1, 10001) == NULL, EDQUOT);
    expect(source.count == 0); /* not asked for what must not be had */
    expect_error(own_alloc(pool, 1, 10000) == NULL, EDQUOT); /* the record */
    expect(source.live == 0);
    void *block = own_alloc(pool, 1, 9000);
    expect(block && total_of(root).reserved >= 9000);
    expect_error(own_realloc(pool, block, 1, 9001) == NULL, EDQUOT);
    expect(own_contains(pool, block) && own_block_size(pool, block) == 9000);
    expect(own_pool_set_limit(other, total_of(other).reserved + 5000) == 0);
    expect_error(own_move(root, other, pool) == -1, EDQUOT);
    expect(own_pool_set_limit(other, 0) == 0 && own_move(root, other, pool) == 0);
    expect(total_of(other).bytes == 9000);
    expect(own_free(pool, block) == 0 && own_alloc(pool, 1, 9000) != NULL);
    own_decref(root);
    expect(source.live == 0);
}
END_TEST

static size_t plain_live;

static void *plain_alloc(size_t size)
{
    plain_live++;
    return malloc(size);
}

static void plain_free(void *memory)
{
    plain_live--;
    free(memory);
}

/* In both forms of an initializer: compilers have treated them differently. */
START_TEST(plain_functions_are_wrapped)
{
    own_pool_options options = {.allocator = OWN_ALLOCATOR(plain_alloc, plain_free)};
    own_pool *one = own_pool_create(NULL, &options);
    own_pool *two = own_pool_create(
        one, &(own_pool_options){.allocator = OWN_ALLOCATOR(plain_alloc, plain_free)});

    expect(one && two && own_alloc(one, 1, 10) && own_alloc(two, 1, 10));
    expect(plain_live == 2);
    own_decref(one);
    expect(plain_live == 0);
}
END_TEST

/* An allocator that breaks its contract. */
static void *same_again(void *ctx, size_t size)
{
    return size <= 16 ? ctx : NULL;
}

static void free_nothing(void *ctx, void *memory)
{
    expect(ctx == memory);
    log_event('f');
}

START_TEST(live_block_from_the_allocator_is_a_misuse)
{
    static char memory[16];
    const own_allocator allocator = {.alloc = same_again, .free = free_nothing, .ctx = memory};
    own_pool *pool =
        own_pool_create(NULL, &(own_pool_options){.name = "same", .allocator = &allocator});

    record_misuses();
    expect(own_alloc(pool, 1, 10) != NULL && own_contains(pool, memory));
    expect_told(own_alloc(pool, 1, 10) == NULL, "live block", "'same'");
    expect_events("");
    expect(usage_of(pool).blocks == 1 && own_free(pool, memory) == 0);
    expect(own_alloc(pool, 1, 10) != NULL);
    expect_events("f");
    own_decref(pool);
    restore_misuses();
}
END_TEST

/* An allocator whose realloc is malloc's, and can be told to fail. */
struct resizing {
    unsigned reallocs;
    size_t old_size;
    size_t size;
    bool is_empty;
    own_pool *pool; /* used from inside; NULL: none */
};

static void *resizing_alloc(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void resizing_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static void *resizing_realloc(void *ctx, void *memory, size_t old_size, size_t size)
{
    struct resizing *resizing = ctx;

    resizing->reallocs++;
    resizing->old_size = old_size;
    resizing->size = size;
    if (resizing->pool)
        expect(own_alloc(resizing->pool, 1, 7) != NULL);
    return resizing->is_empty ? NULL : realloc(memory, size);
}

static own_pool *resizing_pool(struct resizing *resizing, size_t limit)
{
    own_allocator allocator = {.alloc = resizing_alloc,
                               .free = resizing_free,
                               .ctx = resizing,
                               .realloc = resizing_realloc};
    return own_pool_create(NULL, &(own_pool_options){.allocator = &allocator, .limit = limit});
}

START_TEST(an_allocator_resizes_its_blocks)
{
    static const size_t sizes[] = {1, 100, 0, 5000, 300, 1 << 20, 17};
    struct resizing resizing = {.reallocs = 0};
    own_pool *pool = resizing_pool(&resizing, 0);

    expect(_i == 0 || own_share(pool) == 0);
    resizing.pool = pool;
    unsigned char *block = own_alloc(pool, 1, 10);
    size_t size = 10;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        memset(block, (int)i + 1, size);
        size_t kept = size < sizes[i] ? size : sizes[i];
        expect_keeps_errno((block = own_realloc(pool, block, 1, sizes[i])) != NULL);
        expect(resizing.reallocs == i + 1 && resizing.old_size == (size ? size : 1));
        expect(resizing.size == (sizes[i] ? sizes[i] : 1));
        for (size_t at = 0; at < sizes[i]; at++)
            expect(block[at] == (at < kept ? i + 1 : 0));
        size = sizes[i];
        own_usage usage = usage_of(pool);
        expect(usage.blocks == i + 2 && usage.bytes == size + 7 * (i + 1));
        expect(own_block_size(pool, block) == size);
    }
    expect(own_free(pool, block) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(an_allocator_that_cannot_resize_changes_nothing)
{
    struct resizing resizing = {.is_empty = true};
    own_pool *pool = resizing_pool(&resizing, 64 << 10);
    char *block = own_alloc(pool, 1, 1000);
    own_usage before = usage_of(pool);
    expect_error(!own_realloc(pool, block, 1, 2000), ENOMEM);
    expect(resizing.reallocs == 1);
    expect_error(!own_realloc(pool, block, 1, 100 << 10), EDQUOT);
    expect(resizing.reallocs == 1);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    /* It stays as large, so that the allocator is told the truth; what was cut off is zero. */
    memset(block, 'x', 1000);
    expect_keeps_errno(own_realloc(pool, block, 1, 500) == block);
    expect(own_block_size(pool, block) == 1000);
    expect(block[499] == 'x' && block[500] == 0 && block[999] == 0);
    resizing.is_empty = false;
    block = own_realloc(pool, block, 1, 2000);
    expect(block && resizing.old_size == 1000 && block[499] == 'x');
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocator");
    TCase *blocks = add_case(suite, "blocks");
    TCase *failures = add_case(suite, "failures");

    tcase_add_test(blocks, blocks_are_what_alloc_returned);
    tcase_add_test(blocks, blocks_go_last_newest_first);
    tcase_add_test(blocks, clear_gives_all_back_and_the_pool_goes_on);
    tcase_add_test(blocks, block_of_nothing_has_no_bytes);
    tcase_add_test(blocks, realloc_allocates_copies_and_frees);
    tcase_add_test(blocks, strings_are_of_the_allocator);
    tcase_add_test(blocks, alignment_is_what_the_allocator_gives);
    tcase_add_test(blocks, plain_functions_are_wrapped);

    tcase_add_test(failures, failures_change_nothing);
    tcase_add_test(failures, allocator_needs_both_functions);
    tcase_add_test(failures, plain_functions_are_an_allocator);
    tcase_add_test(failures, limits_count_what_the_allocator_gives);
    tcase_add_test(failures, live_block_from_the_allocator_is_a_misuse);
    tcase_add_loop_test(failures, an_allocator_resizes_its_blocks, 0, 2);
    tcase_add_test(failures, an_allocator_that_cannot_resize_changes_nothing);
    return run_suite(suite);
}
