/*
 * saved.c - what a callback saves, or frees, in the middle of something.
 */
#include "harness.h"

static void *saved;

static void save(own_weakref *ref, void *object)
{
    (void)ref;
    saved = own_incref(object);
}

/* Fails in the version in which coming back to life emptied every array. */
START_TEST(array_that_its_weak_reference_saves_keeps_its_items)
{
    own_array *array = own_array_new(NULL, "i", OWN_C_ORDER, OWN_SHAPE(3));
    expect(array != NULL);
    *(int *)own_array_at(array, (ptrdiff_t[]){1}) = 42;
    own_weakref *ref = own_weakref_new(NULL, array, save, array);
    expect(ref != NULL);
    own_decref(array);
    expect(saved == array && own_array_count(array) == 3);
    expect(*(int *)own_array_at(array, (ptrdiff_t[]){1}) == 42);
    own_decref(ref);
    own_decref(array);
}
END_TEST

START_TEST(strides_that_span_more_than_memory_are_refused)
{
    static const ptrdiff_t strides[] = {PTRDIFF_MIN};
    static const size_t shape[] = {2};
    char item = 0;

    expect_error(own_array_create(NULL, &(own_array_options){.format = "b",
                                                             .ndim = 1,
                                                             .shape = shape,
                                                             .strides = strides,
                                                             .data = &item}) == NULL,
                 EOVERFLOW);
}
END_TEST

static own_pool *pool;
static void *victim;

static void *alloc_and_free(void *context, size_t size)
{
    (void)context;
    if (victim) {
        void *freed = victim;
        victim = NULL;
        expect(own_free(pool, freed) == 0);
    }
    return malloc(size);
}

static void free_plainly(void *context, void *memory)
{
    (void)context;
    free(memory);
}

/* Read freed memory in the version that did not look again. */
START_TEST(block_that_its_allocator_frees_in_between_is_not_read)
{
    own_allocator allocator = {.alloc = alloc_and_free, .free = free_plainly};
    pool = own_pool_create(NULL, &(own_pool_options){.allocator = &allocator});
    expect(pool != NULL);
    void *block = own_alloc(pool, 1, 100);
    victim = block;
    expect_error(own_realloc(pool, block, 1, 200) == NULL, EINVAL);
    own_usage usage;
    own_pool_usage(pool, &usage);
    expect(usage.blocks == 0);
    own_decref(pool);
}
END_TEST

static void never(void *memory)
{
    (void)memory;
    expect(false);
}

START_TEST(pool_does_not_adopt_itself)
{
    own_pool *itself = own_pool_new(NULL);

    expect_error(own_adopt(itself, itself, 8, never) == -1, EINVAL);
    expect_error(own_adopt(itself, (char *)itself + 32, 8, never) == -1, EINVAL);
    own_decref(itself);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saved");
    TCase *saved_case = add_case(suite, "saved");

    tcase_add_test(saved_case, array_that_its_weak_reference_saves_keeps_its_items);
    tcase_add_test(saved_case, strides_that_span_more_than_memory_are_refused);
    tcase_add_test(saved_case, block_that_its_allocator_frees_in_between_is_not_read);
    tcase_add_test(saved_case, pool_does_not_adopt_itself);
    return run_suite(suite);
}
