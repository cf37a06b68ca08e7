/*
 * weakref.c - the table of weak references: its memory, what is found in it, threads, fork.
 */
#include "object/weakref.h"
#include "chunk/chunk.h"
#include "harness.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static const own_type thing_type = {.name = "thing", .size = 48};
static const own_type bare_type = {.name = "bare", .size = 16};

static void *new_thing(void)
{
    void *thing = own_new(NULL, &thing_type);

    expect(thing != NULL);
    return thing;
}

static own_weakref *watch(void *object)
{
    own_weakref *ref = own_weakref_new(NULL, object, NULL, NULL);

    expect(ref != NULL);
    return ref;
}

static size_t table_entries(void)
{
    size_t entries = 0;

    for (int i = 0; i < SHARD_COUNT; i++)
        entries += weakref_shards[i].entries;
    return entries;
}

static size_t table_buckets(void)
{
    size_t buckets = 0;

    for (int i = 0; i < SHARD_COUNT; i++)
        buckets += weakref_shards[i].buckets;
    return buckets;
}

START_TEST(objects_without_weak_references_have_none_to_do_with_the_table)
{
    own_object *thing = new_thing();

    expect(!(thing->state & STATE_WEAK));
    own_decref(thing);
    expect(table_entries() == 0);
}
END_TEST

START_TEST(few_weak_references_take_no_memory_but_their_own)
{
    void *things[20];
    own_weakref *refs[60];

    for (int i = 0; i < 20; i++)
        things[i] = new_thing();
    size_t live = chunk_live_bytes();
    for (int i = 0; i < 60; i++)
        refs[i] = watch(things[i % 20]);
    expect(chunk_live_bytes() == live + 60 * chunk_round(sizeof(own_weakref)));
    expect(table_entries() == 20);
    weakref_validate();
    for (int i = 0; i < 60; i++)
        own_decref(refs[i]);
    expect(table_entries() == 0 && chunk_live_bytes() == live);
    for (int i = 0; i < 20; i++)
        own_decref(things[i]);
}
END_TEST

enum { many = 30000 };
static own_object *objects[many];
static own_weakref *watches[many];

/* Returns how many bytes that takes for the weak references. */
static size_t make_many(void)
{
    for (int i = 0; i < many; i++)
        expect((objects[i] = own_new(NULL, &bare_type)) != NULL);
    size_t live = chunk_live_bytes();
    for (int i = 0; i < many; i++)
        watches[i] = watch(objects[i]);
    return chunk_live_bytes() - live;
}

static void expect_found(int from, int to)
{
    for (int i = from; i < to; i++) {
        void *got = own_weakref_get(watches[i]);
        expect(got == objects[i]);
        own_decref(got);
        weakref_validate_object(objects[i]);
    }
}

/* Half of the weak references die first, half of the objects; in one of two orders. */
START_TEST(buckets_follow_the_number_of_entries)
{
    size_t live = chunk_live_bytes();

    const size_t each = chunk_round(sizeof(own_weakref));
    size_t bytes = make_many();
    expect(bytes >= many * (each + sizeof(void *)) && bytes <= many * (each + 2 * sizeof(void *)));
    expect(table_entries() == many && table_buckets() >= many && table_buckets() <= many * 2);
    weakref_validate();
    expect_found(0, many);
    for (int i = 0; i < many; i++) {
        int at = _i ? many - 1 - i : i;
        if (i % 2)
            own_decref(watches[at]);
        own_decref(objects[at]);
        if (i % 2 == 0) {
            expect(own_weakref_get(watches[at]) == NULL);
            own_decref(watches[at]);
        }
        if (i % 1000 == 0) {
            weakref_validate();
            expect_found(_i ? 0 : i + 1, _i ? many - 1 - i : many);
        }
    }
    expect(table_entries() == 0 && table_buckets() == SHARD_COUNT * SHARD_FEW);
    expect(chunk_live_bytes() == live);
}
END_TEST

START_TEST(without_memory_for_buckets_nothing_fails)
{
    size_t live = chunk_live_bytes();

    for (int i = 0; i < 3000; i++) {
        objects[i] = (own_object *)own_new(NULL, &bare_type);
        chunk_fail_after(2); /* the second request of the call: for buckets */
        watches[i] = watch(objects[i]);
        chunk_fail_after(0);
        weakref_debug_step(objects[i]);
    }
    expect(table_buckets() == SHARD_COUNT * SHARD_FEW);
    expect_found(0, 3000);
    chunk_fail_after(1);
    for (int i = 0; i < 3000; i++) {
        own_decref(objects[i]);
        expect(own_weakref_get(watches[i]) == NULL);
        own_decref(watches[i]);
    }
    chunk_fail_after(0);
    expect(chunk_live_bytes() == live);
}
END_TEST

START_TEST(large_table_shrinks_without_memory_to_shrink_into)
{
    size_t live = chunk_live_bytes();

    make_many();
    chunk_fail_after(1);
    for (int i = 0; i < many; i++) {
        own_decref(watches[i]);
        own_decref(objects[i]);
    }
    chunk_fail_after(0);
    expect(chunk_live_bytes() == live && table_buckets() == SHARD_COUNT * SHARD_FEW);
}
END_TEST

