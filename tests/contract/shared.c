/*
 * shared.c - own_share, seen from one thread: what becomes shared, at once, later and by birth, and
 * that shared objects are otherwise what they were. Threads are in stress.c.
 */
#include "harness.h"

/* Everything that is given is shared, or nothing is. */
static void expect_shared(bool shared, size_t count, void *const objects[])
{
    for (size_t i = 0; i < count; i++)
        expect(own_is_shared(objects[i]) == shared);
}

static const own_type quiet_type = {
    .name = "quiet",
    .size = sizeof(struct probe),
    .refs = OWN_REFS(struct probe, first),
};

static bool all_zero(const char *memory, size_t size)
{
    return memory[0] == 0 && memcmp(memory, memory + 1, size - 1) == 0;
}

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

START_TEST(objects_are_confined_until_they_are_shared)
{
    struct probe *probe = probe_new(NULL, 'a');

    expect(!own_is_shared(probe) && !own_is_shared(NULL));
    expect_keeps_errno(own_share(probe) == 0);
    expect(own_is_shared(probe) && own_refcount(probe) == 1);
    expect_keeps_errno(own_share(probe) == 0);
    expect(own_is_shared(probe) && own_refcount(probe) == 1);
    own_decref(own_incref(probe));
    expect(own_refcount(probe) == 1);
    expect_events("");
    own_decref(probe);
    expect_events("a");
    expect_error(own_share(NULL) == -1, EINVAL);
}
END_TEST

START_TEST(references_are_as_many_as_before)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'a');

    for (int i = 0; i < 3; i++)
        expect(own_hold(pool, probe) == 0 && own_incref(probe) == probe);
    expect(own_refcount(probe) == 7);
    expect(own_share(probe) == 0);
    expect(own_refcount(probe) == 7 && !own_is_shared(pool));
    for (int i = 0; i < 3; i++)
        own_decref(probe);
    expect(own_refcount(probe) == 4);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(fields_are_shared_with_their_object)
{
    struct probe *top = probe_new(NULL, 't'), *left = probe_new(NULL, 'l');
    struct probe *right = probe_new(NULL, 'r'), *leaf = probe_new(NULL, 'f');
    struct probe *apart = probe_new(NULL, 'x');
    void *const all[] = {top, left, right, leaf};

    top->first = &left->header;
    top->third = &right->header;
    left->second = &leaf->header;
    right->second = own_incref(leaf); /* found twice */
    expect(own_share(top) == 0);
    expect_shared(true, LENGTH(all), all);
    expect(own_refcount(leaf) == 2 && !own_is_shared(apart));
    own_decref(top);
    expect_events("trlf");
    own_decref(apart);
}
END_TEST

START_TEST(what_a_pool_owns_is_shared_with_it)
{
    own_pool *root = new_root(), *pool = own_pool_new(root), *child = own_pool_new(pool);
    own_pool *grandchild = own_pool_new(child), *held = new_root(),
             *below_held = own_pool_new(held);
    struct probe *made = probe_new(pool, 'm'), *taken = probe_new(NULL, 't');
    struct probe *of_child = probe_new(grandchild, 'c');
    void *const all[] = {pool, child, grandchild, held, below_held, made, taken, of_child};

    expect(own_hold(pool, taken) == 0 && own_hold(child, held) == 0);
    expect(own_defer(pool, log_call, "d") == 0);
    expect(own_share(pool) == 0);
    expect_shared(true, LENGTH(all), all);
    expect(!own_is_shared(root) && own_pool_parent(pool) == root);
    own_decref(held);
    own_decref(taken);
    expect_events("");
    own_decref(root);
    expect_events("dtmc");
}
END_TEST

START_TEST(blocks_stay_what_they_are)
{
    own_pool *pool = new_root();
    char *small = own_strdup(pool, "small"), *large = own_strdup(pool, "large");
    char *adopted = malloc(5);

    large = own_realloc(pool, large, 1, 500000);
    expect(small && large && adopted && own_adopt(pool, adopted, 5, free) == 0);
    own_usage before = usage_of(pool);
    expect(own_share(pool) == 0);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    expect(own_contains(pool, small) && own_contains(pool, large) && own_contains(pool, adopted));
    expect(own_block_size(pool, small) == 16 && own_block_size(pool, adopted) == 5);
    small = own_realloc(pool, small, 1, 1000);
    expect(small && strcmp(small, "small") == 0 && all_zero(small + 6, 994));
    expect_error(own_free(pool, small + 16) == -1, EINVAL);
    expect(own_free(pool, small) == 0);
    expect_error(own_free(pool, small) == -1, EINVAL);
    expect(own_disown(pool, adopted) == 0 && own_free(pool, large) == 0);
    free(adopted);
    expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
    own_decref(pool);
}
END_TEST

