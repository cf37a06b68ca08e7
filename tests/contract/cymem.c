/*
 * cymem.c - what cymem's documentation promises of Pool, Address, WrapMalloc and WrapFree, in C:
 * README has the names of both side by side.
 */
#include "harness.h"

START_TEST(alloc_is_zeroed_also_where_memory_is_used_again)
{
    own_pool *mem = new_root();
    int *data1 = (int *)own_alloc(mem, 10, sizeof(int));
    float *data2 = (float *)own_alloc(mem, 12, sizeof(float));

    expect(data1 && data2);
    for (int i = 0; i < 10; i++)
        expect(data1[i] == 0);
    memset(data1, 0xff, 10 * sizeof(int));
    expect(own_free(mem, data1) == 0);
    unsigned char *again = (unsigned char *)own_alloc(mem, 10, sizeof(int));
    expect(again != NULL);
    for (size_t i = 0; i < 10 * sizeof(int); i++)
        expect(again[i] == 0);
    own_decref(mem);
}
END_TEST

/* KeyError there. */
START_TEST(free_refuses_what_is_not_of_the_pool)
{
    own_pool *mem = new_root(), *other = new_root();
    char *block = (char *)own_alloc(mem, 10, 1), *foreign = (char *)own_alloc(other, 10, 1);
    void *of_malloc = malloc(10);

    expect_error(own_free(mem, foreign) == -1, EINVAL);
    expect_error(own_free(mem, of_malloc) == -1, EINVAL);
    expect_error(own_free(mem, block + 1) == -1, EINVAL);
    expect(own_free(mem, block) == 0);
    expect_error(own_free(mem, block) == -1, EINVAL);
    expect(own_contains(other, foreign));
    free(of_malloc);
    own_decref(mem);
    own_decref(other);
}
END_TEST

START_TEST(realloc_keeps_the_contents_and_zeroes_the_rest)
{
    own_pool *mem = new_root();
    unsigned char *block = (unsigned char *)own_alloc(mem, 100, 1);

    expect(block != NULL);
    memset(block, 7, 100);
    block = (unsigned char *)own_realloc(mem, block, 1000, 1);
    expect(block != NULL);
    for (size_t i = 0; i < 1000; i++)
        expect(block[i] == (i < 100 ? 7 : 0));
    block = (unsigned char *)own_realloc(mem, block, 50, 1);
    expect(block && block[0] == 7 && block[49] == 7);
    expect(usage_of(mem).blocks == 1);
    own_decref(mem);
}
END_TEST

/* KeyError there, and MemoryError where there is no memory: the block stands. */
START_TEST(realloc_that_fails_leaves_the_block)
{
    own_pool *mem = new_root(), *other = new_root();
    char *block = own_strdup(mem, "block"), *foreign = own_strdup(other, "foreign");

    expect_error(!own_realloc(mem, foreign, 100, 1), EINVAL);
    expect_error(!own_realloc(mem, block, SIZE_MAX / 2, 1), ENOMEM);
    expect_error(!own_realloc(mem, block, SIZE_MAX / 2, 4), EOVERFLOW);
    expect(own_contains(mem, block) && strcmp(block, "block") == 0);
    expect(own_contains(other, foreign) && strcmp(foreign, "foreign") == 0);
    own_decref(mem);
    own_decref(other);
}
END_TEST

START_TEST(own_pyref_keeps_an_object_alive_as_long_as_the_pool)
{
    own_pool *mem = new_root();
    struct probe *object = probe_new(NULL, 'o');

    expect(own_hold(mem, object) == 0);
    own_decref(object);
    expect_events("");
    expect(own_refcount(object) == 1);
    own_decref(mem);
    expect_events("o");
}
END_TEST

