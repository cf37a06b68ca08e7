/*
 * format.c - formats of arrays: their sizes, those of structs, and what is no format. What is done
 * with their fields is in fields.c.
 */
#include "harness.h"

struct nested {
    char b;
    struct {
        char b;
        struct {
            double d;
        } n;
    } n[2];
};

static const struct {
    const char *format;
    size_t size;
} formats[] = {
    {"?", sizeof(bool)},
    {"b", 1},
    {"B", 1},
    {"h", sizeof(short)},
    {"H", sizeof(short)},
    {"i", sizeof(int)},
    {"I", sizeof(int)},
    {"l", sizeof(long)},
    {"L", sizeof(long)},
    {"q", 8},
    {"Q", 8},
    {"n", sizeof(size_t)},
    {"N", sizeof(size_t)},
    {"e", 2},
    {"f", sizeof(float)},
    {"d", sizeof(double)},
    {"g", sizeof(long double)},
    {"c", 1},
    {"P", sizeof(void *)},
    {"16s", 16},
    {"3d", 24},
    {"@l", sizeof(long)},
    {"=l", 4},
    {"<L", 4},
    {">q", 8},
    {">e", 2},
    {"=?", 1},
    {"di", 12},
    {"cd", _Alignof(double) + 8},
    {"=cd", 9},
    {"24x", 24},
    {"ihb3x", 10},
    {"Zf", 8},
    {"Zd", 16},
    {">Zd", 16},
    {"Zg", 2 * sizeof(long double)},
    {"bZf", 12},
    {"bZd", _Alignof(double) + 16},
    {"^bZd", 17},
    {"^bg", 1 + sizeof(long double)},
    {"4w", 16},
    {"b>3w", 13},
    {"b3w", 16},
    {"<i:name:", 4},
    {"(2,2)f", 16},
    {"(2,3)<i", 24},
    {"<(2,3)i", 24},
    {"(2)3h", 12},
    {"T{<B:x:<i:y:}", 5},
    {"T{B:x:i:y:}", 8},
    {"T{B:x:=i:y:}", 5},
    {"T{i:i:b:b:}", 8}, /* a struct has padding at its end, as in C */
    {"T{=i:i:b:b:}", 5},
    {"bT{ib}", 12},
    {"b=T{ib}", 6},
    {"b(3)T{ib}", 28},
    {"3T{ib}b", 25},
    {"T{b:b:(2)T{b:}}}:T{d:{:}:n:}:n:}", sizeof(struct nested)},
    {"T{(2)T{B:a:=d:b:}:n:?:z:}", 19},
    {"T{Zf:c:Zd:d:^g:g:Zg:G:}", 24 + 3 * sizeof(long double)},
    {"T{T{T{T{T{T{T{T{T{T{T{T{T{T{T{T{d}}}}}}}}}}}}}}}}", 8}, /* 16 deep */
};

static const char *const wrong_formats[] = {
    "",
    "@",
    "=",
    "z",
    "0d",
    "0s",
    "16",
    "d ",
    " d",
    "d=",
    "=g",
    "<n",
    ">N",
    "=P",
    "!d",
    "@@",
    "-1",
    "3",
    "d1",
    "1.d",
    "T{d",
    "T{}",
    "Td",
    "d}",
    "T{d}}",
    "Zi",
    "Z",
    "=Zg",
    "u",
    "O",
    "&i",
    "d:name",
    "d:a:b:",
    "T{d:}:a:}",
    "(2)",
    "()d",
    "(2,)d",
    "(0)d",
    "(2d",
    "(2 ,2)d",
    "<(2)>d",
    "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)d",
    "T{T{T{T{T{T{T{T{T{T{T{T{T{T{T{T{T{d}}}}}}}}}}}}}}}}}", /* 17 deep */
    "99999999999999999999999", /* a count of nothing, whatever its size */
    "99999999999999999999999z",
    "00000000000000000000000d",
};

/* Formats of items that no ptrdiff_t counts. */
static const char *const large_formats[] = {
    "9223372036854775808x",     "18446744073709551615x",      "18446744073709551616x",
    "99999999999999999999999d", "99999999999999999999999s",   "1152921504606846976d",
    "=1152921504606846976d",    "9223372036854775807d",       "18446744073709551615d",
    "(4294967296,4294967296)d", "(4294967296)T{4294967296i}", "T{9223372036854775807xd}",
    "9223372036854775807xb",    "9223372036854775793xd",      "9223372036854775806xh",
    ">9223372036854775806xh",   "18446744073709551610xd",
};

/* And the largest that fit: it is only memory that there is too little of. */
#if PTRDIFF_MAX > INT32_MAX
#define LARGEST "9223372036854775807x"
static const char *const largest_formats[] = {
    LARGEST,
    "1152921504606846975d",
    "9223372036854775792xd",
    "9223372036854775804xh",
    "=9223372036854775805xh",
};
#else
#define LARGEST "2147483647x"
static const char *const largest_formats[] = {
    LARGEST, "268435455d", "2147483632xd", "2147483644xh", "=2147483645xh",
};
#endif

