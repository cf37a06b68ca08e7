/*
 * weakref_shared.c - weak references to shared objects: got while the last reference goes, made and
 * released by several threads at once.
 */
#include "harness.h"

#include <pthread.h>

enum { thread_count = 4 };

struct thing {
    own_object header;
    int *finalized;
    uint64_t check;
};

static void finalize_thing(void *self)
{
    struct thing *thing = (struct thing *)self;

    expect(thing->check == 42);
    thing->check = 0;
    __atomic_fetch_add(thing->finalized, 1, __ATOMIC_RELAXED);
}

static const own_type thing_type = {
    .name = "thing", .size = sizeof(struct thing), .finalize = finalize_thing};

static struct thing *new_thing(int *finalized)
{
    struct thing *thing = (struct thing *)own_new(NULL, &thing_type);

    expect(thing != NULL);
    thing->finalized = finalized;
    thing->check = 42;
    return thing;
}

static void count_call(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    __atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
}

START_TEST(own_share_of_an_object_shares_its_weak_references)
{
    int finalized = 0, calls = 0;
    struct thing *thing = new_thing(&finalized);
    own_weakref *before = own_weakref_new(NULL, thing, count_call, &calls);
    own_weakref *of_before = own_weakref_new(NULL, before, count_call, &calls);

    expect(!own_is_shared(before));
    expect(own_share(thing) == 0);
    own_weakref *after = own_weakref_new(NULL, thing, count_call, &calls);
    expect(own_is_shared(before) && own_is_shared(of_before) && own_is_shared(after));
    expect(own_refcount(before) == 1 && own_refcount(of_before) == 1 && own_refcount(after) == 1);

    own_weakref *const refs[] = {before, after};
    for (int i = 0; i < 2; i++) {
        void *got = own_weakref_get(refs[i]);
        expect(got == thing && own_refcount(thing) == 2);
        own_decref(got);
    }
    own_decref(thing);
    expect(finalized == 1 && calls == 2);
    own_decref(after);
    own_decref(before);
    expect(calls == 3);
    expect(own_weakref_get(of_before) == NULL);
    own_decref(of_before);
}
END_TEST

START_TEST(shared_pool_can_own_weak_references)
{
    int finalized = 0, calls = 0;
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    struct thing *thing = new_thing(&finalized);
    expect(own_share(thing) == 0);
    own_weakref *ref = own_weakref_new(pool, thing, count_call, &calls);
    own_weakref *to_pool = own_weakref_new(pool, pool, count_call, &calls);
    expect(ref && to_pool && own_refcount(ref) == 1 && own_is_shared(ref));
    own_decref(thing);
    expect(calls == 1 && own_weakref_get(ref) == NULL);
    void *got = own_weakref_get(to_pool);
    expect(got == pool);
    own_decref(got);
    own_decref(pool);
    expect(calls == 2);
}
END_TEST

/* One round: the threads get the object by weak references, and release what they have. */
static struct round {
    pthread_barrier_t start, end;
    size_t rounds;
    struct thing *thing;
    own_weakref *common;              /* got from by all, of the round's maker */
    own_weakref *owned[thread_count]; /* released by one thread each */
    int finalized, calls;
} shared;

static void get_and_check(own_weakref *ref)
{
    struct thing *got = (struct thing *)own_weakref_get(ref);

    if (got)
        expect(got->check == 42);
    own_decref(got);
}

static void *play(void *arg)
{
    size_t self = (size_t)(uintptr_t)arg;

    for (size_t round = 0; round < shared.rounds; round++) {
        pthread_barrier_wait(&shared.start);
        switch ((self + round) % thread_count) {
        case 0: /* releases its reference first */
            own_decref(shared.thing);
            get_and_check(shared.common);
            break;
        case 1: { /* makes one of its own meanwhile */
            own_weakref *ref = own_weakref_new(NULL, shared.thing, NULL, NULL);
            own_decref(shared.thing);
            get_and_check(ref);
            own_decref(ref);
            break;
        }
        case 2: /* releases a weak reference while the object may be dying */
            own_decref(shared.thing);
            own_decref(shared.owned[self]);
            shared.owned[self] = NULL;
            break;
        default:
            for (int i = 0; i < 3; i++)
                get_and_check(shared.common);
            own_decref(shared.thing);
            get_and_check(shared.owned[self]);
        }
        pthread_barrier_wait(&shared.end);
    }
    return NULL;
}

static void start_round(void)
{
    shared.finalized = shared.calls = 0;
    shared.thing = new_thing(&shared.finalized);
    expect(own_share(shared.thing) == 0);
    shared.common = own_weakref_new(NULL, shared.thing, count_call, &shared.calls);
    for (int i = 0; i < thread_count; i++) {
        shared.owned[i] = own_weakref_new(NULL, shared.thing, count_call, &shared.calls);
        expect(shared.owned[i] != NULL);
    }
    for (int i = 1; i < thread_count; i++)
        own_incref(shared.thing);
}

START_TEST(threads_get_while_the_last_reference_goes)
{
    pthread_t threads[thread_count];

    shared.rounds = scaled(20000);
    pthread_barrier_init(&shared.start, NULL, thread_count + 1);
    pthread_barrier_init(&shared.end, NULL, thread_count + 1);
    for (size_t i = 0; i < thread_count; i++)
        expect(pthread_create(&threads[i], NULL, play, (void *)(uintptr_t)i) == 0);
    for (size_t round = 0; round < shared.rounds; round++) {
        start_round();
        pthread_barrier_wait(&shared.start);
        pthread_barrier_wait(&shared.end);
        expect(shared.finalized == 1);
        /* the one that was released meanwhile may have been called */
        expect(shared.calls == thread_count || shared.calls == thread_count + 1);
        expect(own_weakref_get(shared.common) == NULL);
        own_decref(shared.common);
        for (int i = 0; i < thread_count; i++)
            own_decref(shared.owned[i]);
    }
    for (int i = 0; i < thread_count; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    pthread_barrier_destroy(&shared.start);
    pthread_barrier_destroy(&shared.end);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_shared");
    TCase *rules = add_case(suite, "rules");
    TCase *threads = add_case(suite, "threads");

    tcase_add_test(rules, own_share_of_an_object_shares_its_weak_references);
    tcase_add_test(rules, shared_pool_can_own_weak_references);
    tcase_add_test(threads, threads_get_while_the_last_reference_goes);
    return run_suite(suite);
}
