/*
 * fields.c - the fields of items: padding stays as it is where items are filled and assigned, and
 * structs, sub-arrays, complex numbers and text are printed as numpy does.
 */
#include "harness.h"

static own_array *over(const char *format, size_t count, void *memory)
{
    return own_array_wrap(NULL, format, OWN_C_ORDER, OWN_SHAPE(count), memory, NULL);
}

START_TEST(filling_leaves_padding)
{
    int pair[2] = {1, 2};
    own_array *array = over("i4x", 1, pair);
    expect(own_array_fill(array, (int[]){7, -1}) == 0);
    expect(pair[0] == 7 && pair[1] == 2);
    own_decref(array);

    int many[20];
    memset(many, 1, sizeof many);
    array = over("4xi4xT{4x:data:4x}", 4, many);
    own_array *back = own_array_slice(NULL, array, 0, OWN_ABSENT, OWN_ABSENT, -1);
    expect_keeps_errno(own_array_fill(back, (int[]){5, 6, 7, 8, 9}) == 0);
    for (int i = 0; i < 20; i++)
        expect(many[i] == (i % 5 == 1 ? 6 : i % 5 == 3 ? 8 : 0x01010101));
    own_decref(back);
    own_decref(array);
}
END_TEST

/* Padding of structs that repeat, with a name that has an x in it. */
START_TEST(filling_leaves_padding_in_sub_arrays)
{
    unsigned char bytes[14], item[14];
    memset(bytes, 9, sizeof bytes);
    memset(item, 1, sizeof item);
    own_array *array = over("T{(2,3)T{B:x:x}:max:2x}", 1, bytes);
    expect(own_array_itemsize(array) == 14 && own_array_fill(array, item) == 0);
    for (int i = 0; i < 14; i++)
        expect(bytes[i] == (i < 12 && i % 2 == 0 ? 1 : 9));
    own_decref(array);
}
END_TEST

/* Then there is nothing else that could be meant. */
START_TEST(items_of_padding_alone_are_filled)
{
    static const char *const formats[] = {"8x", "3x5x", "T{8x}", "2T{2x2x}"};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        int pair[2] = {1, 2};
        own_array *array = over(formats[i], 1, pair);
        expect(own_array_fill(array, (int[]){7, -1}) == 0 && pair[0] == 7 && pair[1] == -1);
        own_decref(array);
    }
    /* Without going through each of very many structs. */
    const char *many = sizeof(size_t) == 8 ? "(1000000000000000)T{4x}" : "(500000000)T{4x}";
    own_array *large = own_array_create(
        NULL, &(own_array_options){.format = many, .ndim = 1, .shape = (size_t[]){0}});
    expect(own_array_fill(large, "") == 0);
    own_decref(large);
}
END_TEST

START_TEST(assigning_leaves_padding)
{
    int from_memory[12], to_memory[12];
    for (int i = 0; i < 12; i++) {
        from_memory[i] = i;
        to_memory[i] = -i;
    }
    own_array *from = over("i4x", 6, from_memory);
    own_array *to = over("i4x", 6, to_memory);
    expect_keeps_errno(own_array_assign(to, from) == 0);
    for (int i = 0; i < 12; i++)
        expect(to_memory[i] == (i % 2 ? -i : i));
    /* What lies behind padding too. */
    own_array *from_behind = over("4xi", 6, from_memory);
    own_array *to_behind = over("4xi", 6, to_memory);
    expect(own_array_assign(to_behind, from_behind) == 0);
    for (int i = 0; i < 12; i++)
        expect(to_memory[i] == i);
    own_decref(from_behind);
    own_decref(to_behind);
    /* Where they share memory too. */
    own_array *back = own_array_slice(NULL, from, 0, OWN_ABSENT, OWN_ABSENT, -1);
    expect(own_array_assign(from, back) == 0);
    for (int i = 0; i < 12; i++)
        expect(from_memory[i] == (i % 2 ? i : 10 - i));
    /* A copy is of all bytes. */
    own_array *copy = own_array_copy(NULL, from, OWN_C_ORDER);
    expect(memcmp(own_array_data(copy), from_memory, sizeof from_memory) == 0);
    own_decref(copy);
    own_decref(back);
    own_decref(from);
    own_decref(to);
}
END_TEST

