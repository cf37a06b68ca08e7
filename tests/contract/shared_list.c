/*
 * shared_list.c - own_pool_of and the lists of shared pools: blocks, children and calls of many
 * threads, and what other threads may do meanwhile.
 */
#include <pthread.h>
#include <sched.h>

#include "blocks.h"

enum { threads = 7 }; /* more parts than are listed without memory */

static struct blocks blocks;

static own_pool *new_shared(void)
{
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    return pool;
}

static void free_call(void *arg)
{
    (void)arg;
}

/* One of several threads, which all live until the last has begun. */
struct worker {
    own_pool *pool;
    pthread_barrier_t *barrier;
    size_t number;
    void *made[300]; /* blocks */
    own_pool *child;
};

static void wait_for_all(const struct worker *worker)
{
    pthread_barrier_wait(worker->barrier);
}

static void run_workers(void *(*run)(void *arg), struct worker workers[threads], own_pool *pool)
{
    pthread_t ids[threads];
    pthread_barrier_t barrier;

    expect(pthread_barrier_init(&barrier, NULL, threads) == 0);
    for (size_t i = 0; i < threads; i++) {
        workers[i] = (struct worker){.pool = pool, .barrier = &barrier, .number = i};
        expect(pthread_create(&ids[i], NULL, run, &workers[i]) == 0);
    }
    for (size_t i = 0; i < threads; i++)
        expect(pthread_join(ids[i], NULL) == 0);
    pthread_barrier_destroy(&barrier);
}

static void *make_blocks(void *arg)
{
    struct worker *worker = (struct worker *)arg;
    static const size_t sizes[] = {10, 100, 500, 900, 5000, 80000};

    wait_for_all(worker);
    for (size_t i = 0; i < 300; i++) {
        size_t size = sizes[(i * 7 + worker->number) % (i < 200 ? 3 : 6)];
        worker->made[i] = own_alloc(worker->pool, 1, size);
        expect(worker->made[i] != NULL);
        expect(own_pool_of(worker->made[i]) == worker->pool);
    }
    wait_for_all(worker);
    return NULL;
}

/* Some of what the thread before has made, and some of its own. */
static void *free_blocks(void *arg)
{
    struct worker *worker = (struct worker *)arg;

    for (size_t i = 0; i < 300; i += 3) {
        void *block = worker->made[i];
        expect(own_pool_of(block) == worker->pool);
        expect(own_free(worker->pool, block) == 0);
        expect(own_pool_of(block) == NULL);
        worker->made[i] = NULL;
    }
    return NULL;
}

START_TEST(blocks_of_all_threads_are_listed)
{
    own_pool *pool = new_shared();
    static struct worker workers[threads];

    run_workers(make_blocks, workers, pool);
    for (size_t i = 0; i < threads; i++) {
        for (size_t n = 0; n < 300; n++)
            blocks_add(&blocks, pool, workers[i].made[n], false);
    }
    blocks_add(&blocks, pool, adopt_named(pool, 'a', 44), true);
    expect_blocks(&blocks, pool);
    for (size_t i = 0; i < threads; i++) {
        for (size_t n = 0; n < 300; n += 3)
            blocks_remove(&blocks, workers[i].made[n]);
        in_thread(free_blocks, &workers[i]);
    }
    expect_blocks(&blocks, pool);
    own_decref(pool);
    expect_events("a");
}
END_TEST

static int free_visited(void *block, size_t size, void *arg)
{
    own_pool *pool = (own_pool *)arg;

    expect(own_block_size(pool, block) == size && own_free(pool, block) == 0);
    expect(own_pool_of(block) == NULL && own_block_size(pool, block) == 0);
    expect(own_alloc(pool, 1, 100) != NULL); /* gathers what was freed */
    return 0;
}

