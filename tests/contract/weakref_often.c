/*
 * weakref_often.c - weak references to shared objects that several threads get often: while the
 * last reference goes, by threads that end, and across fork.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define OFTEN 200
#define CHILD_SECONDS 30U /* a child that takes longer hangs */

enum { thread_count = 3 };

struct thing {
    own_object header;
    atomic_int *finalized;
    uint64_t check;
};

static void finalize_thing(void *self)
{
    struct thing *thing = (struct thing *)self;

    expect(thing->check == 42);
    thing->check = 0;
    atomic_fetch_add(thing->finalized, 1);
}

static const own_type thing_type = {
    .name = "thing", .size = sizeof(struct thing), .finalize = finalize_thing};

static void count_call(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    atomic_fetch_add((atomic_int *)arg, 1);
}

static atomic_int finalized, calls;

static struct thing *new_thing(own_weakref **ref)
{
    struct thing *thing = (struct thing *)own_new(NULL, &thing_type);

    atomic_store(&finalized, 0);
    atomic_store(&calls, 0);
    expect(thing != NULL);
    thing->finalized = &finalized;
    thing->check = 42;
    expect(own_share(thing) == 0);
    *ref = own_weakref_new(NULL, thing, count_call, &calls);
    expect(*ref != NULL);
    return thing;
}

static bool get_once(own_weakref *ref)
{
    struct thing *got = (struct thing *)own_weakref_get(ref);

    if (!got)
        return false;
    expect(got->check == 42);
    own_decref(got);
    return true;
}

/* Under Valgrind one thread runs at a time, until it calls the system. */
static void let_others_run(int gets)
{
    if (gets % 256 == 0)
        sched_yield();
}

static void *get_often(void *ref)
{
    for (int i = 0; i < OFTEN; i++)
        expect(get_once((own_weakref *)ref));
    return NULL;
}

static struct round {
    pthread_barrier_t start, end;
    size_t rounds;
    own_weakref *ref;
} shared;

static void *get_until_it_dies(void *unused)
{
    for (size_t round = 0; round < shared.rounds; round++) {
        pthread_barrier_wait(&shared.start);
        for (int i = 1; get_once(shared.ref); i++)
            let_others_run(i);
        expect(!get_once(shared.ref));
        pthread_barrier_wait(&shared.end);
    }
    return unused;
}

START_TEST(threads_get_while_the_last_reference_goes)
{
    pthread_t threads[thread_count];

    shared.rounds = scaled(5000);
    expect(pthread_barrier_init(&shared.start, NULL, thread_count + 1) == 0);
    expect(pthread_barrier_init(&shared.end, NULL, thread_count + 1) == 0);
    for (size_t i = 0; i < thread_count; i++)
        expect(pthread_create(&threads[i], NULL, get_until_it_dies, NULL) == 0);
    for (size_t round = 0; round < shared.rounds; round++) {
        struct thing *thing = new_thing(&shared.ref);
        get_often(shared.ref);
        pthread_barrier_wait(&shared.start);
        for (size_t i = round % 16 * 8; i > 0; i--)
            expect(get_once(shared.ref));
        own_decref(thing);
        pthread_barrier_wait(&shared.end);
        expect(atomic_load(&finalized) == 1 && atomic_load(&calls) == 1);
        own_decref(shared.ref);
    }
    for (size_t i = 0; i < thread_count; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    pthread_barrier_destroy(&shared.start);
    pthread_barrier_destroy(&shared.end);
}
END_TEST

START_TEST(a_pool_drops_an_object_that_is_often_got)
{
    own_weakref *ref;
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    for (int round = 0; round < 3; round++) {
        struct thing *thing = new_thing(&ref);
        get_often(ref);
        expect(own_hold(pool, thing) == 0);
        own_decref(thing);
        expect(get_once(ref));
        expect(own_drop(pool, thing) == 0);
        expect(!get_once(ref) && atomic_load(&calls) == 1);
        own_decref(ref);
    }
    own_decref(pool);
}
END_TEST

/* Runs when the thread ends, maybe after the library has cleaned up behind the thread. */
static void get_at_the_end(void *ref)
{
    get_often(ref);
}

static pthread_key_t end_key;

static void *get_and_end(void *ref)
{
    expect(pthread_setspecific(end_key, ref) == 0);
    return get_often(ref);
}

START_TEST(threads_that_got_objects_end)
{
    own_weakref *ref;
    struct thing *thing = new_thing(&ref);

    expect(pthread_key_create(&end_key, get_at_the_end) == 0);
    for (size_t round = scaled(200); round > 0; round--) {
        pthread_t threads[thread_count];
        for (size_t i = 0; i < thread_count; i++)
            expect(pthread_create(&threads[i], NULL, get_and_end, ref) == 0);
        for (size_t i = 0; i < thread_count; i++)
            expect(pthread_join(threads[i], NULL) == 0);
        expect(own_refcount(thing) == 1);
        own_decref(thing);
        expect(atomic_load(&finalized) == 1 && atomic_load(&calls) == 1);
        own_decref(ref);
        thing = new_thing(&ref);
    }
    own_decref(thing);
    own_decref(ref);
    pthread_key_delete(end_key);
}
END_TEST

static atomic_bool stop;

static void *get_until_stopped(void *ref)
{
    for (int i = 1; !atomic_load(&stop); i++) {
        expect(get_once((own_weakref *)ref));
        let_others_run(i);
    }
    return NULL;
}

/* In the child, a reference that the other thread had at that moment has no owner. */
static void release_in_child(struct thing *thing, own_weakref *ref)
{
    signal(SIGALRM, SIG_DFL); /* Check has a handler of its own */
    alarm(CHILD_SECONDS);
    bool last = own_refcount(thing) == 1;
    own_decref(thing);
    expect(get_once(ref) == !last && atomic_load(&finalized) == last);
    _exit(0);
}

START_TEST(a_child_process_does_not_wait_for_threads_that_it_does_not_have)
{
    own_weakref *ref;
    struct thing *thing = new_thing(&ref);
    pthread_t thread;

    get_often(ref);
    expect(pthread_create(&thread, NULL, get_until_stopped, ref) == 0);
    for (size_t forks = scaled(400) + 5; forks > 0; forks--) {
        int status;
        pid_t process = fork();
        expect(process >= 0);
        if (process == 0)
            release_in_child(thing, ref);
        expect(waitpid(process, &status, 0) == process);
        expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    atomic_store(&stop, true);
    expect(pthread_join(thread, NULL) == 0);
    own_decref(thing);
    own_decref(ref);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_often");
    TCase *often = add_case(suite, "often");

    tcase_add_test(often, threads_get_while_the_last_reference_goes);
    tcase_add_test(often, a_pool_drops_an_object_that_is_often_got);
    tcase_add_test(often, threads_that_got_objects_end);
    tcase_add_test(often, a_child_process_does_not_wait_for_threads_that_it_does_not_have);
    return run_suite(suite);
}
