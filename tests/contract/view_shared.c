/*
 * view_shared.c - views of one shared array, made and released by several threads at once.
 *
 * ThreadSanitizer reports a count that is read or written without an atomic operation.
 */
#include "harness.h"

#include <pthread.h>

enum { thread_count = 2, rows = 4, columns = 6 };

static own_array *shared_array;
static own_pool *shared_pool;
static size_t rounds;

static own_array *new_array(void)
{
    own_array *array = own_array_new(NULL, "d", OWN_C_ORDER, 2, (const size_t[]){rows, columns});

    expect(array != NULL);
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++)
            *(double *)own_array_at(array, (const ptrdiff_t[]){row, column}) =
                (double)(row * columns + column);
    return array;
}

static double at(const own_array *array, ptrdiff_t row, ptrdiff_t column)
{
    return *(const double *)own_array_at(array, (const ptrdiff_t[]){row, column});
}

/* Views of each kind, views of views, and an array that wraps a part of the memory. */
static void make_and_release(own_pool *owner)
{
    own_array *slice = own_array_slice(owner, shared_array, 0, 1, 3, 1);
    own_array *turned = own_array_transpose(owner, slice);
    own_array *row = own_array_index(owner, shared_array, 0, 2);
    own_array *flat = own_array_reshape(owner, shared_array, 1, (const size_t[]){rows * columns});
    own_array *part = own_array_wrap(owner, "d", OWN_C_ORDER, 1, (const size_t[]){columns},
                                     own_array_data(shared_array), shared_array);
    own_array *const made[] = {turned, slice, part, row, flat};

    expect(slice && turned && row && flat && part);
    expect(at(slice, 1, 0) == 2 * columns && at(turned, 3, 0) == columns + 3);
    expect(own_array_base(turned) == own_array_base(shared_array));
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        if (owner)
            expect(own_drop(owner, made[i]) == 0);
        else
            own_decref(made[i]);
    }
}

static void *work(void *own_owner)
{
    own_pool *owner = own_owner ? new_root() : NULL;

    for (size_t i = 0; i < rounds; i++) {
        make_and_release(NULL);
        make_and_release(shared_pool);
        if (owner)
            make_and_release(owner);
    }
    own_decref(owner);
    return NULL;
}

START_TEST(threads_make_views_of_one_array)
{
    pthread_t threads[thread_count];

    rounds = scaled(20000);
    shared_array = new_array();
    shared_pool = new_root();
    expect(own_share(shared_array) == 0 && own_share(shared_pool) == 0);
    for (size_t i = 0; i < thread_count; i++)
        expect(pthread_create(&threads[i], NULL, work, i ? shared_pool : NULL) == 0);
    for (size_t i = 0; i < thread_count; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect(own_refcount(shared_array) == 1 && own_refcount(own_array_base(shared_array)) == 1);
    expect(own_array_resize(shared_array, (const size_t[]){rows + 1, columns}) == 0);
    own_decref(shared_array);
    own_decref(shared_pool);
}
END_TEST

/* The last reference to a buffer goes with a view, on any thread. */
static void *release(void *view)
{
    expect(at((own_array *)view, 0, 1) == 1);
    own_decref(view);
    return NULL;
}

START_TEST(any_view_may_be_the_last)
{
    for (size_t round = scaled(2000); round > 0; round--) {
        pthread_t threads[thread_count];
        own_array *array = new_array();

        expect(own_share(array) == 0);
        for (size_t i = 0; i < thread_count; i++) {
            own_array *view = own_array_slice(NULL, array, 0, 0, 2, 1);
            expect(view != NULL);
            expect(pthread_create(&threads[i], NULL, release, view) == 0);
        }
        own_decref(array);
        for (size_t i = 0; i < thread_count; i++)
            expect(pthread_join(threads[i], NULL) == 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view_shared");
    TCase *threads = add_case(suite, "threads");

    tcase_add_test(threads, threads_make_views_of_one_array);
    tcase_add_test(threads, any_view_may_be_the_last);
    return run_suite(suite);
}
