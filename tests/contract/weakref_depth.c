/*
 * weakref_depth.c - weak references by the million, and deaths that are put off because they nest
 * too deep.
 */
#include <pthread.h>

#include "harness.h"

static size_t length; /* a million, or scaled down */
static size_t nesting, deepest, deaths, calls;

/* Runs a function on a thread whose stack no recursion of this length would fit. */
static void on_small_stack(void *(*function)(void *))
{
    size_t size = memory_is_checked() ? (size_t)512 << 10 : (size_t)64 << 10;
    pthread_attr_t attributes;
    pthread_t thread;

    length = scaled(1000000);
    nesting = deepest = deaths = calls = 0;
    expect(pthread_attr_init(&attributes) == 0);
    expect(pthread_attr_setstacksize(&attributes, stack_size(size)) == 0);
    expect(pthread_create(&thread, &attributes, function, NULL) == 0);
    expect(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
}

struct link {
    own_object header;
    own_weakref *ref;
    struct link *next; /* released by the call, or the finalizer; not declared */
};

static void count_death(void *self)
{
    (void)self;
    deaths++;
}

static const own_type counted_type = {
    .name = "counted", .size = sizeof(struct link), .finalize = count_death};

static struct link *new_link(own_pool *owner, const own_type *type)
{
    struct link *link = (struct link *)own_new(owner, type);

    expect(link != NULL);
    return link;
}

static void count_call(own_weakref *ref, void *arg)
{
    (void)ref;
    (void)arg;
    calls++;
}

static void *kill_pool_of_watched_objects(void *arg)
{
    own_pool *watched = new_root(), *watching = new_root();
    size_t half = length / 2;

    for (size_t i = 0; i < length; i++) {
        struct link *link = new_link(watched, &counted_type);
        link->ref = own_weakref_new(watching, link, count_call, NULL);
        void *got = own_weakref_get(link->ref);
        expect(got == link);
        own_decref(got);
        if (i == half)
            expect(own_drop(watching, link->ref) == 0);
    }
    own_decref(watched);
    expect(deaths == length && calls == length - 1);
    expect(usage_of(watching).held == length - 1);
    own_decref(watching);
    return arg;
}

START_TEST(million_objects_with_a_weak_reference_each_die)
{
    on_small_stack(kill_pool_of_watched_objects);
}
END_TEST

static void *kill_object_of_a_million(void *arg)
{
    own_pool *watching = new_root();
    struct link *link = new_link(NULL, &counted_type);
    own_weakref *first = NULL;

    for (size_t i = 0; i < length; i++) {
        own_weakref *ref = own_weakref_new(watching, link, count_call, NULL);
        expect(ref != NULL);
        first = first ? first : ref;
    }
    expect(own_drop(watching, first) == 0);
    own_decref(link);
    expect(deaths == 1 && calls == length - 1);
    own_decref(watching);
    return arg;
}

START_TEST(object_with_a_million_weak_references_dies)
{
    on_small_stack(kill_object_of_a_million);
}
END_TEST

static void *kill_weak_chain(void *arg)
{
    own_pool *pool = new_root();
    own_object *object = (own_object *)new_link(pool, &counted_type);

    for (size_t i = 0; i < length; i++) {
        object = (own_object *)own_weakref_new(pool, object, count_call, NULL);
        expect(object != NULL);
    }
    own_decref(pool); /* the newest first: nothing is called */
    expect(deaths == 1 && calls == 0);
    return arg;
}

START_TEST(chain_of_a_million_weak_references_dies)
{
    on_small_stack(kill_weak_chain);
}
END_TEST

static void release_next(own_weakref *ref, void *arg)
{
    struct link *link = (struct link *)arg;

    calls++;
    nesting++;
    deepest = nesting > deepest ? nesting : deepest;
    OWN_CLEAR(link->next);
    own_decref(ref);
    nesting--;
}

static void *kill_chain_by_calls(void *arg)
{
    struct link *first = NULL;
    size_t count = scaled_nesting(100000);

    for (size_t i = 0; i < count; i++) {
        struct link *link = new_link(NULL, &counted_type);
        link->next = first;
        link->ref = own_weakref_new(NULL, link, release_next, link);
        expect(link->ref != NULL);
        first = link;
    }
    own_decref(first);
    expect(deaths == count && calls == count && nesting == 0);
    expect(deepest >= 32 && deepest < count); /* as own_decref says of finalizers */
    return arg;
}

START_TEST(calls_that_release_the_next_object_nest_only_so_deep)
{
    on_small_stack(kill_chain_by_calls);
}
END_TEST

static bool with_release, deep_seen;

static void log_name(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    log_event(*(const char *)arg);
}

/* What is released too deep, and a weak reference to it. */
static struct {
    void *object;
    own_weakref *ref;
} last;

static void release_in_depth(void)
{
    void *got = own_weakref_get(last.ref);

    expect(got == last.object);
    own_decref(got);
    own_decref(last.object); /* the last reference: put off */
    expect_events("");
    expect(own_weakref_get(last.ref) == NULL);
    deep_seen = true;
    if (with_release)
        OWN_CLEAR(last.ref);
}

/* Makes the death of an object, whose reference is stolen, put off. */
static void kill_in_depth(void *object, own_weakref *ref)
{
    last.object = object;
    last.ref = ref;
    deep_seen = false;
    at_nesting_limit(release_in_depth);
    expect(deep_seen);
}

START_TEST(death_that_is_put_off_is_one_to_weak_references)
{
    for (int i = 0; i < 2; i++) {
        with_release = i;
        struct probe *probe = probe_new(NULL, 'o');
        own_weakref *older = own_weakref_new(NULL, probe, log_name, (void *)(uintptr_t) "a");
        own_weakref *ref = own_weakref_new(NULL, probe, log_name, (void *)(uintptr_t) "b");
        own_weakref *newer = own_weakref_new(NULL, probe, log_name, (void *)(uintptr_t) "c");

        probe->first = &probe_new(NULL, 'f')->header;
        kill_in_depth(probe, ref);
        /* Put off too, the weak reference died before its object was finalized. */
        expect_events(with_release ? "caof" : "cbaof");
        expect(own_weakref_get(newer) == NULL);
        own_decref(older);
        own_decref(newer);
        if (!with_release)
            own_decref(ref);
    }
}
END_TEST

START_TEST(pool_whose_death_is_put_off_is_dead_to_weak_references)
{
    own_pool *pool = new_root();
    own_weakref *ref = own_weakref_new(NULL, pool, log_name, (void *)(uintptr_t) "w");

    with_release = false;
    probe_new(pool, 'p');
    kill_in_depth(pool, ref);
    expect_events("wp");
    own_decref(ref);
}
END_TEST

START_TEST(sole_weak_reference_may_die_while_the_death_of_its_object_is_put_off)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *ref = own_weakref_new(NULL, probe, log_name, (void *)(uintptr_t) "w");

    with_release = true;
    kill_in_depth(probe, ref);
    expect_events("o");
}
END_TEST