START_TEST(cycles_are_shared_once)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *one = probe_new(NULL, '1'), *two = probe_new(NULL, '2');

    one->first = own_incref(two);
    two->first = own_incref(one);
    expect(own_give(pool, one) == 0 && own_give(pool, two) == 0);
    expect(own_hold(pool, other) == 0 && own_hold(other, pool) == 0 && own_hold(pool, pool) == 0);
    expect(own_share(two) == 0);
    expect(own_is_shared(one) && own_refcount(one) == 2 && !own_is_shared(pool));
    expect(own_share(other) == 0);
    expect(own_is_shared(pool) && own_refcount(pool) == 3 && own_refcount(one) == 2);
    OWN_CLEAR(one->first);
    expect(own_drop(pool, pool) == 0 && own_drop(other, pool) == 0);
    own_decref(other);
    own_decref(pool);
    expect_events("21");
}
END_TEST

START_TEST(chain_of_a_million_is_shared)
{
    size_t length = scaled(1000000);
    struct probe *top = probe_new(NULL, 'a'), *last = top;
    own_pool *root = new_root(), *pool = root;

    for (size_t i = 1; i < length; i++) {
        struct probe *next = own_new(NULL, &quiet_type);
        expect(next != NULL);
        last->first = &next->header;
        last = next;
        pool = own_pool_new(pool);
        expect(pool != NULL);
    }
    expect(own_share(top) == 0 && own_is_shared(last));
    expect(own_share(root) == 0 && own_is_shared(pool));
    own_decref(top);
    expect_events("a");
    own_incref(pool);
    own_decref(root);
    expect(own_pool_parent(pool) == NULL);
    own_decref(pool);
}
END_TEST

START_TEST(what_a_shared_pool_makes_is_born_shared)
{
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    own_pool *child = own_pool_new(pool), *grandchild = own_pool_new(child);
    own_pool *created = own_pool_create(child, &(own_pool_options){.name = "c", .reserve = 100000});
    own_buffer *buffer = own_buffer_new(pool, 1, 100);
    own_weakref *ref = own_weakref_new(pool, child, NULL, NULL);
    void *const all[] = {child, grandchild, created, buffer, ref, probe_new(grandchild, 'a')};
    expect_shared(true, LENGTH(all), all);
    for (size_t i = 0; i < LENGTH(all); i++)
        expect(own_refcount(all[i]) == 1);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(what_comes_into_a_shared_pool_becomes_shared)
{
    own_pool *pool = new_root(), *other = new_root(), *moved = own_pool_new(other);
    own_pool *given = new_root(), *below = own_pool_new(given);
    struct probe *held = probe_new(NULL, 'h'), *field = probe_new(NULL, 'f');
    struct probe *present = probe_new(NULL, 'g'), *carried = probe_new(other, 'm');
    void *const all[] = {moved, given, below, held, field, present, carried};

    held->first = &field->header;
    expect(own_share(pool) == 0);
    expect_shared(false, LENGTH(all), all);
    expect(own_hold(pool, held) == 0 && own_give(pool, present) == 0);
    expect(own_give(pool, given) == 0 && own_move(other, pool, moved) == 0);
    expect(own_move(other, pool, carried) == 0);
    expect_shared(true, LENGTH(all), all);
    expect(!own_is_shared(other));
    expect(own_pool_parent(given) == pool && own_pool_parent(moved) == pool);
    expect(own_drop(pool, held) == 0 && own_refcount(held) == 1);
    expect(own_is_shared(held)); /* for good */
    own_decref(held);
    expect_events("hf");
    own_decref(pool);
    expect_events("mg");
    own_decref(other);
}
END_TEST

START_TEST(refused_calls_share_nothing)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *probe = probe_new(other, 'a');

    expect(own_share(pool) == 0);
    expect_error(own_move(pool, other, probe) == -1, EINVAL);
    expect_error(own_drop(pool, probe) == -1, EINVAL);
    expect_error(own_drop(pool, other) == -1, EINVAL);
    expect(!own_is_shared(probe) && !own_is_shared(other));
    own_decref(other);
    own_decref(pool);
}
END_TEST