START_TEST(visit_frees_blocks_of_other_threads)
{
    own_pool *pool = new_shared();
    static struct worker workers[threads];

    run_workers(make_blocks, workers, pool);
    size_t before = usage_of(pool).blocks;
    expect(before == threads * 300);
    expect(own_pool_blocks(pool, free_visited, pool) == 0);
    expect(usage_of(pool).blocks >= before && usage_of(pool).blocks <= 2 * before);
    for (size_t i = 0; i < threads; i++) {
        for (size_t n = 200; n < 300; n++) /* those over 512 bytes; others may be used again */
            expect(own_block_size(pool, workers[i].made[n]) <= 112);
    }
    own_decref(pool);
}
END_TEST

/* Adds children and calls in turn, one thread after the other. */
static void *add_one(void *arg)
{
    struct worker *worker = (struct worker *)arg;

    for (size_t turn = 0; turn < 4 * threads; turn++) {
        wait_for_all(worker);
        if (turn % threads != worker->number)
            continue;
        char name[2] = {(char)('a' + (int)turn), 0};
        own_pool *child = own_pool_new(worker->pool);
        expect(child && own_defer(worker->pool, free_call, (void *)turn) == 0);
        *(char *)own_alloc(child, 1, 1) = name[0];
    }
    wait_for_all(worker);
    return NULL;
}

static int take_letter(void *block, size_t size, void *arg)
{
    (void)size;
    *(char *)arg = *(const char *)block;
    return 0;
}

static int visit_child(own_pool *child, void *arg)
{
    char letter = 0;

    expect(own_pool_blocks(child, take_letter, &letter) == 0);
    if (arg)
        expect(own_drop((own_pool *)arg, child) == 0);
    log_event(letter);
    return 0;
}

static int visit_call(void (*call)(void *arg), void *arg, void *context)
{
    expect(call == free_call);
    log_event((char)('a' + (int)(size_t)arg));
    if (context)
        expect(own_undefer((own_pool *)context, call, arg) == 0);
    return 0;
}

START_TEST(order_is_that_of_time_over_all_threads)
{
    static const char order[] = "|{zyxwvutsrqponmlkjihgfedcba";
    own_pool *pool = new_shared();
    static struct worker workers[threads];

    run_workers(add_one, workers, pool);
    expect(own_pool_children(pool, visit_child, NULL) == 0);
    expect_events(order);
    expect(own_pool_deferred(pool, visit_call, NULL) == 0);
    expect_events(order);
    expect(own_pool_children(pool, visit_child, pool) == 0);
    expect_events(order);
    expect(own_pool_deferred(pool, visit_call, pool) == 0);
    expect_events(order);
    expect(usage_of(pool).children == 0 && usage_of(pool).deferred == 0);
    own_decref(pool);
}
END_TEST

/* Children come and go while the main thread lists. */
static int stop;

static void *come_and_go(void *arg)
{
    struct worker *worker = (struct worker *)arg;

    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        own_pool *child = own_pool_new(worker->pool);
        expect(child && own_defer(worker->pool, free_call, child) == 0);
        expect(own_alloc(child, 1, 100) != NULL);
        sched_yield();
        expect(own_drop(worker->pool, child) == 0);
        expect(own_undefer(worker->pool, free_call, child) == 0);
    }
    return NULL;
}

struct seen {
    own_pool *fixed[40];
    unsigned visits[40];
};

static int see_child(own_pool *child, void *arg)
{
    struct seen *seen = (struct seen *)arg;

    expect(own_pool_type() == own_typeof(child));
    for (size_t i = 0; i < 40; i++)
        seen->visits[i] += seen->fixed[i] == child;
    return 0;
}

static int see_call(void (*call)(void *arg), void *arg, void *context)
{
    struct seen *seen = (struct seen *)context;

    expect(call == free_call || call == log_call);
    for (size_t i = 0; i < 40; i++)
        seen->visits[i] += call == log_call && seen->fixed[i] == arg;
    return 0;
}

