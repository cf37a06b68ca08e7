/*
 * no_object.c - a block where an object is wanted is seen, and stays as it was.
 */
#include "harness.h"

/* What a block may begin with. In a release build own_decref and own_incref count some of these
   inline, and see nothing. */
static const struct content {
    uint32_t words[4];
    bool seen_by_incref, seen_by_decref;
} contents[] = {
    {{0, 0, 0, 0}, true, true},
    {{1, 0, 0, 0}, false, true},
    {{1, 1, 1, 1}, false, true},
    {{1, 0xa0, 0, 0}, false, false}, /* the pattern without a type */
    {{7, 8, 9, 10}, false, false},
    {{0x74786574, 0x74786574, 0x74786574, 0x74786574}, true, true}, /* "texttexttexttext" */
    {{0xfffffff0, 0xffffffff, 0xffffffff, 0xffffffff}, false, false},
    {{0xf7fc1000, 0x00007fff, 0xf7fc2000, 0x00007fff}, false, false}, /* addresses */
};

static bool counts_are_checked(void)
{
#if defined(OWN_DEBUG) && OWN_DEBUG
    return true;
#else
    return false;
#endif
}

#define expect_no_object(condition, call) expect_told(condition, call, "is not an object")

START_TEST(block_in_place_of_an_object_is_seen)
{
    const struct content *content = &contents[_i];
    own_pool *pool = own_pool_new_at(NULL, "larder"), *other = new_root();
    uint32_t *block = (uint32_t *)own_alloc(other, 16, sizeof *block);

    memcpy(block, content->words, sizeof content->words);
    expect_no_object(own_hold(pool, block) == -1, "own_hold");
    expect(strstr(misuse_sentence, "larder"));
    expect_no_object(own_give(pool, block) == -1, "own_give");
    expect_no_object(own_drop(pool, block) == -1, "own_drop");
    expect_no_object(own_move(other, pool, block) == -1, "own_move");
    expect_no_object(own_weakref_new(NULL, block, NULL, NULL) == NULL, "own_weakref_new");
    expect_no_object(own_share(block) == -1, "own_share");
    own_immortalize(block);
    expect_misuse("own_immortalize", "is not an object");
    expect(own_refcount(block) == 0);
    expect_misuse("own_refcount", "is not an object");
    own_incref_slow((own_object *)(void *)block);
    expect_misuse("own_incref", "is not an object");
    if (content->seen_by_incref || counts_are_checked()) {
        expect(own_incref(block) == block);
        expect_misuse("own_incref", "is not an object");
    }
    if (content->words[1] != 0xa0) { /* the last reference asks only for the pattern */
        own_decref_slow((own_object *)(void *)block);
        expect_misuse("own_decref", "is not an object");
        if (content->seen_by_decref || counts_are_checked()) {
            own_decref(block);
            expect_misuse("own_decref", "is not an object");
        }
    }
    expect(memcmp(block, content->words, sizeof content->words) == 0);
    expect(own_contains(other, block) && usage_of(pool).held == 0);
    own_decref(other);
    own_decref(pool);
    expect(misuses == 0);
}
END_TEST

START_TEST(block_in_a_field_is_seen)
{
    struct probe *probe = probe_new(NULL, 'a');
    own_pool *pool = new_root();

    probe->first = (own_object *)own_alloc(pool, 1, 64);
    own_decref(probe);
    expect_events("a");
    expect_misuse("the release of a field", "is not an object");
    own_decref(pool);
}
END_TEST

/* An object is one in each state that it can have. */
static void use_itself(struct probe *self)
{
    void *list[] = {self, self->first};

    for (int i = 0; i < 2; i++) {
        own_incref(list[i]);
        own_incref_slow((own_object *)list[i]);
        own_decref(list[i]);
        own_decref_slow((own_object *)list[i]);
    }
}

START_TEST(objects_of_all_kinds_and_ages_are_objects)
{
    own_pool *pool = own_pool_new_at(NULL, "larder");
    void *objects[] = {
        probe_new(NULL, 'o'),
        new_root(),
        own_buffer_new(NULL, 10, 10),
        own_array_new(NULL, "d", OWN_C_ORDER, 1, (const size_t[]){3}),
        own_weakref_new(NULL, pool, NULL, NULL),
        probe_new(NULL, 'd'),
    };
    enum { all = sizeof objects / sizeof objects[0] };
    struct probe *dying = (struct probe *)objects[all - 1];

    dying->then = use_itself;
    dying->first = &probe_new(NULL, 'f')->header;
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < all; i++) {
            own_weakref *ref = own_weakref_new(NULL, objects[i], NULL, NULL);
            expect(ref && own_hold(pool, objects[i]) == 0 && own_refcount(objects[i]) == 2);
            own_incref(objects[i]);
            own_incref_slow((own_object *)objects[i]);
            own_decref(objects[i]);
            own_decref_slow((own_object *)objects[i]);
            expect(own_drop(pool, objects[i]) == 0);
            expect(own_share(objects[i]) == 0);
            own_decref(ref);
        }
    }
    for (int i = 0; i < all; i++)
        own_decref(objects[i]);
    own_decref(pool);
    expect_events("odf");
    expect(misuses == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("no_object");
    TCase *told = add_case(suite, "told");

    tcase_add_checked_fixture(told, record_misuses, restore_misuses);
    tcase_add_loop_test(told, block_in_place_of_an_object_is_seen, 0,
                        sizeof contents / sizeof contents[0]);
    tcase_add_test(told, block_in_a_field_is_seen);
    tcase_add_test(told, objects_of_all_kinds_and_ages_are_objects);
    return run_suite(suite);
}