static void expect_text(const own_array *array, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    expect_keeps_errno(own_array_print(out, array) == 0);
    expect(fclose(out) == 0);
    if (strcmp(text, expected) != 0)
        ck_abort_msg("printed as:\n%s\nand not as:\n%s", text, expected);
    free(text);
}

#define expect_print(format, count, memory, expected)                                              \
    do {                                                                                           \
        own_array *printed = over(format, count, memory);                                          \
        expect_text(printed, expected);                                                            \
        own_decref(printed);                                                                       \
    } while (0)

START_TEST(structs_and_sub_arrays_are_printed)
{
    int numbers[] = {1, 2, 3, 40, 5, 6, 7, 8};

    expect_print("T{i:x:i:y:}", 2, numbers, "[(1,  2) (3, 40)]");
    expect_print("T{i:x:}", 2, numbers, "[(1,) (2,)]");
    expect_print("T{(2,2)i:m:}", 2, numbers, "[([[ 1,  2], [ 3, 40]],) ([[ 5,  6], [ 7,  8]],)]");
    expect_print("T{(2)T{i:a:4x}:n:}", 1, numbers, "[([(1,), (3,)],)]");
    expect_print("T{i:a:T{i:b:T{i:c:}:d:}:e:}", 1, numbers, "[(1, (2, (3,)))]");
    expect_print("(2,2)i", 1, numbers, "[[[ 1  2] [ 3 40]]]");
    expect_print("i4x", 1, numbers, "[(1,)]");
    expect_print("T{4x:v:i}", 1, numbers, "[(b'\\x01\\x00\\x00\\x00', 2)]");
    expect_print("i:name:", 2, numbers, "[1 2]");
}
END_TEST

START_TEST(complex_numbers_are_printed)
{
    double numbers[] = {1, 2, 3.5, -4};
    float singles[] = {0, 1e10F, -1, 1};

    expect_print("Zd", 2, numbers, "[1. +2.j 3.5-4.j]");
    expect_print("Zf", 2, singles, "[ 0.+1.e+10j -1.+1.e+00j]");
    own_array *one = own_array_wrap(NULL, "Zd", OWN_C_ORDER, 0, NULL, numbers, NULL);
    expect_text(one, "(1+2j)");
    numbers[0] = 0;
    expect_text(one, "2j");
    numbers[0] = -0.0;
    numbers[1] = -1.5;
    expect_text(one, "(-0-1.5j)");
    own_decref(one);
}
END_TEST

START_TEST(characters_of_32_bits_are_printed)
{
    uint32_t letters[] = {'a', 'b', 'c', 0xe9, 0x1f600, 0, '\'', '\n', 0};
    uint32_t wrong[] = {0xd800, 0x110000, 0x20ac};

    expect_print("3w", 3, letters, "['abc' '\u00e9\U0001f600' \"'\\n\"]");
    expect_print("w", 3, wrong, "['\\ud800' '\\U00110000' '\u20ac']");
    own_array *one = own_array_wrap(NULL, "3w", OWN_C_ORDER, 0, NULL, letters + 6, NULL);
    expect_text(one, "'\n");
    own_decref(one);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fields");
    TCase *test_case = add_case(suite, "fields");

    tcase_add_test(test_case, filling_leaves_padding);
    tcase_add_test(test_case, filling_leaves_padding_in_sub_arrays);
    tcase_add_test(test_case, items_of_padding_alone_are_filled);
    tcase_add_test(test_case, assigning_leaves_padding);
    tcase_add_test(test_case, structs_and_sub_arrays_are_printed);
    tcase_add_test(test_case, complex_numbers_are_printed);
    tcase_add_test(test_case, characters_of_32_bits_are_printed);
    return run_suite(suite);
}
