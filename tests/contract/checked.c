/*
 * checked.c - OWN_CHECK: what guards, fill and quarantine find, and say. Check must fork: the
 * environment is read once in a process.
 */
#include "checked.h"

/* Where a compiler would see that this is wrong. */
static __attribute__((noinline)) void spoil(volatile char *block, ptrdiff_t at)
{
    block[at]++;
}

START_TEST(byte_past_the_end_is_found_by_free)
{
    size_t size = sizes[_i];
    volatile char *block = block_of(larder, size);
    block[size]++;
    expect(own_free(larder, plain(block)) == 0);
    expect_misuse("past the end", "'larder'");
    block = block_of(larder, size);
    block[size + 15]++;
    expect(own_free(larder, plain(block)) == 0);
    expect_misuse("past the end", "'larder'");
}
END_TEST

START_TEST(byte_in_front_is_found_by_free)
{
    volatile char *block = block_of(larder, sizes[_i]);
    block[-1]++;
    expect(own_free(larder, plain(block)) == 0);
    expect_misuse("in front of", "'larder'");
    block = block_of(larder, sizes[_i]);
    block[-32]++;
    expect(own_free(larder, plain(block)) == 0);
    expect_misuse("in front of", "'larder'");
}
END_TEST

START_TEST(guards_are_found_around_aligned_blocks)
{
    size_t alignment = (size_t)1 << _i;
    volatile char *block = own_alloc_aligned(larder, alignment, 1, 77);
    expect(block && (uintptr_t)block % alignment == 0);
    expect(own_block_size(larder, plain(block)) == 77 && block[76] == 0);
    spoil(block, 77);
    expect(own_pool_check(larder) == 1);
    expect_misuse("past the end", "(77 bytes)");
    spoil(block, -1);
    expect(own_pool_check(larder) == 1);
    expect_misuse("in front of", "(77 bytes)");
    expect(own_free(larder, plain(block)) == 0);
}
END_TEST

START_TEST(damage_is_found_by_whatever_ends_a_block)
{
    own_pool *pool = named(larder, "inner");
    volatile char *block = block_of(pool, SIZE);
    block[SIZE] = 1;
    block = own_realloc(pool, plain(block), 1, 2 * SIZE);
    expect_misuse("past the end", "'inner'");
    block[2 * SIZE] = 1;
    block = own_block_move(pool, larder, plain(block));
    expect(block != NULL);
    expect_misuse("past the end", "'inner'");
    expect(own_free(larder, plain(block)) == 0 && misuses == 0);
    block = block_of(pool, SIZE);
    block[SIZE] = 1;
    own_pool_clear(pool);
    expect_misuse("past the end", "'inner'");
    block = block_of(pool, SIZE);
    block[-1] = 1;
    expect(own_drop(larder, pool) == 0);
    expect_misuse("in front of", "'inner'");
}
END_TEST

START_TEST(check_tells_each_damage_once)
{
    own_pool *other = named(larder, "other");
    volatile char *blocks[3];
    for (int i = 0; i < 3; i++) {
        blocks[i] = block_of(i < 2 ? larder : other, SIZE);
        blocks[i][SIZE] = 1;
    }
    expect(own_pool_check(larder) == 2 && misuses == 2);
    expect(own_pool_check(larder) == 0 && misuses == 2);
    expect_keeps_errno(own_pool_check(NULL) == 1);
    expect(misuses == 3);
    misuses = 0;
}
END_TEST

START_TEST(write_after_free_is_found)
{
    volatile char *block = block_of(larder, SIZE);
    expect(own_free(larder, plain(block)) == 0);
    block[40] = 1;
    expect(own_pool_check(larder) == 1);
    expect_misuse("after it was freed", "at byte 40");
    block[41] = 1;
    /* It leaves quarantine before these do. */
    for (int i = 0; i < 300; i++)
        expect(own_free(larder, own_alloc(larder, 1, 8000)) == 0);
    expect_misuse("after it was freed", "at byte 41");
}
END_TEST

START_TEST(write_through_an_old_pointer_is_found)
{
    volatile char *old = block_of(larder, SIZE);
    char *block = own_realloc(larder, plain(old), 1, SIZE - 1);
    expect(block && block != old);
    old[0] = 1;
    expect(own_pool_check(NULL) == 1);
    expect_misuse("after it was freed", "'larder'");
}
END_TEST

START_TEST(write_to_a_block_of_a_dead_pool_is_found)
{
    volatile char *block = block_of(larder, SIZE);
    own_decref(larder);
    larder = NULL;
    block[40] = 1;
    expect(own_pool_check(NULL) == 1);
    expect_misuse("after it was freed", "'larder'");
}
END_TEST

START_TEST(dead_pool_is_known_by_its_name)
{
    own_pool *dead = larder;
    larder = NULL;
    own_decref(dead);
    /* Its memory is not used again at once. */
    for (int i = 0; i < 100; i++)
        own_decref(named(NULL, "next"));
    expect_error(own_alloc(dead, 1, 1) == NULL, EINVAL);
    expect_misuse("own_alloc", "'larder'");
    ((volatile char *)dead)[100]++;
    expect(own_pool_check(NULL) == 1);
    expect_misuse("after its death", "'larder'");
}
END_TEST

START_TEST(name_may_lie_in_a_block_of_the_pool)
{
    char *name = own_alloc(larder, 2, (size_t)1 << 20); /* too large to wait: it is unmapped */
    strcpy(name, "pantry");
    own_pool_set_name_borrowed(larder, name);
    volatile char *block = block_of(larder, SIZE);
    block[SIZE] = 1;
    own_decref(larder);
    larder = NULL;
    expect_misuse("past the end", "'pantry'");
}
END_TEST