static void *stash;

static void keep(struct probe *self)
{
    stash = own_incref(self);
}

START_TEST(finalizer_whose_death_is_put_off_runs_once_and_may_resurrect)
{
    struct probe *probe = probe_new(NULL, 'o');
    own_weakref *of_probe = own_weakref_new(NULL, probe, NULL, NULL);

    with_release = false;
    probe->then = keep;
    kill_in_depth(probe, of_probe);
    expect_events("o");
    expect(stash == probe && own_refcount(probe) == 1);
    own_decref(of_probe);
    of_probe = own_weakref_new(NULL, probe, log_name, (void *)(uintptr_t) "w");
    kill_in_depth(probe, of_probe);
    expect_events("w"); /* its second death: without the finalizer */
    own_decref(of_probe);
}
END_TEST

/* A shared object dies on one thread while the death of a weak reference to it, which has weak
   references itself, is put off on another. */
static struct {
    pthread_barrier_t start, end;
    size_t rounds;
    own_object *object;
    own_weakref *ref, *of_ref;
    size_t calls;
} both;

static void count_if_whole(own_weakref *ref, void *arg)
{
    expect(own_refcount(ref) >= 1 && own_typeof(ref) == own_weakref_type());
    __atomic_fetch_add((size_t *)arg, 1, __ATOMIC_RELAXED);
}

static void release_ref(void)
{
    pthread_barrier_wait(&both.start);
    own_decref(both.ref);
}

static void *release_refs_in_depth(void *arg)
{
    for (size_t round = 0; round < both.rounds; round++) {
        at_nesting_limit(release_ref);
        pthread_barrier_wait(&both.end);
    }
    return arg;
}

START_TEST(object_dies_while_the_death_of_its_weak_reference_is_put_off)
{
    pthread_attr_t attributes;
    pthread_t thread;

    both.rounds = scaled(1000);
    deaths = 0;
    expect(pthread_barrier_init(&both.start, NULL, 2) == 0);
    expect(pthread_barrier_init(&both.end, NULL, 2) == 0);
    expect(pthread_attr_init(&attributes) == 0);
    expect(pthread_attr_setstacksize(&attributes, (size_t)(memory_is_checked() ? 512 : 128)
                                                      << 10) == 0);
    for (int with_refs = 0; with_refs < 2; with_refs++) {
        expect(pthread_create(&thread, &attributes, release_refs_in_depth, NULL) == 0);
        for (size_t round = 0; round < both.rounds; round++) {
            both.calls = 0;
            both.object = &new_link(NULL, &counted_type)->header;
            expect(own_share(both.object) == 0);
            both.ref = own_weakref_new(NULL, both.object, count_if_whole, &both.calls);
            both.of_ref = with_refs ? own_weakref_new(NULL, both.ref, NULL, NULL) : NULL;
            expect(both.ref && (both.of_ref || !with_refs));
            pthread_barrier_wait(&both.start);
            own_decref(both.object);
            pthread_barrier_wait(&both.end);
            expect(both.calls <= 1 && own_weakref_get(both.of_ref) == NULL);
            own_decref(both.of_ref);
        }
        expect(pthread_join(thread, NULL) == 0);
    }
    expect(deaths == 2 * both.rounds);
    pthread_attr_destroy(&attributes);
    pthread_barrier_destroy(&both.start);
    pthread_barrier_destroy(&both.end);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weakref_depth");
    TCase *million = add_case(suite, "million");
    TCase *deep = add_case(suite, "deep");

    tcase_add_test(million, million_objects_with_a_weak_reference_each_die);
    tcase_add_test(million, object_with_a_million_weak_references_dies);
    tcase_add_test(million, chain_of_a_million_weak_references_dies);
    tcase_add_test(million, calls_that_release_the_next_object_nest_only_so_deep);
    tcase_add_test(deep, death_that_is_put_off_is_one_to_weak_references);
    tcase_add_test(deep, pool_whose_death_is_put_off_is_dead_to_weak_references);
    tcase_add_test(deep, sole_weak_reference_may_die_while_the_death_of_its_object_is_put_off);
    tcase_add_test(deep, finalizer_whose_death_is_put_off_runs_once_and_may_resurrect);
    tcase_add_test(deep, object_dies_while_the_death_of_its_weak_reference_is_put_off);
    return run_suite(suite);
}
