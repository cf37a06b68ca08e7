/*
 * numbers.c - how numbers and bytes are printed: as numpy prints them, from which the expected text
 * is.
 */
#include "harness.h"

static void expect_text(const char *format, int count, const void *memory, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    own_array *array =
        count ? own_array_wrap(NULL, format, OWN_C_ORDER, OWN_SHAPE((size_t)count),
                               (void *)(uintptr_t)memory, NULL)
              : own_array_wrap(NULL, format, OWN_C_ORDER, 0, NULL, (void *)(uintptr_t)memory, NULL);

    expect(array && own_array_print(out, array) == 0 && fclose(out) == 0);
    if (strcmp(text, expected) != 0)
        ck_abort_msg("%s is printed as:\n%s\nand not as:\n%s", format, text, expected);
    free(text);
    own_decref(array);
}

START_TEST(halves)
{
    static const uint16_t plain[] = {0x3c00, 0xbc00, 0x3800, 0x4248};
    static const uint16_t extreme[] = {0x0001, 0x8400, 0x7bff, 0x3555};
    static const uint16_t no_numbers[] = {0x7c00, 0xfc00, 0x7e00, 0x3c00};
    static const unsigned char big[] = {0x3c, 0, 0xbc, 0};
    static const unsigned char little[] = {0, 0x3c, 0, 0xbc};
    static const struct {
        uint16_t bits;
        const char *text;
    } alone[] = {
        {0x2e66, "0.1"},       {0x0001, "6e-08"},   {0x8001, "-6e-08"}, {0x7bff, "65500.0"},
        {0x0400, "6.104e-05"}, {0x03ff, "6.1e-05"}, {0xc248, "-3.14"},
    };

    expect_text("e", 4, plain, "[ 1.   -1.    0.5   3.14]");
    expect_text("e", 4, extreme, "[ 5.960e-08 -6.104e-05  6.550e+04  3.333e-01]");
    if (getenv("OWN_UNDER_VALGRIND"))
        fprintf(stderr, "left out: infinity, as Valgrind has a long double of 64 bits\n");
    else
        expect_text("e", 4, no_numbers, "[ inf -inf  nan   1.]");
    expect_text(">e", 2, big, "[ 1. -1.]");
    expect_text("<e", 2, little, "[ 1. -1.]");
    for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
        expect_text("e", 0, &alone[i].bits, alone[i].text);
}
END_TEST

START_TEST(numbers_alone)
{
    static const struct {
        double value;
        const char *text;
    } alone[] = {
        {1e16, "1e+16"},     {123456789.125, "123456789.125"},
        {1e-5, "1e-05"},     {0.1, "0.1"},
        {0, "0.0"},          {1e15, "1000000000000000.0"},
        {1e-4, "0.0001"},    {0.00012345, "0.00012345"},
        {-2, "-2.0"},        {1e-300, "1e-300"},
        {1.5e16, "1.5e+16"},
    };

    for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
        expect_text("d", 0, &alone[i].value, alone[i].text);
}
END_TEST

START_TEST(columns_of_numbers)
{
    static const struct {
        double value[2];
        const char *twofold, *single;
    } pairs[] = {
        {{1e8, 1}, "[1.e+08 1.e+00]", "[1.e+08 1.e+00]"},
        {{99999999, 1.5}, "[9.9999999e+07 1.5000000e+00]", "[1.0e+08 1.5e+00]"},
        {{0.001, 1}, "[0.001 1.   ]", "[0.001 1.   ]"},
        {{0.0001, 0.5}, "[1.e-04 5.e-01]", "[1.e-04 5.e-01]"},
        {{123.456789012, 1}, "[123.45678901   1.        ]", "[123.45679   1.     ]"},
        {{0.1, 1000.5}, "[1.0000e-01 1.0005e+03]", "[1.0000e-01 1.0005e+03]"},
        {{0.1, 100}, "[  0.1 100. ]", "[  0.1 100. ]"},
        {{1. / 3, 2. / 3}, "[0.33333333 0.66666667]", "[0.33333334 0.6666667 ]"},
        {{-1.5, 10}, "[-1.5 10. ]", "[-1.5 10. ]"},
        {{1e-200, 1e200}, "[1.e-200 1.e+200]", NULL},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        expect_text("d", 2, pairs[i].value, pairs[i].twofold);
        if (!pairs[i].single)
            continue;
        float single[] = {(float)pairs[i].value[0], (float)pairs[i].value[1]};
        expect_text("f", 2, single, pairs[i].single);
    }
}
END_TEST

/* Zeros do not count as the smallest number of a column. */
START_TEST(columns_with_zeros)
{
    expect_text("d", 3, ((double[]){0.001, 0, 5}), "[1.e-03 0.e+00 5.e+00]");
    expect_text("d", 3, ((double[]){5, 0, 0.001}), "[5.e+00 0.e+00 1.e-03]");
    expect_text("d", 3, ((double[]){0, 0.5, 5}), "[0.  0.5 5. ]");
}
END_TEST

START_TEST(whole_numbers)
{
    static const bool truths[] = {true, false};
    static const signed char small[] = {-128, 127};
    static const unsigned char bytes[] = {255, 1};
    static const int64_t large[] = {INT64_MIN, INT64_MAX};
    static const uint64_t most = UINT64_MAX;
    static const unsigned char swapped[] = {0xff, 0xfe, 0, 1};

    expect_text("?", 2, truths, "[ True False]");
    expect_text("?", 1, truths, "[ True]");
    expect_text("b", 2, small, "[-128  127]");
    expect_text("B", 2, bytes, "[255   1]");
    expect_text("q", 2, large, "[-9223372036854775808  9223372036854775807]");
    expect_text("Q", 1, &most, "[18446744073709551615]");
    expect_text(">h", 2, swapped, "[-2  1]");
    expect_text("<h", 2, swapped, "[-257  256]");
}
END_TEST

START_TEST(bytes_and_characters)
{
    static const char bytes[][8] = {"a'b", "a\"'", "\0\n\t\r\\~\x7f", ""};
    static const uint32_t letters[][8] = {
        {'a', '\'', 'b'}, {'a', '"', '\''}, {0x7f, 0xa0, 0xad, 0xa1, '\t', '\r', '\\'}};

    expect_text("8s", 4, bytes, "[b\"a'b\" b'a\"\\'' b'\\x00\\n\\t\\r\\\\~\\x7f' b'']");
    expect_text("8w", 3, letters, "[\"a'b\" 'a\"\\'' '\\x7f\\xa0\\xad\u00a1\\t\\r\\\\']");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("numbers");
    TCase *numbers = add_case(suite, "numbers");

    tcase_add_test(numbers, halves);
    tcase_add_test(numbers, numbers_alone);
    tcase_add_test(numbers, columns_of_numbers);
    tcase_add_test(numbers, columns_with_zeros);
    tcase_add_test(numbers, whole_numbers);
    tcase_add_test(numbers, bytes_and_characters);
    return run_suite(suite);
}