static own_pool *new_confined(own_pool *owner)
{
    own_pool *pool =
        own_pool_create(owner, &(own_pool_options){.name = "c", .flags = OWN_POOL_CONFINED});

    expect(pool != NULL);
    return pool;
}

START_TEST(confined_pool_under_a_shared_one_is_counted_only)
{
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    own_pool *request = new_confined(pool);
    struct probe *probe = probe_new(request, 'a');
    own_pool *below = own_pool_new(request);
    void *block = own_alloc(request, 1, 100);
    expect(own_is_shared(request) && own_refcount(request) == 1);
    expect(!own_is_shared(probe) && !own_is_shared(below));
    expect(own_share(pool) == 0 && own_share(request) == 0);
    expect(!own_is_shared(probe) && !own_is_shared(below));
    expect(own_free(request, block) == 0);
    expect(own_incref(request) == request && own_drop(pool, request) == 0);
    expect(own_pool_parent(request) == NULL && own_refcount(request) == 1);
    expect(own_give(pool, request) == 0 && own_pool_parent(request) == pool);
    expect(!own_is_shared(probe));
    own_pool_clear(pool);
    expect_events("a");
    own_decref(pool);
}
END_TEST

START_TEST(confined_pool_stays_so_where_its_parent_is_shared_later)
{
    own_pool *pool = new_root(), *request = new_confined(pool), *ordinary = own_pool_new(pool);
    struct probe *inside = probe_new(request, 'i'), *outside = probe_new(ordinary, 'o');

    expect(!own_is_shared(request));
    expect(own_share(pool) == 0);
    expect(own_is_shared(request) && own_is_shared(ordinary) && own_is_shared(outside));
    expect(!own_is_shared(inside));
    own_decref(pool);
    expect_events("oi");
    expect_error(own_pool_create(NULL, &(own_pool_options){.flags = 4}) == NULL, EINVAL);
}
END_TEST

START_TEST(shared_pool_is_emptied_in_order)
{
    own_pool *pool = new_root();

    expect(own_share(pool) == 0);
    expect(own_defer(pool, log_call, "1") == 0);
    probe_new(pool, '2');
    own_pool *child = own_pool_new(pool), *survivor = own_pool_new(pool);
    probe_new(child, '3');
    probe_new(survivor, 's');
    expect(own_defer(pool, log_call, "4") == 0 && own_defer(pool, log_call, "5") == 0);
    own_incref(survivor);
    own_pool_clear(pool);
    expect_events("54321");
    expect(own_pool_parent(survivor) == NULL);
    expect(usage_of(pool).children == 0 && usage_of(pool).deferred == 0);
    own_decref(survivor);
    expect_events("s");
    expect(own_alloc(pool, 1, 100) != NULL && own_pool_new(pool) != NULL);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared");
    TCase *share = add_case(suite, "share");
    TCase *later = add_case(suite, "later");
    TCase *confined = add_case(suite, "confined");

    tcase_add_test(share, objects_are_confined_until_they_are_shared);
    tcase_add_test(share, references_are_as_many_as_before);
    tcase_add_test(share, fields_are_shared_with_their_object);
    tcase_add_test(share, what_a_pool_owns_is_shared_with_it);
    tcase_add_test(share, blocks_stay_what_they_are);
    tcase_add_test(share, cycles_are_shared_once);
    tcase_add_test(share, chain_of_a_million_is_shared);
    tcase_add_test(later, what_a_shared_pool_makes_is_born_shared);
    tcase_add_test(later, what_comes_into_a_shared_pool_becomes_shared);
    tcase_add_test(later, refused_calls_share_nothing);
    tcase_add_test(confined, confined_pool_under_a_shared_one_is_counted_only);
    tcase_add_test(confined, confined_pool_stays_so_where_its_parent_is_shared_later);
    tcase_add_test(later, shared_pool_is_emptied_in_order);
    return run_suite(suite);
}
