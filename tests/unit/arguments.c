/*
 * arguments.c - arguments that no call can serve: NULL where there must be something, sizes and
 * alignments that cannot be had. And the functions that stand behind macros of the same name.
 */
#include "harness.h"
#include "pool/pool.h"

/* Not constants, which the compiler would refuse itself. */
static volatile size_t most = SIZE_MAX;
static volatile size_t half = PTRDIFF_MAX;
static volatile size_t top = SIZE_MAX / 2 + 1; /* of alignments */

START_TEST(calls_on_no_pool_are_refused)
{
    own_usage usage;

    expect_error(own_pool_set_limit(NULL, 1000) == -1, EINVAL);
    expect_error(own_pool_set_name(NULL, "%s", "name") == -1, EINVAL);
    expect_error(own_pool_walk(NULL, NULL, NULL) == -1, EINVAL);
    expect_error(own_pool_blocks(NULL, NULL, NULL) == -1, EINVAL);
    expect_error(own_pool_children(NULL, NULL, NULL) == -1, EINVAL);
    expect_error(own_pool_deferred(NULL, NULL, NULL) == -1, EINVAL);
    expect_error(own_holders(NULL, NULL, NULL, NULL) == -1, EINVAL);
    expect_keeps_errno(own_pool_of(NULL) == NULL);
    expect_keeps_errno((own_pool_clear(NULL), true));
    expect(strcmp(own_pool_name(NULL), "") == 0);
    expect_keeps_errno((own_pool_usage(NULL, &usage), usage.pools == 0));
    expect_keeps_errno((own_pool_total(NULL, &usage), usage.pools == 0));
}
END_TEST

START_TEST(missing_arguments_are_refused)
{
    own_pool *pool = new_root();

    expect_error(own_pool_walk(pool, NULL, NULL) == -1, EINVAL);
    expect_error(own_defer(pool, NULL, NULL) == -1, EINVAL);
    expect_error(own_undefer(pool, NULL, NULL) == -1, EINVAL);
    expect_keeps_errno((own_pool_usage(pool, NULL), true));
    expect_keeps_errno((own_pool_total(pool, NULL), true));
    own_decref(pool);
}
END_TEST