/* An address that is used again has nothing of what was there before. */
START_TEST(settled_weak_references_have_nothing_to_do_with_later_objects)
{
    int reused = 0;

    for (int i = 0; i < 1000; i++) {
        void *thing = new_thing();
        own_weakref *old = watch(thing), *older = watch(thing);
        own_decref(older);
        own_decref(thing);
        void *next = new_thing();
        reused += next == thing;
        own_weakref *ref = watch(next);
        expect(own_weakref_get(old) == NULL);
        own_decref(old);
        own_decref(ref);
        weakref_validate_object(next);
        own_decref(next);
    }
    expect(reused > 0 && table_entries() == 0);
}
END_TEST

/* Threads: each with objects of its own, all in one table; some handed to the next thread. */

#define THREADS 4

/* What is handed from thread to thread. */
struct lot {
    own_pool *pool;
    size_t called, calls_due;
};

struct worker {
    pthread_t thread;
    uint64_t seed;
    size_t steps;
    struct lot *lot;
};

static void count_call(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    (*(size_t *)arg)++;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct random random = {worker->seed};
    struct lot *lot = worker->lot;
    own_pool *pool = lot->pool;
    own_object *things[64] = {NULL};
    own_weakref *refs[64] = {NULL};

    own_pool_clear(pool); /* of what another thread made */
    for (size_t steps = worker->steps; steps > 0; steps--) {
        size_t i = random_below(&random, 64);
        switch (random_below(&random, 4)) {
        case 0:
            if (things[i] || refs[i])
                break;
            things[i] = new_thing();
            refs[i] = own_weakref_new(pool, things[i], count_call, &lot->called);
            expect(refs[i] != NULL);
            break;
        case 1:
            lot->calls_due += things[i] != NULL;
            OWN_CLEAR(things[i]);
            break;
        case 2:
            if (refs[i] && !things[i]) {
                expect(own_weakref_get(refs[i]) == NULL);
                expect(own_drop(pool, refs[i]) == 0);
                refs[i] = NULL;
            }
            break;
        default:
            if (refs[i]) {
                void *got = own_weakref_get(refs[i]);
                expect(got == things[i]);
                own_decref(got);
            }
        }
    }
    for (int i = 0; i < 64; i++)
        if (things[i]) {
            expect(own_give(pool, things[i]) == 0); /* newer than the weak reference */
            lot->calls_due++;
        }
    return NULL;
}

static void run_workers(struct worker *workers)
{
    for (int i = 0; i < THREADS; i++)
        expect(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        expect(pthread_join(workers[i].thread, NULL) == 0);
}

static void start_workers(struct worker *workers, struct lot *lots)
{
    for (int i = 0; i < THREADS; i++) {
        lots[i] = (struct lot){.pool = new_root()};
        workers[i] =
            (struct worker){.seed = (uint64_t)i + 1, .steps = scaled(200000), .lot = &lots[i]};
    }
    run_workers(workers);
}

static void end_lots(struct lot *lots)
{
    for (int i = 0; i < THREADS; i++) {
        own_decref(lots[i].pool);
        expect(lots[i].called == lots[i].calls_due && lots[i].called > 0);
    }
    expect(table_entries() == 0);
    weakref_validate();
}

START_TEST(threads_share_the_table)
{
    struct worker workers[THREADS];
    struct lot lots[THREADS];

    start_workers(workers, lots);
    end_lots(lots);
}
END_TEST

START_TEST(objects_and_weak_references_are_handed_over_together)
{
    struct worker workers[THREADS];
    struct lot lots[THREADS];

    start_workers(workers, lots);
    for (int i = 0; i < THREADS; i++)
        workers[i].lot = &lots[(i + 1) % THREADS];
    run_workers(workers);
    end_lots(lots);
}
END_TEST

static bool stop;

static void *churn(void *arg)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        void *things[200];
        own_weakref *refs[200];
        for (int i = 0; i < 200; i++)
            refs[i] = watch(things[i] = new_thing());
        for (int i = 0; i < 200; i++) {
            own_decref(things[i]);
            own_decref(refs[i]);
        }
    }
    return arg;
}

START_TEST(child_process_finds_no_lock_taken)
{
    pthread_t thread;

    stop = false;
    own_decref(new_thing());
    expect(pthread_create(&thread, NULL, churn, NULL) == 0);
    for (size_t i = scaled(200) + 1; i > 0; i--) {
        int status;
        pid_t process = fork();
        expect(process >= 0);
        if (process == 0) {
            alarm(60);
            for (int n = 0; n < 200; n++) {
                void *thing = new_thing();
                own_weakref *ref = watch(thing);
                own_decref(thing);
                own_decref(ref);
            }
            _exit(EXIT_SUCCESS);
        }
        expect(waitpid(process, &status, 0) == process);
        expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    expect(pthread_join(thread, NULL) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref");
    TCase *memory = add_case(suite, "memory");
    TCase *threads = add_case(suite, "threads");

    tcase_add_test(memory, objects_without_weak_references_have_none_to_do_with_the_table);
    tcase_add_test(memory, few_weak_references_take_no_memory_but_their_own);
    tcase_add_loop_test(memory, buckets_follow_the_number_of_entries, 0, 2);
    tcase_add_test(memory, without_memory_for_buckets_nothing_fails);
    tcase_add_test(memory, large_table_shrinks_without_memory_to_shrink_into);
    tcase_add_test(memory, settled_weak_references_have_nothing_to_do_with_later_objects);

    tcase_add_test(threads, threads_share_the_table);
    tcase_add_test(threads, objects_and_weak_references_are_handed_over_together);
    tcase_add_test(threads, child_process_finds_no_lock_taken);
    return run_suite(suite);
}
