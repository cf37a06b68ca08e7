/*
 * depth.c - cascades, walks and totals never recurse: graphs of a million nodes on a small stack.
 */
#include <pthread.h>

#include "harness.h"

static size_t length; /* of the chains: a million, or scaled down */
static size_t finalized;

/* Runs a function on a thread whose stack no recursion of this length would fit. */
static void on_small_stack(void *(*function)(void *), void *argument)
{
    size_t size = memory_is_checked() ? (size_t)512 << 10 : (size_t)64 << 10;
    pthread_attr_t attributes;
    pthread_t thread;

    length = scaled(1000000);
    finalized = 0;
    expect(pthread_attr_init(&attributes) == 0);
    expect(pthread_attr_setstacksize(&attributes, stack_size(size)) == 0);
    expect(pthread_create(&thread, &attributes, function, argument) == 0);
    expect(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
}

struct link {
    own_object header;
    own_object *next;
    void *explicit_next; /* released by the finalizer, not declared */
};

static void count_finalized(void *self)
{
    (void)self;
    finalized++;
}

static const own_type link_type = {
    .name = "link",
    .size = sizeof(struct link),
    .refs = OWN_REFS(struct link, next),
    .finalize = count_finalized,
};

static struct link *link_new(own_pool *owner, const own_type *type)
{
    struct link *link = (struct link *)own_new(owner, type);

    expect(link != NULL);
    return link;
}

static void count_call(void *arg)
{
    (void)arg;
    finalized++;
}

/* A chain of pools, each the child of the one before; the last one in *leaf. */
static own_pool *pool_chain(own_pool **leaf)
{
    own_pool *root = new_root();

    *leaf = root;
    for (size_t i = 1; i < length; i++) {
        *leaf = own_pool_new(*leaf);
        expect(*leaf != NULL);
    }
    return root;
}

static void *kill_pool_chain(void *arg)
{
    own_pool *leaf, *root = pool_chain(&leaf);

    (void)arg;
    expect(own_defer(leaf, count_call, NULL) == 0);
    own_decref(root);
    expect(finalized == 1);
    return NULL;
}

START_TEST(chain_of_a_million_pools_dies)
{
    on_small_stack(kill_pool_chain, NULL);
}
END_TEST

static void *clear_pool_chain(void *arg)
{
    own_pool *leaf, *root = pool_chain(&leaf);

    (void)arg;
    expect(own_defer(leaf, count_call, NULL) == 0);
    own_pool_clear(root);
    expect(finalized == 1 && own_refcount(root) == 1);
    own_decref(root);
    return NULL;
}

START_TEST(chain_of_a_million_pools_is_cleared)
{
    on_small_stack(clear_pool_chain, NULL);
}
END_TEST

static int count_visit(void *object, int depth, void *arg)
{
    size_t *visits = (size_t *)arg;

    expect(own_typeof(object) == own_pool_type() && (size_t)depth == *visits);
    ++*visits;
    return 0;
}

static void *look_at_pool_chain(void *arg)
{
    own_pool *leaf, *root = pool_chain(&leaf);
    size_t visits = 0;

    (void)arg;
    own_usage total = total_of(root);
    expect(total.pools == length && total.children == length - 1);
    expect(own_pool_walk(root, count_visit, &visits) == 0 && visits == length);
    expect(own_pool_is_ancestor(root, leaf) && !own_pool_is_ancestor(leaf, root));
    expect_error(own_give(leaf, root) == -1, ELOOP);
    expect(own_pool_set_limit(root, total.reserved + (1 << 20)) == 0);
    expect_error(own_alloc(leaf, 1, 2 << 20) == NULL, EDQUOT);

    own_pool *other = new_root();
    expect(own_give(other, root) == 0);
    total = total_of(other);
    expect(total.pools == length + 1);
    own_decref(other);
    return NULL;
}

START_TEST(chain_of_a_million_pools_is_walked_totalled_limited_and_given)
{
    on_small_stack(look_at_pool_chain, NULL);
}
END_TEST

static void *kill_object_chain(void *arg)
{
    struct link *first = NULL;

    (void)arg;
    for (size_t i = 0; i < length; i++) {
        struct link *link = link_new(NULL, &link_type);
        link->next = (own_object *)first;
        first = link;
    }
    own_decref(first);
    expect(finalized == length);
    return NULL;
}

START_TEST(chain_of_a_million_objects_dies)
{
    on_small_stack(kill_object_chain, NULL);
}
END_TEST

static void *kill_fan(void *arg)
{
    own_pool *root = new_root();
    size_t visits = 0;

    (void)arg;
    for (size_t i = 0; i < length; i++) {
        own_pool *child = own_pool_new(root);
        expect(child != NULL);
        if (i % 1000 == 0)
            expect(own_defer(child, count_call, NULL) == 0);
        visits += i % 1000 == 0;
    }
    own_usage total = total_of(root);
    expect(total.pools == length + 1 && total.children == length);
    own_decref(root);
    expect(finalized == visits);
    return NULL;
}

START_TEST(fan_of_a_million_children_dies)
{
    on_small_stack(kill_fan, NULL);
}
END_TEST

static void *kill_wide_pool(void *arg)
{
    own_pool *root = new_root();

    (void)arg;
    for (size_t i = 0; i < length; i++) {
        link_new(root, &link_type);
        if (i % 3 == 0)
            expect(own_defer(root, count_call, NULL) == 0);
    }
    expect(usage_of(root).held == length);
    own_decref(root);
    expect(finalized == length + (length + 2) / 3);
    return NULL;
}

START_TEST(pool_of_a_million_objects_and_calls_dies)
{
    on_small_stack(kill_wide_pool, NULL);
}
END_TEST

/* pool -> object by hold -> pool by field -> child pool -> object by field -> object ... */
static void *kill_mixed_chain(void *arg)
{
    own_pool *root = new_root(), *pool = root;

    (void)arg;
    for (size_t i = 0; i < length / 5; i++) {
        struct link *held = link_new(pool, &link_type), *below = link_new(NULL, &link_type);
        own_pool *by_field = new_root(), *child = own_pool_new(by_field);

        held->next = &below->header;
        below->next = (own_object *)by_field;
        pool = new_root();
        expect(own_hold(child, pool) == 0);
        own_decref(pool);
    }
    own_decref(root);
    expect(finalized == length / 5 * 2);
    return NULL;
}

START_TEST(mixed_chain_of_a_million_dies)
{
    on_small_stack(kill_mixed_chain, NULL);
}
END_TEST

/* The deepest nesting of callbacks that a test has seen, and the present one. */
static size_t nesting, deepest;

static void enter(void)
{
    finalized++;
    nesting++;
    deepest = nesting > deepest ? nesting : deepest;
}

static void release_next(void *self)
{
    enter();
    own_decref(((struct link *)self)->explicit_next);
    nesting--;
}

static const own_type explicit_type = {
    .name = "explicit",
    .size = sizeof(struct link),
    .finalize = release_next,
};

static void *kill_explicit_chain(void *arg)
{
    struct link *first = NULL;
    size_t count = scaled_nesting(100000);

    (void)arg;
    deepest = 0;
    for (size_t i = 0; i < count; i++) {
        struct link *link = link_new(NULL, &explicit_type);
        link->explicit_next = first;
        first = link;
    }
    own_decref(first);
    expect(finalized == count && nesting == 0);
    expect(deepest >= 32 && deepest < count); /* "as long as the thread has stack" */
    return NULL;
}

START_TEST(finalizers_that_release_the_next_object_nest_only_so_deep)
{
    on_small_stack(kill_explicit_chain, NULL);
}
END_TEST

static void release_next_pool(void *next)
{
    enter();
    own_decref(next);
    nesting--;
}

static void *kill_deferred_chain(void *arg)
{
    own_pool *first = NULL;
    size_t count = scaled_nesting(100000);

    (void)arg;
    deepest = 0;
    for (size_t i = 0; i < count; i++) {
        own_pool *pool = new_root();
        expect(own_defer(pool, release_next_pool, first) == 0);
        first = pool;
    }
    own_decref(first);
    expect(finalized == count && nesting == 0);
    expect(deepest >= 32 && deepest < count);
    return NULL;
}

START_TEST(deferred_calls_that_release_the_next_pool_nest_only_so_deep)
{
    on_small_stack(kill_deferred_chain, NULL);
}
END_TEST

static own_pool *hub;

static void drop_next(void *next)
{
    enter();
    if (next)
        expect(own_drop(hub, next) == 0);
    nesting--;
}

static void *kill_dropped_chain(void *arg)
{
    own_pool *first = NULL;
    size_t count = scaled_nesting(100000);

    (void)arg;
    deepest = 0;
    hub = new_root();
    for (size_t i = 0; i < count; i++) {
        own_pool *pool = own_pool_new(hub);
        expect(pool != NULL && own_defer(pool, drop_next, first) == 0);
        first = pool;
    }
    expect(own_drop(hub, first) == 0);
    expect(finalized == count && nesting == 0 && usage_of(hub).children == 0);
    expect(deepest >= 32 && deepest < count);
    own_decref(hub);
    return NULL;
}

START_TEST(deferred_calls_that_drop_the_next_pool_nest_only_so_deep)
{
    on_small_stack(kill_dropped_chain, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("depth");
    TCase *cascades = add_case(suite, "cascades");
    TCase *callbacks = add_case(suite, "callbacks");

    tcase_add_test(cascades, chain_of_a_million_pools_dies);
    tcase_add_test(cascades, chain_of_a_million_pools_is_cleared);
    tcase_add_test(cascades, chain_of_a_million_pools_is_walked_totalled_limited_and_given);
    tcase_add_test(cascades, chain_of_a_million_objects_dies);
    tcase_add_test(cascades, fan_of_a_million_children_dies);
    tcase_add_test(cascades, pool_of_a_million_objects_and_calls_dies);
    tcase_add_test(cascades, mixed_chain_of_a_million_dies);

    tcase_add_test(callbacks, finalizers_that_release_the_next_object_nest_only_so_deep);
    tcase_add_test(callbacks, deferred_calls_that_release_the_next_pool_nest_only_so_deep);
    tcase_add_test(callbacks, deferred_calls_that_drop_the_next_pool_nest_only_so_deep);
    return run_suite(suite);
}