START_TEST(what_stays_is_visited_once_while_others_come_and_go)
{
    own_pool *pool = new_shared();
    static struct seen seen;
    pthread_t ids[2];
    struct worker worker = {.pool = pool};

    stop = 0;
    for (int i = 0; i < 2; i++)
        expect(pthread_create(&ids[i], NULL, come_and_go, &worker) == 0);
    for (size_t i = 0; i < 40; i++) {
        seen.fixed[i] = own_pool_new(pool);
        expect(seen.fixed[i] && own_defer(pool, log_call, seen.fixed[i]) == 0);
        sched_yield();
    }
    for (size_t round = 0; round < scaled(300); round++) {
        memset(seen.visits, 0, sizeof seen.visits);
        if (round % 2)
            expect(own_pool_children(pool, see_child, &seen) == 0);
        else
            expect(own_pool_deferred(pool, see_call, &seen) == 0);
        for (size_t i = 0; i < 40; i++)
            expect(seen.visits[i] == 1);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        expect(pthread_join(ids[i], NULL) == 0);
    for (size_t i = 0; i < 40; i++)
        expect(own_undefer(pool, log_call, seen.fixed[i]) == 0);
    own_decref(pool);
}
END_TEST

static int count_holder(own_pool *holder, void *arg)
{
    (void)holder;
    ++*(size_t *)arg;
    return 0;
}

START_TEST(holders_are_found_while_others_come_and_go)
{
    own_pool *pool = new_shared();
    struct worker worker = {.pool = pool};
    pthread_t id;
    void *object = own_buffer_new(NULL, 1, 10);

    stop = 0;
    expect(object && own_share(object) == 0);
    for (int i = 0; i < 20; i++)
        expect(own_hold(own_pool_new(pool), object) == 0);
    own_pool *confined = own_pool_create(pool, &(own_pool_options){.flags = OWN_POOL_CONFINED});
    expect(confined && own_hold(confined, object) == 0); /* is not looked into from above */
    expect(pthread_create(&id, NULL, come_and_go, &worker) == 0);
    for (size_t round = 0; round < scaled(300); round++) {
        size_t count = 0;
        expect(own_holders(object, pool, count_holder, &count) == 0 && count == 20);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    expect(pthread_join(id, NULL) == 0);
    size_t count = 0;
    expect(own_holders(object, confined, count_holder, &count) == 0 && count == 1);
    own_decref(object);
    own_decref(pool);
}
END_TEST

/* Makes and drops objects, so that slabs and segments come and go. */
static void *churn_objects(void *arg)
{
    void **objects = (void **)calloc(3000, sizeof *objects);

    expect(objects != NULL);
    for (size_t round = 0; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); round++) {
        for (size_t i = 0; i < 3000; i++) {
            objects[i] = own_buffer_new(NULL, 1, 100 + i % 5 * 900);
            expect(objects[i] != NULL);
        }
        if (round == 0)
            __atomic_store_n((void **)arg, own_buffer_data(objects[2999]), __ATOMIC_RELEASE);
        for (size_t i = 0; i < 3000; i++)
            own_decref(objects[i]);
        own_trim();
    }
    free(objects);
    return NULL;
}

START_TEST(memory_of_others_may_come_and_go)
{
    own_pool *pool = new_root();
    void *block = own_alloc(pool, 1, 100);
    char *around = NULL;
    pthread_t id;

    stop = 0;
    expect(pthread_create(&id, NULL, churn_objects, &around) == 0);
    while (!__atomic_load_n(&around, __ATOMIC_ACQUIRE))
        sched_yield();
    for (size_t round = 0; round < scaled(20); round++) {
        const char *from = around - (4 << 20);
        for (size_t at = 0; at < (size_t)8 << 20; at += 1008) {
            if (from + at < (char *)pool || from + at > (char *)pool + 300)
                expect(own_pool_of(from + at) == NULL);
        }
        expect(own_pool_of(block) == pool);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    expect(pthread_join(id, NULL) == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared_list");
    TCase *lists = add_case(suite, "lists");
    TCase *races = add_case(suite, "races");

    tcase_add_test(lists, blocks_of_all_threads_are_listed);
    tcase_add_test(lists, visit_frees_blocks_of_other_threads);
    tcase_add_test(lists, order_is_that_of_time_over_all_threads);
    tcase_add_test(races, what_stays_is_visited_once_while_others_come_and_go);
    tcase_add_test(races, holders_are_found_while_others_come_and_go);
    tcase_add_test(races, memory_of_others_may_come_and_go);
    return run_suite(suite);
}
