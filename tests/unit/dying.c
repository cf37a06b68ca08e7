/*
 * dying.c - what the header of a dying object holds: every field of it comes back, and no bit of it
 * makes the object look alive.
 */
#include "object/dying.h"
#include "harness.h"

#define TOP (UINT64_C(1) << (sizeof(void *) == 8 ? 55 : 32)) /* of the addresses that fit */

static void expect_round_trip(uint64_t address, unsigned field, uint32_t flags)
{
    own_object object = {.count = 1, .state = UINT32_MAX};

    dying_store(&object, (struct dying){
                             .waiting = (own_object *)(uintptr_t)address,
                             .field = field,
                             .flags = flags,
                         });
    expect(object_is_dead(&object));
    expect(object.count >= INT32_MIN && object.count <= OWN_COUNT_DEAD);
    expect(object.type == NULL);
    struct dying loaded = dying_load(&object);
    expect((uintptr_t)loaded.waiting == address);
    expect(loaded.field == field);
    expect(loaded.flags == flags);
}

static void expect_all_fields(uint64_t address)
{
    for (unsigned field = 0; field <= DYING_FIELD_MAX; field++)
        for (uint32_t flags = 0; flags <= DYING_FLAGS; flags++)
            expect_round_trip(address, field, flags);
}

START_TEST(each_bit_of_an_address_comes_back)
{
    expect_all_fields(0);
    expect_all_fields(TOP - GRANULE);
    for (uint64_t bit = GRANULE; bit < TOP; bit <<= 1) {
        expect_all_fields(bit);
        expect_all_fields(bit - GRANULE);
        expect_all_fields((TOP - GRANULE) ^ bit);
    }
}
END_TEST

START_TEST(random_contents_come_back)
{
    struct random random;

    random_seed(&random, 21);
    for (size_t i = 0; i < scaled(1000000); i++)
        expect_round_trip(random_next(&random) & (TOP - GRANULE),
                          (unsigned)random_below(&random, DYING_FIELD_MAX + 1),
                          (uint32_t)random_below(&random, 8));
}
END_TEST

START_TEST(flags_that_are_kept_are_those_with_a_place)
{
    expect(DYING_FLAGS == 7);
    expect(DYING_FIELD_MAX == 255);
}
END_TEST

START_TEST(addresses_of_objects_come_back)
{
    _Alignas(GRANULE) own_object on_stack = {.count = 1}; /* as those that may have to wait are */
    own_pool *pool = new_root();

    expect_all_fields((uintptr_t)pool);
    expect_all_fields((uintptr_t)&on_stack);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dying");
    TCase *header = add_case(suite, "header");

    tcase_add_test(header, each_bit_of_an_address_comes_back);
    tcase_add_test(header, random_contents_come_back);
    tcase_add_test(header, flags_that_are_kept_are_those_with_a_place);
    tcase_add_test(header, addresses_of_objects_come_back);
    return run_suite(suite);
}
