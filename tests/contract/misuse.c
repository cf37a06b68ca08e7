/*
 * misuse.c - misuse that can be seen in O(1) is seen and named; where the handler returns, the call
 * has done nothing. What the default handler does is in abort.c.
 */
#include "harness.h"

/* A pool named "larder", which sentences about it must contain. */
static own_pool *new_larder(own_pool *owner)
{
    own_pool *pool = own_pool_new_at(owner, "larder");

    expect(pool != NULL);
    return pool;
}

START_TEST(release_of_a_reference_that_a_pool_holds_is_seen)
{
    own_pool *pool = new_larder(NULL);
    struct probe *constructed = probe_new(pool, 'c'), *held = probe_new(NULL, 'h');
    struct probe *given = probe_new(NULL, 'g');

    expect(own_hold(pool, held) == 0 && own_give(pool, given) == 0);
    own_decref(held); /* the caller's own: no misuse */
    expect(misuses == 0);
    own_decref(constructed);
    expect_misuse("own_decref", "probe");
    own_decref(held);
    expect_misuse("own_decref", "probe");
    own_decref(given);
    expect_misuse("own_decref", "probe");
    expect_events("");
    expect(own_refcount(constructed) == 1 && own_refcount(held) == 1 && own_refcount(given) == 1);
    own_decref(pool);
    expect_events("ghc");
    expect(misuses == 0);
}
END_TEST

START_TEST(what_is_misused_is_described)
{
    own_pool *pool = new_root();
    own_list *list = own_list_new(pool);
    own_array *array = own_array_new(pool, "d", OWN_C_ORDER, OWN_SHAPE(2, 3));
    own_buffer *buffer = own_buffer_new(pool, 3, 100);
    own_type nameless = {.size = sizeof(own_object)};
    own_object *object = own_new(pool, &nameless);

    expect(list && array && buffer && object && own_list_append(list, array) == 0);
    own_decref(list);
    expect_misuse("own_decref", " of 1 items");
    own_decref(buffer);
    expect_misuse("own_decref", " of 300 bytes");
    own_decref(object);
    expect_misuse("own_decref", "object ");
    own_decref(own_list_get(list, 0)); /* the list has it back below */
    own_decref(array);
    expect_misuse("own_decref", " of 2 dimensions, format 'd'");
    own_incref(array);
    own_decref(pool);
}
END_TEST

START_TEST(release_of_a_child_is_seen)
{
    own_pool *parent = new_root(), *child = new_larder(parent);

    own_incref(child);
    own_decref(child);
    expect(misuses == 0);
    own_decref(child);
    expect_misuse("own_decref", "larder");
    expect(own_refcount(child) == 1 && own_pool_parent(child) == parent);
    expect(own_alloc(child, 1, 100) != NULL);
    own_decref(parent);
    expect(misuses == 0);
}
END_TEST

START_TEST(release_beyond_many_holds_is_seen)
{
    own_pool *pools[2] = {new_larder(NULL), new_larder(NULL)};
    struct probe *probe = probe_new(NULL, 'a');

    for (int i = 0; i < 10; i++)
        expect(own_hold(pools[i % 2], probe) == 0);
    own_decref(probe);
    expect(misuses == 0);
    for (int i = 0; i < 3; i++) {
        own_decref(probe);
        expect_misuse("own_decref", "probe");
        expect(own_refcount(probe) == 10);
    }
    own_decref(pools[0]);
    own_decref(probe);
    expect_misuse("own_decref", "probe");
    own_decref(pools[1]);
    expect_events("a");
}
END_TEST

START_TEST(give_of_a_reference_that_a_pool_holds_is_seen)
{
    own_pool *pool = new_larder(NULL), *other = own_pool_new_at(NULL, "pantry");
    own_pool *child = own_pool_new_at(pool, "shelf"), *held = own_pool_new_at(NULL, "root");
    struct probe *probe = probe_new(pool, 'a');

    expect_told(own_give(other, probe) == -1, "own_give", "probe");
    expect_told(own_give(pool, probe) == -1, "own_give", "probe");
    expect_told(own_give(other, child) == -1, "own_give", "shelf");
    expect(own_hold(pool, held) == 0);
    own_decref(held);
    expect_told(own_give(other, held) == -1, "own_give", "root");
    expect(own_pool_parent(held) == NULL && own_refcount(held) == 1);
    expect(own_refcount(probe) == 1 && own_refcount(child) == 1);
    expect(own_pool_parent(child) == pool && usage_of(other).held == 0);
    own_decref(pool);
    own_decref(other);
    expect_events("a");
    expect(misuses == 0);
}
END_TEST

