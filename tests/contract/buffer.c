/*
 * buffer.c - buffers: zeroed memory, adopted memory, changing sizes, owners and their limits.
 */
#include "harness.h"

static char *freed;       /* what the last free function got */
static int frees;         /* how often one was called */
static own_buffer *stash; /* what a free function took a reference to */

static void record_free(void *memory)
{
    freed = (char *)memory;
    frees++;
    errno = EDOM;
}

/* The sizes around every place that memory may lie in. */
static const size_t sizes[] = {0,    1,     15,    16,    17,      447,     448,    449,
                               4096, 65535, 65536, 65537, 1 << 20, 1048577, 3 << 20};
enum { size_count = sizeof sizes / sizeof sizes[0] };

static bool is_filled(const char *data, size_t size, char with)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != with)
            return false;
    return true;
}

START_TEST(new_buffer_is_zeroed_also_where_memory_is_reused)
{
    for (int i = 0; i < size_count; i++) {
        for (int round = 0; round < 2; round++) {
            errno = ERANGE;
            own_buffer *buffer = own_buffer_new(NULL, sizes[i], 1);
            expect(buffer && errno == ERANGE);
            char *data = (char *)own_buffer_data(buffer);
            expect(data && (uintptr_t)data % 16 == 0);
            expect(own_buffer_size(buffer) == sizes[i]);
            expect(is_filled(data, sizes[i], 0));
            memset(data, 'x', sizes[i]);
            own_decref(buffer);
        }
    }
}
END_TEST

START_TEST(buffer_is_an_object_of_its_type)
{
    own_buffer *buffer = own_buffer_new(NULL, 3, 5);

    expect(own_typeof(buffer) == own_buffer_type());
    expect(own_cast(buffer, own_buffer_type()) == buffer);
    expect(own_refcount(buffer) == 1 && own_buffer_size(buffer) == 15);
    own_decref(buffer);
    expect(own_buffer_data(NULL) == NULL && own_buffer_size(NULL) == 0);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    own_pool *pool = new_root();
    char memory[8];

    expect_error(!own_buffer_new(NULL, SIZE_MAX, 2), EOVERFLOW);
    expect_error(!own_buffer_new(pool, SIZE_MAX, 2), EOVERFLOW);
    expect_error(!own_buffer_new(pool, SIZE_MAX, 1), ENOMEM);
    expect_error(!own_buffer_new(pool, (size_t)PTRDIFF_MAX - 4096, 1), ENOMEM);
    expect_error(!own_buffer_adopt(pool, memory, 8, NULL), EINVAL);
    expect_error(!own_buffer_adopt(pool, NULL, 8, record_free), EINVAL);
    expect_error(!own_buffer_adopt(pool, memory, SIZE_MAX, record_free), EINVAL);
    expect_error(own_buffer_resize(NULL, 1, 1) == -1, EINVAL);
    own_buffer *buffer = own_buffer_new(pool, 8, 1);
    expect_error(own_buffer_resize(buffer, SIZE_MAX, 2) == -1, EOVERFLOW);
    expect_error(own_buffer_resize(buffer, SIZE_MAX, 1) == -1, ENOMEM);
    expect(own_buffer_size(buffer) == 8 && frees == 0);
    expect(usage_of(pool).held == 1);
    own_decref(pool);
}
END_TEST

START_TEST(adopted_memory_is_freed_once_when_its_buffer_dies)
{
    char memory[64];
    own_buffer *buffer = own_buffer_adopt(NULL, memory, sizeof memory, record_free);

    expect(own_buffer_data(buffer) == memory && own_buffer_size(buffer) == 64);
    own_incref(buffer);
    own_decref(buffer);
    expect(frees == 0);
    errno = ERANGE;
    own_decref(buffer);
    expect(errno == ERANGE && frees == 1 && freed == memory);

    buffer = own_buffer_adopt(NULL, NULL, 0, record_free);
    expect(buffer && !own_buffer_data(buffer));
    own_decref(buffer);
    expect(frees == 1);
}
END_TEST

START_TEST(same_size_keeps_adopted_memory_another_copies_and_frees_it)
{
    char *memory = (char *)malloc(64);
    own_buffer *buffer = own_buffer_adopt(NULL, memory, 64, free);

    memset(memory, 'm', 64);
    expect(own_buffer_resize(buffer, 8, 8) == 0 && own_buffer_data(buffer) == memory);
    expect_keeps_errno(own_buffer_resize(buffer, 100, 1) == 0);
    char *data = (char *)own_buffer_data(buffer);
    expect(data != memory && is_filled(data, 64, 'm') && is_filled(data + 64, 36, 0));
    expect(own_buffer_resize(buffer, 1, 1000) == 0);
    own_decref(buffer);

    static char other[16];
    buffer = own_buffer_adopt(NULL, other, sizeof other, record_free);
    expect_keeps_errno(own_buffer_resize(buffer, 0, 1) == 0);
    expect(frees == 1 && freed == other && own_buffer_size(buffer) == 0);
    own_decref(buffer);
    expect(frees == 1);
}
END_TEST

static void keep_alive(void *memory)
{
    record_free(memory);
    own_incref(stash);
}

START_TEST(free_function_that_takes_a_reference_finds_an_empty_buffer)
{
    char memory[16];

    stash = own_buffer_adopt(NULL, memory, sizeof memory, keep_alive);
    own_decref(stash);
    expect(frees == 1 && own_refcount(stash) == 1 && own_buffer_size(stash) == 0);
    expect(own_buffer_resize(stash, 10, 10) == 0);
    expect(is_filled((char *)own_buffer_data(stash), 100, 0));
    own_decref(stash);
    expect(frees == 1);
}
END_TEST