START_TEST(wrong_frees_are_told_and_refused)
{
    own_pool *other = named(larder, "other");
    volatile char *block = block_of(larder, SIZE);
    expect_error(own_free(larder, plain(block + 16)) == -1, EINVAL);
    expect_misuse("own_free", "at byte 16");
    expect_error(own_free(other, plain(block)) == -1, EINVAL);
    expect_misuse("own_free", "not of pool 'other'");
    expect(own_free(larder, plain(block)) == 0);
    expect_error(own_free(larder, plain(block)) == -1, EINVAL);
    expect_misuse("own_free", "was freed before");
    expect_error(own_realloc(larder, plain(block), 1, 1) == NULL, EINVAL);
    expect_misuse("own_realloc", "was freed before");
    /* Of these nothing is known. */
    expect_error(own_free(larder, larder) == -1, EINVAL);
    expect_error(own_free(larder, (void *)(uintptr_t)4096) == -1, EINVAL);
    /* Nor is it wrong to ask. */
    expect(!own_contains(larder, plain(block)) && own_pool_of(plain(block)) == NULL);
}
END_TEST

START_TEST(raw_memory_is_filled)
{
    unsigned char *block = own_alloc_raw(larder, 1, SIZE);
    expect(block && block[0] == 0xcd && block[SIZE - 1] == 0xcd);
    block = own_realloc_raw(larder, block, 1, 2 * SIZE);
    expect(block && block[0] == 0xcd && block[2 * SIZE - 1] == 0xcd);
    block = own_realloc(larder, block, 1, 3 * SIZE);
    expect(block && block[2 * SIZE - 1] == 0xcd && block[2 * SIZE] == 0 &&
           block[3 * SIZE - 1] == 0);
    const volatile unsigned char *freed = block;
    expect(own_free(larder, block) == 0);
    expect(freed[0] == 0xdd && freed[3 * SIZE - 1] == 0xdd);
}
END_TEST

START_TEST(writes_around_objects_are_found)
{
    struct thing *thing = own_new(NULL, &thing_type);
    ((volatile char *)thing)[sizeof(*thing)] = 1;
    own_decref(thing);
    expect_misuse("past the end of thing", "bytes)");
    thing = own_new(larder, &thing_type);
    ((volatile char *)thing)[-1] = 1;
    own_pool_clear(larder);
    expect_misuse("in front of thing", "bytes)");
    thing = own_new_sized(NULL, &thing_type, 1000);
    ((volatile char *)thing)[1000] = 1;
    own_decref(thing);
    expect_misuse("past the end of thing", "(1000 bytes)");
    ((volatile char *)thing)[500] = 1;
    expect(own_pool_check(NULL) == 1);
    expect_misuse("after its death", "thing");
}
END_TEST

START_TEST(check_looks_at_live_objects)
{
    struct thing *things[3];
    for (int i = 0; i < 3; i++)
        things[i] = own_new(i ? larder : NULL, &thing_type);
    ((volatile char *)things[0])[sizeof(struct thing)] = 1;
    expect(own_pool_check(larder) == 0 && own_pool_check(NULL) == 1);
    expect_misuse("past the end of thing", "bytes)");
    ((volatile char *)things[2])[-1] = 1;
    expect(own_pool_check(NULL) == 1);
    expect_misuse("in front of thing", "bytes)");
    own_decref(things[0]);
    own_pool_clear(larder);
    expect(own_pool_check(NULL) == 0 && misuses == 0);
}
END_TEST

static void *free_and_fill(void *arg)
{
    void **blocks = arg;
    for (int i = 0; i < 100; i++) {
        expect(own_free(larder, blocks[i]) == 0);
        char *block = own_alloc(larder, 1, SIZE);
        expect(block && block[0] == 0 && own_free(larder, block) == 0);
    }
    return NULL;
}

START_TEST(shared_pools_are_checked)
{
    void *blocks[100];
    expect(own_share(larder) == 0);
    for (int i = 0; i < 100; i++)
        blocks[i] = plain(block_of(larder, SIZE));
    ((volatile char *)blocks[50])[SIZE] = 1;
    in_thread(free_and_fill, blocks);
    expect_misuse("past the end", "'larder'");
    expect(usage_of(larder).blocks == 0);
}
END_TEST

int main(void)
{
    setenv("OWN_CHECK", "guard,fill,quarantine", 1);
    Suite *suite = suite_create("checked");
    TCase *found = add_case(suite, "found");

    tcase_add_checked_fixture(found, begin, end);
    tcase_add_loop_test(found, byte_past_the_end_is_found_by_free, 0, SIZES);
    tcase_add_loop_test(found, byte_in_front_is_found_by_free, 0, SIZES);
    tcase_add_loop_test(found, guards_are_found_around_aligned_blocks, 0, 17);
    tcase_add_test(found, damage_is_found_by_whatever_ends_a_block);
    tcase_add_test(found, check_tells_each_damage_once);
    tcase_add_test(found, write_after_free_is_found);
    tcase_add_test(found, write_through_an_old_pointer_is_found);
    tcase_add_test(found, write_to_a_block_of_a_dead_pool_is_found);
    tcase_add_test(found, dead_pool_is_known_by_its_name);
    tcase_add_test(found, name_may_lie_in_a_block_of_the_pool);
    tcase_add_test(found, wrong_frees_are_told_and_refused);
    tcase_add_test(found, raw_memory_is_filled);
    tcase_add_test(found, writes_around_objects_are_found);
    tcase_add_test(found, check_looks_at_live_objects);
    tcase_add_test(found, shared_pools_are_checked);
    return run_suite(suite);
}
