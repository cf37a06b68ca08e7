/*
 * lists.c - lists inside: no memory for one of many parts; the equations of a pool hold while it is
 * listed; what is looked up among very many; and the room of own_list.
 */
#include <pthread.h>

#include "harness.h"
#include "pool/pool.h"

enum { threads = 6 };

struct worker {
    own_pool *pool;
    pthread_barrier_t *barrier;
};

static void *add_child(void *arg)
{
    const struct worker *worker = (const struct worker *)arg;

    expect(own_pool_new(worker->pool) != NULL);
    pthread_barrier_wait(worker->barrier); /* so that each has a slot of its own */
    return NULL;
}

static int count_child(own_pool *child, void *arg)
{
    expect(own_pool_parent(child) != NULL);
    ++*(int *)arg;
    return 0;
}

static int count_call(void (*call)(void *arg), void *arg, void *context)
{
    (void)call;
    (void)arg;
    ++*(int *)context;
    return 0;
}

START_TEST(list_of_many_parts_needs_memory)
{
    own_pool *pool = new_root();
    pthread_barrier_t barrier;
    struct worker worker = {pool, &barrier};
    pthread_t ids[threads];
    int count = 0;

    expect(own_share(pool) == 0 && own_pool_new(pool) != NULL);
    expect(pthread_barrier_init(&barrier, NULL, threads) == 0);
    for (int i = 0; i < threads; i++)
        expect(pthread_create(&ids[i], NULL, add_child, &worker) == 0);
    for (int i = 0; i < threads; i++)
        expect(pthread_join(ids[i], NULL) == 0);
    pthread_barrier_destroy(&barrier);
    size_t live = chunk_live_bytes();
    chunk_fail_after(1);
    expect_error(own_pool_children(pool, count_child, &count) == -1, ENOMEM);
    expect_error(own_pool_deferred(pool, count_call, &count) == -1, ENOMEM);
    chunk_fail_after(0);
    expect(count == 0 && chunk_live_bytes() == live);
    pool_validate(pool);
    expect(own_pool_children(pool, count_child, &count) == 0 && count == threads + 1);
    expect(own_pool_deferred(pool, count_call, &count) == 0 && count == threads + 1);
    expect(chunk_live_bytes() == live && own_refcount(pool) == 1);
    own_decref(pool);
}
END_TEST

static int validate_at_child(own_pool *child, void *arg)
{
    own_pool *pool = (own_pool *)arg;
    char name = own_pool_name(child)[0];

    pool_validate(pool);
    expect(own_refcount(pool) == 2); /* the list has one */
    if (name == 'd')
        expect(own_drop(pool, child) == 0);
    pool_validate(pool);
    return name == 'e';
}

static int validate_at_block(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;

    pool_validate(pool);
    if (size % 3 == 0)
        expect(own_free(pool, block) == 0);
    pool_validate(pool);
    return 0;
}

START_TEST(equations_hold_while_a_pool_is_listed)
{
    for (int shared = 0; shared < 2; shared++) {
        own_pool *pool = new_root();
        for (size_t i = 0; i < 30; i++) {
            probe_new(pool, '.');
            expect(own_pool_new_at(pool, i % 3 ? "d" : "k") != NULL);
            expect(own_alloc(pool, 1, i * 40) && own_alloc(pool, 1, i * 4000));
            adopt_named(pool, ' ', i + 1);
        }
        if (shared)
            expect(own_share(pool) == 0);
        expect(own_pool_children(pool, validate_at_child, pool) == 0);
        expect(usage_of(pool).children == 10);
        expect(own_pool_new_at(pool, "k") && own_pool_new_at(pool, "e"));
        expect(own_pool_children(pool, validate_at_child, pool) == 1); /* ended in the middle */
        pool_validate(pool);
        expect(own_pool_blocks(pool, validate_at_block, pool) == 0);
        pool_validate(pool);
        expect(own_refcount(pool) == 1);
        own_decref(pool);
    }
}
END_TEST

static int see_block(void *block, size_t size, void *arg)
{
    expect(own_pool_of(block) == arg);
    return size == 0;
}

static int see_holder(own_pool *holder, void *arg)
{
    return holder != arg;
}

START_TEST(list_of_a_confined_pool_needs_no_memory)
{
    own_pool *pool = new_root();
    int count = 0;

    for (size_t i = 0; i < 300; i++) {
        expect(own_alloc(pool, 1, i % 600) && own_pool_new(pool));
        expect(own_hold(pool, probe_new(pool, '.')) == 0);
        expect(own_defer(pool, log_call, "!") == 0);
    }
    void *probe = probe_new(pool, '.');
    chunk_fail_after(1);
    expect_keeps_errno(own_pool_blocks(pool, see_block, pool) == 0);
    expect_keeps_errno(own_pool_children(pool, count_child, &count) == 0 && count == 300);
    expect_keeps_errno(own_pool_deferred(pool, count_call, &count) == 0 && count == 600);
    expect_keeps_errno(own_holders(probe, pool, see_holder, pool) == 0);
    chunk_fail_after(0);
    own_decref(pool);
}
END_TEST

static void do_nothing(void *unused)
{
    (void)unused;
}

/* So many that the index of the pool is a chunk of the largest class, which was used before. */
START_TEST(an_index_begins_empty_in_used_memory)
{
    enum { CALLS = 100000 };
    static char arguments[CALLS];
    size_t granted;
    void *used = chunk_get(CHUNK_MAX, &granted);

    expect(used != NULL);
    memset(used, 0xff, CHUNK_MAX);
    chunk_put(used, CHUNK_MAX);
    own_pool *pool = new_root();
    for (size_t i = 0; i < CALLS; i++)
        expect(own_defer(pool, do_nothing, &arguments[i]) == 0);
    for (size_t i = 0; i < CALLS; i += 1000)
        expect(own_undefer(pool, do_nothing, &arguments[i]) == 0);
    expect_error(own_undefer(pool, do_nothing, &arguments[0]) == -1, EINVAL);
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

START_TEST(a_list_gives_back_room)
{
    size_t live = chunk_live_bytes();
    own_list *list = own_list_new(NULL);
    struct probe *probe = probe_new(NULL, 'p');

    for (int i = 0; i < 10000; i++)
        expect(own_list_append(list, probe) == 0);
    size_t full = chunk_live_bytes();
    for (int i = 10000; i > 100; i--)
        expect_keeps_errno(own_list_remove(list, (size_t)i / 2) == 0);
    expect(chunk_live_bytes() < live + (full - live) / 20);
    expect(own_list_size(list) == 100 && own_list_get(list, 99) == probe);
    own_decref(list);
    expect(own_refcount(probe) == 1);
    own_decref(probe);
    expect_events("p");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists");
    TCase *lists = add_case(suite, "lists");

    tcase_add_test(lists, list_of_many_parts_needs_memory);
    tcase_add_test(lists, list_of_a_confined_pool_needs_no_memory);
    tcase_add_test(lists, equations_hold_while_a_pool_is_listed);
    tcase_add_test(lists, an_index_begins_empty_in_used_memory);
    tcase_add_test(lists, a_list_gives_back_room);
    return run_suite(suite);
}
