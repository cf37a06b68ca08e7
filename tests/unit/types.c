/*
 * types.c - types with any number of reference fields, and objects of any size.
 */
#include "chunk/class.h"
#include "harness.h"
#include "object/dying.h"

#define FIELDS_MOST 1000

/* An object that has a number, and writes it down when it dies. */
struct leaf {
    own_object header;
    int number;
};

static int deaths[4 * FIELDS_MOST];
static size_t death_count;

static void finalize_leaf(void *self)
{
    expect(death_count < sizeof(deaths) / sizeof(deaths[0]));
    deaths[death_count++] = ((struct leaf *)self)->number;
}

static const own_type leaf_type = {
    .name = "leaf",
    .size = sizeof(struct leaf),
    .finalize = finalize_leaf,
};

static struct leaf *leaf_new(int number)
{
    struct leaf *leaf = (struct leaf *)own_new(NULL, &leaf_type);

    expect(leaf != NULL);
    leaf->number = number;
    return leaf;
}

/* An object that is nothing but fields, and its type. */
struct fan {
    own_object header;
    own_object *field[];
};

struct fan_type {
    own_type type;
    size_t count;
    size_t refs[FIELDS_MOST + 1];
};

/* Fields in the order of memory, or in any other: the order of the declaration is what counts. */
static void fan_type_init(struct fan_type *fan, size_t count, struct random *shuffle)
{
    fan->count = count;
    fan->type = (own_type){
        .name = "fan",
        .size = sizeof(struct fan) + count * sizeof(own_object *),
        .refs = fan->refs,
    };
    for (size_t i = 0; i < count; i++)
        fan->refs[i] = sizeof(struct fan) + i * sizeof(own_object *);
    for (size_t i = count; shuffle && i > 1; i--) {
        size_t other = random_below(shuffle, i);
        size_t kept = fan->refs[i - 1];
        fan->refs[i - 1] = fan->refs[other];
        fan->refs[other] = kept;
    }
    fan->refs[count] = OWN_REFS_END;
}

/* The field that is declared at that place. */
static own_object **field_at(struct fan *object, const struct fan_type *fan, size_t place)
{
    return &object->field[(fan->refs[place] - sizeof(struct fan)) / sizeof(own_object *)];
}

static struct fan *fan_new(const struct fan_type *fan)
{
    struct fan *object = (struct fan *)own_new(NULL, &fan->type);

    expect(object != NULL);
    return object;
}

static const size_t field_counts[] = {0, 1, 2, 16, 253, 254, 255, 256, 257, FIELDS_MOST};
#define FIELD_COUNTS (sizeof(field_counts) / sizeof(field_counts[0]))

START_TEST(fields_are_released_the_last_declared_first)
{
    static struct fan_type fan;
    struct random random;
    size_t before = chunk_live_bytes();

    random_seed(&random, 31);
    for (int shuffled = 0; shuffled < 2; shuffled++) {
        fan_type_init(&fan, field_counts[_i], shuffled ? &random : NULL);
        struct fan *object = fan_new(&fan);
        for (size_t i = 0; i < fan.count; i++)
            *field_at(object, &fan, i) = (own_object *)leaf_new((int)i);
        death_count = 0;
        own_decref(object);
        expect(death_count == fan.count);
        for (size_t i = 0; i < fan.count; i++)
            expect(deaths[i] == (int)(fan.count - 1 - i));
    }
    expect(chunk_live_bytes() == before);
}
END_TEST

