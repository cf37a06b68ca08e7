/*
 * object.c - objects: creation, owners, types. Their death is in death.c, the count in count.c.
 */
#include "harness.h"

START_TEST(new_object_has_one_reference_and_its_type)
{
    struct probe *probe = probe_new(NULL, 'a');

    expect(own_refcount(probe) == 1);
    expect(own_typeof(probe) == &probe_type);
    expect((uintptr_t)probe % _Alignof(max_align_t) == 0);
    own_decref(probe);
    expect_events("a");
}
END_TEST

START_TEST(new_object_is_zeroed_also_where_memory_is_reused)
{
    for (size_t size = sizeof(own_object); size < 5000; size += 13) {
        const own_type type = {.name = "bytes", .size = size};

        for (int round = 0; round < 3; round++) {
            unsigned char *object = (unsigned char *)own_new(NULL, &type);
            expect(object != NULL);
            for (size_t i = sizeof(own_object); i < size; i++)
                expect(object[i] == 0);
            memset(object + sizeof(own_object), 0xff, size - sizeof(own_object));
            own_decref(object);
        }
    }
}
END_TEST

START_TEST(live_objects_do_not_overlap)
{
    enum { count = 200 };
    static const own_type type = {.name = "bytes", .size = 100};
    unsigned char *objects[count];

    for (int i = 0; i < count; i++) {
        objects[i] = (unsigned char *)own_new(NULL, &type);
        expect(objects[i] != NULL);
        memset(objects[i] + sizeof(own_object), i, type.size - sizeof(own_object));
    }
    for (int i = 0; i < count; i++) {
        for (size_t at = sizeof(own_object); at < type.size; at++)
            expect(objects[i][at] == i);
        expect(own_refcount(objects[i]) == 1);
        own_decref(objects[i]);
    }
}
END_TEST

START_TEST(large_objects_work)
{
    static const own_type type = {.name = "large", .size = (size_t)8 << 20};
    unsigned char *object = (unsigned char *)own_new(NULL, &type);

    expect(object != NULL);
    expect(object[sizeof(own_object)] == 0 && object[type.size - 1] == 0);
    object[type.size - 1] = 1;
    own_decref(object);
}
END_TEST

START_TEST(own_new_refuses_a_type_without_room_for_the_header)
{
    static const own_type small = {.name = "small", .size = sizeof(own_object) - 1};
    static const own_type none = {.name = "none", .size = 0};
    static const own_type least = {.name = "least", .size = sizeof(own_object)};
    own_pool *pool = new_root();

    expect_error(own_new(NULL, &small) == NULL, EINVAL);
    expect_error(own_new(NULL, &none) == NULL, EINVAL);
    expect_error(own_new(NULL, NULL) == NULL, EINVAL);
    expect_error(own_new(pool, &small) == NULL, EINVAL);
    expect_error(own_new(pool, NULL) == NULL, EINVAL);
    expect(usage_of(pool).held == 0);

    own_object *object;
    expect_keeps_errno((object = (own_object *)own_new(NULL, &least)) != NULL);
    expect_keeps_errno((own_decref(object), true));
    own_decref(pool);
}
END_TEST

START_TEST(own_new_refuses_types_whose_objects_other_calls_make)
{
    const own_type *types[] = {own_pool_type(), own_buffer_type(), own_array_type()};
    own_pool *pool = new_root();
    own_usage before = usage_of(pool);

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        own_type copy = *types[i];
        expect_error(own_new(NULL, types[i]) == NULL, EINVAL);
        expect_error(own_new(pool, types[i]) == NULL, EINVAL);
        expect_error(own_new(NULL, &copy) == NULL, EINVAL);
        expect(types[i]->size == 0);
    }
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof before) == 0);
    own_decref(pool);
}
END_TEST

START_TEST(null_is_accepted)
{
    struct probe *field = NULL;
    OWN_SCOPED struct probe *scoped = NULL;

    expect(scoped == NULL && own_incref(NULL) == NULL);
    own_decref(NULL);
    own_immortalize(NULL);
    expect(own_refcount(NULL) == 0);
    expect(own_typeof(NULL) == NULL);
    expect(own_cast(NULL, &probe_type) == NULL);
    OWN_CLEAR(field);
    OWN_SET(field, NULL);
    expect(field == NULL);
}
END_TEST

START_TEST(owner_holds_the_reference_of_what_it_constructs)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'a');

    expect(own_refcount(probe) == 1);
    expect(usage_of(pool).held == 1);
    expect_events("");
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(object_may_outlive_its_owner)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'a');

    own_incref(probe);
    expect(own_refcount(probe) == 2);
    own_decref(pool);
    expect_events("");
    expect(own_refcount(probe) == 1 && probe->name == 'a');
    own_decref(probe);
    expect_events("a");
}
END_TEST

START_TEST(cast_and_typeof_tell_exact_types)
{
    static const own_type twin = {.name = "probe", .size = sizeof(struct probe)};
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'a');

    expect(own_cast(probe, &probe_type) == probe);
    expect(own_cast(probe, &twin) == NULL);
    expect(own_cast(probe, own_pool_type()) == NULL);
    expect(own_cast(pool, own_pool_type()) == pool);
    expect(own_cast(pool, &probe_type) == NULL);
    expect(own_typeof(pool) == own_pool_type());
    expect(own_pool_type() != NULL && own_pool_type()->name != NULL);
    expect(own_refcount(pool) == 1 && own_refcount(probe) == 1);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("object");
    TCase *creation = add_case(suite, "creation");

    tcase_add_test(creation, new_object_has_one_reference_and_its_type);
    tcase_add_test(creation, new_object_is_zeroed_also_where_memory_is_reused);
    tcase_add_test(creation, live_objects_do_not_overlap);
    tcase_add_test(creation, large_objects_work);
    tcase_add_test(creation, own_new_refuses_a_type_without_room_for_the_header);
    tcase_add_test(creation, own_new_refuses_types_whose_objects_other_calls_make);
    tcase_add_test(creation, null_is_accepted);
    tcase_add_test(creation, owner_holds_the_reference_of_what_it_constructs);
    tcase_add_test(creation, object_may_outlive_its_owner);
    tcase_add_test(creation, cast_and_typeof_tell_exact_types);

    return run_suite(suite);
}
