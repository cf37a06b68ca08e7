/*
 * shared_rules.c - numbers, names, weak references, immortality, resurrection and misuse of
 * shared objects, seen from one thread.
 */
#include "harness.h"

#include "source.h"

static own_pool *new_shared(own_pool *owner)
{
    own_pool *pool = own_pool_new(owner);

    expect(pool != NULL && own_share(pool) == 0);
    return pool;
}

static int count_visit(void *object, int depth, void *arg)
{
    expect(own_is_shared(object) && depth < 3);
    ++*(int *)arg;
    return 0;
}

START_TEST(numbers_are_those_of_a_confined_pool)
{
    own_pool *pools[2] = {new_root(), new_shared(NULL)};
    own_usage usages[2], totals[2];

    for (int i = 0; i < 2; i++) {
        own_pool *pool = pools[i], *child = own_pool_new(pool);
        void *block = own_alloc(pool, 1, 1000);
        expect(own_alloc(pool, 3, 500000) && own_free(pool, block) == 0);
        expect(own_alloc(own_pool_new(child), 1, 40) != NULL); /* a first chunk has room for it */
        expect(own_defer(pool, log_call, "d") == 0 && own_hold(child, probe_new(pool, 'a')) == 0);
        usages[i] = usage_of(pool);
        totals[i] = total_of(pool);
    }
    expect(memcmp(&usages[0], &usages[1], sizeof usages[0]) == 0);
    expect(memcmp(&totals[0], &totals[1], sizeof totals[0]) == 0);
    int visits = 0;
    expect(own_pool_walk(pools[1], count_visit, &visits) == 0 && visits == 5);
    own_decref(pools[0]);
    own_decref(pools[1]);
    expect_events("dada");
}
END_TEST

START_TEST(names_are_set_before_sharing)
{
    own_pool *pool = own_pool_new_at(NULL, "first");

    expect(own_pool_set_name(pool, "second %d", 2) == 0);
    expect(own_share(pool) == 0);
    expect_error(own_pool_set_name(pool, "third") == -1, EPERM);
    ck_assert_str_eq(own_pool_name(pool), "second 2");
    own_decref(pool);
}
END_TEST

START_TEST(loops_are_refused)
{
    own_pool *pool = new_shared(NULL), *child = own_pool_new(pool), *below = own_pool_new(child);

    own_incref(pool);
    expect_error(own_give(below, pool) == -1, ELOOP);
    expect_error(own_move(pool, below, child) == -1, ELOOP);
    expect(own_pool_is_ancestor(pool, below) && !own_pool_is_ancestor(below, pool));
    expect(own_refcount(pool) == 2);
    own_decref(pool);
    own_decref(pool);
}
END_TEST

static void say_died(own_weakref *ref, void *arg)
{
    expect(own_weakref_get(ref) == NULL);
    log_call(arg);
}

START_TEST(weak_references_give_shared_objects_and_are_called)
{
    own_pool *pool = new_root(), *watched = own_pool_new(pool);
    struct probe *probe = probe_new(pool, 'p');
    own_weakref *before = own_weakref_new(NULL, probe, say_died, "b");

    expect(own_share(pool) == 0);
    own_weakref *after = own_weakref_new(NULL, probe, say_died, "a");
    own_weakref *of_pool = own_weakref_new(NULL, watched, say_died, "w");
    expect(before && after && of_pool);
    expect(own_weakref_get(before) == probe && own_weakref_get(after) == probe);
    expect(own_refcount(probe) == 3 && own_weakref_get(of_pool) == watched);
    own_decref(watched);
    own_decref(probe);
    own_decref(probe);
    expect_events("");
    own_decref(pool);
    expect_events("abpw");
    expect(!own_weakref_get(before) && !own_weakref_get(after) && !own_weakref_get(of_pool));
    own_decref(before);
    own_decref(after);
    own_decref(of_pool);
}
END_TEST

START_TEST(immortal_objects_stay_so)
{
    struct probe *probe = probe_new(NULL, 'a'), *field = probe_new(NULL, 'f');
    struct probe *shared = probe_new(NULL, 's');
    own_pool *pool = new_root(), *kept = own_pool_new(pool);

    probe->first = &field->header;
    own_immortalize(probe);
    own_immortalize(pool);
    expect(own_share(probe) == 0 && own_is_shared(field) && own_refcount(probe) == SIZE_MAX);
    expect(own_share(pool) == 0 && own_is_shared(kept) && own_refcount(pool) == SIZE_MAX);
    expect(own_is_shared(own_pool_new(pool)));
    expect(own_share(shared) == 0);
    own_immortalize(shared);
    void *const all[] = {probe, shared, pool};
    for (int i = 0; i < 3; i++) {
        expect(own_refcount(all[i]) == SIZE_MAX);
        own_incref(all[i]);
        for (int j = 0; j < 5; j++)
            own_decref(all[i]);
        expect(own_refcount(all[i]) == SIZE_MAX);
    }
    expect(own_hold(pool, shared) == 0 && own_drop(pool, shared) == 0);
    expect_events("");
}
END_TEST