START_TEST(second_release_of_a_dead_object_is_seen)
{
    static const size_t sizes[] = {sizeof(struct probe), 500, 5000, 70000};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const own_type type = {.name = "widget", .size = sizes[i]};
        void *object = own_new(NULL, &type);
        expect(object != NULL);
        own_decref(object);
        expect(misuses == 0 && own_refcount(object) == 0);
        own_decref(object);
        expect_misuse("own_decref", "");
        expect(own_incref(object) == object);
        expect_misuse("own_incref", "");
        own_decref(object);
        expect_misuse("own_decref", "");
    }
}
END_TEST

START_TEST(uses_of_a_dead_object_are_seen)
{
    own_pool *pool = new_larder(NULL);
    struct probe *probe = probe_new(NULL, 'a');

    own_decref(probe);
    expect(own_incref(probe) == probe);
    expect_misuse("own_incref", "");
    own_immortalize(probe);
    expect_misuse("own_immortalize", "");
    expect_told(own_hold(pool, probe) == -1, "own_hold", "probe");
    expect_told(own_give(pool, probe) == -1, "own_give", "probe");
    expect(own_refcount(probe) == 0);
    expect(usage_of(pool).held == 0);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(object_that_died_with_its_pool_is_dead)
{
    own_pool *pool = new_larder(NULL);
    struct probe *probe = probe_new(pool, 'a');

    own_decref(pool);
    own_decref(probe);
    expect_misuse("own_decref", "");
    own_incref(probe);
    expect_misuse("own_incref", "");
    expect_events("a");
}
END_TEST

START_TEST(second_release_of_a_dead_pool_is_seen)
{
    own_pool *pool = new_larder(NULL);

    own_decref(pool);
    own_decref(pool);
    expect_misuse("own_decref", "");
    own_incref(pool);
    expect_misuse("own_incref", "");
    own_immortalize(pool);
    expect_misuse("own_immortalize", "");
    own_pool_clear(pool);
    expect_misuse("own_pool_clear", "");
    expect(own_refcount(pool) == 0);
}
END_TEST

START_TEST(dead_child_is_dead)
{
    own_pool *parent = new_root(), *child = new_larder(parent), *other = own_pool_new(NULL);

    own_decref(parent);
    own_decref(child);
    expect_misuse("own_decref", "");
    expect_told(own_hold(other, child) == -1, "own_hold", "");
    expect_told(own_give(other, child) == -1, "own_give", "");
    own_decref(other);
}
END_TEST

static void release_itself(struct probe *self)
{
    log_event('(');
    own_decref(self);
    log_event(')');
}

START_TEST(finalizer_that_releases_its_own_object_too_often_is_seen)
{
    struct probe *probe = probe_new(NULL, 'a');

    probe->then = release_itself;
    probe->first = &probe_new(NULL, 'f')->header;
    own_decref(probe);
    expect_events("a()f"); /* it died once, and went on dying */
    expect_misuse("own_decref", "probe");
}
END_TEST

static void give_itself(struct probe *self)
{
    expect_told(own_give((own_pool *)self->context, self) == -1, "own_give", "probe");
}

START_TEST(finalizer_that_gives_a_reference_it_has_not_taken_is_seen)
{
    own_pool *pool = new_larder(NULL);
    struct probe *probe = probe_new(NULL, 'a');

    probe->then = give_itself;
    probe->context = pool;
    own_decref(probe);
    expect_events("a");
    expect(usage_of(pool).held == 0);
    own_decref(pool);
}
END_TEST

static void use_context(struct probe *self)
{
    own_incref(self->context);
    expect_misuse("own_incref", "probe");
    own_decref(self->context);
    expect_misuse("own_decref", "probe");
    own_immortalize(self->context);
    expect_misuse("own_immortalize", "probe");
    expect(own_refcount(self->context) == 0);
}

START_TEST(object_is_dead_to_all_once_its_fields_are_being_released)
{
    struct probe *outer = probe_new(NULL, 'o'), *inner = probe_new(NULL, 'i');

    inner->then = use_context;
    inner->context = outer;
    outer->first = &probe_new(NULL, 'a')->header;
    outer->second = &inner->header;
    own_decref(outer);
    expect_events("oia");
}
END_TEST

static void release_pool(void *pool)
{
    log_event('(');
    own_decref(pool);
    log_event(')');
}

START_TEST(deferred_call_that_releases_its_dying_pool_too_often_is_seen)
{
    own_pool *pool = new_larder(NULL);

    expect(own_defer(pool, log_call, "x") == 0 && own_defer(pool, release_pool, pool) == 0);
    own_decref(pool);
    expect_events("()x");
    expect_misuse("own_decref", "larder");
}
END_TEST

START_TEST(over_release_during_clear_is_seen)
{
    own_pool *parent = new_root(), *pool = new_larder(parent);

    /* the pool is its parent's: the clear's own protection is not the caller's to release */
    expect(own_defer(pool, log_call, "x") == 0 && own_defer(pool, release_pool, pool) == 0);
    own_pool_clear(pool);
    expect_events("()x");
    expect_misuse("own_decref", "larder");
    expect(own_refcount(pool) == 1 && own_pool_parent(pool) == parent);
    own_decref(parent);
}
END_TEST

START_TEST(clear_keeps_a_pool_that_its_callbacks_release_too_often)
{
    own_pool *pool = new_larder(NULL);

    expect(own_defer(pool, log_call, "x") == 0);
    expect(own_defer(pool, release_pool, pool) == 0); /* one too many */
    expect(own_defer(pool, release_pool, pool) == 0); /* the only one */
    own_pool_clear(pool);
    expect_events("()()x");
    expect_misuse("own_decref", "larder");
}
END_TEST

START_TEST(misuse_keeps_what_errno_was_where_nothing_is_returned)
{
    own_pool *pool = new_larder(NULL);
    struct probe *probe = probe_new(pool, 'a');

    expect_keeps_errno((own_decref(probe), true));
    expect_misuse("own_decref", "probe");
    own_decref(pool);
    expect_events("a");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misuse");
    TCase *told = add_case(suite, "told");
    TCase *dead = add_case(suite, "dead");

    tcase_add_checked_fixture(told, record_misuses, restore_misuses);
    tcase_add_test(told, release_of_a_reference_that_a_pool_holds_is_seen);
    tcase_add_test(told, what_is_misused_is_described);
    tcase_add_test(told, release_of_a_child_is_seen);
    tcase_add_test(told, release_beyond_many_holds_is_seen);
    tcase_add_test(told, give_of_a_reference_that_a_pool_holds_is_seen);
    tcase_add_test(told, finalizer_that_releases_its_own_object_too_often_is_seen);
    tcase_add_test(told, finalizer_that_gives_a_reference_it_has_not_taken_is_seen);
    tcase_add_test(told, object_is_dead_to_all_once_its_fields_are_being_released);
    tcase_add_test(told, deferred_call_that_releases_its_dying_pool_too_often_is_seen);
    tcase_add_test(told, over_release_during_clear_is_seen);
    tcase_add_test(told, clear_keeps_a_pool_that_its_callbacks_release_too_often);
    tcase_add_test(told, misuse_keeps_what_errno_was_where_nothing_is_returned);

    tcase_add_checked_fixture(dead, record_misuses, restore_misuses);
    if (memory_is_checked()) {
        fprintf(stderr, "left out: uses of dead objects, which the memory checker would end\n");
    } else {
        tcase_add_test(dead, second_release_of_a_dead_object_is_seen);
        tcase_add_test(dead, uses_of_a_dead_object_are_seen);
        tcase_add_test(dead, object_that_died_with_its_pool_is_dead);
        tcase_add_test(dead, second_release_of_a_dead_pool_is_seen);
        tcase_add_test(dead, dead_child_is_dead);
    }
    return run_suite(suite);
}
