/*
 * adopt.c - own_adopt and own_disown: memory from elsewhere as blocks of a pool. What its free
 * functions may do is in adopt_reentry.c.
 */
#include "harness.h"

#include <sys/mman.h>

START_TEST(adopted_memory_is_a_block)
{
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);
    char *memory = adopt_named(pool, 'a', 1001);

    expect_keeps_errno(own_contains(pool, memory));
    expect(!own_contains(pool, memory + 1) && !own_contains(pool, memory + 16));
    expect(own_block_size(pool, memory) == 1001);
    own_usage usage = usage_of(pool);
    expect(usage.blocks == 1 && usage.bytes == 1001);
    expect(usage.held == 0 && usage.deferred == 0 && usage.children == 0);
    expect(usage.reserved >= before.reserved + 1001 && usage.reserved < before.reserved + 1100);
    expect_keeps_errno(own_free(pool, memory) == 0);
    expect_events("a");
    usage = usage_of(pool);
    expect(usage.blocks == 0 && usage.bytes == 0 && usage.peak == 1001);
    expect(usage.reserved == before.reserved);
    expect(!own_contains(pool, memory));
    expect_error(own_free(pool, memory) == -1, EINVAL);
    expect_error(own_block_size(pool, memory) == 0, EINVAL);
    own_decref(pool);
    expect_events("");
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    own_pool *pool = new_root(), *other = new_root();
    char *block = (char *)own_alloc(pool, 1, 100), *large = (char *)own_alloc(pool, 1, 300000);
    char *memory = (char *)malloc(10);
    volatile size_t most = SIZE_MAX;

    expect(block && large && memory);
    own_usage before = usage_of(pool);
    expect_error(own_adopt(NULL, memory, 10, free) == -1, EINVAL);
    expect_error(own_adopt(pool, NULL, 10, free) == -1, EINVAL);
    expect_error(own_adopt(pool, memory, 10, NULL) == -1, EINVAL);
    expect_error(own_adopt(pool, memory, most, free) == -1, EINVAL);
    expect_error(own_adopt(pool, memory, most / 2 + 1, free) == -1, EINVAL);
    expect_error(own_adopt(pool, block, 100, free) == -1, EINVAL);
    expect_error(own_adopt(pool, block + 16, 10, free) == -1, EINVAL);
    expect_error(own_adopt(pool, large, 10, free) == -1, EINVAL);
    expect_error(own_disown(NULL, memory) == -1, EINVAL);
    expect_error(own_disown(pool, NULL) == -1, EINVAL);
    expect_error(own_disown(pool, memory) == -1, EINVAL);
    expect_error(own_disown(pool, block) == -1, EINVAL);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);

    expect(own_adopt(pool, memory, 10, free) == 0);
    before = usage_of(pool);
    expect_error(own_adopt(pool, memory, 10, free) == -1, EINVAL);
    expect_error(own_adopt(pool, memory, 5, log_and_free) == -1, EINVAL);
    expect_error(own_disown(other, memory) == -1, EINVAL);
    expect_error(own_free(other, memory) == -1, EINVAL);
    expect_error(own_disown(pool, memory + 1) == -1, EINVAL);
    /* It is nothing that was deferred. */
    expect_error(own_undefer(pool, free, memory) == -1, EINVAL);
    after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
    own_decref(other);
}
END_TEST

/* Wherever in a block of the pool's own, and however large that is. */
START_TEST(own_blocks_are_not_adopted)
{
    static const size_t sizes[] = {16, 500, 5000, 65536, 65552, 100000, 1 << 20, 5 << 20};
    own_pool *pool = new_root();

    if (_i)
        expect(own_share(pool) == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *block = own_alloc(pool, 1, sizes[i]);
        const size_t offsets[] = {0, 1, 15, sizes[i] / 2, sizes[i] - 1};
        for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++)
            expect_error(own_adopt(pool, block + offsets[k], 8, free) == -1, EINVAL);
        if (sizes[i] > 1 << 20) { /* also once its mapping has grown */
            block = own_realloc(pool, block, 1, sizes[i] * 2);
            expect_error(own_adopt(pool, block + sizes[i] * 2 - 1, 8, free) == -1, EINVAL);
        }
        expect(own_free(pool, block) == 0);
    }
    char *memory = malloc(100);
    expect(own_adopt(pool, memory, 100, free) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(disowned_memory_is_the_callers_again)
{
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);

    for (int round = 0; round < 3; round++) {
        char *memory = adopt_named(pool, 'a', 100);
        expect_keeps_errno(own_disown(pool, memory) == 0);
        expect(!own_contains(pool, memory) && usage_of(pool).blocks == 0);
        expect(usage_of(pool).reserved == before.reserved);
        expect_error(own_disown(pool, memory) == -1, EINVAL);
        expect_error(own_free(pool, memory) == -1, EINVAL);
        expect(own_adopt(pool, memory, 50, log_and_free) == 0);
        expect(own_block_size(pool, memory) == 50);
        expect(own_disown(pool, memory) == 0);
        free(memory);
    }
    own_decref(pool);
    expect_events("");
}
END_TEST