/* A third of the fields is empty, a third refers to one object, a third to objects of their own. */
START_TEST(empty_and_equal_fields_are_released_once_each)
{
    static struct fan_type fan;
    size_t before = chunk_live_bytes();

    fan_type_init(&fan, field_counts[_i], NULL);
    struct fan *object = fan_new(&fan);
    struct leaf *common = leaf_new(-1);
    size_t own = 0;
    for (size_t i = 0; i < fan.count; i++) {
        if (i % 3 == 1) {
            *field_at(object, &fan, i) = (own_object *)own_incref(common);
        } else if (i % 3 == 2) {
            *field_at(object, &fan, i) = (own_object *)leaf_new((int)i);
            own++;
        }
    }
    death_count = 0;
    own_decref(object);
    expect(own_refcount(common) == 1);
    expect(death_count == own);
    for (size_t i = 1; i < own; i++)
        expect(deaths[i] == deaths[i - 1] - 3);
    own_decref(common);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Objects with many fields inside objects with many fields: the order is that of recursion. */
START_TEST(what_dies_inside_dies_before_the_next_field)
{
    static struct fan_type fan;
    const size_t levels = 4;
    size_t before = chunk_live_bytes();

    fan_type_init(&fan, field_counts[_i], NULL);
    if (fan.count < 3)
        return;
    size_t middle = fan.count / 2;
    struct fan *top = NULL;
    for (size_t level = 0; level < levels; level++) {
        struct fan *object = fan_new(&fan);
        *field_at(object, &fan, 0) = (own_object *)leaf_new((int)level * 2);
        *field_at(object, &fan, middle) = (own_object *)top;
        *field_at(object, &fan, fan.count - 1) = (own_object *)leaf_new((int)level * 2 + 1);
        top = object;
    }
    death_count = 0;
    own_decref(top);
    expect(death_count == 2 * levels);
    for (size_t level = 0; level < levels; level++) {
        expect(deaths[level] == (int)(levels - 1 - level) * 2 + 1);
        expect(deaths[levels + level] == (int)level * 2);
    }
    expect(chunk_live_bytes() == before);
}
END_TEST

START_TEST(long_chain_of_objects_with_many_fields)
{
    static struct fan_type fan;
    size_t before = chunk_live_bytes();

    fan_type_init(&fan, field_counts[_i], NULL);
    if (fan.count == 0)
        return;
    struct fan *top = NULL;
    for (size_t i = scaled(10000); i > 0; i--) {
        struct fan *object = fan_new(&fan);
        *field_at(object, &fan, i % fan.count) = (own_object *)top;
        top = object;
    }
    own_decref(top);
    expect(chunk_live_bytes() == before);
}
END_TEST

/* Makes an object of that size, after memory of that size has been dirty. */
static void try_size(size_t size)
{
    own_type type = {.name = "sized", .size = size};

    for (int round = 0; round < 2; round++) {
        char *object = (char *)own_new(NULL, &type);
        expect(object && (uintptr_t)object % GRANULE == 0);
        expect(own_refcount(object) == 1 && own_typeof(object) == &type);
        for (size_t i = sizeof(own_object); i<size; i += size> 4096 ? 61 : 1)
            expect(object[i] == 0);
        expect(object[size - 1] == 0 || size == sizeof(own_object));
        memset(object + sizeof(own_object), 0xa5, size - sizeof(own_object));
        own_decref(object);
    }
}

START_TEST(objects_of_all_sizes_are_zeroed_and_leave_nothing)
{
    size_t before = chunk_live_bytes();
    size_t step = 1000 / max_size(1, scaled(1000));

    for (size_t size = sizeof(own_object); size <= 4096; size += step)
        try_size(size);
    for (unsigned class = class_of(4096); class < CLASS_COUNT; class ++) {
        try_size(class_size(class) - 1);
        try_size(class_size(class));
        try_size(class_size(class) + 1);
    }
    try_size(2 * CHUNK_MAX - 1);
    try_size(2 * CHUNK_MAX);
    expect(chunk_live_bytes() == before);
    chunk_validate();
}
END_TEST

START_TEST(types_that_are_none_are_refused)
{
    static const own_type small = {.name = "small", .size = sizeof(own_object) - 1};
    static const own_type huge = {.name = "huge", .size = SIZE_MAX};
    own_pool *pool = new_root();
    size_t before = chunk_live_bytes();

    expect_error(!own_new(NULL, NULL), EINVAL);
    expect_error(!own_new(pool, NULL), EINVAL);
    expect_error(!own_new(NULL, &small), EINVAL);
    expect_error(!own_new(pool, &small), EINVAL);
    expect_error(!own_new(NULL, &huge), ENOMEM);
    expect_error(!own_new(pool, &huge), ENOMEM);
    expect(chunk_live_bytes() == before && usage_of(pool).held == 0);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("types");
    TCase *fields = add_case(suite, "fields");
    TCase *sizes = add_case(suite, "sizes");

    tcase_add_loop_test(fields, fields_are_released_the_last_declared_first, 0, FIELD_COUNTS);
    tcase_add_loop_test(fields, empty_and_equal_fields_are_released_once_each, 0, FIELD_COUNTS);
    tcase_add_loop_test(fields, what_dies_inside_dies_before_the_next_field, 0, FIELD_COUNTS);
    tcase_add_loop_test(fields, long_chain_of_objects_with_many_fields, 0, FIELD_COUNTS);
    tcase_add_test(sizes, objects_of_all_sizes_are_zeroed_and_leave_nothing);
    tcase_add_test(sizes, types_that_are_none_are_refused);
    return run_suite(suite);
}