START_TEST(owner_holds_the_reference_and_a_survivor_outlives_it)
{
    own_pool *pool = new_root();
    char memory[16];
    own_buffer *mine = own_buffer_new(pool, 1000, 1);
    own_buffer *adopted = own_buffer_adopt(pool, memory, sizeof memory, record_free);

    expect(own_refcount(mine) == 1 && usage_of(pool).held == 2 && adopted);
    own_incref(mine);
    own_decref(pool);
    expect(frees == 1 && own_refcount(mine) == 1);
    memset(own_buffer_data(mine), 'x', 1000);
    own_decref(mine);
}
END_TEST

START_TEST(random_sizes_keep_contents_and_zero_growth)
{
    static char model[4 << 20];
    struct random random;
    size_t size = 0;
    own_buffer *buffer = own_buffer_new(NULL, 0, 1);

    random_seed(&random, 7);
    for (size_t step = 0; step < scaled(3000); step++) {
        size_t next = sizes[random_below(&random, size_count)];
        if (random_below(&random, 2))
            next = (size_t)1 << random_below(&random, 22);
        next += random_below(&random, 40);
        expect_keeps_errno(own_buffer_resize(buffer, next, 1) == 0);
        char *data = (char *)own_buffer_data(buffer);
        expect(own_buffer_size(buffer) == next);
        if (next > size)
            memset(model + size, 0, next - size);
        expect(memcmp(data, model, next) == 0);
        for (int i = 0; next && i < 100; i++) {
            size_t at = random_below(&random, next);
            data[at] = model[at] = (char)random_next(&random);
        }
        memset(data + next - next / 8, (int)step, next / 8);
        memset(model + next - next / 8, (int)step, next / 8);
        size = next;
    }
    own_decref(buffer);
}
END_TEST

START_TEST(limits_of_the_owner_count_a_buffer_as_long_as_it_lives)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.limit = 1 << 20});
    own_pool *child = own_pool_new(root);
    own_buffer *buffer = own_buffer_new(child, 600, 1024);
    static char memory[600 * 1024];

    expect(buffer != NULL);
    expect_error(!own_buffer_new(child, 600, 1024), EDQUOT);
    expect_error(!own_buffer_adopt(child, memory, sizeof memory, record_free), EDQUOT);
    expect_error(own_buffer_resize(buffer, 2, 1 << 20) == -1, EDQUOT);
    expect(own_buffer_size(buffer) == 600 * 1024 && frees == 0);
    expect(own_buffer_resize(buffer, 1, 100) == 0);
    expect(own_buffer_adopt(child, memory, sizeof memory, record_free) != NULL);
    expect_error(own_buffer_resize(buffer, 600, 1024) == -1, EDQUOT);
    own_pool_clear(child);
    expect(frees == 1);

    /* Somebody else's by now, and still counted. */
    buffer = own_buffer_new(child, 600, 1024);
    own_incref(buffer);
    own_decref(root);
    own_decref(buffer);

    root = own_pool_create(NULL, &(own_pool_options){.limit = 1 << 20});
    buffer = own_buffer_new(own_pool_new(root), 600, 1024);
    own_incref(buffer);
    own_pool_clear(root);
    expect_error(!own_alloc(root, 600, 1024), EDQUOT);
    own_decref(buffer);
    expect(own_alloc(root, 600, 1024) != NULL);
    own_decref(root);
}
END_TEST

START_TEST(moving_a_pool_with_a_limit_moves_what_its_buffers_take)
{
    own_pool *from = own_pool_create(NULL, &(own_pool_options){.limit = 1 << 20});
    own_pool *to = own_pool_create(NULL, &(own_pool_options){.limit = 1 << 20});
    own_pool *child = own_pool_create(from, &(own_pool_options){.limit = 1 << 19});

    expect(own_buffer_new(child, 300, 1024) != NULL);
    expect(own_move(from, to, child) == 0);
    expect(own_alloc(from, 900, 1024) != NULL);
    expect_error(!own_alloc(to, 900, 1024), EDQUOT);
    own_pool_clear(child);
    expect(own_alloc(to, 900, 1024) != NULL);
    own_decref(from);
    own_decref(to);
}
END_TEST

static void reset(void)
{
    frees = 0;
    freed = NULL;
}

int main(void)
{
    Suite *suite = suite_create("buffer");
    TCase *test_case = add_case(suite, "buffer");

    tcase_add_checked_fixture(test_case, reset, NULL);
    tcase_add_test(test_case, new_buffer_is_zeroed_also_where_memory_is_reused);
    tcase_add_test(test_case, buffer_is_an_object_of_its_type);
    tcase_add_test(test_case, wrong_arguments_are_refused);
    tcase_add_test(test_case, adopted_memory_is_freed_once_when_its_buffer_dies);
    tcase_add_test(test_case, same_size_keeps_adopted_memory_another_copies_and_frees_it);
    tcase_add_test(test_case, free_function_that_takes_a_reference_finds_an_empty_buffer);
    tcase_add_test(test_case, owner_holds_the_reference_and_a_survivor_outlives_it);
    tcase_add_test(test_case, random_sizes_keep_contents_and_zero_growth);
    tcase_add_test(test_case, limits_of_the_owner_count_a_buffer_as_long_as_it_lives);
    tcase_add_test(test_case, moving_a_pool_with_a_limit_moves_what_its_buffers_take);
    return run_suite(suite);
}