START_TEST(nothing_can_be_adopted_too)
{
    own_pool *pool = new_root();
    char *memory = (char *)malloc(1);

    *memory = 'n';
    expect(own_adopt(pool, memory, 0, log_and_free) == 0);
    expect(own_contains(pool, memory));
    expect_keeps_errno(own_block_size(pool, memory) == 0);
    expect(usage_of(pool).blocks == 1 && usage_of(pool).bytes == 0);
    char *block = (char *)own_realloc(pool, memory, 1, 40);
    expect_events("n");
    expect(block && block[0] == 0 && block[39] == 0 && own_block_size(pool, block) == 48);
    own_decref(pool);
}
END_TEST

static size_t unmapped;

static void unmap_page(void *memory)
{
    unmapped++;
    expect(munmap(memory, 4096) == 0);
}

START_TEST(any_free_function_will_do)
{
    own_pool *pool = new_root();
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    expect(page != MAP_FAILED && own_adopt(pool, page, 4096, unmap_page) == 0);
    own_decref(pool);
    expect(unmapped == 1);
}
END_TEST

/* Adopted memory is released in its turn among everything else that the pool took on. */
START_TEST(death_releases_in_reverse_order)
{
    own_pool *pool = new_root();
    static char c = 'c', g = 'g';

    probe_new(pool, 'a');
    adopt_named(pool, 'b', 1);
    expect(own_defer(pool, log_call, &c) == 0);
    adopt_named(pool, 'd', 1);
    own_pool *child = own_pool_new(pool);
    expect(child != NULL);
    adopt_named(child, 'e', 10);
    probe_new(child, 'f');
    expect(own_defer(pool, log_call, &g) == 0);
    char *gone = adopt_named(pool, 'h', 1);
    adopt_named(pool, 'i', 1);
    expect(own_free(pool, gone) == 0);
    expect_events("h");
    own_decref(pool);
    expect_events("igfedcba");
}
END_TEST

START_TEST(clear_releases_in_reverse_order_and_the_pool_goes_on)
{
    own_pool *pool = new_root();

    for (int round = 0; round < 3; round++) {
        for (char name = 'a'; name < 'z'; name++)
            adopt_named(pool, name, (size_t)name);
        own_pool_clear(pool);
        expect_events("yxwvutsrqponmlkjihgfedcba");
        expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
    }
    own_decref(pool);
    expect_events("");
}
END_TEST

START_TEST(realloc_copies_into_a_block_of_the_pool)
{
    const size_t sizes[] = {0, 1, 99, 101, 160, 5000, 300000, 3000000};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        own_pool *pool = new_root();
        char *memory = adopt_named(pool, 'm', 100);
        char *block;
        expect_keeps_errno((block = (char *)own_realloc(pool, memory, 1, sizes[i])) != NULL);
        expect_events("m");
        expect(block != memory && !own_contains(pool, memory) && (uintptr_t)block % 16 == 0);
        expect(own_block_size(pool, block) == (sizes[i] + 15 + !sizes[i]) / 16 * 16);
        for (size_t at = 0; at < own_block_size(pool, block); at += at < 200 ? 1 : 997)
            expect(block[at] == (at < 100 && at < sizes[i] ? 'm' : 0));
        expect(usage_of(pool).blocks == 1);
        own_decref(pool);
        expect_events("");
    }
}
END_TEST

START_TEST(realloc_to_the_same_size_changes_nothing)
{
    own_pool *pool = new_root();
    char *memory = adopt_named(pool, 'm', 100);
    volatile size_t most = SIZE_MAX;

    expect_keeps_errno(own_realloc(pool, memory, 1, 100) == memory);
    expect_error(own_realloc(pool, memory, most, 2) == NULL, EOVERFLOW);
    expect_error(own_realloc(pool, memory, most, 1) == NULL, ENOMEM);
    expect_events("");
    own_decref(pool);
    expect_events("m");
}
END_TEST

/* Strings of other libraries can be printed to. */
START_TEST(adopted_string_can_be_appended_to)
{
    own_pool *pool = new_root();
    char *string = strdup("one");

    expect(string && own_adopt(pool, string, 4, free) == 0);
    string = own_asprintf_append(pool, string, ", %s", "two");
    ck_assert_str_eq(string, "one, two");
    expect(usage_of(pool).blocks == 1);
    own_decref(pool);
}
END_TEST