START_TEST(formats_have_the_sizes_of_the_struct_module)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        own_array *array = own_array_new(NULL, formats[i].format, OWN_C_ORDER, 0, NULL);
        if (!array || own_array_itemsize(array) != formats[i].size)
            ck_abort_msg("'%s' has size %zu", formats[i].format, own_array_itemsize(array));
        expect(strcmp(own_array_format(array), formats[i].format) == 0);
        own_decref(array);
    }
}
END_TEST

START_TEST(wrong_formats_are_refused)
{
    for (size_t i = 0; i < sizeof wrong_formats / sizeof *wrong_formats; i++) {
        errno = 0;
        own_array *array = own_array_new(NULL, wrong_formats[i], OWN_C_ORDER, OWN_SHAPE(2));
        if (array || errno != EINVAL)
            ck_abort_msg("'%s' is not refused with EINVAL", wrong_formats[i]);
    }
    expect_error(!own_array_new(NULL, NULL, OWN_C_ORDER, OWN_SHAPE(2)), EINVAL);
    static char longest[5000];
    memset(longest, 'd', sizeof longest - 1);
    expect_error(!own_array_new(NULL, longest, OWN_C_ORDER, OWN_SHAPE(2)), EINVAL);
    longest[4000] = '\0';
    own_array *array = own_array_new(NULL, longest, OWN_C_ORDER, OWN_SHAPE(2));
    expect(own_array_itemsize(array) == 32000 && own_array_count(array) == 2);
    own_decref(array);
}
END_TEST

static void expect_all_fail(const char *const *given, size_t count, int error)
{
    own_array *bytes = own_array_new(NULL, "b", OWN_C_ORDER, OWN_SHAPE(2));

    for (size_t i = 0; i < count; i++) {
        errno = 0;
        own_array *array = own_array_new(NULL, given[i], OWN_C_ORDER, OWN_SHAPE(1));
        if (array || errno != error)
            ck_abort_msg("'%s' has errno %d", given[i], errno);
        errno = 0;
        array = own_array_reinterpret(NULL, bytes, given[i]);
        if (array || errno != (error == ENOMEM ? EINVAL : error))
            ck_abort_msg("a view by '%s' has errno %d", given[i], errno);
    }
    own_decref(bytes);
}

START_TEST(sizes_that_do_not_fit_are_an_overflow)
{
    const size_t half = (size_t)PTRDIFF_MAX + 1;
    own_array_options options = {.itemsize = half, .data = &options};

    expect_all_fail(large_formats, sizeof large_formats / sizeof *large_formats, EOVERFLOW);
    expect_all_fail(largest_formats, sizeof largest_formats / sizeof *largest_formats, ENOMEM);
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.itemsize = SIZE_MAX;
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.format = "d";
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.format = "9223372036854775808x";
    options.itemsize = 8;
    expect_error(!own_array_create(NULL, &options), EOVERFLOW);
    options.format = LARGEST;
    expect_error(!own_array_create(NULL, &options), EINVAL); /* larger than itemsize */
    options.itemsize = half - 1;
    own_array *array = own_array_create(NULL, &options); /* of memory that is not read */
    expect(own_array_itemsize(array) == half - 1);
    own_decref(array);
}
END_TEST

START_TEST(structs_have_the_size_that_they_are_given)
{
    struct item {
        double value;
        int count;
    };
    own_array_options options = {
        .format = "di", .itemsize = sizeof(struct item), .ndim = 1, .shape = (size_t[]){5}};
    own_array *array = own_array_create(NULL, &options);

    expect(own_array_itemsize(array) == sizeof(struct item));
    expect(strcmp(own_array_format(array), sizeof(struct item) == 16 ? "di4x" : "di") == 0);
    for (ptrdiff_t i = 0; i < 5; i++)
        *(struct item *)own_array_at(array, &i) = (struct item){.value = 0.5, .count = (int)i};
    expect(((struct item *)own_array_data(array))[4].count == 4);
    own_decref(array);

    options.format = NULL;
    array = own_array_create(NULL, &options);
    char padding[8];
    snprintf(padding, sizeof(padding), "%zux", sizeof(struct item));
    expect(own_array_itemsize(array) == sizeof(struct item));
    expect(strcmp(own_array_format(array), padding) == 0);
    own_decref(array);
    options.itemsize = 0;
    expect_error(!own_array_create(NULL, &options), EINVAL);
    options = (own_array_options){.format = "di", .itemsize = 8};
    expect_error(!own_array_create(NULL, &options), EINVAL);
    expect_error(!own_array_create(NULL, NULL), EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("format");
    TCase *test_case = add_case(suite, "format");

    tcase_add_test(test_case, formats_have_the_sizes_of_the_struct_module);
    tcase_add_test(test_case, wrong_formats_are_refused);
    tcase_add_test(test_case, sizes_that_do_not_fit_are_an_overflow);
    tcase_add_test(test_case, structs_have_the_size_that_they_are_given);
    return run_suite(suite);
}