static void save(struct probe *self)
{
    *(void **)self->context = own_incref(self);
}

START_TEST(finalizer_saves_a_shared_object)
{
    struct probe *probe = probe_new(NULL, 'a');
    void *saved = NULL;

    probe->then = save;
    probe->context = &saved;
    expect(own_share(probe) == 0);
    own_decref(probe);
    expect_events("a");
    expect(saved == probe && own_refcount(probe) == 1 && own_is_shared(probe));
    own_decref(probe); /* for good: finalizers run once */
    expect_events("");
}
END_TEST

static own_pool *saved_pool;

static void save_pool(void *arg)
{
    saved_pool = own_incref(arg);
}

START_TEST(deferred_call_saves_a_shared_pool)
{
    own_pool *root = new_shared(NULL), *pool = own_pool_new(root);

    expect(own_defer(pool, log_call, "1") == 0 && own_defer(pool, save_pool, pool) == 0);
    char *text = own_strdup(pool, "kept");
    own_decref(root);
    expect_events("1");
    expect(saved_pool == pool && own_refcount(pool) == 1 && own_pool_parent(pool) == NULL);
    ck_assert_str_eq(text, "kept");
    expect(own_pool_new(pool) != NULL && own_defer(pool, log_call, "2") == 0);
    own_decref(pool);
    expect_events("2");
}
END_TEST

static void give_away(void *arg)
{
    own_pool **pools = (own_pool **)arg;

    own_incref(pools[0]);
    expect_error(own_give(pools[1], pools[0]) == -1, EPERM);
    own_decref(pools[0]);
    log_event('g');
}

START_TEST(dying_shared_pool_is_not_given)
{
    own_pool *pools[2] = {new_shared(NULL), new_shared(NULL)};

    expect(own_defer(pools[0], give_away, pools) == 0);
    own_decref(pools[0]);
    expect_events("g");
    own_decref(pools[1]);
}
END_TEST

START_TEST(misuse_is_seen)
{
    own_pool *pool = new_shared(NULL);
    struct probe *probe = probe_new(pool, 'a');

    record_misuses();
    own_decref(probe); /* the pool's */
    expect_misuse("own_decref", "probe");
    expect(own_refcount(probe) == 1);
    expect_told(own_give(pool, probe) == -1, "own_give", "probe");
    expect(own_refcount(probe) == 1);
    own_pool *child = own_pool_new_at(pool, "larder");
    own_decref(child);
    expect_misuse("own_decref", "larder");
    expect(own_refcount(child) == 1 && own_pool_parent(child) == pool);
    restore_misuses();
    own_decref(pool);
    expect_events("a");
}
END_TEST

static void allocate_more(struct source *source)
{
    own_pool *pool = source->pool;

    source->meddle = NULL;
    expect(usage_of(pool).pools == 1 && own_pool_new(pool) != NULL);
    expect(own_defer(pool, log_call, "d") == 0);
}

/* An allocator is code of a user: it may use the pool that it works for. */
START_TEST(allocator_may_use_its_shared_pool)
{
    struct source source = {.meddle = NULL};
    own_pool *pool = pool_with(NULL, &source);

    expect(own_share(pool) == 0);
    source.meddle = allocate_more;
    char *block = own_alloc(pool, 1, 100);
    expect(block && own_contains(pool, block) && own_block_size(pool, block) == 100);
    source.meddle = allocate_more;
    block = own_realloc(pool, block, 2, 100);
    expect(block && source.live == 1);
    source.meddle = allocate_more;
    expect(own_free(pool, block) == 0 && source.live == 0);
    expect(usage_of(pool).children == 3 && usage_of(pool).deferred == 3);
    expect_events("ab");
    own_decref(pool);
    expect_events("ddd");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared rules");
    TCase *pools = add_case(suite, "pools");
    TCase *objects = add_case(suite, "objects");

    tcase_add_test(pools, numbers_are_those_of_a_confined_pool);
    tcase_add_test(pools, names_are_set_before_sharing);
    tcase_add_test(pools, loops_are_refused);
    tcase_add_test(pools, deferred_call_saves_a_shared_pool);
    tcase_add_test(pools, dying_shared_pool_is_not_given);
    tcase_add_test(pools, allocator_may_use_its_shared_pool);
    tcase_add_test(objects, weak_references_give_shared_objects_and_are_called);
    tcase_add_test(objects, immortal_objects_stay_so);
    tcase_add_test(objects, finalizer_saves_a_shared_object);
    tcase_add_test(objects, misuse_is_seen);
    return run_suite(suite);
}
