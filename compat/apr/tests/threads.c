/*
 * threads.c - what threads may do at the same time: use pools of their own, of one allocator too if
 * it has a mutex, and make and destroy subpools of a pool that another thread uses.
 */
#include <pthread.h>

#include "subject.h"

#define THREADS 4

struct job {
    pthread_t thread;
    apr_pool_t *parent; /* of the pools that the thread makes; may be NULL */
    unsigned cleanups;  /* that were run */
    size_t number;
};

static apr_status_t count_cleanup(void *data)
{
    ((struct job *)data)->cleanups++;
    return APR_SUCCESS;
}

/* A little of everything, in a pool that only this thread uses. */
static void use_pool(apr_pool_t *pool, struct job *job, size_t round)
{
    char key[40];
    void *data = NULL;
    char *text = apr_psprintf(pool, "thread %d", (int)job->number);
    char *block = apr_palloc(pool, round % 3 == 0 ? 20000 : 100);

    memset(block, (int)job->number, 100);
    apr_pool_cleanup_register(pool, job, count_cleanup, apr_pool_cleanup_null);
    apr_pool_cleanup_register(pool, job, count_cleanup, apr_pool_cleanup_null);
    apr_pool_cleanup_kill(pool, job, count_cleanup);
    snprintf(key, sizeof key, "round %zu", round);
    expect(apr_pool_userdata_set(text, key, NULL, pool) == APR_SUCCESS);
    expect(apr_pool_userdata_get(&data, key, pool) == APR_SUCCESS && data == text);
    expect(strncmp(text, "thread ", 7) == 0 && text[7] == (char)('0' + job->number));
    expect(block[99] == (char)job->number);
}

static void *use_pools(void *arg)
{
    struct job *job = arg;
    const size_t rounds = scaled(2000);

    for (size_t round = 0; round < rounds; round++) {
        apr_pool_t *pool = new_pool(job->parent), *child = new_pool(pool);
        unsigned before = job->cleanups;

        expect(apr_pool_is_ancestor(pool, child));
        expect(!job->parent || apr_pool_parent_get(pool) == job->parent);
        use_pool(pool, job, round);
        use_pool(child, job, round);
        if (round % 2 == 0) {
            apr_pool_clear(pool);
            use_pool(pool, job, round);
        }
        apr_pool_destroy(pool);
        expect(job->cleanups == before + (round % 2 == 0 ? 3 : 2));
    }
    return NULL;
}

static struct job jobs[THREADS];

static void start_threads(apr_pool_t *parent)
{
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.parent = parent, .number = i};
        expect(pthread_create(&jobs[i].thread, NULL, use_pools, &jobs[i]) == 0);
    }
}

static void join_threads(void)
{
    for (size_t i = 0; i < THREADS; i++)
        expect(pthread_join(jobs[i].thread, NULL) == 0);
}

START_TEST(threads_have_roots_of_their_own)
{
    start_threads(NULL);
    join_threads();
}
END_TEST

START_TEST(threads_make_subpools_of_a_pool_that_another_uses)
{
    apr_pool_t *parent = new_pool(NULL);
    struct job own = {.number = 7};
    const size_t rounds = scaled(2000);

    start_threads(parent);
    for (size_t round = 0; round < rounds; round++)
        use_pool(parent, &own, round);
    join_threads();
    log_death(new_pool(parent), 'c');
    apr_pool_destroy(parent);
    expect_events("c");
    expect(own.cleanups == rounds);
}
END_TEST

START_TEST(threads_share_an_allocator_with_a_mutex)
{
    apr_allocator_t *allocator;
    apr_thread_mutex_t *mutex;
    apr_pool_t *parent;

    expect(apr_allocator_create(&allocator) == APR_SUCCESS);
    expect(apr_pool_create_ex(&parent, NULL, NULL, allocator) == APR_SUCCESS);
    apr_allocator_owner_set(allocator, parent);
    mutex = new_mutex(parent);
    apr_allocator_mutex_set(allocator, mutex);
    apr_allocator_max_free_set(allocator, 30000);
    start_threads(parent);
    join_threads();
    apr_pool_destroy(parent);
}
END_TEST

static void *make_tree(void *arg)
{
    apr_pool_t **pool = arg, *child;

    *pool = new_pool(NULL);
    log_death(*pool, 'p');
    child = new_pool(*pool);
    log_death(child, 'c');
    memset(apr_palloc(child, 100000), 'x', 100000);
    expect(apr_pool_userdata_set(child, "child", NULL, *pool) == APR_SUCCESS);
    return NULL;
}

START_TEST(pool_goes_from_one_thread_to_another)
{
    apr_pool_t *pool;
    void *child;

    in_thread(make_tree, &pool);
    expect(apr_pool_userdata_get(&child, "child", pool) == APR_SUCCESS);
    expect(apr_pool_parent_get(child) == pool && apr_palloc(child, 100) != NULL);
    apr_pool_destroy(child);
    log_death(new_pool(pool), 'd');
    apr_pool_destroy(pool);
    expect_events("cdp");
}
END_TEST

static void *terminate(void *unused)
{
    apr_terminate();
    return unused;
}

START_TEST(another_thread_terminates_the_library)
{
    apr_pool_t *pool;

    in_thread(make_tree, &pool);
    in_thread(terminate, NULL);
    expect_events("cp");
    expect(apr_initialize() == APR_SUCCESS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *threads = add_apr_case(suite, "threads");

    tcase_add_test(threads, threads_have_roots_of_their_own);
    tcase_add_test(threads, threads_make_subpools_of_a_pool_that_another_uses);
    tcase_add_test(threads, threads_share_an_allocator_with_a_mutex);
    tcase_add_test(threads, pool_goes_from_one_thread_to_another);
    tcase_add_test(threads, another_thread_terminates_the_library);
    return run_suite(suite);
}