START_TEST(impossible_sizes_change_nothing)
{
    own_pool *pool = new_root();
    char *small = own_strdup(pool, "small");
    char *large = (char *)own_alloc(pool, 1, CHUNK_MAX / 2);
    char *mapped = (char *)own_alloc(pool, 3, CHUNK_MAX);

    expect(small && large && mapped);
    own_usage before = usage_of(pool);
    char *const blocks[] = {small, large, mapped};
    for (int i = 0; i < 3; i++) {
        expect_error(!own_realloc(pool, blocks[i], 1, most), ENOMEM);
        expect_error(!own_realloc(pool, blocks[i], 1, half), ENOMEM);
        expect_error(!own_realloc(pool, blocks[i], 1, half - CHUNK_UNIT), ENOMEM);
        expect_error(!own_realloc(pool, blocks[i], 2, most), EOVERFLOW);
        expect_error(!own_realloc_raw(pool, blocks[i], 1, most), ENOMEM);
        expect_error(!own_realloc_raw(pool, blocks[i], 2, most), EOVERFLOW);
    }
    expect_error(!own_alloc(pool, 1, half), ENOMEM);
    expect_error(!own_alloc(pool, 1, most), ENOMEM);
    expect_error(!own_alloc_raw(pool, 1, most), ENOMEM);
    expect_error(!own_alloc_raw(pool, most, 2), EOVERFLOW);
    expect_error(!own_alloc_aligned(pool, 64, most, 2), EOVERFLOW);
    expect_error(!own_alloc_aligned(pool, 64, 1, most), ENOMEM);
    expect_error(!own_alloc_aligned(pool, top, 1, top), ENOMEM);
    expect_error(!own_alloc_aligned(pool, top, 1, top - 40), ENOMEM);
    expect_error(!own_alloc_aligned(pool, top, 1, 1), ENOMEM);
    expect_error(!own_alloc_aligned(pool, 48, 1, 1), EINVAL);
    expect_error(!own_alloc_aligned(pool, 0, 1, 1), EINVAL);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

START_TEST(sizes_that_do_not_fit_are_refused_by_every_call)
{
    static volatile size_t over = SIZE_MAX / 2 + 1, largest = PTRDIFF_MAX; /* over * 2 is 0 */
    const size_t shape[] = {over, 2}, small[] = {2, 2};
    own_pool *pool = new_root();
    char *block = own_alloc(pool, 1, 100), byte;
    own_buffer *buffer = own_buffer_new(pool, 1, 100);
    own_array *array = own_array_new(pool, "B", OWN_C_ORDER, 2, small);
    own_usage before = usage_of(pool);

    expect_error(!own_alloc(pool, over, 2), EOVERFLOW);
    expect_error(!own_alloc_raw(pool, over, 2), EOVERFLOW);
    expect_error(!own_alloc_slow(pool, over, 2), EOVERFLOW);
    expect_error(!own_alloc_raw_slow(pool, over, 2), EOVERFLOW);
    expect_error(!own_alloc_aligned(pool, 64, over, 2), EOVERFLOW);
    expect_error(!own_realloc(pool, block, over, 2), EOVERFLOW);
    expect_error(!own_realloc_raw(pool, block, over, 2), EOVERFLOW);
    expect_error(!own_buffer_new(pool, over, 2), EOVERFLOW);
    expect_error(!own_buffer_new_raw(pool, over, 2), EOVERFLOW);
    expect_error(own_buffer_resize(buffer, over, 2) == -1, EOVERFLOW);
    expect_error(!own_array_new(pool, "B", OWN_C_ORDER, 2, shape), EOVERFLOW);
    expect_error(!own_array_new_raw(pool, "B", OWN_F_ORDER, 2, shape), EOVERFLOW);
    expect_error(!own_array_adopt(pool, "B", OWN_C_ORDER, 2, shape, &byte, free), EOVERFLOW);
    expect_error(!own_array_wrap(pool, "B", OWN_C_ORDER, 2, shape, &byte, NULL), EOVERFLOW);
    expect_error(own_array_resize(array, shape) == -1, EOVERFLOW);
    expect_error(!own_memdup(pool, block, largest), ENOMEM);
    expect_error(!own_new_sized(pool, &probe_type, largest), ENOMEM);
    expect_error(own_adopt(pool, &byte, largest + 1, free) == -1, EINVAL);
    expect_error(!own_buffer_adopt(pool, &byte, largest + 1, free), EINVAL);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(impossible_reserves_are_refused)
{
    own_pool *parent = new_root();
    size_t live = chunk_live_bytes();
    const size_t reserves[] = {SIZE_MAX, SIZE_MAX - 4096, PTRDIFF_MAX, IMPOSSIBLE};

    for (int i = 0; i < 4; i++) {
        own_pool_options options = {.reserve = reserves[i]};
        for (int child = 0; child < 2; child++) {
            errno = 0;
            expect(!own_pool_create(child ? parent : NULL, &options));
            expect(errno == EOVERFLOW || errno == ENOMEM);
        }
    }
    expect(chunk_live_bytes() == live && usage_of(parent).children == 0);
    own_decref(parent);
}
END_TEST

START_TEST(functions_behind_macros_make_pools)
{
    own_pool *parent = (own_pool_new)(NULL);
    own_pool *child = (own_pool_create)(parent, NULL);

    expect(parent && child && own_pool_parent(child) == parent);
    expect(own_pool_name(parent)[0] != '\0' && own_pool_name(child)[0] != '\0');
    own_decref(parent);
}
END_TEST

/* Callers that cannot inline them, from another language for example, call them. */
START_TEST(inline_functions_are_functions_too)
{
    void *(*volatile incref)(void *) = own_incref;
    void (*volatile decref)(void *) = own_decref;
    void (*volatile decref_scoped)(void *) = own_decref_scoped;
    own_pool *pool = new_root();

    expect(incref(NULL) == NULL && incref(pool) == pool && own_refcount(pool) == 2);
    decref(NULL);
    decref(pool);
    expect(own_refcount(pool) == 1);
    decref_scoped(&pool);
    own_object immortal = {.count = 0, .state = STATE_OBJECT, .type = own_pool_type()};
    expect(incref(&immortal) == &immortal);
    decref(&immortal);
    expect(immortal.count == 0);
    expect((pool = new_root()) && own_share(pool) == 0);
    expect(incref(pool) == pool && incref(pool) == pool && own_refcount(pool) == 3);
    decref(pool);
    decref(pool);
    expect(own_refcount(pool) == 1);
    decref(pool);
}
END_TEST

START_TEST(inline_functions_of_pools_and_arrays_too)
{
    own_pool *(*volatile create)(own_pool *, const own_pool_options *) = own_pool_create;
    own_pool *(*volatile create_at)(own_pool *, const own_pool_options *, const char *) =
        own_pool_create_at;
    bool (*volatile next)(own_array_iterator *) = own_array_next;
    const own_pool_options options = {.reserve = 5000};
    own_pool *parent = create(NULL, &options);
    own_pool *child = create_at(parent, NULL, "here");

    expect(parent && usage_of(parent).reserved > 5000);
    expect(child && own_pool_parent(child) == parent && strcmp(own_pool_name(child), "here") == 0);
    own_array *array = own_array_new(parent, "i", OWN_C_ORDER, OWN_SHAPE(3, 4));
    own_array_iterator iterator;
    int count = 1;
    expect(array && own_array_begin(&iterator, array));
    for (; next(&iterator); count++)
        expect(iterator.item == (int *)own_array_data(array) + count);
    expect(count == 12);
    own_decref(parent);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arguments");
    TCase *arguments = add_case(suite, "arguments");

    tcase_add_test(arguments, calls_on_no_pool_are_refused);
    tcase_add_test(arguments, missing_arguments_are_refused);
    tcase_add_test(arguments, impossible_sizes_change_nothing);
    tcase_add_test(arguments, sizes_that_do_not_fit_are_refused_by_every_call);
    tcase_add_test(arguments, impossible_reserves_are_refused);
    tcase_add_test(arguments, functions_behind_macros_make_pools);
    tcase_add_test(arguments, inline_functions_are_functions_too);
    tcase_add_test(arguments, inline_functions_of_pools_and_arrays_too);
    return run_suite(suite);
}