START_TEST(limits_count_adopted_memory)
{
    own_pool *root = new_root(), *child = own_pool_new(root);
    char *memory = (char *)malloc(10);

    expect(child && own_pool_set_limit(root, total_of(root).reserved + 10000) == 0);
    own_usage before = usage_of(child);
    expect_error(own_adopt(child, memory, 10001, free) == -1, EDQUOT);
    expect_error(own_adopt(child, memory, 10000, free) == -1, EDQUOT); /* and its record */
    own_usage after = usage_of(child);
    expect(memcmp(&before, &after, sizeof before) == 0 && !own_contains(child, memory));
    expect(own_adopt(child, memory, 9000, free) == 0);
    expect(total_of(root).reserved >= 9000);
    expect_error(own_alloc(root, 1, 8000) == NULL, EDQUOT);
    expect_error(own_pool_set_name(child, "%2000s", "") == -1, EDQUOT);
    expect(own_disown(child, memory) == 0);
    expect(own_alloc(root, 1, 8000) != NULL);
    own_decref(root);
    free(memory);
}
END_TEST

START_TEST(moving_a_child_moves_what_it_adopted)
{
    own_pool *root = new_root();
    own_pool *from = own_pool_new(root), *to = own_pool_new(root), *child = own_pool_new(from);

    expect(from && to && child);
    adopt_named(child, 'a', 9000);
    expect(own_pool_set_limit(to, total_of(to).reserved + 9000) == 0);
    own_usage before = total_of(root), before_to = total_of(to);
    expect_error(own_move(from, to, child) == -1, EDQUOT);
    own_usage after = total_of(root), after_to = total_of(to);
    expect(memcmp(&before, &after, sizeof before) == 0);
    expect(memcmp(&before_to, &after_to, sizeof before_to) == 0 && own_pool_parent(child) == from);
    expect(own_pool_set_limit(to, total_of(to).reserved + 10000) == 0);
    expect(own_move(from, to, child) == 0);
    expect_error(own_alloc(to, 1, 2000) == NULL, EDQUOT);
    own_incref(child);
    expect(own_drop(to, child) == 0);
    expect(own_alloc(to, 1, 2000) != NULL && total_of(child).bytes == 9000);
    own_decref(child);
    expect_events("a");
    own_decref(root);
}
END_TEST

static void free_nothing(void *memory)
{
    (void)memory;
}

/* Sizes are believed, but what they add up to must be a number. */
START_TEST(sizes_that_add_up_to_too_much_are_refused)
{
    static char memory[4];
    own_pool *pool = new_root();
    size_t reserved = usage_of(pool).reserved;

    expect(own_adopt(pool, &memory[0], PTRDIFF_MAX, free_nothing) == 0);
    own_usage before = usage_of(pool);
    expect(before.bytes == PTRDIFF_MAX && before.reserved > reserved);
    for (size_t i = 1; i < 4; i++)
        expect_error(own_adopt(pool, &memory[i], PTRDIFF_MAX, free_nothing) == -1, EOVERFLOW);
    expect_error(own_adopt(pool, &memory[1], 1, free_nothing) == -1, EOVERFLOW);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    expect(own_adopt(pool, &memory[1], 0, free_nothing) == 0);
    expect(own_disown(pool, &memory[0]) == 0);
    expect(own_adopt(pool, &memory[2], PTRDIFF_MAX, free_nothing) == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adopt");
    TCase *blocks = add_case(suite, "blocks");
    TCase *order = add_case(suite, "order");
    TCase *limits = add_case(suite, "limits");

    tcase_add_test(blocks, adopted_memory_is_a_block);
    tcase_add_test(blocks, wrong_arguments_are_refused);
    tcase_add_loop_test(blocks, own_blocks_are_not_adopted, 0, 2);
    tcase_add_test(blocks, disowned_memory_is_the_callers_again);
    tcase_add_test(blocks, nothing_can_be_adopted_too);
    tcase_add_test(blocks, any_free_function_will_do);
    tcase_add_test(blocks, realloc_copies_into_a_block_of_the_pool);
    tcase_add_test(blocks, realloc_to_the_same_size_changes_nothing);
    tcase_add_test(blocks, adopted_string_can_be_appended_to);

    tcase_add_test(order, death_releases_in_reverse_order);
    tcase_add_test(order, clear_releases_in_reverse_order_and_the_pool_goes_on);

    tcase_add_test(limits, limits_count_adopted_memory);
    tcase_add_test(limits, sizes_that_add_up_to_too_much_are_refused);
    tcase_add_test(limits, moving_a_child_moves_what_it_adopted);
    return run_suite(suite);
}