START_TEST(size_is_the_bytes_that_are_in_use)
{
    own_pool *mem = new_root();
    void *small = own_alloc(mem, 4, 16), *large = own_alloc(mem, 1000, 160);

    expect(small && large);
    expect(usage_of(mem).bytes == 4 * 16 + 1000 * 160);
    large = own_realloc(mem, large, 2000, 160);
    expect(large && usage_of(mem).bytes == 4 * 16 + 2000 * 160);
    expect(own_free(mem, small) == 0 && usage_of(mem).bytes == 2000 * 160);
    own_decref(mem);
}
END_TEST

START_TEST(addresses_are_those_of_live_blocks)
{
    enum { count = 50 };
    own_pool *mem = new_root();
    char *blocks[count];

    for (size_t i = 0; i < count; i++)
        expect((blocks[i] = (char *)own_alloc(mem, i + 1, 24)) != NULL);
    for (size_t i = 0; i < count; i += 2)
        expect(own_free(mem, blocks[i]) == 0);
    for (size_t i = 0; i < count; i++) {
        expect(own_contains(mem, blocks[i]) == (i % 2 == 1));
        expect(!own_contains(mem, blocks[i] + 8));
    }
    expect(usage_of(mem).blocks == count / 2);
    own_decref(mem);
}
END_TEST

/* A library's private functions. What they return is no block of malloc's. */
static size_t taken, given_back;
static void *last_taken;

static void *private_malloc(size_t size)
{
    char *memory = (char *)malloc(size + 32);

    if (!memory)
        return NULL;
    taken++;
    memset(memory, 0xee, size + 32);
    return last_taken = memory + 32;
}

static void private_free(void *memory)
{
    given_back++;
    free((char *)memory - 32);
}

START_TEST(wrapped_functions_give_and_take_every_block)
{
    own_pool *mem =
        own_pool_create(NULL, &(own_pool_options){
                                  .allocator = OWN_ALLOCATOR(private_malloc, private_free),
                              });
    expect(mem != NULL);
    char *one = (char *)own_alloc(mem, 100, 3);
    expect(one && one == last_taken && taken == 1);
    for (size_t i = 0; i < 300; i++)
        expect(one[i] == 0);
    char *two = (char *)own_alloc(mem, 5, 1);
    expect(two && two == last_taken && taken == 2);
    two = (char *)own_realloc(mem, two, 5000, 1);
    expect(two && two == last_taken && taken == 3 && given_back == 1 && two[4999] == 0);
    expect(own_free(mem, one) == 0 && given_back == 2);
    own_decref(mem);
    expect(given_back == taken);
}
END_TEST

START_TEST(address_is_zeroed_memory_with_references)
{
    own_pool *mem = new_root();
    own_buffer *address = own_buffer_new(NULL, 10, sizeof(long));
    long *ptr = (long *)own_buffer_data(address);

    expect(ptr != NULL && own_buffer_size(address) == 10 * sizeof(long));
    for (int i = 0; i < 10; i++)
        expect(ptr[i] == 0);
    expect(own_hold(mem, address) == 0);
    own_decref(address);
    ptr[9] = 7;
    expect(own_refcount(address) == 1 && own_buffer_data(address) == ptr && ptr[9] == 7);
    own_decref(mem);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cymem");
    TCase *pools = add_case(suite, "pools");

    tcase_add_test(pools, alloc_is_zeroed_also_where_memory_is_used_again);
    tcase_add_test(pools, free_refuses_what_is_not_of_the_pool);
    tcase_add_test(pools, realloc_keeps_the_contents_and_zeroes_the_rest);
    tcase_add_test(pools, realloc_that_fails_leaves_the_block);
    tcase_add_test(pools, own_pyref_keeps_an_object_alive_as_long_as_the_pool);
    tcase_add_test(pools, size_is_the_bytes_that_are_in_use);
    tcase_add_test(pools, addresses_are_those_of_live_blocks);
    tcase_add_test(pools, wrapped_functions_give_and_take_every_block);
    tcase_add_test(pools, address_is_zeroed_memory_with_references);
    return run_suite(suite);
}
